//! Purging: the standby's copies of merged mail go when their receipt is verified and its retention
//! is over, message by message, each with a proof that stays.
//!
//! Refused while anything of the mailbox is unmerged, in doubt or waits, and while its mailstore is
//! anything but well. The receipt and its messages' hashes and UIDs stay.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::receipt::{self, Outcome, Receipt, ReceiptId, ReceiptItem, Standing};
use super::{BatchRecord, Fate, PlacedFate, PlacementRecord};
use crate::clock::Timestamp;
use crate::failover::Phase;
use crate::ids::{MailboxId, StandbyId};
use crate::store::codec::{self, Versioned};
use crate::store::directory::gone;
use crate::store::keys::{Key, Table};
use crate::store::messages::{self, MessageRecord, Origin};
use crate::store::{
    ReadTx, StoreError, Tx, bodies, delivery, directory, failover, queue, search, threads,
};

/// Entries of the queue looked at for one that still needs a body.
const QUEUE_LOOKED_AT: usize = 100_000;

/// The proof with which one message was purged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurgeRecord {
    /// When.
    pub at: Timestamp,
    /// The receipt that names it.
    pub receipt: ReceiptId,
    /// Its version then.
    pub version: u32,
    /// Its digest then.
    pub receipt_digest: [u8; 32],
    /// SHA-256 over the receipt's row of this message.
    pub item_digest: [u8; 32],
}

impl Versioned for PurgeRecord {
    const NAME: &'static str = "proof of a purge";
}

/// Why nothing of a mailbox may be purged now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The receipt is provisional, or younger than the retention.
    TooEarly,
    /// There is no such mailbox, and none left.
    NoMailbox,
    /// Something is unmerged, in doubt, held back or waits.
    Unmerged,
    /// Its mailstore is not well.
    Mailstore,
}

/// Before which time a receipt must have been verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The time now.
    pub now: Timestamp,
    /// A receipt that was verified after this is too young.
    pub verified_before: Timestamp,
}

/// Whether the messages of a receipt may be purged.
///
/// # Errors
/// When the store cannot be read.
pub fn check(
    tx: &dyn ReadTx,
    receipt: &Receipt,
    due: Due,
) -> Result<Result<(), Refusal>, StoreError> {
    let is_old = receipt.verified_at <= due.verified_before;
    if receipt.standing != Standing::Verified || !is_old {
        return Ok(Err(Refusal::TooEarly));
    }
    let id = receipt.id.mailbox;
    let address = directory::address_of(tx, id)?;
    let record = match &address {
        Some(address) => directory::mailbox(tx, address)?,
        None => None,
    };
    let record = match (record.filter(|record| record.id == id), &address) {
        (Some(record), _) => Some(record),
        // What was merged goes in its time also when the mailbox left since.
        (None, Some(address)) => gone::get(tx, address, id)?.map(|gone| gone.record),
        (None, None) => None,
    };
    let Some(record) = record else {
        return Ok(Err(Refusal::NoMailbox));
    };
    for mailstore in [&record.mailstore, &receipt.id.mailstore] {
        if !messages::unmerged(tx, mailstore, id, None, 1)?.is_empty() {
            return Ok(Err(Refusal::Unmerged));
        }
        if failover::mailstore(tx, mailstore)?.state.phase != Phase::Normal {
            return Ok(Err(Refusal::Mailstore));
        }
    }
    let settled = super::mailbox(tx, id)?.is_some_and(|state| {
        state.verified_at.is_some() && state.parked.is_none() && state.held.is_empty()
    });
    let open = |batch: &BatchRecord| {
        let mut fates = batch.items.iter().map(|item| &item.fate);
        fates.any(|fate| matches!(fate, Fate::InDoubt | Fate::Unsure | Fate::Stored(_)))
    };
    let underway = |placement: &PlacementRecord| {
        let mut items = placement.items.iter();
        items.any(|item| item.fate != PlacedFate::Gone)
    };
    let in_doubt = super::batches(tx, id)?.iter().any(|(_, batch)| open(batch))
        || super::placements(tx, id)?.iter().any(|(_, p)| underway(p));
    Ok(match settled && !in_doubt {
        true => Ok(()),
        false => Err(Refusal::Unmerged),
    })
}

/// Whether a receipt is what its messages make it: without that nothing of it is purged.
///
/// # Errors
/// When the store cannot be read.
pub fn is_whole(tx: &dyn ReadTx, receipt: &Receipt) -> Result<bool, StoreError> {
    let items = receipt::items(tx, &receipt.id, None, usize::MAX)?;
    Ok(receipt::digest(items.iter())? == receipt.digest)
}

/// What came of some messages of a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purged {
    /// How many were purged.
    pub messages: u64,
    /// Where to go on; none at the end.
    pub next: Option<StandbyId>,
}

/// Purges up to `limit` messages of a receipt after `after`, each with its proof. Everything is
/// checked again in the same transaction.
///
/// # Errors
/// When the store cannot be read.
pub fn purge(
    tx: &mut dyn Tx,
    receipt: &Receipt,
    after: Option<StandbyId>,
    due: Due,
    limit: usize,
) -> Result<Result<Purged, Refusal>, StoreError> {
    let same = receipt::get(tx, &receipt.id)?.is_some_and(|now| now == *receipt);
    if !same {
        return Ok(Err(Refusal::TooEarly));
    }
    if let Err(refusal) = check(tx, receipt, due)? {
        return Ok(Err(refusal));
    }
    let mailbox = receipt.id.mailbox;
    let items = receipt::items(tx, &receipt.id, after, limit)?;
    let mut purged = Purged {
        messages: 0,
        next: None,
    };
    for item in &items {
        purged.next = Some(item.id);
        let Some(message) = messages::get(tx, mailbox, item.id)? else {
            continue;
        };
        if is_named(receipt, item, &message) {
            purge_one(tx, receipt, item, &message, due.now)?;
            purged.messages += 1;
        }
    }
    if items.len() < limit {
        purged.next = None;
        receipt::mark_purged(tx, receipt.clone(), due.now)?;
    }
    Ok(Ok(purged))
}

/// Whether the receipt's row is about this message as it is in the mailstore.
fn is_named(receipt: &Receipt, item: &ReceiptItem, message: &MessageRecord) -> bool {
    let (Some(copy), Some(place)) = (&message.merged, &item.place) else {
        // It was there as a file, and its user took it away before it had a UID.
        return message.merged.is_none() && item.outcome == Outcome::Gone;
    };
    copy.mailstore == receipt.id.mailstore
        && copy.batch == item.batch
        && copy.folder == place.folder
        && copy.uid_validity == place.uid_validity
        && copy.uid == place.uid
}

fn purge_one(
    tx: &mut dyn Tx,
    receipt: &Receipt,
    item: &ReceiptItem,
    message: &MessageRecord,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mailbox = receipt.id.mailbox;
    let proof = PurgeRecord {
        at: now,
        receipt: receipt.id.clone(),
        version: receipt.version,
        receipt_digest: receipt.digest,
        item_digest: Sha256::digest(codec::encode(item)?).into(),
    };
    tx.put(purged_key(mailbox, message.id), codec::encode(&proof)?);
    remove_copy(tx, mailbox, message)
}

/// Removes a message, and its body if nothing else needs it.
pub(in crate::store) fn remove_copy(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    message: &MessageRecord,
) -> Result<(), StoreError> {
    messages::remove(tx, mailbox, message)?;
    let is_free = match &message.origin {
        Origin::Received {
            delivery, ingest, ..
        } => delivery::forget(tx, mailbox, *delivery, *ingest)?,
        Origin::Sent => queue::of_mailbox(tx, mailbox, QUEUE_LOOKED_AT)?
            .iter()
            .all(|entry| entry.body != message.body || entry.is_finished()),
        Origin::Draft | Origin::Notice => true,
    };
    if is_free {
        bodies::forget(tx, message.body);
    }
    Ok(())
}

fn purged_key(mailbox: MailboxId, id: StandbyId) -> Vec<u8> {
    Key::new(Table::Purged)
        .mailbox(mailbox)
        .standby(id)
        .into_vec()
}

/// The proof with which a message was purged, if it was.
///
/// # Errors
/// When the store cannot be read.
pub fn proof(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    id: StandbyId,
) -> Result<Option<PurgeRecord>, StoreError> {
    tx.get(&purged_key(mailbox, id))?
        .map(|bytes| codec::decode(&bytes))
        .transpose()
}

/// Removes up to `limit` rows of the search index and of the conversations of a mailbox that has no message
/// any more: they tell of its mail. Returns how many.
///
/// # Errors
/// When the store cannot be read.
pub fn clear_search(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    limit: usize,
) -> Result<usize, StoreError> {
    if !messages::ids(tx, mailbox, None, 1)?.is_empty() {
        return Ok(0);
    }
    let words = search::clear(tx, mailbox, limit)?;
    let threads = threads::clear(tx, mailbox, limit.saturating_sub(words))?;
    Ok(words + threads)
}

#[cfg(test)]
mod tests;
