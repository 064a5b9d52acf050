//! The audit log: read and verified by operators.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Actor, Service, ServiceError};
use crate::store::access::Permission;
use crate::store::audit::{self, AuditEntry, AuditHead, AuditVerified};

/// Entries verified in one read.
const VERIFY_STEP: usize = 1000;
/// Most entries in one page.
pub const PAGE_MAX: usize = 500;

/// Entries older than number `before`, the newest first.
///
/// # Errors
/// When the actor may not, or the store fails.
pub fn list(
    service: &Service,
    actor: &Actor,
    before: Option<u64>,
    limit: usize,
) -> Result<Vec<AuditEntry>, ServiceError> {
    actor.operator()?;
    actor.may(Permission::Audit)?;
    Ok(service
        .store
        .read(|tx| audit::list(tx, before, limit.clamp(1, PAGE_MAX)))?)
}

/// An entry by its number and hash, as `NUMBER:HASH`: whoever keeps one elsewhere sees by it whether the whole
/// log was written anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// The entry's number; 0 and zeros while there is none.
    pub number: u64,
    /// Its hash, 64 hexadecimal digits.
    pub hash: String,
}

impl From<AuditHead> for Anchor {
    fn from(head: AuditHead) -> Self {
        Self {
            number: head.number,
            hash: head.hash.iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, self.hash)
    }
}

/// A text that names no entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write NUMBER:HASH, as an earlier verification printed it")]
pub struct InvalidAnchor;

impl FromStr for Anchor {
    type Err = InvalidAnchor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (number, hash) = text.split_once(':').ok_or(InvalidAnchor)?;
        let number = number.parse().map_err(|_| InvalidAnchor)?;
        let is_hash = hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
        is_hash
            .then(|| Self {
                number,
                hash: hash.to_ascii_lowercase(),
            })
            .ok_or(InvalidAnchor)
    }
}

/// Verifies the whole chain; returns the number of its last entry.
///
/// # Errors
/// [`ServiceError::Conflict`] with how it is damaged; when the actor may not, or the store fails.
pub fn verify(service: &Service, actor: &Actor) -> Result<u64, ServiceError> {
    Ok(verify_since(service, actor, None)?.number)
}

/// Verifies the whole chain, and that an entry that was seen earlier is still in it; returns the last.
///
/// # Errors
/// As [`verify`].
pub fn verify_since(
    service: &Service,
    actor: &Actor,
    seen: Option<&Anchor>,
) -> Result<Anchor, ServiceError> {
    actor.operator()?;
    actor.may(Permission::Audit)?;
    let mut so_far = AuditVerified::default();
    while !so_far.done {
        so_far = service
            .store
            .read(|tx| audit::verify_part(tx, so_far, VERIFY_STEP))?
            .map_err(|damage| ServiceError::Conflict(damage.to_string()))?;
    }
    let last = Anchor::from(so_far.head);
    let Some(seen) = seen else {
        return Ok(last);
    };
    let found = service
        .store
        .read(|tx| audit::list(tx, seen.number.checked_add(1), 1))?;
    let found = found.into_iter().next().map(|entry| AuditHead {
        number: entry.number,
        hash: entry.hash,
    });
    match found.map(Anchor::from) {
        Some(found) if found == *seen => Ok(last),
        _ if *seen == Anchor::from(AuditHead::default()) => Ok(last),
        _ => Err(ServiceError::Conflict(format!(
            "entry {} is not the one that was seen: the log was written anew, or cut off, since then",
            seen.number
        ))),
    }
}
