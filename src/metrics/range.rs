//! Thresholds, as monitoring plugins write them (Monitoring Plugins Development Guidelines, "Threshold and
//! ranges").

use std::fmt;
use std::str::FromStr;

/// A range of values that alerts outside, or, with `@`, inside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    low: f64,
    high: f64,
    inside: bool,
}

impl Range {
    /// Whether a value alerts.
    pub fn alerts(&self, value: f64) -> bool {
        let within = (self.low..=self.high).contains(&value);
        within == self.inside
    }
}

/// Why a text is no range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write 10 (alerts above 10), 10: (below 10), ~:10, 10:20, or @10:20 (inside)")]
pub struct InvalidRange;

impl FromStr for Range {
    type Err = InvalidRange;

    fn from_str(text: &str) -> Result<Self, InvalidRange> {
        let (inside, bounds) = match text.strip_prefix('@') {
            Some(bounds) => (true, bounds),
            None => (false, text),
        };
        let number = |text: &str| {
            let number = text.parse::<f64>().map_err(|_| InvalidRange)?;
            number.is_finite().then_some(number).ok_or(InvalidRange)
        };
        let (low, high) = match bounds.split_once(':') {
            None => (0.0, number(bounds)?),
            Some(("", high)) => (0.0, number(high)?),
            Some(("~", high)) => (f64::NEG_INFINITY, number(high)?),
            Some((low, "")) => (number(low)?, f64::INFINITY),
            Some((low, high)) => (number(low)?, number(high)?),
        };
        match low <= high {
            true => Ok(Self { low, high, inside }),
            false => Err(InvalidRange),
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.inside {
            f.write_str("@")?;
        }
        match (self.low, self.high) {
            (0.0, high) if high.is_finite() => write!(f, "{high}"),
            (f64::NEG_INFINITY, high) => write!(f, "~:{high}"),
            (low, f64::INFINITY) => write!(f, "{low}:"),
            (low, high) => write!(f, "{low}:{high}"),
        }
    }
}

#[cfg(test)]
mod tests;
