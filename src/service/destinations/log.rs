//! The log of a destination, and the test that ends up in it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Kind, visible};
use crate::ids::{AnnouncementId, DestinationId};
use crate::service::announcing::{self, Places, TEST};
use crate::service::{Actor, Service, ServiceError};
use crate::store::access::Permission;
use crate::store::announcements::{self, AnnouncementRecord, AnnouncementState, Message};
use crate::store::destinations::DestinationState;
use crate::store::{audit, brand};

/// Entries of a log that are shown.
pub const LOG_SHOWN_MAX: usize = 200;

/// One entry of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AnnouncementView {
    /// Its id; for a webhook, what the header `webhook-id` says.
    pub id: String,
    /// The event's name.
    pub event: String,
    /// When it was written.
    pub created: String,
    /// `waiting`, `told` or `failed`.
    pub state: String,
    /// Since when; for what waits, until when.
    pub at: String,
    /// How often it was tried.
    pub attempts: u32,
    /// What the last try led to.
    pub last: Option<String>,
}

/// Sends a test; what came of it stands in the log.
///
/// # Errors
/// [`ServiceError::Conflict`] when it is switched off; when there is none for this actor, or the store
/// fails.
pub async fn test(
    service: &Service,
    actor: &Actor,
    kind: Kind,
    id: DestinationId,
) -> Result<AnnouncementView, ServiceError> {
    service.store.read(|tx| visible(tx, actor, kind, id))?;
    actor.may(Permission::Announce)?;
    let now = service.now();
    let public_url = service.config().http.public_url.clone();
    let announcement = AnnouncementId::generate(now);
    let event = service.event(
        actor,
        Permission::Announce,
        &format!("{}.test", kind.name()),
        format!("{}:{id}", kind.name()),
        "",
    )?;
    let actor = actor.clone();
    service
        .store
        .write(move |tx| {
            let record = visible(tx, &actor, kind, id)?;
            if record.state != DestinationState::On {
                let text = "it is switched off; switch it on first".to_owned();
                return Err(ServiceError::Conflict(text));
            }
            let message = match kind {
                Kind::Webhook => Message::Payload(announcing::test_payload(now)),
                Kind::Contact => {
                    let brand = brand::get(tx, record.owner.as_ref())?;
                    let letter = announcing::test_letter(&Places::of(&brand, &public_url));
                    Message::Letter {
                        subject: letter.subject,
                        text: letter.text,
                    }
                }
            };
            let written = AnnouncementRecord {
                event: TEST.to_owned(),
                created: now,
                message,
                attempts: 0,
                state: AnnouncementState::Due(now),
                last: None,
            };
            audit::append(tx, event.clone())?;
            announcements::add(tx, id, announcement, written.clone())?;
            Ok(log_view(announcement, written))
        })
        .await
}

/// What a webhook or contact was told, or is still to be told, the newest first.
///
/// # Errors
/// When there is none for this actor, or the store fails.
pub fn log(
    service: &Service,
    actor: &Actor,
    kind: Kind,
    id: DestinationId,
) -> Result<Vec<AnnouncementView>, ServiceError> {
    service.store.read(|tx| {
        visible(tx, actor, kind, id)?;
        let log = announcements::log(tx, id, LOG_SHOWN_MAX)?;
        Ok(log
            .into_iter()
            .map(|(id, record)| log_view(id, record))
            .collect())
    })
}

fn log_view(id: AnnouncementId, record: AnnouncementRecord) -> AnnouncementView {
    let (state, at) = match record.state {
        AnnouncementState::Due(at) => ("waiting", at),
        AnnouncementState::Told(at) => ("told", at),
        AnnouncementState::Failed(at) => ("failed", at),
    };
    AnnouncementView {
        id: format!("msg_{id}"),
        event: record.event,
        created: record.created.to_string(),
        state: state.to_owned(),
        at: at.to_string(),
        attempts: record.attempts,
        last: record.last,
    }
}
