//! Finding a message by what it is called: its Message-ID, the queue id under which the MX had it, or its own
//! in the outgoing queue.
//!
//! A row for each name, written in the transaction that accepts or queues the message, and removed with
//! its record. Names are kept as hashes: strangers choose them, however long.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::codec::{self, Versioned};
use super::keys::{Key, Table};
use super::{Order, ReadTx, StoreError, Tx};
use crate::ids::{IngestId, MailboxId, QueueId};

/// What others call a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name<'a> {
    /// Its Message-ID, without angle brackets (RFC 5322 §3.6.4).
    MessageId(&'a str),
    /// The queue id under which the MX had it.
    MxQueueId(&'a str),
    /// The id under which it waits to be sent from here: as in logs, on pages and in reports.
    QueueId(QueueId),
}

/// What a name leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Traced {
    /// An acceptance.
    Received(IngestId),
    /// An entry of the outgoing queue.
    Sent(MailboxId, QueueId),
}

impl Versioned for Traced {
    const NAME: &'static str = "trace";
}

impl Traced {
    fn id(&self) -> &[u8; 16] {
        match self {
            Self::Received(id) => id.as_bytes(),
            Self::Sent(_, id) => id.as_bytes(),
        }
    }
}

/// Notes that `name` leads to `traced`.
///
/// # Errors
/// As [`codec::encode`].
pub fn note(tx: &mut dyn Tx, name: Name<'_>, traced: Traced) -> Result<(), StoreError> {
    tx.put(
        key(name).id(traced.id()).into_vec(),
        codec::encode(&traced)?,
    );
    Ok(())
}

/// Forgets what [`note`] noted.
pub fn forget(tx: &mut dyn Tx, name: Name<'_>, traced: Traced) {
    tx.delete(key(name).id(traced.id()).into_vec());
}

/// What a name leads to, the newest first, at most `limit`.
///
/// # Errors
/// When the store cannot be read.
pub fn find(tx: &dyn ReadTx, name: Name<'_>, limit: usize) -> Result<Vec<Traced>, StoreError> {
    let all = key(name);
    let mut found = Vec::new();
    tx.scan(
        all.as_slice(),
        &all.end(),
        Order::Descending,
        &mut |_, value| {
            if found.len() >= limit {
                return Ok(ControlFlow::Break(()));
            }
            found.push(codec::decode(value)?);
            Ok(ControlFlow::Continue(()))
        },
    )?;
    Ok(found)
}

fn key(name: Name<'_>) -> Key {
    let hash = match name {
        Name::MessageId(text) => Sha256::new().chain_update(b"m").chain_update(text),
        Name::MxQueueId(text) => Sha256::new().chain_update(b"q").chain_update(text),
        Name::QueueId(id) => Sha256::new().chain_update(b"s").chain_update(id.as_bytes()),
    };
    let hash = hash.finalize();
    Key::new(Table::Trace).bytes(&hash[..16])
}
