//! The smarthosts, in the order in which they are preferred, and the connections to them.
//!
//! One that cannot be used is left alone for a while and the next is taken; when that time is over it is
//! asked again before the others. What is connected is used for many messages, but not for ever, so that mail
//! comes back to the preferred one. A smarthost that has taken some connections and refuses one more is well: it
//! takes no more at a time, and who would have had the refused one waits for one of the others.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use super::relay::{Relay, Smarthost, Unreachable};
use crate::schedule::Backoff;

/// Messages that go over one connection.
const MESSAGES_MAX: u32 = 200;
/// A smarthost that takes no further connection is not asked for one for so long.
const FULL_FOR: Duration = Duration::from_secs(5);
/// The longest that a message waits for one of the connections that there are.
const FREE_WITHIN: Duration = Duration::from_secs(300);

/// The smarthosts.
#[derive(Debug)]
pub(super) struct Pool {
    hosts: Vec<Host>,
    reconnect: Backoff,
    /// Told when a connection is free or gone.
    freed: Arc<Notify>,
}

#[derive(Debug)]
struct Host {
    smarthost: Smarthost,
    state: Mutex<State>,
    /// The connections that there are, in use or not.
    open: Arc<AtomicUsize>,
    /// While there is none, one at a time finds out whether there can be: the others learn from it.
    first: tokio::sync::Mutex<()>,
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
    /// Messages that went over it.
    pub(super) messages: u32,
    /// Last: what is counted ends before its count.
    _counted: Counted,
}

/// One of a smarthost's connections, until it is dropped.
#[derive(Debug)]
struct Counted {
    open: Arc<AtomicUsize>,
    freed: Arc<Notify>,
}

/// Why there is no connection.
enum No {
    /// None of the smarthosts can be reached.
    Unreachable(Unreachable),
    /// There are as many as a smarthost takes, and all are in use.
    Busy,
}

impl Counted {
    fn new(open: &Arc<AtomicUsize>, freed: &Arc<Notify>) -> Self {
        open.fetch_add(1, Ordering::SeqCst);
        Self {
            open: Arc::clone(open),
            freed: Arc::clone(freed),
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Ordering::SeqCst);
        self.freed.notify_waiters();
    }
}

impl Open {
    /// Ends it in order; until then it is one of the connections that there are.
    pub(super) async fn close(self) {
        let Self {
            relay, _counted, ..
        } = self;
        relay.quit().await;
    }
}

impl Host {
    fn is_connected(&self) -> bool {
        self.open.load(Ordering::SeqCst) > 0
    }

    /// Whether it may be asked for a connection. That it takes no more is over with the last of those it had.
    fn is_usable(&self, now: Instant) -> bool {
        let health = self.state().health;
        health.is_usable(now) || (health.failures == 0 && !self.is_connected())
    }

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
            open: Arc::default(),
            first: tokio::sync::Mutex::default(),
        };
        Self {
            hosts: smarthosts.into_iter().map(host).collect(),
            reconnect,
            freed: Arc::default(),
        }
    }

    /// A connection: one that is open, or a new one, to the first smarthost that can be used, of those from
    /// number `from` on. While a smarthost takes no more than there are, it waits for one of those.
    pub(super) async fn get(&self, from: usize, jitter: u8) -> Result<Open, Unreachable> {
        let waiting = async {
            loop {
                let freed = self.freed.notified();
                tokio::pin!(freed);
                freed.as_mut().enable();
                match self.try_get(from, jitter).await {
                    Ok(open) => return Ok(open),
                    Err(No::Unreachable(error)) => return Err(error),
                    // Not only until one is free: by then there may be room for one more.
                    Err(No::Busy) => drop(timeout(FULL_FOR, freed).await),
                }
            }
        };
        match timeout(FREE_WITHIN, waiting).await {
            Ok(got) => got,
            Err(_) => Err(Unreachable::None),
        }
    }

    async fn try_get(&self, from: usize, jitter: u8) -> Result<Open, No> {
        let mut no = No::Unreachable(Unreachable::None);
        for (at, host) in self.hosts.iter().enumerate().skip(from) {
            if let Some(open) = host.state().idle.pop() {
                return Ok(open);
            }
            if host.is_usable(Instant::now()) {
                match self.connect(at, host, jitter).await {
                    Ok(open) => return Ok(open),
                    Err(error) if !matches!(no, No::Busy) => no = No::Unreachable(error),
                    Err(_) => {}
                }
            }
            if host.is_connected() {
                no = No::Busy;
            }
        }
        Err(no)
    }

    async fn connect(&self, at: usize, host: &Host, jitter: u8) -> Result<Open, Unreachable> {
        let mut alone = None;
        if !host.is_connected() {
            alone = Some(host.first.lock().await);
            if !host.is_usable(Instant::now()) {
                return Err(Unreachable::None);
            }
        }
        let _alone = alone.filter(|_| !host.is_connected());
        let smarthost = &host.smarthost.endpoint;
        match Relay::connect(&host.smarthost).await {
            Ok(relay) => {
                host.state().health = Health::default();
                Ok(Open {
                    relay,
                    host: at,
                    messages: 0,
                    _counted: Counted::new(&host.open, &self.freed),
                })
            }
            Err(error) => {
                let is_full = host.is_connected();
                let health = &mut host.state().health;
                *health = match is_full {
                    true => health.full(Instant::now()),
                    false => health.failed(Instant::now(), &self.reconnect, jitter),
                };
                match is_full {
                    true => {
                        tracing::info!(%smarthost, %error, "a smarthost takes no further connection");
                    }
                    false => tracing::error!(%smarthost, %error, "a smarthost cannot be used"),
                }
                Err(error)
            }
        }
    }

    /// What the smarthost of this number is called.
    pub(super) fn name(&self, host: usize) -> Option<String> {
        let host = self.hosts.get(host)?;
        Some(host.smarthost.endpoint.to_string())
    }

    /// Takes a connection back after a message; what comes back from here is used up and to be closed.
    pub(super) fn give(&self, open: Open) -> Option<Open> {
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
                    return Some(open);
                }
                state.idle.push(open);
                drop(state);
                self.freed.notify_waiters();
                None
            }
            _ => None,
        }
    }

    /// Closes what nobody uses, without waiting for the answers.
    pub(super) fn close_idle(&self) {
        for open in self.idle() {
            tokio::spawn(open.close());
        }
    }

    /// Closes what nobody uses, all at once, and waits for it: some seconds at the most.
    pub(super) async fn close(&self) {
        let closing: JoinSet<()> = self.idle().map(Open::close).collect();
        closing.join_all().await;
    }

    fn idle(&self) -> impl Iterator<Item = Open> + '_ {
        let take = |host: &Host| std::mem::take(&mut host.state().idle);
        self.hosts.iter().flat_map(take)
    }

    /// How long none can be used; none if one can, or is in use.
    pub(super) fn pause(&self) -> Option<Duration> {
        let now = Instant::now();
        let is_there = |host: &Host| host.is_connected() || host.is_usable(now);
        if self.hosts.iter().any(is_there) {
            return None;
        }
        let health: Vec<Health> = self.hosts.iter().map(|host| host.state().health).collect();
        pause(&health, now)
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

    fn full(self, now: Instant) -> Self {
        Self {
            until: now.checked_add(FULL_FOR),
            ..self
        }
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
