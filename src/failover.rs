//! Whether a mailstore's mail goes to the standby: a pure state machine over observations, orders
//! and time.
//!
//! It never does I/O and never asks a clock. [`step()`] takes a state, an event and the time, and
//! returns the next state with the actions that follow; whoever calls it persists both together and
//! carries the actions out, each of which may be repeated without harm.
//!
//! Invariants: a mailstore that is pinned to its primary is never served from the standby; the route
//! goes back only after the guard found the sentinel where it was, or after an operator accepted the
//! difference, or vouched for a mailstore without a sentinel; into a mailstore that went back in time
//! each mailbox returns only after its UIDs were raised; every decision names its evidence.

mod decision;
mod guard;
mod health;
mod probe;
mod settings;
mod state;
mod step;
mod trend;

pub use decision::{AskReason, Decider, Decision, Verb};
pub use guard::{Canary, Difference, GuardVerdict, Numbered, SentinelKnown, SentinelSeen, judge};
pub use health::{Evidence, ProbeEvidence, Tally};
pub use probe::{Observation, Outcome, ProbeKind, SentinelLook, Traffic, Weight};
pub use settings::{Policy, Raise, SHARE_WINDOW, Settings};
pub use state::{
    GuardCheck, Mode, MustBeRaised, Phase, Raising, ReturnRequest, Serving, Stamp, State,
};
pub use step::{Action, Command, Event, Order, Share, Surroundings, step};
pub use trend::{Noted, Profile, Trend, Turn};

#[cfg(test)]
mod tests;
