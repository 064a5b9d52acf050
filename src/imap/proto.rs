//! Reading answers with imap-proto.
//!
//! Each function gets a whole frame of one kind of answer and gives `None` when imap-proto cannot
//! read it, or reads it otherwise than it is meant. What makes imap-proto (0.17) panic or recurse
//! without bound is not handed to it: `INTERNALDATE NIL`, `BODYSTRUCTURE`, METADATA, and the words
//! after a code, which it cuts at the first octet wherever a character ends.

use bytes::Bytes;
use imap_proto::{AttributeValue, Capability, MailboxDatum, NameAttribute, Response};

use super::code::{Code, Verdict};
use super::fetch::Fetched;
use super::flag::{self, Flag};
use super::folder::ListedFolder;
use crate::ids::PrimaryUid;

/// The answer that fills the frame to its end.
fn parse(frame: &[u8]) -> Option<Response<'_>> {
    match Response::parse(frame) {
        Ok((b"", response)) => Some(response),
        _ => None,
    }
}

/// A status answer from its tag (`*` for none), its word and its code with brackets, if it has one.
pub(super) fn status(tag: &[u8], word: &[u8], code: &[u8]) -> Option<Conclusion> {
    // A code that it cannot make sense of must not hide the verdict.
    let mut read = status_line(tag, word, code).or_else(|| status_line(tag, word, b""))?;
    if let Some(inside) = code.strip_prefix(b"[").and_then(|c| c.strip_suffix(b"]")) {
        let named = || Code::named(&String::from_utf8_lossy(inside));
        read.code = Some(read.code.unwrap_or_else(named));
    }
    Some(read)
}

/// A status answer without its words.
pub(super) struct Conclusion {
    /// Of which command; `None` for an untagged one.
    pub(super) tag: Option<String>,
    pub(super) verdict: Verdict,
    pub(super) code: Option<Code>,
}

fn status_line(tag: &[u8], word: &[u8], code: &[u8]) -> Option<Conclusion> {
    // Some send blanks at the end.
    let line = [tag, b" ", word.trim_ascii_end(), b" ", code, b"\r\n"].concat();
    let (tag, status, outcome) = match parse(&line)? {
        Response::Done {
            tag,
            status,
            outcome,
        } => (Some(tag.0), status, outcome),
        Response::Data { status, outcome } => (None, status, outcome),
        _ => return None,
    };
    let verdict = match status {
        imap_proto::Status::Ok => Verdict::Ok,
        imap_proto::Status::No => Verdict::No,
        imap_proto::Status::Bad => Verdict::Bad,
        imap_proto::Status::Bye => Verdict::Bye,
        imap_proto::Status::PreAuth => Verdict::Preauth,
    };
    Some(Conclusion {
        tag,
        verdict,
        code: outcome.code.and_then(Code::known),
    })
}

/// `* CAPABILITY …`; it refuses a list without IMAP4rev1.
pub(super) fn capability(frame: &[u8]) -> Option<Vec<String>> {
    match parse(frame)? {
        Response::Capabilities(list) => Some(capability_names(&list)),
        _ => None,
    }
}

/// In upper case.
pub(super) fn capability_names(list: &[Capability<'_>]) -> Vec<String> {
    let name = |capability: &Capability<'_>| match capability {
        Capability::Imap4rev1 => "IMAP4REV1".to_owned(),
        Capability::Auth(mechanism) => format!("AUTH={mechanism}").to_ascii_uppercase(),
        Capability::Atom(atom) => atom.to_ascii_uppercase(),
    };
    list.iter().map(name).collect()
}

/// `* 12 EXISTS`.
pub(super) fn exists(frame: &[u8]) -> Option<u32> {
    match parse(frame)? {
        Response::MailboxData(MailboxDatum::Exists(count)) => Some(count),
        _ => None,
    }
}

/// `* SEARCH 4 8`, for a search by UID.
pub(super) fn search(frame: &[u8]) -> Option<Vec<PrimaryUid>> {
    let Response::MailboxData(MailboxDatum::Search(found)) = parse(frame)? else {
        return None;
    };
    let uid = |n: u32| n.try_into().ok().map(PrimaryUid);
    found.into_iter().map(uid).collect()
}

/// `* LIST …`. It does not tell a quoted string, whose escapes it keeps, from a literal, and puts
/// U+FFFD in place of what is not UTF-8: such a name or separator is not its to read.
pub(super) fn list(frame: &[u8]) -> Option<ListedFolder> {
    let Response::MailboxData(MailboxDatum::List(data)) = parse(frame)? else {
        return None;
    };
    let separator = data.delimiter.as_deref().unwrap_or_default();
    let doubtful = |text: &str| text.contains(['\\', '\u{FFFD}']);
    if doubtful(&data.name) || doubtful(separator) {
        return None;
    }
    let attributes: Vec<_> = data.name_attributes.iter().map(attribute_name).collect();
    Some(ListedFolder::new(
        &data.name,
        separator.chars().next(),
        &attributes,
    ))
}

fn attribute_name<'a>(attribute: &'a NameAttribute<'_>) -> &'a str {
    match attribute {
        NameAttribute::NoInferiors => "\\Noinferiors",
        NameAttribute::NoSelect => "\\Noselect",
        NameAttribute::Marked => "\\Marked",
        NameAttribute::Unmarked => "\\Unmarked",
        NameAttribute::All => "\\All",
        NameAttribute::Archive => "\\Archive",
        NameAttribute::Drafts => "\\Drafts",
        NameAttribute::Flagged => "\\Flagged",
        NameAttribute::Junk => "\\Junk",
        NameAttribute::Sent => "\\Sent",
        NameAttribute::Trash => "\\Trash",
        NameAttribute::Extension(name) => name,
        _ => "",
    }
}

/// `* 3 FETCH (…)`. It passes silently over attributes that it cannot read (a size of 4 GB): an
/// answer with such a one is not its to read. `None` also without a UID.
pub(super) fn fetch(frame: &Bytes) -> Option<Fetched> {
    const NOT_FOR_IT: [&[u8]; 2] = [b"INTERNALDATE NIL", b"BODYSTRUCTURE"];
    if NOT_FOR_IT.iter().any(|words| has_words(frame, words)) {
        return None;
    }
    let Response::Fetch(_, attributes) = parse(frame)? else {
        return None;
    };
    let mut uid = None;
    let (mut flags, mut internal_date, mut size_bytes, mut bytes) = (None, None, None, None);
    for attribute in attributes {
        match attribute {
            AttributeValue::Uid(n) => uid = n.try_into().ok().map(PrimaryUid),
            AttributeValue::Flags(list) => {
                flags = Some(list.iter().filter_map(|f| Flag::parse(f)).collect());
            }
            AttributeValue::InternalDate(date) => internal_date = flag::parse_date_time(&date),
            AttributeValue::Rfc822Size(n) => size_bytes = Some(u64::from(n)),
            AttributeValue::BodySection {
                data: Some(data), ..
            } => bytes = Some(section_bytes(frame, &data)?),
            AttributeValue::Unknown => return None,
            _ => {}
        }
    }
    Some(Fetched {
        uid: uid?,
        flags,
        internal_date,
        size_bytes,
        // Unknown to it: such an answer is not its to read.
        guid: None,
        bytes,
    })
}

/// `data` as a part of `frame`, without copying; `None` for a quoted string with escapes.
fn section_bytes(frame: &Bytes, data: &[u8]) -> Option<Bytes> {
    if data.is_empty() {
        return Some(Bytes::new());
    }
    let start = data.as_ptr().addr().checked_sub(frame.as_ptr().addr())?;
    let end = start.checked_add(data.len())?;
    if end > frame.len() {
        return None;
    }
    let quoted = frame.get(start.checked_sub(1)?) == Some(&b'"');
    if quoted && data.contains(&b'\\') {
        return None;
    }
    Some(frame.slice(start..end))
}

/// Whether `words` (upper case) stand anywhere, in any case.
fn has_words(frame: &[u8], words: &[u8]) -> bool {
    let Some(&first) = words.first() else {
        return true;
    };
    memchr::memchr2_iter(first, first.to_ascii_lowercase(), frame).any(|at| {
        let found = frame.get(at..at + words.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(words))
    })
}
