//! What a page learns while it is open: how things stand now, and when that changes.

use super::mailbox::{self, Overview, own};
use super::{Actor, Service, ServiceError};
use crate::ids::StandbyId;
use crate::mail::Role;
use crate::store::messages::{self, Cursor, Origin, folder_of};
use crate::store::watching::Watch;

/// Newest messages that are told of.
pub const NEWEST_MAX: usize = 10;

/// How things stand.
#[derive(Clone, Debug)]
pub struct Now {
    /// What every page shows.
    pub overview: Overview,
    /// The newest messages in the inbox that came from elsewhere and are not read, newest first.
    pub newest: Vec<StandbyId>,
}

/// How things stand for the actor now.
///
/// # Errors
/// When the actor has no mailbox, or the store fails.
pub fn now(service: &Service, actor: &Actor) -> Result<Now, ServiceError> {
    let overview = mailbox::overview(service, actor)?;
    let inbox = folder_of(Role::Inbox);
    let newest = service.store.read(|tx| {
        let id = own(tx, actor)?.record.id;
        messages::list(tx, id, inbox, Cursor::Newest, NEWEST_MAX).map_err(ServiceError::from)
    })?;
    let is_new = |origin: &Origin| matches!(origin, Origin::Received { .. } | Origin::Notice);
    Ok(Now {
        overview,
        newest: newest
            .iter()
            .filter(|message| !message.flags.seen && is_new(&message.origin))
            .map(|message| message.id)
            .collect(),
    })
}

/// Begins to wait for changes of the actor's mailbox; `None` when too many do.
pub fn watch(service: &Service, actor: &Actor) -> Option<Watch> {
    match actor {
        Actor::User(mailbox, _) => service.store.watch(*mailbox),
        Actor::Operator(_)
        | Actor::Reseller(..)
        | Actor::Agent(..)
        | Actor::Router(_)
        | Actor::System(_) => None,
    }
}
