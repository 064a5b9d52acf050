//! Answers as the server writes them: frames, and the values in them.

use bytes::Bytes;

use super::code::{Code, Verdict};

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

/// `OK`, `NO`, `BAD`, `BYE` or `PREAUTH`, with its code and text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Status {
    pub(super) verdict: Verdict,
    pub(super) code: Option<Code>,
    pub(super) text: String,
}

/// One answer of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Response {
    /// `+ …`: go on.
    Continue,
    /// The end of the command with this tag.
    Tagged(String, Status),
    /// `* OK …` and its like.
    Status(Status),
    /// `* NAME …` or `* 12 NAME …`.
    Data {
        number: Option<u32>,
        name: String,
        values: Vec<Value>,
    },
    /// An untagged answer that cannot be read; it is skipped.
    Unknown,
}

/// The length of the literal that a line announces at its end, if it does.
pub(super) fn literal_at_end(line: &[u8]) -> Option<u64> {
    let line = line.strip_suffix(b"\n")?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = line.strip_suffix(b"}")?;
    let line = line.strip_suffix(b"+").unwrap_or(line);
    let open = memchr::memrchr(b'{', line)?;
    std::str::from_utf8(line.get(open + 1..)?)
        .ok()?
        .parse()
        .ok()
}

/// Whether literals may occur in a frame that starts like this: not in words for people.
pub(super) fn may_have_literals(frame: &[u8]) -> bool {
    let Some(rest) = frame.strip_prefix(b"* ") else {
        return false;
    };
    let word = rest.split(|&b| b == b' ').next().unwrap_or(rest);
    Verdict::parse(word).is_none()
}

/// Reads one frame: a line with its literals. `None` when it is no IMAP answer at all.
pub(super) fn parse(frame: &Bytes) -> Option<Response> {
    let line = trim_line_end(frame);
    if line.first() == Some(&b'+') {
        return Some(Response::Continue);
    }
    if let Some(rest) = line.strip_prefix(b"* ") {
        if let Some(status) = parse_status(rest) {
            return Some(Response::Status(status));
        }
        let start = frame.len() - frame.strip_prefix(b"* ").unwrap_or(frame).len();
        return Some(parse_data(frame, start).unwrap_or(Response::Unknown));
    }
    let space = memchr::memchr(b' ', line)?;
    let (tag, rest) = line.split_at_checked(space)?;
    let tag = std::str::from_utf8(tag).ok()?.to_owned();
    Some(Response::Tagged(tag, parse_status(rest.get(1..)?)?))
}

fn trim_line_end(frame: &[u8]) -> &[u8] {
    let line = frame.strip_suffix(b"\n").unwrap_or(frame);
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn parse_status(rest: &[u8]) -> Option<Status> {
    let (word, rest) = match memchr::memchr(b' ', rest) {
        Some(space) => (rest.get(..space)?, rest.get(space + 1..)?),
        None => (rest, &[][..]),
    };
    let verdict = Verdict::parse(word)?;
    let rest = String::from_utf8_lossy(rest);
    let code_and_text = rest
        .strip_prefix('[')
        .and_then(|inside| inside.split_once(']'));
    let (code, text) = match code_and_text {
        Some((code, text)) => (Some(Code::parse(code)), text),
        None => (None, &*rest),
    };
    // A server's words end in logs and on pages: one line, of bounded length.
    let text = text
        .trim()
        .chars()
        .filter(|c| !c.is_control())
        .take(500)
        .collect();
    Some(Status {
        verdict,
        code,
        text,
    })
}

fn parse_data(frame: &Bytes, start: usize) -> Option<Response> {
    let mut reader = Reader { frame, at: start };
    let mut values = reader.values(0, false)?.into_iter();
    let first = values.next()?;
    let number = first.as_number();
    let name = match number {
        Some(_) => values.next()?,
        None => first,
    };
    Some(Response::Data {
        number,
        name: name.as_atom()?.to_ascii_uppercase(),
        values: values.collect(),
    })
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
