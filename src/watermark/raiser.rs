//! Which mailbox is raised when.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};

use super::Access;
use super::board::{Board, Progress};
use super::raise::{Raise, RaiseError};
use crate::clock::SharedClock;
use crate::ids::{Address, Epoch, MailstoreId, random_bytes};
use crate::schedule::Backoff;
use crate::store::directory::{self, Mailbox};
use crate::store::watermarks::{self, RaiseRecord};
use crate::store::{Store, StoreError, failover, unmerged};

/// Mailboxes that are read at once.
const PAGE: usize = 256;
/// How often it is looked whether there is something to do.
const POLL: Duration = Duration::from_secs(1);
/// How long to wait before those that are left are tried again.
const ROUND: Duration = Duration::from_secs(2);
/// Nothing waits longer than this for the next round.
const ROUND_MAX: Duration = Duration::from_secs(60);
/// Between two attempts at a mailbox that waits.
const BACKOFF: Backoff = Backoff {
    first: Duration::from_secs(5),
    max: Duration::from_secs(600),
};
/// How long a mailstore that cannot be reached is left alone.
const PAUSE: Backoff = Backoff {
    first: Duration::from_secs(2),
    max: Duration::from_secs(60),
};

/// How fast it is raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RaiseSettings {
    /// Mailboxes of one mailstore in a second; at least 1.
    pub per_second: u32,
    /// Mailboxes of one mailstore at the same time.
    pub concurrency: usize,
}

/// Says under which epoch the mailboxes of a mailstore may be raised now.
pub type Gate = Arc<dyn Fn(&MailstoreId) -> Option<Epoch> + Send + Sync>;
/// Is told that all mailboxes of a mailstore are raised; may be told again.
pub type Done = Arc<dyn Fn(&MailstoreId, Epoch) + Send + Sync>;

/// Raises, as long as it runs, whatever has to be raised.
pub struct Raiser {
    shared: Arc<Shared>,
    mailstores: Vec<Arc<Access>>,
}

struct Shared {
    store: Store,
    clock: SharedClock,
    settings: RaiseSettings,
    gate: Gate,
    done: Done,
    board: Board,
}

impl std::fmt::Debug for Raiser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Raiser")
            .field("mailstores", &self.mailstores)
            .finish_non_exhaustive()
    }
}

/// What a round through all mailboxes came to.
#[derive(Default)]
struct Round {
    /// Mailboxes of the mailstore.
    total: u64,
    /// Those that are not raised.
    left: u64,
    /// Why nobody could be raised.
    trouble: Option<String>,
    /// It was broken off.
    is_cut: bool,
}

/// Visits under way.
struct Visits {
    running: JoinSet<Result<(), RaiseError>>,
    ticks: Interval,
    permits: Arc<Semaphore>,
}

impl Raiser {
    /// Raises the mailboxes of `mailstores` that `gate` lets through, and tells `done` when all are.
    pub fn new(
        store: Store,
        clock: SharedClock,
        settings: RaiseSettings,
        mailstores: Vec<Access>,
        gate: Gate,
        done: Done,
        board: Board,
    ) -> Self {
        Self {
            shared: Arc::new(Shared {
                store,
                clock,
                settings,
                gate,
                done,
                board,
            }),
            mailstores: mailstores.into_iter().map(Arc::new).collect(),
        }
    }

    /// Runs until it is dropped, which does no harm at any moment. Looks at once when `wake` changes.
    pub async fn run(&self, wake: watch::Receiver<u64>) {
        let lanes = self.mailstores.iter().map(|access| {
            let lane = Lane {
                shared: self.shared.clone(),
                access: access.clone(),
            };
            lane.run(wake.clone())
        });
        futures_util::future::join_all(lanes).await;
    }
}

/// One mailstore's part of the work.
#[derive(Clone)]
struct Lane {
    shared: Arc<Shared>,
    access: Arc<Access>,
}

impl Lane {
    async fn run(self, mut wake: watch::Receiver<u64>) {
        let mut begun: Option<Epoch> = None;
        let mut troubles: u32 = 0;
        self.sweep().await;
        loop {
            let mut pause = POLL;
            if let Some(epoch) = (self.shared.gate)(&self.access.id) {
                if begun != Some(epoch) {
                    match self.begin(epoch).await {
                        Ok(()) => begun = Some(epoch),
                        Err(error) => self.complain(&error),
                    }
                }
                if begun == Some(epoch) {
                    let start = Instant::now();
                    let round = self.round(epoch).await;
                    pause = self.conclude(epoch, start.elapsed(), round, &mut troubles);
                }
            } else if begun.take().is_some() {
                // Over, or paused.
                self.sweep().await;
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                Ok(()) = wake.changed() => {}
            }
        }
    }

    fn complain(&self, error: &StoreError) {
        tracing::error!(mailstore = %self.access.id, %error, "UIDs cannot be raised");
    }

    fn is_open(&self, epoch: Epoch) -> bool {
        (self.shared.gate)(&self.access.id) == Some(epoch)
    }

    /// Removes the rows of raisings that are over.
    async fn sweep(&self) {
        loop {
            let id = self.access.id.clone();
            let more = self.shared.store.write(move |tx| {
                let raising = failover::mailstore(tx, &id)?.state.raising;
                watermarks::sweep(tx, &id, raising.map(|raising| raising.epoch))
            });
            match more.await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => return self.complain(&error),
            }
        }
    }

    /// Counts what was done before, after a restart.
    async fn begin(&self, epoch: Epoch) -> Result<(), StoreError> {
        self.sweep().await;
        let id = &self.access.id;
        let done = self
            .shared
            .store
            .read(|tx| watermarks::count_raised(tx, id, epoch))?;
        let progress = Progress {
            epoch,
            total: self.count().await?,
            done,
            trouble: None,
        };
        tracing::info!(mailstore = %id, mailboxes = progress.total, done, "UIDs are raised");
        self.shared.board.start(id, progress);
        Ok(())
    }

    async fn count(&self) -> Result<u64, StoreError> {
        let (mut total, mut after) = (0, None);
        loop {
            let page = self.page(after.as_ref())?;
            let ours = page.iter().filter(|m| m.record.mailstore == self.access.id);
            total += ours.count() as u64;
            match page.last() {
                Some(last) => after = Some(last.address.clone()),
                None => return Ok(total),
            }
            tokio::task::yield_now().await;
        }
    }

    fn page(&self, after: Option<&Address>) -> Result<Vec<Mailbox>, StoreError> {
        self.shared
            .store
            .read(|tx| directory::mailboxes(tx, None, after, PAGE))
    }

    /// Those with unmerged mail first, then all.
    async fn round(&self, epoch: Epoch) -> Round {
        let settings = self.shared.settings;
        let mut ticks = interval(Duration::from_secs(1) / settings.per_second.max(1));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut visits = Visits {
            running: JoinSet::new(),
            ticks,
            permits: Arc::new(Semaphore::new(settings.concurrency.max(1))),
        };
        let mut round = Round::default();
        let result = self.urgent(epoch, &mut visits, &mut round).await;
        self.settle(&mut visits, &mut round).await;
        round.left = 0;
        let result = match result {
            Ok(()) => self.all(epoch, &mut visits, &mut round).await,
            failed => failed,
        };
        self.settle(&mut visits, &mut round).await;
        if let Err(error) = result {
            self.complain(&error);
            round.is_cut = true;
        }
        round
    }

    async fn urgent(
        &self,
        epoch: Epoch,
        visits: &mut Visits,
        round: &mut Round,
    ) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let page = self.shared.store.read(|tx| {
                let ids = unmerged::unmerged_mailboxes(tx, &self.access.id, after, PAGE)?;
                let mut page = Vec::new();
                for id in &ids {
                    // Whoever has its address now may be another.
                    page.extend(directory::by_id(tx, *id)?);
                }
                Ok::<_, StoreError>((ids.last().copied(), page))
            });
            let (last, page) = page?;
            for mailbox in page {
                if !self.consider(epoch, mailbox, visits, round).await? {
                    return Ok(());
                }
            }
            match last {
                Some(last) => after = Some(last),
                None => return Ok(()),
            }
        }
    }

    async fn all(
        &self,
        epoch: Epoch,
        visits: &mut Visits,
        round: &mut Round,
    ) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let page = self.page(after.as_ref())?;
            let Some(last) = page.last().map(|mailbox| mailbox.address.clone()) else {
                return Ok(());
            };
            after = Some(last);
            for mailbox in page {
                if mailbox.record.mailstore == self.access.id {
                    round.total += 1;
                }
                if !self.consider(epoch, mailbox, visits, round).await? {
                    return Ok(());
                }
            }
            tokio::task::yield_now().await;
        }
    }

    /// Starts the visit of a mailbox that is due; says whether to go on.
    async fn consider(
        &self,
        epoch: Epoch,
        mailbox: Mailbox,
        visits: &mut Visits,
        round: &mut Round,
    ) -> Result<bool, StoreError> {
        if mailbox.record.mailstore != self.access.id {
            return Ok(true);
        }
        let known = self
            .shared
            .store
            .read(|tx| watermarks::raise(tx, &self.access.id, epoch, &mailbox.address))?;
        let attempts = match known {
            Some(RaiseRecord::Raised { .. } | RaiseRecord::Accepted { .. }) => return Ok(true),
            Some(RaiseRecord::Blocked {
                next_attempt_at, ..
            }) if next_attempt_at > self.shared.clock.now() => {
                round.left += 1;
                return Ok(true);
            }
            Some(RaiseRecord::Blocked { attempts, .. }) => attempts,
            Some(RaiseRecord::Intended { .. }) | None => 0,
        };
        visits.ticks.tick().await;
        let Ok(permit) = visits.permits.clone().acquire_owned().await else {
            return Ok(false);
        };
        while let Some(ended) = visits.running.try_join_next() {
            self.count_in(ended.unwrap_or(Err(RaiseError::Closed)), round);
        }
        if round.trouble.is_some() || !self.is_open(epoch) {
            round.is_cut = true;
            return Ok(false);
        }
        let lane = self.clone();
        visits.running.spawn(async move {
            let result = lane.visit(epoch, &mailbox, attempts).await;
            drop(permit);
            result
        });
        Ok(true)
    }

    async fn settle(&self, visits: &mut Visits, round: &mut Round) {
        while let Some(ended) = visits.running.join_next().await {
            self.count_in(ended.unwrap_or(Err(RaiseError::Closed)), round);
        }
    }

    fn count_in(&self, ended: Result<(), RaiseError>, round: &mut Round) {
        match ended {
            Ok(()) => self.shared.board.change(&self.access.id, |p| p.done += 1),
            Err(RaiseError::Mailstore(why)) => round.trouble = Some(why),
            Err(RaiseError::Passing(_) | RaiseError::Blocked(_) | RaiseError::Closed) => {
                round.left += 1;
            }
            Err(RaiseError::Store(error)) => {
                round.left += 1;
                self.complain(&error);
            }
        }
    }

    /// Raises one mailbox, and writes down what stands in its way.
    async fn visit(
        &self,
        epoch: Epoch,
        mailbox: &Mailbox,
        attempts: u32,
    ) -> Result<(), RaiseError> {
        let Some(doveadm) = &self.access.doveadm else {
            let why =
                "no way to raise UIDs is configured: set the mailstore's doveadm or raise_command";
            return Err(RaiseError::Mailstore(why.into()));
        };
        let is_open = || self.is_open(epoch);
        let raise = Raise {
            store: &self.shared.store,
            clock: &self.shared.clock,
            access: &self.access,
            doveadm,
            epoch,
            mailbox,
            is_open: &is_open,
        };
        let result = raise.run().await;
        let why = match &result {
            Err(RaiseError::Passing(why) | RaiseError::Blocked(why)) => why.clone(),
            _ => return result,
        };
        let (id, address) = (self.access.id.clone(), mailbox.address.clone());
        tracing::warn!(mailstore = %id, mailbox = %mailbox.record.id, why, "a mailbox is not raised");
        let record = self.blocked(why, attempts.saturating_add(1));
        self.shared
            .store
            .write(move |tx| watermarks::put_raise(tx, &id, epoch, &address, &record))
            .await?;
        result
    }

    fn blocked(&self, why: String, attempts: u32) -> RaiseRecord {
        let [jitter] = random_bytes();
        let now = self.shared.clock.now();
        RaiseRecord::Blocked {
            since: now,
            why,
            attempts,
            next_attempt_at: now.after(BACKOFF.delay(attempts, jitter)),
        }
    }

    /// Says how the round ended, and how long to wait for the next.
    fn conclude(&self, epoch: Epoch, took: Duration, round: Round, troubles: &mut u32) -> Duration {
        let board = &self.shared.board;
        if let Some(why) = round.trouble {
            tracing::warn!(mailstore = %self.access.id, why, "the raising of UIDs waits");
            board.change(&self.access.id, |p| p.trouble = Some(why));
            *troubles = troubles.saturating_add(1);
            let [jitter] = random_bytes();
            return PAUSE.delay(*troubles, jitter);
        }
        *troubles = 0;
        if round.is_cut {
            return POLL;
        }
        board.change(&self.access.id, |p| {
            p.total = round.total;
            p.trouble = None;
        });
        if round.left == 0 && self.is_open(epoch) {
            (self.shared.done)(&self.access.id, epoch);
        }
        // Going through a long directory for a few that are left takes at most a tenth.
        ROUND.max(took * 9).min(ROUND_MAX)
    }
}
