//! When an announcement is tried again, and when it is given up. Pure.

use std::time::Duration;

use crate::store::destinations::Place;

const SECS: u64 = 1;
const MINS: u64 = 60;
const HOURS: u64 = 3600;

/// Pauses after failed calls of a program, as Standard Webhooks advises ("Retry schedule"): about three days.
const CALLS: [u64; 9] = [
    5 * SECS,
    5 * MINS,
    30 * MINS,
    2 * HOURS,
    5 * HOURS,
    10 * HOURS,
    14 * HOURS,
    20 * HOURS,
    24 * HOURS,
];
/// Pauses after mail that the smarthost did not take: word of an outage is of no use after a day.
const LETTERS: [u64; 9] = [
    10 * SECS,
    30 * SECS,
    MINS,
    5 * MINS,
    15 * MINS,
    HOURS,
    2 * HOURS,
    6 * HOURS,
    12 * HOURS,
];
/// A program that took nothing for so long is not called any more.
pub(super) const DEAD_AFTER: Duration = Duration::from_secs(5 * 24 * HOURS);

/// How long to wait after so many failed tries; none: it is given up. `jitter` of 255 adds a tenth, so that
/// many who failed together do not come back together.
pub(super) fn pause(place: &Place, failures: u32, jitter: u8) -> Option<Duration> {
    let schedule = match place {
        Place::Webhook { .. } => &CALLS,
        Place::Contact { .. } => &LETTERS,
    };
    let index = usize::try_from(failures.checked_sub(1)?).ok()?;
    let secs = schedule.get(index)?;
    let extra = secs * 100 * u64::from(jitter) / 255;
    Some(Duration::from_millis(secs * 1000 + extra))
}

#[cfg(test)]
mod tests;
