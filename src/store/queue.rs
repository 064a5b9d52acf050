//! The outgoing queue: messages on their way to the smarthost.
//!
//! An entry is made in the transaction that files the copy in Sent, belongs to the sender's mailbox,
//! and keeps its result when it is done. A worker claims what is due; the claim's number fences it: a
//! result with an older number is refused, so a worker that was thought dead changes nothing. Every
//! entry that is not finished and not held has exactly one row in the due index, so a crash at any point
//! leaves it due again. Sending is at least once (RFC 5321 §4.2.5): a claim that dies after the smarthost said
//! 250 and before the result was recorded is sent again, with the same Message-ID.

mod entry;
mod finished;
mod open;
pub mod tries;

use std::ops::ControlFlow;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::codec;
use super::keys::{self, Key, Table};
use super::trace::{self, Name, Traced};
use super::{Order, ReadTx, StoreError, Tx, sent, written};
use crate::clock::Timestamp;
use crate::ids::{Address, MailboxId, QueueId};
use crate::mail;

pub use entry::{
    NewEntry, Outcome, QueueEntry, QueueState, QueuedRecipient, REPLY_BYTES_MAX, RecipientState,
    Recorded, RemoteReply, Tell,
};
pub use finished::{Removed, remove_finished};
pub use open::{Counts, OpenRow, Order as Ordered, Stand, counts, open, open_rows, order};

/// Puts an entry into the queue; one that is there already stays as it is.
///
/// # Errors
/// When the store cannot be read.
pub fn enqueue(tx: &mut dyn Tx, new: &NewEntry) -> Result<(), StoreError> {
    if get(tx, new.mailbox, new.id)?.is_some() {
        return Ok(());
    }
    let recipients = new.recipients.iter().map(|address| QueuedRecipient {
        address: address.clone(),
        state: RecipientState::Pending { last: None },
    });
    let entry = QueueEntry {
        id: new.id,
        mailbox: new.mailbox,
        sender: new.sender.clone(),
        reverse_path: new.reverse_path.clone(),
        recipients: recipients.collect(),
        copy: new.copy,
        prefix: new.prefix.clone(),
        body: new.body,
        created_at: new.created_at,
        expires_at: new.expires_at,
        tell: new.tell,
        attempts: 0,
        claim: 0,
        state: QueueState::Queued {
            due: new.not_before,
        },
    };
    let traced = Traced::Sent(entry.mailbox, entry.id);
    trace::note(tx, Name::QueueId(entry.id), traced)?;
    if let Some(message_id) = mail::summarize(&entry.prefix).message_id {
        trace::note(tx, Name::MessageId(&message_id), traced)?;
    }
    sent::count(tx, new)?;
    put(tx, None, &entry)
}

/// An entry.
///
/// # Errors
/// When the store cannot be read.
pub fn get(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    id: QueueId,
) -> Result<Option<QueueEntry>, StoreError> {
    tx.get(entry_key(mailbox, id).as_slice())?
        .map(|bytes| codec::decode(&bytes))
        .transpose()
}

/// The entries of a mailbox, newest first, at most `limit`.
///
/// # Errors
/// When the store cannot be read.
pub fn of_mailbox(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    limit: usize,
) -> Result<Vec<QueueEntry>, StoreError> {
    entries(tx, &Key::new(Table::Queue).mailbox(mailbox), limit)
}

/// When the next entry is due, if any waits.
///
/// # Errors
/// When the store cannot be read.
pub fn next_due(tx: &dyn ReadTx) -> Result<Option<Timestamp>, StoreError> {
    let from = Key::new(Table::QueueDue);
    Ok(rows_due(tx, from.as_slice(), None, 1)?
        .first()
        .map(|row| row.due))
}

/// What is due at `now`, the longest first, at most `limit`.
///
/// # Errors
/// When the store cannot be read.
pub fn due_rows(tx: &dyn ReadTx, now: Timestamp, limit: usize) -> Result<Vec<DueRow>, StoreError> {
    let from = Key::new(Table::QueueDue);
    rows_due(tx, from.as_slice(), Some(now), limit)
}

/// What is due at `now` and comes after `after` in that order, at most `limit`.
///
/// # Errors
/// When the store cannot be read.
pub fn due_rows_after(
    tx: &dyn ReadTx,
    now: Timestamp,
    after: &DueRow,
    limit: usize,
) -> Result<Vec<DueRow>, StoreError> {
    let mut from = after.key();
    from.push(0);
    rows_due(tx, &from, Some(now), limit)
}

/// What is due at `now` and whose sender has to hear of it, tried or not: it expired, or is as late as its
/// sender is told of. At most `limit`, of the first `looked_at` that are due.
///
/// # Errors
/// When the store cannot be read.
pub fn overdue(
    tx: &dyn ReadTx,
    now: Timestamp,
    looked_at: usize,
    limit: usize,
) -> Result<Vec<DueRow>, StoreError> {
    let mut found = Vec::new();
    for row in due_rows(tx, now, looked_at)? {
        if found.len() >= limit {
            break;
        }
        let entry = get(tx, row.mailbox, row.id)?;
        let is_over = |entry: &QueueEntry| {
            entry.expires_at <= now || entry.tell.delay_at.is_some_and(|at| at <= now)
        };
        if entry.as_ref().is_some_and(is_over) {
            found.push(row);
        }
    }
    Ok(found)
}

/// Claims up to `limit` entries that are due at `now`, the longest first, for at most `lease`.
///
/// # Errors
/// When the store cannot be read.
pub fn claim_due(
    tx: &mut dyn Tx,
    now: Timestamp,
    limit: usize,
    lease: Duration,
) -> Result<Vec<QueueEntry>, StoreError> {
    let rows = due_rows(tx, now, limit)?;
    claim(tx, &rows, now, lease)
}

/// Claims the entries of these rows that are still due as they say, for at most `lease`: whoever has not
/// recorded a result by then counts as dead.
///
/// # Errors
/// When the store cannot be read.
pub fn claim(
    tx: &mut dyn Tx,
    rows: &[DueRow],
    now: Timestamp,
    lease: Duration,
) -> Result<Vec<QueueEntry>, StoreError> {
    let mut claimed = Vec::new();
    for row in rows {
        let entry = get(tx, row.mailbox, row.id)?.filter(|entry| entry.due() == Some(row.due));
        let Some(mut entry) = entry else {
            tx.delete(row.key());
            continue;
        };
        let before = entry.due();
        entry.claim += 1;
        entry.state = QueueState::Claimed {
            until: now.after(lease),
        };
        put(tx, before, &entry)?;
        if let Some(copy) = entry.copy {
            written::end_hold(tx, row.mailbox, copy)?;
        }
        claimed.push(entry);
    }
    Ok(claimed)
}

/// Gives back every claim, as due at `now`: for the start of the process that alone works on this
/// store.
///
/// # Errors
/// When the store cannot be read.
pub fn release_claims(tx: &mut dyn Tx, now: Timestamp) -> Result<usize, StoreError> {
    let mut released = 0;
    for row in open::claimed_rows(tx)? {
        if let Some(mut entry) = get(tx, row.mailbox, row.id)?
            && matches!(entry.state, QueueState::Claimed { .. })
        {
            let before = entry.due();
            entry.state = QueueState::Queued { due: now };
            put(tx, before, &entry)?;
            released += 1;
        }
    }
    Ok(released)
}

/// Records what a try led to: one outcome for each pending recipient, in order. What is still pending
/// then is due again at `retry_at`; after the entry's expiry it fails.
///
/// # Errors
/// [`StoreError::Missing`] if there is no such entry; [`StoreError::Conflict`] if it was claimed by
/// somebody else since, or stopped.
pub fn record_result(
    tx: &mut dyn Tx,
    claimed: &QueueEntry,
    outcomes: &[Outcome],
    now: Timestamp,
    retry_at: Timestamp,
) -> Result<Recorded, StoreError> {
    let entry = get(tx, claimed.mailbox, claimed.id)?.ok_or(StoreError::Missing("queue entry"))?;
    if entry.claim != claimed.claim || !matches!(entry.state, QueueState::Claimed { .. }) {
        return Err(StoreError::Conflict("the queue entry was claimed again"));
    }
    let before = entry.due();
    let recorded = apply(entry, outcomes, now, retry_at);
    put(tx, before, &recorded.entry)?;
    Ok(recorded)
}

/// What [`record_result`] makes of an entry: pure, so that a DSN can be made ready before.
pub fn apply(
    mut entry: QueueEntry,
    outcomes: &[Outcome],
    now: Timestamp,
    retry_at: Timestamp,
) -> Recorded {
    let expired = now >= entry.expires_at;
    let (mut failed, mut relayed) = (Vec::new(), Vec::new());
    let pending = entry.recipients.iter_mut().filter(|to| to.is_pending());
    for (recipient, outcome) in pending.zip(outcomes) {
        recipient.state = match outcome.clone() {
            Outcome::Relayed(reply) => RecipientState::Relayed { at: now, reply },
            Outcome::Deferred(reply) if !expired => RecipientState::Pending { last: Some(reply) },
            Outcome::Deferred(reply) | Outcome::Failed(reply) => {
                RecipientState::Failed { at: now, reply }
            }
        };
        match recipient.state {
            RecipientState::Failed { .. } => failed.push(recipient.clone()),
            RecipientState::Relayed { .. } => relayed.push(recipient.clone()),
            RecipientState::Pending { .. } => {}
        }
    }
    let delayed = match entry.tell.delay_at {
        Some(at) if at <= now => entry.pending().cloned().collect(),
        _ => Vec::new(),
    };
    if !delayed.is_empty() {
        entry.tell.delay_at = None;
    }
    entry.attempts = entry.attempts.saturating_add(1);
    entry.state = if entry.pending().next().is_some() {
        QueueState::Queued { due: retry_at }
    } else {
        QueueState::Done { at: now }
    };
    Recorded {
        entry,
        failed,
        relayed,
        delayed,
    }
}

/// Gives a claim back untried, due at `due`: the worker stops, or the smarthost cannot be reached by
/// anyone. Nothing happens if the claim is not the last one.
///
/// # Errors
/// When the store cannot be read.
pub fn give_back(tx: &mut dyn Tx, claimed: &QueueEntry, due: Timestamp) -> Result<(), StoreError> {
    let Some(mut entry) = get(tx, claimed.mailbox, claimed.id)? else {
        return Ok(());
    };
    if entry.claim == claimed.claim && matches!(entry.state, QueueState::Claimed { .. }) {
        let before = entry.due();
        entry.state = QueueState::Queued { due };
        put(tx, before, &entry)?;
    }
    Ok(())
}

/// Takes a claim back whose worker fell over: it is due again at `due`, and that counts as a try. Nothing happens
/// if the claim is not the last one.
///
/// # Errors
/// When the store cannot be read.
pub fn put_off(
    tx: &mut dyn Tx,
    claimed: &QueueEntry,
    due: impl Fn(u32) -> Timestamp,
) -> Result<(), StoreError> {
    let Some(mut entry) = get(tx, claimed.mailbox, claimed.id)? else {
        return Ok(());
    };
    if entry.claim == claimed.claim && matches!(entry.state, QueueState::Claimed { .. }) {
        let before = entry.due();
        entry.attempts = entry.attempts.saturating_add(1);
        entry.state = QueueState::Queued {
            due: due(entry.attempts),
        };
        put(tx, before, &entry)?;
    }
    Ok(())
}

/// Stops an entry that no worker has; returns it as it was, or none if it was too late. What was not
/// sent to anybody yet is not sent to anybody.
///
/// # Errors
/// When the store cannot be read.
pub fn cancel(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    id: QueueId,
    reason: &str,
    now: Timestamp,
) -> Result<Option<QueueEntry>, StoreError> {
    let waits = |entry: &QueueEntry| {
        matches!(
            entry.state,
            QueueState::Queued { .. } | QueueState::Held { .. }
        )
    };
    let Some(entry) = get(tx, mailbox, id)?.filter(waits) else {
        return Ok(None);
    };
    let cancelled = QueueEntry {
        state: QueueState::Cancelled {
            reason: reason.to_owned(),
            at: now,
        },
        ..entry.clone()
    };
    put(tx, entry.due(), &cancelled)?;
    Ok(Some(entry))
}

/// Writes an entry and keeps the indexes in step.
fn put(
    tx: &mut dyn Tx,
    due_before: Option<Timestamp>,
    entry: &QueueEntry,
) -> Result<(), StoreError> {
    if let Some(due) = due_before {
        tx.delete(DueRow::of(entry, due).key());
    }
    if let Some(due) = entry.due() {
        tx.put(DueRow::of(entry, due).key(), Vec::new());
    }
    open::keep(tx, entry);
    finished::keep(tx, entry);
    tx.put(
        entry_key(entry.mailbox, entry.id).into_vec(),
        codec::encode(entry)?,
    );
    Ok(())
}

fn entry_key(mailbox: MailboxId, id: QueueId) -> Key {
    Key::new(Table::Queue).mailbox(mailbox).id(id.as_bytes())
}

/// A row of the due index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueRow {
    /// When it is due.
    pub due: Timestamp,
    /// Stands for the sender's domain.
    pub domain: u64,
    /// The sender's mailbox.
    pub mailbox: MailboxId,
    /// The entry.
    pub id: QueueId,
}

impl DueRow {
    fn of(entry: &QueueEntry, due: Timestamp) -> Self {
        Self {
            due,
            domain: domain_hash(&entry.sender),
            mailbox: entry.mailbox,
            id: entry.id,
        }
    }

    fn key(&self) -> Vec<u8> {
        Key::new(Table::QueueDue)
            .number(millis(self.due))
            .number(self.domain)
            .mailbox(self.mailbox)
            .id(self.id.as_bytes())
            .into_vec()
    }

    fn from_key(key: &[u8]) -> Option<Self> {
        let due = i64::try_from(u64::from_be_bytes(keys::part(key, 1)?)).ok()?;
        Some(Self {
            due: Timestamp::from_millis(due),
            domain: u64::from_be_bytes(keys::part(key, 9)?),
            mailbox: MailboxId::from_bytes(keys::part(key, 17)?),
            id: QueueId::from_bytes(keys::tail(key)?),
        })
    }
}

/// What stands for the domain of an address where all of them are counted.
pub fn domain_hash(address: &Address) -> u64 {
    let digest = Sha256::digest(address.domain().to_ascii_lowercase());
    keys::part(&digest, 0).map_or(0, u64::from_be_bytes)
}

/// Times before 1970 sort as 1970.
fn millis(at: Timestamp) -> u64 {
    u64::try_from(at.as_millis()).unwrap_or(0)
}

/// Rows of the due index from `from` up to and including `until`, at most `limit`.
fn rows_due(
    tx: &dyn ReadTx,
    from: &[u8],
    until: Option<Timestamp>,
    limit: usize,
) -> Result<Vec<DueRow>, StoreError> {
    let range = Key::new(Table::QueueDue);
    let to = match until {
        Some(until) => range
            .clone()
            .number(millis(until).saturating_add(1))
            .into_vec(),
        None => range.end(),
    };
    let mut rows = Vec::new();
    // Whoever is past the end finds nothing.
    if from >= to.as_slice() {
        return Ok(rows);
    }
    tx.scan(from, &to, Order::Ascending, &mut |key, _| {
        if rows.len() >= limit {
            return Ok(ControlFlow::Break(()));
        }
        rows.push(
            DueRow::from_key(key)
                .ok_or_else(|| StoreError::corrupt("queue", "a key of its due index is not one"))?,
        );
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(rows)
}

fn entries(tx: &dyn ReadTx, range: &Key, limit: usize) -> Result<Vec<QueueEntry>, StoreError> {
    let mut entries = Vec::new();
    tx.scan(
        range.as_slice(),
        &range.end(),
        Order::Descending,
        &mut |_, value| {
            if entries.len() >= limit {
                return Ok(ControlFlow::Break(()));
            }
            entries.push(codec::decode(value)?);
            Ok(ControlFlow::Continue(()))
        },
    )?;
    Ok(entries)
}

#[cfg(test)]
mod tests;
