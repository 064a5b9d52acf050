//! Times and sizes as people read them: in the reader's zone and language.

use jiff::tz::TimeZone;

use super::texts::{Texts, Value};
use crate::clock::Timestamp;

/// A time for a `<time>` element.
#[derive(Clone, Debug, Default)]
pub struct When {
    /// RFC 3339 in UTC, for the `datetime` attribute.
    pub machine: String,
    /// As the reader sees it.
    pub text: String,
}

impl When {
    /// The time that counts as now, by the clock.
    pub fn now(times: &Times) -> Self {
        Self {
            machine: times.now().to_string(),
            text: times.clock(times.now()),
        }
    }
}

/// What formats times for one reader.
#[derive(Clone, Debug)]
pub struct Times {
    texts: &'static Texts,
    zone: TimeZone,
    now: Timestamp,
}

impl Times {
    /// For a reader in `zone` who reads `texts` at `now`.
    pub fn new(texts: &'static Texts, zone: TimeZone, now: Timestamp) -> Self {
        Self { texts, zone, now }
    }

    /// The same times in another language.
    #[must_use]
    pub fn in_language(self, texts: &'static Texts) -> Self {
        Self { texts, ..self }
    }

    /// The time that counts as now.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The zone's name, as the time zone database calls it.
    pub fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// Hours and minutes: `09:14`.
    pub fn clock(&self, at: Timestamp) -> String {
        self.local(at).strftime("%H:%M").to_string()
    }

    /// Short, for lists: the time today, the day this year, the date before.
    pub fn short(&self, at: Timestamp) -> When {
        let (local, today) = (self.local(at), self.local(self.now));
        let text = if local.date() == today.date() {
            self.clock(at)
        } else if local.year() == today.year() {
            self.texts.with(
                "date-day-month",
                &[
                    ("day", day(&local)),
                    ("month", Value::Text(&self.month(&local))),
                ],
            )
        } else {
            self.texts.with(
                "date-full-day",
                &[
                    ("day", day(&local)),
                    ("month", Value::Text(&self.month(&local))),
                    ("year", Value::Text(&local.year().to_string())),
                ],
            )
        };
        When {
            machine: at.to_string(),
            text,
        }
    }

    /// In full: `Sun 22 Nov 2026, 09:14`; `Today, 09:14` where it is today.
    pub fn full(&self, at: Timestamp) -> When {
        let local = self.local(at);
        let text = if local.date() == self.local(self.now).date() {
            self.texts
                .with("date-today-time", &[("time", Value::Text(&self.clock(at)))])
        } else {
            self.date_time(at)
        };
        When {
            machine: at.to_string(),
            text,
        }
    }

    /// In full, whatever the day: for texts that leave the page, such as the line above a quote.
    pub fn date_time(&self, at: Timestamp) -> String {
        let local = self.local(at);
        let weekday = self
            .texts
            .get(&format!(
                "weekday-{}",
                local.weekday().to_monday_one_offset()
            ))
            .into_owned();
        self.texts.with(
            "date-time",
            &[
                ("weekday", Value::Text(&weekday)),
                ("day", day(&local)),
                ("month", Value::Text(&self.month(&local))),
                ("year", Value::Text(&local.year().to_string())),
                ("time", Value::Text(&self.clock(at))),
            ],
        )
    }

    /// The day with its weekday: `Sun 22 Nov 2026`.
    pub fn day(&self, at: Timestamp) -> String {
        let local = self.local(at);
        let weekday = local.weekday().to_monday_one_offset();
        let weekday = self.texts.get(&format!("weekday-{weekday}")).into_owned();
        self.texts.with(
            "date-weekday",
            &[
                ("weekday", Value::Text(&weekday)),
                ("day", day(&local)),
                ("month", Value::Text(&self.month(&local))),
                ("year", Value::Text(&local.year().to_string())),
            ],
        )
    }

    /// The beginning of a day in the reader's zone, as a date field sends it (`2026-11-23`), or so many days after.
    pub fn midnight(&self, day: &str, days_after: i64) -> Option<Timestamp> {
        let date: jiff::civil::Date = day.parse().ok()?;
        let date = date
            .checked_add(jiff::Span::new().try_days(days_after).ok()?)
            .ok()?;
        let at = date.to_zoned(self.zone.clone()).ok()?.timestamp();
        Some(Timestamp::from_millis(at.as_millisecond()))
    }

    /// Hours and minutes, with the day before them where it is not today.
    pub fn since(&self, at: Timestamp) -> String {
        if self.local(at).date() == self.local(self.now).date() {
            self.clock(at)
        } else {
            format!("{}, {}", self.short(at).text, self.clock(at))
        }
    }

    /// As [`Self::since`], of a time as the API writes it.
    pub fn text(&self, at: &str) -> String {
        match at.parse::<jiff::Timestamp>() {
            Ok(at) => self.since(Timestamp::from_millis(at.as_millisecond())),
            Err(_) => at.to_owned(),
        }
    }

    fn local(&self, at: Timestamp) -> jiff::Zoned {
        at.to_jiff().to_zoned(self.zone.clone())
    }

    fn month(&self, local: &jiff::Zoned) -> String {
        self.texts
            .get(&format!("month-{}", local.month()))
            .into_owned()
    }
}

fn day(local: &jiff::Zoned) -> Value<'static> {
    Value::Number(u64::from(local.day().unsigned_abs()))
}

/// A size in bytes as people read it: decimal units, one digit after the point below ten.
pub fn size(texts: &Texts, bytes: u64) -> String {
    let (key, unit) = match bytes {
        0..1_000 => return texts.with("size-bytes", &[("value", bytes.into())]),
        1_000..1_000_000 => ("size-kb", 1_000),
        _ => ("size-mb", 1_000_000),
    };
    let (whole, tenth) = (bytes / unit, bytes % unit * 10 / unit);
    let value = if whole < 10 && tenth > 0 {
        format!("{whole}{}{tenth}", texts.get("decimal-mark"))
    } else {
        whole.to_string()
    };
    texts.with(key, &[("value", Value::Text(&value))])
}

/// The zone with this name of the time zone database.
pub fn zone(name: &str) -> Option<TimeZone> {
    let plausible = name.len() <= 64
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"/_+-".contains(&b));
    if !plausible {
        return None;
    }
    TimeZone::get(name).ok()
}

#[cfg(test)]
mod tests;
