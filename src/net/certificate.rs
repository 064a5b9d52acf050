//! When an X.509 certificate ends, and which host names it is for: what Lifeboat needs to read of it itself.
//!
//! Whether a certificate is to be trusted is rustls's business. Pure, on bytes from the network: every
//! length is checked.

use crate::clock::Timestamp;

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const BOOLEAN: u8 = 0x01;
const OCTET_STRING: u8 = 0x04;
const OBJECT_ID: u8 = 0x06;
const EXTENSIONS: u8 = 0xa3;
const DNS_NAME: u8 = 0x82;
/// 2.5.29.17, subjectAltName.
const ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];
/// Most names that are read; the rest is as if it were not there.
const NAMES_MAX: usize = 1_000;

/// The `notAfter` of a certificate in DER (RFC 5280 §4.1.2.5); none if it is not one.
pub(super) fn ends(der: &[u8]) -> Option<Timestamp> {
    let (validity, _) = expect(from_validity(der)?, SEQUENCE)?;
    let (_, _, rest) = element(validity)?;
    let (tag, not_after, _) = element(rest)?;
    time(tag, not_after)
}

/// The fields of a certificate from `validity` on.
fn from_validity(der: &[u8]) -> Option<&[u8]> {
    let (certificate, _) = expect(der, SEQUENCE)?;
    let (mut fields, _) = expect(certificate, SEQUENCE)?;
    if let Some((_, rest)) = expect(fields, VERSION) {
        fields = rest;
    }
    // serialNumber, signature, issuer.
    for tag in [INTEGER, SEQUENCE, SEQUENCE] {
        fields = expect(fields, tag)?.1;
    }
    Some(fields)
}

/// The host names that a certificate in DER is for, in lower case: its `dNSName`s (RFC 5280 §4.2.1.6), which may
/// begin with `*.`. None where it has none, or is not one.
pub(super) fn names(der: &[u8]) -> Vec<String> {
    let Some(mut names) = alt_names(der) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    while let Some((tag, name, rest)) = element(names)
        && found.len() < NAMES_MAX
    {
        names = rest;
        match std::str::from_utf8(name) {
            Ok(name) if tag == DNS_NAME && name.is_ascii() => found.push(name.to_ascii_lowercase()),
            _ => {}
        }
    }
    found
}

/// The content of `subjectAltName`.
fn alt_names(der: &[u8]) -> Option<&[u8]> {
    let mut fields = from_validity(der)?;
    let extensions = loop {
        let (tag, content, rest) = element(fields)?;
        if tag == EXTENSIONS {
            break content;
        }
        fields = rest;
    };
    let (mut extensions, _) = expect(extensions, SEQUENCE)?;
    loop {
        let (extension, rest) = expect(extensions, SEQUENCE)?;
        extensions = rest;
        let (id, value) = expect(extension, OBJECT_ID)?;
        if id == ALT_NAME {
            // Whether it is critical stands before it, where it is.
            let value = expect(value, BOOLEAN).map_or(value, |(_, rest)| rest);
            let (value, _) = expect(value, OCTET_STRING)?;
            return expect(value, SEQUENCE).map(|(names, _)| names);
        }
    }
}

/// The content of the first element if it has this tag, and what follows it.
fn expect(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, content, rest) = element(bytes)?;
    (found == tag).then_some((content, rest))
}

/// Tag and content of the first element, and what follows it (X.690 §8.1, definite lengths).
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, bytes) = bytes.split_first()?;
    let (&first, bytes) = bytes.split_first()?;
    let (length, bytes) = match first {
        0..=0x7f => (usize::from(first), bytes),
        0x81..=0x83 => {
            let (digits, bytes) = bytes.split_at_checked(usize::from(first & 0x0f))?;
            let length = digits
                .iter()
                .fold(0_usize, |sum, digit| sum << 8 | usize::from(*digit));
            (length, bytes)
        }
        _ => return None,
    };
    let (content, rest) = bytes.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// A time as RFC 5280 §4.1.2.5.1 and .2 write it: `YYMMDDHHMMSSZ`, from 2050 on `YYYYMMDDHHMMSSZ`.
fn time(tag: u8, text: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let full = match tag {
        UTC_TIME => {
            let year: u32 = text.get(..2)?.parse().ok()?;
            format!("{}{text}", if year < 50 { "20" } else { "19" })
        }
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let parsed = jiff::civil::DateTime::strptime("%Y%m%d%H%M%S", full).ok()?;
    let utc = parsed.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Timestamp::from_secs(utc.timestamp().as_second()))
}

#[cfg(test)]
mod tests;
