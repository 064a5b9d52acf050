//! What the banner says: how things stand for one mailbox, by the same route that Postfix is told.

use super::{Service, ServiceError};
use crate::clock::Timestamp;
use crate::failover;
use crate::route::{Level, Route};
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
            let unmerged = messages::unmerged(tx, &record.mailstore, record.id, None, 1)?;
            let here = Here {
                is_used: state.is_some_and(|state| state.next_id > 1),
                has_unmerged: !unmerged.is_empty(),
            };
            let is_opted_out = matches!(decided.level, Level::Mailbox | Level::Domain);
            at_home(&mailstore.state.phase, is_opted_out, here)
        }
    };
    Ok((phase, since))
}

/// What of a mailbox is here.
#[derive(Clone, Copy, Debug)]
struct Here {
    /// Something was here once.
    is_used: bool,
    /// Something is not merged yet.
    has_unmerged: bool,
}

/// The phase of a mailbox whose mail goes to its mailstore; `is_opted_out` if a person's word sends it there.
/// Pure.
fn at_home(mailstore: &failover::Phase, is_opted_out: bool, here: Here) -> Phase {
    match mailstore {
        failover::Phase::Suspected { .. } => Phase::Suspected,
        // Nothing answers where its mail goes, so it waits in the MX.
        failover::Phase::Active { .. } if is_opted_out => Phase::Held,
        _ if here.has_unmerged => Phase::Returning,
        _ if here.is_used => Phase::Merged,
        _ => Phase::StandingBy,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failover::GuardCheck;
    use crate::ids::{Epoch, OutageId};

    #[test]
    fn a_mailbox_whose_mail_goes_home_is_told_how_its_home_is() {
        let at = Timestamp::from_secs(1_795_356_000);
        let suspected = failover::Phase::Suspected {
            since: at,
            first_failed: at,
            asked: None,
        };
        let active = failover::Phase::Active {
            epoch: Epoch(1),
            since: at,
            outage: OutageId::generate(at),
            by_hand: false,
            healthy_since: None,
            guard: GuardCheck::Idle,
            blocked: None,
        };
        let normal = failover::Phase::Normal;
        for (mailstore, is_opted_out, is_used, has_unmerged, phase) in [
            (&normal, false, false, false, Phase::StandingBy),
            (&normal, true, false, false, Phase::StandingBy),
            (&normal, false, true, false, Phase::Merged),
            (&normal, false, true, true, Phase::Returning),
            (&suspected, false, true, true, Phase::Suspected),
            (&active, true, false, false, Phase::Held),
            (&active, true, true, true, Phase::Held),
            // Pinned to the mailstore: a person says that it works.
            (&active, false, false, false, Phase::StandingBy),
        ] {
            let here = Here {
                is_used,
                has_unmerged,
            };
            let found = at_home(mailstore, is_opted_out, here);
            assert_eq!(found, phase, "{mailstore:?} {is_opted_out} {here:?}");
        }
    }
}
