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
mod tests {
    use super::*;

    #[test]
    fn pictures_are_known_by_how_they_begin() {
        for (bytes, kind) in [
            (&b"\x89PNG\r\n\x1a\n...."[..], Ok(LogoKind::Png)),
            (b"\xff\xd8\xff\xe0", Ok(LogoKind::Jpeg)),
            (b"RIFF\x01\x02\x03\x04WEBPVP8 ", Ok(LogoKind::WebP)),
            (b"RIFF\x01\x02\x03\x04WAVE", Err(InvalidLogo::Kind)),
            (
                b"<svg xmlns='http://www.w3.org/2000/svg'/>",
                Err(InvalidLogo::Kind),
            ),
            (b"GIF89a", Err(InvalidLogo::Kind)),
            (b"", Err(InvalidLogo::Kind)),
        ] {
            assert_eq!(Logo::try_from(bytes.to_vec()).map(|logo| logo.kind), kind);
        }
        let mut large = b"\xff\xd8\xff".to_vec();
        large.resize(LOGO_BYTES_MAX + 1, 0);
        assert_eq!(Logo::try_from(large), Err(InvalidLogo::TooLarge));
    }
}
