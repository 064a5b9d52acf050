//! From what somebody typed to a message: recipients, threading, files, bytes. Pure.
//!
//! Refuses control characters in every field that becomes a header, so that nothing typed can add
//! one.

use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address as HeaderAddress;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::message_id::MessageId;
use mail_builder::mime::MimePart;

use super::mailbox_write::Letter;
use crate::clock::Timestamp;
use crate::ids::{Address, random_bytes};
use crate::mail::fields::{Fields, mailboxes};
use crate::mail::{Mailbox as Person, Summary};
use crate::store::messages::WrittenFile;

/// Most recipients of one message.
pub const RECIPIENTS_MAX: usize = 200;
/// Longest subject, in bytes.
const SUBJECT_BYTES_MAX: usize = 900;
/// Longest field of recipients, as typed, in bytes.
pub const FIELD_BYTES_MAX: usize = 64 * 1024;
/// The last field of a header, before what says of what type the body is.
const MIME_VERSION: &[u8] = b"MIME-Version: 1.0\r\n";
/// Most ids in References; the first and the newest are kept.
const REFERENCES_MAX: usize = 20;

/// Where in a letter something is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// To.
    To,
    /// Cc.
    Cc,
    /// Bcc.
    Bcc,
    /// Subject.
    Subject,
}

/// What is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LetterError {
    /// Nobody would get it.
    #[error("there is no recipient")]
    NoRecipient,
    /// Something among the recipients is no address.
    #[error("a recipient is not an address")]
    NotAnAddress {
        /// Where.
        field: Field,
        /// What was typed there.
        text: String,
    },
    /// Too many recipients.
    #[error("{count} recipients are too many")]
    TooMany {
        /// How many there are.
        count: usize,
    },
    /// The From address is not one of the mailbox's own.
    #[error("the From address is not an own one")]
    NotOwn,
    /// A character that mail cannot carry in a header.
    #[error("a field has a control character")]
    Control {
        /// Where.
        field: Field,
    },
    /// The message cannot be put together.
    #[error("the message cannot be built")]
    Unbuildable,
}

/// From and to whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// The sender.
    pub from: Person,
    to: Vec<Person>,
    cc: Vec<Person>,
    bcc: Vec<Person>,
}

impl Envelope {
    /// Of a letter that is to be sent.
    pub fn of(letter: &Letter, own: &[Person]) -> Result<Self, LetterError> {
        let envelope = Self::read(letter, own)?;
        let count = envelope.recipients().len();
        if count == 0 {
            return Err(LetterError::NoRecipient);
        }
        if count > RECIPIENTS_MAX {
            return Err(LetterError::TooMany { count });
        }
        Ok(envelope)
    }

    /// Of a letter that is to be saved: whatever was typed, as far as a header can hold it.
    pub fn of_draft(letter: &Letter, own: &[Person]) -> Self {
        let from = from_of(letter, own).or_else(|| own.first().cloned());
        let some = |text: &str| {
            let text = one_line(cut(text, FIELD_BYTES_MAX)).replace(';', ",");
            mailboxes(text.as_bytes(), RECIPIENTS_MAX).0
        };
        Self {
            from: from.unwrap_or_default(),
            to: some(&letter.to),
            cc: some(&letter.cc),
            bcc: some(&letter.bcc),
        }
    }

    fn read(letter: &Letter, own: &[Person]) -> Result<Self, LetterError> {
        let from = from_of(letter, own).ok_or(LetterError::NotOwn)?;
        if letter.subject.chars().any(char::is_control) {
            return Err(LetterError::Control {
                field: Field::Subject,
            });
        }
        Ok(Self {
            from,
            to: people(&letter.to, Field::To)?,
            cc: people(&letter.cc, Field::Cc)?,
            bcc: people(&letter.bcc, Field::Bcc)?,
        })
    }

    /// The addresses that get it, each once.
    pub fn recipients(&self) -> Vec<String> {
        let mut seen = Vec::new();
        let mut recipients: Vec<String> = Vec::new();
        for person in self.to.iter().chain(&self.cc).chain(&self.bcc) {
            let folded = person.address.to_lowercase();
            if !seen.contains(&folded) {
                seen.push(folded);
                recipients.push(person.address.clone());
            }
        }
        recipients
    }

    /// The Bcc field for the sender's own copy; what is sent has none.
    pub fn bcc_field(&self) -> Vec<u8> {
        if self.bcc.is_empty() {
            return Vec::new();
        }
        let message = MessageBuilder::new()
            .bcc(header_addresses(&self.bcc))
            .write_to_vec()
            .unwrap_or_default();
        Fields::find(&message, "bcc")
            .and_then(|field| message.get(field.start..field.end))
            .unwrap_or_default()
            .to_vec()
    }
}

/// The own address that a letter comes from; the first one where none was chosen.
fn from_of(letter: &Letter, own: &[Person]) -> Option<Person> {
    own.iter()
        .find(|person| person.address.eq_ignore_ascii_case(letter.from.trim()))
        .or_else(|| own.first().filter(|_| letter.from.trim().is_empty()))
        .cloned()
}

/// Reads what was typed into To, Cc or Bcc.
fn people(text: &str, field: Field) -> Result<Vec<Person>, LetterError> {
    if text.chars().any(|c| c.is_control() && c != '\t') {
        return Err(LetterError::Control { field });
    }
    if text.len() > FIELD_BYTES_MAX {
        let count = text.matches([',', ';']).count().max(RECIPIENTS_MAX) + 1;
        return Err(LetterError::TooMany { count });
    }
    let text = text.replace(';', ",");
    let text = text.trim_matches([' ', ',', '\t']);
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let (found, more) = mailboxes(text.as_bytes(), RECIPIENTS_MAX + 1);
    let not_an_address = |text: &str| LetterError::NotAnAddress {
        field,
        text: text.chars().take(100).collect(),
    };
    if more > 0 {
        return Err(LetterError::TooMany {
            count: found.len() + more,
        });
    }
    if found.is_empty() {
        return Err(not_an_address(text));
    }
    for person in &found {
        if person.address.parse::<Address>().is_err() {
            let label = if person.address.is_empty() {
                person.label()
            } else {
                &person.address
            };
            return Err(not_an_address(label));
        }
    }
    Ok(found)
}

fn header_addresses(people: &[Person]) -> HeaderAddress<'_> {
    HeaderAddress::new_list(
        people
            .iter()
            .map(|person| {
                HeaderAddress::new_address(person.name.as_deref(), person.address.as_str())
            })
            .collect(),
    )
}

/// What goes into In-Reply-To and References (RFC 5322 §3.6.4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thread {
    in_reply_to: Option<String>,
    references: Vec<String>,
}

impl Thread {
    /// Of an answer to a message.
    pub fn answering(answered: &Summary) -> Self {
        let mut references = answered.references.clone();
        if references.is_empty() {
            references.extend(answered.in_reply_to.clone());
        }
        references.extend(answered.message_id.clone());
        if references.len() > REFERENCES_MAX {
            let surplus = references.len() - REFERENCES_MAX;
            references.drain(1..=surplus);
        }
        Self {
            in_reply_to: answered.message_id.clone(),
            references,
        }
    }

    /// Of a draft that is written on.
    pub fn continued(draft: &Summary) -> Self {
        Self {
            in_reply_to: draft.in_reply_to.clone(),
            references: draft.references.clone(),
        }
    }
}

/// A type as it may stand in a header: no parameters, nothing odd, and never a container.
pub(super) fn plain_type(text: &str) -> String {
    let bare = text.split(';').next().unwrap_or_default().trim();
    let is_token = |part: &str| {
        (1..=60).contains(&part.len())
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b))
    };
    match bare.split_once('/') {
        Some((top, sub))
            if is_token(top) && is_token(sub) && !matches!(top, "multipart" | "message") =>
        {
            bare.to_ascii_lowercase()
        }
        _ => "application/octet-stream".to_owned(),
    }
}

/// The header of a message, all but what says of what type its body is. CR LF line ends, without the
/// blank line. A draft keeps its Bcc field, a sent message has none.
pub fn header(
    letter: &Letter,
    envelope: &Envelope,
    thread: &Thread,
    stage: Stage,
    message_id: &str,
    now: Timestamp,
) -> Result<Vec<u8>, LetterError> {
    let mut builder = MessageBuilder::new()
        .from(HeaderAddress::new_address(
            envelope.from.name.as_deref(),
            envelope.from.address.as_str(),
        ))
        .date(now.as_secs())
        .message_id(message_id);
    let subject = one_line(&letter.subject);
    builder = builder.subject(cut(subject.trim(), SUBJECT_BYTES_MAX));
    if !envelope.to.is_empty() {
        builder = builder.to(header_addresses(&envelope.to));
    }
    if !envelope.cc.is_empty() {
        builder = builder.cc(header_addresses(&envelope.cc));
    }
    if stage == Stage::Draft && !envelope.bcc.is_empty() {
        builder = builder.bcc(header_addresses(&envelope.bcc));
    }
    if let Some(id) = &thread.in_reply_to {
        builder = builder.in_reply_to(MessageId::from(id.as_str()));
    }
    if !thread.references.is_empty() {
        let ids: Vec<&str> = thread.references.iter().map(String::as_str).collect();
        builder = builder.references(MessageId::from(ids.as_slice()));
    }
    let mut header = builder
        .body(MimePart::new("text/plain", ""))
        .write_to_vec()
        .map_err(|_| LetterError::Unbuildable)?;
    let end = memchr::memmem::rfind(&header, MIME_VERSION).ok_or(LetterError::Unbuildable)?;
    header.truncate(end + MIME_VERSION.len());
    Ok(header)
}

/// Whether a message can still be written on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It can.
    Draft,
    /// It is sent.
    Final,
}

/// A Message-ID that nothing else has, at the sender's domain.
pub fn new_message_id(envelope: &Envelope) -> String {
    let domain = envelope.from.address.rsplit('@').next().unwrap_or_default();
    let unique = random_bytes::<16>().map(|byte| format!("{byte:02x}"));
    format!("{}@{domain}", unique.concat())
}

/// What was written as a part: its own header fields, the blank line, the text encoded. With formatting
/// it is both, for who reads plain text and for who does not (RFC 2046 §5.1.4).
pub fn text_part(letter: &Letter) -> Vec<u8> {
    let mut out = Vec::with_capacity(letter.text.len() + 256);
    let plain = MimePart::new("text/plain", crlf(&letter.text));
    let part = match &letter.formatted {
        None => plain,
        Some(formatted) => {
            let boundary = new_boundary();
            MimePart::new(
                ContentType::new("multipart/alternative").attribute("boundary", boundary),
                vec![
                    plain,
                    MimePart::new("text/html", crlf(&formatted.document())),
                ],
            )
        }
    };
    part.write_part(&mut out);
    out
}

/// What stands between parts, and never in encoded text (RFC 2045 §6.7).
pub fn new_boundary() -> String {
    let unique = random_bytes::<12>().map(|byte| format!("{byte:02x}"));
    format!("=_{}", unique.concat())
}

/// What follows the header of a message with files, up to the header of its first part.
pub fn multipart_head(boundary: &str) -> Vec<u8> {
    format!("Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n")
        .into_bytes()
}

/// What stands before the base64 of a file.
pub fn file_head(boundary: &str, file: &WrittenFile) -> Vec<u8> {
    let mut out = format!("\r\n--{boundary}\r\n").into_bytes();
    let nothing: &[u8] = b"";
    MimePart::new(file.content_type.as_str(), nothing)
        .attachment(file.name.as_str())
        .transfer_encoding("base64")
        .write_part(&mut out);
    out
}

/// Control characters become spaces.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// The text with CR LF line ends and without NUL.
fn crlf(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    for line in text.lines() {
        out.extend(line.chars().filter(|c| !matches!(c, '\0' | '\r')));
        out.push_str("\r\n");
    }
    out
}

pub(super) fn cut(text: &str, bytes_max: usize) -> &str {
    let end = (0..=bytes_max.min(text.len()))
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

/// Who an answer goes to: `(To, Cc)`. A reply to one's own message goes to whom that went.
pub fn answer_to(message: &[u8], own: &[Person], is_to_all: bool) -> (Vec<Person>, Vec<Person>) {
    let field = |name: &str| {
        Fields::find(message, name)
            .map(|field| mailboxes(field.value, RECIPIENTS_MAX).0)
            .unwrap_or_default()
    };
    let is_own = |person: &Person| {
        own.iter()
            .any(|own| own.address.eq_ignore_ascii_case(&person.address))
    };
    let from = field("from");
    let is_from_self = !from.is_empty() && from.iter().all(is_own);
    let mut to = if is_from_self {
        field("to")
    } else {
        let reply_to = field("reply-to");
        if reply_to.is_empty() { from } else { reply_to }
    };
    let mut cc = Vec::new();
    if is_to_all {
        if !is_from_self {
            cc.extend(field("to").into_iter().filter(|person| !is_own(person)));
        }
        cc.extend(field("cc").into_iter().filter(|person| !is_own(person)));
    }
    let mut seen = Vec::new();
    for list in [&mut to, &mut cc] {
        list.retain(|person| {
            let folded = person.address.to_lowercase();
            let is_new = !folded.is_empty() && !seen.contains(&folded);
            if is_new {
                seen.push(folded);
            }
            is_new
        });
    }
    (to, cc)
}

/// People as they stand in a field for typing: `Ann Schmidt <ann@example.com>, …`.
pub fn as_typed(people: &[Person]) -> String {
    let one = |person: &Person| match &person.name {
        Some(name) if !name.is_empty() => {
            let is_plain = name
                .chars()
                .all(|c| c.is_alphanumeric() || " '-_".contains(c));
            if is_plain {
                format!("{name} <{}>", person.address)
            } else {
                let quoted = name.replace(['\\', '"'], "");
                format!("\"{quoted}\" <{}>", person.address)
            }
        }
        _ => person.address.clone(),
    };
    people.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
