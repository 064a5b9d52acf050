//! By what a hand-over is recognised when it comes again.
//!
//! A sender that lost our 250 hands the same message over once more (RFC 5321 §4.2.5, §6.1). It is the same
//! when reverse-path, recipient, queue id and content are: the content begins with the Received line that the
//! sender's host wrote when it took the message, so a second message, however alike, differs. The row is
//! written with the delivery and goes with its message's purge.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::codec::{self, Versioned};
use super::engine::segments::BodyDigest;
use super::keys::{Key, Table};
use super::{ReadTx, StoreError, Tx};
use crate::clock::Timestamp;
use crate::ids::{DeliveryId, MailboxId};

/// A hand-over that is older is taken for another: as long as mail systems keep trying (RFC 5321
/// §4.5.4.1).
pub const WINDOW: Duration = Duration::from_secs(5 * 86_400);

/// The hash of a hand-over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handover([u8; 16]);

impl Handover {
    /// The hash of what makes a hand-over; `name` is the queue id under which the sender's host has it,
    /// or the Message-ID.
    pub fn new(reverse_path: &str, recipient: &str, name: &str, content: &BodyDigest) -> Self {
        let mut hash = Sha256::new();
        for part in [reverse_path, recipient, name] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.update(content);
        let digest: [u8; 32] = hash.finalize().into();
        let mut bytes = [0; 16];
        for (to, from) in bytes.iter_mut().zip(digest) {
            *to = from;
        }
        Self(bytes)
    }

    /// From the bytes of a row.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// As bytes of a row.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// What a hand-over led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverRecord {
    /// When.
    pub at: Timestamp,
    /// The delivery.
    pub delivery: DeliveryId,
}

impl Versioned for HandoverRecord {
    const NAME: &'static str = "hand-over";
}

/// The delivery that a hand-over led to, if it is known and not older than [`WINDOW`].
///
/// # Errors
/// When the store cannot be read.
pub fn known(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    handover: Handover,
    now: Timestamp,
) -> Result<Option<DeliveryId>, StoreError> {
    let Some(bytes) = tx.get(row(mailbox, handover).as_slice())? else {
        return Ok(None);
    };
    let record: HandoverRecord = codec::decode(&bytes)?;
    Ok((now.since(record.at) <= WINDOW).then_some(record.delivery))
}

/// Notes what a hand-over led to.
///
/// # Errors
/// As [`codec::encode`].
pub(super) fn note(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    handover: Handover,
    record: &HandoverRecord,
) -> Result<(), StoreError> {
    tx.put(row(mailbox, handover).into_vec(), codec::encode(record)?);
    Ok(())
}

/// Forgets a hand-over whose message was purged.
pub(super) fn forget(tx: &mut dyn Tx, mailbox: MailboxId, handover: Handover) {
    tx.delete(row(mailbox, handover).into_vec());
}

fn row(mailbox: MailboxId, handover: Handover) -> Key {
    Key::new(Table::Handover)
        .mailbox(mailbox)
        .id(handover.as_bytes())
}

#[cfg(test)]
mod tests;
