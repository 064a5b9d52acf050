//! What a person orders: it works at once, whatever the probes say, and clears their counters.

use super::{Command, Machine, Order};
use crate::failover::decision::{Decider, Verb};
use crate::failover::guard::GuardVerdict;
use crate::failover::health::Tally;
use crate::failover::settings::Raise;
use crate::failover::state::{GuardCheck, Mode, Phase, ReturnRequest};
use crate::failover::step::Action;

/// `return --restored` where there is no way to raise UIDs.
const UNABLE: &str = "there is no way to raise this mailstore's UIDs: configure its doveadm or raise_command, and mind failover.raise_uidnext";
/// `return --restored` where mail goes to the mailstore already.
const AT_HOME: &str =
    "mail goes to the mailstore already; to have its UIDs raised, `activate` it first";

/// What was said with an order to return.
struct Wanted {
    accept_changed: bool,
    restored: bool,
    then: Mode,
}

impl Machine<'_> {
    pub(super) fn obey(&mut self, command: Command) {
        let by = Decider::Person {
            name: command.by.clone(),
            reason: command.reason.clone(),
        };
        let tally = self.tally();
        match command.order {
            Order::Activate => self.order_activate(by, &tally),
            Order::Return {
                accept_changed,
                restored,
            } => {
                let wanted = Wanted {
                    accept_changed,
                    restored,
                    then: Mode::Auto,
                };
                self.order_return(command, wanted, &tally);
            }
            Order::PinPrimary => {
                if matches!(self.state.phase, Phase::Active { .. }) {
                    let wanted = Wanted {
                        accept_changed: false,
                        restored: false,
                        then: Mode::PinPrimary,
                    };
                    self.order_return(command, wanted, &tally);
                } else {
                    self.set_mode(Mode::PinPrimary, by, &tally);
                }
            }
            Order::PinStandby => {
                self.set_mode(Mode::PinStandby, by.clone(), &tally);
                if !matches!(self.state.phase, Phase::Active { .. }) {
                    self.clear_counters();
                    self.activate(by, &tally);
                }
            }
            Order::Queue => self.set_mode(Mode::Queue, by, &tally),
            Order::Auto => {
                if let Phase::Active { by_hand, .. } = &mut self.state.phase {
                    *by_hand = false;
                }
                self.set_mode(Mode::Auto, by, &tally);
            }
        }
    }

    fn already_so(&mut self, how: &str, by: Decider, tally: &Tally) {
        let how = how.to_owned();
        self.record(Verb::AlreadySo { how }, by, tally);
    }

    fn set_mode(&mut self, mode: Mode, by: Decider, tally: &Tally) {
        let before = self.state.serving();
        self.state.set_mode(mode, self.now);
        self.record(Verb::ModeSet(mode), by, tally);
        self.follow_route(before);
    }

    fn order_activate(&mut self, by: Decider, tally: &Tally) {
        let pinned = matches!(self.state.mode, Mode::PinPrimary | Mode::Queue);
        if pinned {
            self.set_mode(Mode::Auto, by.clone(), tally);
        }
        self.clear_counters();
        match &mut self.state.phase {
            Phase::Active { by_hand, guard, .. } => {
                *by_hand = true;
                *guard = GuardCheck::Idle;
                if !pinned {
                    self.already_so(
                        "it is active, and stays so until a return by hand",
                        by,
                        tally,
                    );
                }
            }
            Phase::Normal | Phase::Suspected { .. } | Phase::Returning { .. } => {
                self.activate(by, tally);
            }
        }
    }

    fn order_return(&mut self, command: Command, wanted: Wanted, tally: &Tally) {
        let Command { by, reason, .. } = command;
        let Wanted {
            accept_changed,
            restored,
            then,
        } = wanted;
        let person = Decider::Person {
            name: by.clone(),
            reason: reason.clone(),
        };
        let why = match self.state.phase {
            _ if !restored => None,
            Phase::Active { .. } if self.settings().raise == Raise::Able => None,
            Phase::Active { .. } => Some(UNABLE),
            Phase::Normal | Phase::Suspected { .. } | Phase::Returning { .. } => Some(AT_HOME),
        };
        if let Some(why) = why.map(str::to_owned) {
            self.record(Verb::Refused { why }, person, tally);
            return;
        }
        if accept_changed {
            self.state.sentinel = None;
            self.actions.push(Action::RelearnSentinel);
        }
        let let_in = accept_changed && !restored && self.let_all_in(person.clone(), tally);
        match self.state.phase {
            Phase::Active { .. } => {
                let order = ReturnRequest {
                    by,
                    reason,
                    then,
                    restored,
                };
                if accept_changed {
                    self.return_by_hand(order, None, tally);
                } else if self.settings().has_sentinel {
                    self.clear_counters();
                    self.ask_guard(Some(order));
                } else {
                    self.return_by_hand(order, Some(GuardVerdict::NotConfigured), tally);
                }
            }
            Phase::Suspected { .. } => {
                self.clear_counters();
                self.state.phase = Phase::Normal;
                self.state.cool_down_until = Some(self.now.after(self.settings().cool_down));
                self.record(Verb::Cleared, person.clone(), tally);
                self.back_to_auto(person, tally);
            }
            Phase::Normal | Phase::Returning { .. } => {
                // What was seen under another mode must not undo the order in the same step. A veto
                // stays: that is what was ordered before.
                self.state.windows.clear();
                if self.state.mode == Mode::Auto && !let_in {
                    self.already_so("mail goes to the mailstore", person, tally);
                } else {
                    self.back_to_auto(person, tally);
                }
            }
        }
    }

    /// Mailboxes that were not raised are not waited for any more; returns whether any were.
    fn let_all_in(&mut self, by: Decider, tally: &Tally) -> bool {
        if self.state.raising.take().is_none() {
            return false;
        }
        self.record(Verb::NotRaised, by, tally);
        self.actions
            .extend([Action::PublishRoute, Action::FlushMx, Action::WakeMerge]);
        true
    }

    fn back_to_auto(&mut self, by: Decider, tally: &Tally) {
        if self.state.mode != Mode::Auto {
            self.set_mode(Mode::Auto, by, tally);
        }
    }

    /// Goes home on a person's word, with what the guard said or without asking it.
    pub(super) fn return_by_hand(
        &mut self,
        order: ReturnRequest,
        guard: Option<GuardVerdict>,
        tally: &Tally,
    ) {
        self.clear_counters();
        self.state.set_mode(order.then, self.now);
        let raising = self.prepare_raising(guard.as_ref(), order.restored);
        let by = Decider::Person {
            name: order.by,
            reason: order.reason,
        };
        let verb = Verb::Returned {
            healthy_for: None,
            guard,
            raising,
        };
        self.go_home(verb, by, tally);
    }

    fn clear_counters(&mut self) {
        self.state.windows.clear();
        self.state.activations.clear();
        self.state.cool_down_until = None;
    }
}
