//! The loop that drives failover: probes in, decisions out, and their effects.
//!
//! One task makes all decisions, one after the other, so that the blast-radius limit sees every other
//! mailstore as it is. A decision is durable, with its actions, before anything follows from it; an
//! action that was cut off is done again after a restart. Control never touches a message.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::{SharedClock, Timestamp};
use crate::detect::{self, MailLog, Seen, Target};
use crate::failover::{
    Command, Decision, GuardVerdict, Observation, Outcome, Phase, ProbeKind, Settings, Stamp,
    State, Traffic,
};
use crate::ids::{Address, Epoch, MailstoreId};
use crate::postfix::Flusher;
use crate::route::Route;
use crate::store::routes::Routes;
use crate::store::{Store, StoreError};
use crate::watermark::Board;

mod census;
mod decide;
mod effects;
mod keep;
mod probes;
mod setup;
mod trends;

pub use setup::{SetupError, target, watched};

/// Messages to the loop that may wait.
const INBOX_MAX: usize = 1024;

/// A mailstore under control.
#[derive(Clone, Debug)]
pub struct Watched {
    /// How to look at it.
    pub target: Target,
    /// By what to decide.
    pub settings: Settings,
    /// How often to probe.
    pub interval: Duration,
    /// How often the sentinel gets a message.
    pub sentinel_interval: Duration,
    /// How often the large mailbox is opened.
    pub large_interval: Duration,
    /// How often certificates are looked at.
    pub certificate_interval: Duration,
}

/// What the loop works with.
#[derive(Debug)]
pub struct Parts {
    /// Where states are kept.
    pub store: Store,
    /// Where routes are published.
    pub routes: Routes,
    /// The time.
    pub clock: SharedClock,
    /// Has the MX try again.
    pub flusher: Flusher,
    /// The mailstores.
    pub mailstores: Vec<Watched>,
}

/// The last result of a probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastProbe {
    /// When.
    pub at: Timestamp,
    /// From where.
    pub vantage: String,
    /// How.
    pub probe: ProbeKind,
    /// What was found.
    pub outcome: Outcome,
    /// How long it took.
    pub took: Duration,
}

/// How a mailstore stands at this moment.
#[derive(Clone, Debug)]
pub struct View {
    /// Its state.
    pub state: State,
    /// Whether it may be merged into.
    pub may_merge: bool,
    /// Under which epoch mailboxes that wait for it may be raised now.
    pub may_raise: Option<Epoch>,
    /// The last result of each probe.
    pub probes: Vec<LastProbe>,
    /// Probes that work, and take longer than at this hour of earlier days.
    pub slow: Vec<ProbeKind>,
    /// An observation that is older says nothing about it.
    pub observation_stale: Duration,
}

/// Why an order was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// No such mailstore is configured.
    #[error("there is no mailstore {0} in the configuration")]
    NoSuchMailstore(MailstoreId),
    /// The decision could not be kept, so it was not made.
    #[error("the decision cannot be stored, so nothing was changed: {0}")]
    Store(#[from] StoreError),
    /// It is not as it was seen any more.
    #[error("it has changed meanwhile")]
    Changed,
    /// The loop has ended.
    #[error("the server is stopping")]
    Stopping,
}

/// Why a report was left out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// No such mailstore is configured.
    #[error("there is no mailstore {0} in the server's configuration")]
    NoSuchMailstore(MailstoreId),
    /// It says nothing about now.
    #[error("{mailstore}: a look by {probe} is {} s old; {} s is the most", age.as_secs(), stale.as_secs())]
    TooOld {
        /// Of which.
        mailstore: MailstoreId,
        /// How it was looked.
        probe: ProbeKind,
        /// How old it is.
        age: Duration,
        /// How old it may be.
        stale: Duration,
    },
    /// The loop has more to do than it can, or is ending.
    #[error("the server is busy; report again")]
    Busy,
}

enum Message {
    Observed {
        mailstore: MailstoreId,
        observation: Observation,
        seen: Option<Seen>,
    },
    Counted {
        mailstore: MailstoreId,
        traffic: Traffic,
    },
    Guard {
        mailstore: MailstoreId,
        verdict: GuardVerdict,
    },
    Raised {
        mailstore: MailstoreId,
        epoch: Epoch,
    },
    Order {
        mailstore: MailstoreId,
        command: Command,
        seen: Option<Stamp>,
        reply: oneshot::Sender<Result<Vec<Decision>, OrderError>>,
    },
}

/// What the loop shows to others.
#[derive(Debug)]
struct Shared {
    views: RwLock<BTreeMap<MailstoreId, View>>,
    routes: Routes,
    clock: SharedClock,
}

impl Shared {
    fn view<T>(&self, mailstore: &MailstoreId, read: impl FnOnce(&View) -> T) -> Option<T> {
        let views = self.views.read().unwrap_or_else(PoisonError::into_inner);
        views.get(mailstore).map(read)
    }
}

/// A handle on the running loop; clones share it.
#[derive(Clone, Debug)]
pub struct Control {
    shared: Arc<Shared>,
    inbox: mpsc::Sender<Message>,
    merge_wake: watch::Receiver<u64>,
    overrides_changed: Arc<Notify>,
    board: Board,
}

impl Control {
    /// Publishes the routes as they were kept, then starts probing and deciding, until `stop`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn start(
        parts: Parts,
        tasks: &TaskTracker,
        stop: &CancellationToken,
    ) -> Result<Self, StoreError> {
        let (inbox, messages) = mpsc::channel(INBOX_MAX);
        let (merge_tell, merge_wake) = watch::channel(0);
        let shared = Arc::new(Shared {
            views: RwLock::default(),
            routes: parts.routes.clone(),
            clock: parts.clock.clone(),
        });
        let overrides_changed = Arc::new(Notify::new());
        let flush = effects::start_flushing(parts.flusher, tasks, stop);
        let census = census::start(parts.store.clone(), tasks, stop);
        for watched in &parts.mailstores {
            let prober = probes::Prober {
                target: watched.target.clone(),
                store: parts.store.clone(),
                shared: shared.clone(),
                inbox: inbox.clone(),
            };
            prober.start(watched, tasks, stop);
        }
        let decider = decide::Decider::load(decide::Wiring {
            store: parts.store,
            shared: shared.clone(),
            mailstores: parts.mailstores,
            inbox: inbox.clone(),
            flush,
            census,
            overrides_changed: overrides_changed.clone(),
            merge_wake: merge_tell,
            tasks: tasks.clone(),
        })?;
        tasks.spawn(decider.run(messages, stop.clone()));
        Ok(Self {
            shared,
            inbox,
            merge_wake,
            overrides_changed,
            board: Board::default(),
        })
    }

    /// Where it is shown how far the raising of UIDs is.
    pub fn board(&self) -> &Board {
        &self.board
    }

    /// Gives an order for a mailstore and returns what was decided, after the guard answered where it
    /// had to be asked. With `seen`, only if it is as it was seen when the order's turn comes.
    ///
    /// # Errors
    /// [`OrderError`]. An order that was refused for a reason is no error, but a decision.
    pub async fn order(
        &self,
        mailstore: &MailstoreId,
        command: Command,
        seen: Option<Stamp>,
    ) -> Result<Vec<Decision>, OrderError> {
        let (reply, answer) = oneshot::channel();
        let order = Message::Order {
            mailstore: mailstore.clone(),
            command,
            seen,
            reply,
        };
        let stopping = |_| OrderError::Stopping;
        self.inbox
            .send(order)
            .await
            .map_err(|_| OrderError::Stopping)?;
        answer.await.map_err(stopping)?
    }

    /// Takes what somebody else saw of a mailstore. Does not wait for what is decided.
    ///
    /// # Errors
    /// [`ReportError`].
    pub fn observed(
        &self,
        mailstore: &MailstoreId,
        observation: Observation,
    ) -> Result<(), ReportError> {
        let stale = self.stale(mailstore)?;
        if observation.age > stale {
            return Err(ReportError::TooOld {
                mailstore: mailstore.clone(),
                probe: observation.probe,
                age: observation.age,
                stale,
            });
        }
        self.report(Message::Observed {
            mailstore: mailstore.clone(),
            observation,
            seen: None,
        })
    }

    /// Takes what was counted of a mailstore's traffic. Does not wait for what is decided.
    ///
    /// # Errors
    /// [`ReportError`].
    pub fn counted(&self, mailstore: &MailstoreId, traffic: Traffic) -> Result<(), ReportError> {
        self.stale(mailstore)?;
        self.report(Message::Counted {
            mailstore: mailstore.clone(),
            traffic,
        })
    }

    /// Counts what the MX's log tells, until `stop`.
    pub fn follow_log(&self, log: MailLog, tasks: &TaskTracker, stop: &CancellationToken) {
        let (control, stop) = (self.clone(), stop.clone());
        tasks.spawn(async move {
            let following = detect::follow(log, |mailstore, traffic| {
                if let Err(error) = control.counted(mailstore, traffic) {
                    tracing::warn!(%error, "what the mail log tells is left out");
                }
            });
            stop.run_until_cancelled(following).await;
        });
    }

    /// How old an observation of a mailstore may be.
    fn stale(&self, mailstore: &MailstoreId) -> Result<Duration, ReportError> {
        self.shared
            .view(mailstore, |view| view.observation_stale)
            .ok_or_else(|| ReportError::NoSuchMailstore(mailstore.clone()))
    }

    fn report(&self, message: Message) -> Result<(), ReportError> {
        self.inbox.try_send(message).map_err(|_| ReportError::Busy)
    }

    /// Has the routes published anew after an override was set or removed. Does not wait.
    pub fn overrides_changed(&self) {
        self.overrides_changed.notify_one();
    }

    /// How every mailstore stands.
    pub fn views(&self) -> BTreeMap<MailstoreId, View> {
        let views = self.shared.views.read();
        views.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How a mailstore stands.
    pub fn view(&self, mailstore: &MailstoreId) -> Option<View> {
        self.shared.view(mailstore, Clone::clone)
    }

    /// Whether anything may be merged into a mailstore: it has its route, nothing fails, and its
    /// sentinel is where it was.
    pub fn may_merge(&self, mailstore: &MailstoreId) -> bool {
        self.shared
            .view(mailstore, |view| view.may_merge)
            .unwrap_or(false)
    }

    /// Whether a mailbox may be merged into a mailstore now: [`Self::may_merge`], and its own route
    /// leads there. The epoch fences what was begun before a relapse.
    pub fn merge_gate(&self, mailstore: &MailstoreId, mailbox: &Address) -> Option<Epoch> {
        let epoch = self
            .shared
            .view(mailstore, |view| view.may_merge.then_some(view.state.epoch))
            .flatten()?;
        let now = self.shared.clock.now();
        let decided = self.shared.routes.route_mailbox(mailbox, mailstore, now);
        (decided.route == Route::Primary).then_some(epoch)
    }

    /// The epoch under which the mailboxes of a mailstore may be raised now; none while they need not
    /// or must not be.
    pub fn raise_gate(&self, mailstore: &MailstoreId) -> Option<Epoch> {
        self.shared.view(mailstore, |view| view.may_raise).flatten()
    }

    /// Whether all is well with a mailstore, so that what is seen there is worth remembering.
    pub fn is_normal(&self, mailstore: &MailstoreId) -> bool {
        let is_normal = self.shared.view(mailstore, |view| {
            view.may_merge && view.state.phase == Phase::Normal && view.state.raising.is_none()
        });
        is_normal.unwrap_or(false)
    }

    /// All mailboxes of a mailstore were raised under `epoch`. Has their mail tried again.
    /// Does not wait: a loop that is busy or has ended is told again.
    pub fn raised(&self, mailstore: &MailstoreId, epoch: Epoch) {
        let mailstore = mailstore.clone();
        let _ = self.inbox.try_send(Message::Raised { mailstore, epoch });
    }

    /// Whether files may be placed for a mailbox on an operator's order, while the mailstore's IMAP is
    /// still closed: its mailstore is active and the mailbox's own mail goes to the standby. What else
    /// has to be known (that the volume is the one that it was) is asked by whoever gives the order.
    pub fn place_gate(&self, mailstore: &MailstoreId, mailbox: &Address) -> Option<Epoch> {
        let epoch = self.active_epoch(mailstore)?;
        let now = self.shared.clock.now();
        let decided = self.shared.routes.route_mailbox(mailbox, mailstore, now);
        (decided.route == Route::Standby).then_some(epoch)
    }

    /// The number of a mailstore's activation, while it is active.
    pub fn active_epoch(&self, mailstore: &MailstoreId) -> Option<Epoch> {
        let phase = self
            .shared
            .view(mailstore, |view| view.state.phase.clone())?;
        match phase {
            Phase::Active { epoch, .. } => Some(epoch),
            _ => None,
        }
    }

    /// Changes whenever there may be more to merge than before.
    pub fn merge_wake(&self) -> watch::Receiver<u64> {
        self.merge_wake.clone()
    }
}

#[cfg(test)]
mod tests;
