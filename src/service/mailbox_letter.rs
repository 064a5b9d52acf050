//! From what somebody typed to a message: recipients, threading, files, bytes. Pure.
//!
//! Refuses control characters in every field that becomes a header, so that nothing typed can add
//! one.

use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address as HeaderAddress;
use mail_builder::headers::message_id::MessageId;

use super::mailbox_write::{Letter, Upload};
use crate::clock::Timestamp;
use crate::ids::{Address, random_bytes};
use crate::mail::attachment::safe_file_name;
use crate::mail::fields::{Fields, mailboxes};
use crate::mail::view::View;
use crate::mail::{Mailbox as Person, Summary};

/// Most recipients of one message.
pub const RECIPIENTS_MAX: usize = 200;
/// Longest subject, in bytes.
const SUBJECT_BYTES_MAX: usize = 900;
/// Largest file that is kept from another message, in bytes.
const KEPT_BYTES_MAX: usize = 64 * 1024 * 1024;
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
        let envelope = Self::read(letter, own, true)?;
        let count = envelope.recipients().len();
        if count == 0 {
            return Err(LetterError::NoRecipient);
        }
        if count > RECIPIENTS_MAX {
            return Err(LetterError::TooMany { count });
        }
        Ok(envelope)
    }

    /// Of a letter that is to be saved: what is no address yet is kept as it was typed.
    pub fn of_draft(letter: &Letter, own: &[Person]) -> Result<Self, LetterError> {
        Self::read(letter, own, false)
    }

    fn read(letter: &Letter, own: &[Person], is_strict: bool) -> Result<Self, LetterError> {
        let from = own
            .iter()
            .find(|person| person.address.eq_ignore_ascii_case(letter.from.trim()))
            .or_else(|| own.first().filter(|_| letter.from.trim().is_empty()))
            .cloned()
            .ok_or(LetterError::NotOwn)?;
        if letter.subject.chars().any(char::is_control) {
            return Err(LetterError::Control {
                field: Field::Subject,
            });
        }
        Ok(Self {
            from,
            to: people(&letter.to, Field::To, is_strict)?,
            cc: people(&letter.cc, Field::Cc, is_strict)?,
            bcc: people(&letter.bcc, Field::Bcc, is_strict)?,
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

/// Reads what was typed into To, Cc or Bcc.
fn people(text: &str, field: Field, is_strict: bool) -> Result<Vec<Person>, LetterError> {
    if text.chars().any(|c| c.is_control() && c != '\t') {
        return Err(LetterError::Control { field });
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
    if is_strict {
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

/// The files of a message.
#[derive(Debug, Default)]
pub struct Files(Vec<File>);

#[derive(Debug)]
struct File {
    name: String,
    content_type: String,
    bytes: Vec<u8>,
}

impl Files {
    /// Takes files over from a message, as it lies in the store.
    pub fn keep(&mut self, message: &[u8], parts: impl Iterator<Item = usize>) {
        let view = View::parse(message);
        for part in parts {
            let Some(known) = view.attachments.iter().find(|file| file.part == part) else {
                continue;
            };
            let Some(bytes) = view.part_bytes(message, part, KEPT_BYTES_MAX) else {
                continue;
            };
            self.0.push(File {
                name: known.file_name.clone(),
                content_type: plain_type(&known.content_type),
                bytes,
            });
        }
    }

    /// Adds a file that was chosen.
    pub fn add(&mut self, upload: &Upload) {
        let content_type = plain_type(&upload.content_type);
        self.0.push(File {
            name: safe_file_name(Some(&upload.name), self.0.len() + 1, &content_type),
            content_type,
            bytes: upload.bytes.to_vec(),
        });
    }

    /// How large they are together, in bytes.
    pub fn size_bytes(&self) -> u64 {
        self.0.iter().map(|file| file.bytes.len() as u64).sum()
    }
}

/// A type as it may stand in a header: no parameters, nothing odd, and never a container.
fn plain_type(text: &str) -> String {
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

/// The message as bytes with CR LF line ends. A draft keeps its Bcc field, a sent message has none.
pub fn build(
    letter: &Letter,
    envelope: &Envelope,
    thread: &Thread,
    files: Files,
    is_draft: bool,
    now: Timestamp,
) -> Result<Vec<u8>, LetterError> {
    let domain = envelope.from.address.rsplit('@').next().unwrap_or_default();
    let unique: String = random_bytes::<16>()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let mut builder = MessageBuilder::new()
        .from(HeaderAddress::new_address(
            envelope.from.name.as_deref(),
            envelope.from.address.as_str(),
        ))
        .date(now.as_secs())
        .message_id(format!("{unique}@{domain}"));
    let subject = cut(letter.subject.trim(), SUBJECT_BYTES_MAX);
    builder = builder.subject(subject);
    if !envelope.to.is_empty() {
        builder = builder.to(header_addresses(&envelope.to));
    }
    if !envelope.cc.is_empty() {
        builder = builder.cc(header_addresses(&envelope.cc));
    }
    if is_draft && !envelope.bcc.is_empty() {
        builder = builder.bcc(header_addresses(&envelope.bcc));
    }
    if let Some(id) = &thread.in_reply_to {
        builder = builder.in_reply_to(MessageId::from(id.as_str()));
    }
    if !thread.references.is_empty() {
        let ids: Vec<&str> = thread.references.iter().map(String::as_str).collect();
        builder = builder.references(MessageId::from(ids.as_slice()));
    }
    builder = builder.text_body(crlf(&letter.text));
    for file in files.0 {
        builder = builder.attachment(file.content_type, file.name, file.bytes);
    }
    builder.write_to_vec().map_err(|_| LetterError::Unbuildable)
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

fn cut(text: &str, bytes_max: usize) -> &str {
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
