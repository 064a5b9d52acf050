//! Commands as they are sent. Nothing can be put into one that breaks out of its place.

use bytes::Bytes;

use crate::clock::Timestamp;

use super::flag::{self, Flag};
use super::folder::FolderName;
use super::uid::UidSet;

/// Longest text that is sent as a quoted string; longer ones go as a literal.
const QUOTED_OCTETS_MAX: usize = 1000;

/// One command: lines and literals in turn.
#[derive(Debug)]
pub(super) struct Command {
    pub(super) name: &'static str,
    parts: Vec<Part>,
    line: Vec<u8>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    Line(Vec<u8>),
    /// Announced by its length; sent when the server says so.
    Literal(Vec<Bytes>),
    /// Announced by its length and sent at once (RFC 7888).
    UnaskedLiteral(Vec<Bytes>),
}

impl Command {
    pub(super) fn new(name: &'static str) -> Self {
        Self {
            name,
            parts: Vec::new(),
            line: name.into(),
        }
    }

    /// The command in the order in which it is sent, without its tag and its last line break.
    pub(super) fn into_parts(mut self) -> Vec<Part> {
        self.parts.push(Part::Line(self.line));
        self.parts
    }

    /// Words of our own.
    pub(super) fn words(mut self, words: &'static str) -> Self {
        self.line.push(b' ');
        self.line.extend_from_slice(words.as_bytes());
        self
    }

    /// A value whose type says that it is an atom.
    fn atom(mut self, atom: &impl ToString) -> Self {
        self.line.push(b' ');
        let atom = atom.to_string();
        debug_assert!(atom.bytes().all(|b| b.is_ascii_graphic()));
        self.line.extend_from_slice(atom.as_bytes());
        self
    }

    pub(super) fn uids(self, set: &UidSet) -> Self {
        self.atom(set)
    }

    /// What FETCH shall tell.
    pub(super) fn items(mut self, items: &[&'static str]) -> Self {
        let line = &mut self.line;
        line.extend_from_slice(b" (");
        line.extend_from_slice(items.join(" ").as_bytes());
        line.push(b')');
        self
    }

    /// Base64 of a SASL exchange.
    pub(super) fn base64(self, bytes: &[u8]) -> Self {
        use base64::Engine as _;
        self.atom(&base64::engine::general_purpose::STANDARD.encode(bytes))
    }

    /// Any text: quoted where that is allowed, else as a literal.
    pub(super) fn string(mut self, text: &str) -> Self {
        let quotable =
            text.len() <= QUOTED_OCTETS_MAX && text.bytes().all(|b| (b' '..=b'~').contains(&b));
        if quotable {
            self.line.push(b' ');
            let line = &mut self.line;
            line.push(b'"');
            for byte in text.bytes() {
                if matches!(byte, b'"' | b'\\') {
                    line.push(b'\\');
                }
                line.push(byte);
            }
            line.push(b'"');
            self
        } else {
            self.literal(vec![Bytes::copy_from_slice(text.as_bytes())])
        }
    }

    pub(super) fn folder(self, folder: &FolderName) -> Self {
        self.string(folder.as_wire())
    }

    pub(super) fn flags(mut self, flags: &[Flag]) -> Self {
        let list = flags.iter().map(Flag::to_string).collect::<Vec<_>>();
        let line = &mut self.line;
        line.extend_from_slice(b" (");
        line.extend_from_slice(list.join(" ").as_bytes());
        line.push(b')');
        self
    }

    pub(super) fn date_time(mut self, at: Timestamp) -> Self {
        let quoted = format!(" \"{}\"", flag::date_time(at));
        self.line.extend_from_slice(quoted.as_bytes());
        self
    }

    /// A literal in pieces.
    pub(super) fn literal(self, pieces: Vec<Bytes>) -> Self {
        self.part(Part::Literal(pieces))
    }

    /// A literal in pieces that does not wait for the server's leave. Only behind arguments that no
    /// server finds fault with: one that does reads the literal as commands.
    pub(super) fn unasked_literal(self, pieces: Vec<Bytes>) -> Self {
        self.part(Part::UnaskedLiteral(pieces))
    }

    fn part(mut self, literal: Part) -> Self {
        let mut line = std::mem::take(&mut self.line);
        line.push(b' ');
        self.parts.push(Part::Line(line));
        self.parts.push(literal);
        self
    }

    pub(super) fn search_keys(mut self, keys: &[SearchKey]) -> Self {
        for key in keys {
            self = match key {
                SearchKey::Uids(set) => self.words("UID").uids(set),
                SearchKey::Since(at) => self.words("SINCE").atom(&flag::date(*at)),
                SearchKey::Header(name, value) => self.words("HEADER").words(name).string(value),
            };
        }
        self
    }
}

/// A condition of a search; several must all hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SearchKey {
    /// One of these UIDs.
    Uids(UidSet),
    /// INTERNALDATE on this day (UTC) or later.
    Since(Timestamp),
    /// A header field that contains this text, whatever its case.
    Header(&'static str, String),
}

impl SearchKey {
    pub(super) fn needs_charset(&self) -> bool {
        matches!(self, Self::Header(_, value) if !value.is_ascii())
    }
}
