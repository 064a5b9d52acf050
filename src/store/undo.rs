//! How to take back what was done with many messages at once: kept for a day, a few per mailbox.

use std::ops::ControlFlow;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::codec::{self, Versioned};
use super::keys::{Key, Table};
use super::{Order, StoreError, Tx};
use crate::clock::Timestamp;
use crate::ids::{FolderId, MailboxId, StandbyId};

/// How long something can be taken back.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// Most of one mailbox; the oldest goes.
const KEPT_MAX: usize = 20;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Done {
    /// They were moved.
    Moved,
    /// They were marked as read, or as unread.
    Seen(bool),
}

/// How to take it back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoRecord {
    /// When it was done.
    pub at: Timestamp,
    /// What was done.
    pub done: Done,
    /// To which messages, each with the folder it was in.
    pub messages: Vec<(StandbyId, FolderId)>,
}

impl Versioned for UndoRecord {
    const NAME: &'static str = "undo record";
}

/// All of a mailbox, oldest first.
fn all(mailbox: MailboxId) -> Key {
    Key::new(Table::Undo).mailbox(mailbox)
}

fn row(mailbox: MailboxId, at: Timestamp, id: u64) -> Key {
    all(mailbox)
        .number(at.as_millis().unsigned_abs())
        .number(id)
}

/// Keeps how to take something back, under its time and a number that its user cannot guess of others.
///
/// # Errors
/// When the store cannot be read.
pub fn put(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    id: u64,
    record: &UndoRecord,
) -> Result<(), StoreError> {
    let range = all(mailbox);
    let mut keys = Vec::new();
    tx.scan(
        range.as_slice(),
        &range.end(),
        Order::Descending,
        &mut |key, _| {
            keys.push(key.to_vec());
            Ok(ControlFlow::Continue(()))
        },
    )?;
    let expired = record.at.before(KEPT).as_millis().unsigned_abs();
    let oldest = all(mailbox).number(expired).into_vec();
    for (place, key) in keys.into_iter().enumerate() {
        if place + 1 >= KEPT_MAX || key < oldest {
            tx.delete(key);
        }
    }
    tx.put(
        row(mailbox, record.at, id).into_vec(),
        codec::encode(record)?,
    );
    Ok(())
}

/// Takes out how to take something back, if it still can be at `now`.
///
/// # Errors
/// When the store cannot be read.
pub fn take(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    at: Timestamp,
    id: u64,
    now: Timestamp,
) -> Result<Option<UndoRecord>, StoreError> {
    let key = row(mailbox, at, id).into_vec();
    let Some(bytes) = tx.get(&key)? else {
        return Ok(None);
    };
    tx.delete(key);
    let record: UndoRecord = codec::decode(&bytes)?;
    Ok((now < record.at.after(KEPT)).then_some(record))
}
