//! Time zones as invitations name them: by the time zone database, by Windows' names, or by rules of their
//! own (RFC 5545 §3.6.5).

use jiff::tz::TimeZone;

use super::Line;

/// Most zones kept.
const ZONES_MAX: usize = 10;
/// Most lines kept of one zone.
const ZONE_LINES_MAX: usize = 60;

/// Windows' names of zones that invitations have most, and what the time zone database calls them
/// (Unicode CLDR, windowsZones).
const WINDOWS: &[(&str, &str)] = &[
    ("AUS Eastern Standard Time", "Australia/Sydney"),
    ("Alaskan Standard Time", "America/Anchorage"),
    ("Arab Standard Time", "Asia/Riyadh"),
    ("Arabian Standard Time", "Asia/Dubai"),
    ("Argentina Standard Time", "America/Buenos_Aires"),
    ("Atlantic Standard Time", "America/Halifax"),
    ("Central America Standard Time", "America/Guatemala"),
    ("Central Europe Standard Time", "Europe/Budapest"),
    ("Central European Standard Time", "Europe/Warsaw"),
    ("Central Standard Time", "America/Chicago"),
    ("China Standard Time", "Asia/Shanghai"),
    ("E. Africa Standard Time", "Africa/Nairobi"),
    ("E. South America Standard Time", "America/Sao_Paulo"),
    ("Eastern Standard Time", "America/New_York"),
    ("Egypt Standard Time", "Africa/Cairo"),
    ("FLE Standard Time", "Europe/Kiev"),
    ("GMT Standard Time", "Europe/London"),
    ("GTB Standard Time", "Europe/Bucharest"),
    ("Greenwich Standard Time", "Atlantic/Reykjavik"),
    ("Hawaiian Standard Time", "Pacific/Honolulu"),
    ("India Standard Time", "Asia/Calcutta"),
    ("Israel Standard Time", "Asia/Jerusalem"),
    ("Korea Standard Time", "Asia/Seoul"),
    ("Morocco Standard Time", "Africa/Casablanca"),
    ("Mountain Standard Time", "America/Denver"),
    ("New Zealand Standard Time", "Pacific/Auckland"),
    ("Pacific Standard Time", "America/Los_Angeles"),
    ("Romance Standard Time", "Europe/Paris"),
    ("Russian Standard Time", "Europe/Moscow"),
    ("SA Pacific Standard Time", "America/Bogota"),
    ("SE Asia Standard Time", "Asia/Bangkok"),
    ("Singapore Standard Time", "Asia/Singapore"),
    ("South Africa Standard Time", "Africa/Johannesburg"),
    ("Tokyo Standard Time", "Asia/Tokyo"),
    ("Turkey Standard Time", "Europe/Istanbul"),
    ("US Mountain Standard Time", "America/Phoenix"),
    ("UTC", "UTC"),
    ("W. Central Africa Standard Time", "Africa/Lagos"),
    ("W. Europe Standard Time", "Europe/Berlin"),
];

/// The zones that a part defines.
#[derive(Debug, Default)]
pub(super) struct Zones(Vec<Zone>);

#[derive(Debug, Default)]
struct Zone {
    name: String,
    lines: Vec<String>,
}

impl Zones {
    /// Collects the VTIMEZONE components.
    pub(super) fn collect(lines: &[String]) -> Self {
        let mut zones: Vec<Zone> = Vec::new();
        let mut open: Option<Zone> = None;
        for whole in lines {
            let upper = whole.trim().to_ascii_uppercase();
            if upper == "BEGIN:VTIMEZONE" && zones.len() < ZONES_MAX {
                open = Some(Zone::default());
            }
            let Some(zone) = &mut open else { continue };
            if zone.lines.len() < ZONE_LINES_MAX {
                zone.lines.push(whole.clone());
            }
            match Line::parse(whole) {
                Some(line) if line.name == "TZID" => zone.name = line.value.trim().to_owned(),
                _ => {}
            }
            if upper == "END:VTIMEZONE" {
                zones.extend(open.take());
            }
        }
        Self(zones)
    }

    /// The content lines that define a zone, for an answer that names it.
    pub(super) fn lines_of(&self, name: &str) -> Vec<String> {
        self.0
            .iter()
            .find(|zone| zone.name == name)
            .map(|zone| zone.lines.clone())
            .filter(|lines| {
                lines.iter().all(|line| {
                    line.len() <= super::REPEATED_BYTES_MAX && !line.chars().any(char::is_control)
                })
            })
            .unwrap_or_default()
    }

    /// The zone that a TZID names.
    pub(super) fn find(&self, name: &str) -> Option<TimeZone> {
        known(name).or_else(|| {
            let zone = self.0.iter().find(|zone| zone.name == name)?;
            zone.by_rules()
        })
    }
}

/// A zone by name: of the time zone database, also below a prefix (`/example.org/Europe/Berlin`), or of
/// Windows.
fn known(name: &str) -> Option<TimeZone> {
    let name = name.trim();
    let is_plain = name.len() <= 100
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b" ./_+-".contains(&b));
    if !is_plain {
        return None;
    }
    let windows = WINDOWS
        .iter()
        .find_map(|(windows, iana)| windows.eq_ignore_ascii_case(name).then_some(*iana));
    if let Some(iana) = windows {
        return TimeZone::get(iana).ok();
    }
    let mut rest = name.trim_start_matches('/');
    for _ in 0..4 {
        if !rest.is_empty()
            && !rest.contains("..")
            && let Ok(zone) = TimeZone::get(rest)
        {
            return Some(zone);
        }
        rest = rest.split_once('/')?.1;
    }
    None
}

/// One of the two times of a zone.
#[derive(Debug, Default)]
struct Observance {
    offset_secs: Option<i64>,
    /// Month, week (5: the last), weekday (0: Sunday), second of the day.
    starts: Option<(u32, u32, u32, i64)>,
}

impl Zone {
    /// The zone by its last rules.
    fn by_rules(&self) -> Option<TimeZone> {
        let (mut standard, mut daylight) = (None, None);
        let mut open: Option<(bool, Vec<Line>)> = None;
        for line in self.lines.iter().filter_map(|line| Line::parse(line)) {
            let value = line.value.trim().to_ascii_uppercase();
            match (line.name.as_str(), value.as_str()) {
                ("BEGIN", "STANDARD") => open = Some((false, Vec::new())),
                ("BEGIN", "DAYLIGHT") => open = Some((true, Vec::new())),
                ("END", "STANDARD" | "DAYLIGHT") => {
                    if let Some((is_daylight, lines)) = open.take() {
                        let found = Some(Observance::read(&lines));
                        *(if is_daylight {
                            &mut daylight
                        } else {
                            &mut standard
                        }) = found;
                    }
                }
                _ => {
                    if let Some((_, lines)) = &mut open {
                        lines.push(line);
                    }
                }
            }
        }
        let standard = standard?;
        let offset = standard.offset_secs?;
        let fixed = || format!("STD{}", posix_offset(offset));
        let rules = daylight.and_then(|daylight| {
            let (on, off) = (daylight.starts?, standard.starts?);
            let summer = posix_offset(daylight.offset_secs?);
            let date = |(month, week, weekday, secs)| {
                format!("M{month}.{week}.{weekday}/{}", posix_time(secs))
            };
            Some(format!(
                "STD{}DST{summer},{},{}",
                posix_offset(offset),
                date(on),
                date(off)
            ))
        });
        TimeZone::posix(&rules.unwrap_or_else(fixed)).ok()
    }
}

impl Observance {
    fn read(lines: &[Line]) -> Self {
        let value = |name: &str| {
            lines
                .iter()
                .find(|line| line.name == name)
                .map(|line| line.value.trim().to_ascii_uppercase())
        };
        let at = value("DTSTART").and_then(|start| {
            let time = start.split_once('T')?.1.to_owned();
            let digits = |from: usize| time.get(from..from + 2)?.parse::<i64>().ok();
            Some(digits(0)? * 3600 + digits(2)? * 60)
        });
        let rule = value("RRULE").unwrap_or_default();
        let part = |name: &str| {
            rule.split(';')
                .find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
        };
        let starts = || {
            let month = part("BYMONTH")?
                .parse()
                .ok()
                .filter(|m| (1..=12).contains(m))?;
            let day = part("BYDAY")?;
            let (which, name) = day.split_at_checked(day.len().checked_sub(2)?)?;
            let week = match which {
                "-1" => 5,
                "1" | "+1" => 1,
                "2" | "+2" => 2,
                "3" | "+3" => 3,
                "4" | "+4" => 4,
                _ => return None,
            };
            let names = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
            let weekday = names.iter().position(|known| *known == name)?;
            Some((month, week, u32::try_from(weekday).ok()?, at?))
        };
        Self {
            offset_secs: value("TZOFFSETTO").and_then(|offset| offset_secs(&offset)),
            starts: starts(),
        }
    }
}

/// `+0130` in seconds (RFC 5545 §3.3.14).
fn offset_secs(text: &str) -> Option<i64> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("-", digits) => (-1, digits),
        ("+", digits) => (1, digits),
        _ => return None,
    };
    let pair = |from: usize| digits.get(from..from + 2)?.parse::<i64>().ok();
    let secs = pair(0)? * 3600 + pair(2)? * 60;
    (secs <= 24 * 3600).then_some(sign * secs)
}

/// An offset as POSIX writes it: west is positive.
fn posix_offset(secs: i64) -> String {
    let sign = if secs > 0 { "-" } else { "" };
    format!("{sign}{}", posix_time(secs.abs()))
}

fn posix_time(secs: i64) -> String {
    format!("{}:{:02}", secs / 3600, secs % 3600 / 60)
}
