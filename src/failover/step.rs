//! The transition function.

use serde::{Deserialize, Serialize};

use super::decision::{AskReason, Decider, Decision, Verb};
use super::guard::GuardVerdict;
use super::health::Tally;
use super::probe::{Observation, Outcome, SentinelLook, Traffic};
use super::settings::{Policy, Raise, Settings};
use super::state::{GuardCheck, Mode, Phase, Serving, State};
use crate::clock::Timestamp;
use crate::ids::{Epoch, OutageId};

mod going_home;
mod orders;

/// What happens to a mailstore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Time went by.
    Tick,
    /// A probe found something.
    Observed(Observation),
    /// The platform's own traffic showed something.
    Counted(Traffic),
    /// The guard answered.
    Guard(GuardVerdict),
    /// The UIDs of all mailboxes were raised under this epoch.
    Raised(Epoch),
    /// A person ordered something.
    Command(Command),
}

/// A person's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// What.
    pub order: Order,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// What a person can order for a mailstore.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Route to the standby, at once.
    Activate,
    /// Route to the mailstore, at once if the guard lets it. In `Suspected` it is a veto.
    Return {
        /// Whatever the guard would find.
        accept_changed: bool,
        /// It is known to have been restored to an earlier state: its UIDs are raised, whatever the
        /// guard finds.
        restored: bool,
    },
    /// Never route to the standby.
    PinPrimary,
    /// Always route to the standby.
    PinStandby,
    /// Let mail wait in the MX.
    Queue,
    /// Let the state machine decide.
    Auto,
}

/// What to do about it. Each may be done again without harm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// Write down a decision.
    Record(Decision),
    /// Open the record of an outage; if there is one, it goes on.
    OpenOutage {
        /// Which.
        outage: OutageId,
        /// The first failure that was seen.
        first_failed: Timestamp,
        /// The activation.
        epoch: Epoch,
    },
    /// Note that the route went back.
    MarkReturned {
        /// Of which outage.
        outage: OutageId,
    },
    /// Let socketmap and all others see the new route.
    PublishRoute,
    /// Have the MX try again what it holds back for the mailstore.
    FlushMx,
    /// Ask the guard, and answer with [`Event::Guard`].
    CheckGuard,
    /// Learn what is in the sentinel now.
    RelearnSentinel,
    /// Learn what is the newest message in the sentinel now; the rest stays known.
    RelearnNewest,
    /// Look for things to merge.
    WakeMerge,
}

/// What else a step needs to know.
#[derive(Clone, Debug)]
pub struct Surroundings<'a> {
    /// The mailstore's settings.
    pub settings: &'a Settings,
    /// How many other mailstores Lifeboat switched by itself.
    pub automatic_elsewhere: u32,
    /// How many mailboxes this one and others have.
    pub share: Share,
    /// The id of an outage, should one begin.
    pub new_outage: OutageId,
}

/// Which part of all mailboxes is at stake.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Mailboxes of this mailstore.
    pub own: u64,
    /// Mailboxes of other mailstores that Lifeboat switched by itself within the last hour.
    pub switched_elsewhere: u64,
    /// All mailboxes; 0 while they are not counted.
    pub all: u64,
}

impl Share {
    /// Thousandths of all mailboxes that would be switched within an hour; none when other mailstores
    /// were not, because the first never needs a person's word.
    fn permille_with_others(self) -> Option<u64> {
        let switched = self.switched_elsewhere.saturating_add(self.own);
        (self.switched_elsewhere > 0 && self.all > 0)
            .then(|| (switched.saturating_mul(1000) / self.all).min(1000))
    }
}

/// The most that `return_after` is lengthened by flapping.
const FLAP_DOUBLINGS_MAX: u32 = 3;
const ACTIVATIONS_KEPT_MAX: usize = 8;

/// Decides. Pure: the same input gives the same output.
pub fn step(
    state: State,
    event: Event,
    around: &Surroundings<'_>,
    now: Timestamp,
) -> (State, Vec<Action>) {
    let mut machine = Machine {
        state,
        around,
        now,
        actions: Vec::new(),
    };
    machine.notice_pause();
    match event {
        Event::Tick => {}
        Event::Observed(seen) => machine.observe(&seen),
        Event::Counted(traffic) => machine.state.windows.count(traffic, around.settings, now),
        Event::Guard(verdict) => machine.guard_answered(verdict),
        Event::Raised(epoch) => machine.all_raised(epoch),
        Event::Command(command) => machine.obey(command),
    }
    machine.decide();
    (machine.state, machine.actions)
}

struct Machine<'a> {
    state: State,
    around: &'a Surroundings<'a>,
    now: Timestamp,
    actions: Vec<Action>,
}

impl Machine<'_> {
    fn settings(&self) -> &Settings {
        self.around.settings
    }

    fn record(&mut self, verb: Verb, by: Decider, tally: &Tally) {
        self.actions.push(Action::Record(Decision {
            at: self.now,
            verb,
            by,
            evidence: tally.evidence.clone(),
        }));
    }

    /// After a restart, a long pause or a jump of the clock, what was counted before says nothing.
    fn notice_pause(&mut self) {
        let stale = self.settings().observation_stale;
        let continuous = self
            .state
            .last_step
            .is_some_and(|last| last <= self.now && self.now.since(last) <= stale);
        self.state.last_step = Some(self.now);
        if continuous {
            return;
        }
        self.state.windows.clear();
        match &mut self.state.phase {
            Phase::Suspected { since, .. } => *since = self.now,
            Phase::Active { healthy_since, .. } => *healthy_since = None,
            Phase::Returning { since, .. } => *since = self.now,
            Phase::Normal => {}
        }
    }

    fn observe(&mut self, seen: &Observation) {
        let settings = self.around.settings;
        match self.gone_back_under_way(seen) {
            Some(failed) => self.state.windows.record(&failed, settings, self.now),
            None => self.state.windows.record(seen, settings, self.now),
        }
        match &seen.sentinel {
            SentinelLook::Seen(verdict) => self.note_sentinel(verdict.clone()),
            // What was seen before says nothing about what is there now.
            SentinelLook::Unseen => self.state.sentinel = None,
            SentinelLook::Elsewhere => {}
        }
    }

    /// A mailstore that goes back in time while mail goes there fails: it is taken over, and returns
    /// mailbox by mailbox. Only where that can be done; else a person is told.
    fn gone_back_under_way(&self, seen: &Observation) -> Option<Observation> {
        let is_home = !matches!(self.state.phase, Phase::Active { .. });
        let verdict = seen
            .sentinel
            .verdict()
            .filter(|verdict| verdict.went_back())?;
        (is_home && self.settings().raise == Raise::Able).then(|| Observation {
            outcome: Outcome::Down(verdict.found()),
            ..seen.clone()
        })
    }

    /// What is said about a sentinel that is not as it was.
    fn verb_of(&self, verdict: GuardVerdict) -> Verb {
        if verdict.went_back() && self.settings().raise != Raise::Unable {
            Verb::WentBack(verdict)
        } else {
            Verb::Blocked(verdict)
        }
    }

    /// Keeps what the sentinel showed, and says so when it changes for the worse or the better.
    fn note_sentinel(&mut self, verdict: GuardVerdict) {
        let before = self.state.sentinel.replace(verdict.clone());
        if let Phase::Active { blocked, .. } = &mut self.state.phase {
            let now_blocked = verdict.blocks_return().then(|| verdict.clone());
            if *blocked == now_blocked || matches!(verdict, GuardVerdict::Unknown { .. }) {
                return;
            }
            blocked.clone_from(&now_blocked);
            let verb = now_blocked.map_or(Verb::Unblocked, |verdict| self.verb_of(verdict));
            self.record(verb, Decider::Lifeboat, &self.tally());
        } else if verdict.blocks_return() && before.as_ref() != Some(&verdict) {
            let verb = self.verb_of(verdict);
            self.record(verb, Decider::Lifeboat, &self.tally());
        }
    }

    fn tally(&self) -> Tally {
        self.state.tally(self.settings(), self.now)
    }

    fn decide(&mut self) {
        let tally = self.tally();
        match self.state.phase.clone() {
            Phase::Normal => self.decide_normal(&tally),
            Phase::Suspected {
                since,
                first_failed,
                asked,
            } => self.decide_suspected(&tally, since, first_failed, asked),
            Phase::Active {
                since,
                by_hand,
                healthy_since,
                guard,
                ..
            } => self.decide_active(&tally, since, by_hand, healthy_since, &guard),
            Phase::Returning {
                since,
                epoch: _,
                outage: _,
            } => self.decide_returning(&tally, since),
        }
    }

    fn decide_normal(&mut self, tally: &Tally) {
        if !tally.is_down_now(self.settings()) {
            return;
        }
        let first_failed = tally.first_failed.unwrap_or(self.now);
        self.state.phase = Phase::Suspected {
            since: self.now,
            first_failed,
            asked: None,
        };
        self.record(Verb::Suspected, Decider::Lifeboat, tally);
        self.decide_suspected(tally, self.now, first_failed, None);
    }

    fn decide_suspected(
        &mut self,
        tally: &Tally,
        since: Timestamp,
        first_failed: Timestamp,
        asked: Option<AskReason>,
    ) {
        let settings = self.around.settings;
        if tally.is_recovered(settings) {
            self.state.phase = Phase::Normal;
            self.record(Verb::Cleared, Decider::Lifeboat, tally);
            return;
        }
        if self.state.mode != Mode::Auto || !tally.is_down(settings) {
            return;
        }
        match self.objection(since) {
            Some(reason) if asked != Some(reason) => {
                self.state.phase = Phase::Suspected {
                    since,
                    first_failed,
                    asked: Some(reason),
                };
                self.record(Verb::Asked(reason), Decider::Lifeboat, tally);
            }
            Some(_) => {}
            None if self.now.since(since) >= settings.confirm && tally.is_down_now(settings) => {
                if settings.dry_run {
                    self.would_activate(tally, since, first_failed, asked);
                } else {
                    self.note_automatic_activation();
                    self.activate(Decider::Lifeboat, tally);
                }
            }
            None => {}
        }
    }

    /// Says once per suspicion what would be done.
    fn would_activate(
        &mut self,
        tally: &Tally,
        since: Timestamp,
        first_failed: Timestamp,
        asked: Option<AskReason>,
    ) {
        if matches!(asked, Some(AskReason::DryRun { .. })) {
            return;
        }
        let reason = AskReason::DryRun {
            failing_for: self.now.since(first_failed),
            down: tally.down,
            vantages: tally.vantages,
        };
        self.state.phase = Phase::Suspected {
            since,
            first_failed,
            asked: Some(reason),
        };
        self.record(Verb::Asked(reason), Decider::Lifeboat, tally);
    }

    /// What keeps Lifeboat from activating by itself although the failure is, or will be, confirmed.
    fn objection(&self, since: Timestamp) -> Option<AskReason> {
        let settings = self.around.settings;
        let others = self.around.automatic_elsewhere;
        match settings.policy {
            Policy::Manual => return Some(AskReason::Manual),
            Policy::Assisted { after } => {
                let cooled = self.state.cool_down_until.unwrap_or(self.now);
                let at = since.after(after).max(cooled);
                if self.now < at {
                    return Some(AskReason::Announced { at });
                }
            }
            Policy::Automatic => {}
        }
        if self.now.since(since) < settings.confirm {
            return None;
        }
        if let Some(until) = self.state.cool_down_until
            && self.now < until
        {
            return Some(AskReason::CoolDown { until });
        }
        if others > 0 && others >= settings.mailstores_at_once {
            return Some(AskReason::BlastRadius { others });
        }
        let permille = self.around.share.permille_with_others()?;
        (permille > settings.share_permille_max.into()).then(|| AskReason::Share {
            percent: u32::try_from(permille.div_ceil(10)).unwrap_or(u32::MAX),
        })
    }

    fn note_automatic_activation(&mut self) {
        let oldest = self.now.before(self.settings().flap_window);
        let activations = &mut self.state.activations;
        activations.retain(|at| *at >= oldest);
        activations.push(self.now);
        let surplus = activations.len().saturating_sub(ACTIVATIONS_KEPT_MAX);
        activations.drain(..surplus);
    }

    /// Goes to `Active`, from anywhere.
    fn activate(&mut self, by: Decider, tally: &Tally) {
        let epoch = Epoch(self.state.epoch.0.saturating_add(1));
        let first_failed = match self.state.phase {
            Phase::Suspected { first_failed, .. } => first_failed,
            Phase::Normal | Phase::Active { .. } | Phase::Returning { .. } => {
                tally.first_failed.unwrap_or(self.now)
            }
        };
        let relapse = self.state.phase.outage();
        let outage = relapse.unwrap_or(self.around.new_outage);
        let blocked = self
            .state
            .sentinel
            .clone()
            .filter(GuardVerdict::blocks_return);
        self.state.epoch = epoch;
        self.state.phase = Phase::Active {
            epoch,
            since: self.now,
            outage,
            by_hand: by != Decider::Lifeboat,
            healthy_since: None,
            guard: GuardCheck::Idle,
            blocked,
        };
        self.actions.push(Action::OpenOutage {
            outage,
            first_failed,
            epoch,
        });
        let verb = if relapse.is_some() && by == Decider::Lifeboat {
            Verb::Relapsed { epoch }
        } else {
            Verb::Activated {
                epoch,
                failing_for: self.now.since(first_failed),
                down: tally.down,
                vantages: tally.vantages,
            }
        };
        self.record(verb, by, tally);
        self.actions.extend([Action::PublishRoute, Action::FlushMx]);
    }

    /// Publishes the route and flushes, if it changed.
    fn follow_route(&mut self, before: Serving) {
        let now = self.state.serving();
        if now == before {
            return;
        }
        self.actions.push(Action::PublishRoute);
        // Flushing would try what is to wait.
        if now != Serving::Queue {
            self.actions.extend([Action::FlushMx, Action::WakeMerge]);
        }
    }
}
