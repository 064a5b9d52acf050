//! Starts the worker of the outgoing queue.

use std::time::Duration;

use super::{App, DRAIN, StartError};
use crate::config::Relay;
use crate::net::{Tls, TlsConnector};
use crate::schedule::Backoff;
use crate::send::{Credentials, RelayTimeouts, Sender, SenderOptions, Smarthost};

/// When a smarthost that cannot be reached is tried again.
const RECONNECT: Backoff = Backoff {
    first: Duration::from_secs(2),
    max: Duration::from_secs(60),
};

/// The worker, not yet running.
pub(super) fn sender(app: &App) -> Result<Sender, StartError> {
    let relay = &app.config.relay;
    let options = SenderOptions {
        smarthost: smarthost(relay, &app.hostname)?,
        hostname: app.hostname.clone(),
        connections_max: usize::try_from(relay.connections_max).unwrap_or(1),
        retry: Backoff {
            first: relay.retry_after.duration(),
            max: relay.retry_after_max.duration(),
        },
        reconnect: RECONNECT,
        drain: DRAIN,
    };
    Ok(Sender::new(app.store.clone(), app.clock.clone(), options))
}

/// Sends until the server stops.
pub(super) fn start(app: &App, sender: Sender) {
    app.tasks.spawn(sender.run(app.stop.clone()));
}

fn smarthost(relay: &Relay, hostname: &str) -> Result<Smarthost, StartError> {
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
    Ok(Smarthost {
        endpoint: relay.smarthost.clone(),
        tls: relay.tls,
        connector,
        credentials,
        hello_name: hostname.to_owned(),
        timeouts: RelayTimeouts::default(),
    })
}
