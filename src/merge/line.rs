//! Who is next: those an operator put first, then the most recently active.
//!
//! How recently a mailbox was active is told by the youngest message that waits in it. There is no
//! index by that, and none has to be kept in step: the list of what is unmerged is gone through in
//! slices (a few reads a mailbox), the best of what was seen so far stand in a line of bounded length,
//! and the first of them start after the first slices. A pass over a million mailboxes takes many
//! slices, which may cost a tenth of the time; a mailstore with few has its exact order at
//! once.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use tokio::time::Instant;

use super::visit::Context;
use crate::clock::Timestamp;
use crate::ids::{MailboxId, MailstoreId};
use crate::store::directory::{self, Mailbox};
use crate::store::merge::{self as journal, orders};
use crate::store::{ReadTx, StoreError, messages, unmerged};

/// Longest line.
const LINE_MAX: usize = 1_024;
/// Mailboxes looked at in one read of the store.
const SLICE: usize = 256;
/// Slices between two starts.
const SLICES_MAX: usize = 16;
/// Going through the list may take one part in so many of the time.
const SHARE: u32 = 10;

/// A mailbox in the line; the smallest is next.
type Rank = (Reverse<bool>, bool, Reverse<Timestamp>, MailboxId);

/// The line of one mailstore.
pub(super) struct Line {
    mailstore: MailstoreId,
    ranks: BTreeSet<Rank>,
    of: HashMap<MailboxId, Rank>,
    /// Mailboxes that gave their place back: after the others.
    later: HashSet<MailboxId>,
    /// How far the pass over the list has come.
    cursor: Option<MailboxId>,
    /// Not before this is the list gone through further.
    look_at: Option<Instant>,
    /// Whether there were more than the line holds.
    overflowed: bool,
}

impl Line {
    pub(super) fn new(mailstore: MailstoreId) -> Self {
        Self {
            mailstore,
            ranks: BTreeSet::new(),
            of: HashMap::new(),
            later: HashSet::new(),
            cursor: None,
            look_at: None,
            overflowed: false,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.ranks.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ranks.is_empty()
    }

    /// Looks at the whole list anew, at once: an order was given, a gate has opened.
    pub(super) fn look_anew(&mut self) {
        self.cursor = None;
        self.look_at = None;
    }

    /// Has a mailbox wait until the others had their turn.
    pub(super) fn put_last(&mut self, mailbox: MailboxId) {
        self.later.insert(mailbox);
    }

    /// A mailbox's turn is over.
    pub(super) fn done(&mut self, mailbox: MailboxId) {
        self.later.remove(&mailbox);
    }

    /// Goes through some more of the list.
    pub(super) async fn look(
        &mut self,
        context: &Context,
        busy: &HashSet<MailboxId>,
    ) -> Result<(), StoreError> {
        let begun = Instant::now();
        let starved = self.overflowed && self.is_empty();
        if !starved && self.look_at.is_some_and(|at| at > begun) {
            return Ok(());
        }
        if starved {
            self.overflowed = false;
        }
        for _ in 0..SLICES_MAX {
            let is_over = self.slice(context, busy)?;
            if is_over {
                let pause = context.settings.poll.max(begun.elapsed() * (SHARE - 1));
                self.look_at = Some(Instant::now() + pause.min(Duration::from_secs(60)));
                return Ok(());
            }
            tokio::task::yield_now().await;
        }
        self.look_at = Some(Instant::now() + begun.elapsed() * (SHARE - 1));
        Ok(())
    }

    /// One read: whether the pass is over.
    fn slice(&mut self, context: &Context, busy: &HashSet<MailboxId>) -> Result<bool, StoreError> {
        let begins = self.cursor.is_none();
        let (seen, last) = context.store.read(|tx| {
            let mut seen = Vec::new();
            if begins {
                for id in orders::first(tx, &self.mailstore)? {
                    if !busy.contains(&id) {
                        seen.extend(self.rank(tx, context, id, true)?);
                    }
                }
            }
            let ids = messages::unmerged_mailboxes(tx, &self.mailstore, self.cursor, SLICE)?;
            for id in &ids {
                if !busy.contains(id) {
                    seen.extend(self.rank(tx, context, *id, false)?);
                }
            }
            Ok::<_, StoreError>((seen, ids.last().copied().filter(|_| ids.len() == SLICE)))
        })?;
        for rank in seen {
            self.insert(rank);
        }
        self.cursor = last;
        Ok(last.is_none())
    }

    /// Where a mailbox stands; none if it is not to be merged now.
    fn rank(
        &self,
        tx: &dyn ReadTx,
        context: &Context,
        id: MailboxId,
        first: bool,
    ) -> Result<Option<Rank>, StoreError> {
        let Some(youngest) = unmerged::youngest(tx, &self.mailstore, id)? else {
            return Ok(None);
        };
        if self.due(tx, context, id)?.is_none() {
            return Ok(None);
        }
        let active_at = messages::get(tx, id, youngest)?.map(|message| message.received_at);
        let active_at = active_at.unwrap_or_default();
        Ok(Some((
            Reverse(first),
            self.later.contains(&id),
            Reverse(active_at),
            id,
        )))
    }

    /// The mailbox, if it may be merged now.
    fn due(
        &self,
        tx: &dyn ReadTx,
        context: &Context,
        id: MailboxId,
    ) -> Result<Option<Mailbox>, StoreError> {
        let now = context.clock.now();
        let parked = journal::mailbox(tx, id)?.and_then(|state| state.parked);
        if parked.is_some_and(|parked| parked.next_attempt_at > now) {
            return Ok(None);
        }
        let Some(address) = directory::address_of(tx, id)? else {
            return Ok(None);
        };
        let Some(record) = directory::mailbox(tx, &address)? else {
            return Ok(None);
        };
        let open = (context.gate)(&self.mailstore, &address).is_some();
        let is_due = open && record.id == id && record.mailstore == self.mailstore;
        Ok(is_due.then_some(Mailbox { address, record }))
    }

    fn insert(&mut self, rank: Rank) {
        let id = rank.3;
        match self.of.get(&id) {
            // First in line stays so until its turn.
            Some(known) if known.0 < rank.0 => return,
            Some(known) => {
                self.ranks.remove(known);
            }
            None => {}
        }
        self.ranks.insert(rank);
        self.of.insert(id, rank);
        if self.ranks.len() > LINE_MAX
            && let Some(last) = self.ranks.pop_last()
        {
            self.of.remove(&last.3);
            self.overflowed = true;
        }
    }

    /// Takes the next mailbox that may still be merged out of the line.
    pub(super) fn next(&mut self, context: &Context) -> Result<Option<Mailbox>, StoreError> {
        while let Some(rank) = self.ranks.pop_first() {
            self.of.remove(&rank.3);
            let due = context.store.read(|tx| self.due(tx, context, rank.3))?;
            if due.is_some() {
                return Ok(due);
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests;
