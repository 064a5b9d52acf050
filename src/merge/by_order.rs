//! Placing by order: a mailstore's volume is back, its IMAP is still closed, and an operator wants
//! everybody to find everything at the first sign-in.
//!
//! One pass over all that is due. Whoever orders it has had the guard look at the sentinel's files, and
//! gives a gate that stays open as long as the order holds. What is placed stays provisional until the
//! mailstore has its route back and a visit has seen it by IMAP.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, MutexGuard, PoisonError};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::ids::{MailboxId, MailstoreId};
use crate::store::directory::{self, Mailbox};
use crate::store::{StoreError, merge as journal, messages};

use super::visit::{Context, place_only};
use super::{Files, Gate, MailstoreAccess, Merger, VisitError};

/// Mailboxes that are read from the list at once.
const PAGE: usize = 256;

/// How far a pass has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Placed {
    /// Mailboxes that were gone through.
    pub mailboxes: u64,
    /// Those among them that wait for a reason of their own.
    pub waiting: u64,
    /// Messages that are in the mailstore without a UID.
    pub provisional: u64,
}

/// A pass that was ordered, as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pass {
    /// How far it has come.
    pub placed: Placed,
    /// Whether it goes on.
    pub is_running: bool,
    /// Why it ended early, if it did.
    pub failed: Option<String>,
}

/// Why nothing more is placed.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// No such mailstore, or its volume is not known here.
    #[error(
        "the mailstore {0} has no maildir in the configuration: its volume must be mounted here"
    )]
    NoFiles(MailstoreId),
    /// An order is being carried out.
    #[error("messages are being placed in the mailstore {0} already")]
    Already(MailstoreId),
    /// So many calls into the volume hang that it is left alone.
    #[error("the mailstore's volume does not answer: {0}")]
    Hangs(String),
    /// Lifeboat's own store is in trouble.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the visits of a pass count together.
#[derive(Debug, Default)]
struct Tally {
    mailboxes: AtomicU64,
    waiting: AtomicU64,
    provisional: AtomicU64,
}

impl Tally {
    fn placed(&self) -> Placed {
        Placed {
            mailboxes: self.mailboxes.load(Ordering::Relaxed),
            waiting: self.waiting.load(Ordering::Relaxed),
            provisional: self.provisional.load(Ordering::Relaxed),
        }
    }
}

impl Merger {
    /// The volume of a mailstore, if it is known here.
    pub fn files(&self, mailstore: &MailstoreId) -> Option<&Files> {
        let access = self
            .mailstores
            .iter()
            .find(|access| access.id == *mailstore);
        access.and_then(|access| access.files.as_ref())
    }

    /// The last pass that was ordered for a mailstore since the start.
    pub fn pass(&self, mailstore: &MailstoreId) -> Option<Pass> {
        self.files(mailstore)?.pass().clone()
    }

    /// Begins a pass over a mailstore's mailboxes, which [`Merger::place_now`] makes.
    ///
    /// # Errors
    /// When one is under way, or the mailstore's volume is not known here.
    pub fn begin_pass(&self, mailstore: &MailstoreId) -> Result<Running, PlaceError> {
        let files = self.files(mailstore);
        let files = files.ok_or_else(|| PlaceError::NoFiles(mailstore.clone()))?;
        let mut pass = files.pass();
        if pass.as_ref().is_some_and(|pass| pass.is_running) {
            return Err(PlaceError::Already(mailstore.clone()));
        }
        *pass = Some(Pass {
            is_running: true,
            ..Pass::default()
        });
        Ok(Running(files.clone()))
    }

    /// Goes once through all mailboxes of `mailstore` with something unmerged and places it, as far as
    /// `gate` lets it; [`Merger::pass`] tells how far it is. Whether the mailstore's own driver is the
    /// Maildir does not matter.
    ///
    /// # Errors
    /// [`PlaceError`]; what was placed so far stays.
    pub async fn place_now(
        &self,
        mailstore: &MailstoreId,
        running: Running,
        gate: Gate,
    ) -> Result<Placed, PlaceError> {
        let result = self.go_through(mailstore, gate, &running).await;
        if let Err(error) = &result {
            running.change(|pass| pass.failed = Some(error.to_string()));
        }
        result
    }

    async fn go_through(
        &self,
        mailstore: &MailstoreId,
        gate: Gate,
        running: &Running,
    ) -> Result<Placed, PlaceError> {
        let no_files = || PlaceError::NoFiles(mailstore.clone());
        let access = self.access(mailstore).ok_or_else(no_files)?;
        let mut access = MailstoreAccess::clone(access);
        access.files.as_mut().ok_or_else(no_files)?.places = true;
        let access = Arc::new(access);
        let context = Arc::new(Context {
            store: self.context.store.clone(),
            clock: self.context.clock.clone(),
            settings: self.context.settings,
            gate,
        });
        let permits = Arc::new(Semaphore::new(context.settings.concurrency.max(1)));
        let tally = Arc::new(Tally::default());
        let mut visits = JoinSet::new();
        let mut after = None;
        loop {
            let (last, page) = page(&context, &access, after)?;
            for mailbox in page {
                let Ok(permit) = permits.clone().acquire_owned().await else {
                    return Ok(tally.placed());
                };
                running.change(|pass| pass.placed = tally.placed());
                while let Some(done) = visits.try_join_next() {
                    heard(done)?;
                }
                let (context, access) = (context.clone(), access.clone());
                let tally = tally.clone();
                visits.spawn(async move {
                    let _permit = permit;
                    one(&context, &access, mailbox, &tally).await
                });
            }
            match last {
                Some(last) => after = Some(last),
                None => break,
            }
        }
        while let Some(done) = visits.join_next().await {
            running.change(|pass| pass.placed = tally.placed());
            heard(done)?;
        }
        running.change(|pass| pass.placed = tally.placed());
        Ok(tally.placed())
    }
}

impl Files {
    fn pass(&self) -> MutexGuard<'_, Option<Pass>> {
        self.pass.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A pass that is under way; it ends when this goes, however that happens.
#[derive(Debug)]
pub struct Running(Files);

impl Running {
    fn change(&self, change: impl FnOnce(&mut Pass)) {
        if let Some(pass) = self.0.pass().as_mut() {
            change(pass);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.change(|pass| pass.is_running = false);
    }
}

fn heard(done: Result<Result<(), PlaceError>, tokio::task::JoinError>) -> Result<(), PlaceError> {
    // A visit that panicked is one that was cut off.
    done.unwrap_or(Ok(()))
}

/// The next mailboxes with something unmerged.
fn page(
    context: &Context,
    access: &MailstoreAccess,
    after: Option<MailboxId>,
) -> Result<(Option<MailboxId>, Vec<Mailbox>), StoreError> {
    context.store.read(|tx| {
        let ids = messages::unmerged_mailboxes(tx, &access.id, after, PAGE)?;
        let mut page = Vec::with_capacity(ids.len());
        for id in &ids {
            let Some(address) = directory::address_of(tx, *id)? else {
                continue;
            };
            let record = directory::mailbox(tx, &address)?;
            let here = record.filter(|record| record.id == *id && record.mailstore == access.id);
            page.extend(here.map(|record| Mailbox { address, record }));
        }
        Ok((ids.last().copied(), page))
    })
}

async fn one(
    context: &Context,
    access: &MailstoreAccess,
    mailbox: Mailbox,
    tally: &Tally,
) -> Result<(), PlaceError> {
    let id = mailbox.record.id;
    let result = place_only(context, access, mailbox).await;
    let provisional = context.store.read(|tx| journal::provisional(tx, id))?;
    tally.provisional.fetch_add(provisional, Ordering::Relaxed);
    tally.mailboxes.fetch_add(1, Ordering::Relaxed);
    match result {
        Ok(()) => Ok(()),
        Err(error @ VisitError::Mailstore(_)) => Err(PlaceError::Hangs(error.to_string())),
        Err(VisitError::Store(error)) => Err(error.into()),
        Err(error @ (VisitError::Park { .. } | VisitError::Closed)) => {
            tracing::warn!(mailbox = %id, %error, "nothing is placed in a mailbox");
            tally.waiting.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }
    }
}
