//! A colour, and whether text can be read on it (WCAG 2.2, "Contrast (Minimum)" and "relative luminance").
//! Pure.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The least contrast of text (WCAG 2.2, 1.4.3).
pub const CONTRAST_MIN: f64 = 4.5;

/// A colour of sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colour([u8; 3]);

/// Not a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write it as #rrggbb, such as #0b5a78")]
pub struct InvalidColour;

impl FromStr for Colour {
    type Err = InvalidColour;

    fn from_str(text: &str) -> Result<Self, InvalidColour> {
        let digits = text.strip_prefix('#').ok_or(InvalidColour)?;
        if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(InvalidColour);
        }
        let part = |at: usize| {
            let digits = digits.get(at..at + 2).ok_or(InvalidColour)?;
            u8::from_str_radix(digits, 16).map_err(|_| InvalidColour)
        };
        Ok(Self([part(0)?, part(2)?, part(4)?]))
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl Colour {
    /// White.
    pub const WHITE: Self = Self([255; 3]);

    /// The colour of these parts.
    pub const fn of(red: u8, green: u8, blue: u8) -> Self {
        Self([red, green, blue])
    }

    /// From 0, black, to 1, white.
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            match part <= 0.040_45 {
                true => part / 12.92,
                false => ((part + 0.055) / 1.055).powf(2.4),
            }
        };
        let [red, green, blue] = self.0;
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// From 1, none, to 21, black on white.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// This colour with a share of another, in percent.
    #[must_use]
    pub fn mixed(self, other: Self, percent: u8) -> Self {
        let percent = u32::from(percent.min(100));
        let part = |own: u8, its: u8| {
            let sum = u32::from(own) * (100 - percent) + u32::from(its) * percent;
            u8::try_from(sum / 100).unwrap_or(u8::MAX)
        };
        let ([r, g, b], [x, y, z]) = (self.0, other.0);
        Self([part(r, x), part(g, y), part(b, z)])
    }

    /// As little of `other` mixed in, in steps of 5 %, that text is readable beside `beside`.
    #[must_use]
    pub fn readable_beside(self, beside: Self, other: Self) -> Self {
        (0..=20)
            .map(|step| self.mixed(other, step * 5))
            .find(|colour| colour.contrast(beside) >= CONTRAST_MIN)
            .unwrap_or(other)
    }
}

#[cfg(test)]
mod tests;
