//! Writing: identities, drafts, sending.
//!
//! A form is posted under a key, and what its first posting led to is kept with it: posting it again
//! changes nothing. Sending files the copy in Sent and puts the message into the queue in one
//! transaction. Nobody sends from an address that is not the mailbox's own.

use std::time::Duration;

use bytes::Bytes;

use super::mailbox::{open_to_change, own, raw};
use super::mailbox_letter::{self, Envelope, Files, LetterError};
use super::mailbox_search::words_of_summary;
use super::outbox::mark;
use super::{Actor, Service, ServiceError};
use crate::clock::Timestamp;
use crate::ids::{MailboxId, QueueId, StandbyId};
use crate::mail::{Flags, Mailbox as Person, Role, Summary, summarize};
use crate::store::directory::Mailbox;
pub use crate::store::messages::Answers;
use crate::store::messages::{self, Hold, NewMessage, Origin, Written};
use crate::store::once::{self, OnceRecord, Outcome};
use crate::store::queue::{self, NewEntry};
use crate::store::{NewBody, ReadTx, StoreError, Tx, search};

/// Largest message that can be written, attachments as they are on the writer's disk, in bytes.
pub const LETTER_BYTES_MAX: u64 = 50 * 1024 * 1024;
/// A day.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Most recipients of one mailbox in a day.
const RECIPIENTS_PER_DAY_MAX: usize = 1_000;
/// Entries of the queue looked at to count them.
const ENTRIES_COUNTED_MAX: usize = 1_000;

/// A file that the writer chose.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Its name, as the browser says.
    pub name: String,
    /// Its type, as the browser says.
    pub content_type: String,
    /// What is in it.
    pub bytes: Bytes,
}

/// A file that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The message that it is part of: the draft, or the message that is forwarded.
    pub message: StandbyId,
    /// Number of the part.
    pub part: usize,
}

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
    /// Files that stay.
    pub kept: Vec<Kept>,
    /// Files that are new.
    pub files: Vec<Upload>,
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
    /// Too many recipients today.
    #[error("the mailbox has reached its recipients of a day")]
    Daily,
    /// Anything else.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<StoreError> for WriteError {
    fn from(error: StoreError) -> Self {
        Self::Service(error.into())
    }
}

/// The addresses that the actor may send from, the mailbox's own first.
///
/// # Errors
/// When the actor has no mailbox, or the store fails.
pub fn identities(service: &Service, actor: &Actor) -> Result<Vec<Person>, ServiceError> {
    let mailbox = service.store.read(|tx| own(tx, actor))?;
    Ok(identities_of(&mailbox))
}

fn identities_of(mailbox: &Mailbox) -> Vec<Person> {
    std::iter::once(&mailbox.address)
        .chain(&mailbox.record.aliases)
        .map(|address| Person {
            name: mailbox.record.name.clone(),
            address: address.to_string(),
        })
        .collect()
}

/// What saving led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It is this draft now.
    Draft(StandbyId),
    /// The form was sent already; nothing was saved.
    WasSent,
}

/// Saves a draft. Recipients need not be addresses yet.
///
/// # Errors
/// [`WriteError`]; the draft that was there before stays.
pub async fn save(service: &Service, actor: &Actor, letter: Letter) -> Result<Saved, WriteError> {
    let now = service.now();
    let mailbox = service.store.read(|tx| own(tx, actor))?;
    let envelope = Envelope::of_draft(&letter, &identities_of(&mailbox))?;
    let (body, summary) = build(service, actor, &letter, &envelope, Stage::Draft, now).await?;
    let (size, key) = (body.size_bytes(), letter.key.clone());
    let (asked, answers) = (service.clone(), letter.answer);
    let (actor, known) = (actor.clone(), letter.draft);
    let saved = service
        .store
        .write_with_body(body, move |tx, body| {
            let mailbox = open_to_change(&asked, tx, &actor)?;
            let id = mailbox.record.id;
            let earlier = match outcome_of(tx, id, &key)? {
                Some(Outcome::Sent(_)) => return Ok(Saved::WasSent),
                Some(Outcome::Draft(draft)) => Some(draft),
                None => None,
            };
            let draft = match known.or(earlier) {
                Some(draft) => is_draft(tx, &mailbox, draft)?.then_some(draft),
                None => None,
            };
            let written = Some(Written {
                answers,
                hold: None,
            });
            let draft = match draft {
                Some(draft) => {
                    messages::update(tx, &mailbox, draft, |message| {
                        message.prefix = Vec::new();
                        message.body = body;
                        message.size_bytes = size;
                        message.written = written.clone();
                        message.received_at = now;
                        message.summary = summary.clone();
                    })?;
                    search::add_words(tx, id, draft, &words_of_summary(&summary));
                    draft
                }
                None => {
                    let new = NewMessage {
                        folder: messages::folder_of(Role::Drafts),
                        flags: Flags {
                            seen: true,
                            draft: true,
                            ..Flags::default()
                        },
                        received_at: now,
                        prefix: Vec::new(),
                        body,
                        body_bytes: size,
                        origin: Origin::Draft,
                        summary: summary.clone(),
                    };
                    let draft = messages::insert(tx, &mailbox, new)?.id;
                    messages::update(tx, &mailbox, draft, |message| {
                        message.written = written.clone();
                    })?;
                    draft
                }
            };
            let outcome = Outcome::Draft(draft);
            once::put(tx, id, &key, &OnceRecord { at: now, outcome })?;
            Ok::<_, ServiceError>(Saved::Draft(draft))
        })
        .await?;
    Ok(saved)
}

/// What came of the form with this key. What was sent and taken back is a draft.
fn outcome_of(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    key: &str,
) -> Result<Option<Outcome>, StoreError> {
    let outcome = once::get(tx, mailbox, key)?.map(|record| record.outcome);
    if let Some(Outcome::Sent(copy)) = outcome {
        let copy = messages::get(tx, mailbox, copy)?;
        if let Some(draft) = copy.filter(|copy| copy.origin == Origin::Draft) {
            return Ok(Some(Outcome::Draft(draft.id)));
        }
    }
    Ok(outcome)
}

/// Whether `id` is a draft that can be written over.
fn is_draft(tx: &dyn Tx, mailbox: &Mailbox, id: StandbyId) -> Result<bool, StoreError> {
    // A `&dyn Tx` reads as a `&dyn ReadTx` does.
    let found = messages::get(tx, mailbox.record.id, id)?;
    Ok(found.is_some_and(|message| message.origin == Origin::Draft))
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

/// Sends a message: the copy in Sent and the queue's entry are durable when this answers.
///
/// # Errors
/// [`WriteError`]; then nothing was sent, and a draft that was there stays.
pub async fn send(service: &Service, actor: &Actor, letter: Letter) -> Result<Sent, WriteError> {
    let now = service.now();
    let mailbox = service.store.read(|tx| own(tx, actor))?;
    let envelope = Envelope::of(&letter, &identities_of(&mailbox))?;
    let recipients = envelope.recipients();
    if recipients_today(service, &mailbox, now)? + recipients.len() > RECIPIENTS_PER_DAY_MAX {
        return Err(WriteError::Daily);
    }
    let prefix = envelope.bcc_field();
    let (body, summary) = build(service, actor, &letter, &envelope, Stage::Final, now).await?;
    let hold = hold_of(service, actor)?;
    let sending = Sending {
        size: body.size_bytes(),
        entry: NewEntry {
            id: QueueId::generate(now),
            mailbox: mailbox.record.id,
            sender: mailbox.address,
            reverse_path: Some(envelope.from.address),
            recipients,
            copy: None,
            prefix: Vec::new(),
            body: body.id(),
            created_at: now,
            not_before: now.after(hold),
            expires_at: now.after(service.config().relay.give_up_after.duration()),
        },
        letter,
        prefix,
        summary,
        hold,
    };
    let (actor, asked) = (actor.clone(), service.clone());
    let sent = service.store.write_with_body(body, move |tx, _| {
        let mailbox = own(tx, &actor)?;
        let before = outcome_of(tx, mailbox.record.id, &sending.letter.key)?;
        let saved = match before {
            Some(Outcome::Sent(_)) => return Ok(Sent::Before),
            Some(Outcome::Draft(saved)) => Some(saved),
            None => None,
        };
        open_to_change(&asked, tx, &actor)?;
        // The form may have been saved by a posting whose answer it never saw.
        let draft = sending.letter.draft.or(saved);
        Ok::<_, ServiceError>(sending.file(tx, &mailbox, draft)?)
    });
    Ok(sent.await?)
}

/// A message that is ready to be filed and queued.
struct Sending {
    letter: Letter,
    entry: NewEntry,
    prefix: Vec<u8>,
    size: u64,
    summary: Summary,
    hold: Duration,
}

impl Sending {
    fn file(
        &self,
        tx: &mut dyn Tx,
        mailbox: &Mailbox,
        draft: Option<StandbyId>,
    ) -> Result<Sent, StoreError> {
        let (id, now) = (mailbox.record.id, self.entry.created_at);
        let new = NewMessage {
            folder: messages::folder_of(Role::Sent),
            flags: Flags {
                seen: true,
                ..Flags::default()
            },
            received_at: now,
            prefix: self.prefix.clone(),
            body: self.entry.body,
            body_bytes: self.size,
            origin: Origin::Sent,
            summary: self.summary.clone(),
        };
        let copy = messages::insert(tx, mailbox, new)?.id;
        let answers = self.letter.answer;
        let marked = match answers {
            Some(answers) => mark(tx, mailbox, answers, true)?,
            None => false,
        };
        let hold = (!self.hold.is_zero()).then_some(Hold {
            entry: self.entry.id,
            until: self.entry.not_before,
            marked,
        });
        messages::update(tx, mailbox, copy, |message| {
            message.written = Some(Written { answers, hold });
        })?;
        let entry = NewEntry {
            copy: Some(copy),
            ..self.entry.clone()
        };
        queue::enqueue(tx, &entry)?;
        if let Some(draft) = draft {
            remove_draft(tx, mailbox, draft)?;
        }
        let outcome = Outcome::Sent(copy);
        once::put(tx, id, &self.letter.key, &OnceRecord { at: now, outcome })?;
        Ok(Sent::Now {
            entry: entry.id,
            hold: self.hold,
        })
    }
}

/// Throws a draft away: into Trash, from where it can be taken back.
///
/// # Errors
/// When the store fails; a draft that is gone is no error.
pub async fn discard(
    service: &Service,
    actor: &Actor,
    draft: StandbyId,
) -> Result<super::mailbox::Changed, ServiceError> {
    super::mailbox::change(service, actor, vec![draft], super::mailbox::Change::DELETE).await
}

/// A draft that was sent goes; one that is in the mailstore already goes to Trash, and the merge
/// takes it there.
fn remove_draft(tx: &mut dyn Tx, mailbox: &Mailbox, draft: StandbyId) -> Result<(), StoreError> {
    let Some(message) = messages::get(tx, mailbox.record.id, draft)? else {
        return Ok(());
    };
    if message.origin != Origin::Draft {
        return Ok(());
    }
    if message.merged.is_none() {
        return messages::discard_draft(tx, mailbox, draft);
    }
    messages::update(tx, mailbox, draft, |message| {
        message.folder = messages::folder_of(Role::Trash);
    })
    .map(drop)
}

fn recipients_today(
    service: &Service,
    mailbox: &Mailbox,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let since = now.before(DAY);
    let entries = service
        .store
        .read(|tx| queue::of_mailbox(tx, mailbox.record.id, ENTRIES_COUNTED_MAX))?;
    Ok(entries
        .iter()
        .filter(|entry| entry.created_at >= since)
        .map(|entry| entry.recipients.len())
        .sum())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Draft,
    Final,
}

/// The message as bytes, ready to be stored, and what lists show of it.
async fn build(
    service: &Service,
    actor: &Actor,
    letter: &Letter,
    envelope: &Envelope,
    stage: Stage,
    now: Timestamp,
) -> Result<(NewBody, Summary), WriteError> {
    let files = files_of(service, actor, letter).await?;
    let thread = thread_of(service, actor, letter)?;
    let is_draft = stage == Stage::Draft;
    let bytes = mailbox_letter::build(letter, envelope, &thread, files, is_draft, now)?;
    let summary = summarize(&bytes);
    let store = service.store.clone();
    let body = tokio::task::spawn_blocking(move || store.new_body(now, &bytes))
        .await
        .map_err(|_| ServiceError::Unavailable("storing the message failed".into()))??;
    Ok((body, summary))
}

/// The files of a letter, kept ones first; refuses more than fit.
async fn files_of(service: &Service, actor: &Actor, letter: &Letter) -> Result<Files, WriteError> {
    let mut files = Files::default();
    let mut sources: Vec<StandbyId> = letter.kept.iter().map(|kept| kept.message).collect();
    sources.sort_unstable();
    sources.dedup();
    for source in sources {
        let message = match super::mailbox::open(service, actor, source) {
            Ok(opened) => opened.message,
            Err(ServiceError::NotFound(_)) => continue,
            Err(error) => return Err(error.into()),
        };
        let whole = raw(service, &message).await?;
        let parts = letter.kept.iter().filter(|kept| kept.message == source);
        files.keep(&whole, parts.map(|kept| kept.part));
    }
    for upload in &letter.files {
        files.add(upload);
    }
    let total = files.size_bytes() + letter.text.len() as u64;
    if total > LETTER_BYTES_MAX {
        return Err(WriteError::TooLarge);
    }
    Ok(files)
}

/// What goes into In-Reply-To and References.
fn thread_of(
    service: &Service,
    actor: &Actor,
    letter: &Letter,
) -> Result<mailbox_letter::Thread, ServiceError> {
    let summary = |id| match super::mailbox::open(service, actor, id) {
        Ok(opened) => Ok(Some(opened.message.summary)),
        Err(ServiceError::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    };
    Ok(match (letter.answer, letter.draft) {
        (Some(Answers::Reply(id)), _) => summary(id)?
            .map(|answered| mailbox_letter::Thread::answering(&answered))
            .unwrap_or_default(),
        (_, Some(draft)) => summary(draft)?
            .map(|draft| mailbox_letter::Thread::continued(&draft))
            .unwrap_or_default(),
        _ => mailbox_letter::Thread::default(),
    })
}
