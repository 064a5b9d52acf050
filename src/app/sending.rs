//! Starts the worker of the outgoing queue.

use std::time::Duration;

use super::{App, DRAIN, StartError};
use crate::config::Relay;
use crate::net::{Endpoint, Tls, TlsConnector};
use crate::schedule::Backoff;
use crate::send::{Answerer, Credentials, RelayTimeouts, Sender, SenderOptions, Smarthost};

/// When a smarthost that cannot be reached is tried again.
const RECONNECT: Backoff = Backoff {
    first: Duration::from_secs(2),
    max: Duration::from_secs(60),
};

/// The worker, not yet running.
pub(super) fn sender(app: &App) -> Result<Sender, StartError> {
    let relay = &app.config.relay;
    let options = SenderOptions {
        smarthosts: smarthosts(relay, &app.hostname)?,
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
pub(super) fn smarthosts(relay: &Relay, hostname: &str) -> Result<Vec<Smarthost>, StartError> {
    let connector = match relay.tls {
        Tls::Off => None,
        Tls::Starttls | Tls::Implicit => Some(
            TlsConnector::new(relay.tls_ca_file.as_deref())
                .map_err(|error| StartError::Relay(error.to_string()))?,
        ),
    };
    let credentials = match (&relay.username, &relay.password_file) {
        (Some(username), Some(source)) => Some(Credentials {
            username: username.clone(),
            password: source
                .read()
                .map_err(|error| StartError::Relay(error.to_string()))?,
        }),
        _ => None,
    };
    let smarthost = |endpoint: &Endpoint| Smarthost {
        endpoint: endpoint.clone(),
        tls: relay.tls,
        tls_name: relay.tls_name.clone(),
        connector: connector.clone(),
        credentials: credentials.clone(),
        hello_name: hostname.to_owned(),
        timeouts: RelayTimeouts::default(),
    };
    let all = std::iter::once(&relay.smarthost).chain(&relay.fallback);
    Ok(all.map(smarthost).collect())
}
