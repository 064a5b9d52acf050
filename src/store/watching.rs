//! Who waits for changes of a mailbox: woken when a commit that changed it is durable.
//!
//! One place feeds it: the writer, which sees every key that a commit changes. Whatever happens to a
//! message changes its mailbox's state row; whatever happens to a mailstore, an override or the
//! operator's words concerns everybody. Where nobody waits it costs a look at an empty map.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::keys::{self, Table};
use crate::ids::MailboxId;

/// Most that wait for one mailbox.
pub const WATCHES_PER_MAILBOX_MAX: usize = 6;
/// Most that wait in all: half of the connections that the pages take.
pub const WATCHES_MAX: usize = 2_048;

/// The registry; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Watchers {
    waiting: Arc<Mutex<HashMap<MailboxId, watch::Sender<()>>>>,
    directory_changes: Arc<AtomicU64>,
    events: Arc<watch::Sender<u64>>,
}

/// One that waits. Gives its place back when dropped.
#[derive(Debug)]
pub struct Watch {
    watchers: Watchers,
    mailbox: MailboxId,
    changes: watch::Receiver<()>,
}

impl Watch {
    /// Waits until the mailbox changed since the last call, or what concerns everybody did.
    pub async fn changed(&mut self) {
        if self.changes.changed().await.is_err() {
            // The sender lives as long as this does.
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut waiting = self.watchers.lock();
        // This receiver is still counted.
        let is_last = waiting
            .get(&self.mailbox)
            .is_some_and(|sender| sender.receiver_count() <= 1);
        if is_last {
            waiting.remove(&self.mailbox);
        }
    }
}

/// What the keys of a group of commits concern.
#[derive(Debug, Default)]
pub struct Touched {
    mailboxes: BTreeSet<MailboxId>,
    everybody: bool,
    directory: bool,
    events: bool,
}

impl Touched {
    /// Notes a key that is written or removed.
    pub fn note(&mut self, key: &[u8]) {
        let Some(&table) = key.first() else { return };
        if table == Table::MailboxState as u8 {
            let id = keys::part(key, 1).map(MailboxId::from_bytes);
            self.mailboxes.extend(id);
        }
        self.events |= table == Table::Event as u8;
        self.directory |= [
            Table::Mailbox as u8,
            Table::Alias as u8,
            Table::Domain as u8,
        ]
        .contains(&table);
        self.everybody |= [
            Table::MailstoreState as u8,
            Table::Override as u8,
            Table::Words as u8,
        ]
        .contains(&table);
    }
}

impl Watchers {
    fn lock(&self) -> MutexGuard<'_, HashMap<MailboxId, watch::Sender<()>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to wait for a mailbox; `None` when too many do.
    pub fn watch(&self, mailbox: MailboxId) -> Option<Watch> {
        let mut waiting = self.lock();
        let all: usize = waiting.values().map(watch::Sender::receiver_count).sum();
        let own = waiting
            .get(&mailbox)
            .map_or(0, watch::Sender::receiver_count);
        if all >= WATCHES_MAX || own >= WATCHES_PER_MAILBOX_MAX {
            return None;
        }
        let sender = waiting
            .entry(mailbox)
            .or_insert_with(|| watch::Sender::new(()));
        Some(Watch {
            watchers: self.clone(),
            mailbox,
            changes: sender.subscribe(),
        })
    }

    /// Changes whenever the log of events grew.
    pub fn watch_events(&self) -> watch::Receiver<u64> {
        self.events.subscribe()
    }

    /// How often the directory of mailboxes was changed since the store was opened.
    pub fn directory_changes(&self) -> u64 {
        self.directory_changes.load(Ordering::Relaxed)
    }

    /// Wakes those whom it concerns, once it is durable.
    pub fn wake(&self, touched: &Touched) {
        if touched.directory {
            self.directory_changes.fetch_add(1, Ordering::Relaxed);
        }
        if touched.events {
            self.events
                .send_modify(|count| *count = count.wrapping_add(1));
        }
        if touched.mailboxes.is_empty() && !touched.everybody {
            return;
        }
        let waiting = self.lock();
        if touched.everybody {
            for sender in waiting.values() {
                sender.send_replace(());
            }
            return;
        }
        for mailbox in &touched.mailboxes {
            if let Some(sender) = waiting.get(mailbox) {
                sender.send_replace(());
            }
        }
    }
}

#[cfg(test)]
mod tests;
