//! Admission: what is under way, what was taken and refused, and the bounds on it.
//!
//! One for the whole server; all listeners share it. Every refusal has a [`Reason`], which metrics count.
//! Bounds that are hit lead to 4yz, never to waiting: the client has a queue, we have a limit.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::acceptor::{Peer, RefusedBy};
use super::session::Trust;

mod memory;
mod reason;

pub use memory::Reservation;
pub use reason::{Reason, Way};

/// Networks of strangers that are remembered at a time; beyond, the idle ones are forgotten.
const CLIENTS_MAX: usize = 50_000;
/// How long a look at the disk holds.
const DISK_LOOK: Duration = Duration::from_secs(1);
/// Of a message that may become large, this much counts when the disk is nearly full, in octets.
const SMALL_OCTETS: u64 = 1024 * 1024;

/// One message, in thousandths.
const MESSAGE: u64 = 1000;

/// The bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntakeLimits {
    /// Octets of bodies that are held in memory at a time.
    pub memory_octets_max: u64,
    /// Below so many free octets of the store's disk nothing is taken.
    pub disk_free_min: u64,
    /// Below so many only small messages are.
    pub disk_free_low: u64,
    /// Connections of one stranger's network at a time.
    pub client_connections_max: u32,
    /// Messages of one stranger's network a minute; a recipient that is not known counts as one.
    pub client_messages_per_minute: u32,
}

impl Default for IntakeLimits {
    fn default() -> Self {
        Self {
            memory_octets_max: 256 << 20,
            disk_free_min: 512 << 20,
            disk_free_low: 2 << 30,
            client_connections_max: 20,
            client_messages_per_minute: 120,
        }
    }
}

/// How many octets are free on the store's disk; none if that cannot be told.
pub type DiskFree = dyn Fn() -> Option<u64> + Send + Sync;

/// What the listeners share.
pub struct Intake {
    limits: IntakeLimits,
    memory_octets: AtomicU64,
    /// Of those, strangers': they get half at the most, so that there is always room for the platform's own hosts.
    stranger_octets: AtomicU64,
    connections: [AtomicU64; Way::ALL.len()],
    accepted: [AtomicU64; Way::ALL.len()],
    repeated: AtomicU64,
    refused: [AtomicU64; Reason::ALL.len()],
    lately: Mutex<Lately>,
    clients: Mutex<HashMap<IpAddr, Client>>,
    disk_free: Box<DiskFree>,
    disk: Mutex<Option<(Instant, Option<u64>)>>,
}

impl std::fmt::Debug for Intake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Intake")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl Default for Intake {
    fn default() -> Self {
        Self::new(IntakeLimits::default(), Box::new(|| None))
    }
}

/// What is known of a stranger's network.
#[derive(Clone, Copy, Debug)]
struct Client {
    connections: u32,
    /// Messages it may still send, in thousandths; refilled by the minute's share.
    allowance: u64,
    at: Instant,
}

impl Client {
    /// Whether it may send a message.
    fn may(&self) -> bool {
        self.allowance >= MESSAGE
    }

    /// Takes one message off what it may send, if it may.
    fn take(&mut self) -> bool {
        let may = self.may();
        if may {
            self.allowance -= MESSAGE;
        }
        may
    }
}

impl Intake {
    /// Nothing is under way yet.
    pub fn new(limits: IntakeLimits, disk_free: Box<DiskFree>) -> Self {
        Self {
            limits,
            memory_octets: AtomicU64::new(0),
            stranger_octets: AtomicU64::new(0),
            connections: Default::default(),
            accepted: Default::default(),
            repeated: AtomicU64::new(0),
            refused: Default::default(),
            lately: Mutex::new(Lately::new(Instant::now())),
            clients: Mutex::default(),
            disk_free,
            disk: Mutex::default(),
        }
    }

    /// Whether a message of about so many octets (0: not known) may be begun, as far as the disk goes.
    ///
    /// # Errors
    /// [`RefusedBy::Full`].
    pub fn admit(&self, size_hint: u64) -> Result<(), RefusedBy> {
        let now = Instant::now();
        let mut disk = lock(&self.disk);
        let free = match *disk {
            Some((at, free)) if now.duration_since(at) < DISK_LOOK => free,
            _ => {
                let free = (self.disk_free)();
                *disk = Some((now, free));
                free
            }
        };
        drop(disk);
        // Where the disk cannot be looked at, writing to it tells.
        let Some(free) = free else { return Ok(()) };
        let is_small = size_hint <= SMALL_OCTETS;
        let after = free.saturating_sub(size_hint);
        if after < self.limits.disk_free_min || (after < self.limits.disk_free_low && !is_small) {
            return Err(RefusedBy::Full);
        }
        Ok(())
    }

    /// Whether a message of which so many octets are on the disk may go on, as far as the disk goes.
    ///
    /// # Errors
    /// [`RefusedBy::Full`].
    pub fn admit_grown(&self, octets: u64) -> Result<(), RefusedBy> {
        // The next piece; what is there is not free any more.
        self.admit(octets.min(SMALL_OCTETS + 1))
    }

    /// A connection begins; what it returns ends it.
    ///
    /// # Errors
    /// [`Reason::ClientConnections`] when a stranger has too many.
    pub fn connection(self: &Arc<Self>, way: Way, peer: Peer) -> Result<Connected, Reason> {
        let client = match (way, peer) {
            (Way::Perimeter, Peer::Tcp(address)) => Some(network_of(address.ip())),
            _ => None,
        };
        if let Some(client) = client {
            let mut clients = lock(&self.clients);
            self.forget_idle(&mut clients);
            let known = clients.entry(client).or_insert_with(|| self.stranger());
            if known.connections >= self.limits.client_connections_max {
                return Err(Reason::ClientConnections);
            }
            known.connections += 1;
        }
        self.connections[way as usize].fetch_add(1, Ordering::Relaxed);
        Ok(Connected {
            intake: Arc::clone(self),
            way,
            client,
        })
    }

    /// A stranger begins a message, now.
    ///
    /// # Errors
    /// [`RefusedBy::Rate`] when that is one too many in this minute.
    pub fn message_of(&self, trust: Trust, client: Peer, now: Instant) -> Result<(), RefusedBy> {
        match self.of_stranger(trust, client, now, |known| known.take()) {
            Some(false) => Err(RefusedBy::Rate),
            _ => Ok(()),
        }
    }

    /// A stranger names a recipient, now.
    ///
    /// # Errors
    /// [`RefusedBy::Rate`] when it may send nothing just now: then it does not hear either who exists here.
    pub fn recipient_of(&self, trust: Trust, client: Peer, now: Instant) -> Result<(), RefusedBy> {
        match self.of_stranger(trust, client, now, |known| known.may()) {
            Some(false) => Err(RefusedBy::Rate),
            _ => Ok(()),
        }
    }

    /// A stranger named a recipient that is not known: that costs as much as a message, so that nobody finds out by
    /// guessing who exists, whatever the answer was.
    pub fn guessed(&self, trust: Trust, client: Peer, now: Instant) {
        self.of_stranger(trust, client, now, |known| known.take());
    }

    /// What `look` says of a stranger's network, as it is now; none for anybody else.
    fn of_stranger<T>(
        &self,
        trust: Trust,
        client: Peer,
        now: Instant,
        look: impl FnOnce(&mut Client) -> T,
    ) -> Option<T> {
        let (Trust::Stranger, Peer::Tcp(address)) = (trust, client) else {
            return None;
        };
        let per_minute = self.limits.client_messages_per_minute;
        let mut clients = lock(&self.clients);
        self.forget_idle(&mut clients);
        let known = clients
            .entry(network_of(address.ip()))
            .or_insert_with(|| self.stranger());
        let passed = now.duration_since(known.at).as_millis();
        let full = u64::from(per_minute) * MESSAGE;
        let more = u64::try_from(passed)
            .unwrap_or(u64::MAX)
            .saturating_mul(u64::from(per_minute))
            / 60;
        known.allowance = known.allowance.saturating_add(more).min(full);
        known.at = now;
        Some(look(known))
    }

    /// A message was taken, durably.
    pub fn took(&self, way: Way) {
        self.accepted[way as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// A delivery was recognised as one that is stored already.
    pub fn recognised(&self) {
        self.repeated.fetch_add(1, Ordering::Relaxed);
    }

    /// Something was refused.
    pub fn refused(&self, reason: Reason) {
        self.refused[reason as usize].fetch_add(1, Ordering::Relaxed);
        lock(&self.lately).note(reason, Instant::now());
    }

    /// How things stand.
    pub fn counts(&self) -> IntakeCounts {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let lately = lock(&self.lately).counts(Instant::now());
        IntakeCounts {
            memory_octets: of(&self.memory_octets),
            memory_octets_max: self.limits.memory_octets_max,
            repeated: of(&self.repeated),
            ways: Way::ALL.map(|way| {
                (
                    way,
                    of(&self.connections[way as usize]),
                    of(&self.accepted[way as usize]),
                )
            }),
            refused: Reason::ALL.map(|reason| {
                let at = reason as usize;
                (reason, of(&self.refused[at]), lately[at])
            }),
        }
    }

    fn stranger(&self) -> Client {
        Client {
            connections: 0,
            allowance: u64::from(self.limits.client_messages_per_minute) * MESSAGE,
            at: Instant::now(),
        }
    }

    /// Keeps the table bounded: who has no connection and a full allowance is as good as unknown.
    fn forget_idle(&self, clients: &mut HashMap<IpAddr, Client>) {
        if clients.len() < CLIENTS_MAX {
            return;
        }
        let now = Instant::now();
        let minute = Duration::from_secs(60);
        clients.retain(|_, c| c.connections > 0 || now.duration_since(c.at) < minute);
        if clients.len() >= CLIENTS_MAX {
            clients.retain(|_, c| c.connections > 0);
        }
    }
}

/// What was refused in each of the last ten minutes.
#[derive(Debug)]
struct Lately {
    began: Instant,
    /// By the minute's last digit: its number, and a count for each reason.
    minutes: [(u64, [u64; Reason::ALL.len()]); 10],
}

impl Lately {
    fn new(began: Instant) -> Self {
        Self {
            began,
            minutes: Default::default(),
        }
    }

    fn minute(&self, now: Instant) -> u64 {
        now.duration_since(self.began).as_secs() / 60
    }

    fn note(&mut self, reason: Reason, now: Instant) {
        let minute = self.minute(now);
        let (number, counts) = &mut self.minutes[(minute % 10) as usize];
        if *number != minute {
            (*number, *counts) = (minute, Default::default());
        }
        counts[reason as usize] += 1;
    }

    fn counts(&self, now: Instant) -> [u64; Reason::ALL.len()] {
        let minute = self.minute(now);
        let mut sum = [0; Reason::ALL.len()];
        for (_, counts) in self.minutes.iter().filter(|(at, _)| at + 10 > minute) {
            sum.iter_mut()
                .zip(counts)
                .for_each(|(sum, more)| *sum += more);
        }
        sum
    }
}

/// How things stand.
#[derive(Clone, Debug)]
pub struct IntakeCounts {
    /// Octets of bodies in memory.
    pub memory_octets: u64,
    /// As many as there may be.
    pub memory_octets_max: u64,
    /// Deliveries that were recognised as stored already.
    pub repeated: u64,
    /// For each way: connections open now, messages taken since the start.
    pub ways: [(Way, u64, u64); Way::ALL.len()],
    /// What was refused since the start, and in the last ten minutes.
    pub refused: [(Reason, u64, u64); Reason::ALL.len()],
}

/// A connection that is open.
#[derive(Debug)]
pub struct Connected {
    intake: Arc<Intake>,
    way: Way,
    client: Option<IpAddr>,
}

impl Drop for Connected {
    fn drop(&mut self) {
        self.intake.connections[self.way as usize].fetch_sub(1, Ordering::Relaxed);
        if let Some(client) = self.client
            && let Some(known) = lock(&self.intake.clients).get_mut(&client)
        {
            known.connections = known.connections.saturating_sub(1);
        }
    }
}

/// Who counts as one client: an IPv4 address, or the /64 that an IPv6 subscriber has.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(
            address.to_bits() & !u128::from(u64::MAX),
        )),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
