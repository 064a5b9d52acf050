//! Alerts: what is critical now, since when, and who has taken it on.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::codec::{self, Versioned};
use super::keys::{Key, Table};
use super::{Order, ReadTx, StoreError, Tx};
use crate::clock::Timestamp;

/// An alert that is open. Its key names what it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertRecord {
    /// What is wrong, in words.
    pub text: String,
    /// Since when.
    pub raised_at: Timestamp,
    /// When it was told last.
    pub told_at: Timestamp,
    /// How often it was told.
    pub told: u32,
    /// Who has taken it on; none: it is told again and again.
    pub acknowledged: Option<Acknowledgement>,
}

impl Versioned for AlertRecord {
    const NAME: &'static str = "alert";
}

/// Somebody has taken an alert on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What they said.
    pub note: String,
}

fn key(name: &str) -> Key {
    Key::new(Table::Alert).text(name)
}

/// An alert that is open.
///
/// # Errors
/// When the store cannot be read.
pub fn get(tx: &dyn ReadTx, name: &str) -> Result<Option<AlertRecord>, StoreError> {
    let bytes = tx.get(key(name).as_slice())?;
    bytes.map(|bytes| codec::decode(&bytes)).transpose()
}

/// Writes an alert, or with none ends it.
///
/// # Errors
/// As [`codec::encode`].
pub fn put(tx: &mut dyn Tx, name: &str, record: Option<&AlertRecord>) -> Result<(), StoreError> {
    let key = key(name).into_vec();
    match record {
        Some(record) => tx.put(key, codec::encode(record)?),
        None => tx.delete(key),
    }
    Ok(())
}

/// All that are open, by name.
///
/// # Errors
/// When the store cannot be read.
pub fn all(tx: &dyn ReadTx) -> Result<Vec<(String, AlertRecord)>, StoreError> {
    let range = Key::new(Table::Alert);
    let mut found = Vec::new();
    tx.scan(
        range.as_slice(),
        &range.end(),
        Order::Ascending,
        &mut |key, value| {
            let name = key
                .get(1..key.len().saturating_sub(1))
                .and_then(|name| std::str::from_utf8(name).ok())
                .ok_or_else(|| StoreError::corrupt("alert", "its key is not text"))?;
            found.push((name.to_owned(), codec::decode(value)?));
            Ok(ControlFlow::Continue(()))
        },
    )?;
    Ok(found)
}
