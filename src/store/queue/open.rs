//! The queue as its operator sees it: what is not finished, the oldest first, and what is ordered for it.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::{DueRow, Outcome, QueueEntry, QueueState, Recorded, RemoteReply, apply, get, put};
use crate::clock::Timestamp;
use crate::ids::{MailboxId, QueueId};
use crate::store::keys::{self, Key, Table};
use crate::store::{Order as Direction, ReadTx, StoreError, Tx, messages};

/// How an entry that is not finished stands, as its row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stand {
    /// It waits until it is due.
    Queued,
    /// A worker has it.
    Claimed,
    /// An operator stopped it.
    Held,
}

impl Stand {
    const ALL: [Self; 3] = [Self::Queued, Self::Claimed, Self::Held];

    fn of(entry: &QueueEntry) -> Option<Self> {
        match entry.state {
            QueueState::Queued { .. } => Some(Self::Queued),
            QueueState::Claimed { .. } => Some(Self::Claimed),
            QueueState::Held { .. } => Some(Self::Held),
            QueueState::Done { .. } | QueueState::Cancelled { .. } => None,
        }
    }
}

/// An entry that is not finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenRow {
    /// Its id; older ones sort first.
    pub id: QueueId,
    /// The sender's mailbox.
    pub mailbox: MailboxId,
    /// How it stands.
    pub stand: Stand,
}

/// Keeps the row of an entry in step with it.
pub(super) fn keep(tx: &mut dyn Tx, entry: &QueueEntry) {
    let key = Key::new(Table::QueueOpen)
        .id(entry.id.as_bytes())
        .mailbox(entry.mailbox)
        .into_vec();
    match Stand::of(entry) {
        Some(stand) => tx.put(key, vec![stand as u8]),
        None => tx.delete(key),
    }
}

fn row(key: &[u8], value: &[u8]) -> Option<OpenRow> {
    Some(OpenRow {
        id: QueueId::from_bytes(keys::part(key, 1)?),
        mailbox: MailboxId::from_bytes(keys::tail(key)?),
        stand: *Stand::ALL.get(usize::from(*value.first()?))?,
    })
}

fn each(
    tx: &dyn ReadTx,
    from: &[u8],
    visit: &mut dyn FnMut(OpenRow) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let end = Key::new(Table::QueueOpen).end();
    each_between(tx, (from, &end), Direction::Ascending, visit)
}

fn each_between(
    tx: &dyn ReadTx,
    (from, to): (&[u8], &[u8]),
    direction: Direction,
    visit: &mut dyn FnMut(OpenRow) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    tx.scan(from, to, direction, &mut |key, value| {
        let row = row(key, value)
            .ok_or_else(|| StoreError::corrupt("queue", "a row of what is open is not one"))?;
        Ok(visit(row))
    })
}

/// What is not finished behind `last`, at most `limit`; in ascending order the oldest comes first.
///
/// # Errors
/// When the store cannot be read.
pub fn open_rows(
    tx: &dyn ReadTx,
    direction: Direction,
    last: Option<QueueId>,
    limit: usize,
) -> Result<Vec<OpenRow>, StoreError> {
    let row = last.map(|id| Key::new(Table::QueueOpen).id(id.as_bytes()));
    let (from, to) = Key::new(Table::QueueOpen).behind(row.as_ref(), direction);
    let mut rows = Vec::new();
    each_between(tx, (&from, &to), direction, &mut |row| {
        if rows.len() >= limit {
            return ControlFlow::Break(());
        }
        rows.push(row);
        ControlFlow::Continue(())
    })?;
    Ok(rows)
}

/// Every entry that a worker has, by the rows alone.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn claimed_rows(tx: &dyn ReadTx) -> Result<Vec<OpenRow>, StoreError> {
    let mut rows = Vec::new();
    each(tx, Key::new(Table::QueueOpen).as_slice(), &mut |row| {
        if row.stand == Stand::Claimed {
            rows.push(row);
        }
        ControlFlow::Continue(())
    })?;
    Ok(rows)
}

/// An entry that is not finished, by its id alone.
///
/// # Errors
/// When the store cannot be read.
pub fn open(tx: &dyn ReadTx, id: QueueId) -> Result<Option<QueueEntry>, StoreError> {
    let from = Key::new(Table::QueueOpen).id(id.as_bytes());
    let mut found = None;
    each(tx, from.as_slice(), &mut |row| {
        found = (row.id == id).then_some(row);
        ControlFlow::Break(())
    })?;
    match found {
        Some(row) => get(tx, row.mailbox, row.id),
        None => Ok(None),
    }
}

/// How many entries are not finished.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Those that wait or are on their way.
    pub waiting: u64,
    /// Those that an operator stopped.
    pub held: u64,
    /// The oldest that waits.
    pub oldest: Option<QueueId>,
}

/// Counts what is not finished, to at most `limit`.
///
/// # Errors
/// When the store cannot be read.
pub fn counts(tx: &dyn ReadTx, limit: u64) -> Result<Counts, StoreError> {
    let mut counts = Counts::default();
    each(tx, Key::new(Table::QueueOpen).as_slice(), &mut |row| {
        if row.stand == Stand::Held {
            counts.held += 1;
        } else {
            counts.waiting += 1;
            counts.oldest = counts.oldest.or(Some(row.id));
        }
        match counts.waiting + counts.held < limit {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    })?;
    Ok(counts)
}

/// What an operator orders for an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// It is not tried any more until it is released. Says why.
    Hold(String),
    /// It is tried again, when it was due anyway or now.
    Release,
    /// It is tried now.
    Retry,
    /// It is given up; this is what is said about each recipient that has not got it.
    Drop(RemoteReply),
}

/// Carries out an order for an entry that no worker has. Returns none if it was too late or there is
/// nothing to do: it is finished, on its way, or as the order wants it.
///
/// # Errors
/// When the store cannot be read.
pub fn order(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    id: QueueId,
    order: &Order,
    now: Timestamp,
) -> Result<Option<Recorded>, StoreError> {
    let Some(mut entry) = get(tx, mailbox, id)? else {
        return Ok(None);
    };
    let before = entry.due();
    let is_held = matches!(entry.state, QueueState::Held { .. });
    let is_queued = matches!(entry.state, QueueState::Queued { .. });
    if !is_held && !is_queued {
        return Ok(None);
    }
    let recorded = match order {
        Order::Drop(reply) => {
            let outcomes = vec![Outcome::Failed(reply.clone()); entry.pending().count()];
            let mut recorded = apply(entry, &outcomes, now, now);
            // It was not tried.
            recorded.entry.attempts = recorded.entry.attempts.saturating_sub(1);
            recorded
        }
        Order::Hold(_) if is_held => return Ok(None),
        Order::Release if is_queued => return Ok(None),
        Order::Hold(reason) => {
            entry.state = QueueState::Held {
                reason: reason.clone(),
                since: now,
            };
            unchanged(entry)
        }
        Order::Release | Order::Retry => {
            // While it can still be taken back it waits for that.
            let first = match before {
                Some(due) => Some(due).filter(|_| entry.attempts == 0),
                None => undo_ends(tx, &entry)?,
            };
            let due = first.map_or(now, |first| first.max(now));
            // What it could not be tried in does not count as having been tried.
            if let QueueState::Held { since, .. } = entry.state {
                entry.expires_at = entry.expires_at.after(now.since(since));
            }
            entry.state = QueueState::Queued { due };
            unchanged(entry)
        }
    };
    put(tx, before, &recorded.entry)?;
    if let (Some(copy), QueueState::Done { .. }) = (recorded.entry.copy, &recorded.entry.state) {
        crate::store::written::end_hold(tx, mailbox, copy)?;
    }
    Ok(Some(recorded))
}

/// Until when the sender of an entry can take it back, while they can.
fn undo_ends(tx: &dyn ReadTx, entry: &QueueEntry) -> Result<Option<Timestamp>, StoreError> {
    let Some(copy) = entry.copy else {
        return Ok(None);
    };
    let copy = messages::get(tx, entry.mailbox, copy)?;
    let hold = copy.and_then(|copy| copy.hold());
    Ok(hold
        .filter(|hold| hold.entry == entry.id)
        .map(|hold| hold.until))
}

fn unchanged(entry: QueueEntry) -> Recorded {
    Recorded {
        entry,
        failed: Vec::new(),
        relayed: Vec::new(),
        delayed: Vec::new(),
    }
}

impl DueRow {
    /// Who sends it, for turns: domain and mailbox.
    pub const fn sender(&self) -> (u64, MailboxId) {
        (self.domain, self.mailbox)
    }

    /// Whether it is later in the order of what is due.
    pub fn is_after(&self, other: &Self) -> bool {
        self.key() > other.key()
    }
}
