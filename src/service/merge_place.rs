//! Placing by order: what came in goes into a mailstore's volume as files while its IMAP is closed.
//!
//! The guard speaks first, by files: only the sentinel's own UIDVALIDITY, old canary and newest
//! message, all where they were, let anything be placed. A volume that went back in time must have its
//! UIDs raised before; one that is another, or none, gets nothing.

use std::sync::Arc;

use super::{Service, ServiceError};
use crate::detect::guard_by_files;
use crate::failover::GuardVerdict;
use crate::ids::MailstoreId;
use crate::merge::{Gate, Merger, PlaceError, Running};
use crate::store::failover as kept;

/// An order that may be carried out.
pub(super) struct PlaceOrder {
    merger: Arc<Merger>,
    mailstore: MailstoreId,
    running: Running,
    gate: Gate,
}

/// Checks whether files may be placed in a mailstore now.
///
/// # Errors
/// [`ServiceError::Conflict`] says what stands against it.
pub(super) async fn check(
    service: &Service,
    mailstore: &MailstoreId,
) -> Result<PlaceOrder, ServiceError> {
    let conflict = |text: String| Err(ServiceError::Conflict(text));
    let (Some(merger), Some(control)) = (service.merger.clone(), service.control.clone()) else {
        return Err(ServiceError::Unavailable(
            "the server is stopping".to_owned(),
        ));
    };
    let Some(files) = merger.files(mailstore) else {
        return conflict(PlaceError::NoFiles(mailstore.clone()).to_string());
    };
    let Some(epoch) = control.active_epoch(mailstore) else {
        return conflict(format!(
            "the mailstore {mailstore} is not failed over: what is left is merged as its \
             merge_driver says"
        ));
    };
    let config = service.config();
    let sentinel = config
        .mailstore(mailstore)
        .and_then(|known| known.sentinel.clone());
    let Some(sentinel) = sentinel else {
        return conflict(GuardVerdict::NotConfigured.to_string());
    };
    let Some(path) = files.path.of(&sentinel) else {
        return conflict(format!("the sentinel {sentinel} is no name of a directory"));
    };
    let known = service
        .store
        .read(|tx| kept::sentinel(tx, mailstore))?
        .known;
    let verdict = guard_by_files(path, &files.pool, &sentinel, known.as_ref()).await;
    if verdict != GuardVerdict::Intact {
        return conflict(format!("nothing is placed in {mailstore}: {verdict}"));
    }
    let running = match merger.begin_pass(mailstore) {
        Ok(running) => running,
        Err(error) => return conflict(error.to_string()),
    };
    let gate: Gate = Arc::new(move |mailstore, mailbox| {
        let now = control.place_gate(mailstore, mailbox);
        now.filter(|now| *now == epoch)
    });
    Ok(PlaceOrder {
        merger,
        mailstore: mailstore.clone(),
        running,
        gate,
    })
}

/// Carries an order out, in the background; [`Merger::pass`] tells how far it is.
pub(super) fn start(order: PlaceOrder) {
    let PlaceOrder {
        merger,
        mailstore,
        running,
        gate,
    } = order;
    tokio::spawn(async move {
        match merger.place_now(&mailstore, running, gate).await {
            Ok(placed) => tracing::info!(%mailstore, mailboxes = placed.mailboxes,
                waiting = placed.waiting, provisional = placed.provisional,
                "placed messages as files, as ordered"),
            Err(error) => {
                tracing::error!(%mailstore, %error, "an order to place files ended early")
            }
        }
    });
}
