//! What is to be told to destinations, and what came of telling it.
//!
//! An announcement has a row in the due index of its destination until it is told or given up: a crash at
//! any point leaves it due again. Telling is at least once, under the same id. Of what is over, the newest
//! [`OVER_KEPT_MAX`] of a destination stay as its log.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::codec::{self, Versioned};
use super::keys::{self, Key, Table};
use super::{Order, ReadTx, StoreError, Tx};
use crate::clock::Timestamp;
use crate::ids::{AnnouncementId, DestinationId};

/// Announcements of a destination that are kept when they are over.
pub const OVER_KEPT_MAX: usize = 200;
/// Announcements of a destination that may wait; what comes then is not told to it.
pub const WAITING_MAX: usize = 1_000;
/// Longest answer that is kept, in characters.
pub const ANSWER_CHARS_MAX: usize = 300;

/// One event for one destination.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnouncementRecord {
    /// The event's name.
    pub event: String,
    /// When it was written.
    pub created: Timestamp,
    /// What is told.
    pub message: Message,
    /// How often it was tried.
    pub attempts: u32,
    /// Where it stands.
    pub state: AnnouncementState,
    /// What the last try led to, in words.
    pub last: Option<String>,
}

impl Versioned for AnnouncementRecord {
    const NAME: &'static str = "announcement";
}

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Message {
    /// To a program: JSON.
    Payload(String),
    /// To a person: mail.
    Letter {
        /// Its subject.
        subject: String,
        /// Its text.
        text: String,
    },
}

/// Where an announcement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnnouncementState {
    /// It waits until then.
    Due(Timestamp),
    /// It was taken.
    Told(Timestamp),
    /// It was given up.
    Failed(Timestamp),
}

fn key(to: DestinationId, id: AnnouncementId) -> Vec<u8> {
    let key = Key::new(Table::Announcement);
    key.id(to.as_bytes()).id(id.as_bytes()).into_vec()
}

fn due_range(to: DestinationId) -> Key {
    Key::new(Table::AnnouncementDue).id(to.as_bytes())
}

/// Times before 1970 sort as 1970.
fn due_key(to: DestinationId, due: Timestamp, id: AnnouncementId) -> Vec<u8> {
    let millis = u64::try_from(due.as_millis()).unwrap_or(0);
    due_range(to).number(millis).id(id.as_bytes()).into_vec()
}

/// An announcement.
///
/// # Errors
/// When the store cannot be read.
pub fn get(
    tx: &dyn ReadTx,
    to: DestinationId,
    id: AnnouncementId,
) -> Result<Option<AnnouncementRecord>, StoreError> {
    let bytes = tx.get(&key(to, id))?;
    bytes.map(|bytes| codec::decode(&bytes)).transpose()
}

/// Writes an announcement and keeps the due index in step.
///
/// # Errors
/// When the store cannot be read.
pub fn put(
    tx: &mut dyn Tx,
    to: DestinationId,
    id: AnnouncementId,
    record: &AnnouncementRecord,
) -> Result<(), StoreError> {
    if let Some(AnnouncementState::Due(due)) = get(tx, to, id)?.map(|before| before.state) {
        tx.delete(due_key(to, due, id));
    }
    match record.state {
        AnnouncementState::Due(due) => tx.put(due_key(to, due, id), Vec::new()),
        AnnouncementState::Told(_) | AnnouncementState::Failed(_) => forget_old(tx, to)?,
    }
    tx.put(key(to, id), codec::encode(record)?);
    Ok(())
}

/// Adds an announcement, unless too many wait for this destination already; then it is noted as given up.
///
/// # Errors
/// When the store cannot be read.
pub fn add(
    tx: &mut dyn Tx,
    to: DestinationId,
    id: AnnouncementId,
    mut record: AnnouncementRecord,
) -> Result<(), StoreError> {
    if waiting(tx, to)? >= WAITING_MAX {
        record.state = AnnouncementState::Failed(record.created);
        record.last = Some("too many wait for this destination".to_owned());
    }
    put(tx, to, id, &record)
}

/// How many wait for a destination, counted to [`WAITING_MAX`].
///
/// # Errors
/// When the store cannot be read.
pub fn waiting(tx: &dyn ReadTx, to: DestinationId) -> Result<usize, StoreError> {
    let range = due_range(to);
    let mut count = 0;
    tx.scan(
        range.as_slice(),
        &range.end(),
        Order::Ascending,
        &mut |_, _| {
            count += 1;
            Ok(match count < WAITING_MAX {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            })
        },
    )?;
    Ok(count)
}

/// The log of a destination: the newest first, at most `limit`.
///
/// # Errors
/// When the store cannot be read.
pub fn log(
    tx: &dyn ReadTx,
    to: DestinationId,
    limit: usize,
) -> Result<Vec<(AnnouncementId, AnnouncementRecord)>, StoreError> {
    let range = Key::new(Table::Announcement).id(to.as_bytes());
    let mut found = Vec::new();
    tx.scan(
        range.as_slice(),
        &range.end(),
        Order::Descending,
        &mut |key, value| {
            if found.len() == limit {
                return Ok(ControlFlow::Break(()));
            }
            let id = keys::tail(key)
                .ok_or_else(|| StoreError::corrupt("announcement", "its key is too short"))?;
            found.push((AnnouncementId::from_bytes(id), codec::decode(value)?));
            Ok(ControlFlow::Continue(()))
        },
    )?;
    Ok(found)
}

/// What is due at `now`: of each destination the one that waits longest, so that one that does not answer
/// holds up no other.
///
/// # Errors
/// When the store cannot be read.
pub fn due(
    tx: &dyn ReadTx,
    now: Timestamp,
) -> Result<Vec<(DestinationId, AnnouncementId)>, StoreError> {
    let end = Key::new(Table::AnnouncementDue).end();
    let mut from = Key::new(Table::AnnouncementDue).into_vec();
    let mut found = Vec::new();
    loop {
        let mut first = None;
        tx.scan(&from, &end, Order::Ascending, &mut |key, _| {
            first = Some(key.to_vec());
            Ok(ControlFlow::Break(()))
        })?;
        let Some(first) = first else { return Ok(found) };
        let parts = (|| {
            let to = DestinationId::from_bytes(keys::part(&first, 1)?);
            let due = i64::try_from(u64::from_be_bytes(keys::part(&first, 17)?)).ok()?;
            let id = AnnouncementId::from_bytes(keys::tail(&first)?);
            Some((to, Timestamp::from_millis(due), id))
        })();
        let (to, due, id) = parts.ok_or_else(|| {
            StoreError::corrupt("announcement", "a key of the due index is not one")
        })?;
        if due <= now {
            found.push((to, id));
        }
        from = due_range(to).end();
    }
}

/// Gives up all that waits for a destination.
///
/// # Errors
/// When the store cannot be read.
pub fn give_up(
    tx: &mut dyn Tx,
    to: DestinationId,
    now: Timestamp,
    why: &str,
) -> Result<(), StoreError> {
    for (id, mut record) in log(tx, to, WAITING_MAX + OVER_KEPT_MAX)? {
        if matches!(record.state, AnnouncementState::Due(_)) {
            record.state = AnnouncementState::Failed(now);
            record.last = Some(why.to_owned());
            put(tx, to, id, &record)?;
        }
    }
    Ok(())
}

/// Removes all of a destination.
///
/// # Errors
/// When the store cannot be read.
pub fn remove_all(tx: &mut dyn Tx, to: DestinationId) -> Result<(), StoreError> {
    for range in [
        Key::new(Table::Announcement).id(to.as_bytes()),
        due_range(to),
    ] {
        let mut keys = Vec::new();
        tx.scan(
            range.as_slice(),
            &range.end(),
            Order::Ascending,
            &mut |key, _| {
                keys.push(key.to_vec());
                Ok(ControlFlow::Continue(()))
            },
        )?;
        keys.into_iter().for_each(|key| tx.delete(key));
    }
    Ok(())
}

/// Forgets what is over beyond the newest [`OVER_KEPT_MAX`] of a destination.
fn forget_old(tx: &mut dyn Tx, to: DestinationId) -> Result<(), StoreError> {
    let mut over = 0;
    let mut surplus = Vec::new();
    for (id, record) in log(tx, to, WAITING_MAX + 2 * OVER_KEPT_MAX)? {
        if !matches!(record.state, AnnouncementState::Due(_)) {
            over += 1;
            if over >= OVER_KEPT_MAX {
                surplus.push(id);
            }
        }
    }
    surplus.into_iter().for_each(|id| tx.delete(key(to, id)));
    Ok(())
}

#[cfg(test)]
mod tests;
