//! What a user sent and what is not out of the house yet: taking it back, and looking how it goes.

use super::mailbox::{open_to_change, own};
use super::{Actor, Service, ServiceError};
use crate::clock::Timestamp;
use crate::ids::{MailboxId, QueueId, StandbyId};
use crate::mail::Role;
use crate::store::directory::Mailbox;
use crate::store::messages::{self, Answers, MessageRecord, Origin};
use crate::store::queue::{self, QueueEntry, QueueState, RecipientState};
use crate::store::{ReadTx, StoreError, Tx};

/// Newest entries of the queue that are looked at for a mailbox: finished ones and automatic answers are among them.
const LOOKED_AT: usize = 500;
/// How long a message that could not be sent is shown.
const SHOWN_FOR: std::time::Duration = std::time::Duration::from_secs(3 * 24 * 60 * 60);
/// A message that was sent in this time is no news.
const NEW_FOR: std::time::Duration = std::time::Duration::from_secs(60);

/// What taking a message back led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenBack {
    /// Nobody got it; it is this draft again.
    Draft(StandbyId),
    /// It is on its way.
    TooLate,
}

/// Takes back a message that was just sent: out of the queue and out of Sent, as a draft, in one
/// transaction. Asked again it answers the same.
///
/// # Errors
/// [`ServiceError::NotFound`] if there is no such message; when the store fails.
pub async fn take_back(
    service: &Service,
    actor: &Actor,
    id: QueueId,
) -> Result<TakenBack, ServiceError> {
    let (asked, actor, now) = (service.clone(), actor.clone(), service.now());
    service
        .store
        .write(move |tx| {
            let mailbox = open_to_change(&asked, tx, &actor)?;
            let entry = queue::get(tx, mailbox.record.id, id)?;
            let entry = entry.ok_or(ServiceError::NotFound("such message"))?;
            Ok(take_back_in(tx, &mailbox, &entry, now)?)
        })
        .await
}

fn take_back_in(
    tx: &mut dyn Tx,
    mailbox: &Mailbox,
    entry: &QueueEntry,
    now: Timestamp,
) -> Result<TakenBack, StoreError> {
    let owner = mailbox.record.id;
    let Some(copy) = copy_of(tx, entry)? else {
        return Ok(TakenBack::TooLate);
    };
    if copy.origin == Origin::Draft {
        return Ok(TakenBack::Draft(copy.id));
    }
    let Some(hold) = copy.hold().filter(|hold| hold.entry == entry.id) else {
        return Ok(TakenBack::TooLate);
    };
    if queue::cancel(tx, owner, entry.id, "taken back by its writer", now)?.is_none() {
        return Ok(TakenBack::TooLate);
    }
    let answers = copy.written.as_ref().and_then(|written| written.answers);
    if let Some(answers) = answers.filter(|_| hold.marked) {
        mark(tx, mailbox, answers, false)?;
    }
    messages::update(tx, mailbox, copy.id, |message| {
        message.origin = Origin::Draft;
        message.folder = messages::folder_of(Role::Drafts);
        message.flags.draft = true;
        if let Some(written) = &mut message.written {
            written.hold = None;
        }
    })?;
    Ok(TakenBack::Draft(copy.id))
}

/// Marks the message that is answered, or takes the mark away; returns whether that changed it.
pub(super) fn mark(
    tx: &mut dyn Tx,
    mailbox: &Mailbox,
    answers: Answers,
    marked: bool,
) -> Result<bool, StoreError> {
    let Some(old) = messages::get(tx, mailbox.record.id, answers.message())? else {
        return Ok(false);
    };
    let new = messages::update(tx, mailbox, old.id, |message| match answers {
        Answers::Reply(_) => message.flags.answered = marked,
        Answers::Forward(_) => message.flags.forwarded = marked,
    })?;
    Ok(new != old)
}

fn copy_of(tx: &dyn ReadTx, entry: &QueueEntry) -> Result<Option<MessageRecord>, StoreError> {
    match entry.copy {
        Some(copy) => messages::get(tx, entry.mailbox, copy),
        None => Ok(None),
    }
}

/// What stopping a message led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// Nobody got it. The copy in Sent, if it is still here.
    Unsent(Option<StandbyId>),
    /// Some got it before; the others do not. The copy in Sent, if it is still here.
    Partly(Option<StandbyId>),
    /// It is a draft again.
    Draft(StandbyId),
    /// It is on its way.
    TooLate,
}

/// Stops a message that waits: one that was just sent becomes a draft again, any other keeps its copy
/// in Sent and is not tried any more.
///
/// # Errors
/// [`ServiceError::NotFound`] if there is no such message; when the store fails.
pub async fn stop(service: &Service, actor: &Actor, id: QueueId) -> Result<Stopped, ServiceError> {
    let (actor, now) = (actor.clone(), service.now());
    service
        .store
        .write(move |tx| {
            let mailbox = own(tx, &actor)?;
            let owner = mailbox.record.id;
            let entry = queue::get(tx, owner, id)?;
            let entry = entry.ok_or(ServiceError::NotFound("such message"))?;
            if let TakenBack::Draft(draft) = take_back_in(tx, &mailbox, &entry, now)? {
                return Ok(Stopped::Draft(draft));
            }
            if queue::cancel(tx, owner, id, "stopped by its writer", now)?.is_none() {
                return Ok(Stopped::TooLate);
            }
            let copy = copy_of(tx, &entry)?.map(|copy| copy.id);
            let is_out = |state: &RecipientState| matches!(state, RecipientState::Relayed { .. });
            Ok(match entry.recipients.iter().any(|to| is_out(&to.state)) {
                true => Stopped::Partly(copy),
                false => Stopped::Unsent(copy),
            })
        })
        .await
}

/// How a message in the outbox stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It can still be taken back as if it had not been sent.
    Held {
        /// Until about then.
        until: Timestamp,
    },
    /// It waits for its next try.
    Waiting {
        /// When that is.
        due: Timestamp,
        /// How often it was tried.
        attempts: u32,
    },
    /// It is being sent.
    Sending,
    /// The operator stopped it for now.
    Paused,
    /// Some or all did not get it, and will not.
    Failed {
        /// Since when.
        at: Timestamp,
    },
}

/// A message in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxItem {
    /// Its entry in the queue.
    pub id: QueueId,
    /// Its copy in Sent.
    pub copy: Option<StandbyId>,
    /// Its subject; empty where there is none.
    pub subject: String,
    /// When it was sent.
    pub created_at: Timestamp,
    /// How it stands.
    pub standing: Standing,
    /// Those who have not got it, and what was said about each last.
    pub missing: Vec<(String, Option<String>)>,
}

/// What waits or failed lately, newest first.
///
/// # Errors
/// When the actor has no mailbox, or the store fails.
pub fn outbox(service: &Service, actor: &Actor) -> Result<Vec<OutboxItem>, ServiceError> {
    let now = service.now();
    service.store.read(|tx| {
        let mailbox = own(tx, actor)?.record.id;
        let mut items = Vec::new();
        for entry in queue::of_mailbox(tx, mailbox, LOOKED_AT)? {
            items.extend(item(tx, entry, now)?);
        }
        Ok(items)
    })
}

/// How many messages wait or failed, but for what was sent just now: one short read, for every page.
pub(super) fn count(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let entries = queue::of_mailbox(tx, mailbox, LOOKED_AT)?;
    let is_shown = |entry: &&QueueEntry| {
        let is_new = entry.attempts == 0 && entry.created_at > now.before(NEW_FOR);
        !is_new && standing(entry, None, now).is_some()
    };
    Ok(entries.iter().filter(is_shown).count())
}

fn item(
    tx: &dyn ReadTx,
    entry: QueueEntry,
    now: Timestamp,
) -> Result<Option<OutboxItem>, StoreError> {
    let copy = copy_of(tx, &entry)?;
    let Some(standing) = standing(&entry, copy.as_ref(), now) else {
        return Ok(None);
    };
    let missing = entry.recipients.iter().filter_map(|to| match &to.state {
        RecipientState::Relayed { .. } => None,
        RecipientState::Pending { last } => {
            // What is our own trouble names our own servers, and helps nobody who waits.
            let said = last.as_ref().filter(|reply| reply.code.is_some());
            Some((to.address.clone(), said.map(|reply| reply.text.clone())))
        }
        RecipientState::Failed { reply, .. } => {
            Some((to.address.clone(), Some(reply.text.clone())))
        }
    });
    Ok(Some(OutboxItem {
        id: entry.id,
        copy: copy.as_ref().map(|copy| copy.id),
        subject: copy.map(|copy| copy.summary.subject).unwrap_or_default(),
        created_at: entry.created_at,
        standing,
        missing: missing.collect(),
    }))
}

/// How an entry stands; none if there is nothing to say about it.
fn standing(entry: &QueueEntry, copy: Option<&MessageRecord>, now: Timestamp) -> Option<Standing> {
    // What Lifeboat wrote by itself, the user has not sent.
    entry.reverse_path.as_ref()?;
    let hold = copy.and_then(MessageRecord::hold);
    match (&entry.state, hold) {
        (QueueState::Queued { .. }, Some(hold)) => Some(Standing::Held { until: hold.until }),
        (QueueState::Queued { due }, None) => Some(Standing::Waiting {
            due: *due,
            attempts: entry.attempts,
        }),
        (QueueState::Claimed { .. }, _) => Some(Standing::Sending),
        (QueueState::Held { .. }, _) => Some(Standing::Paused),
        (QueueState::Cancelled { .. }, _) => None,
        (QueueState::Done { at }, _) => {
            let failed = |state: &RecipientState| matches!(state, RecipientState::Failed { .. });
            let is_shown =
                entry.recipients.iter().any(|to| failed(&to.state)) && *at > now.before(SHOWN_FOR);
            is_shown.then_some(Standing::Failed { at: *at })
        }
    }
}
