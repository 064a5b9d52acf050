//! The tries of an entry: when, by which smarthost, and what it said. For whoever traces a message.
//!
//! The entry keeps the last answer for each recipient; here are those before it. Bounded: of an entry that is tried for
//! days the first tries and the last are kept.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::{Outcome, QueueEntry, RemoteReply};
use crate::clock::Timestamp;
use crate::ids::{MailboxId, QueueId};
use crate::store::codec::{self, Versioned};
use crate::store::keys::{Key, Table};
use crate::store::{Order, ReadTx, StoreError, Tx};

/// So many tries are kept, the first and the last of them.
const FIRST_KEPT: u32 = 5;
const LAST_KEPT: u32 = 35;
/// Different answers kept of one smarthost at one try.
const ANSWERS_MAX: usize = 20;
/// Longest text kept of an answer, in bytes.
const TEXT_BYTES_MAX: usize = 200;

/// What a smarthost was asked at a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The smarthost; none where none could be reached.
    pub smarthost: Option<String>,
    /// One outcome for each recipient that was pending, in order.
    pub outcomes: Vec<Outcome>,
}

/// One try.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TryRecord {
    /// When it ended.
    pub at: Timestamp,
    /// Who was asked, one after the other.
    pub asked: Vec<AskedRecord>,
}

/// What one smarthost said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedRecord {
    /// The smarthost; none where none could be reached.
    pub smarthost: Option<String>,
    /// Its answers that decided nothing yet, and the places in [`QueueEntry::recipients`] that each was for.
    pub put_off: Vec<(RemoteReply, Vec<u32>)>,
}

impl Versioned for TryRecord {
    const NAME: &'static str = "try to send";
}

impl TryRecord {
    /// What each smarthost that was asked put the recipient at this place off with.
    pub fn put_off(&self, place: usize) -> impl Iterator<Item = (Option<&str>, &RemoteReply)> {
        self.asked.iter().filter_map(move |asked| {
            let of_it = |(_, places): &&(RemoteReply, Vec<u32>)| {
                places.iter().any(|&at| usize::try_from(at) == Ok(place))
            };
            let (reply, _) = asked.put_off.iter().find(of_it)?;
            Some((asked.smarthost.as_deref(), reply))
        })
    }

    /// The smarthost that was asked last.
    pub fn last_smarthost(&self) -> Option<&str> {
        self.asked.last()?.smarthost.as_deref()
    }
}

/// Notes a try of an entry as it was before.
///
/// # Errors
/// When it cannot be written as bytes.
pub fn note(
    tx: &mut dyn Tx,
    before: &QueueEntry,
    asked: &[Asked],
    at: Timestamp,
) -> Result<(), StoreError> {
    let number = before.attempts.saturating_add(1);
    let record = TryRecord {
        at,
        asked: asked.iter().map(|asked| said(before, asked)).collect(),
    };
    let range = of_entry(before.mailbox, before.id);
    let key = |number: u32| range.clone().number(number.into()).into_vec();
    tx.put(key(number), codec::encode(&record)?);
    if let Some(old) = number.checked_sub(LAST_KEPT)
        && old > FIRST_KEPT
    {
        tx.delete(key(old));
    }
    Ok(())
}

fn said(before: &QueueEntry, asked: &Asked) -> AskedRecord {
    let pending = before.recipients.iter().enumerate();
    let pending = pending.filter(|(_, to)| to.is_pending());
    let mut put_off: Vec<(RemoteReply, Vec<u32>)> = Vec::new();
    for ((place, _), outcome) in pending.zip(&asked.outcomes) {
        let (Outcome::Deferred(reply), Ok(place)) = (outcome, u32::try_from(place)) else {
            continue;
        };
        let reply = RemoteReply {
            code: reply.code,
            text: short(&reply.text),
        };
        let is_full = put_off.len() >= ANSWERS_MAX;
        match put_off.iter_mut().find(|(known, _)| *known == reply) {
            Some((_, places)) => places.push(place),
            None if is_full => {}
            None => put_off.push((reply, vec![place])),
        }
    }
    AskedRecord {
        smarthost: asked.smarthost.clone(),
        put_off,
    }
}

fn short(text: &str) -> String {
    let mut end = text.len().min(TEXT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}

/// The tries of an entry that are kept, the first first.
///
/// # Errors
/// When the store cannot be read.
pub fn of(tx: &dyn ReadTx, mailbox: MailboxId, id: QueueId) -> Result<Vec<TryRecord>, StoreError> {
    let range = of_entry(mailbox, id);
    let mut tries = Vec::new();
    tx.scan(
        range.as_slice(),
        &range.end(),
        Order::Ascending,
        &mut |_, value| {
            tries.push(codec::decode(value)?);
            Ok(ControlFlow::Continue(()))
        },
    )?;
    Ok(tries)
}

/// Forgets the tries of an entry.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn forget(tx: &mut dyn Tx, entry: &QueueEntry) -> Result<(), StoreError> {
    let range = of_entry(entry.mailbox, entry.id);
    let mut keys = Vec::new();
    tx.scan(
        range.as_slice(),
        &range.end(),
        Order::Ascending,
        &mut |key, _| {
            keys.push(key.to_vec());
            Ok(ControlFlow::Continue(()))
        },
    )?;
    keys.into_iter().for_each(|key| tx.delete(key));
    Ok(())
}

fn of_entry(mailbox: MailboxId, id: QueueId) -> Key {
    Key::new(Table::QueueTry).mailbox(mailbox).id(id.as_bytes())
}
