//! The audit log: read and verified by operators.

use super::{Actor, Service, ServiceError};
use crate::store::access::Permission;
use crate::store::audit::{self, AuditEntry, AuditVerified};

/// Entries verified in one read.
const VERIFY_STEP: usize = 1000;
/// Most entries in one page.
pub const PAGE_MAX: usize = 500;

/// Entries older than number `before`, the newest first.
///
/// # Errors
/// When the actor may not, or the store fails.
pub fn list(
    service: &Service,
    actor: &Actor,
    before: Option<u64>,
    limit: usize,
) -> Result<Vec<AuditEntry>, ServiceError> {
    actor.operator()?;
    actor.may(Permission::Audit)?;
    Ok(service
        .store
        .read(|tx| audit::list(tx, before, limit.clamp(1, PAGE_MAX)))?)
}

/// Verifies the whole chain; returns the number of its last entry.
///
/// # Errors
/// [`ServiceError::Conflict`] with how it is damaged; when the actor may not, or the store fails.
pub fn verify(service: &Service, actor: &Actor) -> Result<u64, ServiceError> {
    actor.operator()?;
    actor.may(Permission::Audit)?;
    let mut so_far = AuditVerified::default();
    while !so_far.done {
        so_far = service
            .store
            .read(|tx| audit::verify_part(tx, so_far, VERIFY_STEP))?
            .map_err(|damage| ServiceError::Conflict(damage.to_string()))?;
    }
    Ok(so_far.head.number)
}
