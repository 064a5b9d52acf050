//! What a client asks for about notices (RFC 3461): values of RET, ENVID, NOTIFY and ORCPT.
//!
//! Pure. Values are bounded and decoded from xtext (RFC 3461 §4) or utf-8-addr-xtext (RFC 6533 §3); what
//! is decoded can stand in a header line.

use std::str::FromStr;

/// Longest ENVID, in characters before decoding (RFC 3461 §4.4).
const ENVELOPE_ID_OCTETS_MAX: usize = 100;
/// Longest ORCPT, in characters before decoding (RFC 3461 §4.2).
const ORIGINAL_OCTETS_MAX: usize = 500;

/// How much of a message a notice about its failure returns (RFC 3461 §4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Return {
    /// All of it.
    Full,
    /// Its headers.
    Headers,
}

impl FromStr for Return {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            _ if text.eq_ignore_ascii_case("FULL") => Ok(Self::Full),
            _ if text.eq_ignore_ascii_case("HDRS") => Ok(Self::Headers),
            _ => Err(()),
        }
    }
}

/// The sender's name for the envelope, decoded (RFC 3461 §4.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvelopeId(Box<str>);

impl EnvelopeId {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EnvelopeId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text.is_empty() || text.len() > ENVELOPE_ID_OCTETS_MAX {
            return Err(());
        }
        decode_xtext(text).map(|id| Self(id.into())).ok_or(())
    }
}

/// Which notices are asked for (RFC 3461 §4.1). Without the parameter it is failure and, as a server
/// likes, delay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Notify {
    /// When it was delivered.
    pub success: bool,
    /// When it was not.
    pub failure: bool,
    /// When it takes long.
    pub delay: bool,
}

impl FromStr for Notify {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text.eq_ignore_ascii_case("NEVER") {
            return Ok(Self::default());
        }
        let mut notify = Self::default();
        for word in text.split(',') {
            let asked = match word {
                _ if word.eq_ignore_ascii_case("SUCCESS") => &mut notify.success,
                _ if word.eq_ignore_ascii_case("FAILURE") => &mut notify.failure,
                _ if word.eq_ignore_ascii_case("DELAY") => &mut notify.delay,
                _ => return Err(()),
            };
            *asked = true;
        }
        Ok(notify)
    }
}

/// Whom the sender wrote to, before anything was expanded (RFC 3461 §4.2): `rfc822;ann@example.com`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginalRecipient {
    kind: Box<str>,
    address: Box<str>,
}

impl std::fmt::Display for OriginalRecipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}; {}", self.kind, self.address)
    }
}

impl FromStr for OriginalRecipient {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (kind, address) = text.split_once(';').ok_or(())?;
        let is_atom = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if kind.is_empty() || kind.len() > 40 || !kind.chars().all(is_atom) {
            return Err(());
        }
        if address.is_empty() || text.len() > ORIGINAL_OCTETS_MAX {
            return Err(());
        }
        let address = if kind.eq_ignore_ascii_case("utf-8") {
            decode_utf8(address).ok_or(())?
        } else {
            decode_xtext(address).ok_or(())?
        };
        Ok(Self {
            kind: kind.into(),
            address: address.into(),
        })
    }
}

/// Decodes xtext: printable ASCII without `+` and `=`, and `+XX` (RFC 3461 §4). What comes out is printable
/// ASCII too, because it is repeated in a header.
pub(super) fn decode_xtext(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let decoded = match byte {
            b'+' => {
                let (high, low) = (bytes.next()?, bytes.next()?);
                upper_hex(high)? << 4 | upper_hex(low)?
            }
            b'=' => return None,
            byte => byte,
        };
        if !(b' '..=b'~').contains(&decoded) {
            return None;
        }
        out.push(char::from(decoded));
    }
    Some(out)
}

fn upper_hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// Decodes utf-8-addr-xtext and utf-8-addr-unitext (RFC 6533 §3): `\x{HEX}` and characters as they are.
fn decode_utf8(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (c, after) = match rest.strip_prefix("\\x{") {
            Some(escape) => {
                let (hex, after) = escape.split_once('}')?;
                let fits =
                    (2..=6).contains(&hex.len()) && hex.bytes().all(|b| upper_hex(b).is_some());
                let code = fits.then(|| u32::from_str_radix(hex, 16).ok()).flatten()?;
                (char::from_u32(code)?, after)
            }
            None if matches!(first, '\\' | '+' | '=') => return None,
            None => (first, rest.get(first.len_utf8()..)?),
        };
        if c.is_control() {
            return None;
        }
        out.push(c);
        rest = after;
    }
    Some(out)
}

#[cfg(test)]
mod tests;
