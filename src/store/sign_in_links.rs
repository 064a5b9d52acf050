//! Links by which a user signs in once without a password. Only the hash of a link's secret is kept.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::codec::{self, Versioned};
use super::keys::{Key, Table, tail};
use super::sessions::SecretHash;
use super::{Order, ReadTx, StoreError, Tx};
use crate::clock::Timestamp;
use crate::ids::{Address, MailboxId};

/// Most links that are good at a time.
pub const LINKS_MAX: usize = 5_000;

/// One link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkRecord {
    /// Whose mailbox it opens.
    pub mailbox: MailboxId,
    /// Its address when the link was made.
    pub address: Address,
    /// Until when it is good.
    pub until: Timestamp,
}

impl Versioned for LinkRecord {
    const NAME: &'static str = "sign-in link";
}

fn key(hash: &SecretHash) -> Key {
    Key::new(Table::SignInLink).bytes(hash.as_bytes())
}

/// A link that is good at `now`.
///
/// # Errors
/// When the store cannot be read.
pub fn get(
    tx: &dyn ReadTx,
    hash: &SecretHash,
    now: Timestamp,
) -> Result<Option<LinkRecord>, StoreError> {
    let Some(bytes) = tx.get(key(hash).as_slice())? else {
        return Ok(None);
    };
    let record: LinkRecord = codec::decode(&bytes)?;
    Ok(Some(record).filter(|record| now < record.until))
}

/// Uses a link up.
pub fn remove(tx: &mut dyn Tx, hash: &SecretHash) {
    tx.delete(key(hash).into_vec());
}

/// Adds a link; an earlier one of the same mailbox is good no more. Says whether there was room.
///
/// # Errors
/// When the store cannot be read.
pub fn add(
    tx: &mut dyn Tx,
    hash: &SecretHash,
    record: &LinkRecord,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let table = Key::new(Table::SignInLink);
    let (mut kept, mut over): (usize, Vec<[u8; 32]>) = (0, Vec::new());
    tx.scan(
        table.as_slice(),
        &table.end(),
        Order::Ascending,
        &mut |key, value| {
            let known: LinkRecord = codec::decode(value)?;
            if known.until <= now || known.mailbox == record.mailbox {
                over.push(tail(key).ok_or_else(|| StoreError::corrupt("link", "a short key"))?);
            } else {
                kept += 1;
            }
            Ok(ControlFlow::Continue(()))
        },
    )?;
    for hash in over {
        tx.delete(table.clone().bytes(&hash).into_vec());
    }
    if kept < LINKS_MAX {
        tx.put(key(hash).into_vec(), codec::encode(record)?);
    }
    Ok(kept < LINKS_MAX)
}
