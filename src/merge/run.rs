//! Which mailbox is visited when.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use crate::clock::SharedClock;
use crate::ids::MailboxId;
use crate::store::directory::{self, Mailbox};
use crate::store::{Store, StoreError, merge as journal, messages};

use super::visit::{Context, visit};
use super::{Gate, MailstoreAccess, Settings, VisitError};

/// Mailboxes that are read from the list at once.
const PAGE: usize = 256;

/// Merges, as long as it runs, whatever may be merged.
pub struct Merger {
    context: Arc<Context>,
    mailstores: Vec<Arc<MailstoreAccess>>,
    wake: watch::Sender<()>,
}

impl std::fmt::Debug for Merger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Merger")
            .field("mailstores", &self.mailstores)
            .finish_non_exhaustive()
    }
}

/// One mailstore's part of the work.
struct Lane {
    context: Arc<Context>,
    access: Arc<MailstoreAccess>,
    permits: Arc<Semaphore>,
    busy: Mutex<HashSet<MailboxId>>,
    down: Mutex<Down>,
}

/// How long nobody is tried, because the mailstore as a whole did not answer.
#[derive(Default)]
struct Down {
    attempts: u32,
    until: Option<tokio::time::Instant>,
}

impl Merger {
    /// A merge into `mailstores`, of what `gate` lets through.
    pub fn new(
        store: Store,
        clock: SharedClock,
        settings: Settings,
        mailstores: Vec<MailstoreAccess>,
        gate: Gate,
    ) -> Self {
        Self {
            context: Arc::new(Context {
                store,
                clock,
                settings,
                gate,
            }),
            mailstores: mailstores.into_iter().map(Arc::new).collect(),
            wake: watch::Sender::new(()),
        }
    }

    /// Looks at once for what there is to merge: a gate has opened, an operator is waiting.
    pub fn wake(&self) {
        self.wake.send_replace(());
    }

    /// Merges until `stop` becomes true; then lets running visits end at their next step. Dropping
    /// the future instead is safe as well: the journal knows.
    pub async fn run(&self, stop: watch::Receiver<bool>) {
        let lanes = self.mailstores.iter().map(|access| {
            let lane = Arc::new(Lane {
                context: self.stoppable(&stop),
                access: access.clone(),
                permits: Arc::new(Semaphore::new(self.context.settings.concurrency.max(1))),
                busy: Mutex::default(),
                down: Mutex::default(),
            });
            self.run_lane(lane, stop.clone())
        });
        futures_util::future::join_all(lanes).await;
    }

    /// The same context with a gate that closes when the merge is to stop.
    fn stoppable(&self, stop: &watch::Receiver<bool>) -> Arc<Context> {
        let (gate, stop) = (self.context.gate.clone(), stop.clone());
        Arc::new(Context {
            store: self.context.store.clone(),
            clock: self.context.clock.clone(),
            settings: self.context.settings,
            gate: Arc::new(move |mailstore, address| {
                if *stop.borrow() {
                    None
                } else {
                    gate(mailstore, address)
                }
            }),
        })
    }

    async fn run_lane(&self, lane: Arc<Lane>, mut stop: watch::Receiver<bool>) {
        let mut visits = JoinSet::new();
        let mut woken = self.wake.subscribe();
        while !*stop.borrow() {
            let begun = tokio::time::Instant::now();
            let started = lane.start_visits(&mut visits, &stop).await;
            let started = started.unwrap_or_else(|error| {
                tracing::error!(mailstore = %lane.access.id, %error,
                    "the merge cannot read the store");
                0
            });
            let mut pause = lane.context.settings.poll;
            if started == 0 {
                // Going through a long list of what may not be merged yet takes at most a tenth.
                pause = pause.max(begun.elapsed() * 9).min(PAUSE_MAX);
            }
            let pause = tokio::time::sleep(pause);
            tokio::select! {
                () = pause => {}
                _ = woken.changed() => {}
                _ = stop.wait_for(|stop| *stop) => break,
            }
            while visits.try_join_next().is_some() {}
        }
        while visits.join_next().await.is_some() {}
    }
}

impl Lane {
    /// Goes once through all mailboxes with something unmerged and starts what may start; returns how
    /// many it started.
    async fn start_visits(
        self: &Arc<Self>,
        visits: &mut JoinSet<()>,
        stop: &watch::Receiver<bool>,
    ) -> Result<usize, StoreError> {
        let mut started = 0;
        let mut after = None;
        loop {
            if self.is_down() {
                return Ok(started);
            }
            let (last, due) = self.page(after)?;
            for mailbox in due {
                // One lane never starts more than it may run.
                let Ok(permit) = self.permits.clone().acquire_owned().await else {
                    return Ok(started);
                };
                if *stop.borrow() || self.is_down() {
                    return Ok(started);
                }
                let lane = self.clone();
                started += 1;
                visits.spawn(async move { lane.visit(mailbox, permit).await });
                while visits.try_join_next().is_some() {}
            }
            match last {
                Some(last) => after = Some(last),
                None => return Ok(started),
            }
        }
    }

    /// The next mailboxes with something unmerged: the last one looked at, and those that are due.
    fn page(
        &self,
        after: Option<MailboxId>,
    ) -> Result<(Option<MailboxId>, Vec<Mailbox>), StoreError> {
        let now = self.context.clock.now();
        self.context.store.read(|tx| {
            let ids = messages::unmerged_mailboxes(tx, &self.access.id, after, PAGE)?;
            let mut due = Vec::new();
            for id in &ids {
                let parked = journal::mailbox(tx, *id)?.and_then(|state| state.parked);
                let waits = parked.is_some_and(|parked| parked.next_attempt_at > now);
                if waits || lock(&self.busy).contains(id) {
                    continue;
                }
                let Some(address) = directory::address_of(tx, *id)? else {
                    continue;
                };
                let Some(record) = directory::mailbox(tx, &address)? else {
                    continue;
                };
                let open = (self.context.gate)(&self.access.id, &address).is_some();
                if open && record.id == *id && record.mailstore == self.access.id {
                    due.push(Mailbox { address, record });
                }
            }
            Ok((ids.last().copied(), due))
        })
    }

    async fn visit(&self, mailbox: Mailbox, permit: OwnedSemaphorePermit) {
        let id = mailbox.record.id;
        if !lock(&self.busy).insert(id) {
            return;
        }
        let _busy = Busy { lane: self, id };
        let result = visit(&self.context, &self.access, mailbox).await;
        self.learn(&result);
        match result {
            Ok(()) => tracing::info!(mailbox = %id, "merged"),
            Err(VisitError::Closed) => {}
            Err(VisitError::Park { reason, detail }) => {
                tracing::warn!(mailbox = %id, ?reason, detail, "the merge of a mailbox waits");
            }
            Err(error @ VisitError::Mailstore(_)) => {
                tracing::warn!(mailstore = %self.access.id, %error, "the merge waits");
            }
            Err(error @ VisitError::Store(_)) => {
                tracing::error!(mailbox = %id, %error, "the merge of a mailbox failed");
            }
        }
        drop(permit);
    }

    fn is_down(&self) -> bool {
        let until = lock(&self.down).until;
        until.is_some_and(|until| until > tokio::time::Instant::now())
    }

    /// A mailstore that does not answer is left alone for a while; one that does is back.
    fn learn(&self, result: &Result<(), VisitError>) {
        let mut down = lock(&self.down);
        match result {
            Err(VisitError::Mailstore(_)) => {
                // Those that were under way together count once.
                if down
                    .until
                    .is_none_or(|until| until <= tokio::time::Instant::now())
                {
                    down.attempts = down.attempts.saturating_add(1);
                    let wait = super::wait_after(down.attempts).min(DOWN_MAX);
                    down.until = Some(tokio::time::Instant::now() + wait);
                }
            }
            Err(VisitError::Closed | VisitError::Store(_)) => {}
            Ok(()) | Err(VisitError::Park { .. }) => *down = Down::default(),
        }
    }
}

/// Nothing waits longer than this for the next look.
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// A mailstore is asked at least this often.
const DOWN_MAX: Duration = Duration::from_secs(60);

/// Takes a mailbox off the list of busy ones, however its visit ends.
struct Busy<'a> {
    lane: &'a Lane,
    id: MailboxId,
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        lock(&self.lane.busy).remove(&self.id);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
