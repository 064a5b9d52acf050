//! Writing: identities, letters, sending; drafts are next door (`mailbox_draft`).
//!
//! A form is posted under a key, and what its first posting led to is kept with it: posting it again
//! changes nothing. Sending files the copy in Sent and puts the message into the queue in one
//! transaction. Nobody sends from an address that is not the mailbox's own.

use std::time::Duration;

use super::attach::Kept;
use super::mailbox::{open_to_change, own};
use super::mailbox_compose::{Begun, Composed};
pub use super::mailbox_draft::{Saved, discard, draft_of_form, files_of_draft, save};
use super::mailbox_draft::{TRIES, busy, draft_of, outcome_of, remove_draft, was_sent};
use super::mailbox_letter::{LetterError, Stage};
use super::outbox::mark;
use super::{Actor, Service, ServiceError, limits};
use crate::ids::{QueueId, StandbyId};
use crate::mail::sanitize::Formatted;
use crate::mail::{Flags, Mailbox as Person, Role};
use crate::store::directory::Mailbox;
pub use crate::store::messages::Answers;
use crate::store::messages::{self, Hold, NewMessage, Origin, Written};
use crate::store::once::{self, OnceRecord, Outcome};
use crate::store::queue::{self, NewEntry};
use crate::store::sent::Scope;
use crate::store::{StoreError, Tx};

/// Largest message that can be written, attachments as they are on the writer's disk, in bytes.
pub const LETTER_BYTES_MAX: u64 = 50 * 1024 * 1024;

/// A message as somebody wrote it.
#[derive(Clone, Debug, Default)]
pub struct Letter {
    /// Names the form: the same for every posting of it.
    pub key: String,
    /// The page to go back to.
    pub back: String,
    /// The draft it was opened from or saved as.
    pub draft: Option<StandbyId>,
    /// What it answers.
    pub answer: Option<Answers>,
    /// One of the mailbox's own addresses.
    pub from: String,
    /// Recipients, as written.
    pub to: String,
    /// As written.
    pub cc: String,
    /// As written.
    pub bcc: String,
    /// As written.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The text with its formatting, if it has any; `text` is what it says.
    pub formatted: Option<Formatted>,
    /// Files that stay.
    pub kept: Vec<Kept>,
    /// Whether the writer wants to be told that it arrived, as far as that can be known.
    pub tell_success: bool,
}

impl Letter {
    /// Length of what was written, in bytes.
    pub(super) fn words_bytes(&self) -> u64 {
        let formatted = self.formatted.as_ref().map_or("", Formatted::as_html);
        (self.text.len() + formatted.len()) as u64
    }
}

/// Why a message was neither sent nor saved.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Something in it is not as it should be.
    #[error(transparent)]
    Letter(#[from] LetterError),
    /// It is too large.
    #[error("the message is too large")]
    TooLarge,
    /// It has too many files.
    #[error("the message has too many files")]
    TooManyFiles,
    /// A file that was attached is not there any more.
    #[error("an attached file is gone")]
    FileGone,
    /// Too many recipients today.
    #[error("the mailbox, its domain or its reseller has reached its recipients of a day")]
    Daily(Scope),
    /// Anything else.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<StoreError> for WriteError {
    fn from(error: StoreError) -> Self {
        Self::Service(error.into())
    }
}

/// The addresses that the actor may send from, the mailbox's own first, under the names that the user
/// set.
///
/// # Errors
/// When the actor has no mailbox, or the store fails.
pub fn identities(service: &Service, actor: &Actor) -> Result<Vec<Person>, ServiceError> {
    let profile = super::profile::get(service, actor)?;
    let mailbox = service.store.read(|tx| own(tx, actor))?;
    let addresses = std::iter::once(&mailbox.address).chain(&mailbox.record.aliases);
    let person = |address: &crate::ids::Address| {
        let address = address.to_string();
        let set = profile.name_for(&address);
        Person {
            name: match set {
                "" => mailbox.record.name.clone(),
                set => Some(set.to_owned()),
            },
            address,
        }
    };
    Ok(addresses.map(person).collect())
}

/// What sending led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It is in the queue; the copy is in Sent.
    Now {
        /// The entry in the queue.
        entry: QueueId,
        /// How long it can be taken back.
        hold: Duration,
    },
    /// The form was sent before; it was not sent twice.
    Before,
}

/// How long a message can be taken back after it was sent.
fn hold_of(service: &Service, actor: &Actor) -> Result<Duration, ServiceError> {
    let profile = super::profile::get(service, actor)?;
    Ok(Duration::from_secs(profile.undo_send.secs()))
}

/// Whether a letter could be sent as it is.
///
/// # Errors
/// [`WriteError`]: what stands in the way.
pub fn check(service: &Service, actor: &Actor, letter: &Letter) -> Result<(), WriteError> {
    let begun = Begun::new(service, actor, letter, Stage::Final)?;
    let recipients = begun.envelope.recipients();
    match limits::reached(service, &begun.mailbox, &recipients, begun.now)? {
        Some(scope) => Err(WriteError::Daily(scope)),
        None => Ok(()),
    }
}

/// Sends a message: the copy in Sent and the queue's entry are durable when this answers. Files that
/// just arrived are saved with its draft before.
///
/// # Errors
/// [`WriteError`]; then nothing was sent, and a draft that was there stays.
pub async fn send(service: &Service, actor: &Actor, letter: &Letter) -> Result<Sent, WriteError> {
    if was_sent(service, actor, letter)? {
        return Ok(Sent::Before);
    }
    let hold = hold_of(service, actor)?;
    for _ in 0..TRIES {
        if let Err(refused) = check(service, actor, letter) {
            if let WriteError::Daily(scope) = &refused {
                let mailbox = service.store.read(|tx| own(tx, actor))?;
                limits::alarm(service, actor, &mailbox, scope.clone()).await;
            }
            return Err(refused);
        }
        let begun = Begun::new(service, actor, letter, Stage::Final)?;
        let content = begun.content(service, actor, letter, None).await?;
        if content.is_missing {
            return Err(WriteError::FileGone);
        }
        let sending = Sending {
            letter: letter.clone(),
            bcc: begun.envelope.bcc_field(),
            message: begun.message(letter, content.body.bytes(), content.tail, &content.text)?,
            entry: begun.entry(service, letter, content.body.id(), hold),
            is_same: content.body.is_same(),
            hold,
        };
        let (actor, asked) = (actor.clone(), service.clone());
        let write = move |tx: &mut dyn Tx| {
            let mailbox = own(tx, &actor)?;
            let before = outcome_of(tx, mailbox.record.id, &sending.letter.key)?;
            let saved = match before {
                Some(Outcome::Sent(_)) => return Ok(Some(Sent::Before)),
                Some(Outcome::Draft(saved)) => Some(saved),
                None => None,
            };
            open_to_change(&asked, tx, &actor)?;
            // What was sent at the same time counts too: the next round says which limit it is.
            if limits::passed(
                tx,
                &asked,
                &mailbox,
                &sending.entry.recipients,
                sending.message.at,
            )?
            .is_some()
            {
                return Ok(None);
            }
            // The form may have been saved by a posting whose answer it never saw.
            let draft = sending.letter.draft.or(saved);
            sending
                .file(tx, &mailbox, draft)
                .map_err(ServiceError::from)
        };
        if let Some(sent) = content.body.commit(service, write).await? {
            return Ok(sent);
        }
    }
    Err(busy())
}

/// A message that is ready to be filed and queued.
struct Sending {
    letter: Letter,
    message: Composed,
    bcc: Vec<u8>,
    entry: NewEntry,
    is_same: bool,
    hold: Duration,
}

impl Sending {
    /// Files and queues it; none if the body that it builds on is not the draft's any more.
    fn file(
        &self,
        tx: &mut dyn Tx,
        mailbox: &Mailbox,
        draft: Option<StandbyId>,
    ) -> Result<Option<Sent>, StoreError> {
        let (id, now) = (mailbox.record.id, self.message.at);
        let draft = match draft {
            Some(draft) => draft_of(tx, id, draft)?,
            None => None,
        };
        let body = self.entry.body;
        if self.is_same && draft.as_ref().map(|draft| draft.body) != Some(body) {
            return Ok(None);
        }
        let new = NewMessage {
            folder: messages::folder_of(Role::Sent),
            flags: Flags {
                seen: true,
                ..Flags::default()
            },
            received_at: now,
            prefix: [&self.bcc[..], &self.message.prefix].concat(),
            body,
            body_bytes: self.message.body_bytes,
            origin: Origin::Sent,
            summary: self.message.summary.clone(),
        };
        let copy = messages::insert(tx, mailbox, new)?.id;
        let marked = match self.letter.answer {
            Some(answers) => mark(tx, mailbox, answers, true)?,
            None => false,
        };
        let hold = (!self.hold.is_zero()).then_some(Hold {
            entry: self.entry.id,
            until: self.entry.not_before,
            marked,
        });
        messages::update(tx, mailbox, copy, |message| {
            message.written = Some(Written {
                hold,
                ..self.message.written.clone()
            });
        })?;
        let entry = NewEntry {
            copy: Some(copy),
            prefix: self.message.prefix.clone(),
            ..self.entry.clone()
        };
        queue::enqueue(tx, &entry)?;
        if let Some(draft) = draft {
            remove_draft(tx, mailbox, &draft, body)?;
        }
        let outcome = Outcome::Sent(copy);
        once::put(tx, id, &self.letter.key, &OnceRecord { at: now, outcome })?;
        Ok(Some(Sent::Now {
            entry: entry.id,
            hold: self.hold,
        }))
    }
}
