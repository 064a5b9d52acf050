//! Who may hold a drill, and that it stands in the audit log before it begins.

use super::{Actor, Service, ServiceError, reason};
use crate::ids::DrillId;
use crate::store::access::Permission;
use crate::store::audit;
use crate::store::drills::{self, DrillRecord};

/// Whether an actor may hold drills and see them.
///
/// # Errors
/// When it may not.
pub fn may(actor: &Actor) -> Result<(), ServiceError> {
    actor.operator()
}

/// Keeps that a drill of `domain` begins, together with its entry in the audit log.
///
/// # Errors
/// [`ServiceError::Invalid`] without a reason; when the store fails.
pub async fn begin(
    service: &Service,
    actor: &Actor,
    domain: &str,
    why: &str,
    id: DrillId,
    record: DrillRecord,
) -> Result<(), ServiceError> {
    let why = reason(why)?;
    let event = service.event(
        actor,
        Permission::Failover,
        "drill.start",
        format!("domain:{domain}"),
        &why,
    )?;
    service
        .store
        .write(move |tx| {
            audit::append(tx, event.clone())?;
            drills::put(tx, id, &record)?;
            Ok(())
        })
        .await
}
