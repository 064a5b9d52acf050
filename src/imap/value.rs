//! Values of an answer, for the answers that imap-proto does not read.

use bytes::Bytes;

use super::wire::literal_at_end;

/// Deepest nesting of lists that is read.
const DEPTH_MAX: usize = 16;

/// One value of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// `NIL`.
    Nil,
    /// An atom, a number, a flag, or an attribute name such as `BODY[HEADER.FIELDS (RECEIVED)]`.
    Atom(String),
    /// A quoted string or a literal.
    Text(Bytes),
    /// A parenthesised list.
    List(Vec<Value>),
}

impl Value {
    pub(super) fn as_atom(&self) -> Option<&str> {
        match self {
            Self::Atom(atom) => Some(atom),
            _ => None,
        }
    }

    pub(super) fn as_number<N: std::str::FromStr>(&self) -> Option<N> {
        self.as_atom()?.parse().ok()
    }

    pub(super) fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }

    /// The bytes of an atom or a string.
    pub(super) fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Atom(atom) => Some(atom.as_bytes()),
            Self::Text(text) => Some(text),
            Self::Nil | Self::List(_) => None,
        }
    }
}

/// The values of a frame from `start` on: up to the end of the line. `None` when they are none.
pub(super) fn values(frame: &Bytes, start: usize) -> Option<Vec<Value>> {
    Reader { frame, at: start }.values(0, false)
}

struct Reader<'a> {
    frame: &'a Bytes,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.frame.get(self.at).copied()
    }

    /// Values up to the end of the line, or up to the `)` that closes this list.
    fn values(&mut self, depth: usize, in_list: bool) -> Option<Vec<Value>> {
        if depth > DEPTH_MAX {
            return None;
        }
        let mut values = Vec::new();
        loop {
            match self.peek() {
                None | Some(b'\r' | b'\n') => return (!in_list).then_some(values),
                Some(b')') if in_list => {
                    self.at += 1;
                    return Some(values);
                }
                Some(b' ') => self.at += 1,
                Some(b'(') => {
                    self.at += 1;
                    values.push(Value::List(self.values(depth + 1, true)?));
                }
                Some(b'"') => values.push(Value::Text(self.quoted()?)),
                Some(b'{') => values.push(Value::Text(self.literal()?)),
                Some(_) => values.push(self.atom()?),
            }
        }
    }

    fn quoted(&mut self) -> Option<Bytes> {
        self.at += 1;
        let mut text = Vec::new();
        loop {
            let byte = self.peek()?;
            self.at += 1;
            match byte {
                b'"' => return Some(text.into()),
                b'\\' => {
                    text.push(self.peek()?);
                    self.at += 1;
                }
                b'\r' | b'\n' => return None,
                _ => text.push(byte),
            }
        }
    }

    fn literal(&mut self) -> Option<Bytes> {
        let line_end = self.at + memchr::memchr(b'\n', self.frame.get(self.at..)?)? + 1;
        let length = literal_at_end(self.frame.get(self.at..line_end)?)?;
        let end = line_end.checked_add(usize::try_from(length).ok()?)?;
        if end > self.frame.len() {
            return None;
        }
        self.at = end;
        Some(self.frame.slice(line_end..end))
    }

    /// An atom; what stands in its square brackets belongs to it (`BODY[HEADER.FIELDS (DATE)]`).
    fn atom(&mut self) -> Option<Value> {
        let start = self.at;
        let mut bracket = false;
        while let Some(byte) = self.peek() {
            match byte {
                b'\r' | b'\n' => break,
                b'[' => bracket = true,
                b']' => bracket = false,
                b' ' | b'(' | b')' | b'"' | b'{' if !bracket => break,
                _ => {}
            }
            self.at += 1;
        }
        if self.at == start {
            return None;
        }
        let atom = String::from_utf8_lossy(self.frame.get(start..self.at)?).into_owned();
        Some(if atom.eq_ignore_ascii_case("NIL") {
            Value::Nil
        } else {
            Value::Atom(atom)
        })
    }
}
