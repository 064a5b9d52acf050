//! Links by which a user signs in once without a password: made by whoever helps users, or asked for by the
//! user and mailed. Only the hash of a link's secret is kept.

use std::ops::ControlFlow;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::codec::{self, Versioned};
use super::keys::{Key, Table, tail};
use super::sessions::SecretHash;
use super::{Order, ReadTx, StoreError, Tx};
use crate::clock::Timestamp;
use crate::ids::{Address, MailboxId, ResellerId};

/// Most links that the people of one reseller, or of the operator, have made and that are good at a time.
pub const LINKS_MAX: usize = 5_000;
/// Links that are over and are removed when one is made.
const REMOVED_MAX: usize = 200;
/// How often a user asked is counted for this long.
const DAY: Duration = Duration::from_secs(24 * 3600);
/// After a first link a second is mailed no sooner; each further one waits twice as long.
const GAP: Duration = Duration::from_secs(120);
/// But no longer: there is always nearly a link that is good, whoever asks for how many.
const GAP_MAX: Duration = Duration::from_secs(3600);

/// One link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkRecord {
    /// Whose mailbox it opens.
    pub mailbox: MailboxId,
    /// Its address when the link was made.
    pub address: Address,
    /// Until when it is good.
    pub until: Timestamp,
    /// How it came to be.
    pub made: Made,
}

impl Versioned for LinkRecord {
    const NAME: &'static str = "sign-in link";
}

/// How a link came to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Made {
    /// By somebody of a reseller, or of the operator, who helps users.
    ByHelper(Option<ResellerId>),
    /// Somebody asked for it, and it was mailed.
    Mailed,
}

/// What is known of the links of a mailbox.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct LastLink {
    /// The last that a helper made.
    by_helper: Option<[u8; 32]>,
    /// When one was mailed, within the last day.
    mailed: Vec<Timestamp>,
}

impl Versioned for LastLink {
    const NAME: &'static str = "last sign-in link";
}

/// What became of adding a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is good.
    Yes,
    /// Its makers have made too many.
    TooMany,
    /// One was mailed a short time ago.
    TooSoon,
}

fn key(hash: &[u8; 32]) -> Key {
    Key::new(Table::SignInLink).bytes(hash)
}

fn last_key(mailbox: MailboxId) -> Key {
    Key::new(Table::SignInLinkOf).mailbox(mailbox)
}

/// The links of the same makers.
fn made_range(made: &Made) -> Key {
    let range = Key::new(Table::SignInLinkUntil);
    match made {
        Made::Mailed => range.text("m"),
        Made::ByHelper(None) => range.text("o"),
        Made::ByHelper(Some(reseller)) => range.text("r").text(reseller.as_str()),
    }
}

fn until_key(hash: &[u8; 32], record: &LinkRecord) -> Vec<u8> {
    made_range(&record.made)
        .number(millis(record.until))
        .bytes(hash)
        .into_vec()
}

fn millis(at: Timestamp) -> u64 {
    u64::try_from(at.as_millis()).unwrap_or(0)
}

fn find(tx: &dyn ReadTx, hash: &[u8; 32]) -> Result<Option<LinkRecord>, StoreError> {
    let bytes = tx.get(key(hash).as_slice())?;
    bytes.map(|bytes| codec::decode(&bytes)).transpose()
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
    Ok(find(tx, hash.as_bytes())?.filter(|record| now < record.until))
}

/// Uses a link up.
///
/// # Errors
/// When the store cannot be read.
pub fn remove(tx: &mut dyn Tx, hash: &SecretHash) -> Result<(), StoreError> {
    take(tx, hash.as_bytes())
}

fn take(tx: &mut dyn Tx, hash: &[u8; 32]) -> Result<(), StoreError> {
    if let Some(record) = find(tx, hash)? {
        tx.delete(until_key(hash, &record));
        tx.delete(key(hash).into_vec());
    }
    Ok(())
}

/// Adds a link. One that a helper makes ends the one that a helper made before; one that is mailed ends none,
/// so that a stranger who asks for links takes nothing from the user.
///
/// # Errors
/// When the store cannot be read.
pub fn add(
    tx: &mut dyn Tx,
    hash: &SecretHash,
    record: &LinkRecord,
    now: Timestamp,
) -> Result<Added, StoreError> {
    let hash = hash.as_bytes();
    let bytes = tx.get(last_key(record.mailbox).as_slice())?;
    let last = bytes.map(|bytes| codec::decode(&bytes)).transpose()?;
    let mut last: LastLink = last.unwrap_or_default();
    last.mailed.retain(|at| now.since(*at) < DAY);
    remove_over(tx, &record.made, now)?;
    match record.made {
        Made::Mailed => {
            if !may_mail(&last.mailed, now) {
                return Ok(Added::TooSoon);
            }
            last.mailed.push(now);
        }
        Made::ByHelper(_) => {
            if let Some(before) = &last.by_helper {
                take(tx, before)?;
            }
            if count(tx, &record.made)? >= LINKS_MAX {
                return Ok(Added::TooMany);
            }
            last.by_helper = Some(*hash);
        }
    }
    tx.put(last_key(record.mailbox).into_vec(), codec::encode(&last)?);
    tx.put(until_key(hash, record), Vec::new());
    tx.put(key(hash).into_vec(), codec::encode(record)?);
    Ok(Added::Yes)
}

/// Whether one more may be mailed, by when some were. Pure.
fn may_mail(mailed: &[Timestamp], now: Timestamp) -> bool {
    let Some(last) = mailed.last() else {
        return true;
    };
    let doublings = u32::try_from(mailed.len() - 1).unwrap_or(u32::MAX).min(16);
    let gap = GAP.saturating_mul(1 << doublings).min(GAP_MAX);
    now.since(*last) >= gap
}

/// Ends the links that a reseller's people made for mailboxes that `is_over` names; returns how many.
///
/// # Errors
/// When the store cannot be read.
pub fn end_of_helpers(
    tx: &mut dyn Tx,
    reseller: &ResellerId,
    is_over: &dyn Fn(&Address) -> bool,
) -> Result<u64, StoreError> {
    let range = made_range(&Made::ByHelper(Some(reseller.clone())));
    let mut hashes: Vec<[u8; 32]> = Vec::new();
    tx.scan(
        range.as_slice(),
        &range.end(),
        Order::Ascending,
        &mut |key, _| {
            let hash = tail(key).ok_or_else(|| StoreError::corrupt("link", "a short key"))?;
            hashes.push(hash);
            Ok(ControlFlow::Continue(()))
        },
    )?;
    let mut ended = 0;
    for hash in hashes {
        if find(tx, &hash)?.is_some_and(|link| is_over(&link.address)) {
            take(tx, &hash)?;
            ended += 1;
        }
    }
    Ok(ended)
}

/// Removes links that are over, the oldest first.
fn remove_over(tx: &mut dyn Tx, made: &Made, now: Timestamp) -> Result<(), StoreError> {
    let range = made_range(made);
    let to = range.clone().number(millis(now).saturating_add(1));
    let mut over: Vec<(Vec<u8>, [u8; 32])> = Vec::new();
    tx.scan(
        range.as_slice(),
        to.as_slice(),
        Order::Ascending,
        &mut |key, _| {
            if over.len() == REMOVED_MAX {
                return Ok(ControlFlow::Break(()));
            }
            let hash = tail(key).ok_or_else(|| StoreError::corrupt("link", "a short key"))?;
            over.push((key.to_vec(), hash));
            Ok(ControlFlow::Continue(()))
        },
    )?;
    for (row, hash) in over {
        tx.delete(row);
        tx.delete(key(&hash).into_vec());
    }
    Ok(())
}

/// How many links of the same makers there are, counted to [`LINKS_MAX`].
fn count(tx: &dyn ReadTx, made: &Made) -> Result<usize, StoreError> {
    let range = made_range(made);
    let mut count = 0;
    tx.scan(
        range.as_slice(),
        &range.end(),
        Order::Ascending,
        &mut |_, _| {
            count += 1;
            Ok(if count < LINKS_MAX {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            })
        },
    )?;
    Ok(count)
}

#[cfg(test)]
mod tests;
