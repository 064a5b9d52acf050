//! What the first posting of a form led to, so that a second one leads to the same and does nothing.

use serde::{Deserialize, Serialize};

use super::codec::{self, Versioned};
use super::keys::{Key, Table};
use super::{ReadTx, StoreError, Tx};
use crate::clock::Timestamp;
use crate::ids::{MailboxId, StandbyId};

/// What a form led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnceRecord {
    /// When it was posted first.
    pub at: Timestamp,
    /// What came of it.
    pub outcome: Outcome,
}

impl Versioned for OnceRecord {
    const NAME: &'static str = "form result";
}

/// What came of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It is saved as this draft.
    Draft(StandbyId),
    /// It was sent; this is the copy in Sent.
    Sent(StandbyId),
}

fn row(mailbox: MailboxId, key: &str) -> Key {
    Key::new(Table::Once).mailbox(mailbox).text(key)
}

/// What the form with this key led to, if it was posted before.
///
/// # Errors
/// When the store cannot be read.
pub fn get(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    key: &str,
) -> Result<Option<OnceRecord>, StoreError> {
    tx.get(row(mailbox, key).as_slice())?
        .map(|bytes| codec::decode(&bytes))
        .transpose()
}

/// Notes what the form with this key led to.
///
/// # Errors
/// As [`codec::encode`].
pub fn put(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    key: &str,
    record: &OnceRecord,
) -> Result<(), StoreError> {
    tx.put(row(mailbox, key).into_vec(), codec::encode(record)?);
    Ok(())
}
