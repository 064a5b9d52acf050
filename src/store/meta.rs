//! Facts about the store itself: the version of its layout, and its generation.

use serde::{Deserialize, Serialize};

use super::codec::{self, Versioned};
use super::keys::{Key, Table};
use super::{OpenError, ReadTx, Store, StoreError, Tx};
use crate::clock::Timestamp;
use crate::ids::random_bytes;

/// The layout this version writes. An upgrade migrates older ones; a newer one is refused.
pub const LAYOUT: u32 = 1;

/// What the store says about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// Version of the layout.
    pub layout: u32,
    /// Drawn anew when the store is created or restored from a backup: after a restore everything
    /// unmerged is in doubt and is looked for in the mailstore before it is appended.
    pub generation: u64,
    /// When this generation began.
    pub since: Timestamp,
    /// Whether this generation came from a backup.
    pub restored: bool,
}

impl Versioned for Meta {
    const NAME: &'static str = "description of the store";
}

/// The store's description.
///
/// # Errors
/// [`StoreError::Missing`] in a store that was never opened.
pub fn get(tx: &dyn ReadTx) -> Result<Meta, StoreError> {
    let bytes = tx
        .get(Key::new(Table::Meta).as_slice())?
        .ok_or(StoreError::Missing("description of the store"))?;
    codec::decode(&bytes)
}

/// Begins a new generation: after a restore.
///
/// # Errors
/// As [`get`].
pub fn begin_generation(tx: &mut dyn Tx, now: Timestamp) -> Result<(), StoreError> {
    let meta = Meta {
        generation: new_generation(),
        since: now,
        restored: true,
        ..get(tx)?
    };
    tx.put(Key::new(Table::Meta).into_vec(), codec::encode(&meta)?);
    Ok(())
}

/// Checks the layout of a store that was just opened; describes one that was just created.
pub(super) fn adopt(store: &Store, now: Timestamp) -> Result<(), OpenError> {
    match store.read(get) {
        Ok(Meta { layout, .. }) if layout > LAYOUT => Err(OpenError::FromTheFuture {
            found: layout,
            known: LAYOUT,
        }),
        Ok(_) => Ok(()),
        Err(StoreError::Missing(_)) => describe_now(store, now),
        Err(error) => Err(error.into()),
    }
}

fn describe_now(store: &Store, now: Timestamp) -> Result<(), OpenError> {
    let meta = Meta {
        layout: LAYOUT,
        generation: new_generation(),
        since: now,
        restored: false,
    };
    let row = codec::encode(&meta)?;
    store.write_on_start(move |tx| -> Result<(), StoreError> {
        tx.put(Key::new(Table::Meta).into_vec(), row.clone());
        Ok(())
    })?;
    Ok(())
}

fn new_generation() -> u64 {
    u64::from_be_bytes(random_bytes())
}
