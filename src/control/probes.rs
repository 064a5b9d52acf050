//! The tasks that look at a mailstore, again and again: one for each kind of probe, none waiting for
//! another nor for another mailstore.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Message, Shared, Watched};
use crate::detect::{self, Target};
use crate::failover::{GuardVerdict, Observation, Outcome, Phase, SentinelKnown};
use crate::store::{Store, failover};

/// Looks at one mailstore.
#[derive(Clone, Debug)]
pub(super) struct Prober {
    pub(super) target: Target,
    pub(super) store: Store,
    pub(super) shared: Arc<Shared>,
    pub(super) inbox: mpsc::Sender<Message>,
}

impl Prober {
    pub(super) fn start(&self, watched: &Watched, tasks: &TaskTracker, stop: &CancellationToken) {
        let (every, sentinel_every) = (watched.interval, watched.sentinel_interval);
        let (large_every, certificate_every) =
            (watched.large_interval, watched.certificate_interval);
        self.spawn(tasks, stop, |prober| prober.imap_loop(every));
        self.spawn(tasks, stop, |prober| {
            prober.lmtp_loop(every, sentinel_every)
        });
        if self.target.pop3.is_some() {
            self.spawn(tasks, stop, |prober| prober.pop3_loop(every));
        }
        if self.target.large.is_some() {
            self.spawn(tasks, stop, |prober| prober.large_loop(large_every));
        }
        if !self.target.tls_ports.is_empty() {
            self.spawn(tasks, stop, |prober| prober.tls_loop(certificate_every));
        }
    }

    fn spawn<F: Future<Output = ()> + Send + 'static>(
        &self,
        tasks: &TaskTracker,
        stop: &CancellationToken,
        looking: impl FnOnce(Self) -> F,
    ) {
        let (looking, stop) = (looking(self.clone()), stop.clone());
        tasks.spawn(async move { stop.run_until_cancelled(looking).await });
    }

    async fn pop3_loop(self, every: Duration) {
        let mut ticks = ticks(every);
        loop {
            ticks.tick().await;
            if let Some(observation) = detect::probe_pop3(&self.target).await {
                self.tell(observation, None).await;
            }
        }
    }

    async fn large_loop(self, every: Duration) {
        let mut ticks = ticks(every);
        loop {
            ticks.tick().await;
            if let Some(observation) = detect::probe_large(&self.target).await {
                self.tell(observation, None).await;
            }
        }
    }

    async fn tls_loop(self, every: Duration) {
        let mut ticks = ticks(every);
        loop {
            ticks.tick().await;
            let now = self.shared.clock.now();
            if let Some(observation) = detect::probe_tls(&self.target, now).await {
                self.tell(observation, None).await;
            }
        }
    }

    async fn imap_loop(self, every: Duration) {
        let mut ticks = ticks(every);
        loop {
            ticks.tick().await;
            let known = self.known();
            let look = detect::probe_imap(&self.target, known.as_ref()).await;
            self.tell(look.observation, look.seen).await;
        }
    }

    async fn lmtp_loop(self, every: Duration, sentinel_every: Duration) {
        let mut ticks = ticks(every);
        let mut delivered: Option<Instant> = None;
        loop {
            ticks.tick().await;
            let mut observation = detect::probe_lmtp(&self.target).await;
            let is_due = delivered.is_none_or(|at| at.elapsed() >= sentinel_every);
            if observation.outcome == Outcome::Up && is_due && self.may_deliver() {
                observation = self.deliver(observation).await;
                if observation.outcome == Outcome::Up {
                    delivered = Some(Instant::now());
                }
            }
            self.tell(observation, None).await;
        }
    }

    fn known(&self) -> Option<SentinelKnown> {
        let id = &self.target.mailstore;
        match self.store.read(|tx| failover::sentinel(tx, id)) {
            Ok(record) => record.known,
            Err(error) => {
                tracing::error!(mailstore = %id, %error, "what is known of the sentinel cannot be read");
                None
            }
        }
    }

    /// Whether the sentinel may get a message: never into a mailstore that may be another one.
    fn may_deliver(&self) -> bool {
        let view = self.shared.view(&self.target.mailstore, |view| {
            let is_active = matches!(view.state.phase, Phase::Active { .. });
            match &view.state.sentinel {
                Some(GuardVerdict::Intact) => true,
                Some(verdict) if verdict.blocks_return() => false,
                _ => !is_active,
            }
        });
        self.target.sentinel.is_some() && view.unwrap_or(false)
    }

    async fn deliver(&self, asked: Observation) -> Observation {
        let id = self.target.mailstore.clone();
        let number = self
            .store
            .write(move |tx| failover::next_sentinel_number(tx, &id))
            .await;
        match number {
            Ok(number) => {
                let now = self.shared.clock.now();
                let known = self.known();
                detect::deliver_numbered(&self.target, number, known.as_ref(), now).await
            }
            Err(error) => {
                tracing::error!(mailstore = %self.target.mailstore, %error, "the sentinel gets no message");
                asked
            }
        }
    }

    async fn tell(&self, observation: Observation, seen: Option<detect::Seen>) {
        let message = Message::Observed {
            mailstore: self.target.mailstore.clone(),
            observation,
            seen,
        };
        // A loop that has ended wants to hear nothing.
        let _ = self.inbox.send(message).await;
    }
}

fn ticks(every: Duration) -> tokio::time::Interval {
    let mut ticks = interval(every.max(Duration::from_millis(10)));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
