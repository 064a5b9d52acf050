//! What the operator has to say to users, for one mailstore or for all.

use serde::{Deserialize, Serialize};

use super::codec::{self, Versioned};
use super::keys::{Key, Table};
use super::{ReadTx, StoreError, Tx};
use crate::clock::Timestamp;
use crate::ids::MailstoreId;

/// The operator's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordsRecord {
    /// Plain text, of one or more lines.
    pub text: String,
    /// When they were said.
    pub at: Timestamp,
}

impl Versioned for WordsRecord {
    const NAME: &'static str = "operator's words";
}

/// Of all mailstores, without one.
fn row(mailstore: Option<&MailstoreId>) -> Key {
    let key = Key::new(Table::Words);
    match mailstore {
        Some(mailstore) => key.mailstore(mailstore),
        None => key.text(""),
    }
}

/// The words for one mailstore, or for all.
///
/// # Errors
/// When the store cannot be read.
pub fn get(
    tx: &dyn ReadTx,
    mailstore: Option<&MailstoreId>,
) -> Result<Option<WordsRecord>, StoreError> {
    tx.get(row(mailstore).as_slice())?
        .map(|bytes| codec::decode(&bytes))
        .transpose()
}

/// Says something, or takes it back.
///
/// # Errors
/// As [`codec::encode`].
pub fn put(
    tx: &mut dyn Tx,
    mailstore: Option<&MailstoreId>,
    words: Option<&WordsRecord>,
) -> Result<(), StoreError> {
    let key = row(mailstore).into_vec();
    match words {
        Some(words) => tx.put(key, codec::encode(words)?),
        None => tx.delete(key),
    }
    Ok(())
}
