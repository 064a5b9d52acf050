//! The search index is filled while somebody searches, and goes on behind them until all is in it.
//!
//! One task for a mailbox, which takes its turn with those of other mailboxes after every batch: a large
//! mailbox holds nobody up. It writes what can be made again from the messages, so it may be cut off
//! anywhere.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, timeout_at};

use super::mailbox::raw;
use super::{Service, ServiceError};
use crate::ids::MailboxId;
use crate::mail::view::View;
use crate::mail::{Mailbox as Person, Summary};
use crate::store::messages::{self, MessageRecord};
use crate::store::search::{self, Places, Words};

/// Messages indexed in one transaction.
const BATCH: usize = 50;
/// Batches of different mailboxes at the same time.
const AT_ONCE: usize = 2;
/// How long a search waits for the index.
const PATIENCE: Duration = Duration::from_millis(700);
/// How often a search has the index filled: mail may come in meanwhile.
const STARTS_MAX: usize = 3;
/// Messages over this size are found by their headers only, in bytes.
const BODY_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// How much text of a message is indexed, in bytes.
const TEXT_BYTES_MAX: usize = 256 * 1024;

/// The mailboxes whose index is being filled; clones share it.
#[derive(Clone, Debug)]
pub struct SearchIndex(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    running: Mutex<HashMap<MailboxId, watch::Receiver<()>>>,
    turns: Semaphore,
}

impl Default for SearchIndex {
    fn default() -> Self {
        Self(Arc::new(Shared {
            running: Mutex::default(),
            turns: Semaphore::new(AT_ONCE),
        }))
    }
}

impl SearchIndex {
    /// Fills the index of a mailbox in the background, unless that is under way. What is returned
    /// closes when it ends.
    fn start(&self, service: &Service, mailbox: MailboxId) -> watch::Receiver<()> {
        let mut running = self.running();
        match running.entry(mailbox) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(new) => {
                let (ends, ended) = watch::channel(());
                new.insert(ended.clone());
                let (index, service) = (self.clone(), service.clone());
                tokio::spawn(async move {
                    let filled = index.fill(&service, mailbox).await;
                    index.running().remove(&mailbox);
                    drop(ends);
                    if let Err(error) = filled {
                        tracing::warn!(%mailbox, %error, "the search index is not complete");
                    }
                });
                ended
            }
        }
    }

    fn running(&self) -> std::sync::MutexGuard<'_, HashMap<MailboxId, watch::Receiver<()>>> {
        self.0
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    async fn fill(&self, service: &Service, mailbox: MailboxId) -> Result<(), ServiceError> {
        loop {
            // It is never closed.
            let _turn = self.0.turns.acquire().await.ok();
            if !index_some(service, mailbox).await? {
                return Ok(());
            }
        }
    }
}

/// Brings the index of a mailbox up to date, as far as that goes in a moment; the rest follows in the
/// background.
///
/// # Errors
/// When the store fails.
pub(super) async fn catch_up(service: &Service, mailbox: MailboxId) -> Result<(), ServiceError> {
    let until = Instant::now() + PATIENCE;
    for _ in 0..STARTS_MAX {
        let pending = service.store.read(|tx| search::pending(tx, mailbox, 1))?;
        if pending.is_empty() {
            break;
        }
        let mut ended = service.index.start(service, mailbox);
        // Nothing is ever sent: it closes.
        if timeout_at(until, ended.changed()).await.is_err() {
            break;
        }
    }
    Ok(())
}

/// Indexes the next batch; returns whether there was one.
async fn index_some(service: &Service, mailbox: MailboxId) -> Result<bool, ServiceError> {
    let pending = service.store.read(|tx| {
        let mut pending = Vec::new();
        for id in search::pending(tx, mailbox, BATCH)? {
            pending.extend(messages::get(tx, mailbox, id)?);
        }
        Ok::<_, ServiceError>(pending)
    })?;
    if pending.is_empty() {
        return Ok(false);
    }
    let mut found = Vec::with_capacity(pending.len());
    for message in &pending {
        found.push((message.id, words_of(service, message).await?));
    }
    service
        .store
        .write(move |tx| search::add(tx, mailbox, &found))
        .await?;
    Ok(true)
}

/// The words of a message. A body that cannot be read is passed over: its headers are found still.
async fn words_of(service: &Service, message: &MessageRecord) -> Result<Words, ServiceError> {
    let mut words = words_of_summary(&message.summary);
    if message.size_bytes > BODY_BYTES_MAX {
        return Ok(words);
    }
    let whole = match raw(service, message).await {
        Ok(whole) => whole,
        Err(error) => {
            tracing::warn!(id = %message.id, %error, "a message cannot be read for the index");
            return Ok(words);
        }
    };
    let parsed = tokio::task::spawn_blocking(move || {
        let view = View::parse(&whole);
        let mut words = Words::default();
        let text = view.plain_text();
        let end = (0..=TEXT_BYTES_MAX.min(text.len()))
            .rev()
            .find(|&at| text.is_char_boundary(at));
        words.add(
            text.get(..end.unwrap_or(0)).unwrap_or_default(),
            Places::TEXT,
        );
        for file in &view.attachments {
            words.add(&file.file_name, Places::TEXT);
        }
        words
    })
    .await;
    if let Ok(parsed) = parsed {
        words.merge(parsed);
    }
    Ok(words)
}

/// The words of what lists show.
pub(super) fn words_of_summary(summary: &Summary) -> Words {
    let mut words = Words::default();
    words.add(&summary.subject, Places::SUBJECT);
    if let Some(from) = &summary.from {
        add_person(&mut words, from, Places::FROM);
    }
    for person in summary.to.iter().chain(&summary.cc) {
        add_person(&mut words, person, Places::TO);
    }
    if summary.has_attachment {
        words.add_attachments();
    }
    words
}

fn add_person(words: &mut Words, person: &Person, places: Places) {
    words.add(person.name.as_deref().unwrap_or_default(), places);
    words.add(&person.address, places);
}
