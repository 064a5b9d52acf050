//! How long a probe takes, against the same hour of earlier days. It only warns: mailstores that are
//! about to fail often grow slow first, and so do those that are merely busy.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// Hours of a week, each kept by itself.
const HOURS: usize = 168;
/// The same hour of each day of the week.
const HOURS_OF_DAY: usize = 24;
/// An hour with fewer observations says nothing.
const OBSERVATIONS_MIN: u32 = 30;
/// The median of so many last looks is compared.
const RECENT: usize = 30;
/// It is slow from so many times the usual time on …
const SLOW_FACTOR: u32 = 3;
/// … and not slow any more below so many times; in between it stays what it is.
const USUAL_FACTOR: u32 = 2;
/// What is not slower than usual by this is never slow: small numbers jump.
const SLOWER_MIN: Duration = Duration::from_millis(100);

/// What one hour of the week was like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Hour {
    /// Observations behind it; capped, so that it goes on learning.
    observations: u32,
    /// The mean time that a look took, in microseconds.
    mean_us: u32,
}

/// What a probe of a mailstore usually takes, by hour of the week (UTC). Bounded: 168 numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    hours: Vec<Hour>,
}

/// An hour's number since 1970.
const fn hour_of(now: Timestamp) -> i64 {
    now.as_secs().div_euclid(3600)
}

fn slot(hour: i64) -> usize {
    usize::try_from(hour.rem_euclid(168)).unwrap_or(0)
}

impl Profile {
    /// The usual time at this hour: the median over the days of the week that are known.
    pub fn usual(&self, now: Timestamp) -> Option<Duration> {
        let hour = slot(hour_of(now)) % HOURS_OF_DAY;
        let same_hour = self.hours.iter().skip(hour).step_by(HOURS_OF_DAY);
        let known = same_hour.filter(|hour| hour.observations >= OBSERVATIONS_MIN);
        let mut means: Vec<u32> = known.map(|hour| hour.mean_us).collect();
        means.sort_unstable();
        let median = means.get(means.len() / 2)?;
        Some(Duration::from_micros((*median).into()))
    }

    /// Takes up an hour that is over; an earlier week counts three times as much as this one.
    fn fold(&mut self, hour: i64, observations: u32, mean_us: u32) {
        self.hours.resize(HOURS, Hour::default());
        let Some(known) = self.hours.get_mut(slot(hour)) else {
            return;
        };
        let mean = match known.observations {
            0 => u64::from(mean_us),
            _ => (u64::from(known.mean_us) * 3 + u64::from(mean_us)) / 4,
        };
        *known = Hour {
            observations: known.observations.saturating_add(observations).min(100_000),
            mean_us: u32::try_from(mean).unwrap_or(u32::MAX),
        };
    }
}

/// The hour under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Running {
    hour: i64,
    observations: u32,
    sum_us: u64,
}

/// What one more look changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Noted {
    /// It has become slow, or is not slow any more.
    pub turned: Option<Turn>,
    /// An hour is over: the profile is to be kept.
    pub hour_over: bool,
}

/// How a probe's times changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Slower than usual.
    Slow {
        /// The median of the last looks.
        now: Duration,
        /// What is usual at this hour.
        usual: Duration,
    },
    /// As usual again.
    Usual,
}

/// How long one probe takes, now and usually.
#[derive(Clone, Debug, Default)]
pub struct Trend {
    profile: Profile,
    recent: VecDeque<Duration>,
    running: Running,
    is_slow: bool,
}

impl Trend {
    /// Goes on from what was kept.
    pub fn new(profile: Profile) -> Self {
        Self {
            profile,
            ..Self::default()
        }
    }

    /// What is usual, to be kept.
    pub const fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Whether it is slower than usual.
    pub const fn is_slow(&self) -> bool {
        self.is_slow
    }

    /// Takes up a look that worked.
    pub fn note(&mut self, took: Duration, now: Timestamp) -> Noted {
        let hour = hour_of(now);
        if self.running.hour != hour {
            // What another hour was like says nothing about this one.
            self.recent.clear();
        }
        let hour_over = self.count(took, hour);
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(took);
        Noted {
            turned: self.turn(now),
            hour_over,
        }
    }

    /// Adds to the hour under way; a slow hour is not learned as usual.
    fn count(&mut self, took: Duration, hour: i64) -> bool {
        let before = self.running;
        let is_over = before.hour != hour && before.observations > 0;
        if before.hour != hour {
            self.running = Running {
                hour,
                ..Running::default()
            };
        }
        let took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let running = &mut self.running;
        running.observations = running.observations.saturating_add(1);
        running.sum_us = running.sum_us.saturating_add(took_us);
        if !is_over || self.is_slow {
            return false;
        }
        let mean = before.sum_us / u64::from(before.observations.max(1));
        let mean_us = u32::try_from(mean).unwrap_or(u32::MAX);
        self.profile.fold(before.hour, before.observations, mean_us);
        true
    }

    fn turn(&mut self, now: Timestamp) -> Option<Turn> {
        if self.recent.len() < RECENT {
            return None;
        }
        let usual = self.profile.usual(now)?;
        let mut sorted: Vec<Duration> = self.recent.iter().copied().collect();
        sorted.sort_unstable();
        let median = *sorted.get(sorted.len() / 2)?;
        let is_slower = median >= usual.saturating_add(SLOWER_MIN);
        let turns_slow = is_slower && median >= usual.saturating_mul(SLOW_FACTOR);
        let turns_usual = !is_slower || median < usual.saturating_mul(USUAL_FACTOR);
        match self.is_slow {
            false if turns_slow => {
                self.is_slow = true;
                Some(Turn::Slow { now: median, usual })
            }
            true if turns_usual => {
                self.is_slow = false;
                Some(Turn::Usual)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
