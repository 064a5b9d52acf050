//! Limits for guessing passwords: per account, per account and address, per network.
//!
//! Nobody is locked out for good and nobody by address alone: each limit is a bucket that refills
//! within a minute. Nor does anybody lock out another: who signed in from a network before is not kept from
//! there by what others guess elsewhere. An attempt is paid for when it begins and paid back when it succeeds, so that
//! attempts at the same time cannot all slip through. Kept in memory: a restart forgives.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use crate::clock::Timestamp;
use crate::ids::{Address, TokenId};

/// In which time a bucket refills.
const REFILL: Duration = Duration::from_secs(60);
/// Most buckets of one kind; beyond it the oldest are forgotten.
const BUCKETS_MAX: usize = 100_000;
/// For how long a network counts as known after a sign-in.
const KNOWN: Duration = Duration::from_secs(30 * 24 * 3600);

/// How many attempts a minute may fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// For one account, from networks it is not known in; none where guessing from many networks is met
    /// otherwise.
    pub account: Option<u32>,
    /// For one account from one address.
    pub account_and_address: u32,
    /// From one network.
    pub network: u32,
}

/// Too many attempts failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many failed sign-ins; try again in {} seconds", retry_after.as_secs().max(1))]
pub struct Limited {
    /// When the next attempt may be made.
    pub retry_after: Duration,
}

/// An attempt that was let through.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an attempt that succeeds is paid back"]
pub struct Attempt {
    account: Address,
    client: IpAddr,
    is_known: bool,
}

/// The state of all limits.
#[derive(Debug)]
pub struct GuessLimits {
    accounts: Option<Buckets<Address>>,
    accounts_and_addresses: Buckets<(Address, IpAddr)>,
    networks: Buckets<IpAddr>,
    /// Until when a network counts as known for an account.
    known: HashMap<(Address, IpAddr), Timestamp>,
}

impl GuessLimits {
    /// No attempts so far.
    pub fn new(rates: Rates) -> Self {
        Self {
            accounts: rates.account.map(Buckets::new),
            accounts_and_addresses: Buckets::new(rates.account_and_address),
            networks: Buckets::new(rates.network),
            known: HashMap::new(),
        }
    }

    /// Before a password is verified.
    ///
    /// # Errors
    /// When one of the limits is reached; nothing is paid then.
    pub fn attempt(
        &mut self,
        account: &Address,
        client: IpAddr,
        now: Timestamp,
    ) -> Result<Attempt, Limited> {
        let pair = (account.clone(), client);
        let network = network_of(client);
        let known_until = self.known.get(&(account.clone(), network));
        let is_known = known_until.is_some_and(|until| now < *until);
        let accounts = self.accounts.as_mut().filter(|_| !is_known);
        let wait = accounts
            .as_ref()
            .map_or(Duration::ZERO, |accounts| accounts.wait(account, now))
            .max(self.accounts_and_addresses.wait(&pair, now))
            .max(self.networks.wait(&network, now));
        if !wait.is_zero() {
            return Err(Limited { retry_after: wait });
        }
        if let Some(accounts) = accounts {
            accounts.pay(account.clone(), now);
        }
        self.accounts_and_addresses.pay(pair, now);
        self.networks.pay(network, now);
        Ok(Attempt {
            account: account.clone(),
            client,
            is_known,
        })
    }

    /// After the password was right.
    pub fn succeeded(&mut self, attempt: Attempt, now: Timestamp) {
        let network = network_of(attempt.client);
        if let Some(accounts) = self.accounts.as_mut().filter(|_| !attempt.is_known) {
            accounts.pay_back(&attempt.account);
        }
        self.networks.pay_back(&network);
        if self.accounts.is_some() {
            self.remember((attempt.account.clone(), network), now);
        }
        self.accounts_and_addresses
            .pay_back(&(attempt.account, attempt.client));
    }

    fn remember(&mut self, place: (Address, IpAddr), now: Timestamp) {
        if self.known.len() >= BUCKETS_MAX && !self.known.contains_key(&place) {
            forget_half(&mut self.known, now);
        }
        self.known.insert(place, now.after(KNOWN));
    }
}

/// How often each token may ask: so many times a minute, all at once or spread.
#[derive(Debug)]
pub struct RequestLimits(Buckets<TokenId>);

impl Default for RequestLimits {
    fn default() -> Self {
        Self(Buckets::new(1))
    }
}

impl RequestLimits {
    /// Before a request is carried out. `rate` is how many a minute there may be.
    ///
    /// # Errors
    /// When there were too many.
    pub fn ask(&mut self, token: TokenId, rate: u32, now: Timestamp) -> Result<(), Limited> {
        self.0.rate = rate.max(1);
        let wait = self.0.wait(&token, now);
        if !wait.is_zero() {
            return Err(Limited { retry_after: wait });
        }
        self.0.pay(token, now);
        Ok(())
    }
}

/// The network an address counts to: /24 of IPv4, /56 of IPv6.
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() & !0xff).into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (!0 << 72)).into(),
    }
}

/// Buckets that hold `rate` attempts and refill within a minute; each is the time at which it will
/// be full again.
#[derive(Debug)]
struct Buckets<K> {
    rate: u32,
    full_at: HashMap<K, Timestamp>,
}

impl<K: Eq + Hash + Clone> Buckets<K> {
    fn new(rate: u32) -> Self {
        Self {
            rate: rate.max(1),
            full_at: HashMap::new(),
        }
    }

    /// How long one attempt takes to refill.
    fn cost(&self) -> Duration {
        REFILL / self.rate
    }

    /// How long the next attempt has to wait.
    fn wait(&self, key: &K, now: Timestamp) -> Duration {
        self.full_at.get(key).map_or(Duration::ZERO, |full_at| {
            full_at.after(self.cost()).since(now.after(REFILL))
        })
    }

    fn pay(&mut self, key: K, now: Timestamp) {
        let cost = self.cost();
        if self.full_at.len() >= BUCKETS_MAX && !self.full_at.contains_key(&key) {
            forget_half(&mut self.full_at, now);
        }
        let full_at = self.full_at.entry(key).or_insert(now);
        *full_at = (*full_at).max(now).after(cost);
    }

    fn pay_back(&mut self, key: &K) {
        let cost = self.cost();
        if let Some(full_at) = self.full_at.get_mut(key) {
            *full_at = full_at.before(cost);
        }
    }
}

/// Forgets what is over; if that is not enough, what is so soonest.
fn forget_half<K: Eq + Hash>(times: &mut HashMap<K, Timestamp>, now: Timestamp) {
    times.retain(|_, until| *until > now);
    if times.len() >= BUCKETS_MAX {
        let mut sorted: Vec<Timestamp> = times.values().copied().collect();
        let middle = sorted.len() / 2;
        let (_, median, _) = sorted.select_nth_unstable(middle);
        let median = *median;
        times.retain(|_, until| *until > median);
    }
}

#[cfg(test)]
mod tests;
