//! A decision, with who made it and why: it is stored and reads as a sentence.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::guard::GuardVerdict;
use super::health::Evidence;
use super::state::Mode;
use crate::clock::Timestamp;
use crate::ids::Epoch;

/// Who decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decider {
    /// Lifeboat by itself.
    Lifeboat,
    /// A person.
    Person {
        /// Who.
        name: String,
        /// The reason that was given.
        reason: String,
    },
}

/// Why Lifeboat does not activate by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AskReason {
    /// The policy leaves it to people.
    Manual,
    /// It will, at this time, unless somebody vetoes it.
    Announced {
        /// When.
        at: Timestamp,
    },
    /// It returned only a short time ago.
    CoolDown {
        /// Until when.
        until: Timestamp,
    },
    /// Other mailstores were switched already; the own network may be to blame.
    BlastRadius {
        /// How many.
        others: u32,
    },
    /// With this one more of all mailboxes would be switched within an hour than may be.
    Share {
        /// Percent of all mailboxes.
        percent: u32,
    },
    /// It would activate now, but is told to switch nothing.
    DryRun {
        /// How long the failure was seen before.
        failing_for: Duration,
        /// Vantage points that saw it …
        down: u32,
        /// … of so many.
        vantages: u32,
    },
}

/// What was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verb {
    /// The mailstore is suspected.
    Suspected,
    /// The suspicion is over.
    Cleared,
    /// A person is needed.
    Asked(AskReason),
    /// Its mail goes to the standby.
    Activated {
        /// The activation's number.
        epoch: Epoch,
        /// How long the failure was seen before.
        failing_for: Duration,
        /// Vantage points that saw it …
        down: u32,
        /// … of so many.
        vantages: u32,
    },
    /// The guard found something other than what was there before, or cannot tell.
    Blocked(GuardVerdict),
    /// The guard found that the mailstore went back in time, and there is a way to mend it.
    WentBack(GuardVerdict),
    /// What stood in the way is gone.
    Unblocked,
    /// Its mail goes to the mailstore again.
    Returned {
        /// How long it had been healthy; none when a person did not wait for that.
        healthy_for: Option<Duration>,
        /// What the guard said; none when a person accepted whatever is there.
        guard: Option<GuardVerdict>,
        /// Each mailbox follows after its UIDs were raised.
        raising: bool,
    },
    /// The UIDs of all mailboxes were raised.
    Raised {
        /// How long that took.
        after: Duration,
    },
    /// A person let the mailboxes in that were not raised.
    NotRaised,
    /// It failed again after a return.
    Relapsed {
        /// The activation's number.
        epoch: Epoch,
    },
    /// The return is over.
    Settled {
        /// How long it was watched.
        after: Duration,
    },
    /// The mode was set.
    ModeSet(Mode),
    /// An order could not be followed.
    Refused {
        /// Why, and what to do, in words.
        why: String,
    },
    /// An order changed nothing.
    AlreadySo {
        /// How it is, in words.
        how: String,
    },
}

impl Verb {
    /// The decision's short name, as the API and the audit log have it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Suspected => "suspected",
            Self::Cleared => "cleared",
            Self::Asked(AskReason::DryRun { .. }) => "would-activate",
            Self::Asked(_) => "asked",
            Self::Activated { .. } => "activated",
            Self::Blocked(_) => "blocked",
            Self::WentBack(_) => "went-back",
            Self::Unblocked => "unblocked",
            Self::Returned { .. } => "returned",
            Self::Raised { .. } => "raised",
            Self::NotRaised => "not-raised",
            Self::Relapsed { .. } => "relapsed",
            Self::Settled { .. } => "settled",
            Self::ModeSet(_) => "mode-set",
            Self::Refused { .. } => "refused",
            Self::AlreadySo { .. } => "already-so",
        }
    }

    /// Whether a person must do something about it.
    pub fn needs_a_person(&self) -> bool {
        matches!(self, Self::Asked(_) | Self::Blocked(_))
    }
}

/// A decision with its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// When.
    pub at: Timestamp,
    /// What.
    pub verb: Verb,
    /// By whom.
    pub by: Decider,
    /// What had failed at that time.
    pub evidence: Evidence,
}

impl Decision {
    /// `3 of 3 vantage points failed IMAP and LMTP for 62 s, Postfix deferred 412: ` and the probes.
    fn write_confirmed(
        &self,
        f: &mut fmt::Formatter<'_>,
        down: u32,
        vantages: u32,
        failing_for: Duration,
    ) -> fmt::Result {
        write!(
            f,
            "{down} of {vantages} vantage points failed {} for {} s",
            self.evidence.kinds(),
            failing_for.as_secs()
        )?;
        if !self.evidence.traffic.is_empty() {
            write!(f, ", {}", self.evidence.traffic)?;
        }
        write!(f, ": {}", self.evidence.by_probe())
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |d: &Duration| d.as_secs();
        match &self.verb {
            Verb::Suspected => write!(f, "suspected: {}", self.evidence),
            Verb::Cleared => f.write_str("suspicion cleared"),
            Verb::Asked(AskReason::Manual) => {
                write!(
                    f,
                    "waiting for a person, as the policy is manual: {}",
                    self.evidence
                )
            }
            Verb::Asked(AskReason::Announced { at }) => write!(
                f,
                "will activate at {at} unless `return` vetoes it: {}",
                self.evidence
            ),
            Verb::Asked(AskReason::CoolDown { until }) => write!(
                f,
                "waiting for a person or for the end of the cool-down at {until}: {}",
                self.evidence
            ),
            Verb::Asked(AskReason::BlastRadius { others }) => write!(
                f,
                "waiting for a person, as {others} other mailstores were switched already and Lifeboat's own network may be to blame: {}",
                self.evidence
            ),
            Verb::Asked(AskReason::Share { percent }) => write!(
                f,
                "waiting for a person, as {percent} % of all mailboxes would be switched within an hour: {}",
                self.evidence
            ),
            Verb::Asked(AskReason::DryRun {
                failing_for,
                down,
                vantages,
            }) => {
                f.write_str("would activate, and does not, as this is a dry run: ")?;
                self.write_confirmed(f, *down, *vantages, *failing_for)
            }
            Verb::Activated {
                epoch,
                failing_for,
                down,
                vantages,
            } => {
                write!(f, "activated (epoch {epoch})")?;
                if self.by == Decider::Lifeboat {
                    f.write_str(": ")?;
                    self.write_confirmed(f, *down, *vantages, *failing_for)?;
                }
                Ok(())
            }
            Verb::Blocked(verdict) => write!(
                f,
                "return blocked: {verdict}; if that is accepted, return with --accept-changed-mailstore"
            ),
            Verb::WentBack(verdict) => write!(f, "{verdict} unless UIDs are raised first"),
            Verb::Unblocked => f.write_str("no longer blocked: the sentinel is where it was"),
            Verb::Returned {
                healthy_for,
                guard,
                raising,
            } => {
                f.write_str("returned")?;
                if let Some(healthy_for) = healthy_for {
                    write!(
                        f,
                        " after {} s without a failed probe",
                        seconds(healthy_for)
                    )?;
                }
                match guard {
                    Some(guard) if *raising => write!(f, ": {}", guard.found()),
                    Some(guard) => write!(f, ": {guard}"),
                    None => f.write_str(", whatever is in the mailstore now"),
                }?;
                if *raising {
                    f.write_str("; each mailbox follows when its UIDs are raised")?;
                }
                Ok(())
            }
            Verb::Raised { after } => write!(
                f,
                "the UIDs of all mailboxes were raised, in {} s",
                seconds(after)
            ),
            Verb::NotRaised => {
                f.write_str("mail goes to all mailboxes, also to those whose UIDs were not raised")
            }
            Verb::Relapsed { epoch } => write!(
                f,
                "relapsed, active again (epoch {epoch}): {}",
                self.evidence
            ),
            Verb::Settled { after } => write!(
                f,
                "back to normal: no relapse for {} s after the return",
                seconds(after)
            ),
            Verb::ModeSet(mode) => write!(f, "mode set to {mode}"),
            Verb::Refused { why } => write!(f, "refused: {why}"),
            Verb::AlreadySo { how } => write!(f, "nothing to do: {how}"),
        }?;
        match &self.by {
            Decider::Lifeboat => Ok(()),
            Decider::Person { name, reason } => write!(f, ", by {name}: {reason}"),
        }
    }
}
