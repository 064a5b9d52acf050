//! When the next drill is due. Pure.

use jiff::tz::TimeZone;
use jiff::{ToSpan, Zoned};

use crate::clock::Timestamp;
use crate::config::DrillTime;

/// The first of `times` after `now`, in `zone`; none without times. A time that a change of clocks leaves out is
/// held an hour later, as the time zone's rules have it.
pub(super) fn next(times: &[DrillTime], zone: &TimeZone, now: Timestamp) -> Option<Timestamp> {
    let here = now.to_jiff().to_zoned(zone.clone());
    times
        .iter()
        .filter_map(|time| next_of(*time, &here))
        .min()
        .map(Timestamp::from_millis)
}

fn next_of(time: DrillTime, here: &Zoned) -> Option<i64> {
    let today = i64::from(here.date().weekday().to_monday_zero_offset());
    let days = (i64::from(time.day) - today).rem_euclid(7);
    // A week later if today's is over.
    [days, days + 7].into_iter().find_map(|days| {
        let date = here.date().checked_add(days.days()).ok()?;
        let hour = i8::try_from(time.hour).ok()?;
        let minute = i8::try_from(time.minute).ok()?;
        let at = date
            .at(hour, minute, 0, 0)
            .to_zoned(here.time_zone().clone());
        let at = at.ok()?;
        (at > *here).then(|| at.timestamp().as_millisecond())
    })
}

#[cfg(test)]
mod tests;
