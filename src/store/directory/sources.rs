//! The sources that the directory is kept in step with: how their last rounds went, and what was
//! ordered.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::super::codec::{self, Versioned};
use super::super::keys::{Key, Table};
use super::super::{Order, ReadTx, StoreError, Tx};
use crate::clock::Timestamp;
use crate::ids::SourceName;

/// How a round ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RoundEnd {
    /// The directory says what the source says.
    Complete,
    /// As far as it goes; but so many of its mailboxes are missing that they were not deleted.
    Withheld {
        /// How many are missing.
        missing: u64,
        /// Out of how many.
        known: u64,
    },
    /// Some rows could not be read, so nobody knows which mailboxes are missing: none was deleted.
    Unreadable {
        /// How many rows.
        rows: u64,
    },
    /// There was not one row: nothing was deleted.
    Empty,
    /// It broke off: what was read is applied, nothing was deleted.
    Broken(String),
}

/// One round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// How.
    pub end: RoundEnd,
    /// Rows read.
    pub rows: u64,
    /// Mailboxes that are new.
    pub created: u64,
    /// Mailboxes that changed.
    pub changed: u64,
    /// Mailboxes that have another address.
    pub renamed: u64,
    /// Mailboxes that were deleted.
    pub deleted: u64,
    /// Rows that were not taken.
    pub errors: u64,
    /// The first of them: their lines and reasons.
    pub first_errors: Vec<(u64, String)>,
}

/// What a person ordered: a round now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncOrder {
    /// When.
    pub at: Timestamp,
    /// So many mailboxes, and no more, may be deleted, whatever share that is.
    pub delete_max: Option<u64>,
}

/// What is known of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRecord {
    /// The last round.
    pub last: Option<Round>,
    /// When the last round began that read the whole source.
    pub read_at: Option<Timestamp>,
    /// Mailboxes that are from it, as counted then.
    pub mailboxes: u64,
    /// What is ordered and not yet done.
    pub order: Option<SyncOrder>,
}

impl Versioned for SourceRecord {
    const NAME: &'static str = "source";
}

fn row(name: &SourceName) -> Key {
    Key::new(Table::Source).text(name.as_str())
}

/// What is known of a source; of one that never was: nothing.
///
/// # Errors
/// When the store cannot be read.
pub fn get(tx: &dyn ReadTx, name: &SourceName) -> Result<SourceRecord, StoreError> {
    let bytes = tx.get(row(name).as_slice())?;
    bytes.map_or_else(
        || Ok(SourceRecord::default()),
        |bytes| codec::decode(&bytes),
    )
}

/// Keeps what is known of a source.
///
/// # Errors
/// As [`codec::encode`].
pub fn put(tx: &mut dyn Tx, name: &SourceName, record: &SourceRecord) -> Result<(), StoreError> {
    tx.put(row(name).into_vec(), codec::encode(record)?);
    Ok(())
}

/// All sources that ever had a round or an order, by name.
///
/// # Errors
/// When the store cannot be read.
pub fn all(tx: &dyn ReadTx) -> Result<Vec<(SourceName, SourceRecord)>, StoreError> {
    let range = Key::new(Table::Source);
    let mut found = Vec::new();
    tx.scan(
        range.as_slice(),
        &range.end(),
        Order::Ascending,
        &mut |key, value| {
            let name = key
                .get(1..key.len().saturating_sub(1))
                .and_then(|name| std::str::from_utf8(name).ok())
                .and_then(|name| name.parse().ok())
                .ok_or_else(|| StoreError::corrupt("source", "its key is not a name"))?;
            found.push((name, codec::decode(value)?));
            Ok(ControlFlow::Continue(()))
        },
    )?;
    Ok(found)
}
