//! Automatic answers that are owed to who wrote to a mailbox, and to whom one was given lately.
//!
//! A row is written in the transaction that files a message, where its mailbox wants messages answered;
//! `send::answering` works it off. Whether an answer is given at all is decided there: a row is a question,
//! not a promise.

use std::ops::ControlFlow;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::codec::{self, Versioned};
use super::keys::{self, Key, Table};
use super::{Order, ReadTx, StoreError, Tx};
use crate::clock::Timestamp;
use crate::ids::{MailboxId, StandbyId};

/// Most answers of a kind that a mailbox gives in a day: whoever makes up senders gets no more out of it.
pub const ANSWERS_PER_DAY_MAX: usize = 200;
/// Most of them to one domain: whoever makes up senders in it leaves some for everybody else.
const ANSWERS_TO_DOMAIN_MAX: usize = ANSWERS_PER_DAY_MAX / 2;
/// Octets of a row's key that stand for the sender's domain; the rest stand for the sender and the kind.
const DOMAIN_OCTETS: usize = 4;
/// A day.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What kind of answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// The one that the user wrote, for while they are away (RFC 3834).
    Away,
    /// That it was received and is not read yet, as the domain's policy says.
    Delay,
    /// That it was delivered, as its sender asked (RFC 3461 §4.1, `NOTIFY=SUCCESS`).
    Receipt,
}

impl Kind {
    /// How long a sender gets no second one (RFC 3834 §2: several days).
    pub const fn again_after(self) -> Duration {
        match self {
            Self::Away => Duration::from_secs(7 * 24 * 60 * 60),
            Self::Delay => DAY,
            // Each message has its own.
            Self::Receipt => Duration::ZERO,
        }
    }
}

impl Versioned for Kind {
    const NAME: &'static str = "owed answer";
}

/// A question that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed {
    /// When it is to be answered.
    pub due: Timestamp,
    /// Whose message.
    pub mailbox: MailboxId,
    /// The message.
    pub message: StandbyId,
    /// How.
    pub kind: Kind,
}

fn millis(at: Timestamp) -> u64 {
    u64::try_from(at.as_millis()).unwrap_or(0)
}

fn key(owed: &Owed) -> Vec<u8> {
    Key::new(Table::Owed)
        .number(millis(owed.due))
        .mailbox(owed.mailbox)
        .bytes(&[owed.kind as u8])
        .standby(owed.message)
        .into_vec()
}

/// Notes that a message may have to be answered.
///
/// # Errors
/// As [`codec::encode`].
pub fn owe(tx: &mut dyn Tx, owed: &Owed) -> Result<(), StoreError> {
    tx.put(key(owed), codec::encode(&owed.kind)?);
    Ok(())
}

/// Takes a question off the list, answered or not.
pub fn settle(tx: &mut dyn Tx, owed: &Owed) {
    tx.delete(key(owed));
}

/// Whether a question still waits.
///
/// # Errors
/// When the store cannot be read.
pub fn waits(tx: &dyn ReadTx, owed: &Owed) -> Result<bool, StoreError> {
    Ok(tx.get(&key(owed))?.is_some())
}

/// What is due at `now`, the longest first, at most `limit`.
///
/// # Errors
/// When the store cannot be read.
pub fn due(tx: &dyn ReadTx, now: Timestamp, limit: usize) -> Result<Vec<Owed>, StoreError> {
    let range = Key::new(Table::Owed);
    let to = range.clone().number(millis(now).saturating_add(1));
    let mut found = Vec::new();
    tx.scan(
        range.as_slice(),
        to.as_slice(),
        Order::Ascending,
        &mut |key, value| {
            if found.len() >= limit {
                return Ok(ControlFlow::Break(()));
            }
            let owed = row(key, codec::decode(value)?);
            found.push(owed.ok_or_else(|| StoreError::corrupt("owed answer", "its key"))?);
            Ok(ControlFlow::Continue(()))
        },
    )?;
    Ok(found)
}

fn row(key: &[u8], kind: Kind) -> Option<Owed> {
    let due = i64::try_from(u64::from_be_bytes(keys::part(key, 1)?)).ok()?;
    Some(Owed {
        due: Timestamp::from_millis(due),
        mailbox: MailboxId::from_bytes(keys::part(key, 9)?),
        message: StandbyId(u64::from_be_bytes(keys::tail(key)?)),
        kind,
    })
}

/// When somebody was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Answered {
    at: Timestamp,
    kind: Kind,
}

impl Versioned for Answered {
    const NAME: &'static str = "given answer";
}

/// Where it is kept that a sender was answered: beside others of its domain. Hashes.
fn answered_key(mailbox: MailboxId, kind: Kind, sender: &str) -> Key {
    let sender = sender.to_lowercase();
    let domain = sender.rsplit('@').next().unwrap_or_default();
    let domain = Sha256::digest(domain);
    let own = Sha256::new()
        .chain_update([kind as u8])
        .chain_update(&sender)
        .finalize();
    Key::new(Table::Answered)
        .mailbox(mailbox)
        .bytes(&domain[..DOMAIN_OCTETS])
        .bytes(&own[..16 - DOMAIN_OCTETS])
}

/// Notes that `sender` is answered now, unless they were lately, or the mailbox answered too many today, in all
/// or of the sender's domain; returns whether they are. Senders are kept as hashes, and no longer than they matter.
///
/// # Errors
/// When the store cannot be read.
pub fn answer_now(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    kind: Kind,
    sender: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let range = Key::new(Table::Answered).mailbox(mailbox);
    let own = answered_key(mailbox, kind, sender).into_vec();
    let of_domain = own.get(..range.as_slice().len() + DOMAIN_OCTETS);
    let of_domain = of_domain.unwrap_or(&own);
    let (mut today, mut domain_today, mut lately, mut old) = (0, 0, false, Vec::new());
    tx.scan(
        range.as_slice(),
        &range.end(),
        Order::Ascending,
        &mut |key, value| {
            let answered: Answered = codec::decode(value)?;
            let age = now.since(answered.at);
            if age >= answered.kind.again_after() {
                old.push(key.to_vec());
            } else if key == own {
                lately = true;
            }
            if age < DAY && answered.kind == kind {
                today += 1;
                domain_today += usize::from(key.starts_with(of_domain));
            }
            Ok(ControlFlow::Continue(()))
        },
    )?;
    old.into_iter().for_each(|key| tx.delete(key));
    if lately || today >= ANSWERS_PER_DAY_MAX || domain_today >= ANSWERS_TO_DOMAIN_MAX {
        return Ok(false);
    }
    tx.put(own, codec::encode(&Answered { at: now, kind })?);
    Ok(true)
}

#[cfg(test)]
mod tests;
