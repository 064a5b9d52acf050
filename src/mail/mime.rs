//! The MIME structure of a message (RFC 2045, RFC 2046): which part lies where.
//!
//! One pass over the bytes, in linear time and without recursion, because hostile structure
//! (parts without end, nesting without end, boundaries that never come) must cost no more than its
//! bytes. Nothing is decoded and nothing copied but the few fields that tell what a part is.
//! At a bound the structure ends and says so; the message itself is still there, raw.

use std::collections::HashMap;
use std::ops::Range;

use memchr::memmem;

use super::fields::{self, Fields};
use super::params::Parametrised;
use super::{charset, transfer};

/// Deepest nesting that is followed.
pub const DEPTH_MAX: usize = 100;
/// Most parts that are listed.
pub const PARTS_MAX: usize = 10_000;
/// How much is decoded at a time, in bytes.
const PIECE_BYTES: usize = 64 * 1024;
/// Longest boundary that is believed (RFC 2046 §5.1.1 allows 70).
const BOUNDARY_BYTES_MAX: usize = 250;

/// How the bytes of a part are encoded for transfer (RFC 2045 §6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// 7bit, 8bit, binary, or unknown.
    #[default]
    Identity,
    /// Quoted-printable.
    QuotedPrintable,
    /// Base64.
    Base64,
}

/// How a part wants to be shown (RFC 2183).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// In the message.
    Inline,
    /// As a file.
    Attachment,
}

/// What a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A multipart with children.
    Multipart,
    /// A message/rfc822 with the message as its child.
    Message,
    /// Bytes.
    Leaf,
}

/// One part. The first is the message itself.
#[derive(Clone, Debug)]
pub struct Part {
    /// Index of the part that this one is in.
    pub parent: Option<usize>,
    /// What it is.
    pub kind: Kind,
    /// Where its header block lies in the message.
    pub header: Range<usize>,
    /// Where its body lies in the message, still encoded.
    pub body: Range<usize>,
    /// Content-Type; `text/plain` where there is none (RFC 2045 §5.2).
    pub content_type: Parametrised,
    /// Content-Disposition.
    pub disposition: Option<Disposition>,
    /// Content-Transfer-Encoding.
    pub encoding: Encoding,
    /// File name from Content-Disposition or Content-Type, decoded, hostile.
    pub file_name: Option<String>,
    /// Content-ID without brackets.
    pub content_id: Option<String>,
}

impl Part {
    /// The part before the slash of the type: `text`.
    pub fn top_type(&self) -> &str {
        self.content_type.value.split('/').next().unwrap_or("")
    }

    /// Whether it is text of this subtype: `text/html`.
    pub fn is_type(&self, full: &str) -> bool {
        self.content_type.value == full
    }

    /// The encoded bytes, from the message that was parsed.
    pub fn raw<'a>(&self, message: &'a [u8]) -> &'a [u8] {
        message.get(self.body.clone()).unwrap_or_default()
    }

    /// The body with its transfer encoding undone, at most `bytes_max` of it.
    pub fn decoded(&self, message: &[u8], bytes_max: usize) -> Vec<u8> {
        let raw = self.raw(message);
        match self.encoding {
            Encoding::Identity => raw.get(..bytes_max).unwrap_or(raw).to_vec(),
            Encoding::QuotedPrintable => {
                // Three encoded bytes make one at most.
                let input = raw.get(..bytes_max.saturating_mul(3)).unwrap_or(raw);
                let mut bytes = transfer::decode_quoted_printable(input);
                bytes.truncate(bytes_max);
                bytes
            }
            Encoding::Base64 => {
                let input = raw.get(..bytes_max.saturating_mul(2)).unwrap_or(raw);
                let mut bytes = transfer::decode_base64(input);
                bytes.truncate(bytes_max);
                bytes
            }
        }
    }

    /// The body with its transfer encoding undone, handed on in pieces, so that a large file takes no
    /// memory of its own. Ends early where `each` says `None`.
    pub fn decode_each(
        &self,
        message: &[u8],
        each: &mut dyn FnMut(&[u8]) -> Option<()>,
    ) -> Option<()> {
        let raw = self.raw(message);
        let mut out = Vec::new();
        match self.encoding {
            Encoding::Identity => {
                for piece in raw.chunks(PIECE_BYTES) {
                    each(piece)?;
                }
            }
            Encoding::Base64 => {
                let mut decoder = transfer::Base64Stream::default();
                for piece in raw.chunks(PIECE_BYTES) {
                    out.clear();
                    decoder.push(piece, &mut out);
                    each(&out)?;
                }
                out.clear();
                decoder.finish(&mut out);
                each(&out)?;
            }
            Encoding::QuotedPrintable => {
                let mut rest = raw;
                while !rest.is_empty() {
                    // Whole lines: an escape does not go over a line's end.
                    let least = rest.get(PIECE_BYTES..).unwrap_or_default();
                    let end =
                        memchr::memchr(b'\n', least).map_or(rest.len(), |at| PIECE_BYTES + at + 1);
                    let (piece, tail) = rest.split_at(end.min(rest.len()));
                    each(&transfer::decode_quoted_printable(piece))?;
                    rest = tail;
                }
            }
        }
        Some(())
    }

    /// The body as text, at most `bytes_max` bytes of it before the charset is applied.
    pub fn text(&self, message: &[u8], bytes_max: usize) -> String {
        let bytes = self.decoded(message, bytes_max);
        let declared = self.content_type.param("charset");
        if declared.is_none() && self.is_type("text/html") {
            return charset::decode(charset::in_html(&bytes), &bytes);
        }
        charset::decode(declared, &bytes)
    }
}

/// The parts of a message, in order of appearance; children follow their parent.
#[derive(Clone, Debug)]
pub struct Structure {
    /// The parts; never empty.
    pub parts: Vec<Part>,
    /// Whether a bound was reached, so that parts are missing.
    pub is_limited: bool,
}

impl Structure {
    /// Of a whole message.
    pub fn parse(message: &[u8]) -> Self {
        Walker::new(message, PARTS_MAX).walk()
    }

    /// Of a message, giving up after `parts_max` parts.
    pub fn parse_bounded(message: &[u8], parts_max: usize) -> Self {
        Walker::new(message, parts_max.min(PARTS_MAX)).walk()
    }
}

/// A container that is still open. A message/rfc822 has no boundary: it ends with what it is in.
struct Open {
    part: usize,
    boundary: Option<Vec<u8>>,
}

/// A line that is a boundary of something open.
struct Delimiter {
    /// Place in `open` of what it delimits.
    level: usize,
    is_closing: bool,
    /// Where what it ends ends: the line end before a boundary belongs to it (RFC 2046 §5.1.1).
    before: usize,
    /// Where the line after it begins.
    after: usize,
}

struct Walker<'a> {
    message: &'a [u8],
    parts_max: usize,
    parts: Vec<Part>,
    open: Vec<Open>,
    /// Places in `open` by boundary; an inner one hides an outer one of the same name.
    levels: HashMap<Vec<u8>, Vec<usize>>,
    is_limited: bool,
}

impl<'a> Walker<'a> {
    fn new(message: &'a [u8], parts_max: usize) -> Self {
        Self {
            message,
            parts_max: parts_max.max(1),
            parts: Vec::new(),
            open: Vec::new(),
            levels: HashMap::new(),
            is_limited: false,
        }
    }

    fn walk(mut self) -> Structure {
        let mut next = Some(0);
        while let Some(at) = next {
            if self.parts.len() >= self.parts_max {
                self.is_limited = true;
                break;
            }
            next = self.part(at);
        }
        Structure {
            parts: self.parts,
            is_limited: self.is_limited,
        }
    }

    /// Reads the part that begins at `at`; returns where the next one begins.
    fn part(&mut self, at: usize) -> Option<usize> {
        let (header_end, body_at) = self.header_end(at);
        let index = self.parts.len();
        let mut part = self.describe(at..header_end, body_at);
        let boundary = part
            .content_type
            .param("boundary")
            .and_then(usable_boundary);
        part.kind = match part.kind {
            Kind::Multipart if boundary.is_none() => Kind::Leaf,
            Kind::Multipart | Kind::Message if self.open.len() >= DEPTH_MAX => {
                self.is_limited = true;
                Kind::Leaf
            }
            kind => kind,
        };
        let kind = part.kind;
        self.parts.push(part);
        match kind {
            Kind::Multipart => self.push_open(index, boundary),
            Kind::Message => {
                self.push_open(index, None);
                return Some(body_at);
            }
            Kind::Leaf => {}
        }
        self.next_part(index, body_at)
    }

    fn push_open(&mut self, part: usize, boundary: Option<Vec<u8>>) {
        if let Some(boundary) = &boundary {
            let levels = self.levels.entry(boundary.clone()).or_default();
            levels.push(self.open.len());
        }
        self.open.push(Open { part, boundary });
    }

    /// Closes what is open down to `level`, which stays open; it ends at `end`.
    fn close_above(&mut self, level: usize, end: usize) {
        while self.open.len() > level {
            let Some(closed) = self.open.pop() else { break };
            if let Some(boundary) = &closed.boundary
                && let Some(levels) = self.levels.get_mut(boundary)
            {
                levels.pop();
            }
            self.end_part(closed.part, end);
        }
    }

    fn end_part(&mut self, index: usize, end: usize) {
        if let Some(part) = self.parts.get_mut(index) {
            part.body.end = end.max(part.body.start);
        }
    }

    /// Finds the boundary after which the next part begins, closing what ends on the way. `index`
    /// is the part whose body begins at `from`.
    fn next_part(&mut self, index: usize, from: usize) -> Option<usize> {
        let mut from = from;
        let is_leaf = self.parts.get(index).is_some_and(|p| p.kind == Kind::Leaf);
        let mut is_first = true;
        loop {
            let delimiter = self.find_delimiter(from)?;
            if is_first && is_leaf {
                self.end_part(index, delimiter.before);
            }
            is_first = false;
            let keep = delimiter.level + usize::from(!delimiter.is_closing);
            self.close_above(keep, delimiter.before);
            if !delimiter.is_closing {
                return Some(delimiter.after);
            }
            from = delimiter.after;
        }
    }

    /// The next boundary line of anything open, at or after the line that begins at `from`.
    fn find_delimiter(&self, from: usize) -> Option<Delimiter> {
        if self.open.is_empty() {
            return None;
        }
        let mut line = from;
        if !self.message.get(line..)?.starts_with(b"--") {
            line = next_dashes(self.message, from)?;
        }
        loop {
            let end = line_end(self.message, line);
            if let Some(delimiter) = self.delimiter(line, end, from) {
                return Some(delimiter);
            }
            // The line end itself may begin the next candidate.
            line = next_dashes(self.message, end.saturating_sub(1).max(line + 1))?;
        }
    }

    fn delimiter(&self, line: usize, end: usize, from: usize) -> Option<Delimiter> {
        let text = self.message.get(line..end)?.strip_prefix(b"--")?;
        if text.len() > BOUNDARY_BYTES_MAX + 64 {
            return None;
        }
        let text = text.trim_ascii_end();
        let level = |text: &[u8]| self.levels.get(text).and_then(|l| l.last()).copied();
        let (level, is_closing) = match level(text) {
            Some(level) => (level, false),
            None => (level(text.strip_suffix(b"--")?)?, true),
        };
        let before = self.message.get(from..line)?;
        let before = before.strip_suffix(b"\n").unwrap_or(before);
        let before = before.strip_suffix(b"\r").unwrap_or(before);
        Some(Delimiter {
            level,
            is_closing,
            before: from + before.len(),
            after: end,
        })
    }

    /// Where the header block that begins at `at` ends, and where the body begins. A boundary line
    /// ends a header block that has no blank line.
    fn header_end(&self, at: usize) -> (usize, usize) {
        let mut line = at;
        while line < self.message.len() {
            let end = line_end(self.message, line);
            let text = self.message.get(line..end).unwrap_or_default();
            if line == at && !may_begin_header(text) {
                // Text without a header is a body, or it would not be shown.
                return (at, at);
            }
            if matches!(text, b"\r\n" | b"\n") {
                return (line, end);
            }
            if text.starts_with(b"--") && self.delimiter(line, end, at).is_some() {
                return (line, line);
            }
            line = end;
        }
        (self.message.len(), self.message.len())
    }

    fn describe(&self, header: Range<usize>, body_at: usize) -> Part {
        let parent = self.open.last().map(|open| open.part);
        let mut part = Part {
            parent,
            kind: Kind::Leaf,
            body: body_at..self.message.len(),
            content_type: Parametrised::default(),
            disposition: None,
            encoding: Encoding::Identity,
            file_name: None,
            content_id: None,
            header: header.clone(),
        };
        let mut disposition_name = None;
        for field in Fields::new(self.message.get(header).unwrap_or_default()) {
            if field.is("content-type") && part.content_type.value.is_empty() {
                part.content_type = Parametrised::parse(field.value);
            } else if field.is("content-disposition") {
                let value = Parametrised::parse(field.value);
                part.disposition = disposition_of(&value.value);
                disposition_name = value.param("filename").map(str::to_owned);
            } else if field.is("content-transfer-encoding") {
                part.encoding = encoding_of(field.value);
            } else if field.is("content-id") {
                part.content_id = fields::message_id(field.value);
            }
        }
        part.file_name =
            disposition_name.or_else(|| part.content_type.param("name").map(str::to_owned));
        self.settle_type(&mut part);
        part
    }

    /// Fills in the type that a part has without saying so, and what that makes of it.
    fn settle_type(&self, part: &mut Part) {
        let is_in_digest = part
            .parent
            .and_then(|parent| self.parts.get(parent))
            .is_some_and(|parent| parent.is_type("multipart/digest"));
        if !part.content_type.value.contains('/') {
            let default = if is_in_digest {
                "message/rfc822"
            } else {
                "text/plain"
            };
            default.clone_into(&mut part.content_type.value);
        }
        let is_message = part.is_type("message/rfc822") || part.is_type("message/global");
        part.kind = if part.top_type() == "multipart" {
            Kind::Multipart
        } else if is_message && part.encoding == Encoding::Identity {
            Kind::Message
        } else {
            Kind::Leaf
        };
    }
}

fn usable_boundary(boundary: &str) -> Option<Vec<u8>> {
    let boundary = boundary.trim_end();
    let fits = !boundary.is_empty() && boundary.len() <= BOUNDARY_BYTES_MAX;
    fits.then(|| boundary.as_bytes().to_vec())
}

fn disposition_of(value: &str) -> Option<Disposition> {
    match value {
        "" => None,
        "inline" => Some(Disposition::Inline),
        // RFC 2183 §2.8: an unknown disposition is an attachment.
        _ => Some(Disposition::Attachment),
    }
}

fn encoding_of(value: &[u8]) -> Encoding {
    let value = value.trim_ascii();
    let is = |name: &[u8]| {
        value
            .get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    if is(b"base64") {
        Encoding::Base64
    } else if is(b"quoted-printable") {
        Encoding::QuotedPrintable
    } else {
        Encoding::Identity
    }
}

/// Whether a header block can begin with this line: a field, the blank line that ends it, or the
/// separator of an mbox.
fn may_begin_header(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    line.is_empty()
        || line.starts_with(b"From ")
        || Fields::new(line).next().is_some()
        || line.starts_with(b"--")
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    memchr::memchr(b'\n', rest).map_or(bytes.len(), |at| from + at + 1)
}

/// The next line at or after `from` that starts with two dashes and is not the first.
fn next_dashes(bytes: &[u8], from: usize) -> Option<usize> {
    memmem::find(bytes.get(from..)?, b"\n--").map(|at| from + at + 1)
}

#[cfg(test)]
mod tests;
