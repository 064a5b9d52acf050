//! Who is let in again when, after a return. Pure.

use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::clock::Timestamp;
use crate::ids::Address;

/// A return that lies further ahead than this was written by another clock; it holds nobody.
const AHEAD_MAX: Duration = Duration::from_secs(60);

/// How the users of a mailstore are let in again: in steps, so that they do not all come at once. A user
/// is always in the same step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    /// From the return to when everybody may come; zero lets all in at once.
    pub over: Duration,
    /// Steps, at least one; the first is at the return itself.
    pub steps: u32,
}

impl Release {
    /// Whether a user may come at `now`, after a return at `returned_at`.
    pub fn is_released(&self, user: &Address, returned_at: Timestamp, now: Timestamp) -> bool {
        if returned_at > now.after(AHEAD_MAX) {
            return true;
        }
        self.step_of(user) < self.open_steps(now.since(returned_at))
    }

    /// The steps whose users may come so long after the return: 1 to `steps`.
    pub fn open_steps(&self, elapsed: Duration) -> u32 {
        let steps = u128::from(self.steps.max(1));
        let done = match self.over.as_millis() {
            0 => steps,
            over => elapsed.as_millis().saturating_mul(steps) / over,
        };
        u32::try_from((done + 1).min(steps)).unwrap_or(u32::MAX)
    }

    /// The step of a user, from 0.
    pub fn step_of(&self, user: &Address) -> u32 {
        let digest = Sha256::digest(user.as_str().as_bytes());
        let mut first = [0; 8];
        first.copy_from_slice(&digest[..8]);
        let scaled = u128::from(u64::from_be_bytes(first)) * u128::from(self.steps.max(1));
        u32::try_from(scaled >> 64).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests;
