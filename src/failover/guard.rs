//! Is this mailstore the one that failed? What is known about a sentinel mailbox against what is
//! seen in it.
//!
//! A mailstore whose volume is not mounted logs users in, shows an empty mailbox with a new
//! UIDVALIDITY and answers OK to APPEND; one whose `dovecot-uidlist` was lost may keep its
//! UIDVALIDITY and renumber; one restored from a snapshot has everything but the newest messages.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{PrimaryUid, UidValidity};

/// The old message whose UID and content must never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Canary {
    /// Its UID.
    pub uid: PrimaryUid,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
}

/// A numbered message, as delivered every minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbered {
    /// Its number; grows with every message sent.
    pub number: u64,
    /// Its UID.
    pub uid: PrimaryUid,
}

/// What was learned about a sentinel mailbox while all was well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentinelKnown {
    /// Its UIDVALIDITY.
    pub uid_validity: UidValidity,
    /// Its old canary.
    pub canary: Canary,
    /// The newest numbered message that was seen.
    pub newest: Option<Numbered>,
}

/// What one look into a sentinel mailbox showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentinelSeen {
    /// Its UIDVALIDITY.
    pub uid_validity: UidValidity,
    /// How many messages it holds.
    pub messages: u32,
    /// SHA-256 of the message with the known canary's UID; none if there is no such message.
    pub canary_sha256: Option<[u8; 32]>,
    /// The number of the message with the newest known UID; none if there is no such message.
    pub number_at_newest: Option<u64>,
    /// The numbered message with the highest number.
    pub newest: Option<Numbered>,
}

/// What the guard found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GuardVerdict {
    /// Everything is where it was.
    Intact,
    /// The old content is there, the newest known message is not: the mailstore was restored from
    /// an earlier state, and UIDs would be given out twice.
    WentBack {
        /// The newest number that was seen before.
        known: u64,
        /// The newest number that is there now.
        found: Option<u64>,
    },
    /// It is another mailbox, or its UIDs were renumbered.
    Changed {
        /// What differs.
        what: Difference,
    },
    /// The sentinel, or what was in it, is gone.
    Missing {
        /// What is missing, in words.
        what: String,
    },
    /// It could not be looked at.
    Unknown {
        /// Why, in words.
        why: String,
    },
    /// The mailstore has no sentinel.
    NotConfigured,
    /// The mailstore failed before anything was learned of its sentinel.
    NeverLearned,
}

/// How a sentinel differs from what is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Difference {
    /// Another UIDVALIDITY.
    UidValidity {
        /// The one that is known.
        known: UidValidity,
        /// The one that is there.
        found: UidValidity,
    },
    /// Another message under the old canary's UID.
    CanaryContent {
        /// The old canary's UID.
        uid: PrimaryUid,
    },
    /// Another message under the newest known UID.
    NewestContent {
        /// The newest known UID.
        uid: PrimaryUid,
    },
}

impl GuardVerdict {
    /// Whether desktop clients and mail would meet another mailbox than the one they know: nothing
    /// may be routed or merged there.
    pub fn is_another_mailbox(&self) -> bool {
        matches!(self, Self::Changed { .. } | Self::Missing { .. })
    }

    /// Whether it is the same mailbox in an earlier state: UIDs would be given out twice.
    pub fn went_back(&self) -> bool {
        matches!(self, Self::WentBack { .. })
    }

    /// Whether mail must not simply return: each mailbox has to be raised first, or only an operator
    /// may decide.
    pub fn blocks_return(&self) -> bool {
        self.is_another_mailbox() || self.went_back() || matches!(self, Self::NeverLearned)
    }

    /// Its short name in the API and the message catalogue.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Intact => "intact",
            Self::WentBack { .. } => "went-back",
            Self::Changed { .. } => "changed",
            Self::Missing { .. } => "missing",
            Self::Unknown { .. } => "unknown",
            Self::NotConfigured => "not-configured",
            Self::NeverLearned => "never-learned",
        }
    }

    /// What was found, in words.
    pub fn found(&self) -> String {
        match self {
            Self::Intact => "the sentinel is where it was".into(),
            Self::WentBack { known, found } => {
                let found = found.map_or("none".into(), |found| format!("message {found}"));
                format!(
                    "the mailstore went back in time: its sentinel had message {known} and now ends with {found}"
                )
            }
            Self::Changed { what } => what.to_string(),
            Self::Missing { what } => format!("{what}; the volume may not be mounted"),
            Self::Unknown { why } => format!("the sentinel could not be looked at: {why}"),
            Self::NotConfigured => "no sentinel is configured, so nobody can tell whether this is the mailstore that failed".into(),
            Self::NeverLearned => "the mailstore failed before Lifeboat had learned its sentinel, so Lifeboat cannot tell whether this is the mailstore that failed".into(),
        }
    }

    /// What desktop clients would do if mail and clients were let in as it is; none where nothing is
    /// known to be wrong.
    pub fn clients(&self) -> Option<&'static str> {
        match self {
            Self::WentBack { .. } => Some("desktop clients would silently miss new messages"),
            Self::Changed { .. } => {
                Some("desktop clients would download everything again or delete their copies")
            }
            Self::Missing { .. } => Some("desktop clients would delete their copies"),
            Self::Intact | Self::Unknown { .. } | Self::NotConfigured | Self::NeverLearned => None,
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UidValidity { known, found } => {
                write!(f, "the sentinel's UIDVALIDITY was {known} and is {found}")
            }
            Self::CanaryContent { uid } => write!(
                f,
                "another message stands under UID {uid}, the sentinel's old canary"
            ),
            Self::NewestContent { uid } => write!(
                f,
                "another message stands under UID {uid}, the newest that was seen in the sentinel"
            ),
        }
    }
}

impl fmt::Display for GuardVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.found())?;
        match (self, self.clients()) {
            (Self::Missing { .. }, Some(clients)) => write!(f, ", and {clients}"),
            (_, Some(clients)) => write!(f, "; {clients}"),
            (_, None) => Ok(()),
        }
    }
}
/// Compares what is seen with what is known.
pub fn judge(known: &SentinelKnown, seen: &SentinelSeen) -> GuardVerdict {
    if seen.messages == 0 {
        return GuardVerdict::Missing {
            what: "the sentinel mailbox is empty".into(),
        };
    }
    if seen.uid_validity != known.uid_validity {
        return GuardVerdict::Changed {
            what: Difference::UidValidity {
                known: known.uid_validity,
                found: seen.uid_validity,
            },
        };
    }
    match seen.canary_sha256 {
        None => {
            return GuardVerdict::Missing {
                what: format!(
                    "the sentinel's old canary (UID {}) is gone",
                    known.canary.uid
                ),
            };
        }
        Some(sha256) if sha256 != known.canary.sha256 => {
            return GuardVerdict::Changed {
                what: Difference::CanaryContent {
                    uid: known.canary.uid,
                },
            };
        }
        Some(_) => {}
    }
    let Some(newest) = known.newest else {
        return GuardVerdict::Intact;
    };
    match seen.number_at_newest {
        Some(number) if number == newest.number => GuardVerdict::Intact,
        // An older message under a newer UID: renumbered.
        Some(number) if number < newest.number => GuardVerdict::Changed {
            what: Difference::NewestContent { uid: newest.uid },
        },
        // It is not there, or its UID was given out again by a message sent since.
        Some(_) | None => GuardVerdict::WentBack {
            known: newest.number,
            found: seen.newest.map(|n| n.number),
        },
    }
}
