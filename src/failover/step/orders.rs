//! What a person orders: it works at once, whatever the probes say, and clears their counters.

use super::{Command, Machine, Order};
use crate::failover::decision::{Decider, Verb};
use crate::failover::guard::GuardVerdict;
use crate::failover::health::Tally;
use crate::failover::state::{GuardCheck, Mode, Phase, ReturnRequest};
use crate::failover::step::Action;

impl Machine<'_> {
    pub(super) fn obey(&mut self, command: Command) {
        let by = Decider::Person {
            name: command.by.clone(),
            reason: command.reason.clone(),
        };
        let tally = self.tally();
        match command.order {
            Order::Activate => self.order_activate(by, &tally),
            Order::Return { accept_changed } => {
                self.order_return(command, accept_changed, Mode::Auto, &tally);
            }
            Order::PinPrimary => {
                if matches!(self.state.phase, Phase::Active { .. }) {
                    self.order_return(command, false, Mode::PinPrimary, &tally);
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
        self.state.mode = mode;
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

    fn order_return(&mut self, command: Command, accept_changed: bool, then: Mode, tally: &Tally) {
        let Command { by, reason, .. } = command;
        let person = Decider::Person {
            name: by.clone(),
            reason: reason.clone(),
        };
        if accept_changed {
            self.state.sentinel = None;
            self.actions.push(Action::RelearnSentinel);
        }
        match self.state.phase {
            Phase::Active { .. } => {
                let order = ReturnRequest { by, reason, then };
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
                if self.state.mode == Mode::Auto {
                    self.already_so("mail goes to the mailstore", person, tally);
                } else {
                    self.back_to_auto(person, tally);
                }
            }
        }
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
        self.state.mode = order.then;
        let by = Decider::Person {
            name: order.by,
            reason: order.reason,
        };
        let verb = Verb::Returned {
            healthy_for: None,
            guard,
        };
        self.go_home(verb, by, tally);
    }

    fn clear_counters(&mut self) {
        self.state.windows.clear();
        self.state.activations.clear();
        self.state.cool_down_until = None;
    }
}
