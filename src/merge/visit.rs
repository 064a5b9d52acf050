//! One visit of one mailbox.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;

use crate::clock::{SharedClock, Timestamp};
use crate::ids::{
    Address, BatchId, Epoch, MailboxId, MailstoreId, PrimaryUid, StandbyId, UidValidity,
};
use crate::imap::FolderName;
use crate::mail::{CanonicalDigest, canonical, digest_canonical};
use crate::merge_plan::{Due, Layout, StandbyFolder};
use crate::store::directory::{self, Mailbox};
use crate::store::events::{self, MailboxStep};
use crate::store::merge::orders;
use crate::store::merge::receipt::{self, Standing};
use crate::store::merge::{BatchRecord, Fate, MailboxMerge, ParkReason, Parked, Place};
use crate::store::messages::{MessageRecord, Origin};
use crate::store::{Store, StoreError, Tx, forget, merge as journal, messages, meta, written};

use super::ground::{self, Ground};
use super::place::place;
use super::{Gate, MailstoreAccess, Settings, VisitError};

/// A hold that has been over for so long is ended by the merge.
const HOLD_GRACE: Duration = Duration::from_secs(30);
/// Messages that are taken into hand at once.
pub(super) const WINDOW: usize = 500;

/// What a visit needs from the outside.
pub(super) struct Context {
    pub(super) store: Store,
    pub(super) clock: SharedClock,
    pub(super) settings: Settings,
    pub(super) gate: Gate,
}

impl Context {
    /// Whether files may be placed now, and under which activation.
    pub(super) fn may_place(&self, mailstore: &MailstoreId, mailbox: &Address) -> Option<Epoch> {
        (self.gate)(mailstore, mailbox)
    }

    /// Writes of a mailbox, unless nothing is to be kept of it any more: whatever a merge writes of one goes through
    /// here, for somebody may say so while it is under way.
    ///
    /// # Errors
    /// As [`forget::check`], and what `work` returns; then nothing is written.
    pub(super) async fn write_of<T: Send + 'static>(
        &self,
        mailbox: MailboxId,
        mut work: impl FnMut(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let checked = move |tx: &mut dyn Tx| {
            forget::check(tx, mailbox)?;
            work(tx)
        };
        self.store.write(checked).await
    }
}

/// One visit.
pub(super) struct Visit<'a> {
    pub(super) context: &'a Context,
    pub(super) access: &'a MailstoreAccess,
    pub(super) mailbox: Mailbox,
    pub(super) ground: Ground,
    pub(super) state: MailboxMerge,
    /// Places that the journal knows: no other message is taken to be there.
    pub(super) claimed: BTreeMap<Place, StandbyId>,
    /// What this mailbox's messages were looked for in; made when first needed.
    pub(super) survey: Option<super::find::Survey>,
    /// Messages that a person has to decide on.
    unsure: BTreeSet<StandbyId>,
    /// Messages that were placed as files and are not to be appended or read back (yet).
    pub(super) aside: BTreeSet<StandbyId>,
    /// Why some of them stay there.
    pub(super) unseen: Option<String>,
    /// Messages that the mailstore seems to have, by its files. Where files are placed, only these
    /// are looked for, and appended if that was wrong.
    held_back: BTreeSet<StandbyId>,
    /// Messages that arrived before this are looked for before they are appended.
    pub(super) look_before: Timestamp,
    /// UIDVALIDITY and UIDNEXT of folders as they were last seen or appended to, by the mailstore's
    /// names; forgotten after each window.
    pub(super) next_uids: BTreeMap<String, (UidValidity, PrimaryUid)>,
    /// What became of the last batch, where that is not written down yet.
    pub(super) unwritten: Option<(BatchId, Vec<(StandbyId, Fate)>)>,
    /// Messages that the next batch needs.
    pub(super) read_ahead: BTreeMap<StandbyId, Loaded>,
}

/// What became of each message, and the batches in doubt.
pub(super) type Journal = (BTreeMap<StandbyId, Fate>, Vec<(BatchId, BatchRecord)>);

/// A message with its bytes in canonical form.
pub(super) struct Loaded {
    pub(super) record: MessageRecord,
    pub(super) prefix: Bytes,
    pub(super) body: Bytes,
    pub(super) sha256: CanonicalDigest,
}

impl Loaded {
    pub(super) fn size_bytes(&self) -> u64 {
        (self.prefix.len() + self.body.len()) as u64
    }
}

/// Merges one mailbox; what stands in the way of all of it is written down. `signed_in` gets the
/// microseconds until it was signed in and had the list of folders.
pub(super) async fn visit(
    context: &Context,
    access: &MailstoreAccess,
    mailbox: Mailbox,
    signed_in: &AtomicU64,
) -> Result<(), VisitError> {
    let id = mailbox.record.id;
    let _in_hand = match &access.files {
        Some(files) => Some(files.take(id).ok_or(VisitError::Closed)?),
        None => None,
    };
    let mut state = state_of(context, access, id)?;
    let placed = place(context, access, &mailbox, &mut state).await;
    let (held_back, placed) = match placed {
        Ok(placed) => (placed.held_back, placed.stuck.map_or(Ok(()), Err)),
        Err(error @ VisitError::Park { .. }) => (BTreeSet::new(), Err(error)),
        Err(error) => return conclude(context, id, state, Err(error)).await,
    };
    let begun = std::time::Instant::now();
    let result = match Ground::open_for(context, access, &mailbox).await {
        Ok(ground) => {
            let took = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
            signed_in.store(took.max(1), Ordering::Relaxed);
            let mut visit = Visit::new(context, access, mailbox, ground, state.clone(), held_back);
            let result = visit.run().await;
            state = visit.state;
            if visit.ground.client.is_usable() {
                // It is over either way.
                let _ = visit.ground.client.logout().await;
            }
            result
        }
        Err(error) => Err(error),
    };
    conclude(context, id, state, placed.and(result)).await
}

/// Places what is due in one mailbox, and does no more: the mailstore's IMAP is still closed.
pub(super) async fn place_only(
    context: &Context,
    access: &MailstoreAccess,
    mailbox: Mailbox,
) -> Result<(), VisitError> {
    let id = mailbox.record.id;
    let in_hand = access.files.as_ref().and_then(|files| files.take(id));
    let _in_hand = in_hand.ok_or(VisitError::Closed)?;
    let mut state = state_of(context, access, id)?;
    let placed = place(context, access, &mailbox, &mut state).await;
    let result = placed.and_then(|placed| placed.stuck.map_or(Ok(()), Err));
    conclude(context, id, state, result).await
}

/// How the merge of a mailbox into this mailstore stands.
fn state_of(
    context: &Context,
    access: &MailstoreAccess,
    id: MailboxId,
) -> Result<MailboxMerge, StoreError> {
    let known = context.store.read(|tx| journal::mailbox(tx, id))?;
    Ok(known
        .filter(|state| state.mailstore == access.id)
        .unwrap_or_else(|| MailboxMerge::new(&access.id, context.clock.now())))
}

/// Writes down how the visit ended.
async fn conclude(
    context: &Context,
    id: MailboxId,
    mut state: MailboxMerge,
    result: Result<(), VisitError>,
) -> Result<(), VisitError> {
    let now = context.clock.now();
    let (reason, detail) = match &result {
        Ok(()) => (None, String::new()),
        Err(VisitError::Park { reason, detail }) => (Some(*reason), detail.clone()),
        Err(VisitError::Store(error @ (StoreError::Corrupt { .. } | StoreError::Missing(_)))) => {
            (Some(ParkReason::Store), error.to_string())
        }
        Err(_) => return result,
    };
    let attempts = state.parked.as_ref().map_or(0, |parked| parked.attempts);
    state.at = now;
    state.verified_at = None;
    state.parked = reason.map(|reason| {
        let attempts = attempts.saturating_add(1);
        Parked {
            reason,
            detail,
            attempts,
            next_attempt_at: now.after(super::wait_after(attempts)),
        }
    });
    let mailstore = state.mailstore.clone();
    context
        .store
        .write(move |tx| -> Result<(), StoreError> {
            // Nothing is to be kept of it any more, so nothing is written of it either.
            match forget::check(tx, id) {
                Err(StoreError::Missing(_)) => return Ok(()),
                checked => checked?,
            }
            let left = messages::unmerged(tx, &mailstore, id, None, 1)?;
            let mut state = state.clone();
            state.verified_at = (state.parked.is_none() && left.is_empty()).then_some(now);
            orders::served(tx, &mailstore, id);
            if state.verified_at.is_some() {
                state.closed = Some(state.epoch);
                receipt::write(tx, id, &state, Standing::Verified, now)?;
                if let Some(address) = directory::address_of(tx, id)? {
                    let mailstore = mailstore.clone();
                    let step = MailboxStep::Merged { mailstore };
                    events::append_of_mailbox(tx, now, &address, step)?;
                }
                return journal::put_verified(tx, id, &state);
            }
            if journal::provisional(tx, id)? > 0 {
                receipt::write(tx, id, &state, Standing::Provisional, now)?;
            }
            journal::put_mailbox(tx, id, &state)
        })
        .await?;
    match result {
        // Parking is written down; the store's own trouble with one message concerns this mailbox.
        Err(VisitError::Store(_)) => Ok(()),
        other => other,
    }
}

impl<'a> Visit<'a> {
    pub(super) fn new(
        context: &'a Context,
        access: &'a MailstoreAccess,
        mailbox: Mailbox,
        ground: Ground,
        state: MailboxMerge,
        held_back: BTreeSet<StandbyId>,
    ) -> Self {
        Self {
            context,
            access,
            mailbox,
            ground,
            state,
            claimed: BTreeMap::new(),
            survey: None,
            unsure: BTreeSet::new(),
            aside: BTreeSet::new(),
            unseen: None,
            held_back,
            look_before: Timestamp::EPOCH,
            next_uids: BTreeMap::new(),
            unwritten: None,
            read_ahead: BTreeMap::new(),
        }
    }
}

impl Visit<'_> {
    async fn run(&mut self) -> Result<(), VisitError> {
        self.feel_the_ground().await?;
        self.learn_from_journal().await?;
        self.see_placed().await?;
        let mut after = None;
        loop {
            self.permission()?;
            let window = self.window(after)?;
            let Some(last) = window.last() else { break };
            after = Some(last.id);
            let window = free(self.context, self.mailbox.record.id, window).await?;
            let (here, mut due) = self.sort(window).await?;
            if self.access.places() {
                due.retain(|message| self.held_back.contains(&message.id));
            }
            let due = self.find_before_appending(due).await?;
            let ids: Vec<_> = due.iter().map(|message| message.id).collect();
            let appended = self.append_all(due).await;
            // What came so far is home, whatever stopped the rest.
            if self.ground.client.is_usable() {
                let mut to_read = here;
                to_read.append(&mut self.merged_now(&ids)?);
                self.read_back(to_read).await?;
            }
            appended?;
            self.next_uids.clear();
        }
        match self.state.held.values().next() {
            _ if !self.unsure.is_empty() => Err(VisitError::park(
                ParkReason::Unsure,
                format!(
                    "{} message(s) may have been stored and deleted again by the user",
                    self.unsure.len()
                ),
            )),
            Some(why) => Err(VisitError::park(
                ParkReason::Refused,
                format!("{} message(s) refused: {why}", self.state.held.len()),
            )),
            None => self.placed_unseen(),
        }
    }

    /// Notes that what lies where `fate` says is message `id`.
    pub(super) fn claim(&mut self, id: StandbyId, fate: &Fate) {
        if let Some(place) = fate.place() {
            self.claimed.insert(place.clone(), id);
        }
    }

    pub(super) fn note_unsure(&mut self, id: StandbyId) {
        self.unsure.insert(id);
    }

    /// Whether the merge may go on, and under which activation.
    pub(super) fn permission(&self) -> Result<Epoch, VisitError> {
        (self.context.gate)(&self.access.id, &self.mailbox.address).ok_or(VisitError::Closed)
    }

    /// Looks whether the mailbox is the one it was when this activation's merge began. A new
    /// activation begins anew where the last one was done: the guard has spoken in between.
    async fn feel_the_ground(&mut self) -> Result<(), VisitError> {
        let epoch = self.permission()?;
        self.state.go_on_under(epoch);
        let inbox = FolderName::inbox();
        let selected = self.ground.examine(&inbox, &self.state).await?;
        ground::mark(&mut self.state, &inbox, &selected, false);
        let next = (selected.uid_validity, selected.uid_next);
        self.next_uids.insert(inbox.as_wire().to_owned(), next);
        Ok(())
    }

    /// Takes up what earlier visits left: what is claimed, what is in doubt, what is unsure.
    async fn learn_from_journal(&mut self) -> Result<(), VisitError> {
        self.state.held.clear();
        let (mut fates, doubts) = self.read_journal()?;
        for (batch_id, batch) in doubts {
            let resolved = self.resolve(batch_id, &batch, self.context.settings.quiet);
            fates.extend(resolved.await?);
        }
        self.unsure = fates
            .into_iter()
            .filter(|(_, fate)| *fate == Fate::Unsure)
            .map(|(id, _)| id)
            .collect();
        Ok(())
    }

    /// What became of each message so far, and the batches in doubt.
    pub(super) fn read_journal(&mut self) -> Result<Journal, StoreError> {
        let id = self.mailbox.record.id;
        let (batches, meta) = self
            .context
            .store
            .read(|tx| Ok::<_, StoreError>((journal::batches(tx, id)?, meta::get(tx)?)))?;
        // After a restore the journal may not know what was appended before.
        if meta.restored {
            self.look_before = meta.since;
        }
        if self.state.lost {
            self.look_before = Timestamp::from_millis(i64::MAX);
        }
        let mut fates: BTreeMap<StandbyId, Fate> = BTreeMap::new();
        let mut doubts: Vec<(BatchId, BatchRecord)> = Vec::new();
        for (batch_id, batch) in batches {
            if batch.mailstore != self.access.id {
                // What went to the former mailstore may have been copied from there.
                self.look_before = Timestamp::from_millis(i64::MAX);
                continue;
            }
            for item in &batch.items {
                self.claim(item.id, &item.fate);
                fates.insert(item.id, item.fate.clone());
            }
            if batch.is_in_doubt() {
                doubts.push((batch_id, batch));
            }
        }
        Ok((fates, doubts))
    }

    /// The next messages to take into hand. What was taken back since this visit began has to be looked
    /// for, which only the next visit does.
    pub(super) fn window(
        &self,
        after: Option<StandbyId>,
    ) -> Result<Vec<MessageRecord>, VisitError> {
        let id = self.mailbox.record.id;
        self.context.store.read(|tx| {
            if journal::is_lost(tx, id, &self.access.id)? && !self.state.lost {
                return Err(VisitError::Closed);
            }
            let ids = messages::unmerged(tx, &self.access.id, id, after, WINDOW)?;
            let mut window = Vec::with_capacity(ids.len());
            for message in ids {
                window.extend(messages::get(tx, id, message)?);
            }
            Ok(window)
        })
    }

    /// Parts messages that are in the mailstore from those that are still due.
    async fn sort(
        &self,
        window: Vec<MessageRecord>,
    ) -> Result<(Vec<MessageRecord>, Vec<MessageRecord>), VisitError> {
        let (mut here, mut due) = (Vec::new(), Vec::new());
        for message in window {
            match &message.merged {
                _ if self.unsure.contains(&message.id) || self.aside.contains(&message.id) => {}
                None => due.push(message),
                Some(copy) if copy.mailstore != self.access.id => {
                    due.push(self.forget(message).await?);
                }
                Some(_) if self.is_rewritten(&message).await? => {
                    due.push(self.forget(message).await?);
                }
                Some(_) => here.push(message),
            }
        }
        Ok((here, due))
    }

    /// Whether a draft has another content than its copy in the mailstore.
    async fn is_rewritten(&self, message: &MessageRecord) -> Result<bool, VisitError> {
        let (Origin::Draft, Some(copy)) = (&message.origin, &message.merged) else {
            return Ok(false);
        };
        let id = self.mailbox.record.id;
        let batch = self
            .context
            .store
            .read(|tx| journal::batch(tx, id, copy.batch))?;
        let item = batch.and_then(|b| b.items.into_iter().find(|i| i.id == message.id));
        let loaded = self.load(message.clone()).await?;
        Ok(item.is_none_or(|item| item.sha256 != loaded.sha256))
    }

    async fn forget(&self, mut message: MessageRecord) -> Result<MessageRecord, VisitError> {
        let (mailbox, id) = (self.mailbox.record.id, message.id);
        self.context
            .write_of(mailbox, move |tx| messages::forget_merged(tx, mailbox, id))
            .await?;
        message.merged = None;
        Ok(message)
    }

    pub(super) fn plan(&self, due: &[MessageRecord]) -> Result<Vec<Due>, StoreError> {
        let id = self.mailbox.record.id;
        plan(&self.context.store, id, self.ground.layout(), due)
    }

    pub(super) async fn load(&self, record: MessageRecord) -> Result<Loaded, StoreError> {
        load(&self.context.store, record).await
    }
}

/// Leaves out what its writer can still take back. A hold that is long over has nobody to end it but
/// the merge.
pub(super) async fn free(
    context: &Context,
    mailbox: MailboxId,
    window: Vec<MessageRecord>,
) -> Result<Vec<MessageRecord>, StoreError> {
    let overdue_before = context.clock.now().before(HOLD_GRACE);
    let mut free = Vec::with_capacity(window.len());
    for message in window {
        match message.hold() {
            None => free.push(message),
            Some(hold) if hold.until < overdue_before => {
                // Read anew when the hold is over: it may have been taken back meanwhile.
                let id = message.id;
                let ended = context.write_of(mailbox, move |tx| {
                    written::end_hold(tx, mailbox, id)?;
                    messages::get(tx, mailbox, id)
                });
                free.extend(ended.await?);
            }
            Some(_) => {}
        }
    }
    Ok(free)
}

/// What is due, with the folder it goes to.
pub(super) fn plan(
    store: &Store,
    mailbox: MailboxId,
    layout: &Layout,
    due: &[MessageRecord],
) -> Result<Vec<Due>, StoreError> {
    let folders = store.read(|tx| messages::state(tx, mailbox))?;
    let folders = folders.ok_or(StoreError::Missing("mailbox state"))?;
    due.iter()
        .map(|message| {
            let folder = folders
                .folder(message.folder)
                .ok_or(StoreError::Missing("folder"))?;
            Ok(Due {
                id: message.id,
                target: layout.target(StandbyFolder {
                    name: &folder.name,
                    role: folder.role,
                }),
                size_bytes: message.size_bytes,
            })
        })
        .collect()
}

/// Reads a message's bytes from the store.
pub(super) async fn load(store: &Store, record: MessageRecord) -> Result<Loaded, StoreError> {
    let body = store.load_body(record.body).await?;
    let body = match canonical(&body) {
        std::borrow::Cow::Borrowed(_) => body.clone(),
        std::borrow::Cow::Owned(form) => form.into(),
    };
    let prefix = Bytes::from(canonical(&record.prefix).into_owned());
    let sha256 = digest_canonical([&prefix[..], &body[..]]);
    Ok(Loaded {
        record,
        prefix,
        body,
        sha256,
    })
}

#[cfg(test)]
mod tests;
