//! When to try again, and who is next: exponential backoff with the randomness passed in, and turns among
//! senders.
//!
//! Pure: it draws no random number and asks no clock.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

/// How long to wait after failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// After the first failure.
    pub first: Duration,
    /// Never longer than this.
    pub max: Duration,
}

impl Backoff {
    /// How long to wait after `failures` failures in a row: `first` doubled for each after the first,
    /// at most `max`, of which between half and all is waited, as `jitter` (0 = half, 255 = all) says,
    /// so that many who failed together do not come back together.
    pub fn delay(&self, failures: u32, jitter: u8) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        let full = self
            .first
            .saturating_mul(1_u32.checked_shl(doublings).unwrap_or(u32::MAX))
            .min(self.max);
        let half = full / 2;
        half.saturating_add((full - half).saturating_mul(u32::from(jitter)) / 255)
    }
}

/// Puts what waits in turns: one of each domain, then one more of each; within a domain the same by
/// mailbox. Who waits longest is first where turns are equal: `waiting` comes in that order. `sender` says
/// whose a thing is (domain, mailbox); what is under way for them already (`busy`) counts as turns they had.
///
/// So a mailbox that sends a thousand messages delays its own, and hardly anybody else's.
pub fn in_turns<T, D, M>(waiting: Vec<T>, sender: impl Fn(&T) -> (D, M), busy: &[(D, M)]) -> Vec<T>
where
    D: Copy + Eq + Hash,
    M: Copy + Eq + Hash,
{
    let mut of_mailbox: HashMap<(D, M), usize> = HashMap::new();
    let mut of_domain: HashMap<D, usize> = HashMap::new();
    for &(domain, mailbox) in busy {
        *of_mailbox.entry((domain, mailbox)).or_default() += 1;
        *of_domain.entry(domain).or_default() += 1;
    }
    let take = |count: &mut usize| {
        *count += 1;
        *count
    };
    let mut rows: Vec<(usize, usize, T)> = waiting
        .into_iter()
        .enumerate()
        .map(|(at, thing)| {
            (
                take(of_mailbox.entry(sender(&thing)).or_default()),
                at,
                thing,
            )
        })
        .collect();
    rows.sort_by_key(|(turn, at, _)| (*turn, *at));
    let mut rows: Vec<(usize, usize, T)> = rows
        .into_iter()
        .map(|(_, at, thing)| {
            let (domain, _) = sender(&thing);
            (take(of_domain.entry(domain).or_default()), at, thing)
        })
        .collect();
    // Stable: within a turn of a domain the order of its mailboxes' turns stays.
    rows.sort_by_key(|(turn, at, _)| (*turn, *at));
    rows.into_iter().map(|(_, _, thing)| thing).collect()
}

#[cfg(test)]
mod tests;
