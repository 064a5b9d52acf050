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
mod tests {
    use super::*;

    const BACKOFF: Backoff = Backoff {
        first: Duration::from_secs(10),
        max: Duration::from_secs(300),
    };

    #[test]
    fn doubles_up_to_the_limit() {
        let secs = |failures| BACKOFF.delay(failures, 255).as_secs();
        assert_eq!(
            [1, 2, 3, 4, 5, 6, 7].map(secs),
            [10, 20, 40, 80, 160, 300, 300]
        );
        assert_eq!(secs(0), 10);
        assert_eq!(secs(u32::MAX), 300);
    }

    #[test]
    fn jitter_waits_between_half_and_all() {
        assert_eq!(BACKOFF.delay(1, 0), Duration::from_secs(5));
        for failures in 0..40 {
            for jitter in 0..=255 {
                let delay = BACKOFF.delay(failures, jitter);
                let full = BACKOFF.delay(failures, 255);
                assert!(delay >= full / 2 && delay <= full);
            }
        }
    }
}
