//! When a drill is held: `tue 10:00`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A time of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DrillTime {
    /// From 0, Monday, to 6, Sunday.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
}

/// Why a text is no such time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a time of the week: write a day and a time, such as \"tue 10:00\"")]
pub struct InvalidDrillTime(String);

impl FromStr for DrillTime {
    type Err = InvalidDrillTime;

    fn from_str(text: &str) -> Result<Self, InvalidDrillTime> {
        let parse = || {
            let (day, time) = text.split_once(' ')?;
            let day = DAYS.iter().position(|known| *known == day)?;
            let (hour, minute) = time.split_once(':')?;
            if hour.len() != 2 || minute.len() != 2 {
                return None;
            }
            let (hour, minute) = (hour.parse().ok()?, minute.parse().ok()?);
            (hour < 24 && minute < 60).then_some(Self {
                day: u8::try_from(day).ok()?,
                hour,
                minute,
            })
        };
        parse().ok_or_else(|| InvalidDrillTime(text.chars().take(40).collect()))
    }
}

impl fmt::Display for DrillTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = DAYS.get(usize::from(self.day)).copied().unwrap_or_default();
        write!(f, "{day} {:02}:{:02}", self.hour, self.minute)
    }
}

impl TryFrom<String> for DrillTime {
    type Error = InvalidDrillTime;
    fn try_from(text: String) -> Result<Self, InvalidDrillTime> {
        text.parse()
    }
}

impl From<DrillTime> for String {
    fn from(time: DrillTime) -> Self {
        time.to_string()
    }
}

#[cfg(test)]
mod tests;
