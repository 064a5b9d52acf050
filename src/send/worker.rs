//! The worker: claims what is due, sends it, records what became of it.
//!
//! Several messages go out at a time, each over a connection of its own, which is used again for the
//! next. A smarthost that cannot be reached is everybody's trouble: all pause, and nothing but the
//! pause counts against a message. When the process stops, what is on its way is finished; what was
//! claimed and not sent is due again at the next start.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::content::Content;
use super::notice::{self, Notice};
use super::outcome::ours;
use super::relay::{Outgoing, Relay, Smarthost};
use crate::clock::{SharedClock, Timestamp};
use crate::ids::random_bytes;
use crate::mail;
use crate::schedule::Backoff;
use crate::store::messages::{self, NewMessage, Origin, folder_of};
use crate::store::queue::{self, Outcome, QueueEntry, Recorded};
use crate::store::{NewBody, Store, StoreError, Tx, directory};

/// The queue is looked at this often: one read, and the longest that a new message waits.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long to wait after the store failed to answer.
const STORE_PAUSE: Duration = Duration::from_secs(1);
/// How long a claim holds. Longer than any message can take, or it would go out twice.
const LEASE: Duration = Duration::from_secs(3600);

/// How the worker works.
#[derive(Clone, Debug)]
pub struct SenderOptions {
    /// Where mail goes.
    pub smarthost: Smarthost,
    /// This server's name, in DSNs.
    pub hostname: String,
    /// Most messages on their way at a time.
    pub connections_max: usize,
    /// When to try a message again that was deferred.
    pub retry: Backoff,
    /// When to try a smarthost again that cannot be reached.
    pub reconnect: Backoff,
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
        let (idle_sender, mut idle) = mpsc::channel(self.options.connections_max.max(1));
        let mut lanes = JoinSet::new();
        let mut failures = 0;
        while !stop.is_cancelled() {
            while let Some(ended) = lanes.try_join_next() {
                failures = next_failures(failures, &ended);
            }
            let pause = if failures > 0 {
                self.options.reconnect.delay(failures, jitter())
            } else {
                Duration::ZERO
            };
            let free = self.options.connections_max.saturating_sub(lanes.len());
            // After a failure one message finds out whether the smarthost is back.
            let limit = if failures > 0 { free.min(1) } else { free };
            if wait(pause, &stop).await {
                break;
            }
            let claimed = self.claim(limit).await;
            let found_any = !claimed.is_empty();
            for entry in claimed {
                let lane = Lane {
                    store: self.store.clone(),
                    clock: self.clock.clone(),
                    options: Arc::clone(&self.options),
                    idle: idle_sender.clone(),
                };
                let relay = idle.try_recv().ok();
                lanes.spawn(async move { lane.work(entry, relay).await });
            }
            if found_any && lanes.len() < self.options.connections_max && failures == 0 {
                continue;
            }
            let rest = self.until_due();
            tokio::select! {
                () = stop.cancelled() => {}
                Some(ended) = lanes.join_next(), if !lanes.is_empty() => {
                    failures = next_failures(failures, &ended);
                }
                () = sleep(rest) => {
                    // Nobody needs them for now; the smarthost has other clients.
                    close_idle(&mut idle).await;
                }
            }
        }
        let drained = timeout(self.options.drain, async {
            while lanes.join_next().await.is_some() {}
        });
        if drained.await.is_err() {
            tracing::warn!(
                count = lanes.len(),
                "messages on their way are cut off; they are sent again"
            );
        }
        close_idle(&mut idle).await;
    }

    async fn claim(&self, limit: usize) -> Vec<QueueEntry> {
        let now = self.clock.now();
        let has_due = self.store.read(|tx| queue::next_due(tx));
        let is_due = matches!(has_due, Ok(Some(due)) if due <= now);
        if limit == 0 || (has_due.is_ok() && !is_due) {
            return Vec::new();
        }
        let claimed = self
            .store
            .write(move |tx| queue::claim_due(tx, now, limit, LEASE))
            .await;
        match claimed {
            Ok(entries) => entries,
            Err(error) => {
                tracing::error!(%error, "the queue cannot be read");
                sleep(STORE_PAUSE).await;
                Vec::new()
            }
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
}

/// Sleeps; whether it was told to stop.
async fn wait(pause: Duration, stop: &CancellationToken) -> bool {
    tokio::select! {
        biased;
        () = stop.cancelled() => true,
        () = sleep(pause) => false,
    }
}

async fn close_idle(idle: &mut mpsc::Receiver<Relay>) {
    while let Ok(relay) = idle.try_recv() {
        relay.quit().await;
    }
}

fn next_failures(failures: u32, ended: &Result<Reached, tokio::task::JoinError>) -> u32 {
    match ended {
        Ok(Reached::Yes) => 0,
        Ok(Reached::No) => failures.saturating_add(1),
        Err(error) => {
            tracing::error!(%error, "sending a message failed half-way; it is tried again later");
            failures
        }
    }
}

fn jitter() -> u8 {
    let [byte] = random_bytes();
    byte
}

/// Whether the smarthost could be spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reached {
    Yes,
    No,
}

/// One message on its way.
struct Lane {
    store: Store,
    clock: SharedClock,
    options: Arc<SenderOptions>,
    idle: mpsc::Sender<Relay>,
}

impl Lane {
    async fn work(self, entry: QueueEntry, relay: Option<Relay>) -> Reached {
        let content = match Content::load(&self.store, &entry).await {
            Ok(content) => content,
            Err(error) => {
                tracing::error!(queue_id = %entry.id, %error, "a message to be sent cannot be read");
                let why = ours("5.3.0 The message cannot be read any more");
                let outcomes = vec![Outcome::Failed(why); entry.pending().count()];
                self.record(&entry, &[], outcomes, None).await;
                return Reached::Yes;
            }
        };
        let relay = match relay.filter(Relay::is_usable) {
            Some(relay) => Ok(relay),
            None => Relay::connect(&self.options.smarthost).await,
        };
        match relay {
            Ok(mut relay) => {
                let outcomes = send(&mut relay, &entry, &content).await;
                if relay.is_usable()
                    && let Err(refused) = self.idle.try_send(relay)
                {
                    refused.into_inner().quit().await;
                }
                self.record(&entry, content.head(), outcomes, None).await;
                Reached::Yes
            }
            Err(error) => {
                tracing::error!(%error, "the smarthost cannot be used; mail waits in the queue");
                let why = ours(&format!("4.4.1 {error}"));
                let outcomes = vec![Outcome::Deferred(why); entry.pending().count()];
                let again = self.options.reconnect.delay(1, jitter());
                self.record(&entry, content.head(), outcomes, Some(again))
                    .await;
                Reached::No
            }
        }
    }

    /// Records the outcomes, together with the DSN that they call for.
    async fn record(
        &self,
        entry: &QueueEntry,
        head: &[u8],
        outcomes: Vec<Outcome>,
        again: Option<Duration>,
    ) {
        let now = self.clock.now();
        let again = again.unwrap_or_else(|| {
            self.options
                .retry
                .delay(entry.attempts.saturating_add(1), jitter())
        });
        let result = Tried {
            entry: entry.clone(),
            outcomes,
            now,
            retry_at: now.after(again),
        };
        let recorded = match self.notice(&result, head) {
            Some(notice) => result.record_with_notice(&self.store, notice).await,
            None => self.store.write(move |tx| result.record(tx)).await,
        };
        match recorded {
            Ok(recorded) => log(&recorded),
            // The claim runs out, and it is sent again: better twice than never.
            Err(error) => {
                tracing::error!(queue_id = %entry.id, %error, "what became of a message could not be recorded");
            }
        }
    }

    /// The DSN for this result, if it needs one.
    fn notice(&self, result: &Tried, head: &[u8]) -> Option<Filed> {
        let expected = result.applied();
        if expected.failed.is_empty() || !notice::is_wanted(&expected.entry) {
            return None;
        }
        let notice = Notice {
            hostname: &self.options.hostname,
            entry: &expected.entry,
            failed: &expected.failed,
            original: head,
            now: result.now,
        };
        let message = notice.message();
        match self.store.new_body(result.now, &message) {
            Ok(body) => Some(Filed {
                new: NewMessage {
                    folder: folder_of(mail::Role::Inbox),
                    flags: mail::Flags::default(),
                    received_at: result.now,
                    prefix: notice.prefix(),
                    body: body.id(),
                    body_bytes: body.size_bytes(),
                    origin: Origin::Notice,
                    summary: mail::summarize(&message),
                },
                body,
            }),
            Err(error) => {
                tracing::error!(queue_id = %expected.entry.id, %error, "a delivery report could not be made");
                None
            }
        }
    }
}

async fn send(relay: &mut Relay, entry: &QueueEntry, content: &Content) -> Vec<Outcome> {
    let recipients: Vec<&str> = entry.pending().map(|to| to.address.as_str()).collect();
    let message = Outgoing {
        reverse_path: entry.reverse_path.as_deref(),
        recipients: &recipients,
        content,
    };
    relay.send(&message).await
}

/// A DSN that is to be filed.
struct Filed {
    body: NewBody,
    new: NewMessage,
}

/// What a try led to, to be recorded.
struct Tried {
    entry: QueueEntry,
    outcomes: Vec<Outcome>,
    now: Timestamp,
    retry_at: Timestamp,
}

impl Tried {
    fn applied(&self) -> Recorded {
        queue::apply(self.entry.clone(), &self.outcomes, self.now, self.retry_at)
    }

    fn record(&self, tx: &mut dyn Tx) -> Result<Recorded, StoreError> {
        queue::record_result(tx, &self.entry, &self.outcomes, self.now, self.retry_at)
    }

    async fn record_with_notice(self, store: &Store, filed: Filed) -> Result<Recorded, StoreError> {
        let Filed { body, new } = filed;
        store
            .write_with_body(body, move |tx, _| {
                let recorded = self.record(tx)?;
                let address = &self.entry.sender;
                match directory::mailbox(tx, address)? {
                    Some(record) if record.id == self.entry.mailbox => {
                        let address = address.clone();
                        messages::insert(tx, &directory::Mailbox { address, record }, new.clone())?;
                    }
                    _ => tracing::warn!(queue_id = %self.entry.id, "the sender of an undelivered message has no mailbox any more"),
                }
                Ok(recorded)
            })
            .await
    }
}

fn log(recorded: &Recorded) {
    let entry = &recorded.entry;
    let waiting = entry.pending().count();
    let failed = recorded.failed.len();
    tracing::info!(queue_id = %entry.id, attempts = entry.attempts, waiting, failed, "tried to send a message");
}

#[cfg(test)]
mod tests;
