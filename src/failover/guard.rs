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

    /// Whether only an operator may decide to return.
    pub fn blocks_return(&self) -> bool {
        self.is_another_mailbox() || matches!(self, Self::WentBack { .. })
    }
}

impl fmt::Display for GuardVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Intact => f.write_str("the sentinel is where it was"),
            Self::WentBack { known, found } => {
                write!(
                    f,
                    "the mailstore went back in time: its sentinel had message {known} and now ends with "
                )?;
                match found {
                    Some(found) => write!(f, "message {found}"),
                    None => f.write_str("none"),
                }?;
                f.write_str("; desktop clients would silently miss new messages")
            }
            Self::Changed { what } => {
                match what {
                    Difference::UidValidity { known, found } => write!(
                        f,
                        "the sentinel's UIDVALIDITY was {known} and is {found}"
                    ),
                    Difference::CanaryContent { uid } => write!(
                        f,
                        "another message stands under UID {uid}, the sentinel's old canary"
                    ),
                    Difference::NewestContent { uid } => write!(
                        f,
                        "another message stands under UID {uid}, the newest that was seen in the sentinel"
                    ),
                }?;
                f.write_str("; desktop clients would download everything again or delete their copies")
            }
            Self::Missing { what } => write!(
                f,
                "{what}; the volume may not be mounted, and desktop clients would delete their copies"
            ),
            Self::Unknown { why } => write!(f, "the sentinel could not be looked at: {why}"),
            Self::NotConfigured => f.write_str(
                "no sentinel is configured, so nobody can tell whether this is the mailstore that failed",
            ),
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
