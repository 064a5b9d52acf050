//! What the probes of a mailstore usually take: one bounded row per mailstore, written once an hour.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::codec::{self, Versioned};
use super::keys::{Key, Table};
use super::{ReadTx, StoreError, Tx};
use crate::failover::{ProbeKind, Profile};
use crate::ids::MailstoreId;

/// The usual times of a mailstore's probes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatencyRecord {
    /// By kind of probe, as the server itself makes them.
    pub profiles: BTreeMap<ProbeKind, Profile>,
}

impl Versioned for LatencyRecord {
    const NAME: &'static str = "latency record";
}

fn key(mailstore: &MailstoreId) -> Key {
    Key::new(Table::Latency).mailstore(mailstore)
}

/// What is known of a mailstore; nothing before its first hour.
///
/// # Errors
/// When the store cannot be read.
pub fn get(tx: &dyn ReadTx, mailstore: &MailstoreId) -> Result<LatencyRecord, StoreError> {
    let bytes = tx.get(key(mailstore).as_slice())?;
    let record = bytes.map(|bytes| codec::decode(&bytes)).transpose()?;
    Ok(record.unwrap_or_default())
}

/// Keeps what is known of a mailstore.
///
/// # Errors
/// As [`codec::encode`].
pub fn put(
    tx: &mut dyn Tx,
    mailstore: &MailstoreId,
    record: &LatencyRecord,
) -> Result<(), StoreError> {
    tx.put(key(mailstore).into_vec(), codec::encode(record)?);
    Ok(())
}
