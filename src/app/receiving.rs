//! Starts the LMTP and SMTP servers.

use std::sync::Arc;

use super::{App, DRAIN, EVERYBODY, StartError, bind};
use crate::config::{SmtpClients, SmtpListener};
use crate::net::{Listener, Tls};
use crate::receive::authenticity::Verifier;
use crate::receive::standby::StandbySettings;
use crate::receive::{
    self, Door, House, Intake, IntakeLimits, Limits, Protocol, SessionConfig, Shared,
    StandbyAcceptor, StartTls, Timeouts,
};

/// What is bound and not yet served.
pub(super) struct Receiving {
    lmtp: Vec<Listener>,
    smtp: Vec<(Listener, SmtpListener)>,
}

/// The LMTP and SMTP sockets, not yet served.
pub(super) async fn listeners(app: &App) -> Result<Receiving, StartError> {
    let lmtp = &app.config.lmtp;
    let mut receiving = Receiving {
        lmtp: vec![bind("lmtp.listen", &lmtp.listen, EVERYBODY).await?],
        smtp: Vec::with_capacity(app.config.smtp_listener.len()),
    };
    for endpoint in &lmtp.listen_also {
        let listener = bind("lmtp.listen_also", endpoint, EVERYBODY).await?;
        receiving.lmtp.push(listener);
    }
    for configured in &app.config.smtp_listener {
        let listener = bind("smtp_listener.listen", &configured.listen, EVERYBODY).await?;
        receiving.smtp.push((listener, configured.clone()));
    }
    Ok(receiving)
}

/// What is under way, within the bounds of the configuration.
pub(super) fn intake(app: &App) -> Intake {
    let smtp = &app.config.smtp;
    let path = app.store.path().to_owned();
    let disk_free = move || {
        let disk = rustix::fs::statvfs(&path).ok()?;
        Some(disk.f_bavail.saturating_mul(disk.f_frsize))
    };
    let limits = IntakeLimits {
        memory_octets_max: smtp.memory_max.bytes(),
        disk_free_min: smtp.disk_free_min.bytes(),
        disk_free_low: smtp.disk_free_low.bytes(),
        client_connections_max: smtp.client_connections_max,
        client_messages_per_minute: smtp.client_messages_per_minute,
    };
    Intake::new(limits, Box::new(disk_free))
}

/// Serves LMTP and SMTP until the server stops. Each kind of client has connections of its own, so that
/// strangers cannot take those of the MX hosts.
pub(super) fn start(
    app: &App,
    receiving: Receiving,
    intake: &Arc<Intake>,
) -> Result<(), StartError> {
    let (config, shared) = (&app.config, Arc::new(shared(app, intake)?));
    let lmtp = Arc::new(session(app, Protocol::Lmtp));
    let doors = receiving.lmtp.into_iter().map(|listener| Door {
        listener,
        session: Arc::clone(&lmtp),
        is_implicit_tls: false,
        proxies: None,
    });
    let (trusted, strangers): (Vec<_>, Vec<_>) = receiving
        .smtp
        .into_iter()
        .partition(|(_, configured)| configured.clients == SmtpClients::Trusted);
    let of_smtp = |doors: Vec<_>| doors.into_iter().map(|(l, c)| door(app, l, &c)).collect();
    for (doors, connections_max) in [
        (doors.collect(), config.lmtp.connections_max),
        (of_smtp(trusted), config.smtp.connections_max),
        (of_smtp(strangers), config.smtp.stranger_connections_max),
    ] {
        let house = House {
            connections_max: usize::try_from(connections_max).unwrap_or(usize::MAX),
            stop: app.stop.clone(),
            drain: DRAIN,
        };
        let serving = receive::listener::serve(doors, Arc::clone(&shared), house);
        app.tasks.spawn(serving);
    }
    Ok(())
}

/// Who looks at what strangers send, where strangers may come.
fn verifier(app: &App) -> Result<Option<Verifier>, StartError> {
    let (config, smtp) = (&app.config, &app.config.smtp);
    let is_perimeter = |l: &SmtpListener| l.clients == SmtpClients::Everybody;
    if !smtp.verify_senders || !config.smtp_listener.iter().any(is_perimeter) {
        return Ok(None);
    }
    Verifier::new(&smtp.name_servers, &app.hostname)
        .map(Some)
        .map_err(StartError::NameServers)
}

fn shared(app: &App, intake: &Arc<Intake>) -> Result<Shared<StandbyAcceptor>, StartError> {
    let (lmtp, smtp) = (&app.config.lmtp, &app.config.smtp);
    let settings = StandbySettings {
        hostname: app.hostname.clone(),
        mailbox_octets_max: smtp.mailbox_size_max.bytes(),
        spam_to_junk: smtp.spam_to_junk,
        directory_fresh_for: smtp.directory_fresh_for.duration(),
    };
    let (store, clock) = (app.store.clone(), app.clock.clone());
    let tls = app.smtp_tls.clone();
    let acceptor = StandbyAcceptor::new(store, clock, settings, Arc::clone(intake))
        .with_verifier(verifier(app)?);
    Ok(Shared {
        timeouts: Timeouts {
            command: lmtp.command_timeout.duration(),
            data: lmtp.data_timeout.duration(),
            ..Timeouts::default()
        },
        acceptor,
        intake: Arc::clone(intake),
        clock: app.clock.clone(),
        certificate: Arc::new(move || tls.get()),
    })
}

fn session(app: &App, protocol: Protocol) -> SessionConfig {
    let (lmtp, smtp) = (&app.config.lmtp, &app.config.smtp);
    SessionConfig {
        hostname: app.hostname.clone(),
        delimiter: app.config.postfix.delimiter(),
        limits: Limits {
            message_octets_max: lmtp.message_size_max.bytes(),
            recipients_max: usize::try_from(lmtp.recipients_max).unwrap_or(usize::MAX),
            ..Limits::default()
        },
        protocol,
        trusted: smtp.trusted.clone(),
        xclient: smtp.xclient.clone(),
        postmaster: smtp.postmaster.clone(),
        ..SessionConfig::default()
    }
}

fn door(app: &App, listener: Listener, configured: &SmtpListener) -> Door {
    let start_tls = match (configured.tls, configured.tls_required) {
        (Tls::Starttls, true) => StartTls::Required,
        (Tls::Starttls, false) => StartTls::Offered,
        (Tls::Off | Tls::Implicit, _) => StartTls::Off,
    };
    let proxies = &app.config.smtp.proxies;
    Door {
        listener,
        session: Arc::new(SessionConfig {
            strangers: configured.clients == SmtpClients::Everybody,
            start_tls,
            dsn: app.config.smtp.delivery_receipts,
            ..session(app, Protocol::Smtp)
        }),
        is_implicit_tls: configured.tls == Tls::Implicit,
        proxies: configured.proxy_protocol.then(|| proxies.clone()),
    }
}
