//! How much was sent lately, by mailbox, domain and reseller, and to whom a mailbox wrote before.
//!
//! Counted by the hour in the transaction that queues a message; a day is the last 24 hours that began.
//! Automatic answers and reports (a null reverse-path) are not counted: they have bounds of their own.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::codec::{self, Versioned};
use super::keys::{Key, Table};
use super::queue::NewEntry;
use super::{Order, ReadTx, StoreError, Tx, directory};
use crate::clock::Timestamp;
use crate::ids::{Address, MailboxId, ResellerId};

/// Hours that are one day.
const HOURS: u64 = 24;

/// Whose messages are counted together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A mailbox's.
    Mailbox(MailboxId),
    /// A domain's.
    Domain(String),
    /// A reseller's.
    Reseller(ResellerId),
}

impl Scope {
    fn key(&self, table: Table) -> Key {
        let key = Key::new(table);
        match self {
            Self::Mailbox(id) => key.text("m").mailbox(*id),
            Self::Domain(name) => key.text("d").text(name),
            Self::Reseller(id) => key.text("r").text(id.as_str()),
        }
    }
}

/// Recipients in an hour, or in a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// All.
    pub recipients: u32,
    /// Those to whom the mailbox had not written before.
    pub new: u32,
}

impl Versioned for Counted {
    const NAME: &'static str = "recipients of an hour";
}

impl Counted {
    fn plus(self, other: Self) -> Self {
        Self {
            recipients: self.recipients.saturating_add(other.recipients),
            new: self.new.saturating_add(other.new),
        }
    }
}

/// The scopes that a mailbox's messages count for.
///
/// # Errors
/// When the store cannot be read.
pub fn scopes(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    sender: &Address,
) -> Result<Vec<Scope>, StoreError> {
    let domain = directory::domain(tx, &sender.domain_name())?;
    let reseller = domain.and_then(|record| record.reseller);
    let mut scopes = vec![
        Scope::Mailbox(mailbox),
        Scope::Domain(sender.domain().to_ascii_lowercase()),
    ];
    scopes.extend(reseller.map(Scope::Reseller));
    Ok(scopes)
}

fn hour(at: Timestamp) -> u64 {
    u64::try_from(at.as_secs()).unwrap_or(0) / 3600
}

/// What a scope sent in the last day.
///
/// # Errors
/// When the store cannot be read.
pub fn of_day(tx: &dyn ReadTx, scope: &Scope, now: Timestamp) -> Result<Counted, StoreError> {
    let range = scope.key(Table::SentCount);
    let from = range
        .clone()
        .number((hour(now) + 1).saturating_sub(HOURS))
        .into_vec();
    let mut sum = Counted::default();
    tx.scan(&from, &range.end(), Order::Ascending, &mut |_, value| {
        sum = sum.plus(codec::decode(value)?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(sum)
}

/// To how many of these a mailbox has not written before.
///
/// # Errors
/// When the store cannot be read.
pub fn count_new(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    recipients: &[String],
) -> Result<u32, StoreError> {
    let mut new = 0;
    for recipient in recipients {
        new += u32::from(tx.get(&known_key(mailbox, recipient))?.is_none());
    }
    Ok(new)
}

fn known_key(mailbox: MailboxId, recipient: &str) -> Vec<u8> {
    let hash = Sha256::digest(recipient.to_lowercase());
    Key::new(Table::WroteTo)
        .mailbox(mailbox)
        .bytes(&hash[..16])
        .into_vec()
}

/// Counts a message that is queued.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn count(tx: &mut dyn Tx, entry: &NewEntry) -> Result<(), StoreError> {
    if entry.reverse_path.is_none() {
        return Ok(());
    }
    let sent = Counted {
        recipients: u32::try_from(entry.recipients.len()).unwrap_or(u32::MAX),
        new: count_new(tx, entry.mailbox, &entry.recipients)?,
    };
    for recipient in &entry.recipients {
        tx.put(known_key(entry.mailbox, recipient), Vec::new());
    }
    let hour = hour(entry.created_at);
    for scope in scopes(tx, entry.mailbox, &entry.sender)? {
        let range = scope.key(Table::SentCount);
        let key = range.clone().number(hour).into_vec();
        let before = match tx.get(&key)? {
            Some(bytes) => codec::decode(&bytes)?,
            None => {
                // A new hour begins: what no day holds any more goes.
                forget(tx, &range, hour.saturating_sub(HOURS))?;
                Counted::default()
            }
        };
        tx.put(key, codec::encode(&before.plus(sent))?);
    }
    Ok(())
}

/// Removes the hours up to and including `hour`.
fn forget(tx: &mut dyn Tx, range: &Key, hour: u64) -> Result<(), StoreError> {
    let mut old = Vec::new();
    let to = range.clone().number(hour + 1).into_vec();
    tx.scan(range.as_slice(), &to, Order::Ascending, &mut |key, _| {
        old.push(key.to_vec());
        Ok(ControlFlow::Continue(()))
    })?;
    old.into_iter().for_each(|key| tx.delete(key));
    Ok(())
}

/// How often a scope came to its limit lately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limited {
    /// The first time in a day.
    FirstOfDay,
    /// The first time in this hour.
    FirstOfHour,
    /// Again.
    Again,
}

/// Notes that a scope came to its limit; returns how often it has.
///
/// # Errors
/// When the store cannot be read.
pub fn note_limited(tx: &mut dyn Tx, scope: &Scope, now: Timestamp) -> Result<Limited, StoreError> {
    let hour = hour(now);
    let range = Key::new(Table::SentLimited);
    forget(tx, &range, hour.saturating_sub(HOURS))?;
    let scope = scope.key(Table::SentLimited).into_vec();
    let key = |hour: u64| range.clone().number(hour).bytes(&scope).into_vec();
    let is_new = tx.get(&key(hour))?.is_none();
    tx.put(key(hour), Vec::new());
    if !is_new {
        return Ok(Limited::Again);
    }
    for before in (hour + 1).saturating_sub(HOURS)..hour {
        if tx.get(&key(before))?.is_some() {
            return Ok(Limited::FirstOfHour);
        }
    }
    Ok(Limited::FirstOfDay)
}

/// How often somebody came to a limit in the last day, by hours and scopes, counted to `limit`.
///
/// # Errors
/// When the store cannot be read.
pub fn count_limited(tx: &dyn ReadTx, now: Timestamp, limit: u64) -> Result<u64, StoreError> {
    let range = Key::new(Table::SentLimited);
    let from = range
        .clone()
        .number((hour(now) + 1).saturating_sub(HOURS))
        .into_vec();
    let mut count = 0;
    tx.scan(&from, &range.end(), Order::Ascending, &mut |_, _| {
        count += 1;
        Ok(match count < limit {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        })
    })?;
    Ok(count)
}

#[cfg(test)]
mod tests;
