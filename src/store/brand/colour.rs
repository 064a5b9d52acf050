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
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_wcag() {
        // Figures of WebAIM's contrast checker, cut to two digits.
        for (a, b, contrast) in [
            ("#000000", "#ffffff", 21.0),
            ("#777777", "#ffffff", 4.47),
            ("#767676", "#FFFFFF", 4.54),
            ("#0000ff", "#ffffff", 8.59),
            ("#ff0000", "#ffffff", 3.99),
        ] {
            let (a, b): (Colour, Colour) = (a.parse().unwrap(), b.parse().unwrap());
            let found = (a.contrast(b) * 100.0).floor() / 100.0;
            assert!((found - contrast).abs() < 0.015, "{a} {b}: {found}");
            assert!((b.contrast(a) - a.contrast(b)).abs() < f64::EPSILON);
        }
    }

    #[test]
    fn what_is_no_colour_is_refused() {
        for text in [
            "", "#", "#fff", "0b5a78", "#0b5a7", "#0b5a789", "#gggggg", "#+1+1+1", "#ééé",
        ] {
            assert_eq!(text.parse::<Colour>(), Err(InvalidColour), "{text}");
        }
        let colour: Colour = "#0B5a78".parse().unwrap();
        assert_eq!(colour.to_string(), "#0b5a78");
    }

    #[test]
    fn any_colour_becomes_readable() {
        let dark = Colour::of(0x1f, 0x2b, 0x35);
        for text in ["#000000", "#0b5a78", "#800000", "#0000ff", "#ffffff"] {
            let colour: Colour = text.parse().unwrap();
            let lighter = colour.readable_beside(dark, Colour::WHITE);
            assert!(lighter.contrast(dark) >= CONTRAST_MIN, "{text}: {lighter}");
        }
        assert_eq!(
            Colour::WHITE.readable_beside(dark, Colour::WHITE),
            Colour::WHITE
        );
    }
}
