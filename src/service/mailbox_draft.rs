//! Drafts: saved as they are written, found again by the form they came from, thrown away.
//!
//! A draft can be written over for as long as it is one; nothing here sends.

use super::attach::{Attached, Kept, kept_of};
use super::mailbox::{open_to_change, own};
use super::mailbox_compose::{Begun, Composed};
use super::mailbox_letter::Stage;
use super::mailbox_write::{Letter, WriteError};
use super::search_index::words_of_summary;
use super::{Actor, Service, ServiceError};
use crate::ids::{BodyId, MailboxId, StandbyId};
use crate::mail::{Flags, Role};
use crate::store::directory::Mailbox;
use crate::store::messages::{self, MessageRecord, NewMessage, Origin};
use crate::store::once::{self, OnceRecord, Outcome};
use crate::store::{ReadTx, StoreError, Tx, search};

/// How often a draft is built anew whose files were changed by somebody else meanwhile.
pub(super) const TRIES: usize = 3;

/// The files of a draft of the actor's, as a form names them; none if it is gone.
///
/// # Errors
/// When the actor has no mailbox, or the store fails.
pub fn files_of_draft(
    service: &Service,
    actor: &Actor,
    draft: StandbyId,
) -> Result<Vec<Kept>, ServiceError> {
    service.store.read(|tx| {
        let mailbox = own(tx, actor)?.record.id;
        let draft = draft_of(tx, mailbox, draft)?;
        Ok(draft.as_ref().map(kept_of).unwrap_or_default())
    })
}

/// What saving led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It is this draft now.
    Draft(StandbyId),
    /// The form was sent already; nothing was saved.
    WasSent,
}

/// Saves a draft, with `files` where some arrived. Recipients need not be addresses yet.
///
/// # Errors
/// [`WriteError`]; the draft that was there before stays.
pub async fn save(
    service: &Service,
    actor: &Actor,
    letter: &Letter,
    files: Option<Attached>,
) -> Result<Saved, WriteError> {
    if was_sent(service, actor, letter)? {
        return Ok(Saved::WasSent);
    }
    let mut files = files;
    for _ in 0..TRIES {
        let begun = Begun::new(service, actor, letter, Stage::Draft)?;
        let content = begun.content(service, actor, letter, files.take()).await?;
        let filed = Saving {
            message: begun.message(letter, content.body.bytes(), content.tail, &content.text)?,
            key: letter.key.clone(),
            known: letter.draft,
            body: content.body.id(),
            is_same: content.body.is_same(),
        };
        let (asked, actor) = (service.clone(), actor.clone());
        let write = move |tx: &mut dyn Tx| {
            let mailbox = open_to_change(&asked, tx, &actor)?;
            filed.file(tx, &mailbox).map_err(ServiceError::from)
        };
        if let Some(saved) = content.body.commit(service, write).await? {
            return Ok(saved);
        }
    }
    Err(busy())
}

/// A draft's files changed while it was written, as often as we tried.
pub(super) fn busy() -> WriteError {
    ServiceError::Unavailable("the draft is being changed elsewhere".into()).into()
}

/// A draft that is ready to be filed.
struct Saving {
    message: Composed,
    key: String,
    known: Option<StandbyId>,
    body: BodyId,
    is_same: bool,
}

impl Saving {
    /// Files it; none if the body that it builds on is not the draft's any more.
    fn file(&self, tx: &mut dyn Tx, mailbox: &Mailbox) -> Result<Option<Saved>, StoreError> {
        let id = mailbox.record.id;
        let earlier = match outcome_of(tx, id, &self.key)? {
            Some(Outcome::Sent(_)) => return Ok(Some(Saved::WasSent)),
            Some(Outcome::Draft(draft)) => Some(draft),
            None => None,
        };
        let draft = match self.known.or(earlier) {
            Some(draft) => draft_of(tx, id, draft)?,
            None => None,
        };
        if self.is_same && draft.as_ref().map(|draft| draft.body) != Some(self.body) {
            return Ok(None);
        }
        let Composed {
            prefix,
            body_bytes,
            summary,
            written,
            at,
        } = &self.message;
        let draft = match draft {
            Some(draft) => draft.id,
            None => {
                let new = NewMessage {
                    folder: messages::folder_of(Role::Drafts),
                    flags: Flags {
                        seen: true,
                        draft: true,
                        ..Flags::default()
                    },
                    received_at: *at,
                    prefix: prefix.clone(),
                    body: self.body,
                    body_bytes: *body_bytes,
                    origin: Origin::Draft,
                    summary: summary.clone(),
                };
                messages::insert(tx, mailbox, new)?.id
            }
        };
        messages::update(tx, mailbox, draft, |message| {
            message.folder = messages::folder_of(Role::Drafts);
            message.prefix.clone_from(prefix);
            message.body = self.body;
            message.size_bytes = prefix.len() as u64 + body_bytes;
            message.received_at = *at;
            message.summary = summary.clone();
            message.written = Some(written.clone());
        })?;
        search::add_words(tx, id, draft, &words_of_summary(summary));
        let outcome = Outcome::Draft(draft);
        once::put(tx, id, &self.key, &OnceRecord { at: *at, outcome })?;
        Ok(Some(Saved::Draft(draft)))
    }
}

/// Whether the form was sent before: then its draft and files are gone, and that is no fault of it.
pub(super) fn was_sent(
    service: &Service,
    actor: &Actor,
    letter: &Letter,
) -> Result<bool, ServiceError> {
    service.store.read(|tx| {
        let mailbox = own(tx, actor)?.record.id;
        let outcome = outcome_of(tx, mailbox, &letter.key)?;
        Ok(matches!(outcome, Some(Outcome::Sent(_))))
    })
}

/// What came of the form with this key. What was sent and taken back is a draft.
pub(super) fn outcome_of(
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

/// The draft that a form was saved as.
///
/// # Errors
/// When the actor has no mailbox, or the store fails.
pub fn draft_of_form(
    service: &Service,
    actor: &Actor,
    key: &str,
) -> Result<Option<StandbyId>, ServiceError> {
    service.store.read(|tx| {
        let mailbox = own(tx, actor)?.record.id;
        Ok(match outcome_of(tx, mailbox, key)? {
            Some(Outcome::Draft(draft)) => Some(draft),
            Some(Outcome::Sent(_)) | None => None,
        })
    })
}

/// The message with this id, if it is a draft that can be written over.
pub(super) fn draft_of(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    id: StandbyId,
) -> Result<Option<MessageRecord>, StoreError> {
    let found = messages::get(tx, mailbox, id)?;
    Ok(found.filter(|message| message.origin == Origin::Draft))
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
pub(super) fn remove_draft(
    tx: &mut dyn Tx,
    mailbox: &Mailbox,
    draft: &MessageRecord,
    taken_over: BodyId,
) -> Result<(), StoreError> {
    if draft.merged.is_none() {
        return messages::replace_draft(tx, mailbox, draft.id, taken_over);
    }
    messages::update(tx, mailbox, draft.id, |message| {
        message.folder = messages::folder_of(Role::Trash);
    })
    .map(drop)
}
