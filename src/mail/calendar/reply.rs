//! The answer to an invitation (RFC 5546 §3.2.3).

use serde::{Deserialize, Serialize};

use super::Invitation;
use crate::clock::Timestamp;
use crate::mail::Mailbox;
use crate::mail::fields::cut;

/// Longest summary in an answer, in bytes.
const SUMMARY_BYTES_MAX: usize = 400;
/// Longest line, in bytes (RFC 5545 §3.1).
const LINE_BYTES_MAX: usize = 75;

/// What is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// Comes.
    Accepted,
    /// May come.
    Tentative,
    /// Does not come.
    Declined,
}

impl Answer {
    /// All.
    pub const ALL: [Self; 3] = [Self::Accepted, Self::Tentative, Self::Declined];

    /// As PARTSTAT says it (RFC 5545 §3.2.12).
    pub const fn partstat(self) -> &'static str {
        match self {
            Self::Accepted => "ACCEPTED",
            Self::Tentative => "TENTATIVE",
            Self::Declined => "DECLINED",
        }
    }

    /// As forms and text keys say it.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Accepted => "accept",
            Self::Tentative => "maybe",
            Self::Declined => "decline",
        }
    }

    /// Of a form.
    pub fn of_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|answer| answer.slug() == slug)
    }

    /// Of a PARTSTAT.
    pub(super) fn read(partstat: &str) -> Option<Self> {
        let all = Self::ALL.into_iter();
        all.into_iter()
            .find(|answer| answer.partstat().eq_ignore_ascii_case(partstat.trim()))
    }
}

/// The calendar that tells the organizer what `own`, who is invited, answers. `None` where nobody can be
/// told.
pub fn reply(
    invitation: &Invitation,
    own: &Mailbox,
    answer: Answer,
    now: Timestamp,
) -> Option<String> {
    let organizer = invitation.organizer.as_ref()?;
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Lifeboat//Webmail//EN".to_owned(),
        "METHOD:REPLY".to_owned(),
    ];
    lines.extend(invitation.recurrence_zone.iter().cloned());
    lines.push("BEGIN:VEVENT".to_owned());
    lines.push(format!("UID:{}", plain(&invitation.uid)));
    lines.extend(invitation.recurrence.clone());
    lines.push(format!("SEQUENCE:{}", invitation.sequence));
    lines.push(format!(
        "DTSTAMP:{}",
        now.to_jiff().strftime("%Y%m%dT%H%M%SZ")
    ));
    lines.push(format!("ORGANIZER:mailto:{}", plain(&organizer.address)));
    let name = own.name.as_deref().map(quoted).unwrap_or_default();
    let name = if name.is_empty() {
        name
    } else {
        format!(";CN=\"{name}\"")
    };
    lines.push(format!(
        "ATTENDEE;PARTSTAT={}{name}:mailto:{}",
        answer.partstat(),
        plain(&own.address)
    ));
    let summary = cut(invitation.summary.clone(), SUMMARY_BYTES_MAX);
    lines.push(format!("SUMMARY:{}", escaped(&summary)));
    lines.push("END:VEVENT".to_owned());
    lines.push("END:VCALENDAR".to_owned());
    Some(lines.iter().map(|line| folded(line)).collect())
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// A parameter's value in quotes: without quotes of its own.
fn quoted(text: &str) -> String {
    plain(text).replace('"', "'")
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !c.is_control()) {
        if matches!(c, '\\' | ';' | ',') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A content line, folded, with its line end.
fn folded(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    let mut width = 0;
    for c in line.chars() {
        if width + c.len_utf8() > LINE_BYTES_MAX {
            out.push_str("\r\n ");
            width = 1;
        }
        out.push(c);
        width += c.len_utf8();
    }
    out.push_str("\r\n");
    out
}
