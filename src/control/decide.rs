//! The one task that decides.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::census::Census;
use super::keep::{decisions, keep, log};
use super::trends::{self, Trends};
use super::{LastProbe, Message, OrderError, Shared, View, Watched};
use crate::clock::Timestamp;
use crate::detect::{self, Seen};
use crate::failover::{
    Action, Decision, Event, GuardVerdict, Mode, MustBeRaised, Observation, Outcome, Phase,
    SHARE_WINDOW, SentinelKnown, SentinelLook, Serving, Share, State, Surroundings, judge, step,
};
use crate::ids::{MailstoreId, OutageId};
use crate::route::{MailstoreFacts, OverrideTable, Raising, Route, Table};
use crate::store::{Store, StoreError, failover as kept, unmerged};

/// How often time is looked at when nothing happens.
const TICK: Duration = Duration::from_millis(500);
/// Ticks between two looks whether an outage's last message was merged.
const TICKS_PER_OUTAGE_LOOK: u32 = 6;
/// Outages that are looked at; older ones stay as they are.
const OUTAGES_LOOKED_AT: usize = 50;

pub(super) struct Wiring {
    pub(super) store: Store,
    pub(super) shared: Arc<Shared>,
    pub(super) mailstores: Vec<Watched>,
    pub(super) inbox: mpsc::Sender<Message>,
    pub(super) flush: Arc<Notify>,
    pub(super) census: watch::Receiver<Census>,
    pub(super) overrides_changed: Arc<Notify>,
    pub(super) merge_wake: watch::Sender<u64>,
    pub(super) tasks: TaskTracker,
}

type Answer = oneshot::Sender<Result<Vec<Decision>, OrderError>>;

/// One mailstore in the loop.
struct Entry {
    watched: Watched,
    state: State,
    probes: Vec<LastProbe>,
    /// How long its probes take, and usually take.
    trends: Trends,
    /// The last decision could not be kept, which was said.
    cannot_keep: bool,
    /// Orders that wait for the guard, with what was decided so far.
    waiting: Vec<(Answer, Vec<Decision>)>,
}

pub(super) struct Decider {
    wiring: Wiring,
    entries: BTreeMap<MailstoreId, Entry>,
    overrides: Arc<OverrideTable>,
    pending: Vec<(MailstoreId, Vec<Action>)>,
}

impl Decider {
    /// Takes up what was kept, and publishes it.
    pub(super) fn load(mut wiring: Wiring) -> Result<Self, StoreError> {
        let overrides = Arc::new(wiring.store.read(kept::all_overrides)?);
        let mut entries = BTreeMap::new();
        let mut pending = Vec::new();
        for watched in std::mem::take(&mut wiring.mailstores) {
            let id = watched.target.mailstore.clone();
            let record = wiring.store.read(|tx| kept::mailstore(tx, &id))?;
            pending.push((id.clone(), record.pending));
            let entry = Entry {
                watched,
                state: record.state,
                probes: Vec::new(),
                trends: Trends::load(&wiring.store, &id)?,
                cannot_keep: false,
                waiting: Vec::new(),
            };
            entries.insert(id, entry);
        }
        let decider = Self {
            wiring,
            entries,
            overrides,
            pending,
        };
        decider.show_all();
        decider.publish();
        Ok(decider)
    }

    pub(super) async fn run(
        mut self,
        mut messages: mpsc::Receiver<Message>,
        stop: CancellationToken,
    ) {
        for (mailstore, actions) in std::mem::take(&mut self.pending) {
            self.perform(&mailstore, &actions).await;
        }
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut count: u32 = 0;
        let overrides_changed = self.wiring.overrides_changed.clone();
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = overrides_changed.notified() => self.reload_overrides(),
                message = messages.recv() => match message {
                    Some(message) => self.receive(message).await,
                    None => return,
                },
                _ = ticks.tick() => {
                    count = count.wrapping_add(1);
                    self.tick(count).await;
                }
            }
        }
    }

    async fn tick(&mut self, count: u32) {
        let ids: Vec<MailstoreId> = self.entries.keys().cloned().collect();
        for id in ids {
            // What could not be kept is decided again at the next tick.
            let _ = self.apply(&id, Event::Tick).await;
        }
        if count.is_multiple_of(TICKS_PER_OUTAGE_LOOK) {
            self.close_outages().await;
        }
    }

    async fn receive(&mut self, message: Message) {
        match message {
            Message::Observed {
                mailstore,
                observation,
                seen,
            } => self.observe(&mailstore, observation, seen).await,
            Message::Counted { mailstore, traffic } => {
                let _ = self.apply(&mailstore, Event::Counted(traffic)).await;
            }
            Message::Guard { mailstore, verdict } => {
                let decided = self.apply(&mailstore, Event::Guard(verdict)).await;
                self.answer_waiting(&mailstore, &decided);
            }
            Message::Raised { mailstore, epoch } => {
                // What could not be kept is said again by the next round of the raising.
                let _ = self.apply(&mailstore, Event::Raised(epoch)).await;
            }
            Message::Order {
                mailstore,
                command,
                seen,
                reply,
            } => {
                let here = self.entries.get(&mailstore);
                if here.is_some_and(|entry| seen.is_some_and(|seen| seen != entry.state.stamp())) {
                    // Whoever asked may have gone.
                    let _ = reply.send(Err(OrderError::Changed));
                    return;
                }
                let decided = self.apply(&mailstore, Event::Command(command)).await;
                let asked = decided
                    .as_ref()
                    .is_ok_and(|actions| actions.contains(&Action::CheckGuard));
                let decided = decided.map(|actions| decisions(&actions));
                match (self.entries.get_mut(&mailstore), decided) {
                    (Some(entry), Ok(decided)) if asked => entry.waiting.push((reply, decided)),
                    // Whoever asked may have gone.
                    (_, decided) => drop(reply.send(decided)),
                }
            }
        }
    }

    fn answer_waiting(
        &mut self,
        mailstore: &MailstoreId,
        decided: &Result<Vec<Action>, OrderError>,
    ) {
        let Some(entry) = self.entries.get_mut(mailstore) else {
            return;
        };
        for (reply, mut before) in entry.waiting.drain(..) {
            let all = decided.clone().map(|actions| {
                before.extend(decisions(&actions));
                before
            });
            // Whoever asked may have gone.
            let _ = reply.send(all);
        }
    }

    fn reload_overrides(&mut self) {
        match self.wiring.store.read(kept::all_overrides) {
            Ok(overrides) => {
                self.overrides = Arc::new(overrides);
                self.publish();
                self.wiring.flush.notify_one();
                self.wiring
                    .merge_wake
                    .send_modify(|n| *n = n.wrapping_add(1));
            }
            Err(error) => tracing::error!(%error, "overrides cannot be read; the old ones stay"),
        }
    }

    async fn observe(
        &mut self,
        mailstore: &MailstoreId,
        mut observation: Observation,
        seen: Option<Seen>,
    ) {
        if let Some(seen) = seen {
            self.learn(mailstore, &mut observation, &seen).await;
        }
        let now = self.wiring.shared.clock.now();
        let mut learned = None;
        if let Some(entry) = self.entries.get_mut(mailstore) {
            entry.note_probe(&observation, now);
            learned = entry.trends.note(mailstore, &observation, now);
        }
        if let Some(record) = learned {
            trends::keep(&self.wiring.store, mailstore, record).await;
        }
        // What could not be kept is decided again at the next observation.
        let _ = self.apply(mailstore, Event::Observed(observation)).await;
    }

    /// Learns the sentinel at the first contact, and afterwards its newest message while it is
    /// intact. What is learned is durable before it counts.
    async fn learn(&mut self, mailstore: &MailstoreId, seen_by: &mut Observation, seen: &Seen) {
        let Some(entry) = self.entries.get(mailstore) else {
            return;
        };
        let known = match self.wiring.store.read(|tx| kept::sentinel(tx, mailstore)) {
            Ok(record) => record.known,
            Err(error) => {
                tracing::error!(%mailstore, %error, "the sentinel's record cannot be read");
                return;
            }
        };
        // Its newest message was forgotten on purpose while this look was under way.
        if let Some(known) = known.filter(|known| known.newest.is_none())
            && seen_by
                .sentinel
                .verdict()
                .is_some_and(GuardVerdict::went_back)
        {
            seen_by.sentinel = SentinelLook::Seen(judge(&known, &seen.sentinel));
        }
        let learned = match (known, seen_by.sentinel.verdict()) {
            (None, _) if may_learn(&entry.state) => seen.learnable,
            (Some(known), Some(GuardVerdict::Intact)) => with_newest(known, seen),
            _ => None,
        };
        let Some(learned) = learned else { return };
        let id = mailstore.clone();
        let stored = self
            .wiring
            .store
            .write(move |tx| kept::learn_sentinel(tx, &id, Some(learned)))
            .await;
        match stored {
            Ok(()) if known.is_none() => {
                tracing::info!(%mailstore, "the sentinel is known now");
                seen_by.sentinel = SentinelLook::Seen(GuardVerdict::Intact);
            }
            Ok(()) => {}
            Err(error) => tracing::error!(%mailstore, %error, "the sentinel is not learned"),
        }
    }

    /// One step: decided, kept, shown, carried out, in this order.
    async fn apply(
        &mut self,
        mailstore: &MailstoreId,
        event: Event,
    ) -> Result<Vec<Action>, OrderError> {
        let now = self.wiring.shared.clock.now();
        let others = self.automatic_elsewhere(mailstore);
        let share = self.share(mailstore, now);
        let Some(entry) = self.entries.get_mut(mailstore) else {
            return Err(OrderError::NoSuchMailstore(mailstore.clone()));
        };
        let around = Surroundings {
            settings: &entry.watched.settings,
            automatic_elsewhere: others,
            share,
            new_outage: OutageId::generate(now),
        };
        let (state, actions) = step(entry.state.clone(), event, &around, now);
        if !actions.is_empty() || state.differs_durably(&entry.state) {
            let kept = keep(&self.wiring.store, mailstore, &state, &actions).await;
            if let Err(error) = kept {
                if !entry.cannot_keep {
                    tracing::error!(%mailstore, %error, "a decision cannot be kept, so it is not made");
                }
                entry.cannot_keep = true;
                return Err(error.into());
            }
        }
        entry.cannot_keep = false;
        let facts_before = facts(&entry.state);
        entry.state = state;
        let facts_changed = facts(&entry.state) != facts_before;
        self.show(mailstore);
        if facts_changed {
            self.publish();
        }
        log(mailstore, &actions);
        self.perform(mailstore, &actions).await;
        Ok(actions)
    }

    fn automatic_elsewhere(&self, mailstore: &MailstoreId) -> u32 {
        let others = self
            .entries
            .iter()
            .filter(|(id, entry)| *id != mailstore && entry.state.is_automatically_active());
        u32::try_from(others.count()).unwrap_or(u32::MAX)
    }

    /// Which part of all mailboxes is at stake with this mailstore.
    fn share(&self, mailstore: &MailstoreId, now: Timestamp) -> Share {
        let census = self.wiring.census.borrow();
        let switched = self.entries.iter().filter(|(id, entry)| {
            *id != mailstore && entry.state.was_switched_within(SHARE_WINDOW, now)
        });
        Share {
            own: census.of(mailstore),
            switched_elsewhere: switched.map(|(id, _)| census.of(id)).sum(),
            all: census.all(),
        }
    }

    /// Carries out what was decided and kept; then it need not be done again.
    async fn perform(&self, mailstore: &MailstoreId, actions: &[Action]) {
        let mut done = Vec::new();
        for action in actions {
            match action {
                Action::Record(_) | Action::OpenOutage { .. } | Action::MarkReturned { .. } => {
                    continue;
                }
                Action::PublishRoute => self.publish(),
                Action::FlushMx => self.wiring.flush.notify_one(),
                Action::CheckGuard => self.ask_guard(mailstore),
                Action::WakeMerge => {
                    self.wiring
                        .merge_wake
                        .send_modify(|n| *n = n.wrapping_add(1));
                }
                Action::RelearnSentinel | Action::RelearnNewest => {
                    let (id, all) = (mailstore.clone(), *action == Action::RelearnSentinel);
                    let forget = move |tx: &mut dyn crate::store::Tx| match all {
                        true => kept::learn_sentinel(tx, &id, None),
                        false => kept::relearn_newest(tx, &id),
                    };
                    if let Err(error) = self.wiring.store.write(forget).await {
                        tracing::error!(%mailstore, %error, "the sentinel is not learned anew");
                        continue;
                    }
                }
            }
            done.push(action.clone());
        }
        if done.is_empty() {
            return;
        }
        let id = mailstore.clone();
        let cleared = self
            .wiring
            .store
            .write(move |tx| kept::clear_pending(tx, &id, &done))
            .await;
        if let Err(error) = cleared {
            tracing::warn!(%mailstore, %error, "actions will be repeated at the next start");
        }
    }

    /// Looks on a task of its own, so that a hanging mailstore holds up no decision.
    fn ask_guard(&self, mailstore: &MailstoreId) {
        let Some(entry) = self.entries.get(mailstore) else {
            return;
        };
        let known = self.wiring.store.read(|tx| kept::sentinel(tx, mailstore));
        let (target, inbox) = (entry.watched.target.clone(), self.wiring.inbox.clone());
        let mailstore = mailstore.clone();
        self.wiring.tasks.spawn(async move {
            let verdict = match known {
                Ok(record) => detect::guard(&target, record.known.as_ref()).await,
                Err(error) => GuardVerdict::Unknown {
                    why: error.to_string(),
                },
            };
            // A loop that has ended asks again after its start.
            let _ = inbox.send(Message::Guard { mailstore, verdict }).await;
        });
    }

    fn publish(&self) {
        let mailstores = self
            .entries
            .iter()
            .map(|(id, entry)| (id.clone(), facts(&entry.state)));
        self.wiring.shared.routes.publish(Table {
            mailstores: mailstores.collect(),
            overrides: self.overrides.clone(),
        });
    }

    fn show_all(&self) {
        self.entries.keys().for_each(|id| self.show(id));
    }

    fn show(&self, mailstore: &MailstoreId) {
        let Some(entry) = self.entries.get(mailstore) else {
            return;
        };
        let now = self.wiring.shared.clock.now();
        let view = View {
            state: entry.state.clone(),
            may_merge: entry.state.may_merge(&entry.watched.settings, now),
            may_raise: entry.state.may_raise(&entry.watched.settings, now),
            probes: entry.probes.clone(),
            slow: entry.trends.slow(),
            observation_stale: entry.watched.settings.observation_stale,
        };
        let could_merge = {
            let views = self.wiring.shared.views.write();
            let mut views = views.unwrap_or_else(PoisonError::into_inner);
            let may_merge = view.may_merge;
            let before = views.insert(mailstore.clone(), view);
            before.is_some_and(|before| before.may_merge) || !may_merge
        };
        if !could_merge {
            self.wiring
                .merge_wake
                .send_modify(|n| *n = n.wrapping_add(1));
        }
    }

    /// Notes which outages have nothing left to merge.
    async fn close_outages(&self) {
        let store = &self.wiring.store;
        let open = store.read(|tx| {
            let mut open = Vec::new();
            for (id, outage) in kept::outages(tx, None, OUTAGES_LOOKED_AT)? {
                let is_open = |id| {
                    let entry = self.entries.get(id);
                    entry.is_some_and(|entry| entry.state.raising.is_some())
                };
                if outage.merged_at.is_none()
                    && outage.returned_at.is_some()
                    && !is_open(&outage.mailstore)
                    && unmerged::count_unmerged(tx, &outage.mailstore, 1)? == 0
                {
                    open.push(id);
                }
            }
            Ok::<_, StoreError>(open)
        });
        let now = self.wiring.shared.clock.now();
        let result = match open {
            Ok(open) if open.is_empty() => return,
            Ok(open) => {
                store
                    .write(move |tx| {
                        open.iter()
                            .try_for_each(|id| kept::mark_merged(tx, *id, now))
                    })
                    .await
            }
            Err(error) => Err(error),
        };
        if let Err(error) = result {
            tracing::error!(%error, "the end of an outage is not noted yet");
        }
    }
}

impl Entry {
    fn note_probe(&mut self, seen: &Observation, now: Timestamp) {
        let last = LastProbe {
            at: now.before(seen.age),
            vantage: seen.vantage.clone(),
            probe: seen.probe,
            outcome: seen.outcome.clone(),
            took: seen.took,
        };
        let known = self
            .probes
            .iter_mut()
            .find(|p| p.probe == last.probe && p.vantage == last.vantage);
        let before = known.as_ref().map(|known| &known.outcome);
        let (mailstore, probe) = (&self.watched.target.mailstore, last.probe);
        match (&last.outcome, before) {
            (Outcome::Up, None | Some(Outcome::Up)) => {}
            (Outcome::Up, Some(_)) => tracing::info!(%mailstore, %probe, "the probe works again"),
            (now, before) if before == Some(now) => {}
            (Outcome::Down(why), _) => tracing::warn!(%mailstore, %probe, why, "the probe fails"),
            (Outcome::Unknown(why), _) => {
                tracing::warn!(%mailstore, %probe, why, "the probe cannot tell");
            }
        }
        match known {
            Some(known) => *known = last,
            None => self.probes.push(last),
        }
    }
}

/// Whether a sentinel that is not known yet may be learned: not while what is there is doubted.
fn may_learn(state: &State) -> bool {
    matches!(state.phase, Phase::Normal | Phase::Returning { .. })
}

/// What is known, with a newer newest message; none if there is none.
fn with_newest(known: SentinelKnown, seen: &Seen) -> Option<SentinelKnown> {
    let newest = seen.sentinel.newest?;
    let is_newer = known
        .newest
        .is_none_or(|before| newest.number > before.number && newest.uid > before.uid);
    is_newer.then_some(SentinelKnown {
        newest: Some(newest),
        ..known
    })
}

fn facts(state: &State) -> MailstoreFacts {
    MailstoreFacts {
        serving: match state.serving() {
            Serving::Primary => Route::Primary,
            Serving::Standby => Route::Standby,
            Serving::Queue => Route::Queue,
        },
        is_unsafe: state.is_unsafe(),
        raising: state.must_be_raised().map(|must| Raising {
            epoch: match must {
                MustBeRaised::Everybody => None,
                MustBeRaised::Under(epoch) => Some(epoch),
            },
            meanwhile: match state.mode {
                Mode::PinPrimary => Route::Queue,
                Mode::Auto | Mode::PinStandby | Mode::Queue => Route::Standby,
            },
        }),
    }
}
