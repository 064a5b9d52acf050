//! The worker: claims what is due, sends it, records what became of it.
//!
//! Several messages go out at a time, each over a connection of its own, which is used again for the
//! next while the result is written. Senders take turns. Smarthosts that cannot be reached are everybody's trouble: all pause, and
//! nothing but the pause counts against a message. When the process stops, what is on its way is finished;
//! what was claimed and not sent is due again at the next start. What was finished long ago is removed.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{Id, JoinSet};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use self::ahead::Ahead;
use super::dkim::SharedSigners;
use super::lane::Lane;
use super::pool::Pool;
use super::relay::Smarthost;
use crate::clock::{SharedClock, Timestamp};
use crate::ids::{MailboxId, random_bytes};
use crate::panics;
use crate::schedule::{Backoff, in_turns};
use crate::store::queue::{self, DueRow, QueueEntry};
use crate::store::{ReadTx, Store, StoreError};

mod ahead;

/// The queue is looked at this often: one read, and the longest that a new message waits.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long to wait after the store failed to answer.
const STORE_PAUSE: Duration = Duration::from_secs(1);
/// How long a claim holds: longer than what is claimed waits ([`KEEP_CLAIMED`]) and is tried at one smarthost after
/// another ([`super::lane::SENDING_MAX`] each), or one message would go out twice. A server that starts gives back what
/// one before it had claimed.
const LEASE: Duration = Duration::from_secs(5 * 3600);
/// What is claimed and not begun after this is given back: its claim begins anew.
const KEEP_CLAIMED: Duration = Duration::from_secs(300);
/// Messages whose result is being written, beside those on their way: the connection that took one is free
/// for the next while the disk works. A crash sends these again.
const UNRECORDED_MAX: usize = 16;
/// What is due that is put in turns at a time: so much of what is longest due, and as much of what comes after it, each
/// time the next. So whoever has few messages waits behind nobody's hundred thousand.
const PLANNED_MAX: usize = 10_000;
/// A plan is made anew after this, so that who comes later gets a turn.
const PLAN_FOR: Duration = Duration::from_secs(1);
/// While nothing can be sent: how often it is looked whose sender has to hear of it.
const OVERDUE_EVERY: Duration = Duration::from_secs(60);
/// Entries looked at for that.
const OVERDUE_LOOKED_AT: usize = 100_000;
/// Senders told in one go.
const OVERDUE_MAX: usize = 500;
/// How often finished entries are removed.
const REMOVE_EVERY: Duration = Duration::from_secs(600);
/// Entries removed in one write.
const REMOVED_MAX: usize = 500;

/// How the worker works.
#[derive(Clone, Debug)]
pub struct SenderOptions {
    /// Where mail goes, the preferred first.
    pub smarthosts: Vec<Smarthost>,
    /// The keys that sign what goes out.
    pub signers: SharedSigners,
    /// This server's name, in DSNs.
    pub hostname: String,
    /// Most messages on their way at a time.
    pub connections_max: usize,
    /// When to try a message again that was deferred.
    pub retry: Backoff,
    /// When to try a smarthost again that cannot be reached.
    pub reconnect: Backoff,
    /// How long finished entries are kept.
    pub keep_finished: Duration,
    /// How long messages on their way may take to finish when the process stops.
    pub drain: Duration,
}

/// The worker of the queue.
#[derive(Debug)]
pub struct Sender {
    store: Store,
    clock: SharedClock,
    options: Arc<SenderOptions>,
}

impl Sender {
    /// A worker that does nothing before it is run.
    pub fn new(store: Store, clock: SharedClock, options: SenderOptions) -> Self {
        Self {
            store,
            clock,
            options: Arc::new(options),
        }
    }

    /// Works until `stop` is cancelled, then lets what is on its way finish. Only one may run on a
    /// store: at the start it takes back all claims.
    pub async fn run(self, stop: CancellationToken) {
        let now = self.clock.now();
        match self
            .store
            .write(move |tx| queue::release_claims(tx, now))
            .await
        {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "messages are sent again whose outcome is unknown"),
            Err(error) => tracing::error!(%error, "the queue could not be taken over"),
        }
        let removing = self.remove_finished();
        let sending = self.send(stop.clone());
        tokio::pin!(sending);
        tokio::select! {
            () = &mut sending => {}
            () = removing => {}
        }
    }

    async fn send(&self, stop: CancellationToken) {
        let options = &self.options;
        let pool = Arc::new(Pool::new(options.smarthosts.clone(), options.reconnect));
        let connections = Arc::new(Semaphore::new(options.connections_max.max(1)));
        let mut work = Work::default();
        while !stop.is_cancelled() {
            work.reap();
            self.settle_fallen(&mut work, &pool).await;
            if pool.is_all_failing() {
                let all = work.ahead.all().await;
                self.give_back(all).await;
                if work.is_overdue_due() {
                    self.tell_overdue(&pool, &stop).await;
                }
            }
            let pause = pool.pause();
            if wait(pause.unwrap_or_default(), &stop).await {
                break;
            }
            // After a failure one message finds out whether a smarthost is back; who claims the others
            // then starts a new lease.
            let is_failing = pool.is_all_failing();
            let lanes_max = match is_failing {
                true => 1,
                false => options.connections_max.max(1) + UNRECORDED_MAX,
            };
            let old = work.ahead.older_than(KEEP_CLAIMED);
            self.give_back(old).await;
            if !is_failing {
                self.claim_ahead(&mut work, lanes_max).await;
            } else if work.lanes.is_empty() {
                self.claim_one(&mut work).await;
            }
            while work.lanes.len() < lanes_max {
                let Ok(connection) = Arc::clone(&connections).try_acquire_owned() else {
                    break;
                };
                let Some(entry) = work.ahead.next() else {
                    break;
                };
                work.spawn(entry, self.lane(&pool), connection);
                if !is_failing {
                    self.claim_ahead(&mut work, lanes_max).await;
                }
            }
            let is_full = work.lanes.len() >= lanes_max;
            let is_busy = connections.available_permits() == 0;
            if is_full || is_busy || !work.ahead.is_empty() || work.ahead.is_writing() {
                let waits_for_one = !is_full && (is_busy || !work.ahead.is_empty());
                tokio::select! {
                    () = stop.cancelled() => {}
                    ended = work.lanes.join_next_with_id(), if !work.lanes.is_empty() => work.ended(ended),
                    _ = connections.acquire(), if waits_for_one => {}
                    claimed = work.ahead.written() => if let Err(error) = claimed {
                        unreadable(&error).await;
                    },
                }
                continue;
            }
            let rest = self.until_due();
            tokio::select! {
                () = stop.cancelled() => {}
                ended = work.lanes.join_next_with_id(), if !work.lanes.is_empty() => work.ended(ended),
                // Nobody needs them for now; the smarthost has other clients.
                () = sleep(rest) => pool.close_idle(),
            }
        }
        let all = work.ahead.all().await;
        self.give_back(all).await;
        let drained = timeout(options.drain, async {
            while work.lanes.join_next().await.is_some() {}
        });
        if drained.await.is_err() {
            tracing::warn!(
                count = work.lanes.len(),
                "messages on their way are cut off; they are sent again"
            );
        }
        pool.close().await;
    }

    fn lane(&self, pool: &Arc<Pool>) -> Lane {
        Lane {
            store: self.store.clone(),
            clock: self.clock.clone(),
            options: Arc::clone(&self.options),
            pool: Arc::clone(pool),
        }
    }

    /// Lets those hear of it whose messages are late or expired while no smarthost can be used: few are tried
    /// then.
    async fn tell_overdue(&self, pool: &Arc<Pool>, stop: &CancellationToken) {
        let now = self.clock.now();
        let store = self.store.clone();
        let looking = tokio::task::spawn_blocking(move || {
            store.read(|tx| queue::overdue(tx, now, OVERDUE_LOOKED_AT, OVERDUE_MAX))
        });
        let rows = match looking.await {
            Ok(Ok(rows)) if rows.is_empty() => return,
            Ok(Ok(rows)) => rows,
            Ok(Err(error)) => return unreadable(&error).await,
            Err(error) => {
                let error = panics::how(&error);
                return tracing::error!(error, "what is late could not be looked for");
            }
        };
        let claimed = self
            .store
            .write(move |tx| queue::claim(tx, &rows, now, LEASE))
            .await;
        match claimed {
            Ok(entries) => self.tell_untried(entries, pool, stop).await,
            Err(error) => unreadable(&error).await,
        }
    }

    /// Some at a time: on a disk that fails each waits long. What is left at a stop is due again at the next start.
    async fn tell_untried(
        &self,
        entries: Vec<QueueEntry>,
        pool: &Arc<Pool>,
        stop: &CancellationToken,
    ) {
        let mut telling = JoinSet::new();
        for entry in entries {
            if telling.len() >= UNRECORDED_MAX {
                tokio::select! {
                    () = stop.cancelled() => return,
                    _ = telling.join_next() => {}
                }
            }
            let lane = self.lane(pool);
            telling.spawn(async move { lane.untried(entry).await });
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = async { while telling.join_next().await.is_some() {} } => {}
        }
    }

    /// Claims the next one.
    async fn claim_one(&self, work: &mut Work) {
        self.claim_ahead(work, 1).await;
        if work.ahead.is_writing()
            && let Err(error) = work.ahead.written().await
        {
            unreadable(&error).await;
        }
    }

    /// Begins to claim what is next, a turn for each sender, if too little is claimed.
    async fn claim_ahead(&self, work: &mut Work, most: usize) {
        let Some(wanted) = work.ahead.wanted(most) else {
            return;
        };
        let now = self.clock.now();
        if work.planned.is_empty() || work.planned_at.elapsed() > PLAN_FOR {
            let mut cursor = work.cursor;
            let due = self
                .store
                .read(|tx| plan(tx, now, PLANNED_MAX, &mut cursor));
            work.cursor = cursor;
            work.planned = match due {
                Ok(due) => in_turns(due, DueRow::sender, &work.busy()).into(),
                Err(error) => return unreadable(&error).await,
            };
            work.planned_at = Instant::now();
        }
        // A claim is a durable write, and one write claims many; but what is claimed nobody can stop, and
        // alone it is not known yet whether anything can be sent.
        let next: Vec<DueRow> = work
            .planned
            .drain(..wanted.min(work.planned.len()))
            .collect();
        if next.is_empty() {
            return;
        }
        let store = self.store.clone();
        work.ahead.expect(tokio::spawn(async move {
            store
                .write(move |tx| queue::claim(tx, &next, now, LEASE))
                .await
        }));
    }

    /// What fell over half-way counts as tried in vain: it is due later, and one day its sender hears of it.
    /// If that falls over too, it is only due later.
    async fn settle_fallen(&self, work: &mut Work, pool: &Arc<Pool>) {
        let (again, fallen): (Vec<_>, Vec<_>) = std::mem::take(&mut work.fallen)
            .into_iter()
            .partition(|one| one.is_settling);
        for one in fallen {
            work.settle(one.entry, self.lane(pool));
        }
        self.put_off(again).await;
    }

    async fn put_off(&self, fallen: Vec<UnderWay>) {
        if fallen.is_empty() {
            return;
        }
        let (now, retry) = (self.clock.now(), self.options.retry);
        let [jitter] = random_bytes();
        let put_off = self.store.write(move |tx| {
            fallen.iter().try_for_each(|one| {
                let due = |attempts| now.after(retry.delay(attempts, jitter));
                queue::put_off(tx, &one.entry, due)
            })
        });
        if let Err(error) = put_off.await {
            // They are due again when their claims run out.
            tracing::warn!(%error, "what fell over half-way could not be put off");
        }
    }

    async fn give_back(&self, entries: Vec<QueueEntry>) {
        if entries.is_empty() {
            return;
        }
        let now = self.clock.now();
        let given = self.store.write(move |tx| {
            let mut entries = entries.iter();
            entries.try_for_each(|entry| queue::give_back(tx, entry, now))
        });
        if let Err(error) = given.await {
            // They are due again at the next start anyway.
            tracing::warn!(%error, "what was to be sent next could not be given back");
        }
    }

    /// How long nothing will be due.
    fn until_due(&self) -> Duration {
        match self.store.read(|tx| queue::next_due(tx)) {
            Ok(Some(due)) => due
                .since(self.clock.now())
                .clamp(Duration::from_millis(1), LOOK_EVERY),
            _ => LOOK_EVERY,
        }
    }

    /// Removes what was finished long ago, for ever.
    async fn remove_finished(&self) {
        loop {
            let until = self.clock.now().before(self.options.keep_finished);
            let removed = self
                .store
                .write(move |tx| queue::remove_finished(tx, until, REMOVED_MAX));
            match removed.await {
                Ok(removed) if removed.more => {}
                Ok(_) => sleep(REMOVE_EVERY).await,
                Err(error) => {
                    tracing::error!(%error, "finished entries of the queue cannot be removed");
                    sleep(REMOVE_EVERY).await;
                }
            }
        }
    }
}

/// What is due, of which turns are made: the first so many, and the next so many after `cursor`, which goes round.
fn plan(
    tx: &dyn ReadTx,
    now: Timestamp,
    window: usize,
    cursor: &mut Option<DueRow>,
) -> Result<Vec<DueRow>, StoreError> {
    let mut rows = queue::due_rows(tx, now, window)?;
    let Some(last) = rows.last().copied().filter(|_| rows.len() >= window) else {
        *cursor = None;
        return Ok(rows);
    };
    let from = match *cursor {
        Some(cursor) if cursor.is_after(&last) => cursor,
        _ => last,
    };
    let more = queue::due_rows_after(tx, now, &from, window)?;
    *cursor = more.last().copied().filter(|_| more.len() >= window);
    rows.extend(more);
    Ok(rows)
}

async fn unreadable(error: &StoreError) {
    tracing::error!(%error, "the queue cannot be read");
    sleep(STORE_PAUSE).await;
}

/// A message on its way.
#[derive(Clone, Debug)]
struct UnderWay {
    /// Whose: domain and mailbox.
    sender: (u64, MailboxId),
    entry: QueueEntry,
    /// It fell over, and that is being recorded.
    is_settling: bool,
}

impl UnderWay {
    fn of(entry: &QueueEntry) -> Self {
        Self {
            sender: (queue::domain_hash(&entry.sender), entry.mailbox),
            entry: entry.clone(),
            is_settling: false,
        }
    }
}

/// What is under way and what is next.
#[derive(Debug)]
struct Work {
    lanes: JoinSet<()>,
    /// What is on its way.
    under_way: HashMap<Id, UnderWay>,
    /// What was, and fell over.
    fallen: Vec<UnderWay>,
    ahead: Ahead,
    planned: VecDeque<DueRow>,
    planned_at: Instant,
    /// How far the queue behind what is longest due was looked at.
    cursor: Option<DueRow>,
    /// When it was looked last for what is late while nothing could be sent.
    overdue_at: Option<Instant>,
}

impl Default for Work {
    fn default() -> Self {
        Self {
            lanes: JoinSet::new(),
            under_way: HashMap::new(),
            fallen: Vec::new(),
            ahead: Ahead::default(),
            planned: VecDeque::new(),
            planned_at: Instant::now(),
            cursor: None,
            overdue_at: None,
        }
    }
}

impl Work {
    fn spawn(&mut self, entry: QueueEntry, lane: Lane, connection: OwnedSemaphorePermit) {
        let under_way = UnderWay::of(&entry);
        let task = self
            .lanes
            .spawn(async move { lane.work(entry, connection).await });
        self.under_way.insert(task.id(), under_way);
    }

    /// Records that a message fell over.
    fn settle(&mut self, entry: QueueEntry, lane: Lane) {
        let under_way = UnderWay {
            is_settling: true,
            ..UnderWay::of(&entry)
        };
        let task = self.lanes.spawn(lane.fell_over(entry));
        self.under_way.insert(task.id(), under_way);
    }

    /// Whether it is time to look for what is late; then it is not for a while.
    fn is_overdue_due(&mut self) -> bool {
        let is_due = self
            .overdue_at
            .is_none_or(|at| at.elapsed() >= OVERDUE_EVERY);
        if is_due {
            self.overdue_at = Some(Instant::now());
        }
        is_due
    }

    fn busy(&self) -> Vec<(u64, MailboxId)> {
        self.under_way.values().map(|one| one.sender).collect()
    }

    fn reap(&mut self) {
        while let Some(ended) = self.lanes.try_join_next_with_id() {
            self.ended(Some(ended));
        }
    }

    fn ended(&mut self, ended: Option<Result<(Id, ()), tokio::task::JoinError>>) {
        match ended {
            None => {}
            Some(Ok((id, ()))) => drop(self.under_way.remove(&id)),
            Some(Err(error)) => {
                let fallen = self.under_way.remove(&error.id());
                let queue_id = fallen.as_ref().map(|one| one.entry.id.to_string());
                tracing::error!(
                    queue_id,
                    "sending a message failed half-way; it is tried again later"
                );
                self.fallen.extend(fallen);
            }
        }
    }
}

/// Sleeps; whether it was told to stop.
async fn wait(pause: Duration, stop: &CancellationToken) -> bool {
    tokio::select! {
        biased;
        () = stop.cancelled() => true,
        () = sleep(pause) => false,
    }
}

#[cfg(test)]
mod tests;
