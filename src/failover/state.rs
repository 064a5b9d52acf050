//! A mailstore's failover state.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::decision::AskReason;
use super::guard::GuardVerdict;
use super::health::{Tally, Windows};
use super::settings::Settings;
use crate::clock::Timestamp;
use crate::ids::{Epoch, OutageId};

/// What the operator wants for a mailstore.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// The state machine decides.
    #[default]
    Auto,
    /// Never the standby.
    PinPrimary,
    /// Always the standby.
    PinStandby,
    /// Mail waits in the MX.
    Queue,
}

impl Mode {
    /// Its name on the command line and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::PinPrimary => "pin-primary",
            Self::PinStandby => "pin-standby",
            Self::Queue => "queue",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Mode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Auto, Self::PinPrimary, Self::PinStandby, Self::Queue]
            .into_iter()
            .find(|m| m.as_str() == text)
            .ok_or_else(|| "a mode is auto, pin-primary, pin-standby or queue".into())
    }
}

/// Where a mailstore's mail goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Serving {
    /// To the mailstore.
    Primary,
    /// To the standby.
    Standby,
    /// It waits in the MX.
    Queue,
}

/// An order to return that waits for the guard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnRequest {
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
    /// The mode to set with the return.
    pub then: Mode,
    /// It is known to have been restored to an earlier state, whatever the guard finds.
    pub restored: bool,
}

/// A mailstore that went back in time: each of its mailboxes gets its mail back after its UIDs were
/// raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raising {
    /// The activation under which it was found; what was raised under an earlier one does not count.
    pub epoch: Epoch,
    /// When the raising began.
    pub since: Timestamp,
}

/// Who may be reached in a mailstore that went back in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MustBeRaised {
    /// Nobody yet.
    Everybody,
    /// Mailboxes that were raised under this epoch.
    Under(Epoch),
}

/// How far the guard is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum GuardCheck {
    /// Not asked, or answered.
    #[default]
    Idle,
    /// Asked at this time.
    Asked {
        /// When.
        at: Timestamp,
        /// The order behind it; none when Lifeboat wants to return by itself.
        order: Option<ReturnRequest>,
    },
}

/// The four states.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// All is well.
    #[default]
    Normal,
    /// Probes fail; not confirmed yet.
    Suspected {
        /// When enough had failed.
        since: Timestamp,
        /// The first failure.
        first_failed: Timestamp,
        /// What a person was asked.
        asked: Option<AskReason>,
    },
    /// Mail goes to the standby.
    Active {
        /// The activation's number.
        epoch: Epoch,
        /// When it was activated.
        since: Timestamp,
        /// The record of it.
        outage: OutageId,
        /// A person activated it; then a person returns it.
        by_hand: bool,
        /// Since when no probe failed.
        healthy_since: Option<Timestamp>,
        /// The guard, when a return is wanted.
        guard: GuardCheck,
        /// What stands in the way of a return.
        blocked: Option<GuardVerdict>,
    },
    /// Mail goes to the mailstore again, which is watched for a relapse.
    Returning {
        /// The number of the activation that is over.
        epoch: Epoch,
        /// When it returned.
        since: Timestamp,
        /// The record of it.
        outage: OutageId,
    },
}

impl Phase {
    /// Its name in the API, pages and metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Suspected { .. } => "suspected",
            Self::Active { .. } => "active",
            Self::Returning { .. } => "returning",
        }
    }

    /// The outage that is under way.
    pub fn outage(&self) -> Option<OutageId> {
        match self {
            Self::Normal | Self::Suspected { .. } => None,
            Self::Active { outage, .. } | Self::Returning { outage, .. } => Some(*outage),
        }
    }
}

/// Everything that is known about a mailstore's failover.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// What the operator wants; changed by [`State::set_mode`].
    pub mode: Mode,
    /// Since when mail waits in the MX by the mode; none while it does not.
    pub queued_since: Option<Timestamp>,
    /// Where the machine stands.
    pub phase: Phase,
    /// The highest epoch given out.
    pub epoch: Epoch,
    /// Lifeboat's own activations within the flap window; at most eight.
    pub activations: Vec<Timestamp>,
    /// Lifeboat does not activate by itself before this.
    pub cool_down_until: Option<Timestamp>,
    /// Whether mailboxes wait for their UIDs to be raised. Outlives phases: a relapse pauses it, and
    /// only the last mailbox or a person ends it.
    pub raising: Option<Raising>,
    /// The last thing seen in the sentinel; not persisted, so that a restart looks again.
    #[serde(skip)]
    pub sentinel: Option<GuardVerdict>,
    #[serde(skip)]
    pub(super) windows: Windows,
    #[serde(skip)]
    pub(super) last_step: Option<Timestamp>,
}

/// What of a state an order may hang on: whoever saw it decides by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    mode: Mode,
    phase: &'static str,
    epoch: Epoch,
}

impl State {
    /// What of it an order may hang on.
    pub fn stamp(&self) -> Stamp {
        Stamp {
            mode: self.mode,
            phase: self.phase.name(),
            epoch: self.epoch,
        }
    }
}

impl Default for State {
    fn default() -> Self {
        Self {
            mode: Mode::default(),
            queued_since: None,
            phase: Phase::default(),
            epoch: Epoch(0),
            activations: Vec::new(),
            cool_down_until: None,
            raising: None,
            sentinel: None,
            windows: Windows::default(),
            last_step: None,
        }
    }
}

impl State {
    /// The operator wants something else, or the same again.
    pub(super) fn set_mode(&mut self, mode: Mode, now: Timestamp) {
        self.queued_since = match mode {
            Mode::Queue => self.queued_since.or(Some(now)),
            Mode::Auto | Mode::PinPrimary | Mode::PinStandby => None,
        };
        self.mode = mode;
    }

    /// Where the mailstore's mail goes.
    pub fn serving(&self) -> Serving {
        match (self.mode, &self.phase) {
            (Mode::PinPrimary, _) => Serving::Primary,
            (Mode::PinStandby, _) => Serving::Standby,
            (Mode::Queue, _) => Serving::Queue,
            (Mode::Auto, Phase::Active { .. }) => Serving::Standby,
            (Mode::Auto, Phase::Normal | Phase::Suspected { .. } | Phase::Returning { .. }) => {
                Serving::Primary
            }
        }
    }

    /// Whether what answers there is known to be another mailbox than the one users had: even mail
    /// that opted out of failover must not go there.
    pub fn is_unsafe(&self) -> bool {
        let blocked = match &self.phase {
            Phase::Active { blocked, .. } => blocked.as_ref(),
            Phase::Normal | Phase::Suspected { .. } | Phase::Returning { .. } => None,
        };
        [self.sentinel.as_ref(), blocked]
            .into_iter()
            .flatten()
            .any(GuardVerdict::is_another_mailbox)
    }

    /// Whether mail may reach a mailbox of it only after that mailbox was raised. Not even mail that
    /// opted out of failover may go there before: it would be given a UID that clients know.
    pub fn must_be_raised(&self) -> Option<MustBeRaised> {
        match (&self.phase, self.raising) {
            (
                Phase::Active {
                    blocked: Some(verdict),
                    ..
                },
                _,
            ) if verdict.went_back() => Some(MustBeRaised::Everybody),
            (_, Some(raising)) => Some(MustBeRaised::Under(raising.epoch)),
            (_, None) => None,
        }
    }

    /// The epoch under which mailboxes may be raised now: those that may be merged into a mailstore
    /// whose mailboxes wait for it.
    pub fn may_raise(&self, settings: &Settings, now: Timestamp) -> Option<Epoch> {
        let raising = self.raising?;
        self.may_merge(settings, now).then_some(raising.epoch)
    }

    /// Whether mail may be merged into the mailstore: it serves its mailboxes, no probe is failing,
    /// and the sentinel, if there is one, was seen intact since this process started.
    pub fn may_merge(&self, settings: &Settings, now: Timestamp) -> bool {
        let home = matches!(self.phase, Phase::Normal | Phase::Returning { .. })
            && matches!(self.mode, Mode::Auto | Mode::PinPrimary);
        let sentinel = !settings.has_sentinel || self.sentinel == Some(GuardVerdict::Intact);
        home && sentinel && !self.tally(settings, now).is_down(settings)
    }

    /// Whether Lifeboat switched it by itself.
    pub fn is_automatically_active(&self) -> bool {
        matches!(self.phase, Phase::Active { by_hand: false, .. })
    }

    /// Whether Lifeboat switched it by itself within `window`.
    pub fn was_switched_within(&self, window: Duration, now: Timestamp) -> bool {
        let oldest = now.before(window);
        self.activations.iter().any(|at| *at >= oldest)
    }

    /// The vantage points' votes now.
    pub fn tally(&self, settings: &Settings, now: Timestamp) -> Tally {
        self.windows.tally(settings, now)
    }

    /// Whether the two differ in what is persisted.
    pub fn differs_durably(&self, other: &Self) -> bool {
        self.mode != other.mode
            || self.phase != other.phase
            || self.epoch != other.epoch
            || self.activations != other.activations
            || self.cool_down_until != other.cool_down_until
            || self.raising != other.raising
    }
}
