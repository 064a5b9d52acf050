//! Starts the LMTP server.

use std::sync::Arc;

use super::{App, DRAIN, EVERYBODY, StartError, bind};
use crate::net::Listener;
use crate::receive::{self, Limits, SessionConfig, StandbyAcceptor, Timeouts};

/// The LMTP sockets, not yet served.
pub(super) async fn listeners(app: &App) -> Result<Vec<Listener>, StartError> {
    let lmtp = &app.config.lmtp;
    let mut listeners = vec![bind("lmtp.listen", &lmtp.listen, EVERYBODY).await?];
    for endpoint in &lmtp.listen_also {
        listeners.push(bind("lmtp.listen_also", endpoint, EVERYBODY).await?);
    }
    Ok(listeners)
}

/// Serves LMTP until the server stops.
pub(super) fn start(app: &App, listeners: Vec<Listener>) {
    let lmtp = &app.config.lmtp;
    let shared = receive::Shared {
        session: SessionConfig {
            hostname: app.hostname.clone(),
            delimiter: app.config.postfix.delimiter(),
            limits: Limits {
                message_octets_max: lmtp.message_size_max.bytes(),
                recipients_max: usize::try_from(lmtp.recipients_max).unwrap_or(usize::MAX),
                ..Limits::default()
            },
        },
        timeouts: Timeouts {
            command: lmtp.command_timeout.duration(),
            data: lmtp.data_timeout.duration(),
            ..Timeouts::default()
        },
        acceptor: StandbyAcceptor::new(app.store.clone(), app.clock.clone(), app.hostname.clone()),
        clock: app.clock.clone(),
    };
    app.tasks.spawn(receive::listener::serve(
        listeners,
        Arc::new(shared),
        usize::try_from(lmtp.connections_max).unwrap_or(usize::MAX),
        app.stop.clone(),
        DRAIN,
    ));
}
