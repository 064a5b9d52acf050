//! From `Active` to `Returning`, and from there to `Normal` or back.

use std::time::Duration;

use super::{Action, FLAP_DOUBLINGS_MAX, Machine};
use crate::clock::Timestamp;
use crate::failover::decision::{Decider, Verb};
use crate::failover::guard::GuardVerdict;
use crate::failover::health::Tally;
use crate::failover::settings::{Policy, Raise};
use crate::failover::state::{GuardCheck, Mode, Phase, Raising, ReturnRequest};
use crate::ids::Epoch;

impl Machine<'_> {
    pub(super) fn decide_active(
        &mut self,
        tally: &Tally,
        since: Timestamp,
        by_hand: bool,
        healthy_since: Option<Timestamp>,
        check: &GuardCheck,
    ) {
        let settings = self.around.settings;
        let healthy_now = if tally.is_faulty(settings) {
            None
        } else {
            healthy_since.or_else(|| tally.is_healthy(settings).then_some(self.now))
        };
        if let Phase::Active { healthy_since, .. } = &mut self.state.phase {
            *healthy_since = healthy_now;
        }
        let waiting = match check {
            GuardCheck::Idle => false,
            GuardCheck::Asked { at, .. } => self.now.since(*at) < settings.guard_retry,
        };
        let ordered = matches!(check, GuardCheck::Asked { order: Some(_), .. });
        if !waiting && (ordered || self.wants_to_return(since, by_hand, healthy_now)) {
            let order = match check {
                GuardCheck::Idle => None,
                GuardCheck::Asked { order, .. } => order.clone(),
            };
            self.ask_guard(order);
        }
    }

    pub(super) fn ask_guard(&mut self, order: Option<ReturnRequest>) {
        if let Phase::Active { guard, .. } = &mut self.state.phase {
            *guard = GuardCheck::Asked {
                at: self.now,
                order,
            };
            self.actions.push(Action::CheckGuard);
        }
    }

    fn wants_to_return(
        &self,
        since: Timestamp,
        by_hand: bool,
        healthy_since: Option<Timestamp>,
    ) -> bool {
        let settings = self.around.settings;
        let healthy_long =
            healthy_since.is_some_and(|healthy| self.now.since(healthy) >= self.health_needed());
        self.state.mode == Mode::Auto
            && !by_hand
            && !settings.dry_run
            && settings.has_sentinel
            && self.now.since(since) >= settings.active_min
            && healthy_long
    }

    /// `return_after`, doubled for each earlier activation within the flap window.
    fn health_needed(&self) -> Duration {
        let settings = self.around.settings;
        let oldest = self.now.before(settings.flap_window);
        let recent = self.state.activations.iter().filter(|at| **at >= oldest);
        let doublings = u32::try_from(recent.count().saturating_sub(1)).unwrap_or(u32::MAX);
        settings
            .return_after
            .saturating_mul(1 << doublings.min(FLAP_DOUBLINGS_MAX))
    }

    pub(super) fn guard_answered(&mut self, verdict: GuardVerdict) {
        let Phase::Active {
            guard,
            since,
            by_hand,
            healthy_since,
            ..
        } = &mut self.state.phase
        else {
            return;
        };
        let GuardCheck::Asked { at, order } = std::mem::take(guard) else {
            return;
        };
        let (since, by_hand, healthy_since) = (*since, *by_hand, *healthy_since);
        self.note_sentinel(verdict.clone());
        let tally = self.tally();
        let may_return = self.lets_return(&verdict);
        match (order, verdict) {
            (Some(order), verdict) if may_return => {
                self.return_by_hand(order, Some(verdict), &tally);
            }
            (Some(order), verdict) => {
                let why = refusal(&verdict);
                let by = Decider::Person {
                    name: order.by,
                    reason: order.reason,
                };
                self.record(Verb::Refused { why }, by, &tally);
            }
            (None, verdict)
                if may_return
                    && self.returns_by_itself(&verdict)
                    && self.wants_to_return(since, by_hand, healthy_since) =>
            {
                let healthy_for = healthy_since.map(|healthy| self.now.since(healthy));
                self.state.cool_down_until = Some(self.now.after(self.settings().cool_down));
                let raising = self.prepare_raising(Some(&verdict), false);
                let verb = Verb::Returned {
                    healthy_for,
                    guard: Some(verdict),
                    raising,
                };
                self.go_home(verb, Decider::Lifeboat, &tally);
            }
            // Not now; ask again later, not at once.
            (None, _) => {
                if let Phase::Active { guard, .. } = &mut self.state.phase {
                    *guard = GuardCheck::Asked { at, order: None };
                }
            }
        }
    }

    /// Whether mail may return to what the guard found, at once or mailbox by mailbox.
    fn lets_return(&self, verdict: &GuardVerdict) -> bool {
        match verdict {
            GuardVerdict::Intact | GuardVerdict::NotConfigured => true,
            GuardVerdict::WentBack { .. } => self.settings().raise != Raise::Unable,
            GuardVerdict::Changed { .. }
            | GuardVerdict::Missing { .. }
            | GuardVerdict::NeverLearned
            | GuardVerdict::Unknown { .. } => false,
        }
    }

    fn returns_by_itself(&self, verdict: &GuardVerdict) -> bool {
        match verdict {
            GuardVerdict::Intact => true,
            GuardVerdict::WentBack { .. } => self.settings().policy == Policy::Automatic,
            GuardVerdict::Changed { .. }
            | GuardVerdict::Missing { .. }
            | GuardVerdict::Unknown { .. }
            | GuardVerdict::NeverLearned
            | GuardVerdict::NotConfigured => false,
        }
    }

    /// Before going home to a mailstore that went back in time, or is known to have been `restored`:
    /// its mailboxes wait until they are raised, and the sentinel's newest message is learned anew,
    /// so that a second step back is seen. Returns whether mailboxes have to be raised.
    pub(super) fn prepare_raising(
        &mut self,
        verdict: Option<&GuardVerdict>,
        restored: bool,
    ) -> bool {
        let Phase::Active { epoch, .. } = self.state.phase else {
            return false;
        };
        let went_back = verdict.is_some_and(GuardVerdict::went_back);
        if went_back {
            self.state.sentinel = None;
            self.actions.push(Action::RelearnNewest);
        }
        if (went_back || restored) && self.settings().raise == Raise::Able {
            self.state.raising = Some(Raising {
                epoch,
                since: self.now,
            });
        }
        self.state.raising.is_some()
    }

    /// The last mailbox was raised.
    pub(super) fn all_raised(&mut self, epoch: Epoch) {
        let Some(raising) = self.state.raising.filter(|raising| raising.epoch == epoch) else {
            return;
        };
        self.state.raising = None;
        let after = self.now.since(raising.since);
        let tally = self.tally();
        self.record(Verb::Raised { after }, Decider::Lifeboat, &tally);
        self.actions
            .extend([Action::PublishRoute, Action::FlushMx, Action::WakeMerge]);
    }

    /// `Active` to `Returning`.
    pub(super) fn go_home(&mut self, verb: Verb, by: Decider, tally: &Tally) {
        let Phase::Active { epoch, outage, .. } = self.state.phase else {
            return;
        };
        self.state.phase = Phase::Returning {
            epoch,
            since: self.now,
            outage,
        };
        self.actions.push(Action::MarkReturned { outage });
        self.record(verb, by, tally);
        self.actions
            .extend([Action::PublishRoute, Action::FlushMx, Action::WakeMerge]);
    }

    pub(super) fn decide_returning(&mut self, tally: &Tally, since: Timestamp) {
        let settings = self.around.settings;
        if tally.is_down_now(settings) {
            if self.state.mode != Mode::Auto {
                return;
            }
            if settings.policy == Policy::Manual || settings.dry_run {
                // Nothing is switched without a person, who must hear of it.
                self.decide_normal(tally);
                return;
            }
            self.note_automatic_activation();
            self.activate(Decider::Lifeboat, tally);
        } else if self.now.since(since) >= settings.returning && !tally.is_down(settings) {
            self.state.phase = Phase::Normal;
            let after = self.now.since(since);
            self.record(Verb::Settled { after }, Decider::Lifeboat, tally);
            self.actions.push(Action::WakeMerge);
        }
    }
}

/// Why an order to return is not followed, and what to do.
fn refusal(verdict: &GuardVerdict) -> String {
    let first = match verdict {
        GuardVerdict::WentBack { .. } => {
            "to have UIDs raised, configure the mailstore's doveadm or raise_command; "
        }
        GuardVerdict::Unknown { .. } => "try again when it answers, or ",
        _ => "",
    };
    format!("{verdict}; {first}to return all the same, use `return --accept-changed-mailstore`")
}
