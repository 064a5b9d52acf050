//! Deleting what is kept of a mailbox that left the directory, by somebody's explicit word, before its time.
//!
//! The only way besides a purge in which accepted mail goes, and the only one for mail that was never merged. Goes
//! step by step; the first marks the mailbox, so that it cannot come back to half of its mail, and what was begun is
//! gone on with after a restart. Receipts and proofs of purges stay: they hold hashes and numbers, and no mail.

use std::ops::ControlFlow;

use super::directory::address_in;
use super::directory::gone::{self, GoneRecord};
use super::events::{self, MailboxStep};
use super::keys::{self, Key, Table};
use super::messages;
use super::{Order, ReadTx, StoreError, Tx, merge, queue, unmerged};
use crate::clock::Timestamp;
use crate::ids::{Address, MailboxId};

/// Entries of the queue looked at for one that is not finished.
const QUEUE_LOOKED_AT: usize = 100_000;

/// What is kept under a mailbox's id, besides messages, deliveries and the queue.
const TABLES: [Table; 21] = [
    Table::FolderIndex,
    Table::Delivery,
    Table::Handover,
    Table::Search,
    Table::SearchState,
    Table::Once,
    Table::Undo,
    Table::Profile,
    Table::Thread,
    Table::ThreadMember,
    Table::ThreadName,
    Table::ThreadState,
    Table::Answer,
    Table::Answered,
    Table::WroteTo,
    Table::MergeBatch,
    Table::MergePlacement,
    Table::MergeState,
    Table::Watermark,
    Table::SignInLinkOf,
    Table::Remembered,
];

/// Why nothing is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No such mailbox left.
    NoSuch,
    /// Messages that its user sent wait to go out.
    Sending,
}

/// How much is kept of a mailbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Messages, counted to a limit.
    pub messages: usize,
    /// Of them, those that were never merged.
    pub unmerged: usize,
}

/// How much is kept of a mailbox that left, counted to `limit`.
///
/// # Errors
/// When the store cannot be read.
pub fn kept(tx: &dyn ReadTx, gone: &GoneRecord, limit: usize) -> Result<Kept, StoreError> {
    let id = gone.record.id;
    Ok(Kept {
        messages: messages::ids(tx, id, None, limit)?.len(),
        unmerged: messages::unmerged(tx, &gone.record.mailstore, id, None, limit)?.len(),
    })
}

/// Marks a mailbox that left as one of which nothing is to be kept.
///
/// # Errors
/// When the store cannot be read; inside: why it is not.
pub fn begin(
    tx: &mut dyn Tx,
    address: &Address,
    id: MailboxId,
) -> Result<Result<(), Refusal>, StoreError> {
    let Some(mut gone) = gone::get(tx, address, id)? else {
        return Ok(Err(Refusal::NoSuch));
    };
    let waiting = queue::of_mailbox(tx, id, QUEUE_LOOKED_AT)?;
    if waiting.iter().any(|entry| !entry.is_finished()) {
        return Ok(Err(Refusal::Sending));
    }
    gone.forgotten = true;
    gone::put(tx, address, &gone)?;
    tx.put(row(address, id).into_vec(), Vec::new());
    Ok(Ok(()))
}

fn row(address: &Address, id: MailboxId) -> Key {
    Key::new(Table::Forgetting).address(address).mailbox(id)
}

/// Up to `limit` mailboxes behind `after` that [`begin`] marked and of which something may be left.
///
/// # Errors
/// When the store cannot be read.
pub fn begun(
    tx: &dyn ReadTx,
    after: Option<&gone::After>,
    limit: usize,
) -> Result<Vec<gone::After>, StoreError> {
    let last = after.map(|(address, id)| row(address, *id));
    let (from, to) = Key::new(Table::Forgetting).behind(last.as_ref(), Order::Ascending);
    let mut found = Vec::new();
    tx.scan(&from, &to, Order::Ascending, &mut |key, _| {
        if found.len() == limit {
            return Ok(ControlFlow::Break(()));
        }
        let id = keys::tail(key)
            .ok_or_else(|| StoreError::corrupt("mailbox that is forgotten", "its key is short"))?;
        found.push((address_in(key)?, MailboxId::from_bytes(id)));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// Refuses what would be written of a mailbox of which nothing is to be kept: for the transactions of whoever read
/// it before that was said.
///
/// # Errors
/// [`StoreError::Missing`]; when the store cannot be read.
pub fn check(tx: &dyn ReadTx, id: MailboxId) -> Result<(), StoreError> {
    const GONE: StoreError = StoreError::Missing("mailbox that was forgotten");
    let state = messages::state(tx, id)?.ok_or(GONE)?;
    match tx.get(row(&state.address, id).as_slice())? {
        None => Ok(()),
        Some(_) => Err(GONE),
    }
}

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Messages that it deleted.
    pub messages: u64,
    /// Whether nothing is left.
    pub done: bool,
}

/// Deletes up to `limit` messages, or rows, of a mailbox that [`begin`] marked; at the end it says so to whoever
/// follows.
///
/// # Errors
/// When the store cannot be read.
pub fn step(
    tx: &mut dyn Tx,
    address: &Address,
    id: MailboxId,
    limit: usize,
    now: Timestamp,
) -> Result<Step, StoreError> {
    let marked = gone::get(tx, address, id)?.filter(|gone| gone.forgotten);
    let Some(gone) = marked else {
        tx.delete(row(address, id).into_vec());
        return Ok(Step {
            messages: 0,
            done: true,
        });
    };
    let mut deleted = 0;
    for message in messages::ids(tx, id, None, limit)? {
        let Some(record) = messages::get(tx, id, message)? else {
            continue;
        };
        tx.delete(unmerged::unmerged_key(&gone.record.mailstore, id, message));
        merge::purge::remove_copy(tx, id, &record)?;
        deleted += 1;
    }
    let more = |done| Step {
        messages: deleted,
        done,
    };
    if deleted > 0 || clear(tx, id, limit)? == limit {
        return Ok(more(false));
    }
    tx.delete(Key::new(Table::MailboxState).mailbox(id).into_vec());
    gone::remove(tx, address, &gone)?;
    tx.delete(row(address, id).into_vec());
    events::append_of_mailbox(tx, now, address, MailboxStep::Forgotten)?;
    Ok(more(true))
}

/// Removes up to `limit` rows of what else is kept under a mailbox's id; returns how many.
fn clear(tx: &mut dyn Tx, id: MailboxId, limit: usize) -> Result<usize, StoreError> {
    let mut rows = Vec::new();
    for table in TABLES {
        let range = Key::new(table).mailbox(id);
        tx.scan(
            range.as_slice(),
            &range.end(),
            Order::Ascending,
            &mut |key, _| {
                if rows.len() >= limit {
                    return Ok(ControlFlow::Break(()));
                }
                rows.push(key.to_vec());
                Ok(ControlFlow::Continue(()))
            },
        )?;
    }
    let count = rows.len();
    rows.into_iter().for_each(|key| tx.delete(key));
    Ok(count)
}

#[cfg(test)]
mod tests;
