//! The smarthosts, in the order in which they are preferred, and the connections to them.
//!
//! One that cannot be used is left alone for a while and the next is taken; when that time is over it is
//! asked again before the others. What is connected is used for many messages, but not for ever, so that mail
//! comes back to the preferred one.

use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::relay::{Relay, Smarthost, Unreachable};
use crate::schedule::Backoff;

/// Messages that go over one connection.
const MESSAGES_MAX: u32 = 200;

/// The smarthosts.
#[derive(Debug)]
pub(super) struct Pool {
    hosts: Vec<Host>,
    reconnect: Backoff,
}

#[derive(Debug)]
struct Host {
    smarthost: Smarthost,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    health: Health,
    idle: Vec<Open>,
}

/// How a smarthost does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Health {
    failures: u32,
    /// It is left alone until then.
    until: Option<Instant>,
}

/// A connection, and whose it is.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) relay: Relay,
    /// The number of its smarthost.
    pub(super) host: usize,
    messages: u32,
}

impl Host {
    /// Nobody holds it while it waits for anything.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Pool {
    pub(super) fn new(smarthosts: Vec<Smarthost>, reconnect: Backoff) -> Self {
        let host = |smarthost| Host {
            smarthost,
            state: Mutex::default(),
        };
        Self {
            hosts: smarthosts.into_iter().map(host).collect(),
            reconnect,
        }
    }

    /// A connection: one that is open, or a new one, to the first smarthost that can be used, of those from
    /// number `from` on.
    pub(super) async fn get(&self, from: usize, jitter: u8) -> Result<Open, Unreachable> {
        let mut last = Unreachable::None;
        for (at, host) in self.hosts.iter().enumerate().skip(from) {
            if let Some(open) = host.state().idle.pop() {
                return Ok(open);
            }
            if !host.state().health.is_usable(Instant::now()) {
                continue;
            }
            match Relay::connect(&host.smarthost).await {
                Ok(relay) => {
                    host.state().health = Health::default();
                    return Ok(Open {
                        relay,
                        host: at,
                        messages: 0,
                    });
                }
                Err(error) => {
                    let smarthost = &host.smarthost.endpoint;
                    tracing::error!(%smarthost, %error, "a smarthost cannot be used");
                    let health = &mut host.state().health;
                    *health = health.failed(Instant::now(), &self.reconnect, jitter);
                    last = error;
                }
            }
        }
        Err(last)
    }

    /// Takes a connection back after a message; what comes back from here is used up and to be closed.
    pub(super) fn give(&self, open: Open) -> Option<Relay> {
        let open = Open {
            messages: open.messages + 1,
            ..open
        };
        match self.hosts.get(open.host) {
            Some(host) if open.relay.is_usable() => {
                let mut state = host.state();
                // It works, though it may take no further connection for a while.
                state.health.failures = 0;
                if open.messages >= MESSAGES_MAX {
                    return Some(open.relay);
                }
                state.idle.push(open);
                None
            }
            _ => None,
        }
    }

    /// Closes what nobody uses, without waiting for the answers.
    pub(super) fn close_idle(&self) {
        for open in self.idle() {
            tokio::spawn(open.relay.quit());
        }
    }

    /// Closes what nobody uses, all at once, and waits for it: some seconds at the most.
    pub(super) async fn close(&self) {
        let closing: JoinSet<()> = self.idle().map(|open| open.relay.quit()).collect();
        closing.join_all().await;
    }

    fn idle(&self) -> impl Iterator<Item = Open> + '_ {
        let take = |host: &Host| std::mem::take(&mut host.state().idle);
        self.hosts.iter().flat_map(take)
    }

    /// How long none can be used; none if one can.
    pub(super) fn pause(&self) -> Option<Duration> {
        let health: Vec<Health> = self.hosts.iter().map(|host| host.state().health).collect();
        pause(&health, Instant::now())
    }

    /// Whether the last thing that each did was to fail.
    pub(super) fn is_all_failing(&self) -> bool {
        self.hosts
            .iter()
            .all(|host| host.state().health.failures > 0)
    }
}

impl Health {
    fn is_usable(&self, now: Instant) -> bool {
        self.until.is_none_or(|until| until <= now)
    }

    fn failed(self, now: Instant, reconnect: &Backoff, jitter: u8) -> Self {
        // Many that failed together are one failure.
        if !self.is_usable(now) {
            return self;
        }
        let failures = self.failures.saturating_add(1);
        Self {
            failures,
            until: now.checked_add(reconnect.delay(failures, jitter)),
        }
    }
}

fn pause(health: &[Health], now: Instant) -> Option<Duration> {
    if health.iter().any(|host| host.is_usable(now)) {
        return None;
    }
    let until = health.iter().filter_map(|host| host.until).min()?;
    Some(until.saturating_duration_since(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK: Backoff = Backoff {
        first: Duration::from_secs(2),
        max: Duration::from_secs(60),
    };

    #[test]
    fn one_that_failed_is_left_alone_longer_each_time() {
        let start = Instant::now();
        let once = Health::default().failed(start, &QUICK, 255);
        assert!(!once.is_usable(start + Duration::from_millis(1999)));
        let later = start + Duration::from_secs(2);
        assert!(once.is_usable(later));
        assert_eq!(
            once.failed(start, &QUICK, 255),
            once,
            "many at a time are one failure"
        );
        let twice = once.failed(later, &QUICK, 255);
        assert!(!twice.is_usable(later + Duration::from_millis(3999)));
        assert!(twice.is_usable(later + Duration::from_secs(4)));
    }

    #[test]
    fn there_is_a_pause_only_while_none_can_be_used() {
        let start = Instant::now();
        let well = Health::default();
        let once = well.failed(start, &QUICK, 255);
        let twice = once.failed(start + Duration::from_secs(2), &QUICK, 255);
        for (health, expected) in [
            (&[well][..], None),
            (&[once], Some(2)),
            (&[once, well], None),
            (&[once, twice], Some(2)),
            (&[twice], Some(6)),
        ] {
            let expected = expected.map(Duration::from_secs);
            assert_eq!(pause(health, start), expected, "{health:?}");
        }
    }
}
