//! Starts the worker of the outgoing queue.

use std::time::Duration;

use super::{App, DRAIN, StartError};
use crate::config::{Config, RelayAccess};
use crate::net::{Tls, TlsConnector};
use crate::schedule::Backoff;
use crate::send::{
    Answerer, Credentials, RelayTimeouts, Sender, SenderOptions, Signers, Smarthost,
};

/// When a smarthost that cannot be reached is tried again.
const RECONNECT: Backoff = Backoff {
    first: Duration::from_secs(2),
    max: Duration::from_secs(60),
};

/// The worker, not yet running.
pub(super) fn sender(app: &App) -> Result<Sender, StartError> {
    let relay = &app.config.relay;
    app.signers.set(signers(&app.config)?);
    let options = SenderOptions {
        smarthosts: smarthosts(&app.config, &app.hostname)?,
        signers: app.signers.clone(),
        hostname: app.hostname.clone(),
        connections_max: usize::try_from(relay.connections_max).unwrap_or(1),
        retry: Backoff {
            first: relay.retry_after.duration(),
            max: relay.retry_after_max.duration(),
        },
        reconnect: RECONNECT,
        keep_finished: relay.keep_finished.duration(),
        drain: DRAIN,
    };
    Ok(Sender::new(app.store.clone(), app.clock.clone(), options))
}

/// Sends, and answers automatically, until the server stops.
pub(super) fn start(app: &App, sender: Sender) {
    app.tasks.spawn(sender.run(app.stop.clone()));
    let give_up_after = app.config.relay.give_up_after.duration();
    let answerer = Answerer::new(
        app.store.clone(),
        app.clock.clone(),
        give_up_after,
        app.hostname.clone(),
    );
    app.tasks.spawn(answerer.run(app.stop.clone()));
}

/// The preferred one first.
pub(super) fn smarthosts(config: &Config, hostname: &str) -> Result<Vec<Smarthost>, StartError> {
    let preferred = smarthost(config.relay.access(), hostname).map_err(StartError::Relay)?;
    let mut all = vec![preferred];
    for (number, fallback) in config.relay_fallback.iter().enumerate() {
        let fallback = smarthost(fallback.access(), hostname);
        all.push(fallback.map_err(|why| StartError::RelayFallback(number + 1, why))?);
    }
    Ok(all)
}

fn smarthost(access: RelayAccess<'_>, hostname: &str) -> Result<Smarthost, String> {
    let connector = match access.tls {
        Tls::Off => None,
        Tls::Starttls | Tls::Implicit => {
            let connector = TlsConnector::new(access.tls_ca_file);
            Some(connector.map_err(|error| error.to_string())?)
        }
    };
    let credentials = match (access.username, access.password_file) {
        (Some(username), Some(source)) => Some(Credentials {
            username: username.to_owned(),
            password: source.read().map_err(|error| error.to_string())?,
        }),
        _ => None,
    };
    Ok(Smarthost {
        endpoint: access.smarthost.clone(),
        tls: access.tls,
        tls_name: access.tls_name.map(str::to_owned),
        connector,
        credentials,
        hello_name: hostname.to_owned(),
        chunking: access.chunking,
        timeouts: RelayTimeouts::default(),
    })
}

/// The keys that sign, as their files hold them now.
pub(super) fn signers(config: &Config) -> Result<Signers, StartError> {
    let mut signers = Signers::default();
    for (number, dkim) in config.dkim.iter().enumerate() {
        let added = signers.add(&dkim.domains, &dkim.selector, &dkim.key_file);
        added.map_err(|error| StartError::Dkim(number + 1, error))?;
    }
    Ok(signers)
}
