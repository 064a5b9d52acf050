//! Bodies: bytes as they were accepted, immutable, checksummed, stored once for all recipients of a
//! transaction.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::codec::{self, Versioned};
use super::engine::ReadTx;
use super::engine::segments::{BodyDigest, Place};
use super::keys::{Key, Table};
use super::{StoreError, Tx};
use crate::ids::BodyId;

/// Where a body's bytes are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BodyLocation {
    /// In the record itself.
    Inline(Vec<u8>),
    /// In a segment.
    Segment(Place),
}

/// How a body's bytes are enciphered. Nothing is yet; the record has room for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cipher {
    /// Not at all.
    Plain,
}

/// The index record of a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyRecord {
    /// Where it is.
    pub location: BodyLocation,
    /// Its length in bytes.
    pub size_bytes: u64,
    /// Its checksum.
    pub sha256: BodyDigest,
    /// How it is enciphered.
    pub cipher: Cipher,
    /// With which key.
    pub key_id: Option<u64>,
}

impl Versioned for BodyRecord {
    const NAME: &'static str = "body record";
}

impl BodyRecord {
    /// A body that is not enciphered.
    pub fn plain(location: BodyLocation, size_bytes: u64, sha256: BodyDigest) -> Self {
        Self {
            location,
            size_bytes,
            sha256,
            cipher: Cipher::Plain,
            key_id: None,
        }
    }
}

/// The key and value of a body's index record.
///
/// # Errors
/// As [`codec::encode`].
pub fn row(id: BodyId, record: &BodyRecord) -> Result<(Vec<u8>, Vec<u8>), StoreError> {
    Ok((key(id).into_vec(), codec::encode(record)?))
}

fn key(id: BodyId) -> Key {
    Key::new(Table::Body).id(id.as_bytes())
}

/// The index record of a body.
///
/// # Errors
/// [`StoreError::Missing`] if there is none.
pub fn record(tx: &dyn ReadTx, id: BodyId) -> Result<BodyRecord, StoreError> {
    let bytes = tx
        .get(key(id).as_slice())?
        .ok_or(StoreError::Missing("body"))?;
    codec::decode(&bytes)
}

/// Checks that `bytes` are what was stored.
///
/// # Errors
/// [`StoreError::Corrupt`] if they are not.
pub fn verify(record: &BodyRecord, bytes: &[u8]) -> Result<(), StoreError> {
    let digest: BodyDigest = Sha256::digest(bytes).into();
    if bytes.len() as u64 == record.size_bytes && digest == record.sha256 {
        Ok(())
    } else {
        Err(StoreError::corrupt("body", "its checksum does not match"))
    }
}

/// Forgets a body that nothing names any more (a superseded draft). Its bytes go with its segment.
pub fn forget(tx: &mut dyn Tx, id: BodyId) {
    tx.delete(key(id).into_vec());
}
