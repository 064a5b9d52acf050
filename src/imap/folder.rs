//! Folder names: modified UTF-7 (RFC 3501 §5.1.3) on the wire, Unicode for people.

use std::fmt;

use base64::Engine as _;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use serde::{Deserialize, Serialize};

use crate::mail::Role;

use super::value::Value;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &IMAP_MUTF7,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

/// A folder of a mailstore, kept exactly as its server writes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FolderName(String);

impl FolderName {
    /// The folder where mail arrives.
    pub fn inbox() -> Self {
        Self("INBOX".to_owned())
    }

    /// From a name for people; hierarchy separators are the caller's to place.
    pub fn from_text(text: &str) -> Self {
        Self(normal(encode(text)))
    }

    /// From a name as the server writes it.
    pub fn from_wire(wire: &str) -> Self {
        Self(normal(wire.to_owned()))
    }

    /// As the server writes it.
    pub fn as_wire(&self) -> &str {
        &self.0
    }

    /// For people; a name that is not modified UTF-7 stays as it is.
    pub fn to_text(&self) -> String {
        decode(&self.0).unwrap_or_else(|| self.0.clone())
    }

    /// Whether it is INBOX.
    pub fn is_inbox(&self) -> bool {
        self.0 == "INBOX"
    }
}

impl fmt::Display for FolderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

/// INBOX is the one name in which case does not count (RFC 9051 §5.1).
fn normal(wire: String) -> String {
    if wire.eq_ignore_ascii_case("INBOX") {
        "INBOX".to_owned()
    } else {
        wire
    }
}

fn encode(text: &str) -> String {
    let mut wire = String::with_capacity(text.len());
    let mut pending: Vec<u8> = Vec::new();
    let flush = |pending: &mut Vec<u8>, wire: &mut String| {
        if !pending.is_empty() {
            wire.push('&');
            BASE64.encode_string(&pending, wire);
            wire.push('-');
            pending.clear();
        }
    };
    for c in text.chars() {
        if matches!(c, ' '..='~') {
            flush(&mut pending, &mut wire);
            wire.push(c);
            if c == '&' {
                wire.push('-');
            }
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                pending.extend(unit.to_be_bytes());
            }
        }
    }
    flush(&mut pending, &mut wire);
    wire
}

fn decode(wire: &str) -> Option<String> {
    let mut text = String::with_capacity(wire.len());
    let mut rest = wire;
    while let Some((plain, shifted)) = rest.split_once('&') {
        text.push_str(plain);
        let (encoded, after) = shifted.split_once('-')?;
        if encoded.is_empty() {
            text.push('&');
        } else {
            let bytes = BASE64.decode(encoded).ok()?;
            let (pairs, odd) = bytes.as_chunks::<2>();
            if !odd.is_empty() {
                return None;
            }
            let units = pairs.iter().map(|pair| u16::from_be_bytes(*pair));
            for c in char::decode_utf16(units) {
                text.push(c.ok()?);
            }
        }
        rest = after;
    }
    text.push_str(rest);
    Some(text)
}

/// One line of a LIST.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedFolder {
    /// Its name.
    pub name: FolderName,
    /// What separates the levels of the hierarchy.
    pub separator: Option<char>,
    /// What it is for, as the server says (RFC 6154).
    pub role: Option<Role>,
    /// Whether it can hold messages of its own: not a mere level of the hierarchy, and not a view of
    /// other folders (`\All`, `\Flagged`, `\Important`).
    pub selectable: bool,
}

impl ListedFolder {
    /// Reads the values of an untagged LIST. A name that is not UTF-8 is skipped.
    pub(super) fn parse(values: &[Value]) -> Option<Self> {
        let [attributes, separator, name, ..] = values else {
            return None;
        };
        let attributes: Vec<_> = attributes
            .as_list()?
            .iter()
            .filter_map(Value::as_atom)
            .collect();
        let text = |value: &Value| str::from_utf8(value.as_bytes()?).ok().map(str::to_owned);
        let separator = text(separator).and_then(|s| s.chars().next());
        Some(Self::new(&text(name)?, separator, &attributes))
    }

    /// From the name as the server writes it.
    pub(super) fn new(name: &str, separator: Option<char>, attributes: &[&str]) -> Self {
        let has = |name: &str| attributes.iter().any(|a| a.eq_ignore_ascii_case(name));
        let name = FolderName::from_wire(name);
        let role = if name.is_inbox() {
            Some(Role::Inbox)
        } else {
            Role::ALL
                .into_iter()
                .find(|role| role.special_use().is_some_and(has))
        };
        Self {
            name,
            separator,
            role,
            selectable: ![
                "\\Noselect",
                "\\NonExistent",
                "\\All",
                "\\Flagged",
                "\\Important",
            ]
            .into_iter()
            .any(has),
        }
    }
}
