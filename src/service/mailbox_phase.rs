//! What the banner says: how things stand for one mailbox, by the same route that Postfix is told.

use super::{Service, ServiceError};
use crate::clock::Timestamp;
use crate::failover;
use crate::route::Route;
use crate::store::directory::Mailbox;
use crate::store::{ReadTx, StoreError, failover as kept, merge, messages};

/// How things stand for a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Its mail goes to the mailstore, and nothing of it was ever here.
    StandingBy,
    /// The mailstore does not answer; it is being watched.
    Suspected,
    /// Its mail comes here.
    Outage,
    /// Its mail waits in the MX.
    Held,
    /// Its mail goes to the mailstore again, and what came here is being merged.
    Returning,
    /// All that came here is in the mailstore.
    Merged,
}

/// Whether the mailbox is closed: everything was merged and read back after the activation that is the
/// last one, and its mail goes to the mailstore. What arrives late is merged and opens nothing; the
/// next activation opens it.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn is_closed(
    service: &Service,
    tx: &dyn ReadTx,
    mailbox: &Mailbox,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let record = &mailbox.record;
    let Some(state) = merge::mailbox(tx, record.id)? else {
        return Ok(false);
    };
    let Some(closed) = state.closed.filter(|_| state.mailstore == record.mailstore) else {
        return Ok(false);
    };
    let decided = service
        .routes
        .route_mailbox(&mailbox.address, &record.mailstore, now);
    let epoch = kept::mailstore(tx, &record.mailstore)?.state.epoch;
    Ok(closed == epoch && decided.route == Route::Primary)
}

/// The phase, and since when mail came here.
pub(super) fn phase(
    service: &Service,
    tx: &dyn ReadTx,
    mailbox: &Mailbox,
    now: Timestamp,
) -> Result<(Phase, Option<Timestamp>), ServiceError> {
    let record = &mailbox.record;
    let decided = service
        .routes
        .route_mailbox(&mailbox.address, &record.mailstore, now);
    let mailstore = kept::mailstore(tx, &record.mailstore)?;
    let outage = match mailstore.state.phase.outage() {
        Some(id) => kept::outage(tx, id)?,
        None => None,
    };
    let state = messages::state(tx, record.id)?;
    let opened = state.as_ref().map(|state| state.opened_at);
    let since = outage.map(|outage| outage.activated_at).or(opened);
    let phase = match decided.route {
        Route::Standby => Phase::Outage,
        Route::Queue => Phase::Held,
        Route::Primary | Route::Unknown => {
            let is_used = state.is_some_and(|state| state.next_id > 1);
            let unmerged = messages::unmerged(tx, &record.mailstore, record.id, None, 1)?;
            match mailstore.state.phase {
                failover::Phase::Suspected { .. } => Phase::Suspected,
                _ if !unmerged.is_empty() => Phase::Returning,
                _ if is_used => Phase::Merged,
                _ => Phase::StandingBy,
            }
        }
    };
    Ok((phase, since))
}
