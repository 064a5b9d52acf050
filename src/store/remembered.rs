//! Passwords that a service other than the directory found right, as hashes of Lifeboat's own.

use serde::{Deserialize, Serialize};

use super::codec::{self, Versioned};
use super::keys::{Key, Table};
use super::sessions::SecretHash;
use super::{ReadTx, StoreError, Tx, retention};
use crate::clock::Timestamp;
use crate::ids::MailboxId;

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RememberedRecord {
    /// `{ARGON2ID}…`.
    pub hash: String,
    /// What the directory's password hash was then (`sessions::credential`): with another one this is of no
    /// use any more.
    pub of: SecretHash,
    /// Until when it is good.
    pub until: Timestamp,
}

impl Versioned for RememberedRecord {
    const NAME: &'static str = "remembered password";
}

fn key(mailbox: MailboxId) -> Key {
    Key::new(Table::Remembered).mailbox(mailbox)
}

/// What is remembered of a mailbox.
///
/// # Errors
/// When the store cannot be read.
pub fn get(tx: &dyn ReadTx, mailbox: MailboxId) -> Result<Option<RememberedRecord>, StoreError> {
    tx.get(key(mailbox).as_slice())?
        .map(|bytes| codec::decode(&bytes))
        .transpose()
}

/// Remembers it.
///
/// # Errors
/// As [`codec::encode`].
pub fn put(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    record: &RememberedRecord,
) -> Result<(), StoreError> {
    tx.put(key(mailbox).into_vec(), codec::encode(record)?);
    Ok(())
}

/// Forgets it.
pub fn remove(tx: &mut dyn Tx, mailbox: MailboxId) {
    tx.delete(key(mailbox).into_vec());
}

/// Looks at up to `limit` of them from `after` on and forgets those that are over; returns where to go on,
/// `None` at the end.
///
/// # Errors
/// When the store cannot be read.
pub fn sweep(
    tx: &mut dyn Tx,
    after: Option<Vec<u8>>,
    limit: usize,
    now: Timestamp,
) -> Result<Option<Vec<u8>>, StoreError> {
    let is_over = |value: &[u8]| {
        codec::decode::<RememberedRecord>(value).map_or(true, |record| record.until <= now)
    };
    retention::step(tx, Table::Remembered, after, limit, &is_over)
}
