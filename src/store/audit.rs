//! The audit log: every control change with who, what, when and why, in an append-only hash chain.
//!
//! Each entry holds the hash of the one before, and the head is kept apart: a changed, removed,
//! moved or cut-off entry is found by [`verify_part`]. Entries are never changed or deleted.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::codec::{self, Versioned};
use super::keys::{Key, Table, tail};
use super::{Order, ReadTx, StoreError, Tx};
use crate::clock::Timestamp;

/// What was done, by whom, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEvent {
    /// When.
    pub at: Timestamp,
    /// Who, as [`crate::service::Actor`] shows itself.
    pub who: String,
    /// What was done: `failover.activate`, `token.create`.
    pub action: String,
    /// To what: `mailstore:a1`, `mailbox:ann@example.com`.
    pub subject: String,
    /// The reason that was given.
    pub why: String,
    /// What else matters, as short text: counts, the state before.
    pub detail: String,
}

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Its number, from 1.
    pub number: u64,
    /// What happened.
    pub event: AuditEvent,
    /// Hash of the entry before; zeros for the first.
    pub previous: [u8; 32],
    /// Hash of number, event and previous hash.
    pub hash: [u8; 32],
}

impl Versioned for AuditEntry {
    const NAME: &'static str = "audit entry";
}

impl AuditEntry {
    fn seal(number: u64, event: AuditEvent, previous: [u8; 32]) -> Self {
        let hash = seal(number, &event, &previous);
        Self {
            number,
            event,
            previous,
            hash,
        }
    }

    fn is_sealed(&self) -> bool {
        self.hash == seal(self.number, &self.event, &self.previous)
    }
}

/// Every part goes into the hash with its length, so that nothing can move from one to the next.
fn seal(number: u64, event: &AuditEvent, previous: &[u8; 32]) -> [u8; 32] {
    let mut hash = Sha256::new()
        .chain_update(previous)
        .chain_update(number.to_be_bytes())
        .chain_update(event.at.as_millis().to_be_bytes());
    for text in [
        &event.who,
        &event.action,
        &event.subject,
        &event.why,
        &event.detail,
    ] {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize().into()
}

/// The last entry's number and hash, kept apart from the entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditHead {
    /// Number of the last entry; 0: none yet.
    pub number: u64,
    /// Its hash.
    pub hash: [u8; 32],
}

impl Versioned for AuditHead {
    const NAME: &'static str = "head of the audit log";
}

fn head_key() -> Key {
    Key::new(Table::Meta).text("audit-head")
}

/// The head of the log.
///
/// # Errors
/// When the store cannot be read.
pub fn head(tx: &dyn ReadTx) -> Result<AuditHead, StoreError> {
    tx.get(head_key().as_slice())?
        .map_or(Ok(AuditHead::default()), |bytes| codec::decode(&bytes))
}

/// Appends an entry, in the transaction that makes the change.
///
/// # Errors
/// When the store cannot be read.
pub fn append(tx: &mut dyn Tx, event: AuditEvent) -> Result<AuditEntry, StoreError> {
    let head = head(tx)?;
    let entry = AuditEntry::seal(head.number + 1, event, head.hash);
    tx.put(
        Key::new(Table::Audit).number(entry.number).into_vec(),
        codec::encode(&entry)?,
    );
    tx.put(
        head_key().into_vec(),
        codec::encode(&AuditHead {
            number: entry.number,
            hash: entry.hash,
        })?,
    );
    Ok(entry)
}

/// Up to `limit` entries, newest first, older than number `before`.
///
/// # Errors
/// When the store cannot be read.
pub fn list(
    tx: &dyn ReadTx,
    before: Option<u64>,
    limit: usize,
) -> Result<Vec<AuditEntry>, StoreError> {
    list_behind(tx, Order::Descending, before, limit)
}

fn entry_key(number: u64) -> Key {
    Key::new(Table::Audit).number(number)
}

/// Up to `limit` entries behind number `last`; in ascending order the oldest comes first.
///
/// # Errors
/// When the store cannot be read.
pub fn list_behind(
    tx: &dyn ReadTx,
    order: Order,
    last: Option<u64>,
    limit: usize,
) -> Result<Vec<AuditEntry>, StoreError> {
    let row = last.map(entry_key);
    let (from, to) = Key::new(Table::Audit).behind(row.as_ref(), order);
    let mut found = Vec::new();
    tx.scan(&from, &to, order, &mut |_, value| {
        if found.len() == limit {
            return Ok(ControlFlow::Break(()));
        }
        found.push(codec::decode(value)?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// The number of the first entry that is not before a time, as far as times grow with numbers; the next one's that
/// will be written if all are.
///
/// # Errors
/// When the store cannot be read.
pub fn first_since(tx: &dyn ReadTx, at: Timestamp) -> Result<u64, StoreError> {
    let (mut low, mut high) = (1, head(tx)?.number + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let entry = tx.get(entry_key(middle).as_slice())?;
        let entry: Option<AuditEntry> = entry.map(|bytes| codec::decode(&bytes)).transpose()?;
        match entry.is_some_and(|entry| entry.event.at < at) {
            true => low = middle + 1,
            false => high = middle,
        }
    }
    Ok(low)
}

/// How the log was found to be damaged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuditDamage {
    /// An entry is not where its number belongs: it or its neighbour was removed or moved.
    #[error("entry {expected} is missing or is not in its place")]
    Gap {
        /// The number that should come here.
        expected: u64,
    },
    /// An entry was changed.
    #[error("entry {number} was changed")]
    Changed {
        /// Its number.
        number: u64,
    },
    /// An entry does not continue the one before.
    #[error("entry {number} does not follow the entry before it")]
    Broken {
        /// Its number.
        number: u64,
    },
    /// Entries at the end are gone, or the head was changed.
    #[error("the log ends at entry {found}, but entry {expected} was written")]
    CutOff {
        /// The last entry that is there.
        found: u64,
        /// The last entry that was written.
        expected: u64,
    },
}

/// Where a verification stands; starts as the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AuditVerified {
    /// The last entry that was found sound.
    pub head: AuditHead,
    /// Whether the end was reached.
    pub done: bool,
}

/// Verifies up to `limit` entries after `so_far`, so that no reader is open for long.
///
/// # Errors
/// When the store cannot be read; inside, how the log is damaged.
pub fn verify_part(
    tx: &dyn ReadTx,
    so_far: AuditVerified,
    limit: usize,
) -> Result<Result<AuditVerified, AuditDamage>, StoreError> {
    let mut at = so_far.head;
    let mut damage = None;
    let mut looked_at = 0;
    let from = Key::new(Table::Audit).number(at.number + 1).into_vec();
    let end = Key::new(Table::Audit).end();
    tx.scan(&from, &end, Order::Ascending, &mut |key, value| {
        if looked_at == limit {
            return Ok(ControlFlow::Break(()));
        }
        looked_at += 1;
        match follows(at, key, value) {
            Ok(head) => {
                at = head;
                Ok(ControlFlow::Continue(()))
            }
            Err(found) => {
                damage = Some(found);
                Ok(ControlFlow::Break(()))
            }
        }
    })?;
    if let Some(damage) = damage {
        return Ok(Err(damage));
    }
    let done = looked_at < limit;
    let head = head(tx)?;
    if done && head != at {
        return Ok(Err(AuditDamage::CutOff {
            found: at.number,
            expected: head.number,
        }));
    }
    Ok(Ok(AuditVerified { head: at, done }))
}

/// The head after the entry in (`key`, `value`), if it follows `before`.
fn follows(before: AuditHead, key: &[u8], value: &[u8]) -> Result<AuditHead, AuditDamage> {
    let expected = before.number + 1;
    if tail(key).map(u64::from_be_bytes) != Some(expected) {
        return Err(AuditDamage::Gap { expected });
    }
    let entry: AuditEntry =
        codec::decode(value).map_err(|_| AuditDamage::Changed { number: expected })?;
    if entry.number != expected || !entry.is_sealed() {
        return Err(AuditDamage::Changed { number: expected });
    }
    if entry.previous != before.hash {
        return Err(AuditDamage::Broken { number: expected });
    }
    Ok(AuditHead {
        number: expected,
        hash: entry.hash,
    })
}

#[cfg(test)]
mod tests;
