//! Sets of UIDs.

use std::fmt;
use std::num::NonZeroU32;

use crate::ids::PrimaryUid;

/// Most ranges in one command line: Dovecot's own limit is 64 KB a line.
const RANGES_MAX: usize = 500;

/// UIDs for a command: ranges, or everything from one UID on. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UidSet(Ranges);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Ranges {
    From(PrimaryUid),
    Closed(Vec<(PrimaryUid, PrimaryUid)>),
}

impl UidSet {
    /// This UID and all above it. A server names the last message even if its UID is lower: whoever
    /// asks must look at the UIDs in the answer.
    pub fn from(first: PrimaryUid) -> Self {
        Self(Ranges::From(first))
    }

    /// Exactly one.
    pub fn one(uid: PrimaryUid) -> Self {
        Self(Ranges::Closed(vec![(uid, uid)]))
    }

    /// All of a folder.
    pub fn all() -> Self {
        Self::from(PrimaryUid(NonZeroU32::MIN))
    }

    /// The given UIDs, in as many sets as command lines are needed; none for no UID.
    pub fn of(uids: impl IntoIterator<Item = PrimaryUid>) -> Vec<Self> {
        let mut uids: Vec<_> = uids.into_iter().collect();
        uids.sort_unstable();
        uids.dedup();
        let mut ranges: Vec<(PrimaryUid, PrimaryUid)> = Vec::new();
        for uid in uids {
            match ranges.last_mut() {
                Some((_, last)) if last.0.checked_add(1) == Some(uid.0) => *last = uid,
                _ => ranges.push((uid, uid)),
            }
        }
        ranges
            .chunks(RANGES_MAX)
            .map(|chunk| Self(Ranges::Closed(chunk.to_vec())))
            .collect()
    }

    /// Whether `uid` is in it.
    pub fn contains(&self, uid: PrimaryUid) -> bool {
        match &self.0 {
            Ranges::From(first) => uid >= *first,
            Ranges::Closed(ranges) => ranges.iter().any(|(a, b)| (*a..=*b).contains(&uid)),
        }
    }
}

impl fmt::Display for UidSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Ranges::From(first) => write!(f, "{first}:*"),
            Ranges::Closed(ranges) => {
                for (n, (first, last)) in ranges.iter().enumerate() {
                    let comma = if n == 0 { "" } else { "," };
                    if first == last {
                        write!(f, "{comma}{first}")?;
                    } else {
                        write!(f, "{comma}{first}:{last}")?;
                    }
                }
                Ok(())
            }
        }
    }
}
