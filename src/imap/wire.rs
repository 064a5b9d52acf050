//! Answers as the server writes them: their frames, and what each of them is.

use bytes::Bytes;

use super::code::{Code, Verdict};
use super::fetch::Fetched;
use super::folder::ListedFolder;
use super::proto;
use super::status::FolderStatus;
use super::value::{self, Value};
use crate::ids::PrimaryUid;

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
    /// Another untagged answer.
    Data(Data),
}

/// What an untagged answer tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Data {
    /// What the server can do, in upper case.
    Capability(Vec<String>),
    /// How many messages the open folder holds.
    Exists(u32),
    /// A message.
    Fetch(Fetched),
    /// A folder.
    List(ListedFolder),
    /// The values of a NAMESPACE.
    Namespace(Vec<Value>),
    /// The values of a MYRIGHTS.
    MyRights(Vec<Value>),
    /// What was found.
    Search(Vec<PrimaryUid>),
    /// How a folder stands.
    FolderStatus(FolderStatus),
    /// Nothing that anything here asks for, or not to be made sense of.
    Other,
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
    if frame.first() == Some(&b'+') {
        return Some(Response::Continue);
    }
    let line = trim_line_end(frame);
    let Some(rest) = line.strip_prefix(b"* ") else {
        return status(line);
    };
    let (word, after) = split_word(rest);
    if Verdict::parse(word).is_some() {
        return status(line);
    }
    let name = if word.iter().all(u8::is_ascii_digit) {
        split_word(after).0
    } else {
        word
    };
    data(name, frame).map(Response::Data)
}

/// By its name, so that imap-proto gets nothing that nobody here asks for.
fn data(name: &[u8], frame: &Bytes) -> Option<Data> {
    Some(match name.to_ascii_uppercase().as_slice() {
        b"CAPABILITY" => proto::capability(frame)
            .or_else(|| own_capability(frame))
            .map_or(Data::Other, Data::Capability),
        b"EXISTS" => Data::Exists(proto::exists(frame)?),
        b"FETCH" => proto::fetch(frame)
            .or_else(|| Fetched::parse(own_values(frame)?.get(2..)?))
            .map_or(Data::Other, Data::Fetch),
        b"LIST" => proto::list(frame)
            .or_else(|| ListedFolder::parse(own_values(frame)?.get(1..)?))
            .map_or(Data::Other, Data::List),
        b"STATUS" => own_values(frame)
            .and_then(|values| FolderStatus::parse(values.get(1..)?))
            .map_or(Data::Other, Data::FolderStatus),
        b"NAMESPACE" => own_values(frame)
            .and_then(|values| Some(values.get(1..)?.to_vec()))
            .map_or(Data::Other, Data::Namespace),
        b"MYRIGHTS" => own_values(frame).map_or(Data::Other, Data::MyRights),
        // To take it for nothing would mean that nothing was found.
        b"SEARCH" => Data::Search(proto::search(frame)?),
        _ => Data::Other,
    })
}

/// What stands behind `* `.
fn own_values(frame: &Bytes) -> Option<Vec<Value>> {
    value::values(frame, b"* ".len())
}

fn own_capability(frame: &Bytes) -> Option<Vec<String>> {
    let values = own_values(frame)?;
    let atoms = values.iter().skip(1).filter_map(Value::as_atom);
    Some(atoms.map(str::to_ascii_uppercase).collect())
}

fn trim_line_end(frame: &[u8]) -> &[u8] {
    let line = frame.strip_suffix(b"\n").unwrap_or(frame);
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn split_word(line: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memchr(b' ', line).and_then(|space| line.split_at_checked(space)) {
        Some((word, after)) => (word, after.get(1..).unwrap_or_default()),
        None => (line, &[]),
    }
}

/// Tag or `*`, word, code and text.
fn status(line: &[u8]) -> Option<Response> {
    let (tag, rest) = split_word(line);
    let (word, rest) = split_word(rest);
    let code_end = match rest.first() {
        Some(b'[') => memchr::memchr(b']', rest),
        _ => None,
    };
    let (code, text) = match code_end {
        Some(end) => rest.split_at_checked(end + 1)?,
        None => (&[][..], rest),
    };
    let read = proto::status(tag, word, code)?;
    // A server's words end in logs and on pages: one line, of bounded length.
    let text = String::from_utf8_lossy(text);
    let text = text.trim().chars().filter(|c| !c.is_control());
    let status = Status {
        verdict: read.verdict,
        code: read.code,
        text: text.take(500).collect(),
    };
    Some(match read.tag {
        Some(tag) => Response::Tagged(tag, status),
        None => Response::Status(status),
    })
}
