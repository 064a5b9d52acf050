//! The mailstores and how they stand: operators only.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Actor, Service, ServiceError, failover};
use crate::config::Mailstore;
use crate::ids::MailstoreId;
use crate::store::failover as kept;

/// A mailstore.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MailstoreView {
    /// Its name.
    pub id: String,
    /// Its IMAP service.
    pub imap: String,
    /// Its LMTP service.
    pub lmtp: String,
    /// `normal`, `suspected`, `active` or `returning`.
    pub state: String,
    /// `auto`, `pin-primary`, `pin-standby` or `queue`.
    pub mode: String,
    /// Where its mail goes: `primary`, `standby` or `queue`.
    pub route: String,
    /// Since when the state is what it is.
    pub since: Option<String>,
    /// The outage under way.
    pub outage: Option<String>,
    /// What an operator must decide, in words.
    pub needs: Option<String>,
}

/// All mailstores, as configured.
///
/// # Errors
/// When the actor may not, or the store fails.
pub fn list(service: &Service, actor: &Actor) -> Result<Vec<MailstoreView>, ServiceError> {
    actor.operator()?;
    let config = service.config();
    config
        .mailstore
        .iter()
        .map(|mailstore| view(service, mailstore))
        .collect()
}

/// One mailstore.
///
/// # Errors
/// When the actor may not, there is none, or the store fails.
pub fn show(
    service: &Service,
    actor: &Actor,
    id: &MailstoreId,
) -> Result<MailstoreView, ServiceError> {
    actor.operator()?;
    let config = service.config();
    let mailstore = config
        .mailstore(id)
        .ok_or(ServiceError::NotFound("such mailstore"))?;
    view(service, mailstore)
}

fn view(service: &Service, mailstore: &Mailstore) -> Result<MailstoreView, ServiceError> {
    let record = service
        .store
        .read(|tx| kept::mailstore(tx, &mailstore.id))?;
    let state = &record.state;
    Ok(MailstoreView {
        id: mailstore.id.to_string(),
        imap: mailstore.imap.to_string(),
        lmtp: mailstore.lmtp.to_string(),
        state: state.phase.name().to_owned(),
        mode: state.mode.to_string(),
        route: failover::serving_name(state.serving()).to_owned(),
        since: failover::since(&state.phase).map(|since| since.to_string()),
        outage: state.phase.outage().map(|outage| outage.to_string()),
        needs: failover::needs(&record),
    })
}
