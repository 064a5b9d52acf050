//! Starts the merge: one access per mailstore, and the gate that it asks.

use std::sync::Arc;

use tokio::sync::watch;

use super::{App, StartError};
use crate::config::{self, Mailstore, MergeDriver};
use crate::control::Control;
use crate::imap;
use crate::merge::{Files, Gate, MailstoreAccess, Merger, Settings};
use crate::net::{Tls, TlsConnector};

/// The merge, not yet running.
pub(super) fn merger(app: &App, control: &Control) -> Result<Merger, StartError> {
    let accesses = app
        .config
        .mailstore
        .iter()
        .map(access)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Merger::new(
        app.store.clone(),
        app.clock.clone(),
        settings(&app.config.merge),
        accesses,
        gate(control),
    ))
}

fn settings(merge: &config::Merge) -> Settings {
    Settings {
        concurrency: usize::try_from(merge.concurrency).unwrap_or(usize::MAX),
        quiet: merge.quiet.duration(),
        retention: merge.retention.duration(),
        ..Settings::default()
    }
}

fn access(mailstore: &Mailstore) -> Result<MailstoreAccess, StartError> {
    let wrong = |why: String| StartError::Mailstore {
        mailstore: mailstore.id.to_string(),
        why,
    };
    let password = mailstore
        .master_password_file
        .read()
        .map_err(|error| wrong(error.to_string()))?;
    let separator = mailstore.master_separator.chars().next();
    let tls_connector = match mailstore.tls {
        Tls::Off => None,
        Tls::Starttls | Tls::Implicit => {
            Some(TlsConnector::new(None).map_err(|error| wrong(error.to_string()))?)
        }
    };
    Ok(MailstoreAccess {
        id: mailstore.id.clone(),
        server: imap::Server {
            tls: mailstore.tls,
            tls_connector,
            ..imap::Server::plain(mailstore.imap.clone())
        },
        master_user: mailstore.master_user.clone(),
        separator: separator
            .ok_or_else(|| wrong("master_separator is empty; Dovecot's usual one is *".into()))?,
        master_password: password.expose().to_owned(),
        files: mailstore.maildir.clone().map(|path| {
            let places = mailstore.merge_driver == MergeDriver::Maildir;
            Files::new(path, places)
        }),
    })
}

/// Lets through what is routed to a mailstore that may be merged into.
fn gate(control: &Control) -> Gate {
    let control = control.clone();
    Arc::new(move |mailstore, address| control.merge_gate(mailstore, address))
}

impl App {
    pub(super) fn start_merging(&self, merger: Arc<Merger>, control: &Control) {
        let (woken, mut wake) = (merger.clone(), control.merge_wake());
        let stopped = self.stop.clone();
        self.tasks.spawn(async move {
            let waking = async {
                while wake.changed().await.is_ok() {
                    woken.wake();
                }
            };
            stopped.run_until_cancelled(waking).await;
        });
        let (purging, stopped) = (merger.clone(), self.stop.clone());
        self.tasks.spawn(async move {
            stopped.run_until_cancelled(purging.purge_for_ever()).await;
        });
        let (stop_tell, stop) = watch::channel(false);
        let cancelled = self.stop.clone();
        self.tasks.spawn(async move {
            let running = merger.run(stop);
            tokio::pin!(running);
            tokio::select! {
                () = &mut running => {}
                () = cancelled.cancelled() => {
                    stop_tell.send_replace(true);
                    running.await;
                }
            }
        });
    }
}
