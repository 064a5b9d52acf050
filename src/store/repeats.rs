//! What requests with an `Idempotency-Key` led to, so that one that comes again is answered the same and
//! does nothing. Answers are sealed with what only the one who asked knows (`service::repeats`).

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::codec::{self, Versioned};
use super::keys::{Key, Table, tail};
use super::{Order, ReadTx, StoreError, Tx};
use crate::clock::Timestamp;

/// Who asked, with which key: two halves of hashes.
pub type Slot = [u8; 32];

/// The slot of a request, whose asker and whose name have these hashes.
pub fn slot(asker: &[u8; 32], name: &[u8; 32]) -> Slot {
    let halves = asker.iter().take(16).chain(name.iter().take(16));
    let mut slot = [0; 32];
    for (byte, half) in slot.iter_mut().zip(halves) {
        *byte = *half;
    }
    slot
}

/// How many requests of the asker of `slot` are kept, counted to `limit`.
///
/// # Errors
/// When the store cannot be read.
pub fn count_of_asker(tx: &dyn ReadTx, slot: &Slot, limit: usize) -> Result<usize, StoreError> {
    let all = Key::new(Table::Repeat).bytes(slot.get(..16).unwrap_or_default());
    let mut count = 0;
    tx.scan(all.as_slice(), &all.end(), Order::Ascending, &mut |_, _| {
        count += 1;
        Ok(match count < limit {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        })
    })?;
    Ok(count)
}

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepeatRecord {
    /// Hash of what was asked.
    pub fingerprint: [u8; 32],
    /// When it came.
    pub at: Timestamp,
    /// What was answered, sealed; none while that is not known.
    pub answer: Option<Vec<u8>>,
}

impl Versioned for RepeatRecord {
    const NAME: &'static str = "repeat";
}

fn key(slot: &Slot) -> Key {
    Key::new(Table::Repeat).bytes(slot)
}

fn time_key(at: Timestamp, slot: &Slot) -> Key {
    Key::new(Table::RepeatAt)
        .bytes(&at.as_millis().to_be_bytes())
        .bytes(slot)
}

/// The request of a slot.
///
/// # Errors
/// When the store cannot be read.
pub fn get(tx: &dyn ReadTx, slot: &Slot) -> Result<Option<RepeatRecord>, StoreError> {
    tx.get(key(slot).as_slice())?
        .map(|bytes| codec::decode(&bytes))
        .transpose()
}

/// Writes the request of a slot.
///
/// # Errors
/// When the store cannot be read.
pub fn put(tx: &mut dyn Tx, slot: &Slot, record: &RepeatRecord) -> Result<(), StoreError> {
    remove(tx, slot)?;
    tx.put(time_key(record.at, slot).into_vec(), Vec::new());
    tx.put(key(slot).into_vec(), codec::encode(record)?);
    Ok(())
}

/// Forgets the request of a slot.
///
/// # Errors
/// When the store cannot be read.
pub fn remove(tx: &mut dyn Tx, slot: &Slot) -> Result<(), StoreError> {
    if let Some(record) = get(tx, slot)? {
        tx.delete(time_key(record.at, slot).into_vec());
        tx.delete(key(slot).into_vec());
    }
    Ok(())
}

/// Forgets up to `limit` requests from before `before`, the oldest first.
///
/// # Errors
/// When the store cannot be read.
pub fn forget(tx: &mut dyn Tx, before: Timestamp, limit: usize) -> Result<(), StoreError> {
    let table = Key::new(Table::RepeatAt);
    let end = table.clone().bytes(&before.as_millis().to_be_bytes());
    let mut found: Vec<Slot> = Vec::new();
    tx.scan(
        table.as_slice(),
        end.as_slice(),
        Order::Ascending,
        &mut |key, _| {
            found.push(tail(key).ok_or_else(|| StoreError::corrupt("repeat", "a short key"))?);
            Ok(match found.len() >= limit {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            })
        },
    )?;
    found.iter().try_for_each(|slot| remove(tx, slot))
}
