//! Header fields: where they begin and end, and the structured ones taken apart.
//!
//! A header block is read up to [`HEADER_BYTES_MAX`]; the rest of a larger one is skipped, not
//! interpreted. Lines that are no fields are passed over.

use crate::clock::Timestamp;
use mail_parser::parsers::MessageStream;
use mail_parser::{Address as ParsedAddress, DateTime, HeaderValue};

use super::contain::contained;
use super::summary::{ADDRESS_BYTES_MAX, MESSAGE_ID_BYTES_MAX, Mailbox, NAME_BYTES_MAX};
use super::words;

/// How much of a header block is read, in bytes.
pub const HEADER_BYTES_MAX: usize = 100 * 1024;

/// One header field as it stands in the message.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// The name, as written.
    pub name: &'a [u8],
    /// What follows the colon, folds and all, without the final line end.
    pub value: &'a [u8],
    /// Where the field's first line begins in the block.
    pub start: usize,
    /// Where the line after the field begins.
    pub end: usize,
}

impl Field<'_> {
    /// Whether this is the field `name` (names are compared without case, RFC 5322 §1.2.2).
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }
}

/// The fields of the header block that `bytes` starts with, in order, up to the blank line.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Fields<'a> {
    /// Over a message or a part of one.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes: bytes.get(..HEADER_BYTES_MAX).unwrap_or(bytes),
            at: 0,
        }
    }

    /// The first field with this name.
    pub fn find(bytes: &'a [u8], name: &str) -> Option<Field<'a>> {
        Self::new(bytes).find(|field| field.is(name))
    }

    fn line_end(&self, from: usize) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        memchr::memchr(b'\n', rest).map_or(self.bytes.len(), |at| from + at + 1)
    }

    fn starts_with_space(&self, at: usize) -> bool {
        matches!(self.bytes.get(at), Some(b' ' | b'\t'))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        while self.at < self.bytes.len() {
            let start = self.at;
            let mut end = self.line_end(start);
            if trim_line_end(self.bytes.get(start..end)?).is_empty() {
                self.at = self.bytes.len();
                return None;
            }
            while end < self.bytes.len() && self.starts_with_space(end) {
                let next = self.line_end(end);
                // A line of nothing but white space is taken as the end of the field, not of the
                // block: Dovecot does the same.
                end = next;
            }
            self.at = end;
            let text = trim_line_end(self.bytes.get(start..end)?);
            if let Some((name, value)) = split_field(text) {
                return Some(Field {
                    name,
                    value,
                    start,
                    end,
                });
            }
        }
        None
    }
}

fn split_field(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = memchr::memchr(b':', text)?;
    let (name, value) = text.split_at(colon);
    let name = name.trim_ascii_end();
    let is_name = !name.is_empty() && name.iter().all(|b| (0x21..=0x7E).contains(b));
    is_name.then_some((name, value.get(1..).unwrap_or_default()))
}

fn trim_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// `text` cut to at most `bytes_max` bytes, between characters.
pub fn cut(mut text: String, bytes_max: usize) -> String {
    if text.len() > bytes_max {
        let boundary = (0..=bytes_max).rev().find(|&at| text.is_char_boundary(at));
        text.truncate(boundary.unwrap_or(0));
    }
    text
}

/// The mailboxes of an address list field (RFC 5322 §3.4), groups flattened, at most `max`; and how
/// many more there are.
pub fn mailboxes(value: &[u8], max: usize) -> (Vec<Mailbox>, usize) {
    let mut text = words::to_utf8_words(value);
    // The parser takes an address in only where something follows it.
    text.push('\n');
    let parsed = contained(
        || match MessageStream::new(text.as_bytes()).parse_address() {
            HeaderValue::Address(ParsedAddress::List(list)) => flatten(list, max),
            HeaderValue::Address(ParsedAddress::Group(groups)) => {
                flatten(groups.into_iter().flat_map(|g| g.addresses), max)
            }
            _ => (Vec::new(), 0),
        },
    );
    parsed.unwrap_or_default()
}

fn flatten<'x>(
    list: impl IntoIterator<Item = mail_parser::Addr<'x>>,
    max: usize,
) -> (Vec<Mailbox>, usize) {
    let mut kept = Vec::new();
    let mut more = 0_usize;
    for address in list {
        if kept.len() == max {
            more += 1;
            continue;
        }
        let name = address.name.map(|name| clean_name(&name));
        let text = words::one_line(address.address.as_deref().unwrap_or_default());
        kept.push(Mailbox {
            name: name.filter(|name| !name.is_empty()),
            address: cut(text, ADDRESS_BYTES_MAX),
        });
    }
    (kept, more)
}

fn clean_name(name: &str) -> String {
    let name = words::one_line(name);
    // Outlook wraps names in single quotes.
    let bare = name
        .strip_prefix('\'')
        .and_then(|name| name.strip_suffix('\''))
        .unwrap_or(&name);
    cut(bare.to_owned(), NAME_BYTES_MAX)
}

/// The time a Date field claims (RFC 5322 §3.3), if it is one.
pub fn date(value: &[u8]) -> Option<Timestamp> {
    let value = value.get(..256).unwrap_or(value);
    let parsed = contained(|| match MessageStream::new(value).parse_date() {
        HeaderValue::DateTime(date) if is_plausible(&date) => Some(date.to_timestamp()),
        _ => None,
    });
    parsed.flatten().map(Timestamp::from_secs)
}

fn is_plausible(date: &DateTime) -> bool {
    (1970..=9999).contains(&date.year)
        && (1..=12).contains(&date.month)
        && (1..=31).contains(&date.day)
        && date.hour < 24
        && date.minute < 60
        && date.second <= 60
}

/// The message ids of a Message-ID, In-Reply-To or References field (RFC 5322 §3.6.4), without
/// their brackets, in order. Text between them, as old mailers write it, is passed over.
pub fn message_ids(value: &[u8]) -> impl Iterator<Item = String> {
    let value = value.get(..words::VALUE_BYTES_MAX).unwrap_or(value);
    let mut rest = value;
    std::iter::from_fn(move || {
        loop {
            let open = memchr::memchr(b'<', rest)?;
            let inside = rest.get(open + 1..)?;
            let close = memchr::memchr(b'>', inside)?;
            rest = inside.get(close + 1..).unwrap_or_default();
            if let Some(id) = clean_id(inside.get(..close)?) {
                return Some(id);
            }
        }
    })
}

fn clean_id(id: &[u8]) -> Option<String> {
    let folded: Vec<u8> = id
        .iter()
        .copied()
        .filter(|b| !b.is_ascii_whitespace())
        .collect();
    let id = String::from_utf8(folded).ok()?;
    let fits = !id.is_empty()
        && id.len() <= MESSAGE_ID_BYTES_MAX
        && !id.chars().any(|c| c.is_control() || c == '<');
    fits.then_some(id)
}

/// The one id of a Message-ID field; without brackets too, if it is one word.
pub fn message_id(value: &[u8]) -> Option<String> {
    message_ids(value).next().or_else(|| {
        let bare = value.trim_ascii();
        let is_word = !bare.iter().any(u8::is_ascii_whitespace) && !bare.contains(&b'<');
        is_word.then(|| clean_id(bare)).flatten()
    })
}

#[cfg(test)]
mod tests;
