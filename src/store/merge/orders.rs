//! What operators ordered about the merge: kept until they order otherwise.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::ids::{MailboxId, MailstoreId};
use crate::store::codec::{self, Versioned};
use crate::store::keys::{self, Key, Table};
use crate::store::{Order, ReadTx, StoreError, Tx};

/// Most mailboxes of one mailstore that can stand first in line.
pub const FIRST_MAX: usize = 1_000;

/// How hard a mailstore is worked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Speed {
    /// As its latency and its errors allow.
    #[default]
    Normal,
    /// At most a quarter of the ceiling.
    Slow,
    /// At the ceiling, whatever its latency; errors still slow it down.
    Hurry,
}

/// What was ordered about the merge into a mailstore.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Orders {
    /// Whether nothing is merged until further notice.
    pub paused: bool,
    /// How hard it is worked.
    pub speed: Speed,
    /// Who ordered it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

impl Versioned for Orders {
    const NAME: &'static str = "merge orders";
}

fn key(mailstore: &MailstoreId) -> Key {
    Key::new(Table::MergeOrders).mailstore(mailstore)
}

fn first_key(mailstore: &MailstoreId) -> Key {
    Key::new(Table::MergeFirst).mailstore(mailstore)
}

/// What was ordered about a mailstore; none if nobody ever did.
///
/// # Errors
/// When the store cannot be read.
pub fn get(tx: &dyn ReadTx, mailstore: &MailstoreId) -> Result<Option<Orders>, StoreError> {
    tx.get(key(mailstore).as_slice())?
        .map(|bytes| codec::decode(&bytes))
        .transpose()
}

/// Keeps what is ordered about a mailstore.
///
/// # Errors
/// As [`codec::encode`].
pub fn put(tx: &mut dyn Tx, mailstore: &MailstoreId, orders: &Orders) -> Result<(), StoreError> {
    tx.put(key(mailstore).into_vec(), codec::encode(orders)?);
    Ok(())
}

/// Puts a mailbox first in line and lets it wait no more.
///
/// # Errors
/// [`StoreError::Conflict`] when too many stand there; when the store cannot be read.
pub fn put_first(
    tx: &mut dyn Tx,
    mailstore: &MailstoreId,
    mailbox: MailboxId,
    now: Timestamp,
) -> Result<(), StoreError> {
    if first(tx, mailstore)?.len() >= FIRST_MAX {
        return Err(StoreError::Conflict(
            "too many mailboxes stand first in line already",
        ));
    }
    let key = first_key(mailstore).mailbox(mailbox).into_vec();
    tx.put(key, Vec::new());
    super::hurry(tx, mailbox, now)
}

/// The mailboxes that stand first in line.
///
/// # Errors
/// When the store cannot be read.
pub fn first(tx: &dyn ReadTx, mailstore: &MailstoreId) -> Result<Vec<MailboxId>, StoreError> {
    let all = first_key(mailstore);
    let mut found = Vec::new();
    tx.scan(
        all.as_slice(),
        &all.end(),
        Order::Ascending,
        &mut |key, _| {
            let id = keys::tail(key)
                .ok_or_else(|| StoreError::corrupt("merge order", "its key is too short"))?;
            found.push(MailboxId::from_bytes(id));
            Ok(if found.len() < FIRST_MAX {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            })
        },
    )?;
    Ok(found)
}

/// Takes a mailbox out of the line: it had its turn.
pub fn served(tx: &mut dyn Tx, mailstore: &MailstoreId, mailbox: MailboxId) {
    tx.delete(first_key(mailstore).mailbox(mailbox).into_vec());
}
