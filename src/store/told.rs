//! Which users were told that their usual mail is out, how far telling them came, and whom to tell that it is
//! back.
//!
//! One record for each mailstore: in which outage, how far. A row for each user who was told and has not been
//! told yet that it is over, made by the transaction that queues the letter: nobody is told twice of one
//! outage, and nobody that something is over who was never told that it began.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::codec::{self, Versioned};
use super::keys::{self, Key, Table};
use super::{Order, ReadTx, StoreError, Tx};
use crate::ids::{Address, MailboxId, MailstoreId, OutageId, QueueId};

/// Letters of a mailstore that wait in the queue at most: the next are written when these have left it.
pub const UNDER_WAY_MAX: usize = 200;

/// How far the users of a mailstore were told of its last outage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TellingRecord {
    /// Which outage.
    pub outage: OutageId,
    /// How far.
    pub stage: TellingStage,
    /// How often it began anew.
    pub round: u32,
    /// What became of those whose turn it was.
    pub counts: TellingCounts,
    /// Letters that may still be in the queue, at most [`UNDER_WAY_MAX`].
    pub under_way: Vec<(MailboxId, QueueId)>,
}

impl Versioned for TellingRecord {
    const NAME: &'static str = "how far users were told";
}

impl TellingRecord {
    /// Of an outage of which nobody was told yet.
    pub fn of(outage: OutageId) -> Self {
        Self {
            outage,
            stage: TellingStage::default(),
            round: 0,
            counts: TellingCounts::default(),
            under_way: Vec::new(),
        }
    }
}

/// How far telling came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TellingStage {
    /// It has not begun.
    #[default]
    First,
    /// Up to this mailbox, in order of domain and local part.
    Behind(Address),
    /// All had their turn.
    All,
}

/// What became of those whose turn it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TellingCounts {
    /// Were written to.
    pub told: u64,
    /// Cannot be: the directory has no address for them, or only one that is out as well.
    pub unreachable: u64,
    /// Were written to that it is over.
    pub told_back: u64,
}

/// Who was told that their usual mail is out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldRecord {
    /// The mailbox, as its address was then.
    pub address: Address,
    /// In which outage.
    pub outage: OutageId,
    /// The letter.
    pub letter: QueueId,
}

impl Versioned for ToldRecord {
    const NAME: &'static str = "user who was told";
}

fn telling_key(mailstore: &MailstoreId) -> Key {
    Key::new(Table::Telling).mailstore(mailstore)
}

fn told_key(mailstore: &MailstoreId, mailbox: MailboxId) -> Key {
    Key::new(Table::Told).mailstore(mailstore).mailbox(mailbox)
}

/// How far the users of a mailstore were told.
///
/// # Errors
/// When the store cannot be read.
pub fn telling(
    tx: &dyn ReadTx,
    mailstore: &MailstoreId,
) -> Result<Option<TellingRecord>, StoreError> {
    let bytes = tx.get(telling_key(mailstore).as_slice())?;
    bytes.map(|bytes| codec::decode(&bytes)).transpose()
}

/// Keeps how far they were told.
///
/// # Errors
/// As [`codec::encode`].
pub fn put_telling(
    tx: &mut dyn Tx,
    mailstore: &MailstoreId,
    record: &TellingRecord,
) -> Result<(), StoreError> {
    tx.put(telling_key(mailstore).into_vec(), codec::encode(record)?);
    Ok(())
}

/// Everybody has their turn again, for whom it was not wanted before: who was told is not told again.
///
/// # Errors
/// When the store cannot be read.
pub fn begin_anew(tx: &mut dyn Tx) -> Result<(), StoreError> {
    let range = Key::new(Table::Telling);
    let mut found: Vec<(Vec<u8>, TellingRecord)> = Vec::new();
    tx.scan(
        range.as_slice(),
        &range.end(),
        Order::Ascending,
        &mut |key, value| {
            found.push((key.to_vec(), codec::decode(value)?));
            Ok(ControlFlow::Continue(()))
        },
    )?;
    for (key, record) in found {
        let record = TellingRecord {
            stage: TellingStage::First,
            round: record.round.wrapping_add(1),
            counts: TellingCounts {
                unreachable: 0,
                ..record.counts
            },
            ..record
        };
        tx.put(key, codec::encode(&record)?);
    }
    Ok(())
}

/// Whether and when a user was told.
///
/// # Errors
/// When the store cannot be read.
pub fn told(
    tx: &dyn ReadTx,
    mailstore: &MailstoreId,
    mailbox: MailboxId,
) -> Result<Option<ToldRecord>, StoreError> {
    let bytes = tx.get(told_key(mailstore, mailbox).as_slice())?;
    bytes.map(|bytes| codec::decode(&bytes)).transpose()
}

/// Notes that a user was told.
///
/// # Errors
/// As [`codec::encode`].
pub fn put_told(
    tx: &mut dyn Tx,
    mailstore: &MailstoreId,
    mailbox: MailboxId,
    record: &ToldRecord,
) -> Result<(), StoreError> {
    tx.put(
        told_key(mailstore, mailbox).into_vec(),
        codec::encode(record)?,
    );
    Ok(())
}

/// There is nothing more to tell a user.
pub fn forget_told(tx: &mut dyn Tx, mailstore: &MailstoreId, mailbox: MailboxId) {
    tx.delete(told_key(mailstore, mailbox).into_vec());
}

/// Up to `limit` users of a mailstore who were told that it is out and not yet that it is back, after
/// `after`.
///
/// # Errors
/// When the store cannot be read.
pub fn all_told(
    tx: &dyn ReadTx,
    mailstore: &MailstoreId,
    after: Option<MailboxId>,
    limit: usize,
) -> Result<Vec<(MailboxId, ToldRecord)>, StoreError> {
    let range = Key::new(Table::Told).mailstore(mailstore);
    let from = after.map_or_else(
        || range.clone().into_vec(),
        |after| told_key(mailstore, after).end(),
    );
    let mut found = Vec::new();
    tx.scan(&from, &range.end(), Order::Ascending, &mut |key, value| {
        if found.len() == limit {
            return Ok(ControlFlow::Break(()));
        }
        let id = keys::tail(key)
            .ok_or_else(|| StoreError::corrupt("user who was told", "its key is too short"))?;
        found.push((MailboxId::from_bytes(id), codec::decode(value)?));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

#[cfg(test)]
mod tests;
