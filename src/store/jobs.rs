//! Jobs: one order for many domains and mailboxes. A job with all its parts is written before the first
//! is done; each is done in the transaction that writes what came of it, so that a job goes on after a
//! restart where it was.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::codec::{self, Versioned};
use super::keys::{Key, Table, tail};
use super::{Order, ReadTx, StoreError, Tx};
use crate::clock::Timestamp;
use crate::ids::{JobId, ResellerId};
use crate::route::{Override, Scope, Setting};

/// Most domains and mailboxes of one job.
pub const ITEMS_MAX: usize = 1_000;

/// What is to be set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Task {
    /// This, or with none to follow the mailstore, until then.
    Set(Option<Setting>, Option<Timestamp>),
    /// What each had before another job, where nobody changed it since.
    Undo(JobId),
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRecord {
    /// Whose: a reseller's, or the operator's.
    pub owner: Option<ResellerId>,
    /// Who ordered it, without the reseller.
    pub by: String,
    /// Why.
    pub reason: String,
    /// What is done.
    pub task: Task,
    /// When it was ordered.
    pub created: Timestamp,
    /// When its last part was done.
    pub ended: Option<Timestamp>,
    /// How many parts it has.
    pub total: u32,
    /// How many were looked at: those before this number.
    pub next: u32,
    /// How many of them failed.
    pub failed: u32,
    /// The job that takes it back.
    pub undone_by: Option<JobId>,
}

impl Versioned for JobRecord {
    const NAME: &'static str = "job";
}

/// What came of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It is still to be done.
    Waiting,
    /// It is done. What was there before, and what is since.
    Done {
        /// Before.
        before: Option<Override>,
        /// Since.
        after: Option<Override>,
    },
    /// It was not done, for this reason.
    Failed(String),
}

/// One domain or mailbox of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemRecord {
    /// Which.
    pub scope: Scope,
    /// What came of it.
    pub outcome: Outcome,
}

impl Versioned for ItemRecord {
    const NAME: &'static str = "job item";
}

fn key(id: JobId) -> Key {
    Key::new(Table::Job).id(id.as_bytes())
}

fn item_key(id: JobId, number: u32) -> Key {
    Key::new(Table::JobItem)
        .id(id.as_bytes())
        .bytes(&number.to_be_bytes())
}

/// A job by id.
///
/// # Errors
/// When the store cannot be read.
pub fn get(tx: &dyn ReadTx, id: JobId) -> Result<Option<JobRecord>, StoreError> {
    tx.get(key(id).as_slice())?
        .map(|bytes| codec::decode(&bytes))
        .transpose()
}

/// Writes a job.
///
/// # Errors
/// As [`codec::encode`].
pub fn put(tx: &mut dyn Tx, id: JobId, record: &JobRecord) -> Result<(), StoreError> {
    tx.put(key(id).into_vec(), codec::encode(record)?);
    Ok(())
}

/// A part of a job.
///
/// # Errors
/// When the store cannot be read.
pub fn item(tx: &dyn ReadTx, id: JobId, number: u32) -> Result<Option<ItemRecord>, StoreError> {
    tx.get(item_key(id, number).as_slice())?
        .map(|bytes| codec::decode(&bytes))
        .transpose()
}

/// Writes a part of a job.
///
/// # Errors
/// As [`codec::encode`].
pub fn put_item(
    tx: &mut dyn Tx,
    id: JobId,
    number: u32,
    item: &ItemRecord,
) -> Result<(), StoreError> {
    tx.put(item_key(id, number).into_vec(), codec::encode(item)?);
    Ok(())
}

/// Removes the parts of jobs that ended before `before`, and the jobs when none is left, the oldest first;
/// up to `limit` rows. Whether there may be more.
///
/// # Errors
/// When the store cannot be read.
pub fn forget(tx: &mut dyn Tx, before: Timestamp, limit: usize) -> Result<bool, StoreError> {
    let table = Key::new(Table::Job);
    let mut found = None;
    tx.scan(
        table.as_slice(),
        &table.end(),
        Order::Ascending,
        &mut |key, value| {
            let id = tail(key).ok_or_else(|| StoreError::corrupt("job", "its key is short"))?;
            let job: JobRecord = codec::decode(value)?;
            if job.ended.is_some_and(|ended| ended < before) {
                found = Some((JobId::from_bytes(id), job));
                return Ok(ControlFlow::Break(()));
            }
            // In the order in which they were ordered: what follows is younger.
            Ok(match job.created < before {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            })
        },
    )?;
    let Some((id, job)) = found else {
        return Ok(false);
    };
    // What takes it back reads its parts.
    if let Some(undo) = job.undone_by
        && get(tx, undo)?.is_some_and(|undo| undo.ended.is_none_or(|ended| ended >= before))
    {
        return Ok(false);
    }
    let parts = Key::new(Table::JobItem).id(id.as_bytes());
    let mut over = Vec::new();
    tx.scan(
        parts.as_slice(),
        &parts.end(),
        Order::Ascending,
        &mut |key, _| {
            over.push(key.to_vec());
            Ok(match over.len() < limit {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            })
        },
    )?;
    if over.len() < limit {
        over.push(key(id).into_vec());
    }
    for key in over {
        tx.delete(key);
    }
    Ok(true)
}

/// A job with its id.
pub type Found = (JobId, JobRecord);

/// Up to `limit` jobs behind `last`; in ascending order the oldest comes first.
///
/// # Errors
/// When the store cannot be read.
pub fn behind(
    tx: &dyn ReadTx,
    order: Order,
    last: Option<JobId>,
    limit: usize,
) -> Result<Vec<Found>, StoreError> {
    let row = last.map(key);
    let (from, to) = Key::new(Table::Job).behind(row.as_ref(), order);
    let mut found = Vec::new();
    tx.scan(&from, &to, order, &mut |key, value| {
        if found.len() == limit {
            return Ok(ControlFlow::Break(()));
        }
        let id = tail(key).ok_or_else(|| StoreError::corrupt("job", "its key is short"))?;
        found.push((JobId::from_bytes(id), codec::decode(value)?));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// Up to `limit` jobs older than `before` that `fits`, the newest first.
///
/// # Errors
/// When the store cannot be read.
pub fn newest(
    tx: &dyn ReadTx,
    before: Option<JobId>,
    limit: usize,
    fits: &dyn Fn(&JobRecord) -> bool,
) -> Result<Vec<Found>, StoreError> {
    let table = Key::new(Table::Job);
    let end = before.map_or_else(|| table.end(), |id| key(id).into_vec());
    let mut found = Vec::new();
    tx.scan(
        table.as_slice(),
        &end,
        Order::Descending,
        &mut |key, value| {
            let id = tail(key).ok_or_else(|| StoreError::corrupt("job", "its key is short"))?;
            let record: JobRecord = codec::decode(value)?;
            if fits(&record) {
                found.push((JobId::from_bytes(id), record));
            }
            Ok(match found.len() >= limit {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            })
        },
    )?;
    Ok(found)
}
