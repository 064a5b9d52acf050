//! What a user does with many messages at once, and how it is taken back.
//!
//! Messages are changed a few hundred at a time, each step a transaction of its own: nothing waits long
//! behind it, and a step that was done stays done. What was changed is kept, so that all of it can be
//! taken back.

use super::mailbox::{self, CHANGED_MAX, Change, Changed, own};
use super::{Actor, Service, ServiceError, mailbox_search, threads};
use crate::clock::Timestamp;
use crate::ids::{FolderId, StandbyId};
use crate::store::messages;
use crate::store::undo::{self, Done, UndoRecord};

/// Most messages in one go.
pub const MESSAGES_MAX: usize = 10_000;

/// Which messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// These, and what is in a conversation with them.
    These(Vec<StandbyId>),
    /// All of a folder.
    Folder(FolderId),
    /// All that a search finds.
    Found(String),
}

/// What was kept to take something back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UndoId {
    /// When it was done.
    pub at: Timestamp,
    /// Which of that time.
    pub number: u64,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The messages that were changed, each with the folder it was in.
    pub changed: Changed,
    /// Whether there are more than could be changed in one go.
    pub has_more: bool,
    /// How to take it back.
    pub undo: Option<UndoId>,
}

/// Changes the messages of a scope.
///
/// # Errors
/// As [`mailbox::change`].
pub async fn change(
    service: &Service,
    actor: &Actor,
    scope: Scope,
    change: Change,
) -> Result<Outcome, ServiceError> {
    let (mut ids, is_partial) = match scope {
        Scope::These(ids) => (threads::with_conversations(service, actor, &ids)?, false),
        Scope::Folder(folder) => (of_folder(service, actor, folder)?, false),
        Scope::Found(text) => of_search(service, actor, &text).await?,
    };
    let has_more = is_partial || ids.len() > MESSAGES_MAX;
    ids.truncate(MESSAGES_MAX);
    let mut changed = Changed::new();
    for some in ids.chunks(CHANGED_MAX) {
        changed.extend(mailbox::change(service, actor, some.to_vec(), change).await?);
    }
    let undo = remember(service, actor, change, &changed).await?;
    Ok(Outcome {
        changed,
        has_more,
        undo,
    })
}

fn of_folder(
    service: &Service,
    actor: &Actor,
    folder: FolderId,
) -> Result<Vec<StandbyId>, ServiceError> {
    service.store.read(|tx| {
        let mailbox = own(tx, actor)?.record.id;
        Ok(messages::ids_in(tx, mailbox, folder, MESSAGES_MAX + 1)?)
    })
}

async fn of_search(
    service: &Service,
    actor: &Actor,
    text: &str,
) -> Result<(Vec<StandbyId>, bool), ServiceError> {
    let mut ids: Vec<StandbyId> = Vec::new();
    let mut is_partial = false;
    while ids.len() <= MESSAGES_MAX {
        let before = ids.last().copied();
        let found = mailbox_search::search(service, actor, text, before, CHANGED_MAX).await?;
        ids.extend(found.messages.iter().map(|message| message.id));
        is_partial = found.is_partial;
        if !found.has_older || found.messages.is_empty() {
            break;
        }
    }
    Ok((ids, is_partial))
}

/// Keeps how to take back a change that was made; `None` where nothing was changed, or a star.
///
/// # Errors
/// When the actor has no mailbox, or the store fails.
pub async fn remember(
    service: &Service,
    actor: &Actor,
    change: Change,
    changed: &Changed,
) -> Result<Option<UndoId>, ServiceError> {
    let done = match change {
        Change::Move(_) => Done::Moved,
        Change::Seen(seen) => Done::Seen(seen),
        Change::Starred(_) => return Ok(None),
    };
    if changed.is_empty() {
        return Ok(None);
    }
    let record = UndoRecord {
        at: service.now(),
        done,
        messages: changed.clone(),
    };
    let id = UndoId {
        at: record.at,
        number: u64::from_be_bytes(crate::ids::random_bytes()),
    };
    let mailbox = service.store.read(|tx| own(tx, actor))?.record.id;
    service
        .store
        .write(move |tx| undo::put(tx, mailbox, id.number, &record))
        .await?;
    Ok(Some(id))
}

/// Takes something back; returns the folder that the first message is in again.
///
/// # Errors
/// [`ServiceError::NotFound`] if it was taken back already, or is too old; as [`mailbox::change`].
pub async fn take_back(
    service: &Service,
    actor: &Actor,
    id: UndoId,
) -> Result<Option<FolderId>, ServiceError> {
    let (now, asker) = (service.now(), actor.clone());
    let asked = service.clone();
    let record = service
        .store
        .write(move |tx| {
            // A mailbox that was closed meanwhile keeps the record for its next opening.
            let mailbox = mailbox::open_to_change(&asked, tx, &asker)?.record.id;
            undo::take(tx, mailbox, id.at, id.number, now)?
                .ok_or(ServiceError::NotFound("such a change"))
        })
        .await?;
    let wanted: Vec<_> = record
        .messages
        .iter()
        .map(|&(message, folder)| match record.done {
            Done::Moved => (message, Change::Move(folder)),
            Done::Seen(seen) => (message, Change::Seen(!seen)),
        })
        .collect();
    for some in wanted.chunks(CHANGED_MAX) {
        mailbox::change_each(service, actor, some.to_vec()).await?;
    }
    Ok(record.messages.first().map(|&(_, folder)| folder))
}
