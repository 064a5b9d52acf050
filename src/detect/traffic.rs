//! What the log of an MX, of a proxy or of a mailstore tells: how many deliveries were put off, how many
//! made, how many sign-ins the mailstore did not answer.
//!
//! It only counts, by mailstore. Addresses and reasons are looked at to find the mailstore, and are not
//! kept.

mod dovecot;
mod postfix;
mod tail;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::MissedTickBehavior;

use crate::failover::Traffic;
use crate::ids::MailstoreId;

use dovecot::failed_sign_in;
use postfix::{Status, delivery};
use tail::Tail;

/// How often a log is read.
const EVERY: Duration = Duration::from_secs(1);

/// By which names the log knows the mailstores: the name of a transport (as in `syslog_name`), a host, an
/// address, or a host or address with its port.
pub type LogNames = BTreeMap<String, MailstoreId>;

/// Follows one log file.
#[derive(Debug)]
pub struct MailLog {
    tail: Tail,
    names: LogNames,
}

impl MailLog {
    /// Follows the file at `path` from its present end on; a file that is not there yet from its start.
    pub fn new(path: PathBuf, names: LogNames) -> Self {
        Self {
            tail: Tail::new(path),
            names,
        }
    }

    /// What was written since the last call, by mailstore. Reads a bounded piece; to be called every
    /// second or so, and not from an asynchronous task.
    ///
    /// # Errors
    /// When the file cannot be read. The next call tries again.
    pub fn read(&mut self) -> std::io::Result<BTreeMap<MailstoreId, Traffic>> {
        let mut counted: BTreeMap<MailstoreId, Traffic> = BTreeMap::new();
        let names = &self.names;
        self.tail.read(&mut |line| {
            let Some((mailstore, traffic)) = count(line, names) else {
                return;
            };
            let sum = counted.entry(mailstore.clone()).or_default();
            *sum = sum.plus(traffic);
        })?;
        Ok(counted)
    }
}

/// Follows a log for ever and hands what was counted to `each`, once a second while there is something.
/// A file that cannot be read is tried again.
pub async fn follow(log: MailLog, mut each: impl FnMut(&MailstoreId, Traffic)) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut log = log;
    let mut trouble: Option<String> = None;
    loop {
        ticks.tick().await;
        let read = tokio::task::spawn_blocking(move || {
            let read = log.read();
            (log, read)
        });
        // Only a panic, or the end of the process, loses the log.
        let Ok((back, read)) = read.await else { return };
        log = back;
        let now = match read {
            Ok(counted) => {
                for (mailstore, traffic) in counted {
                    each(&mailstore, traffic);
                }
                None
            }
            Err(error) => Some(error.to_string()),
        };
        if let Some(error) = now.as_ref().filter(|_| now != trouble) {
            tracing::warn!(path = %log.tail.path().display(), error, "the mail log is not read");
        }
        trouble = now;
    }
}

/// What one line says, and of which mailstore.
fn count<'a>(line: &[u8], names: &'a LogNames) -> Option<(&'a MailstoreId, Traffic)> {
    let line = std::str::from_utf8(line).ok()?;
    let Some(delivery) = delivery(line) else {
        let mailstore = failed_sign_in(line).find_map(|place| names.get(place))?;
        let traffic = Traffic {
            logins_failed: 1,
            ..Traffic::default()
        };
        return Some((mailstore, traffic));
    };
    let mailstore = delivery.places().find_map(|place| names.get(place))?;
    let traffic = match delivery.status {
        Status::Deferred => Traffic {
            deferred: 1,
            ..Traffic::default()
        },
        Status::Sent => Traffic {
            delivered: 1,
            ..Traffic::default()
        },
    };
    Some((mailstore, traffic))
}

#[cfg(test)]
mod tests;
