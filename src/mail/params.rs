//! MIME parameters: Content-Type and Content-Disposition values (RFC 2045 §5.1, RFC 2231).
//!
//! Charsets of RFC 2231 values and RFC 2047 words inside plain values (which Outlook writes) are
//! decoded. Bounded in number and length; linear.

use super::fields::cut;
use super::{charset, words};

/// Most parameters kept of one field.
pub const PARAMS_MAX: usize = 64;
/// Longest parameter value kept, in bytes of UTF-8.
pub const PARAM_BYTES_MAX: usize = 1024;

/// A value with parameters: `text/plain; charset=utf-8`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parametrised {
    /// What stands before the first semicolon, in lower case.
    pub value: String,
    params: Vec<(String, String)>,
}

impl Parametrised {
    /// Reads a field's value.
    pub fn parse(field: &[u8]) -> Self {
        let field = field.get(..words::VALUE_BYTES_MAX).unwrap_or(field);
        let mut pieces = Pieces { rest: field };
        let value = pieces.next().unwrap_or_default();
        let value = String::from_utf8_lossy(&value)
            .chars()
            .filter(|c| !c.is_whitespace() && !c.is_control())
            .take(128)
            .collect::<String>()
            .to_ascii_lowercase();
        Self {
            value,
            params: assemble(pieces.take(PARAMS_MAX)),
        }
    }

    /// The parameter `name` (in lower case).
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params
            .iter()
            .find_map(|(key, value)| (key == name).then_some(value.as_str()))
    }
}

/// Pieces between semicolons, with comments and quoting undone; a quoted semicolon splits nothing.
struct Pieces<'a> {
    rest: &'a [u8],
}

impl Iterator for Pieces<'_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        if self.rest.is_empty() {
            return None;
        }
        let mut piece: Vec<u8> = Vec::new();
        // What was quoted keeps its spaces at the end.
        let mut kept = 0;
        let (mut quoted, mut comment_depth) = (false, 0_usize);
        let mut bytes = self.rest.iter().enumerate();
        let mut used = self.rest.len();
        while let Some((at, &byte)) = bytes.next() {
            match byte {
                b'\r' | b'\n' => {}
                b'\\' if quoted || comment_depth > 0 => {
                    let escaped = bytes.next().map(|(_, &next)| next);
                    if comment_depth == 0 {
                        // A Windows path in quotes is no escape: keep what cannot be one.
                        match escaped {
                            Some(next @ (b'"' | b'\\')) => piece.push(next),
                            Some(next) => piece.extend_from_slice(&[b'\\', next]),
                            None => piece.push(b'\\'),
                        }
                    }
                }
                b'"' if comment_depth == 0 => {
                    quoted = !quoted;
                    kept = piece.len();
                }
                b'(' if !quoted => comment_depth += 1,
                b')' if !quoted && comment_depth > 0 => comment_depth -= 1,
                b';' if !quoted && comment_depth == 0 => {
                    used = at + 1;
                    break;
                }
                b' ' | b'\t' if !quoted && matches!(piece.last(), None | Some(b'=')) => {}
                _ if comment_depth == 0 => piece.push(byte),
                _ => {}
            }
        }
        while piece.len() > kept && piece.last().is_some_and(u8::is_ascii_whitespace) {
            piece.pop();
        }
        self.rest = self.rest.get(used..).unwrap_or_default();
        Some(piece)
    }
}

/// One section of a parameter that may be split and encoded (RFC 2231 §3, §4).
struct Section {
    name: String,
    number: u32,
    is_encoded: bool,
    value: Vec<u8>,
}

fn section(piece: &[u8]) -> Option<Section> {
    let equals = memchr::memchr(b'=', piece)?;
    let (name, value) = piece.split_at(equals);
    let name = std::str::from_utf8(name.trim_ascii()).ok()?;
    let name = name.to_ascii_lowercase();
    let value = value.get(1..).unwrap_or_default().to_vec();
    let mut parts = name.split('*');
    let base = parts.next().filter(|base| !base.is_empty())?.to_owned();
    let second = parts.next();
    let number = second.and_then(|n| n.parse().ok()).unwrap_or(0);
    let is_encoded = name.ends_with('*');
    Some(Section {
        name: base,
        number,
        is_encoded,
        value,
    })
}

fn assemble(pieces: impl Iterator<Item = Vec<u8>>) -> Vec<(String, String)> {
    let mut sections: Vec<Section> = pieces.filter_map(|piece| section(&piece)).collect();
    // Stable: plain parameters keep their order, sections come in theirs.
    sections.sort_by_key(|section| section.number);
    let mut params: Vec<(String, String)> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for section in &sections {
        if !names.contains(&section.name) {
            names.push(section.name.clone());
        }
    }
    for name in names {
        let own: Vec<&Section> = sections.iter().filter(|s| s.name == name).collect();
        params.push((name, cut(value_of(&own), PARAM_BYTES_MAX)));
    }
    params
}

fn value_of(sections: &[&Section]) -> String {
    if !sections.iter().any(|section| section.is_encoded) {
        // Without numbers a second parameter of the same name is no continuation.
        let joined: Vec<u8> = sections
            .iter()
            .enumerate()
            .filter(|(at, section)| *at == 0 || section.number > 0)
            .flat_map(|(_, section)| section.value.iter().copied())
            .collect();
        return words::decode_text(&joined);
    }
    // An encoded value wins over a plain one of the same name (RFC 6266 §4.3).
    let mut charset_name = None;
    let mut bytes = Vec::new();
    let is_split = sections.iter().any(|section| section.number > 0);
    for (at, section) in sections
        .iter()
        .filter(|section| is_split || section.is_encoded)
        .enumerate()
    {
        let mut value = section.value.as_slice();
        if section.is_encoded {
            if at == 0
                && let Some((charset, rest)) = extended_start(value)
            {
                charset_name = Some(charset);
                value = rest;
            }
            percent_decode(value, &mut bytes);
        } else {
            bytes.extend_from_slice(value);
        }
    }
    words::one_line(&charset::decode(charset_name.as_deref(), &bytes))
}

/// `charset'language'` at the start of an extended value (RFC 2231 §4).
fn extended_start(value: &[u8]) -> Option<(String, &[u8])> {
    let first = memchr::memchr(b'\'', value)?;
    let after = value.get(first + 1..)?;
    let second = memchr::memchr(b'\'', after)?;
    let charset = std::str::from_utf8(value.get(..first)?).ok()?;
    Some((charset.to_owned(), after.get(second + 1..)?))
}

fn percent_decode(value: &[u8], out: &mut Vec<u8>) {
    out.extend(percent_encoding::percent_decode(value));
}

#[cfg(test)]
mod tests;
