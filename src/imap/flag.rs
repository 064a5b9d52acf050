//! Flags and dates that are safe to write into a command.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// Longest keyword that is sent, in octets.
const KEYWORD_OCTETS_MAX: usize = 64;

/// A keyword: an atom of visible ASCII, so that no server takes it for anything else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Keyword(String);

/// Why a text cannot be a keyword.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a keyword is 1 to 64 visible ASCII characters without ( ) {{ % * \" \\ ]")]
pub struct InvalidKeyword;

impl FromStr for Keyword {
    type Err = InvalidKeyword;

    fn from_str(text: &str) -> Result<Self, InvalidKeyword> {
        let sane = (1..=KEYWORD_OCTETS_MAX).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_graphic() && !b"(){%*\"\\]".contains(&b));
        if sane {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidKeyword)
        }
    }
}

impl TryFrom<String> for Keyword {
    type Error = InvalidKeyword;
    fn try_from(text: String) -> Result<Self, InvalidKeyword> {
        text.parse()
    }
}

impl From<Keyword> for String {
    fn from(keyword: Keyword) -> Self {
        keyword.0
    }
}

impl fmt::Display for Keyword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A flag that a client may set (RFC 9051 §2.3.2); `\Recent` is not one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Flag {
    /// `\Seen`.
    Seen,
    /// `\Answered`.
    Answered,
    /// `\Flagged`.
    Flagged,
    /// `\Draft`.
    Draft,
    /// `\Deleted`.
    Deleted,
    /// A keyword.
    Keyword(Keyword),
}

impl Flag {
    /// A flag as a server writes it; `None` for `\Recent` and what else no client may set.
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "\\seen" => Some(Self::Seen),
            "\\answered" => Some(Self::Answered),
            "\\flagged" => Some(Self::Flagged),
            "\\draft" => Some(Self::Draft),
            "\\deleted" => Some(Self::Deleted),
            _ => text.parse().ok().map(Self::Keyword),
        }
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seen => f.write_str("\\Seen"),
            Self::Answered => f.write_str("\\Answered"),
            Self::Flagged => f.write_str("\\Flagged"),
            Self::Draft => f.write_str("\\Draft"),
            Self::Deleted => f.write_str("\\Deleted"),
            Self::Keyword(keyword) => keyword.fmt(f),
        }
    }
}

/// `date-time` of RFC 9051 §9, in UTC.
pub(super) fn date_time(at: Timestamp) -> String {
    at.to_jiff().strftime("%d-%b-%Y %H:%M:%S +0000").to_string()
}

/// `date` of RFC 9051 §9, in UTC.
pub(super) fn date(at: Timestamp) -> String {
    at.to_jiff().strftime("%-d-%b-%Y").to_string()
}

/// Reads a `date-time`.
pub(super) fn parse_date_time(text: &str) -> Option<Timestamp> {
    let time = jiff::fmt::strtime::parse("%d-%b-%Y %H:%M:%S %z", text.trim_start())
        .ok()?
        .to_timestamp()
        .ok()?;
    Some(Timestamp::from_secs(time.as_second()))
}
