//! Invitations: what a text/calendar part (RFC 5545) says about one event, and the answer to it (RFC 5546).
//!
//! Reads what a reader is shown and what an answer repeats, nothing else; hostile and bounded like any
//! mail. What cannot be read is left out; a part without an event gives no invitation.

mod reply;
mod zone;

use jiff::civil;

use super::fields::cut;
use super::words::one_line;
use super::{Mailbox, charset};

pub use reply::{Answer, reply};

/// Largest part that is read, in bytes.
pub const CALENDAR_BYTES_MAX: usize = 256 * 1024;
/// Most lines read.
const LINES_MAX: usize = 5_000;
/// Longest value kept, in bytes.
const VALUE_BYTES_MAX: usize = 2_000;
/// Longest line that is repeated in an answer, in bytes.
const REPEATED_BYTES_MAX: usize = 1_000;
/// Longest UID, in bytes; with a longer one there is nothing to answer to.
const UID_BYTES_MAX: usize = 1_000;
/// Most people kept.
const PEOPLE_MAX: usize = 50;
/// Deepest nesting of components.
const DEPTH_MAX: usize = 8;

/// What the sender wants (RFC 5546 §1.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// To invite, or to change an invitation.
    Request,
    /// To call it off.
    Cancel,
    /// To answer an invitation.
    Reply,
    /// To tell of an event.
    #[default]
    Publish,
}

/// A moment as an event names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
    /// A whole day.
    Day(civil::Date),
    /// A time.
    At(jiff::Timestamp),
    /// A time in a zone that is not known, or in whatever zone one is in.
    Local(civil::DateTime),
}

/// How often an event repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frequency {
    /// By days.
    Daily,
    /// By weeks.
    Weekly,
    /// By months.
    Monthly,
    /// By years.
    Yearly,
    /// In another way.
    Other,
}

/// That an event repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// By what.
    pub frequency: Frequency,
    /// Every how many of those.
    pub interval: u32,
    /// How many times in all, where that is said.
    pub count: Option<u32>,
    /// The last day, where that is said.
    pub until: Option<civil::Date>,
}

/// What somebody answered, as the event says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Said {
    /// Nothing yet.
    #[default]
    Nothing,
    /// An answer.
    Answer(Answer),
}

/// Somebody who is invited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attendee {
    /// Who; hostile.
    pub person: Mailbox,
    /// What they answered.
    pub said: Said,
}

/// One event. All texts are hostile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invitation {
    /// What the sender wants.
    pub method: Method,
    /// Names the event.
    pub uid: String,
    /// The number of its version.
    pub sequence: u32,
    /// What it is called.
    pub summary: String,
    /// Where it is.
    pub location: String,
    /// When it begins.
    pub start: Option<Moment>,
    /// When it ends; of whole days the day after the last.
    pub end: Option<Moment>,
    /// Whether it repeats.
    pub repeat: Option<Repeat>,
    /// Who invites.
    pub organizer: Option<Mailbox>,
    /// Who is invited: the first `PEOPLE_MAX`.
    pub attendees: Vec<Attendee>,
    /// How many more there are.
    pub attendees_more: usize,
    /// Whether it is called off.
    pub is_cancelled: bool,
    /// Which one of a repeated event it is, as a content line without line end.
    pub recurrence: Option<String>,
    /// The zone of that, as content lines.
    recurrence_zone: Vec<String>,
}

impl Invitation {
    /// Reads the decoded bytes of a part; `method` is the parameter of its Content-Type.
    pub fn parse(bytes: &[u8], method: Option<&str>) -> Option<Self> {
        let bytes = bytes.get(..CALENDAR_BYTES_MAX).unwrap_or(bytes);
        let text = charset::decode(Some("utf-8"), bytes);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let lines = unfold(text);
        let zones = zone::Zones::collect(&lines);
        let mut event = Event::default();
        let mut stack: Vec<String> = Vec::new();
        let mut calendar_method = None;
        for line in &lines {
            let Some(line) = Line::parse(line) else {
                continue;
            };
            match line.name.as_str() {
                "BEGIN" => {
                    let name = line.value.trim().to_ascii_uppercase();
                    let is_event = name == "VEVENT" && stack.len() <= 1;
                    if is_event && event.is_whole {
                        // The first event is the one; others are exceptions of it.
                        break;
                    }
                    if stack.len() >= DEPTH_MAX {
                        return None;
                    }
                    stack.push(cut(name, 40));
                }
                "END" => event.is_whole |= stack.pop().as_deref() == Some("VEVENT"),
                "METHOD" if stack.len() == 1 => calendar_method = Some(line.value.clone()),
                _ if stack.last().map(String::as_str) == Some("VEVENT") => {
                    event.take(&line, &zones)
                }
                _ => {}
            }
        }
        let method = calendar_method.as_deref().or(method).unwrap_or_default();
        event.finish(method)
    }

    /// Whether an own address is the organizer's.
    pub fn is_from(&self, own: &str) -> bool {
        let organizer = self.organizer.as_ref();
        organizer.is_some_and(|organizer| organizer.address.eq_ignore_ascii_case(own))
    }

    /// What names the event, and which one of a repeated event: for a key.
    pub fn identity(&self) -> String {
        let which = self.recurrence.as_deref().unwrap_or_default();
        format!("{}\n{which}", self.uid)
    }
}

/// An event while it is read.
#[derive(Default)]
struct Event {
    invitation: Invitation,
    duration: Option<jiff::SignedDuration>,
    is_whole: bool,
}

impl Event {
    fn take(&mut self, line: &Line, zones: &zone::Zones) {
        let event = &mut self.invitation;
        match line.name.as_str() {
            "UID" if event.uid.is_empty() => event.uid = one_line(&line.value),
            "SEQUENCE" => event.sequence = line.value.trim().parse().unwrap_or(0),
            "SUMMARY" if event.summary.is_empty() => event.summary = line.text(),
            "LOCATION" if event.location.is_empty() => event.location = line.text(),
            "STATUS" => event.is_cancelled = line.value.trim().eq_ignore_ascii_case("cancelled"),
            "DTSTART" => event.start = moment(line, zones),
            "DTEND" => event.end = moment(line, zones),
            "DURATION" => self.duration = duration(&line.value),
            "RRULE" => event.repeat = repeat(&line.value),
            "RECURRENCE-ID" => {
                event.recurrence = line.repeated();
                event.recurrence_zone = line
                    .param("TZID")
                    .map(|name| zones.lines_of(name))
                    .unwrap_or_default();
            }
            "ORGANIZER" => event.organizer = person(line),
            "ATTENDEE" => {
                let Some(person) = person(line) else { return };
                if event.attendees.len() >= PEOPLE_MAX {
                    event.attendees_more += 1;
                    return;
                }
                let said = line.param("PARTSTAT").and_then(Answer::read);
                event.attendees.push(Attendee {
                    person,
                    said: said.map_or(Said::Nothing, Said::Answer),
                });
            }
            _ => {}
        }
    }

    fn finish(self, method: &str) -> Option<Invitation> {
        let mut event = self.invitation;
        let is_named = !event.uid.is_empty() && event.uid.len() <= UID_BYTES_MAX;
        if !is_named || event.start.is_none() && event.summary.is_empty() {
            return None;
        }
        event.method = match method.trim().to_ascii_uppercase().as_str() {
            "REQUEST" => Method::Request,
            "CANCEL" => Method::Cancel,
            "REPLY" => Method::Reply,
            _ => Method::Publish,
        };
        event.is_cancelled |= event.method == Method::Cancel;
        if event.end.is_none()
            && let (Some(start), Some(duration)) = (&event.start, self.duration)
        {
            event.end = later(start, duration);
        }
        Some(event)
    }
}

fn later(start: &Moment, duration: jiff::SignedDuration) -> Option<Moment> {
    Some(match start {
        Moment::Day(day) => Moment::Day(day.checked_add(duration).ok()?),
        Moment::At(at) => Moment::At(at.checked_add(duration).ok()?),
        Moment::Local(at) => Moment::Local(at.checked_add(duration).ok()?),
    })
}

/// Joins folded lines (RFC 5545 §3.1).
fn unfold(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.split('\n').take(LINES_MAX) {
        let line = line.strip_suffix('\r').unwrap_or(line);
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(more), Some(last)) => {
                if last.len() + more.len() <= 4 * VALUE_BYTES_MAX {
                    last.push_str(more);
                }
            }
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

/// A content line (RFC 5545 §3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    name: String,
    params: Vec<(String, String)>,
    value: String,
    whole: String,
}

impl Line {
    fn parse(line: &str) -> Option<Self> {
        let (mut quoted, mut ends) = (false, Vec::new());
        let mut colon = None;
        for (at, c) in line.char_indices() {
            match c {
                '"' => quoted = !quoted,
                ';' if !quoted => ends.push(at),
                ':' if !quoted => {
                    colon = Some(at);
                    break;
                }
                _ => {}
            }
        }
        let colon = colon?;
        ends.push(colon);
        let mut pieces = Vec::new();
        let mut from = 0;
        for end in ends.into_iter().take(64) {
            pieces.push(line.get(from..end)?);
            from = end + 1;
        }
        let mut pieces = pieces.into_iter();
        let name = pieces.next()?.trim().to_ascii_uppercase();
        let is_name = (1..=40).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let params = pieces.filter_map(|piece| {
            let (key, value) = piece.split_once('=')?;
            Some((key.to_ascii_uppercase(), value.trim_matches('"').to_owned()))
        });
        is_name.then(|| Self {
            name,
            params: params.collect(),
            value: cut(
                line.get(colon + 1..).unwrap_or_default().to_owned(),
                VALUE_BYTES_MAX,
            ),
            whole: line.to_owned(),
        })
    }

    fn param(&self, name: &str) -> Option<&str> {
        self.params
            .iter()
            .find_map(|(key, value)| (key == name).then_some(value.as_str()))
    }

    /// The value as text on one line (RFC 5545 §3.3.11).
    fn text(&self) -> String {
        let mut text = String::with_capacity(self.value.len());
        let mut chars = self.value.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some('n' | 'N') => text.push('\n'),
                    Some(other) => text.push(other),
                    None => {}
                },
                c => text.push(c),
            }
        }
        one_line(&text)
    }

    /// The line as it may stand in an answer.
    fn repeated(&self) -> Option<String> {
        let fits = self.whole.len() <= REPEATED_BYTES_MAX;
        let is_clean = !self.whole.chars().any(char::is_control);
        (fits && is_clean).then(|| self.whole.clone())
    }
}

/// Who an ORGANIZER or ATTENDEE is.
fn person(line: &Line) -> Option<Mailbox> {
    let value = line.value.trim();
    let mailto = value
        .get(..7)
        .filter(|start| start.eq_ignore_ascii_case("mailto:"));
    let address = mailto.and(value.get(7..)).unwrap_or_default();
    let address = cut(one_line(address), 320);
    let name = line.param("CN").map(one_line).map(|name| cut(name, 128));
    let name = name.filter(|name| !name.is_empty() && *name != address);
    (!address.is_empty() || name.is_some()).then_some(Mailbox { name, address })
}

/// A DATE or DATE-TIME (RFC 5545 §3.3.4, §3.3.5).
fn moment(line: &Line, zones: &zone::Zones) -> Option<Moment> {
    let value = line.value.trim();
    let date = date(value.get(..8)?)?;
    let Some(rest) = value.get(8..).filter(|rest| !rest.is_empty()) else {
        return Some(Moment::Day(date));
    };
    let time = rest.strip_prefix('T')?;
    let digits = |from: usize| time.get(from..from + 2)?.parse::<i8>().ok();
    let second = digits(4).unwrap_or(0).min(59);
    let time_of_day = civil::Time::new(digits(0)?, digits(2)?, second, 0).ok()?;
    let local = date.to_datetime(time_of_day);
    let zone = if time.ends_with('Z') {
        Some(jiff::tz::TimeZone::UTC)
    } else {
        line.param("TZID").and_then(|name| zones.find(name))
    };
    match zone {
        Some(zone) => Some(Moment::At(local.to_zoned(zone).ok()?.timestamp())),
        None => Some(Moment::Local(local)),
    }
}

fn date(value: &str) -> Option<civil::Date> {
    if !value.bytes().all(|b| b.is_ascii_digit()) || value.len() != 8 {
        return None;
    }
    let year = value.get(..4)?.parse().ok()?;
    let (month, day) = (
        value.get(4..6)?.parse().ok()?,
        value.get(6..8)?.parse().ok()?,
    );
    civil::Date::new(year, month, day).ok()
}

/// A DURATION (RFC 5545 §3.3.6), at most a year.
fn duration(value: &str) -> Option<jiff::SignedDuration> {
    let rest = value.trim().strip_prefix('+').unwrap_or(value.trim());
    let (mut total, mut number) = (0_i64, 0_i64);
    for c in rest.strip_prefix('P')?.chars().take(40) {
        let unit = match c {
            '0'..='9' => {
                number = number.checked_mul(10)? + i64::from(c.to_digit(10)?);
                continue;
            }
            'T' => continue,
            'W' => 7 * 86_400,
            'D' => 86_400,
            'H' => 3_600,
            'M' => 60,
            'S' => 1,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(unit)?)?;
        number = 0;
    }
    (total <= 366 * 86_400).then(|| jiff::SignedDuration::from_secs(total))
}

/// An RRULE (RFC 5545 §3.3.10), as far as it is told in words.
fn repeat(value: &str) -> Option<Repeat> {
    let part = |wanted: &str| {
        value.split(';').take(32).find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.trim()
                .eq_ignore_ascii_case(wanted)
                .then(|| value.trim().to_ascii_uppercase())
        })
    };
    let frequency = match part("FREQ")?.as_str() {
        "DAILY" => Frequency::Daily,
        "WEEKLY" => Frequency::Weekly,
        "MONTHLY" => Frequency::Monthly,
        "YEARLY" => Frequency::Yearly,
        _ => Frequency::Other,
    };
    Some(Repeat {
        frequency,
        interval: part("INTERVAL")
            .and_then(|n| n.parse().ok())
            .unwrap_or(1)
            .clamp(1, 10_000),
        count: part("COUNT").and_then(|n| n.parse().ok()),
        until: part("UNTIL").and_then(|until| date(until.get(..8)?)),
    })
}

#[cfg(test)]
mod tests;
