//! Records as bytes: one byte of record version, then postcard.
//!
//! A record that gains a field gets the next version; [`Versioned::decode_old`] turns what older
//! versions wrote into today's record. A version from the future is refused, never guessed at.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StoreError;

/// A record with a version of its own.
pub trait Versioned: Serialize + DeserializeOwned {
    /// What this record is called in messages.
    const NAME: &'static str;
    /// The version that [`encode`] writes.
    const VERSION: u8 = 1;

    /// Reads what an older version of Lifeboat wrote; `None` if that version never existed.
    fn decode_old(version: u8, bytes: &[u8]) -> Option<Result<Self, postcard::Error>> {
        let _ = (version, bytes);
        None
    }
}

/// The bytes of `record`.
///
/// # Errors
/// [`StoreError::Corrupt`] if the record cannot be written as bytes (no record of ours can fail so).
pub fn encode<R: Versioned>(record: &R) -> Result<Vec<u8>, StoreError> {
    postcard::to_extend(record, vec![R::VERSION]).map_err(|error| StoreError::Corrupt {
        what: R::NAME,
        why: error.to_string(),
    })
}

/// The record in `bytes`.
///
/// # Errors
/// [`StoreError::Corrupt`] when the bytes are not such a record, [`StoreError::FromTheFuture`] when a
/// newer Lifeboat wrote it.
pub fn decode<R: Versioned>(bytes: &[u8]) -> Result<R, StoreError> {
    let corrupt = |why: String| StoreError::Corrupt { what: R::NAME, why };
    let Some((&version, rest)) = bytes.split_first() else {
        return Err(corrupt("it is empty".into()));
    };
    if version > R::VERSION {
        return Err(StoreError::FromTheFuture {
            what: R::NAME,
            version,
        });
    }
    let decoded = if version == R::VERSION {
        Some(postcard::from_bytes(rest))
    } else {
        R::decode_old(version, rest)
    };
    match decoded {
        Some(Ok(record)) => Ok(record),
        Some(Err(error)) => Err(corrupt(error.to_string())),
        None => Err(corrupt(format!("record version {version} is unknown"))),
    }
}
