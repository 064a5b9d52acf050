//! How many mailboxes of a mailstore are merged at the same time: more while it answers quickly, half
//! as many when it slows down or fails.
//!
//! Pure: additive increase, multiplicative decrease, between a floor and a ceiling. What happened and
//! when is passed in; the lane asks [`Pace::allowed`]. The level is kept in thousandths, so that one
//! more is earned by as many good visits as there are places.

use std::time::Duration;

use crate::store::merge::orders::Speed;

/// One place, in thousandths.
const ONE: u64 = 1_000;
/// Between two decreases: visits that ran together meet the same trouble and count once.
const SETTLING: Duration = Duration::from_secs(2);
/// A sign-in is slow from here on, if it is also slow for this mailstore.
const LOGIN_SLOW: Duration = Duration::from_millis(150);
/// A message is slow from here on, if it is also slow for this mailstore.
const MESSAGE_SLOW: Duration = Duration::from_millis(500);
/// So many times its best is slow for a mailstore.
const SLOW_FACTOR: u32 = 4;
/// A best value is forgotten by one part in so many with every visit: conditions change.
const FORGET: u32 = 64;

/// What a lane may do at most and does at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Most places, as configured.
    pub ceiling: u32,
    /// Fewest places while anything is merged at all.
    pub floor: u32,
}

/// What a visit showed of its mailstore.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// It answered: how long the sign-in took, and each message on average, if there was any.
    Answered {
        /// From the connection to the list of folders.
        login: Duration,
        /// Of appending and reading back one message.
        message: Option<Duration>,
    },
    /// It failed or did not answer.
    Failed,
    /// The gate closed: the mailstore is failing over again.
    Relapsed,
}

/// The pace of one mailstore's merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    bounds: Bounds,
    speed: Speed,
    level: u64,
    best_login: Option<Duration>,
    best_message: Option<Duration>,
    /// When it was last made less, on the lane's clock.
    lowered_at: Option<Duration>,
}

impl Pace {
    /// The pace before the first visit: a quarter of the ceiling.
    pub fn new(bounds: Bounds) -> Self {
        let floor = bounds.floor.max(1);
        let ceiling = bounds.ceiling.max(floor);
        let bounds = Bounds { ceiling, floor };
        Self {
            bounds,
            speed: Speed::Normal,
            level: u64::from((ceiling / 4).max(floor)) * ONE,
            best_login: None,
            best_message: None,
            lowered_at: None,
        }
    }

    /// How many mailboxes may be merged at the same time now.
    pub fn allowed(&self) -> usize {
        let level = self.level / ONE;
        let allowed = match self.speed {
            Speed::Normal | Speed::Hurry => level,
            Speed::Slow => level.min(u64::from(self.bounds.ceiling / 4)),
        };
        let allowed = allowed.clamp(u64::from(self.bounds.floor), u64::from(self.bounds.ceiling));
        usize::try_from(allowed).unwrap_or(usize::MAX)
    }

    /// Most places there ever are.
    pub fn ceiling(&self) -> usize {
        usize::try_from(self.bounds.ceiling).unwrap_or(usize::MAX)
    }

    /// The pace under an operator's order. An order to hurry goes to the ceiling at once.
    #[must_use]
    pub fn ordered(mut self, speed: Speed) -> Self {
        if speed == Speed::Hurry && self.speed != Speed::Hurry {
            self.level = u64::from(self.bounds.ceiling) * ONE;
        }
        self.speed = speed;
        self
    }

    /// The pace after a visit that ended at `now`, a time on a clock of the lane's own.
    #[must_use]
    pub fn after(mut self, event: Event, now: Duration) -> Self {
        match event {
            Event::Answered { login, message } => {
                let slow_login = is_slow(login, self.best_login, LOGIN_SLOW);
                let slow_message =
                    message.is_some_and(|m| is_slow(m, self.best_message, MESSAGE_SLOW));
                self.best_login = Some(better(self.best_login, login));
                if let Some(message) = message {
                    self.best_message = Some(better(self.best_message, message));
                }
                if (slow_login || slow_message) && self.speed != Speed::Hurry {
                    self.lower(now);
                } else {
                    self.raise();
                }
            }
            Event::Failed => self.lower(now),
            Event::Relapsed => {
                self.level = u64::from(self.bounds.floor) * ONE;
                self.lowered_at = Some(now);
            }
        }
        self
    }

    fn raise(&mut self) {
        let places = (self.level / ONE).max(1);
        let most = u64::from(self.bounds.ceiling) * ONE;
        self.level = (self.level + ONE.div_ceil(places)).min(most);
    }

    fn lower(&mut self, now: Duration) {
        let settled = self
            .lowered_at
            .is_none_or(|at| now.saturating_sub(at) >= SETTLING);
        if settled {
            let least = u64::from(self.bounds.floor) * ONE;
            self.level = (self.level / 2).max(least);
            self.lowered_at = Some(now);
        }
    }
}

fn is_slow(took: Duration, best: Option<Duration>, from: Duration) -> bool {
    let usual = best.map_or(Duration::ZERO, |best| best * SLOW_FACTOR);
    took > from && took > usual
}

/// The best value so far, which is forgotten little by little.
fn better(best: Option<Duration>, took: Duration) -> Duration {
    best.map_or(took, |best| {
        took.min(best + best / FORGET + Duration::from_micros(1))
    })
}

#[cfg(test)]
mod tests;
