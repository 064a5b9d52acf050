//! The merge's journal.
//!
//! A batch is written down, durably, before the first byte of it goes to the mailstore, with all that
//! is needed to find its messages again; what became of each message is written down before anything
//! else is done with it. So after a crash an item without a fate is in doubt, is looked for, and only
//! what is known not to be there is appended again.
//!
//! This room pairs standby ids with UIDs; nothing else does.

mod mailbox;
pub mod orders;
mod placement;
pub mod purge;
pub mod receipt;
mod status;

pub use mailbox::{
    Counts, FolderMark, Lost, MailboxMerge, ParkReason, Parked, accept_ground, counts_so_far,
    hurry, is_lost, mailbox, put_counted, put_mailbox, put_verified, take_back, take_back_from,
};
pub use placement::{
    PlacedFate, PlacedItem, PlacementRecord, free_placed, place, placements, provisional,
    record_gone, record_placed, record_seen,
};
pub use status::{BLOCKED_LISTED_MAX, Blocked, LastStatus, MergeStatus, status};

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::codec::{self, Versioned};
use super::keys::{self, Key, Table};
use super::messages::{self, MergedCopy, MessageRecord, Origin};
use super::{Order, ReadTx, StoreError, Tx};
use crate::clock::Timestamp;
use crate::ids::{
    BatchId, DeliveryId, Epoch, FolderId, MailboxId, MailstoreId, PrimaryUid, StandbyId,
    UidValidity,
};
use crate::mail::{CanonicalDigest, Flags};

/// One batch: messages that were to go into one folder in one command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchRecord {
    /// The mailstore.
    pub mailstore: MailstoreId,
    /// Under which activation.
    pub epoch: Epoch,
    /// How its messages came to be in the mailstore.
    pub kind: BatchKind,
    /// The folder, as the mailstore writes its name.
    pub folder: String,
    /// Its UIDVALIDITY before.
    pub uid_validity: UidValidity,
    /// Its UIDNEXT before.
    pub uid_next_before: PrimaryUid,
    /// When it was written down.
    pub at: Timestamp,
    /// The messages, in the order of their UIDs.
    pub items: Vec<BatchItem>,
}

impl Versioned for BatchRecord {
    const NAME: &'static str = "merge batch";
}

impl BatchRecord {
    /// Whether it is not known what became of one of its messages.
    pub fn is_in_doubt(&self) -> bool {
        self.items.iter().any(|item| item.fate == Fate::InDoubt)
    }
}

/// How the messages of a batch came to be in the mailstore.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BatchKind {
    /// Lifeboat appended them: only these may be touched again.
    Appended,
    /// They were there already: the mailstore had taken them before it failed.
    Found,
}

/// One message of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchItem {
    /// The message.
    pub id: StandbyId,
    /// Its delivery, if it was received.
    pub delivery: Option<DeliveryId>,
    /// Its size in canonical form.
    pub size_bytes: u64,
    /// The hash of its canonical form.
    pub sha256: CanonicalDigest,
    /// The flags it was sent with.
    pub flags: Flags,
    /// The standby folder it was in.
    pub standby_folder: FolderId,
    /// What became of it.
    pub fate: Fate,
}

/// What became of one message of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    /// Not known.
    InDoubt,
    /// It is not there and never was; it is free for another batch.
    NotStored,
    /// It is nowhere, but it may have been stored and expunged: a person has to decide.
    Unsure,
    /// It is there.
    Stored(Place),
    /// It is there and was read back.
    Verified(Place),
    /// It was there; its user has moved or deleted it since.
    Gone(Place),
}

/// A place in the mailstore.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The folder, as the mailstore writes its name.
    pub folder: String,
    /// Its UIDVALIDITY.
    pub uid_validity: UidValidity,
    /// The UID.
    pub uid: PrimaryUid,
}

impl Fate {
    /// Where it is, or was.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Stored(place) | Self::Verified(place) | Self::Gone(place) => Some(place),
            Self::InDoubt | Self::NotStored | Self::Unsure => None,
        }
    }
}

/// Writes down a batch before its first byte is sent.
///
/// # Errors
/// As [`codec::encode`].
pub fn intend(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    id: BatchId,
    batch: &BatchRecord,
) -> Result<(), StoreError> {
    tx.put(batch_key(mailbox, id), codec::encode(batch)?);
    Ok(())
}

/// Removes a batch of which nothing was stored.
pub fn withdraw(tx: &mut dyn Tx, mailbox: MailboxId, id: BatchId) {
    tx.delete(batch_key(mailbox, id));
}

/// A batch.
///
/// # Errors
/// When the store cannot be read.
pub fn batch(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    id: BatchId,
) -> Result<Option<BatchRecord>, StoreError> {
    tx.get(&batch_key(mailbox, id))?
        .map(|bytes| codec::decode(&bytes))
        .transpose()
}

/// All batches of a mailbox, oldest first.
///
/// # Errors
/// When the store cannot be read.
pub fn batches(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
) -> Result<Vec<(BatchId, BatchRecord)>, StoreError> {
    let all = Key::new(Table::MergeBatch).mailbox(mailbox);
    let mut found = Vec::new();
    tx.scan(
        all.as_slice(),
        &all.end(),
        Order::Ascending,
        &mut |key, value| {
            let id = keys::tail(key)
                .ok_or_else(|| StoreError::corrupt("merge batch", "its key is too short"))?;
            found.push((BatchId::from_bytes(id), codec::decode(value)?));
            Ok(ControlFlow::Continue(()))
        },
    )?;
    Ok(found)
}

/// Writes down what became of messages of a batch, in the journal and in the messages themselves. An
/// item whose fate is known already keeps it. A draft that its user threw away meanwhile has no
/// message any more.
///
/// # Errors
/// [`StoreError::Missing`] if there is no such batch.
pub fn record_fates(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    id: BatchId,
    fates: &[(StandbyId, Fate)],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut record = batch(tx, mailbox, id)?.ok_or(StoreError::Missing("merge batch"))?;
    let mailstore = record.mailstore.clone();
    for item in &mut record.items {
        let fate = fates.iter().find(|(id, _)| *id == item.id);
        let Some((_, fate)) = fate.filter(|_| item.fate == Fate::InDoubt) else {
            continue;
        };
        item.fate = fate.clone();
        if let Some(place) = fate.place()
            && messages::get(tx, mailbox, item.id)?.is_some()
        {
            let copy = MergedCopy {
                mailstore: mailstore.clone(),
                batch: id,
                folder: place.folder.clone(),
                uid_validity: place.uid_validity,
                uid: place.uid,
                at: now,
                flags: item.flags,
                standby_folder: item.standby_folder,
            };
            messages::record_merged(tx, mailbox, item.id, copy)?;
        }
    }
    tx.put(batch_key(mailbox, id), codec::encode(&record)?);
    Ok(())
}

/// What reading back showed of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadBack {
    /// The message as it was when the mailstore was asked.
    pub message: MessageRecord,
    /// Its batch.
    pub batch: BatchId,
    /// Whether its user has moved or deleted the copy.
    pub gone: bool,
}

/// Settles messages that were read back: each leaves the list of what is unmerged unless its user has
/// changed it meanwhile. Counts what is settled for the first time into `counts`, and returns how
/// many have left the list.
///
/// # Errors
/// [`StoreError::Missing`] if a batch is gone.
pub fn settle(
    tx: &mut dyn Tx,
    mailstore: &MailstoreId,
    mailbox: MailboxId,
    read_back: &[ReadBack],
    counts: &mut Counts,
) -> Result<usize, StoreError> {
    let mut settled = 0;
    let mut records: BTreeMap<BatchId, BatchRecord> = BTreeMap::new();
    for one in read_back {
        let record = match records.entry(one.batch) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let record = batch(tx, mailbox, one.batch)?;
                new.insert(record.ok_or(StoreError::Missing("merge batch"))?)
            }
        };
        let kind = record.kind;
        let item = record.items.iter_mut().find(|i| i.id == one.message.id);
        if let Some(item) = item
            && let Fate::Stored(place) = &item.fate
        {
            item.fate = if one.gone {
                Fate::Gone(place.clone())
            } else {
                Fate::Verified(place.clone())
            };
            count(counts, kind, &one.message.origin, one.gone);
        }
        settled += usize::from(messages::settle(tx, mailstore, mailbox, &one.message)?);
    }
    for (id, record) in records {
        tx.put(batch_key(mailbox, id), codec::encode(&record)?);
    }
    Ok(settled)
}

fn count(counts: &mut Counts, kind: BatchKind, origin: &Origin, gone: bool) {
    let counter = match (kind, origin) {
        (BatchKind::Found, _) => &mut counts.found,
        (BatchKind::Appended, Origin::Received { .. }) => &mut counts.received,
        (BatchKind::Appended, Origin::Sent) => &mut counts.sent,
        (BatchKind::Appended, Origin::Draft) => &mut counts.drafts,
        (BatchKind::Appended, Origin::Notice) => &mut counts.notices,
    };
    *counter += 1;
    if gone {
        counts.gone += 1;
    }
}

/// Lets messages that may have been stored and expunged be appended again: the operator prefers a
/// deleted message that comes back over one that is missing. Returns how many.
///
/// # Errors
/// When the store cannot be read.
pub fn append_unsure(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let mut released = 0;
    for (id, mut record) in batches(tx, mailbox)? {
        let before = released;
        for item in &mut record.items {
            if item.fate == Fate::Unsure {
                item.fate = Fate::NotStored;
                released += 1;
            }
        }
        if released > before {
            tx.put(batch_key(mailbox, id), codec::encode(&record)?);
        }
    }
    released += placement::free_unsure(tx, mailbox)?;
    hurry(tx, mailbox, now)?;
    Ok(released)
}

fn batch_key(mailbox: MailboxId, id: BatchId) -> Vec<u8> {
    Key::new(Table::MergeBatch)
        .mailbox(mailbox)
        .id(id.as_bytes())
        .into_vec()
}

#[cfg(test)]
mod tests;
