//! Telling others what happens: events from the store's log to webhooks and to contacts by mail, and alerts
//! while something is critical.
//!
//! Loops. `hand_out` makes of each event one announcement for each destination that wants it, and
//! notes how far it came in the same transaction: nothing is left out and nothing is made twice.
//! `deliver` takes what is due, one at a time for each destination and so many in all, and tries again
//! with growing pauses. `alarm` looks whether something is critical. A fourth, `users`, writes to those whose
//! mailboxes are out, where the policy says so; its letters go through the queue.
//!
//! Never here: what an event says to whom (`service::announcing`), and waiting of anybody else for a
//! receiver. Telling is at least once, under the same id.

mod alarm;
mod call;
mod deliver;
mod hand_out;
mod letter;
mod retry;
mod users;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::net::{TlsConnector, TlsError};
use crate::send::{SharedSigners, Smarthost};
use crate::service::Service;

/// What the loops work with; clones share it.
#[derive(Clone, Debug)]
pub struct Announcer {
    service: Service,
    smarthosts: Vec<Smarthost>,
    /// The keys that sign what goes out.
    signers: SharedSigners,
    hostname: String,
    /// Whom webhooks trust; none: no certificates were found, so none is called over https.
    tls: Option<TlsConnector>,
}

impl Announcer {
    /// The loops, not yet running.
    ///
    /// # Errors
    /// When the certificates that `announce.tls_ca_file` names cannot be used.
    pub fn new(
        service: Service,
        smarthosts: Vec<Smarthost>,
        signers: SharedSigners,
        hostname: String,
    ) -> Result<Self, TlsError> {
        let file = service.config.get().announce.tls_ca_file.clone();
        let tls = match TlsConnector::new(file.as_deref()) {
            Ok(tls) => Some(tls),
            Err(error) if file.is_some() => return Err(error),
            Err(error) => {
                tracing::warn!(%error, "webhooks cannot be called over https");
                None
            }
        };
        Ok(Self {
            service,
            smarthosts,
            signers,
            hostname,
            tls,
        })
    }

    /// Runs the loops until `stop`.
    pub fn start(self, tasks: &TaskTracker, stop: &CancellationToken) {
        let (own, ended) = (self.clone(), stop.clone());
        tasks.spawn(async move {
            ended.run_until_cancelled(hand_out::run(&own.service)).await;
        });
        let (own, ended) = (self.service.clone(), stop.clone());
        tasks.spawn(async move {
            ended.run_until_cancelled(alarm::run(&own)).await;
        });
        let (own, ended) = (self.service.clone(), stop.clone());
        tasks.spawn(async move {
            ended.run_until_cancelled(users::run(&own)).await;
        });
        let ended = stop.clone();
        tasks.spawn(async move {
            // What is under way is cut off: it is due again after the start, under the same id.
            ended.run_until_cancelled(deliver::run(self)).await;
        });
    }
}
