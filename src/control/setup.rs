//! From the configuration to what the loop works with.

use crate::config::{Config, Failover, Mailstore, OWN_VANTAGE, PolicyName};
use crate::detect::{ControlTargets, Login, Pop3, Refused, Starttls, Target, TlsPort};
use crate::failover::{Policy, Raise, Settings};
use crate::imap;
use crate::net::{Tls, TlsConnector};

use super::Watched;

/// Why a mailstore cannot be watched.
#[derive(Debug, thiserror::Error)]
#[error("{mailstore}: {why}")]
pub struct SetupError {
    /// Which.
    pub mailstore: String,
    /// What is wrong and what to do.
    pub why: String,
}

/// The configured mailstores, ready to be watched.
///
/// # Errors
/// When a password or certificate cannot be read.
pub fn watched(config: &Config) -> Result<Vec<Watched>, SetupError> {
    config
        .mailstore
        .iter()
        .map(|mailstore| {
            Ok(Watched {
                target: target(config, mailstore).map_err(|why| SetupError {
                    mailstore: mailstore.id.to_string(),
                    why,
                })?,
                settings: settings(config, mailstore),
                interval: config.probe.interval.duration(),
                sentinel_interval: config.probe.sentinel_interval.duration(),
                large_interval: config.probe.large_interval.duration(),
                certificate_interval: config.probe.certificate_interval.duration(),
            })
        })
        .collect()
}

/// How to look at a mailstore.
///
/// # Errors
/// In words, when a password or certificate cannot be read.
pub fn target(config: &Config, mailstore: &Mailstore) -> Result<Target, String> {
    let probe = &config.probe;
    let connector = match (mailstore.tls, mailstore.pop3_tls) {
        (Tls::Off, Tls::Off) => None,
        _ => Some(TlsConnector::new(None).map_err(|error| error.to_string())?),
    };
    let imap_port = TlsPort::of(
        &mailstore.imap,
        mailstore.tls,
        Starttls::Imap,
        connector.as_ref(),
    );
    let pop3_port = mailstore
        .pop3
        .as_ref()
        .and_then(|pop3| TlsPort::of(pop3, mailstore.pop3_tls, Starttls::Pop3, connector.as_ref()));
    let pop3 = mailstore.pop3.as_ref().map(|endpoint| Pop3 {
        endpoint: endpoint.clone(),
        tls: mailstore.pop3_tls,
        connector: connector.clone(),
        refused: Refused::default(),
    });
    let master_password = mailstore.master_password_file.read();
    let master_separator = mailstore.master_separator.chars().next();
    Ok(Target {
        mailstore: mailstore.id.clone(),
        imap: imap::Server {
            tls: mailstore.tls,
            tls_connector: connector,
            ..imap::Server::plain(mailstore.imap.clone())
        },
        lmtp: Some(mailstore.lmtp.clone()),
        pop3,
        login: Login::Master {
            user: mailstore.master_user.clone(),
            separator: master_separator
                .ok_or("master_separator is empty; Dovecot's usual one is *")?,
            password: master_password.map_err(|error| error.to_string())?,
        },
        refused: Refused::default(),
        sentinel: mailstore.sentinel.clone(),
        large: mailstore.large_mailbox.clone(),
        large_timeout: probe.large_timeout.duration(),
        tls_ports: imap_port.into_iter().chain(pop3_port).collect(),
        certificate_warning: probe.certificate_warning.duration(),
        control_targets: ControlTargets::new(probe.control_targets.clone()),
        sentinel_keep: probe.sentinel_keep,
        timeout: probe.timeout.duration(),
        vantage: OWN_VANTAGE.to_owned(),
    })
}

/// What the state machine decides by.
fn settings(config: &Config, mailstore: &Mailstore) -> Settings {
    let (failover, probe) = (&config.failover, &config.probe);
    let policy = match mailstore.policy.unwrap_or(failover.policy) {
        PolicyName::Manual => Policy::Manual,
        PolicyName::Assisted => Policy::Assisted {
            after: failover.assisted_after.duration(),
        },
        PolicyName::Automatic => Policy::Automatic,
    };
    let (interval, timeout) = (probe.interval.duration(), probe.timeout.duration());
    Settings {
        policy,
        failures: failover.failures,
        observations: failover.observations,
        quorum: quorum(failover),
        confirm: failover.confirm.duration(),
        active_min: failover.active_min.duration(),
        return_after: failover.return_after.duration(),
        returning: failover.returning.duration(),
        cool_down: failover.cool_down.duration(),
        flap_window: failover.flap_window.duration(),
        mailstores_at_once: failover.mailstores_at_once,
        // A delivery may take two time limits: until it is taken, and until it appears.
        // Asking the control targets takes one more.
        observation_stale: interval * 3 + timeout * 4,
        guard_retry: timeout * 2 + interval,
        has_sentinel: mailstore.sentinel.is_some(),
        dry_run: mailstore.dry_run.unwrap_or(failover.dry_run),
        share_permille_max: failover.mailboxes_percent_max.saturating_mul(10),
        deferrals: failover.deferrals,
        traffic_window: failover.traffic_window.duration(),
        raise: match mailstore.doveadm.is_some() || mailstore.raise_command.is_some() {
            _ if !failover.raise_uidnext => Raise::Skip,
            true => Raise::Able,
            false => Raise::Unable,
        },
    }
}

/// How many vantage points must agree: as configured, or more than half of all.
fn quorum(failover: &Failover) -> u32 {
    let agents = u32::try_from(failover.vantages.len()).unwrap_or(u32::MAX);
    match failover.quorum {
        0 => agents.saturating_add(1) / 2 + 1,
        set => set,
    }
}
