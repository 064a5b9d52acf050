//! What a user does with the standby mailbox: look at folders, read, flag, move.
//!
//! Every function takes the actor and works on that user's own mailbox alone. Nothing that was
//! accepted is ever removed here: deleting moves to Trash.

use bytes::Bytes;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::mailbox_phase::{self, Phase};
use super::{Actor, Service, ServiceError, brands, words};
use crate::clock::Timestamp;
use crate::ids::{Address, FolderId, StandbyId};
use crate::mail::Role;
use crate::store::brand::Wording;
use crate::store::directory::{self, Mailbox};
use crate::store::messages::{self, Cursor, FolderRecord, MessageRecord};
use crate::store::profile::{self as kept, Profile};
use crate::store::{ReadTx, StoreError};

/// Most messages changed at a time.
pub const CHANGED_MAX: usize = 200;

/// What every page of a mailbox shows.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The mailbox's address.
    pub address: Address,
    /// Its folders, those with a role first.
    pub folders: Vec<FolderRecord>,
    /// How things stand.
    pub phase: Phase,
    /// Since when mail arrives here, if it does or did.
    pub since: Option<Timestamp>,
    /// Whether it was merged and can only be read.
    pub read_only: bool,
    /// How many messages wait to be sent, or could not be.
    pub outbox: usize,
    /// What its user set.
    pub profile: Profile,
    /// The id that its next message gets.
    pub next: StandbyId,
    /// What the operator has to say, and since when.
    pub words: Option<(String, Timestamp)>,
    /// What its brand says in the banner of an outage.
    pub brand_text: Wording,
}

impl Overview {
    /// The folder with this id.
    pub fn folder(&self, id: FolderId) -> Option<&FolderRecord> {
        self.folders.iter().find(|folder| folder.id == id)
    }
}

/// The actor's own mailbox.
///
/// # Errors
/// [`ServiceError::Unauthenticated`] if the actor is no user, or its mailbox is gone.
pub(super) fn own(tx: &dyn ReadTx, actor: &Actor) -> Result<Mailbox, ServiceError> {
    let Actor::User(id, address) = actor else {
        return Err(ServiceError::Unauthenticated);
    };
    directory::mailbox(tx, address)?
        .filter(|record| record.id == *id)
        .map(|record| Mailbox {
            address: address.clone(),
            record,
        })
        .ok_or(ServiceError::Unauthenticated)
}

/// The actor's own mailbox, if it is not closed.
///
/// # Errors
/// [`ServiceError::ReadOnly`] if it is; as [`own`].
pub(super) fn open_to_change(
    service: &Service,
    tx: &dyn ReadTx,
    actor: &Actor,
) -> Result<Mailbox, ServiceError> {
    let mailbox = own(tx, actor)?;
    if mailbox_phase::is_closed(service, tx, &mailbox, service.now())? {
        return Err(ServiceError::ReadOnly);
    }
    Ok(mailbox)
}

/// What every page shows.
///
/// # Errors
/// When the actor has no mailbox, or the store fails.
pub fn overview(service: &Service, actor: &Actor) -> Result<Overview, ServiceError> {
    let now = service.now();
    service.store.read(|tx| {
        let mailbox = own(tx, actor)?;
        let (phase, since) = mailbox_phase::phase(service, tx, &mailbox, now)?;
        let read_only = mailbox_phase::is_closed(service, tx, &mailbox, now)?;
        let state = messages::state_or_new(tx, &mailbox, now)?;
        let outbox = super::outbox::count(tx, mailbox.record.id, now)?;
        let brand_text = match phase {
            Phase::Outage | Phase::Held => brands::banner(tx, &mailbox.address.domain_name())?,
            _ => Wording::default(),
        };
        Ok(Overview {
            brand_text,
            address: mailbox.address,
            folders: state.folders,
            phase,
            since,
            read_only,
            outbox,
            profile: kept::get(tx, mailbox.record.id)?,
            next: StandbyId(state.next_id),
            words: words::of_mailstore(tx, &mailbox.record.mailstore)?,
        })
    })
}

/// A page of a folder.
#[derive(Clone, Debug)]
pub struct FolderPage {
    /// Its messages, newest first.
    pub messages: Vec<MessageRecord>,
    /// Whether there are newer ones than the first.
    pub has_newer: bool,
    /// Whether there are older ones than the last.
    pub has_older: bool,
}

/// Up to `limit` messages of a folder from a cursor on.
///
/// # Errors
/// [`ServiceError::NotFound`] if there is no such folder; when the store fails.
pub fn list(
    service: &Service,
    actor: &Actor,
    folder: FolderId,
    cursor: Cursor,
    limit: usize,
) -> Result<FolderPage, ServiceError> {
    let now = service.now();
    service.store.read(|tx| {
        let mailbox = own(tx, actor)?;
        let state = messages::state_or_new(tx, &mailbox, now)?;
        if state.folder(folder).is_none() {
            return Err(ServiceError::NotFound("such folder"));
        }
        let id = mailbox.record.id;
        let mut found = messages::list(tx, id, folder, cursor, limit + 1)?;
        let more = found.len() > limit;
        let (has_newer, has_older) = if let Cursor::After(_) = cursor {
            if more {
                found.remove(0);
            }
            (more, neighbour(tx, id, folder, found.last(), Side::Older)?)
        } else {
            found.truncate(limit);
            let newer =
                cursor != Cursor::Newest && neighbour(tx, id, folder, found.first(), Side::Newer)?;
            (newer, more)
        };
        Ok(FolderPage {
            messages: found,
            has_newer,
            has_older,
        })
    })
}

#[derive(Clone, Copy)]
enum Side {
    Newer,
    Older,
}

fn neighbour(
    tx: &dyn ReadTx,
    mailbox: crate::ids::MailboxId,
    folder: FolderId,
    of: Option<&MessageRecord>,
    side: Side,
) -> Result<bool, StoreError> {
    let Some(of) = of else { return Ok(true) };
    let cursor = match side {
        Side::Newer => Cursor::After(of.id),
        Side::Older => Cursor::Before(of.id),
    };
    Ok(!messages::list(tx, mailbox, folder, cursor, 1)?.is_empty())
}

/// A message and its neighbours in the folder.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The message.
    pub message: MessageRecord,
    /// The next newer one.
    pub newer: Option<StandbyId>,
    /// The next older one.
    pub older: Option<StandbyId>,
}

/// A message of the actor's.
///
/// # Errors
/// [`ServiceError::NotFound`] if there is none with this id; when the store fails.
pub fn open(service: &Service, actor: &Actor, id: StandbyId) -> Result<Opened, ServiceError> {
    service.store.read(|tx| {
        let mailbox = own(tx, actor)?.record.id;
        let message =
            messages::get(tx, mailbox, id)?.ok_or(ServiceError::NotFound("such message"))?;
        let beside = |cursor| -> Result<Option<StandbyId>, StoreError> {
            let found = messages::list(tx, mailbox, message.folder, cursor, 1)?;
            Ok(found.first().map(|m| m.id))
        };
        let (newer, older) = (beside(Cursor::After(id))?, beside(Cursor::Before(id))?);
        Ok(Opened {
            message,
            newer,
            older,
        })
    })
}

/// The whole message: the trace headers that were added here, then the bytes as accepted.
///
/// # Errors
/// When the body cannot be read.
pub async fn raw(service: &Service, message: &MessageRecord) -> Result<Bytes, ServiceError> {
    let whole = service.store.load_behind(&message.prefix, message.body);
    Ok(whole.await?)
}

/// Messages that are read as a whole to write or answer something: each may be as large as a message can
/// be.
static READING: Semaphore = Semaphore::const_new(2);

/// As [`raw`], when it is this one's turn, which ends when the second value is dropped.
pub(super) async fn raw_in_turn(
    service: &Service,
    message: &MessageRecord,
) -> Result<(Bytes, Option<SemaphorePermit<'static>>), ServiceError> {
    let turn = READING.acquire().await.ok();
    Ok((raw(service, message).await?, turn))
}

/// What a user wants done with messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Marked as read, or as unread.
    Seen(bool),
    /// Starred, or not.
    Starred(bool),
    /// Moved to a folder.
    Move(FolderId),
}

impl Change {
    /// Moved to Trash. Nothing is removed: a merge takes it to the usual Trash.
    pub const DELETE: Self = Self::Move(messages::folder_of(Role::Trash));
    /// Moved to Archive.
    pub const ARCHIVE: Self = Self::Move(messages::folder_of(Role::Archive));
}

/// What was changed: each message with the folder it was in.
pub type Changed = Vec<(StandbyId, FolderId)>;

/// Changes messages; those that are gone, or are so already, are passed over.
///
/// # Errors
/// [`ServiceError::Invalid`] for too many or a folder that does not take them; when the store fails.
pub async fn change(
    service: &Service,
    actor: &Actor,
    ids: Vec<StandbyId>,
    change: Change,
) -> Result<Changed, ServiceError> {
    let wanted = ids.into_iter().map(|id| (id, change)).collect();
    change_each(service, actor, wanted).await
}

/// As [`change`], each message in its own way.
///
/// # Errors
/// As [`change`].
pub async fn change_each(
    service: &Service,
    actor: &Actor,
    wanted: Vec<(StandbyId, Change)>,
) -> Result<Changed, ServiceError> {
    if wanted.len() > CHANGED_MAX {
        return Err(ServiceError::Invalid {
            field: "id",
            text: format!("at most {CHANGED_MAX} messages at a time"),
        });
    }
    let (actor, now) = (actor.clone(), service.now());
    let asked = service.clone();
    service
        .store
        .write(move |tx| {
            let mailbox = open_to_change(&asked, tx, &actor)?;
            let state = messages::state_or_new(tx, &mailbox, now)?;
            let mut changed = Vec::new();
            for (id, change) in &wanted {
                let Some(old) = messages::get(tx, mailbox.record.id, *id)? else {
                    continue;
                };
                if let Change::Move(to) = change
                    && state.folder(*to).is_none()
                {
                    return Err(ServiceError::NotFound("such folder"));
                }
                let new = messages::update(tx, &mailbox, *id, |message| apply(message, *change))?;
                if new != old {
                    changed.push((*id, old.folder));
                }
            }
            Ok(changed)
        })
        .await
}

fn apply(message: &mut MessageRecord, change: Change) {
    match change {
        Change::Seen(seen) => message.flags.seen = seen,
        Change::Starred(starred) => message.flags.flagged = starred,
        Change::Move(folder) => message.folder = folder,
    }
}
