//! Telling users that their usual mail is out, and that it is back: who is to be told is level-triggered, by
//! how the mailstores stand now.
//!
//! While a mailstore is out, its mailboxes have their turn in the order of the directory. A letter and the note
//! that its user was told are one transaction, so nobody is told twice whatever dies in between; how far it
//! came is kept behind that. At most [`UNDER_WAY_MAX`] letters of a mailstore are in the queue at a time, and
//! at most so many a minute are written (`announce.users_per_minute`). When the mailstore is back and was
//! watched long enough, those and only those are told whose letter has left; one that has not is stopped.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;

use crate::clock::Timestamp;
use crate::config::Announce;
use crate::failover::Phase;
use crate::ids::{Address, MailboxId, MailstoreId, OutageId, QueueId};
use crate::route::Route;
use crate::service::Service;
use crate::service::user_letters::{self, About, Addressee, Ready, Words};
use crate::store::directory::{self, Mailbox, placed};
use crate::store::policies::{self, UserPolicy};
use crate::store::queue::{self, QueueEntry, QueueState, QueuedRecipient, RecipientState};
use crate::store::told::{self, TellingRecord, TellingStage, ToldRecord, UNDER_WAY_MAX};
use crate::store::{Order, ReadTx, StoreError, Tx, bodies, failover as kept};

/// How often there is a turn.
const LOOK: Duration = Duration::from_secs(1);
/// Mailboxes looked at in one read.
const PAGE: usize = 200;
/// Such reads in a turn: where hardly anybody is to be told they are passed over quickly.
const PAGES: usize = 25;
/// How long a letter is tried: after that it is no news.
const GOOD: Duration = Duration::from_secs(12 * 3600);
/// Who could not be told yet that it is back is looked at again after this.
const AGAIN: Duration = Duration::from_secs(5);

/// Where a round through those who were told stands, by mailstore; a restart begins it anew.
#[derive(Debug, Default)]
struct Round {
    after: Option<MailboxId>,
    not_before: Option<Timestamp>,
}

/// Tells users for ever.
pub(super) async fn run(service: &Service) {
    let mut rounds: BTreeMap<MailstoreId, Round> = BTreeMap::new();
    for turn in 0.. {
        let config = service.config.get();
        let mailstores = config.mailstore.iter().map(|mailstore| &mailstore.id);
        if let Some(from) = &config.announce.mail_from {
            for id in mailstores {
                let teller = Teller {
                    service,
                    from,
                    config: &config.announce,
                    mailstore: id,
                    turn,
                };
                let round = rounds.entry(id.clone()).or_default();
                if let Err(error) = teller.turn(round).await {
                    tracing::error!(mailstore = %id, %error, "users are not told yet");
                }
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// What a turn has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Task {
    /// Tell that it is out, since then.
    Began(OutageId, Timestamp),
    /// Tell that it is back.
    Ended,
    /// Neither: it is suspected, was not out long enough, or is watched after its return.
    Nothing,
}

/// What is to be told of a mailstore. Pure.
fn task(phase: &Phase, activated_at: Option<Timestamp>, after: Duration, now: Timestamp) -> Task {
    match (phase, activated_at) {
        (Phase::Active { outage, .. }, Some(since)) if now.since(since) >= after => {
            Task::Began(*outage, since)
        }
        (Phase::Normal, _) => Task::Ended,
        _ => Task::Nothing,
    }
}

/// Letters in a turn, of which there is one a second. Pure.
fn letters_in_turn(per_minute: u32, turn: u64) -> usize {
    let until = |turn: u64| turn.wrapping_mul(u64::from(per_minute)) / 60;
    let (turn, next) = (turn % 60, turn % 60 + 1);
    usize::try_from(until(next) - until(turn)).unwrap_or(UNDER_WAY_MAX)
}

/// Tells the users of one mailstore.
struct Teller<'a> {
    service: &'a Service,
    from: &'a Address,
    config: &'a Announce,
    mailstore: &'a MailstoreId,
    /// Which turn it is.
    turn: u64,
}

/// What is to become of a mailbox.
enum Turn {
    /// It is written to.
    Write(Box<Addressee>, UserPolicy),
    /// It is not wanted, not out, or was done.
    Pass,
    /// It cannot be reached.
    Unreachable,
}

impl Teller<'_> {
    fn now(&self) -> Timestamp {
        self.service.clock.now()
    }

    async fn turn(&self, round: &mut Round) -> Result<(), StoreError> {
        let task = self.service.store.read(|tx| {
            let state = kept::mailstore(tx, self.mailstore)?.state;
            let outage = match state.phase.outage() {
                Some(outage) => kept::outage(tx, outage)?,
                None => None,
            };
            let activated_at = outage.map(|outage| outage.activated_at);
            let after = self.config.users_after.duration();
            Ok::<_, StoreError>(task(&state.phase, activated_at, after, self.now()))
        })?;
        match task {
            Task::Began(outage, since) => {
                *round = Round::default();
                self.began(outage, since).await
            }
            Task::Ended => self.ended(round).await,
            Task::Nothing => Ok(()),
        }
    }

    /// How far it came, if there is anything to do.
    fn telling(&self, outage: OutageId) -> Result<Option<TellingRecord>, StoreError> {
        self.service.store.read(|tx| {
            if !policies::is_any::<UserPolicy>(tx)? {
                return Ok(None);
            }
            let record = told::telling(tx, self.mailstore)?;
            let record = record.filter(|record| record.outage == outage);
            let record = record.unwrap_or_else(|| TellingRecord::of(outage));
            Ok(Some(record).filter(|record| record.stage != TellingStage::All))
        })
    }

    async fn began(&self, outage: OutageId, since: Timestamp) -> Result<(), StoreError> {
        let Some(mut record) = self.telling(outage)? else {
            return Ok(());
        };
        self.forget_gone(&mut record)?;
        let mut room = self.room(&record);
        let before = record.clone();
        for _ in 0..PAGES {
            if room == 0 || record.stage == TellingStage::All {
                break;
            }
            room = room.saturating_sub(self.page(outage, since, &mut record, room).await?);
        }
        if record == before {
            return Ok(());
        }
        let mailstore = self.mailstore.clone();
        self.service
            .store
            .write(move |tx| match told::telling(tx, &mailstore)? {
                // The policy was changed meanwhile: all have their turn again.
                Some(now) if now.outage == outage && now.round != record.round => {
                    let (stage, round) = (now.stage, now.round);
                    let record = record.clone();
                    let record = TellingRecord {
                        stage,
                        round,
                        ..record
                    };
                    told::put_telling(tx, &mailstore, &record)
                }
                _ => told::put_telling(tx, &mailstore, &record),
            })
            .await
    }

    /// Letters that may be written in this turn.
    fn room(&self, record: &TellingRecord) -> usize {
        letters_in_turn(self.config.users_per_minute, self.turn)
            .min(UNDER_WAY_MAX.saturating_sub(record.under_way.len()))
    }

    /// Forgets letters that have left the queue.
    fn forget_gone(&self, record: &mut TellingRecord) -> Result<(), StoreError> {
        self.service.store.read(|tx| {
            let mut kept = Vec::new();
            for (mailbox, id) in record.under_way.drain(..) {
                let entry = queue::get(tx, mailbox, id)?;
                if entry.is_some_and(|entry| !entry.is_finished()) {
                    kept.push((mailbox, id));
                }
            }
            record.under_way = kept;
            Ok(())
        })
    }

    /// The next mailboxes have their turn, until `room` letters are written; returns how many were.
    async fn page(
        &self,
        outage: OutageId,
        since: Timestamp,
        record: &mut TellingRecord,
        room: usize,
    ) -> Result<usize, StoreError> {
        let after = match &record.stage {
            TellingStage::Behind(address) => Some(address.clone()),
            TellingStage::First | TellingStage::All => None,
        };
        let (turns, is_last) = self.service.store.read(|tx| {
            let page = placed::on_mailstore(
                tx,
                self.mailstore,
                Order::Ascending,
                None,
                placed::Begin::behind(after.as_ref()),
                PAGE,
            )?;
            let is_last = page.len() < PAGE;
            let (mut turns, mut letters) = (Vec::new(), 0);
            for address in page {
                if letters == room {
                    return Ok((turns, false));
                }
                let turn = self.look(tx, &address)?;
                letters += usize::from(matches!(turn, Turn::Write(..)));
                turns.push((address, turn));
            }
            Ok::<_, StoreError>((turns, is_last))
        })?;
        let mut writing = Vec::new();
        for (address, turn) in turns {
            record.stage = TellingStage::Behind(address);
            match turn {
                Turn::Write(to, policy) => {
                    let ready = self.ready(&to, About::Began, policy, since)?;
                    writing.push(self.tell(outage, *to, ready));
                }
                Turn::Unreachable => record.counts.unreachable += 1,
                Turn::Pass => {}
            }
        }
        let mut written = 0;
        for letter in join_all(writing).await {
            if let Some(letter) = letter? {
                record.under_way.push(letter);
                record.counts.told += 1;
                written += 1;
            }
        }
        if is_last {
            record.stage = TellingStage::All;
        }
        Ok(written)
    }

    /// What is to become of a mailbox of a mailstore that is out.
    fn look(&self, tx: &dyn ReadTx, address: &Address) -> Result<Turn, StoreError> {
        let policy = policies::of_domain::<UserPolicy>(tx, &address.domain_name())?;
        if policy == UserPolicy::Off {
            return Ok(Turn::Pass);
        }
        let record = directory::mailbox(tx, address)?;
        let Some(record) = record.filter(|record| record.mailstore == *self.mailstore) else {
            return Ok(Turn::Pass);
        };
        if told::told(tx, self.mailstore, record.id)?.is_some() {
            return Ok(Turn::Pass);
        }
        let now = self.now();
        let routes = &self.service.routes;
        let decided = routes.route_mailbox(address, self.mailstore, now);
        if decided.route != Route::Standby {
            return Ok(Turn::Pass);
        }
        let mailbox = Mailbox {
            address: address.clone(),
            record,
        };
        let to = user_letters::addressee(self.service, tx, &mailbox, now)?;
        Ok(to.map_or(Turn::Unreachable, |to| Turn::Write(Box::new(to), policy)))
    }

    fn ready(
        &self,
        to: &Addressee,
        about: About,
        policy: UserPolicy,
        time: Timestamp,
    ) -> Result<Ready, StoreError> {
        let (usual, says_forgotten) = match policy {
            UserPolicy::Off => (Default::default(), false),
            UserPolicy::Told { language, link } => (language, link),
        };
        let words = Words {
            language: to.language.unwrap_or(usual),
            brand: &to.brand,
            places: &to.places,
            address: &to.address,
            time,
            says_forgotten,
            link: "",
        };
        let (letter, now) = (user_letters::letter(about, &words), self.now());
        user_letters::ready(self.service, self.from, to, &letter, now, now.after(GOOD))
    }

    /// Queues a letter and notes that its user was told; none if they were already.
    async fn tell(
        &self,
        outage: OutageId,
        to: Addressee,
        ready: Ready,
    ) -> Result<Option<(MailboxId, QueueId)>, StoreError> {
        let Ready { entry, body } = ready;
        let mailstore = self.mailstore.clone();
        let told = ToldRecord {
            address: to.address,
            outage,
            letter: entry.id,
        };
        self.service
            .store
            .write_with_body(body, move |tx, body| {
                if told::told(tx, &mailstore, entry.mailbox)?.is_some() {
                    bodies::forget(tx, body);
                    return Ok(None);
                }
                told::put_told(tx, &mailstore, entry.mailbox, &told)?;
                queue::enqueue(tx, &entry)?;
                Ok(Some((entry.mailbox, entry.id)))
            })
            .await
    }

    /// Those who were told that it is out have their turn.
    async fn ended(&self, round: &mut Round) -> Result<(), StoreError> {
        let now = self.now();
        if round.not_before.is_some_and(|at| now < at) {
            return Ok(());
        }
        let Some(mut record) = self
            .service
            .store
            .read(|tx| told::telling(tx, self.mailstore))?
        else {
            return Ok(());
        };
        self.forget_gone(&mut record)?;
        let room = self.room(&record);
        if room == 0 {
            return Ok(());
        }
        let page = self
            .service
            .store
            .read(|tx| told::all_told(tx, self.mailstore, round.after, room))?;
        let is_last = page.len() < room;
        round.after = page.last().map(|(id, _)| *id).filter(|_| !is_last);
        round.not_before = is_last.then(|| now.after(AGAIN));
        let ending = page.into_iter().map(|(id, told)| self.end(id, told));
        let mut back = Vec::new();
        for letter in join_all(ending).await {
            back.extend(letter?);
        }
        if back.is_empty() {
            return Ok(());
        }
        record.counts.told_back += u64::try_from(back.len()).unwrap_or(0);
        record.under_way.extend(back);
        let mailstore = self.mailstore.clone();
        self.service
            .store
            .write(move |tx| told::put_telling(tx, &mailstore, &record))
            .await
    }

    /// Tells a user that it is back, or stops the letter that says that it is out; returns the letter, if one
    /// was written.
    async fn end(
        &self,
        mailbox: MailboxId,
        record: ToldRecord,
    ) -> Result<Option<(MailboxId, QueueId)>, StoreError> {
        let now = self.now();
        let found = self.service.store.read(|tx| {
            let first = queue::get(tx, mailbox, record.letter)?;
            let at_home = match lives(tx, mailbox, &record.address)? {
                None => return Ok((Ending::Forget, None)),
                Some(at_home) => at_home,
            };
            let routes = &self.service.routes;
            let decided = routes.route_mailbox(&at_home.address, &at_home.record.mailstore, now);
            let ending = ending(first.as_ref(), decided.route);
            let to = match ending {
                Ending::Tell => user_letters::addressee(self.service, tx, &at_home, now)?,
                _ => None,
            };
            let policy = policies::of_domain::<UserPolicy>(tx, &at_home.address.domain_name())?;
            Ok::<_, StoreError>((ending, to.map(|to| (to, policy))))
        })?;
        let mailstore = self.mailstore.clone();
        match found {
            (Ending::Wait, _) => Ok(None),
            (Ending::Tell, Some((to, policy))) => {
                let Ready { entry, body } = self.ready(&to, About::Ended, policy, now)?;
                let queued = self.service.store.write_with_body(body, move |tx, body| {
                    if told::told(tx, &mailstore, mailbox)?.as_ref() != Some(&record) {
                        bodies::forget(tx, body);
                        return Ok(None);
                    }
                    told::forget_told(tx, &mailstore, mailbox);
                    queue::enqueue(tx, &entry)?;
                    Ok::<_, StoreError>(Some((mailbox, entry.id)))
                });
                queued.await
            }
            (Ending::Stop, _) => {
                let stop = move |tx: &mut dyn Tx| {
                    let why = "the mailbox is back";
                    // Taken by the sender a moment ago: next time.
                    if queue::cancel(tx, mailbox, record.letter, why, now)?.is_some() {
                        told::forget_told(tx, &mailstore, mailbox);
                    }
                    Ok(None)
                };
                self.service.store.write(stop).await
            }
            (Ending::Tell | Ending::Forget, _) => {
                let forget = move |tx: &mut dyn Tx| {
                    told::forget_told(tx, &mailstore, mailbox);
                    Ok(None)
                };
                self.service.store.write(forget).await
            }
        }
    }
}

/// The mailbox with this id, under the address that it had or has now.
fn lives(tx: &dyn ReadTx, id: MailboxId, address: &Address) -> Result<Option<Mailbox>, StoreError> {
    match directory::mailbox(tx, address)?.filter(|record| record.id == id) {
        Some(record) => Ok(Some(Mailbox {
            address: address.clone(),
            record,
        })),
        None => directory::by_id(tx, id),
    }
}

/// What is to be done about a user who was told that their mail is out, once it is back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// Their mailbox is not back yet, or their letter is on its way just now.
    Wait,
    /// They are told.
    Tell,
    /// The first letter is still here, and says nothing true any more.
    Stop,
    /// The first letter never arrived.
    Forget,
}

/// As [`Ending`]: by what became of the first letter, and where mail for the mailbox goes. Pure.
fn ending(first: Option<&QueueEntry>, route: Route) -> Ending {
    if route != Route::Primary {
        return Ending::Wait;
    }
    let Some(first) = first else {
        // It left long ago.
        return Ending::Tell;
    };
    let arrived = |to: &QueuedRecipient| matches!(to.state, RecipientState::Relayed { .. });
    match &first.state {
        QueueState::Claimed { .. } => Ending::Wait,
        QueueState::Queued { .. } | QueueState::Held { .. } => Ending::Stop,
        QueueState::Done { .. } | QueueState::Cancelled { .. } => {
            match first.recipients.iter().any(arrived) {
                true => Ending::Tell,
                false => Ending::Forget,
            }
        }
    }
}

#[cfg(test)]
mod tests;
