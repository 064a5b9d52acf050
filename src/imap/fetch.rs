//! What FETCH asks for and what it gives.

use bytes::Bytes;

use crate::clock::Timestamp;
use crate::ids::PrimaryUid;

use super::flag::{self, Flag};
use super::value::Value;

/// Which bytes of a message are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Section {
    /// None.
    #[default]
    None,
    /// All of it.
    Whole,
    /// Its header.
    Header,
    /// Its Received fields.
    Received,
}

/// What is wanted of each message; its UID always comes along.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Flags and keywords.
    pub flags: bool,
    /// INTERNALDATE.
    pub internal_date: bool,
    /// RFC822.SIZE.
    pub size: bool,
    /// Dovecot's X-GUID: what a message keeps when it is moved.
    pub guid: bool,
    /// Bytes, without setting `\Seen`.
    pub section: Section,
}

impl Wanted {
    pub(super) fn items(self) -> Vec<&'static str> {
        let section = match self.section {
            Section::None => None,
            Section::Whole => Some("BODY.PEEK[]"),
            Section::Header => Some("BODY.PEEK[HEADER]"),
            Section::Received => Some("BODY.PEEK[HEADER.FIELDS (RECEIVED)]"),
        };
        let items = [
            Some("UID"),
            self.flags.then_some("FLAGS"),
            self.internal_date.then_some("INTERNALDATE"),
            self.size.then_some("RFC822.SIZE"),
            self.guid.then_some("X-GUID"),
            section,
        ];
        items.into_iter().flatten().collect()
    }

    /// Whether `fetched` has all of it: an answer may also be news of another session's change.
    pub(super) fn met_by(self, fetched: &Fetched) -> bool {
        (!self.flags || fetched.flags.is_some())
            && (!self.internal_date || fetched.internal_date.is_some())
            && (!self.size || fetched.size_bytes.is_some())
            && (!self.guid || fetched.guid.is_some())
            && (self.section == Section::None || fetched.bytes.is_some())
    }
}

/// One message of a FETCH; what was not wanted is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Its UID.
    pub uid: PrimaryUid,
    /// Its flags, without `\Recent`.
    pub flags: Option<Vec<Flag>>,
    /// Its INTERNALDATE.
    pub internal_date: Option<Timestamp>,
    /// Its RFC822.SIZE.
    pub size_bytes: Option<u64>,
    /// Its X-GUID.
    pub guid: Option<String>,
    /// The bytes of the section.
    pub bytes: Option<Bytes>,
}

impl Fetched {
    /// Reads the values of an untagged FETCH; `None` without a UID.
    pub(super) fn parse(values: &[Value]) -> Option<Self> {
        let [Value::List(attributes)] = values else {
            return None;
        };
        let mut uid = None;
        let (mut flags, mut internal_date, mut size_bytes, mut bytes) = (None, None, None, None);
        let mut guid = None;
        let (pairs, _) = attributes.as_chunks::<2>();
        for [name, value] in pairs {
            let name = name.as_atom()?.to_ascii_uppercase();
            match (name.as_str(), value) {
                ("UID", value) => uid = value.as_number(),
                ("FLAGS", Value::List(list)) => {
                    let list = list.iter().filter_map(Value::as_atom);
                    flags = Some(list.filter_map(Flag::parse).collect());
                }
                ("INTERNALDATE", Value::Text(text)) => {
                    internal_date = std::str::from_utf8(text)
                        .ok()
                        .and_then(flag::parse_date_time);
                }
                ("RFC822.SIZE", value) => size_bytes = value.as_number(),
                ("X-GUID", value) => {
                    let text = value.as_bytes().map(String::from_utf8_lossy);
                    guid = text.map(std::borrow::Cow::into_owned);
                }
                (body, Value::Text(text)) if body.starts_with("BODY[") => {
                    bytes = Some(text.clone());
                }
                _ => {}
            }
        }
        Some(Self {
            uid: uid?,
            flags,
            internal_date,
            size_bytes,
            guid,
            bytes,
        })
    }
}
