//! When to try again: exponential backoff, with the randomness passed in.
//!
//! Pure: it draws no random number and asks no clock.

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

#[cfg(test)]
mod tests;
