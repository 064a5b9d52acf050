//! Messages and folders of standby mailboxes.
//!
//! Every change of a message goes through [`insert`], [`update`] or [`discard_draft`], which keep the
//! folder's index and counts and the list of what is unmerged in step. Standby ids grow with every
//! message of a mailbox and are never used again. Nothing here knows a UID of the mailstore but as
//! what [`MergedCopy`] recorded.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::codec::{self, Versioned};
use super::directory::Mailbox;
use super::keys::{self, Key, Table};
use super::{Order, ReadTx, StoreError, Tx, bodies};
use crate::clock::Timestamp;
use crate::ids::{
    BatchId, BodyId, DeliveryId, FolderId, IngestId, MailboxId, MailstoreId, PrimaryUid, StandbyId,
    UidValidity,
};
use crate::mail::{Flags, Summary};

use super::folders::Sign;
pub use super::folders::{
    FOLDERS_MAX, FolderRecord, MailboxState, create_folder, folder_of, put_state, remove_folder,
    rename_folder, state, state_or_new,
};
use super::unmerged::unmerged_key;
pub use super::unmerged::{change_mailstore, count_unmerged, unmerged, unmerged_mailboxes};
pub use super::written::{Answers, Hold, Tail, Typed, Written, WrittenFile};

/// How a message came to be here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// Handed over by the MX.
    Received {
        /// Its delivery.
        delivery: DeliveryId,
        /// The acceptance it was part of.
        ingest: IngestId,
        /// The queue id under which the MX had it, where it said so.
        mx_queue_id: Option<String>,
    },
    /// Sent by the user from here: the copy in Sent.
    Sent,
    /// A draft.
    Draft,
    /// Made by Lifeboat (a DSN).
    Notice,
}

/// Where in the mailstore the merge put a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedCopy {
    /// The mailstore.
    pub mailstore: MailstoreId,
    /// The batch that put it there.
    pub batch: BatchId,
    /// The folder's name there.
    pub folder: String,
    /// The folder's UIDVALIDITY.
    pub uid_validity: UidValidity,
    /// Its UID.
    pub uid: PrimaryUid,
    /// When.
    pub at: Timestamp,
    /// The flags it got there.
    pub flags: Flags,
    /// The standby folder it was in then.
    pub standby_folder: FolderId,
}

/// One message of a standby mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageRecord {
    /// Its id.
    pub id: StandbyId,
    /// The folder it is in.
    pub folder: FolderId,
    /// What the user did with it.
    pub flags: Flags,
    /// Further keywords.
    pub keywords: Vec<String>,
    /// When it arrived or was made: its INTERNALDATE.
    pub received_at: Timestamp,
    /// The trace headers that were added here; the message is these bytes, then the body.
    pub prefix: Vec<u8>,
    /// Its body.
    pub body: BodyId,
    /// Length of prefix and body together, in bytes.
    pub size_bytes: u64,
    /// How it came to be here.
    pub origin: Origin,
    /// What lists show of it.
    pub summary: Summary,
    /// Where it is in the mailstore, once it is.
    pub merged: Option<MergedCopy>,
    /// What its writer's pages need; none for what was received.
    pub written: Option<Written>,
}

impl Versioned for MessageRecord {
    const NAME: &'static str = "message record";
}

/// A message that is to be filed.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// The folder.
    pub folder: FolderId,
    /// Its flags.
    pub flags: Flags,
    /// Its INTERNALDATE.
    pub received_at: Timestamp,
    /// The trace headers.
    pub prefix: Vec<u8>,
    /// Its body.
    pub body: BodyId,
    /// Length of the body in bytes.
    pub body_bytes: u64,
    /// How it came to be.
    pub origin: Origin,
    /// What lists show.
    pub summary: Summary,
}

/// Files a message.
///
/// # Errors
/// When the store cannot be read.
pub fn insert(
    tx: &mut dyn Tx,
    mailbox: &Mailbox,
    new: NewMessage,
) -> Result<MessageRecord, StoreError> {
    let mut state = state_or_new(tx, mailbox, new.received_at)?;
    let record = MessageRecord {
        id: StandbyId(state.next_id),
        folder: new.folder,
        flags: new.flags,
        keywords: Vec::new(),
        received_at: new.received_at,
        size_bytes: new.prefix.len() as u64 + new.body_bytes,
        prefix: new.prefix,
        body: new.body,
        origin: new.origin,
        summary: new.summary,
        merged: None,
        written: None,
    };
    state.next_id += 1;
    state.count(&record, Sign::Plus);
    let id = mailbox.record.id;
    put_state(tx, id, &state)?;
    tx.put(index_key(id, record.folder, record.id), Vec::new());
    tx.put(
        unmerged_key(&mailbox.record.mailstore, id, record.id),
        Vec::new(),
    );
    put(tx, id, &record)?;
    Ok(record)
}

/// The message with this id.
///
/// # Errors
/// When the store cannot be read.
pub fn get(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    id: StandbyId,
) -> Result<Option<MessageRecord>, StoreError> {
    tx.get(message_key(mailbox, id).as_slice())?
        .map(|bytes| codec::decode(&bytes))
        .transpose()
}

/// Changes a message as its user wants it: flags, folder, a draft's content. What changed is to be
/// merged (again). Returns the message as it is now.
///
/// # Errors
/// [`StoreError::Missing`] if there is no such message.
pub fn update(
    tx: &mut dyn Tx,
    mailbox: &Mailbox,
    id: StandbyId,
    change: impl FnOnce(&mut MessageRecord),
) -> Result<MessageRecord, StoreError> {
    let mailbox_id = mailbox.record.id;
    let old = get(tx, mailbox_id, id)?.ok_or(StoreError::Missing("message"))?;
    let mut new = old.clone();
    change(&mut new);
    new.id = old.id;
    if new == old {
        return Ok(new);
    }
    let mut state = state_or_new(tx, mailbox, old.received_at)?;
    if state.folder(new.folder).is_none() {
        return Err(StoreError::Missing("folder"));
    }
    state.count(&old, Sign::Minus);
    state.count(&new, Sign::Plus);
    put_state(tx, mailbox_id, &state)?;
    if old.folder != new.folder {
        tx.delete(index_key(mailbox_id, old.folder, id));
        tx.put(index_key(mailbox_id, new.folder, id), Vec::new());
    }
    // A draft that is in the mailstore stays when it is sent, and shares its body with what was sent.
    if old.body != new.body && old.merged.is_none() {
        bodies::forget(tx, old.body);
    }
    tx.put(
        unmerged_key(&mailbox.record.mailstore, mailbox_id, id),
        Vec::new(),
    );
    put(tx, mailbox_id, &new)?;
    Ok(new)
}

/// Removes a draft that its user threw away or sent. Only drafts can be removed like this: whatever
/// was accepted stays until its merge is verified.
///
/// # Errors
/// [`StoreError::Missing`] if there is no such message, [`StoreError::Conflict`] if it is no draft or
/// is in the mailstore already.
pub fn discard_draft(tx: &mut dyn Tx, mailbox: &Mailbox, id: StandbyId) -> Result<(), StoreError> {
    let old = drop_draft(tx, mailbox, id)?;
    bodies::forget(tx, old.body);
    Ok(())
}

/// As [`discard_draft`], for a draft whose body its copy in Sent may have taken over.
///
/// # Errors
/// As [`discard_draft`].
pub fn replace_draft(
    tx: &mut dyn Tx,
    mailbox: &Mailbox,
    id: StandbyId,
    taken_over: BodyId,
) -> Result<(), StoreError> {
    let old = drop_draft(tx, mailbox, id)?;
    if old.body != taken_over {
        bodies::forget(tx, old.body);
    }
    Ok(())
}

fn drop_draft(
    tx: &mut dyn Tx,
    mailbox: &Mailbox,
    id: StandbyId,
) -> Result<MessageRecord, StoreError> {
    let mailbox_id = mailbox.record.id;
    let old = get(tx, mailbox_id, id)?.ok_or(StoreError::Missing("message"))?;
    if old.origin != Origin::Draft || old.merged.is_some() {
        return Err(StoreError::Conflict(
            "only a draft that is not merged can be discarded",
        ));
    }
    let mut state = state_or_new(tx, mailbox, old.received_at)?;
    state.count(&old, Sign::Minus);
    put_state(tx, mailbox_id, &state)?;
    tx.delete(index_key(mailbox_id, old.folder, id));
    tx.delete(unmerged_key(&mailbox.record.mailstore, mailbox_id, id));
    tx.delete(message_key(mailbox_id, id).into_vec());
    Ok(old)
}

/// Removes a message whose purge was written down ([`super::merge::purge`]); its body goes with the last
/// message that names it.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn remove(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    message: &MessageRecord,
) -> Result<(), StoreError> {
    if let Some(mut state) = state(tx, mailbox)? {
        state.count(message, Sign::Minus);
        put_state(tx, mailbox, &state)?;
    }
    tx.delete(index_key(mailbox, message.folder, message.id));
    tx.delete(message_key(mailbox, message.id).into_vec());
    Ok(())
}

/// Records where the merge found or put a message; leaves it on the list of what is unmerged until
/// [`settle`].
///
/// # Errors
/// [`StoreError::Missing`] if there is no such message.
pub fn record_merged(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    id: StandbyId,
    copy: MergedCopy,
) -> Result<(), StoreError> {
    let mut record = get(tx, mailbox, id)?.ok_or(StoreError::Missing("message"))?;
    record.merged = Some(copy);
    put(tx, mailbox, &record)
}

/// Forgets where the merge put a message, so that it is merged anew.
///
/// # Errors
/// [`StoreError::Missing`] if there is no such message.
pub fn forget_merged(tx: &mut dyn Tx, mailbox: MailboxId, id: StandbyId) -> Result<(), StoreError> {
    let mut record = get(tx, mailbox, id)?.ok_or(StoreError::Missing("message"))?;
    record.merged = None;
    put(tx, mailbox, &record)
}

/// Puts a message whose merged copy was lost by `mailstore` back on the list of what is unmerged.
///
/// # Errors
/// [`StoreError::Missing`] if there is no such message.
pub(super) fn take_back(
    tx: &mut dyn Tx,
    mailstore: &MailstoreId,
    mailbox: MailboxId,
    id: StandbyId,
) -> Result<(), StoreError> {
    forget_merged(tx, mailbox, id)?;
    tx.put(unmerged_key(mailstore, mailbox, id), Vec::new());
    Ok(())
}

/// Takes a message off the list of what is unmerged, if it still is as the merge verified it;
/// returns whether it was.
///
/// # Errors
/// When the store cannot be read.
pub fn settle(
    tx: &mut dyn Tx,
    mailstore: &MailstoreId,
    mailbox: MailboxId,
    verified: &MessageRecord,
) -> Result<bool, StoreError> {
    let same = get(tx, mailbox, verified.id)?.is_none_or(|now| now == *verified);
    if same {
        tx.delete(unmerged_key(mailstore, mailbox, verified.id));
    }
    Ok(same)
}

/// Where a page of a folder starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// With the newest message.
    Newest,
    /// With the first message that is older than this one.
    Before(StandbyId),
    /// With the messages just newer than this one.
    After(StandbyId),
}

/// Up to `limit` messages of a folder, newest first.
///
/// # Errors
/// When the store cannot be read.
pub fn list(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    folder: FolderId,
    cursor: Cursor,
    limit: usize,
) -> Result<Vec<MessageRecord>, StoreError> {
    let mut ids = folder_ids(tx, mailbox, folder, cursor, limit)?;
    if matches!(cursor, Cursor::After(_)) {
        ids.reverse();
    }
    let mut messages = Vec::with_capacity(ids.len());
    for id in ids {
        messages.extend(get(tx, mailbox, id)?);
    }
    Ok(messages)
}

/// Up to `limit` ids of a folder's messages from a cursor on, in its direction: nearest to it first.
pub(super) fn folder_ids(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    folder: FolderId,
    cursor: Cursor,
    limit: usize,
) -> Result<Vec<StandbyId>, StoreError> {
    let all = Key::new(Table::FolderIndex).mailbox(mailbox).folder(folder);
    let (from, to, order) = match cursor {
        Cursor::Newest => (all.clone().into_vec(), all.end(), Order::Descending),
        Cursor::Before(id) => (
            all.clone().into_vec(),
            all.standby(id).into_vec(),
            Order::Descending,
        ),
        Cursor::After(id) => (all.clone().standby(id).end(), all.end(), Order::Ascending),
    };
    scan_ids(tx, &from, &to, order, limit)
}

/// Up to `limit` ids of a folder's messages, newest first.
///
/// # Errors
/// When the store cannot be read.
pub fn ids_in(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    folder: FolderId,
    limit: usize,
) -> Result<Vec<StandbyId>, StoreError> {
    let all = Key::new(Table::FolderIndex).mailbox(mailbox).folder(folder);
    scan_ids(tx, all.as_slice(), &all.end(), Order::Descending, limit)
}

/// Up to `limit` ids of all messages of a mailbox, whatever their folder, in order of arrival, after
/// `after`.
///
/// # Errors
/// When the store cannot be read.
pub fn ids(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    after: Option<StandbyId>,
    limit: usize,
) -> Result<Vec<StandbyId>, StoreError> {
    let all = Key::new(Table::Message).mailbox(mailbox);
    let from = after.map_or_else(
        || all.clone().into_vec(),
        |id| all.clone().standby(id).end(),
    );
    scan_ids(tx, &from, &all.end(), Order::Ascending, limit)
}

/// Up to `limit` ids of all messages of a mailbox, whatever their folder, newest first, before `before`.
///
/// # Errors
/// When the store cannot be read.
pub fn ids_before(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    before: Option<StandbyId>,
    limit: usize,
) -> Result<Vec<StandbyId>, StoreError> {
    let all = Key::new(Table::Message).mailbox(mailbox);
    let to = before.map_or_else(|| all.end(), |id| all.clone().standby(id).into_vec());
    scan_ids(tx, all.as_slice(), &to, Order::Descending, limit)
}

/// Whether a folder lists a message.
pub(super) fn is_in_folder(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    folder: FolderId,
    id: StandbyId,
) -> Result<bool, StoreError> {
    Ok(tx.get(&index_key(mailbox, folder, id))?.is_some())
}

/// Whether the folder that a message says it is in lists it.
pub(super) fn is_indexed(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    message: &MessageRecord,
) -> Result<bool, StoreError> {
    is_in_folder(tx, mailbox, message.folder, message.id)
}

pub(super) fn scan_ids(
    tx: &dyn ReadTx,
    from: &[u8],
    to: &[u8],
    order: Order,
    limit: usize,
) -> Result<Vec<StandbyId>, StoreError> {
    let mut ids = Vec::new();
    if limit == 0 {
        return Ok(ids);
    }
    tx.scan(from, to, order, &mut |key, _| {
        let id = keys::tail(key)
            .ok_or_else(|| StoreError::corrupt("message", "its key is too short"))?;
        ids.push(StandbyId(u64::from_be_bytes(id)));
        Ok(if ids.len() < limit {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        })
    })?;
    Ok(ids)
}

pub(super) fn put(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    record: &MessageRecord,
) -> Result<(), StoreError> {
    tx.put(
        message_key(mailbox, record.id).into_vec(),
        codec::encode(record)?,
    );
    Ok(())
}

fn message_key(mailbox: MailboxId, id: StandbyId) -> Key {
    Key::new(Table::Message).mailbox(mailbox).standby(id)
}

fn index_key(mailbox: MailboxId, folder: FolderId, id: StandbyId) -> Vec<u8> {
    Key::new(Table::FolderIndex)
        .mailbox(mailbox)
        .folder(folder)
        .standby(id)
        .into_vec()
}
