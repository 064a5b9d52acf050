//! From the configuration to what the loop works with.

use crate::config::{Config, Mailstore, PolicyName};
use crate::detect::Target;
use crate::failover::{Policy, Raise, Settings};
use crate::imap;
use crate::net::{Tls, TlsConnector};

use super::Watched;

/// The name of the vantage point that is Lifeboat itself.
const VANTAGE: &str = "lifeboat";

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
            })
        })
        .collect()
}

/// How to look at a mailstore.
///
/// # Errors
/// In words, when a password or certificate cannot be read.
pub fn target(config: &Config, mailstore: &Mailstore) -> Result<Target, String> {
    let tls_connector = match mailstore.tls {
        Tls::Off => None,
        Tls::Starttls | Tls::Implicit => {
            Some(TlsConnector::new(None).map_err(|error| error.to_string())?)
        }
    };
    let master_password = mailstore.master_password_file.read();
    let master_separator = mailstore.master_separator.chars().next();
    Ok(Target {
        mailstore: mailstore.id.clone(),
        imap: imap::Server {
            tls: mailstore.tls,
            tls_connector,
            ..imap::Server::plain(mailstore.imap.clone())
        },
        lmtp: mailstore.lmtp.clone(),
        master_user: mailstore.master_user.clone(),
        master_separator: master_separator
            .ok_or("master_separator is empty; Dovecot's usual one is *")?,
        master_password: master_password.map_err(|error| error.to_string())?,
        sentinel: mailstore.sentinel.clone(),
        sentinel_keep: config.probe.sentinel_keep,
        timeout: config.probe.timeout.duration(),
        vantage: VANTAGE.to_owned(),
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
        quorum: 1,
        confirm: failover.confirm.duration(),
        active_min: failover.active_min.duration(),
        return_after: failover.return_after.duration(),
        returning: failover.returning.duration(),
        cool_down: failover.cool_down.duration(),
        flap_window: failover.flap_window.duration(),
        mailstores_at_once: failover.mailstores_at_once,
        // A delivery may take two time limits: until it is taken, and until it appears.
        observation_stale: interval * 3 + timeout * 3,
        guard_retry: timeout * 2 + interval,
        has_sentinel: mailstore.sentinel.is_some(),
        raise: match mailstore.doveadm.is_some() || mailstore.raise_command.is_some() {
            _ if !failover.raise_uidnext => Raise::Skip,
            true => Raise::Able,
            false => Raise::Unable,
        },
    }
}
