//! Encoded words (RFC 2047) and raw 8-bit text in header values.
//!
//! More tolerant than the RFC where real mail needs it: spaces inside Q text, words inside quoted
//! strings, characters split over adjacent words, charsets unknown to any list. Linear in the
//! length of the value; the caller bounds it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::charset;
use super::transfer::{decode_base64, hex};

/// Longest header value that is decoded, in bytes; the rest is dropped.
pub const VALUE_BYTES_MAX: usize = 16 * 1024;

/// A run of a header value: literal text, or the decoded content of adjacent encoded words.
enum Run<'a> {
    Literal(&'a [u8]),
    Decoded(String),
}

/// An unstructured header value (RFC 5322 §3.2.5) as text on one line, without control characters.
pub fn decode_text(value: &[u8]) -> String {
    let value = bounded(value);
    let text = if find_word(value).is_none() {
        charset::guess(value)
    } else {
        runs(value)
            .into_iter()
            .fold(String::with_capacity(value.len()), |mut text, run| {
                match run {
                    Run::Literal(bytes) => text.push_str(&charset::guess(bytes)),
                    Run::Decoded(decoded) => text.push_str(&decoded),
                }
                text
            })
    };
    one_line(&text)
}

/// A structured header value, for a parser that reads UTF-8 and encoded words in UTF-8 only: raw
/// text in other charsets becomes UTF-8, encoded words are joined and written again in UTF-8.
pub fn to_utf8_words(value: &[u8]) -> String {
    let value = bounded(value);
    let mut text = String::with_capacity(value.len());
    for run in runs(value) {
        match run {
            Run::Literal(bytes) => text.push_str(&charset::guess(bytes)),
            Run::Decoded(decoded) => {
                text.push_str("=?utf-8?B?");
                STANDARD.encode_string(one_line(&decoded), &mut text);
                text.push_str("?=");
            }
        }
    }
    text
}

/// `text` on one line: line ends and control characters become one space, ends are trimmed, and
/// characters that reorder or hide what is shown (bidirectional overrides, zero-width no-break) are
/// dropped.
pub fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut is_gap = false;
    for c in text.trim().chars() {
        if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
            is_gap = true;
        } else if !is_deceptive(c) {
            if std::mem::take(&mut is_gap) && c != ' ' && !out.ends_with(' ') {
                out.push(' ');
            }
            out.push(c);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Characters that make text look like other text: bidirectional embeddings, overrides and
/// isolates (in names and subjects they can turn `exe.cod` round), and invisible ones.
pub fn is_deceptive(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200B}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

fn bounded(value: &[u8]) -> &[u8] {
    value.get(..VALUE_BYTES_MAX).unwrap_or(value)
}

fn find_word(value: &[u8]) -> Option<usize> {
    memchr::memmem::find(value, b"=?")
}

struct Word<'a> {
    charset: &'a str,
    bytes: Vec<u8>,
    len: usize,
}

/// Splits a value into literal runs and decoded runs of adjacent words; white space between two
/// words goes (RFC 2047 §6.2).
fn runs(value: &[u8]) -> Vec<Run<'_>> {
    let mut runs = Vec::new();
    let mut pending: Option<(&str, Vec<u8>)> = None;
    let mut rest = value;
    while let Some(at) = find_word(rest) {
        let (before, from) = rest.split_at(at);
        let Some(word) = parse_word(from) else {
            // Not a word: the two characters are text like any other.
            flush(&mut pending, &mut runs);
            let (literal, tail) = rest.split_at(at + 2);
            runs.push(Run::Literal(literal));
            rest = tail;
            continue;
        };
        let only_space = before.iter().all(u8::is_ascii_whitespace);
        match pending.as_mut() {
            Some((charset, bytes)) if only_space && charset.eq_ignore_ascii_case(word.charset) => {
                bytes.extend_from_slice(&word.bytes);
            }
            previous => {
                let after_word = previous.is_some();
                flush(&mut pending, &mut runs);
                if !(after_word && only_space) {
                    runs.push(Run::Literal(before));
                }
                pending = Some((word.charset, word.bytes));
            }
        }
        rest = from.get(word.len..).unwrap_or_default();
    }
    flush(&mut pending, &mut runs);
    runs.push(Run::Literal(rest));
    runs
}

fn flush(pending: &mut Option<(&str, Vec<u8>)>, runs: &mut Vec<Run<'_>>) {
    if let Some((charset, bytes)) = pending.take() {
        runs.push(Run::Decoded(charset::decode(Some(charset), &bytes)));
    }
}

/// The encoded word that `from` starts with: `=?charset*language?encoding?text?=`.
fn parse_word(from: &[u8]) -> Option<Word<'_>> {
    let inner = from.strip_prefix(b"=?")?;
    let charset_end = memchr::memchr(b'?', inner.get(..80).unwrap_or(inner))?;
    let charset = std::str::from_utf8(inner.get(..charset_end)?).ok()?;
    let charset = charset.split('*').next().unwrap_or(charset);
    let encoding = inner.get(charset_end + 1)?;
    if inner.get(charset_end + 2)? != &b'?' || charset.is_empty() {
        return None;
    }
    let text_at = charset_end + 3;
    let text = inner.get(text_at..)?;
    let text_end = memchr::memmem::find(text, b"?=")?;
    let (text, after) = (text.get(..text_end)?, text_at + text_end + 2);
    let bytes = match encoding {
        b'q' | b'Q' => decode_q(text),
        b'b' | b'B' => decode_base64(text),
        _ => return None,
    };
    Some(Word {
        charset,
        bytes,
        len: after + 2,
    })
}

/// The Q encoding (RFC 2047 §4.2); what is no valid escape stays as it is.
fn decode_q(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match (byte, tail) {
            (b'_', _) => out.push(b' '),
            (b'=', [high, low, tail @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    out.push(high << 4 | low);
                    rest = tail;
                }
                _ => out.push(b'='),
            },
            _ => out.push(byte),
        }
    }
    out
}

#[cfg(test)]
mod tests;
