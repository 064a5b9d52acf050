//! What was seen of mailboxes in their mailstores while all was well, and which mailboxes' UIDs were
//! raised after a mailstore went back in time.
//!
//! A watermark is only ever a lower bound of what clients know. What was raised counts for one epoch;
//! rows of other epochs say nothing and are swept away.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::codec::{self, Versioned};
use super::directory::address_in;
use super::keys::{Key, Table};
use super::{Order, ReadTx, StoreError, Tx};
use crate::clock::Timestamp;
use crate::ids::{Address, Epoch, MailboxId, MailstoreId, PrimaryUid, UidValidity};

/// Folders of one mailbox that are kept.
pub const FOLDERS_MAX: usize = 2_000;
/// Canaries of one folder that are kept.
pub const CANARIES_MAX: usize = 3;
/// Rows that are swept away in one transaction.
const SWEPT_AT_ONCE: usize = 1_000;

/// A message whose UID and header must never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderCanary {
    /// Its UID.
    pub uid: PrimaryUid,
    /// SHA-256 of its header.
    pub sha256: [u8; 32],
}

/// The highest that was seen of a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderWatermark {
    /// Its UIDVALIDITY.
    pub uid_validity: UidValidity,
    /// Its UIDNEXT.
    pub uid_next: PrimaryUid,
    /// Messages to know it again by, at most [`CANARIES_MAX`].
    pub canaries: Vec<FolderCanary>,
    /// When it was seen.
    pub at: Timestamp,
}

/// What was seen of a mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatermarkRecord {
    /// Where; a mailbox that has moved since has no watermark.
    pub mailstore: MailstoreId,
    /// When it was last looked at.
    pub at: Timestamp,
    /// By the names of its folders as the mailstore writes them, at most [`FOLDERS_MAX`].
    pub folders: BTreeMap<String, FolderWatermark>,
}

impl Versioned for WatermarkRecord {
    const NAME: &'static str = "watermark";
}

/// How far the collecting came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct CursorRecord(Option<Address>);

impl Versioned for CursorRecord {
    const NAME: &'static str = "watermark cursor";
}

/// How far the raising of a mailbox is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RaiseRecord {
    /// Its UIDs are raised, which was checked.
    Raised {
        /// When.
        at: Timestamp,
    },
    /// A person lets it in as it is.
    Accepted {
        /// When.
        at: Timestamp,
        /// Who.
        by: String,
    },
    /// It is being raised: each folder, by its name as the mailstore writes it, to at least this
    /// UIDNEXT.
    Intended {
        /// The folders.
        targets: BTreeMap<String, PrimaryUid>,
    },
    /// It waits for a person, or for another attempt.
    Blocked {
        /// Since when.
        since: Timestamp,
        /// Why, in words.
        why: String,
        /// Attempts so far.
        attempts: u32,
        /// When it is tried again.
        next_attempt_at: Timestamp,
    },
}

impl RaiseRecord {
    const fn kind(&self) -> Kind {
        match self {
            Self::Raised { .. } | Self::Accepted { .. } => Kind::Done,
            Self::Intended { .. } => Kind::Intended,
            Self::Blocked { .. } => Kind::Blocked,
        }
    }
}

impl Versioned for RaiseRecord {
    const NAME: &'static str = "raise record";
}

/// Rows of a kind lie together. The numbers are on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Kind {
    Done = 1,
    Intended = 2,
    Blocked = 3,
}

fn watermark_key(mailbox: MailboxId) -> Vec<u8> {
    Key::new(Table::Watermark).mailbox(mailbox).into_vec()
}

/// What was last seen of a mailbox in `mailstore`.
///
/// # Errors
/// When the store cannot be read.
pub fn watermark(
    tx: &dyn ReadTx,
    mailstore: &MailstoreId,
    mailbox: MailboxId,
) -> Result<Option<WatermarkRecord>, StoreError> {
    let Some(bytes) = tx.get(&watermark_key(mailbox))? else {
        return Ok(None);
    };
    let record: WatermarkRecord = codec::decode(&bytes)?;
    Ok(Some(record).filter(|record| record.mailstore == *mailstore))
}

/// Keeps what was seen of a mailbox.
///
/// # Errors
/// As [`codec::encode`].
pub fn put_watermark(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    record: &WatermarkRecord,
) -> Result<(), StoreError> {
    tx.put(watermark_key(mailbox), codec::encode(record)?);
    Ok(())
}

/// The last mailbox of a mailstore that the collecting came past.
///
/// # Errors
/// When the store cannot be read.
pub fn cursor(tx: &dyn ReadTx, mailstore: &MailstoreId) -> Result<Option<Address>, StoreError> {
    let key = Key::new(Table::WatermarkCursor).mailstore(mailstore);
    match tx.get(key.as_slice())? {
        Some(bytes) => Ok(codec::decode::<CursorRecord>(&bytes)?.0),
        None => Ok(None),
    }
}

/// Notes how far the collecting came.
///
/// # Errors
/// As [`codec::encode`].
pub fn set_cursor(
    tx: &mut dyn Tx,
    mailstore: &MailstoreId,
    at: Option<&Address>,
) -> Result<(), StoreError> {
    let key = Key::new(Table::WatermarkCursor).mailstore(mailstore);
    tx.put(key.into_vec(), codec::encode(&CursorRecord(at.cloned()))?);
    Ok(())
}

fn raise_range(mailstore: &MailstoreId, epoch: Epoch, kind: Kind) -> Key {
    let all = Key::new(Table::Raise).mailstore(mailstore).number(epoch.0);
    all.bytes(&[kind as u8])
}

fn raise_key(mailstore: &MailstoreId, epoch: Epoch, kind: Kind, mailbox: &Address) -> Key {
    raise_range(mailstore, epoch, kind).address(mailbox)
}

/// Whether a mailbox may be reached: it was raised under `epoch`, or a person let it in.
///
/// # Errors
/// When the store cannot be read.
pub fn is_raised(
    tx: &dyn ReadTx,
    mailstore: &MailstoreId,
    epoch: Epoch,
    mailbox: &Address,
) -> Result<bool, StoreError> {
    let key = raise_key(mailstore, epoch, Kind::Done, mailbox);
    Ok(tx.get(key.as_slice())?.is_some())
}

/// How far the raising of a mailbox under `epoch` is; none before it began.
///
/// # Errors
/// When the store cannot be read.
pub fn raise(
    tx: &dyn ReadTx,
    mailstore: &MailstoreId,
    epoch: Epoch,
    mailbox: &Address,
) -> Result<Option<RaiseRecord>, StoreError> {
    for kind in [Kind::Done, Kind::Blocked, Kind::Intended] {
        let key = raise_key(mailstore, epoch, kind, mailbox);
        if let Some(bytes) = tx.get(key.as_slice())? {
            return codec::decode(&bytes).map(Some);
        }
    }
    Ok(None)
}

/// The targets that were noted for a mailbox, also if it was blocked since.
///
/// # Errors
/// When the store cannot be read.
pub fn intended(
    tx: &dyn ReadTx,
    mailstore: &MailstoreId,
    epoch: Epoch,
    mailbox: &Address,
) -> Result<BTreeMap<String, PrimaryUid>, StoreError> {
    let key = raise_key(mailstore, epoch, Kind::Intended, mailbox);
    match tx.get(key.as_slice())? {
        Some(bytes) => match codec::decode(&bytes)? {
            RaiseRecord::Intended { targets } => Ok(targets),
            _ => Err(StoreError::corrupt("raise record", "it is of another kind")),
        },
        None => Ok(BTreeMap::new()),
    }
}

/// Notes how far the raising of a mailbox is. What is done stays done; what was intended stays known
/// until it is done.
///
/// # Errors
/// When the store cannot be read.
pub fn put_raise(
    tx: &mut dyn Tx,
    mailstore: &MailstoreId,
    epoch: Epoch,
    mailbox: &Address,
    record: &RaiseRecord,
) -> Result<(), StoreError> {
    let key = |kind| raise_key(mailstore, epoch, kind, mailbox);
    let kind = record.kind();
    if kind != Kind::Done && tx.get(key(Kind::Done).as_slice())?.is_some() {
        return Ok(());
    }
    if kind == Kind::Done {
        tx.delete(key(Kind::Intended).into_vec());
    }
    if kind != Kind::Blocked {
        tx.delete(key(Kind::Blocked).into_vec());
    }
    tx.put(key(kind).into_vec(), codec::encode(record)?);
    Ok(())
}

/// How many mailboxes may be reached under `epoch`. Reads a row for each.
///
/// # Errors
/// When the store cannot be read.
pub fn count_raised(
    tx: &dyn ReadTx,
    mailstore: &MailstoreId,
    epoch: Epoch,
) -> Result<u64, StoreError> {
    let range = raise_range(mailstore, epoch, Kind::Done);
    let mut count = 0;
    tx.scan(
        range.as_slice(),
        &range.end(),
        Order::Ascending,
        &mut |_, _| {
            count += 1;
            Ok(ControlFlow::Continue(()))
        },
    )?;
    Ok(count)
}

/// A mailbox that waits, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// Which.
    pub mailbox: Address,
    /// Why, in words.
    pub why: String,
    /// Attempts so far.
    pub attempts: u32,
    /// When it is tried again.
    pub next_attempt_at: Timestamp,
}

/// Up to `limit` mailboxes that wait under `epoch`, by address.
///
/// # Errors
/// When the store cannot be read.
pub fn blocked(
    tx: &dyn ReadTx,
    mailstore: &MailstoreId,
    epoch: Epoch,
    limit: usize,
) -> Result<Vec<Blocked>, StoreError> {
    let range = raise_range(mailstore, epoch, Kind::Blocked);
    let mut found = Vec::new();
    let skip = range.as_slice().len().saturating_sub(1);
    tx.scan(
        range.as_slice(),
        &range.end(),
        Order::Ascending,
        &mut |key, value| {
            if found.len() == limit {
                return Ok(ControlFlow::Break(()));
            }
            if let RaiseRecord::Blocked {
                why,
                attempts,
                next_attempt_at,
                ..
            } = codec::decode(value)?
            {
                found.push(Blocked {
                    mailbox: address_in(key.get(skip..).unwrap_or_default())?,
                    why,
                    attempts,
                    next_attempt_at,
                });
            }
            Ok(ControlFlow::Continue(()))
        },
    )?;
    Ok(found)
}

/// Sweeps away some rows of a mailstore that belong to another epoch than `keep`; returns whether
/// there may be more.
///
/// # Errors
/// When the store cannot be read.
pub fn sweep(
    tx: &mut dyn Tx,
    mailstore: &MailstoreId,
    keep: Option<Epoch>,
) -> Result<bool, StoreError> {
    let all = Key::new(Table::Raise).mailstore(mailstore);
    let mut ranges = Vec::new();
    match keep {
        None => ranges.push((all.as_slice().to_vec(), all.end())),
        Some(epoch) => {
            let kept = all.clone().number(epoch.0);
            ranges.push((all.as_slice().to_vec(), kept.as_slice().to_vec()));
            ranges.push((kept.end(), all.end()));
        }
    }
    let mut old = Vec::new();
    for (from, to) in ranges {
        tx.scan(&from, &to, Order::Ascending, &mut |key, _| {
            old.push(key.to_vec());
            Ok(if old.len() < SWEPT_AT_ONCE {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            })
        })?;
    }
    let more = old.len() >= SWEPT_AT_ONCE;
    old.into_iter().for_each(|key| tx.delete(key));
    Ok(more)
}

#[cfg(test)]
mod tests;
