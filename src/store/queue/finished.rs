//! Entries that are finished, and their end: they are kept for a time, for whoever traces a message.

use std::ops::ControlFlow;

use super::{QueueEntry, QueueState, entry_key, get, millis, tries};
use crate::clock::Timestamp;
use crate::ids::{MailboxId, QueueId};
use crate::mail;
use crate::store::keys::{self, Key, Table};
use crate::store::trace::{self, Name, Traced};
use crate::store::{Order, ReadTx, StoreError, Tx, bodies, messages};

/// Notes when an entry was finished.
pub(super) fn keep(tx: &mut dyn Tx, entry: &QueueEntry) {
    if let Some(at) = entry.finished_at() {
        tx.put(row(at, entry.mailbox, entry.id), Vec::new());
    }
}

fn row(at: Timestamp, mailbox: MailboxId, id: QueueId) -> Vec<u8> {
    Key::new(Table::QueueFinished)
        .number(millis(at))
        .mailbox(mailbox)
        .id(id.as_bytes())
        .into_vec()
}

/// What removing finished entries did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Entries that were removed.
    pub entries: usize,
    /// Whether there may be more.
    pub more: bool,
}

/// Removes up to `limit` entries that were finished at or before `until`, with what leads to them, and
/// their bodies where nothing else names them.
///
/// # Errors
/// When the store cannot be read.
pub fn remove_finished(
    tx: &mut dyn Tx,
    until: Timestamp,
    limit: usize,
) -> Result<Removed, StoreError> {
    let range = Key::new(Table::QueueFinished);
    let to = range
        .clone()
        .number(millis(until).saturating_add(1))
        .into_vec();
    let mut rows = Vec::new();
    tx.scan(range.as_slice(), &to, Order::Ascending, &mut |key, _| {
        if rows.len() >= limit {
            return Ok(ControlFlow::Break(()));
        }
        rows.push(key.to_vec());
        Ok(ControlFlow::Continue(()))
    })?;
    for key in &rows {
        tx.delete(key.clone());
        let parts = keys::part(key, 9).zip(keys::tail(key));
        let (mailbox, id) =
            parts.ok_or_else(|| StoreError::corrupt("queue", "a row of what is finished"))?;
        let (mailbox, id) = (MailboxId::from_bytes(mailbox), QueueId::from_bytes(id));
        if let Some(entry) = get(tx, mailbox, id)?.filter(QueueEntry::is_finished) {
            remove(tx, &entry)?;
        }
    }
    Ok(Removed {
        entries: rows.len(),
        more: rows.len() == limit,
    })
}

fn remove(tx: &mut dyn Tx, entry: &QueueEntry) -> Result<(), StoreError> {
    let traced = Traced::Sent(entry.mailbox, entry.id);
    trace::forget(tx, Name::QueueId(entry.id), traced);
    if let Some(message_id) = mail::summarize(&entry.prefix).message_id {
        trace::forget(tx, Name::MessageId(&message_id), traced);
    }
    if !is_body_needed(tx, entry)? {
        bodies::forget(tx, entry.body);
    }
    tries::forget(tx, entry)?;
    tx.delete(entry_key(entry.mailbox, entry.id).into_vec());
    Ok(())
}

/// Whether a message may have the entry's body: its copy in Sent has, and what was taken back is a draft
/// that may have been sent anew with the same body, as another message.
fn is_body_needed(tx: &dyn ReadTx, entry: &QueueEntry) -> Result<bool, StoreError> {
    match (entry.copy, &entry.state) {
        (None, _) => Ok(false),
        (Some(_), QueueState::Cancelled { .. }) => Ok(true),
        (Some(copy), _) => Ok(messages::get(tx, entry.mailbox, copy)?.is_some()),
    }
}

impl QueueEntry {
    /// When it was finished, if it is.
    pub fn finished_at(&self) -> Option<Timestamp> {
        match self.state {
            QueueState::Done { at } | QueueState::Cancelled { at, .. } => Some(at),
            _ => None,
        }
    }
}
