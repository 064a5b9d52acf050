//! From `Active` to `Returning`, and from there to `Normal` or back.

use std::time::Duration;

use super::{Action, FLAP_DOUBLINGS_MAX, Machine};
use crate::clock::Timestamp;
use crate::failover::decision::{Decider, Verb};
use crate::failover::guard::GuardVerdict;
use crate::failover::health::Tally;
use crate::failover::settings::Policy;
use crate::failover::state::{GuardCheck, Mode, Phase, ReturnRequest};

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
        let healthy_now = if tally.faulty > 0 || tally.vantages == 0 {
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
        match (order, verdict) {
            (Some(order), GuardVerdict::Intact | GuardVerdict::NotConfigured) => {
                let guard = self.state.sentinel.clone();
                self.return_by_hand(order, guard, &tally);
            }
            (Some(order), verdict) => {
                let first = if verdict.blocks_return() {
                    ""
                } else {
                    "try again when it answers, or "
                };
                let why = format!(
                    "{verdict}; {first}to return all the same, use `return --accept-changed-mailstore`"
                );
                let by = Decider::Person {
                    name: order.by,
                    reason: order.reason,
                };
                self.record(Verb::Refused { why }, by, &tally);
            }
            (None, GuardVerdict::Intact) if self.wants_to_return(since, by_hand, healthy_since) => {
                let healthy_for = healthy_since.map(|healthy| self.now.since(healthy));
                self.state.cool_down_until = Some(self.now.after(self.settings().cool_down));
                let verb = Verb::Returned {
                    healthy_for,
                    guard: Some(GuardVerdict::Intact),
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
            let automatic = settings.policy != Policy::Manual && self.state.mode == Mode::Auto;
            if automatic {
                self.note_automatic_activation();
                self.activate(Decider::Lifeboat, tally);
            }
        } else if self.now.since(since) >= settings.returning && !tally.is_down(settings) {
            self.state.phase = Phase::Normal;
            let after = self.now.since(since);
            self.record(Verb::Settled { after }, Decider::Lifeboat, tally);
            self.actions.push(Action::WakeMerge);
        }
    }
}
