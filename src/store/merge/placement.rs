//! Messages that were placed in the mailstore as files.
//!
//! A placement is written down when its files are in `tmp/` and synced, before the first is renamed
//! into `new/`: from then on it is delivered or on its way, and is never placed again. It is
//! provisional until the mailstore's IMAP has shown each message with its UID; then the message goes
//! over into a batch, as if it had been appended, and is read back like any other.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::{BatchItem, BatchKind, BatchRecord, Counts, Fate, Place, count, intend, record_fates};
use crate::clock::Timestamp;
use crate::ids::{
    BatchId, DeliveryId, Epoch, FolderId, MailboxId, MailstoreId, PrimaryUid, StandbyId,
    UidValidity,
};
use crate::mail::{CanonicalDigest, Flags};
use crate::store::codec::{self, Versioned};
use crate::store::keys::{self, Key, Table};
use crate::store::{Order, ReadTx, StoreError, Tx, messages};

/// Messages that were placed in one folder together and are not seen by IMAP yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacementRecord {
    /// The mailstore.
    pub mailstore: MailstoreId,
    /// Under which activation.
    pub epoch: Epoch,
    /// The folder's name on disk; empty for INBOX.
    pub folder: String,
    /// Whether Lifeboat made the folder.
    pub created: bool,
    /// Its UIDVALIDITY and UIDNEXT (at least) before, if Dovecot had given it any.
    pub before: Option<(UidValidity, PrimaryUid)>,
    /// When it was written down.
    pub at: Timestamp,
    /// The messages, in the order in which they are renamed.
    pub items: Vec<PlacedItem>,
}

impl Versioned for PlacementRecord {
    const NAME: &'static str = "placement";
}

/// One message of a placement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacedItem {
    /// The message.
    pub id: StandbyId,
    /// Its delivery, if it was received.
    pub delivery: Option<DeliveryId>,
    /// Its size in canonical form.
    pub size_bytes: u64,
    /// The hash of its canonical form.
    pub sha256: CanonicalDigest,
    /// The flags in its file's name.
    pub flags: Flags,
    /// The standby folder it was in.
    pub standby_folder: FolderId,
    /// Its file's name without flags.
    pub file: String,
    /// What is known of it.
    pub fate: PlacedFate,
}

/// What is known of a placed message. One that IMAP has shown is in a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PlacedFate {
    /// It was in `tmp/`; it may have been renamed.
    Staged,
    /// It was renamed into `new/`. Provisional: it has no UID yet.
    Placed,
    /// It may have been lost on its way: a person has to decide.
    Unsure,
    /// It was placed and is nowhere any more: its user has deleted it.
    Gone,
}

/// Writes down a placement whose files are in `tmp/` and synced, before the first is renamed.
///
/// # Errors
/// As [`codec::encode`].
pub fn place(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    id: BatchId,
    record: &PlacementRecord,
) -> Result<(), StoreError> {
    tx.put(key(mailbox, id), codec::encode(record)?);
    Ok(())
}

/// All placements of a mailbox with anything that IMAP has not shown, oldest first.
///
/// # Errors
/// When the store cannot be read.
pub fn placements(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
) -> Result<Vec<(BatchId, PlacementRecord)>, StoreError> {
    let all = Key::new(Table::MergePlacement).mailbox(mailbox);
    let mut found = Vec::new();
    tx.scan(
        all.as_slice(),
        &all.end(),
        Order::Ascending,
        &mut |key, value| {
            let id = keys::tail(key)
                .ok_or_else(|| StoreError::corrupt("placement", "its key is too short"))?;
            found.push((BatchId::from_bytes(id), codec::decode(value)?));
            Ok(ControlFlow::Continue(()))
        },
    )?;
    Ok(found)
}

/// How many messages of a mailbox are in the mailstore provisionally: as files, without a UID.
///
/// # Errors
/// When the store cannot be read.
pub fn provisional(tx: &dyn ReadTx, mailbox: MailboxId) -> Result<u64, StoreError> {
    let all = placements(tx, mailbox)?;
    let items = all.iter().flat_map(|(_, record)| &record.items);
    let placed = items.filter(|item| item.fate == PlacedFate::Placed);
    Ok(placed.count() as u64)
}

/// Writes down what became of staged messages.
///
/// # Errors
/// [`StoreError::Missing`] if there is no such placement.
pub fn record_placed(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    id: BatchId,
    fates: &[(StandbyId, PlacedFate)],
) -> Result<(), StoreError> {
    let mut record = placement(tx, mailbox, id)?;
    for item in &mut record.items {
        if let Some((_, fate)) = fates.iter().find(|(id, _)| *id == item.id)
            && item.fate == PlacedFate::Staged
        {
            item.fate = *fate;
        }
    }
    place(tx, mailbox, id, &record)
}

/// Placed messages that IMAP has shown in one folder: from now on they are a batch, `batch`, and are
/// read back like appended ones.
///
/// # Errors
/// [`StoreError::Missing`] if there is no such placement.
pub fn record_seen(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    id: BatchId,
    batch: BatchId,
    seen: &[(StandbyId, Place)],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut record = placement(tx, mailbox, id)?;
    let Some((_, first)) = seen.iter().min_by_key(|(_, place)| place.uid) else {
        return Ok(());
    };
    let is_seen = |item: &PlacedItem| seen.iter().any(|(id, _)| *id == item.id);
    let (items, rest): (Vec<_>, Vec<_>) = record.items.into_iter().partition(is_seen);
    record.items = rest;
    let in_batch = BatchRecord {
        mailstore: record.mailstore.clone(),
        epoch: record.epoch,
        kind: BatchKind::Appended,
        folder: first.folder.clone(),
        uid_validity: first.uid_validity,
        uid_next_before: first.uid,
        at: record.at,
        items: items.into_iter().map(batch_item).collect(),
    };
    intend(tx, mailbox, batch, &in_batch)?;
    let fates: Vec<_> = seen
        .iter()
        .map(|(id, place)| (*id, Fate::Stored(place.clone())))
        .collect();
    record_fates(tx, mailbox, batch, &fates, now)?;
    put_or_delete(tx, mailbox, id, &record)
}

fn put_or_delete(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    id: BatchId,
    record: &PlacementRecord,
) -> Result<(), StoreError> {
    if record.items.is_empty() {
        tx.delete(key(mailbox, id));
        Ok(())
    } else {
        place(tx, mailbox, id, record)
    }
}

fn batch_item(item: PlacedItem) -> BatchItem {
    BatchItem {
        id: item.id,
        delivery: item.delivery,
        size_bytes: item.size_bytes,
        sha256: item.sha256,
        flags: item.flags,
        standby_folder: item.standby_folder,
        fate: Fate::InDoubt,
    }
}

/// Placed messages that are nowhere in the mailbox any more: their user has deleted them. They leave
/// the list of what is unmerged, now and whenever they are found on it again. Counts what is gone for
/// the first time.
///
/// # Errors
/// [`StoreError::Missing`] if there is no such placement.
pub fn record_gone(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    id: BatchId,
    gone: &[StandbyId],
    counts: &mut Counts,
) -> Result<(), StoreError> {
    let mut record = placement(tx, mailbox, id)?;
    for item in record.items.iter_mut().filter(|i| gone.contains(&i.id)) {
        let message = messages::get(tx, mailbox, item.id)?;
        if let Some(message) = message {
            if item.fate != PlacedFate::Gone {
                count(counts, BatchKind::Appended, &message.origin, true);
            }
            messages::settle(tx, &record.mailstore, mailbox, &message)?;
        }
        item.fate = PlacedFate::Gone;
    }
    place(tx, mailbox, id, &record)
}

/// Frees messages of a placement, so that they are placed again: drafts that were written on.
///
/// # Errors
/// [`StoreError::Missing`] if there is no such placement.
pub fn free_placed(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    id: BatchId,
    ids: &[StandbyId],
) -> Result<(), StoreError> {
    let mut record = placement(tx, mailbox, id)?;
    record.items.retain(|item| !ids.contains(&item.id));
    put_or_delete(tx, mailbox, id, &record)
}

/// Frees messages that may have been lost on their way, so that they are placed again. Returns how
/// many.
pub(super) fn free_unsure(tx: &mut dyn Tx, mailbox: MailboxId) -> Result<usize, StoreError> {
    let mut freed = 0;
    for (id, mut record) in placements(tx, mailbox)? {
        let before = record.items.len();
        record.items.retain(|item| item.fate != PlacedFate::Unsure);
        freed += before - record.items.len();
        if record.items.len() < before {
            put_or_delete(tx, mailbox, id, &record)?;
        }
    }
    Ok(freed)
}

fn placement(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    id: BatchId,
) -> Result<PlacementRecord, StoreError> {
    let bytes = tx.get(&key(mailbox, id))?;
    codec::decode(&bytes.ok_or(StoreError::Missing("placement"))?)
}

fn key(mailbox: MailboxId, id: BatchId) -> Vec<u8> {
    Key::new(Table::MergePlacement)
        .mailbox(mailbox)
        .id(id.as_bytes())
        .into_vec()
}
