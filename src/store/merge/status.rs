//! How the merge stands: what is left, and what stands in the way.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::{ParkReason, Parked, mailbox};
use crate::clock::Timestamp;
use crate::ids::{Address, DomainName, MailboxId, MailstoreId, ResellerId};
use crate::store::keys::{self, Key, Table};
use crate::store::{Order, ReadTx, StoreError, directory, messages};

/// Most blocked mailboxes of one owner that one [`status`] lists.
pub const BLOCKED_LISTED_MAX: usize = 1_000;
/// Most blocked mailboxes that it lists of all owners.
const BLOCKED_OF_ALL_MAX: usize = 20_000;

/// A mailbox that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Blocked {
    /// Its address; none if it is not in the directory any more.
    pub mailbox: Option<Address>,
    /// Its mailstore.
    pub mailstore: MailstoreId,
    /// Why.
    pub reason: ParkReason,
    /// In words.
    pub detail: String,
    /// Attempts that failed in a row.
    pub attempts: u32,
    /// When it is tried again.
    #[serde(serialize_with = "rfc3339")]
    pub next_attempt_at: Timestamp,
    /// How much of it is unmerged.
    pub unmerged: u64,
}

/// How the merge stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MergeStatus {
    /// Messages still to merge, waiting and parked ones included.
    pub unmerged: u64,
    /// The mailboxes they are in.
    pub mailboxes: u64,
    /// Messages and mailboxes by mailstore.
    pub mailstores: BTreeMap<MailstoreId, (u64, u64)>,
    /// Those that wait for a reason of their own, at most [`BLOCKED_LISTED_MAX`] of each owner.
    pub blocked: Vec<Blocked>,
    /// How many more of them there are, by owner.
    #[serde(skip)]
    pub unlisted: BTreeMap<Option<ResellerId>, u64>,
    /// What is whose: by reseller and mailstore, messages and mailboxes. What is in no domain any more is nobody's.
    #[serde(skip)]
    pub owners: BTreeMap<ResellerId, BTreeMap<MailstoreId, (u64, u64)>>,
}

/// What was counted last. Counting goes through everything that is unmerged: seconds, where that is
/// millions, so that an answer that was dear is given again for a while.
#[derive(Debug, Default)]
pub struct LastStatus(Mutex<Option<Counted>>);

#[derive(Debug)]
struct Counted {
    status: Arc<MergeStatus>,
    cost: Duration,
    at: Instant,
}

/// An answer that was quicker than this is never given again.
const CHEAP: Duration = Duration::from_millis(50);
/// So many times what it cost an answer is good for: a twentieth of one processor at most goes into
/// counting, however many ask.
const GOOD_FOR: u32 = 20;

fn is_good(cost: Duration, age: Duration) -> bool {
    cost >= CHEAP && age < cost.saturating_mul(GOOD_FOR)
}

impl LastStatus {
    /// The last answer while it is good, or a new one; those who ask meanwhile wait for it.
    ///
    /// # Errors
    /// What `count` returns.
    pub fn or_count<E>(
        &self,
        count: impl FnOnce() -> Result<MergeStatus, E>,
    ) -> Result<Arc<MergeStatus>, E> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(counted) = last.as_ref()
            && is_good(counted.cost, counted.at.elapsed())
        {
            return Ok(counted.status.clone());
        }
        let begun = Instant::now();
        let status = Arc::new(count()?);
        *last = Some(Counted {
            status: status.clone(),
            cost: begun.elapsed(),
            at: Instant::now(),
        });
        Ok(status)
    }
}

/// How the merge stands, over all mailstores.
///
/// # Errors
/// When the store cannot be read.
pub fn status(tx: &dyn ReadTx) -> Result<MergeStatus, StoreError> {
    let mut per_mailbox: Vec<(MailstoreId, MailboxId, u64)> = Vec::new();
    let mut unmerged = 0;
    let all = Key::new(Table::Unmerged);
    tx.scan(
        all.as_slice(),
        &all.end(),
        Order::Ascending,
        &mut |key, _| {
            unmerged += 1;
            let (mailstore, mailbox) = unmerged_parts(key)?;
            match per_mailbox.last_mut() {
                Some((_, last, count)) if *last == mailbox => *count += 1,
                _ => per_mailbox.push((mailstore, mailbox, 1)),
            }
            Ok(ControlFlow::Continue(()))
        },
    )?;
    let mut status = MergeStatus {
        unmerged,
        mailboxes: per_mailbox.len() as u64,
        ..MergeStatus::default()
    };
    let mut listed: HashMap<Option<ResellerId>, usize> = HashMap::new();
    let mut domains: HashMap<DomainName, Option<ResellerId>> = HashMap::new();
    for (mailstore, _, unmerged) in &per_mailbox {
        match status.mailstores.get_mut(mailstore) {
            Some(counts) => {
                counts.0 += unmerged;
                counts.1 += 1;
            }
            None => {
                status.mailstores.insert(mailstore.clone(), (*unmerged, 1));
            }
        }
    }
    for (mailstore, id, unmerged) in per_mailbox {
        let address = messages::state(tx, id)?.map(|state| state.address);
        let owner = match &address {
            Some(address) => owner(tx, &mut domains, address)?,
            None => None,
        };
        if let Some(owner) = &owner {
            let own = status.owners.entry(owner.clone()).or_default();
            let counts = own.entry(mailstore.clone()).or_default();
            counts.0 += unmerged;
            counts.1 += 1;
        }
        let parked = match is_known(tx, id, &mailstore, address.as_ref())? {
            true => mailbox(tx, id)?.and_then(|state| state.parked),
            false => Some(unknown()),
        };
        let Some(parked) = parked else {
            continue;
        };
        let of_owner = listed.entry(owner.clone()).or_default();
        if *of_owner >= BLOCKED_LISTED_MAX || status.blocked.len() >= BLOCKED_OF_ALL_MAX {
            *status.unlisted.entry(owner).or_default() += 1;
            continue;
        }
        *of_owner += 1;
        status.blocked.push(Blocked {
            mailbox: address,
            mailstore,
            reason: parked.reason,
            detail: parked.detail,
            attempts: parked.attempts,
            next_attempt_at: parked.next_attempt_at,
            unmerged,
        });
    }
    Ok(status)
}

/// Whose a mailbox is; what was found is remembered in `known`.
fn owner(
    tx: &dyn ReadTx,
    known: &mut HashMap<DomainName, Option<ResellerId>>,
    address: &Address,
) -> Result<Option<ResellerId>, StoreError> {
    let name = address.domain_name();
    if let Some(owner) = known.get(&name) {
        return Ok(owner.clone());
    }
    let owner = directory::domain(tx, &name)?.and_then(|record| record.reseller);
    known.insert(name, owner.clone());
    Ok(owner)
}

/// Whether the directory knows the mailbox, by its address and on this mailstore.
fn is_known(
    tx: &dyn ReadTx,
    id: MailboxId,
    mailstore: &MailstoreId,
    address: Option<&Address>,
) -> Result<bool, StoreError> {
    let record = match address {
        Some(address) => directory::mailbox(tx, address)?,
        None => None,
    };
    Ok(record.is_some_and(|record| record.id == id && record.mailstore == *mailstore))
}

fn unknown() -> Parked {
    Parked {
        reason: ParkReason::NoMailbox,
        detail: "it is not in the directory any more: it was deleted or renamed; export its mail, \
                 or provision it again"
            .into(),
        attempts: 0,
        next_attempt_at: Timestamp::EPOCH,
    }
}

fn unmerged_parts(key: &[u8]) -> Result<(MailstoreId, MailboxId), StoreError> {
    let corrupt = || StoreError::corrupt("list of what is unmerged", "a key makes no sense");
    let text = key.get(1..).and_then(|rest| rest.split(|&b| b == 0).next());
    let text = text.and_then(|text| std::str::from_utf8(text).ok());
    let mailstore: MailstoreId = text.ok_or_else(corrupt)?.parse().map_err(|_| corrupt())?;
    let at = Key::new(Table::Unmerged)
        .mailstore(&mailstore)
        .as_slice()
        .len();
    let mailbox = keys::part(key, at).ok_or_else(corrupt)?;
    Ok((mailstore, MailboxId::from_bytes(mailbox)))
}

fn rfc3339<S: serde::Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(at)
}

#[cfg(test)]
mod tests;
