//! What a user answered to invitations, so that an answer is sent once and can be told.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::codec::{self, Versioned};
use super::keys::{Key, Table};
use super::{ReadTx, StoreError, Tx};
use crate::clock::Timestamp;
use crate::ids::MailboxId;
use crate::mail::calendar::Answer;

/// An answer that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerRecord {
    /// When.
    pub at: Timestamp,
    /// What.
    pub answer: Answer,
    /// To which version of the event.
    pub sequence: u32,
}

impl Versioned for AnswerRecord {
    const NAME: &'static str = "answer to an invitation";
}

/// `event`: what [`crate::mail::calendar::Invitation::identity`] says.
fn row(mailbox: MailboxId, event: &str) -> Key {
    let digest = Sha256::digest(event.as_bytes());
    Key::new(Table::Answer)
        .mailbox(mailbox)
        .bytes(digest.as_slice())
}

/// What was answered last, if anything was.
///
/// # Errors
/// When the store cannot be read.
pub fn get(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    event: &str,
) -> Result<Option<AnswerRecord>, StoreError> {
    tx.get(row(mailbox, event).as_slice())?
        .map(|bytes| codec::decode(&bytes))
        .transpose()
}

/// Notes an answer in place of an earlier one.
///
/// # Errors
/// As [`codec::encode`].
pub fn put(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    event: &str,
    record: &AnswerRecord,
) -> Result<(), StoreError> {
    tx.put(row(mailbox, event).into_vec(), codec::encode(record)?);
    Ok(())
}
