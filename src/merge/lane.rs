//! One mailstore's part of the merge: which visits run, and when the next one starts.
//!
//! One task per mailstore owns all of it. How many visits run at the same time is the [`Pace`]'s, who
//! is next the [`Line`]'s. A mailbox that takes longer than its turn while others wait does not count
//! any more and gives its place back at its next step; one that hangs is cut off when nothing else can
//! start: the journal knows how far it came.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{AbortHandle, Id, JoinError, JoinSet};
use tokio::time::Instant;

use super::line::Line;
use super::pace::{Bounds, Event, Pace};
use super::run::{Desk, LaneView};
use super::visit::{Context, visit};
use super::{Gate, MailstoreAccess, VisitError, wait_after};
use crate::ids::{MailboxId, MailstoreId};
use crate::panics;
use crate::store::directory::Mailbox;
use crate::store::merge::{self as journal, Counts, MailboxMerge, ParkReason, Parked};
use crate::store::{Store, StoreError};

/// So many turns, and a visit that holds the last place is cut off.
const TURNS_MAX: u32 = 10;
/// A mailstore is asked at least this often.
const DOWN_MAX: Duration = Duration::from_secs(60);

/// One mailstore's part of the work.
pub(super) struct Lane {
    context: Arc<Context>,
    access: Arc<MailstoreAccess>,
    desk: Arc<Desk>,
    pace: Pace,
    line: Line,
    running: HashMap<MailboxId, Running>,
    down: Down,
    begun: Instant,
}

/// A visit under way.
struct Running {
    since: Instant,
    give_back: Arc<AtomicBool>,
    handle: AbortHandle,
}

/// How long nobody is tried, because the mailstore as a whole did not answer.
#[derive(Default)]
struct Down {
    attempts: u32,
    until: Option<Instant>,
}

/// What a visit came to.
struct Visited {
    mailbox: MailboxId,
    /// Until it was signed in; none if it never was.
    login: Option<Duration>,
    took: Duration,
    merged: u64,
    gave_back: bool,
    result: Result<(), VisitError>,
}

type Ended = Result<(Id, Visited), JoinError>;

impl Lane {
    pub(super) fn new(
        context: Arc<Context>,
        access: Arc<MailstoreAccess>,
        desk: Arc<Desk>,
    ) -> Self {
        let ceiling = u32::try_from(context.settings.concurrency).unwrap_or(u32::MAX);
        Self {
            pace: Pace::new(Bounds { ceiling, floor: 1 }),
            line: Line::new(access.id.clone()),
            context,
            access,
            desk,
            running: HashMap::new(),
            down: Down::default(),
            begun: Instant::now(),
        }
    }

    /// Merges until `stop` becomes true, then lets what runs end at its next step.
    pub(super) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut visits = JoinSet::new();
        let mut woken = self.desk.woken();
        while !*stop.borrow() {
            if let Err(error) = self.start(&mut visits).await {
                tracing::error!(mailstore = %self.access.id, %error,
                    "the merge cannot read the store");
            }
            self.show();
            let ended = tokio::select! {
                ended = visits.join_next_with_id(), if !visits.is_empty() => ended,
                () = tokio::time::sleep(self.context.settings.poll) => None,
                _ = woken.changed() => {
                    self.line.look_anew();
                    None
                }
                _ = stop.wait_for(|stop| *stop) => None,
            };
            if let Some(ended) = ended {
                self.ended(ended).await;
            }
            while let Some(ended) = visits.try_join_next_with_id() {
                self.ended(ended).await;
            }
        }
        while let Some(ended) = visits.join_next_with_id().await {
            self.ended(ended).await;
        }
    }

    /// Starts what may start.
    async fn start(&mut self, visits: &mut JoinSet<Visited>) -> Result<(), StoreError> {
        let orders = self.desk.orders(&self.access.id);
        self.pace = self
            .pace
            .ordered(orders.map(|o| o.speed).unwrap_or_default());
        if self.desk.is_paused(&self.access.id) || self.is_down() {
            return Ok(());
        }
        let busy: HashSet<MailboxId> = self.running.keys().copied().collect();
        self.line.look(&self.context, &busy).await?;
        self.make_room();
        while self.has_room() {
            let Some(mailbox) = self.line.next(&self.context)? else {
                break;
            };
            self.begin(mailbox, visits);
        }
        Ok(())
    }

    fn has_room(&self) -> bool {
        let turn = self.context.settings.turn;
        let counting = self.running.values().filter(|r| r.since.elapsed() <= turn);
        self.running.len() < self.pace.ceiling() && counting.count() < self.pace.allowed()
    }

    /// Asks those whose turn is over for their place, if others wait; cuts off one that hangs when
    /// there is no place left at all.
    fn make_room(&mut self) {
        if self.line.is_empty() {
            return;
        }
        let turn = self.context.settings.turn;
        for running in self.running.values() {
            if running.since.elapsed() > turn {
                running.give_back.store(true, Ordering::Relaxed);
            }
        }
        if self.running.len() < self.pace.ceiling() {
            return;
        }
        let longest = self.running.values().min_by_key(|running| running.since);
        if let Some(longest) = longest
            && longest.since.elapsed() > turn * TURNS_MAX
        {
            longest.handle.abort();
        }
    }

    fn begin(&mut self, mailbox: Mailbox, visits: &mut JoinSet<Visited>) {
        let id = mailbox.record.id;
        if self.running.contains_key(&id) {
            return;
        }
        let give_back = Arc::new(AtomicBool::new(false));
        let context = Arc::new(Context {
            gate: gate_until(&self.context.gate, &give_back),
            store: self.context.store.clone(),
            clock: self.context.clock.clone(),
            settings: self.context.settings,
        });
        let access = self.access.clone();
        let asked = give_back.clone();
        let handle = visits.spawn(async move {
            let before = counted(&context.store, id);
            let (begun, signed_in) = (Instant::now(), AtomicU64::new(0));
            let result = visit(&context, &access, mailbox, &signed_in).await;
            let login = signed_in.load(Ordering::Relaxed);
            Visited {
                mailbox: id,
                login: (login > 0).then(|| Duration::from_micros(login)),
                took: begun.elapsed(),
                merged: counted(&context.store, id).saturating_sub(before),
                gave_back: asked.load(Ordering::Relaxed),
                result,
            }
        });
        let running = Running {
            since: Instant::now(),
            give_back,
            handle,
        };
        self.running.insert(id, running);
    }

    async fn ended(&mut self, ended: Ended) {
        match ended {
            Ok((_, visited)) => {
                self.running.remove(&visited.mailbox);
                self.learn(&visited);
                say(&self.access, &visited);
            }
            Err(error) => {
                let mut running = self.running.iter();
                let cut = running.find(|(_, running)| running.handle.id() == error.id());
                let Some(id) = cut.map(|(id, _)| *id) else {
                    return;
                };
                self.running.remove(&id);
                self.cut_off(id, &error).await;
            }
        }
    }

    /// Has a mailbox whose visit was cut off wait like one that failed.
    async fn cut_off(&mut self, id: MailboxId, error: &JoinError) {
        tracing::warn!(mailbox = %id, error = panics::how(error), "the visit of a mailbox was cut off");
        self.line.put_last(id);
        match park_cut_off(&self.context, &self.access.id, id).await {
            // Nothing is to be kept of it any more.
            Ok(()) | Err(StoreError::Missing(_)) => {}
            Err(error) => {
                tracing::error!(mailbox = %id, %error, "the wait of a mailbox is not noted");
            }
        }
    }

    fn is_down(&self) -> bool {
        self.down.until.is_some_and(|until| until > Instant::now())
    }

    /// A mailstore that does not answer is left alone for a while; one that does is back, and its pace
    /// follows how it answers.
    fn learn(&mut self, visited: &Visited) {
        let now = Instant::now();
        let event = match &visited.result {
            Err(VisitError::Closed) if visited.gave_back => {
                self.line.put_last(visited.mailbox);
                None
            }
            Err(VisitError::Closed) if self.desk.is_paused(&self.access.id) => None,
            Err(VisitError::Closed) => Some(Event::Relapsed),
            Err(VisitError::Mailstore(_)) => {
                // Those that were under way together count once.
                if self.down.until.is_none_or(|until| until <= now) {
                    self.down.attempts = self.down.attempts.saturating_add(1);
                    let wait = wait_after(self.down.attempts).min(DOWN_MAX);
                    self.down.until = Some(now + wait);
                }
                Some(Event::Failed)
            }
            Err(VisitError::Store(_)) => None,
            Err(VisitError::Park { reason, .. }) if *reason == ParkReason::Unavailable => {
                self.down = Down::default();
                Some(Event::Failed)
            }
            Ok(()) | Err(VisitError::Park { .. }) => {
                self.down = Down::default();
                self.line.done(visited.mailbox);
                visited.answered()
            }
        };
        if let Some(event) = event {
            self.pace = self.pace.after(event, now - self.begun);
        }
    }

    /// Shows others how the lane stands.
    fn show(&self) {
        let view = LaneView {
            running: self.running.len(),
            allowed: self.pace.allowed(),
            ceiling: self.pace.ceiling(),
            in_line: self.line.len(),
            down: self.is_down(),
        };
        self.desk.show(&self.access.id, view);
    }
}

impl Visited {
    /// What it says about the mailstore's pace.
    fn answered(&self) -> Option<Event> {
        let login = self.login?;
        let messages = u32::try_from(self.merged).unwrap_or(u32::MAX);
        let message = self.took.saturating_sub(login).checked_div(messages);
        Some(Event::Answered { login, message })
    }
}

/// The gate, closed as well once the place is asked for.
fn gate_until(gate: &Gate, give_back: &Arc<AtomicBool>) -> Gate {
    let (gate, give_back) = (gate.clone(), give_back.clone());
    Arc::new(move |mailstore, address| {
        if give_back.load(Ordering::Relaxed) {
            None
        } else {
            gate(mailstore, address)
        }
    })
}

/// Messages that were merged in a mailbox so far.
fn counted(store: &Store, id: MailboxId) -> u64 {
    let state: Result<Option<MailboxMerge>, StoreError> = store.read(|tx| journal::mailbox(tx, id));
    let counts: Option<Counts> = state.ok().flatten().map(|state| state.counts);
    counts.map_or(0, |c| c.received + c.sent + c.drafts + c.notices + c.found)
}

fn say(access: &MailstoreAccess, visited: &Visited) {
    let mailbox = visited.mailbox;
    match &visited.result {
        Ok(()) => tracing::info!(%mailbox, "merged"),
        Err(VisitError::Closed) => {}
        Err(VisitError::Park { reason, detail }) => {
            tracing::warn!(%mailbox, ?reason, detail, "the merge of a mailbox waits");
        }
        Err(error @ VisitError::Mailstore(_)) => {
            tracing::warn!(mailstore = %access.id, %error, "the merge waits");
        }
        Err(error @ VisitError::Store(_)) => {
            tracing::error!(%mailbox, %error, "the merge of a mailbox failed");
        }
    }
}

/// Writes down that a mailbox waits, because its visit was cut off.
pub(super) async fn park_cut_off(
    context: &Context,
    mailstore: &MailstoreId,
    id: MailboxId,
) -> Result<(), StoreError> {
    let (now, mailstore) = (context.clock.now(), mailstore.clone());
    let parking = context.write_of(id, move |tx| {
        let known = journal::mailbox(tx, id)?.filter(|state| state.mailstore == mailstore);
        let mut state = known.unwrap_or_else(|| MailboxMerge::new(&mailstore, now));
        let attempts = state.parked.as_ref().map_or(0, |parked| parked.attempts);
        let attempts = attempts.saturating_add(1);
        state.parked = Some(Parked {
            reason: ParkReason::Unavailable,
            detail: "it took so long that it gave its place to others".into(),
            attempts,
            next_attempt_at: now.after(wait_after(attempts)),
        });
        journal::put_mailbox(tx, id, &state)
    });
    parking.await
}
