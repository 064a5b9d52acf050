//! The audit log: for operators all of it, for a reseller what was done by its people and to its domains; verified
//! by operators.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::sorting::{self, Start};
use super::{Actor, Service, ServiceError};
use crate::clock::Timestamp;
use crate::ids::ResellerId;
use crate::route::Scope;
use crate::store::access::Permission;
use crate::store::audit::{self, AuditEntry, AuditHead, AuditVerified};
use crate::store::directory::{self, moved};
use crate::store::{Order, ReadTx, StoreError};

/// Entries verified in one read.
const VERIFY_STEP: usize = 1000;
/// Most entries in one page.
pub const PAGE_MAX: usize = 500;
/// Entries that one page of a search looks at; then it ends, with a cursor, however few it found.
const LOOKED_AT_MAX: usize = 5_000;
/// Entries read at a time.
const ROWS: usize = 500;
/// A clock that was set jumped by so much at most: entries of one time lie no farther apart than that.
const CLOCK_JUMP_MAX: Duration = Duration::from_secs(86_400);

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

/// What is looked for; all of it must be so. Words are found anywhere, in large or small letters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// In who did it.
    pub who: String,
    /// In what was done.
    pub action: String,
    /// In to what.
    pub subject: String,
    /// Not before this time.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
}

impl Filter {
    fn takes(&self, entry: &AuditEntry) -> bool {
        let has = |text: &str, part: &str| {
            part.is_empty() || text.to_lowercase().contains(&part.to_lowercase())
        };
        let event = &entry.event;
        has(&event.who, &self.who)
            && has(&event.action, &self.action)
            && has(&event.subject, &self.subject)
            && self.from.is_none_or(|from| event.at >= from)
            && self.until.is_none_or(|until| event.at < until)
    }

    /// Behind which entry the first lies that can be what is looked for.
    fn first(&self, tx: &dyn ReadTx, order: Order) -> Result<Option<u64>, StoreError> {
        Ok(match (order, self.from, self.until) {
            (Order::Ascending, Some(from), _) => {
                Some(audit::first_since(tx, from.before(CLOCK_JUMP_MAX))?.saturating_sub(1))
            }
            (Order::Descending, _, Some(until)) => {
                Some(audit::first_since(tx, until.after(CLOCK_JUMP_MAX))?)
            }
            _ => None,
        })
    }

    /// Whether what comes behind an entry of this time lies outside the times that are looked for.
    fn is_past(&self, order: Order, at: Timestamp) -> bool {
        match order {
            Order::Ascending => self
                .until
                .is_some_and(|until| at >= until.after(CLOCK_JUMP_MAX)),
            Order::Descending => self
                .from
                .is_some_and(|from| at < from.before(CLOCK_JUMP_MAX)),
        }
    }
}

/// Entries that were found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The entries, as they are sorted.
    pub entries: Vec<AuditEntry>,
    /// Ask for what lies behind this number next; none: there is nothing more.
    pub next: Option<u64>,
}

/// How entries are asked for: the newest first, or by `at`.
///
/// # Errors
/// As [`sorting::by_time`].
pub fn start(sort: &str, before: &str, after: &str) -> Result<Start<u64>, ServiceError> {
    sorting::by_time("at", sort, before, after)
}

/// Entries from `start` on that a filter takes and the actor may see. A page may hold fewer than `limit`, even none,
/// and still name the next. A reseller sees what its own people and programs did, and what was done to its domains
/// and mailboxes; of an operator it is told only that it was one.
///
/// # Errors
/// When the actor may not, or the store fails.
pub fn search(
    service: &Service,
    actor: &Actor,
    filter: &Filter,
    start: &Start<u64>,
    limit: usize,
) -> Result<Found, ServiceError> {
    actor.may(Permission::Audit)?;
    let limit = limit.clamp(1, PAGE_MAX);
    let mut found = Found {
        entries: Vec::new(),
        next: None,
    };
    let first = service.store.read(|tx| filter.first(tx, start.order))?;
    let (mut last, mut looked_at) = (start.after.or(first), 0);
    while looked_at < LOOKED_AT_MAX {
        let rows = service.store.read(|tx| {
            let rows = audit::list_behind(tx, start.order, last, ROWS)?;
            let shown = rows.into_iter().map(|entry| {
                let number = entry.number;
                Ok::<_, StoreError>((number, entry.event.at, visible(tx, actor, entry)?))
            });
            shown.collect::<Result<Vec<_>, _>>()
        })?;
        let is_last = rows.len() < ROWS;
        looked_at += rows.len();
        for (number, at, entry) in rows {
            if filter.is_past(start.order, at) {
                return Ok(found);
            }
            if found.entries.len() == limit {
                found.next = last;
                return Ok(found);
            }
            last = Some(number);
            found
                .entries
                .extend(entry.filter(|entry| filter.takes(entry)));
        }
        if is_last {
            return Ok(found);
        }
    }
    found.next = last;
    Ok(found)
}

/// The entry as the actor may see it, if it may.
fn visible(
    tx: &dyn ReadTx,
    actor: &Actor,
    mut entry: AuditEntry,
) -> Result<Option<AuditEntry>, StoreError> {
    let reseller = match actor {
        Actor::Operator(_) | Actor::System(_) => return Ok(Some(entry)),
        Actor::Reseller(reseller, _) => reseller,
        Actor::User(..) | Actor::Agent(..) | Actor::Router(_) => return Ok(None),
    };
    if is_by(&entry.event.who, reseller) {
        return Ok(Some(entry));
    }
    let domain = match entry.event.subject.parse() {
        Ok(Scope::Domain(domain)) => domain,
        Ok(Scope::Mailbox(address)) => address.domain_name(),
        Ok(Scope::Mailstore(_)) | Err(_) => return Ok(None),
    };
    let owner = directory::domain(tx, &domain)?.and_then(|record| record.reseller);
    if owner.as_ref() != Some(reseller) {
        return Ok(None);
    }
    let since = moved::since(tx, &domain)?;
    if since.is_some_and(|since| entry.number <= since.audit) {
        return Ok(None);
    }
    match entry.event.who.split(' ').next() {
        // Whoever owned the domain before, and what they wrote, is nobody else's business.
        Some("reseller") => return Ok(None),
        Some("operator") => entry.event.who = "operator".to_owned(),
        _ => {}
    }
    entry.event.detail = String::new();
    Ok(Some(entry))
}

/// Whether an actor as the log shows it is somebody of a reseller.
fn is_by(who: &str, reseller: &ResellerId) -> bool {
    who.strip_prefix("reseller ")
        .and_then(|rest| rest.strip_prefix(reseller.as_str()))
        .is_some_and(|rest| rest.starts_with(" ("))
}

/// The last entry: who notes it elsewhere finds out if the log is ever replaced whole.
///
/// # Errors
/// When the actor may not, or the store fails.
pub fn head(service: &Service, actor: &Actor) -> Result<Anchor, ServiceError> {
    actor.operator()?;
    actor.may(Permission::Audit)?;
    Ok(service.store.read(audit::head)?.into())
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

#[cfg(test)]
mod tests;
