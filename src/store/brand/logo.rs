//! A brand's logo: a picture that browsers show and that cannot act. Pure.

use serde::{Deserialize, Serialize};

/// The largest logo, in bytes.
pub const LOGO_BYTES_MAX: usize = 100 * 1024;

/// What kind of picture it is. SVG is none of them: it can hold scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogoKind {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    WebP,
}

impl LogoKind {
    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::WebP => "image/webp",
        }
    }

    /// What bytes are, whatever anybody says that they are; by how they begin.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'E',
                b'B',
                b'P',
                ..,
            ] => Some(Self::WebP),
            _ => None,
        }
    }
}

/// A logo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logo {
    /// What it is.
    pub kind: LogoKind,
    /// The picture.
    pub bytes: Vec<u8>,
}

/// Why something is no logo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLogo {
    /// It is too large.
    #[error("a logo has at most 100 KB")]
    TooLarge,
    /// It is none of the kinds that are taken.
    #[error("a logo is a PNG, JPEG or WebP picture")]
    Kind,
}

impl TryFrom<Vec<u8>> for Logo {
    type Error = InvalidLogo;

    fn try_from(bytes: Vec<u8>) -> Result<Self, InvalidLogo> {
        if bytes.len() > LOGO_BYTES_MAX {
            return Err(InvalidLogo::TooLarge);
        }
        let kind = LogoKind::of(&bytes).ok_or(InvalidLogo::Kind)?;
        Ok(Self { kind, bytes })
    }
}

#[cfg(test)]
mod tests;
