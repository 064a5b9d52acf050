//! The header scan on the accept path: from a message's bytes to its [`Summary`].
//!
//! Reads the header block and the first [`PEEK_BYTES`] of the message, whatever its size, so that
//! accepting 25 MB costs no more than accepting 25 KB.

use super::attachment;
use super::fields::{self, Field, Fields};
use super::mime::{Kind, Structure};
use super::params::Parametrised;
use super::snippet;
use super::summary::{
    Hints, Mailbox, PREVIEW_BYTES_MAX, RECIPIENTS_MAX, REFERENCES_MAX, SUBJECT_BYTES_MAX, Summary,
};
use super::words;

/// How much of a message is looked at for attachments and the preview, in bytes.
pub const PEEK_BYTES: usize = 64 * 1024;
/// How much of a message is enough to summarize it, in bytes.
pub const START_BYTES: usize = fields::HEADER_BYTES_MAX;
/// Most parts looked at.
const PEEK_PARTS_MAX: usize = 32;
/// How much text the preview is made from, in bytes.
const PREVIEW_SOURCE_BYTES: usize = 8 * 1024;

/// The summary of a message. Never fails: what is not there or cannot be read is left empty.
pub fn summarize(message: &[u8]) -> Summary {
    summarize_start(message, message.len() as u64)
}

/// The summary of a message of `len` bytes of which `message` is the start. [`START_BYTES`] of it
/// tell as much as all of it.
pub fn summarize_start(message: &[u8], len: u64) -> Summary {
    let mut summary = Summary::default();
    let mut sender = None;
    for field in Fields::new(message) {
        take_field(&mut summary, &mut sender, &field);
    }
    summary.from = summary.from.or(sender);
    peek(&mut summary, message, len);
    summary
}

fn take_field(summary: &mut Summary, sender: &mut Option<Mailbox>, field: &Field<'_>) {
    let name = field.name;
    let is = |wanted: &str| name.eq_ignore_ascii_case(wanted.as_bytes());
    match name.len() {
        2 if is("to") => add_mailboxes(&mut summary.to, &mut summary.recipients_more, field.value),
        2 if is("cc") => add_mailboxes(&mut summary.cc, &mut summary.recipients_more, field.value),
        4 if is("from") && summary.from.is_none() => summary.from = first_mailbox(field.value),
        4 if is("date") && summary.date.is_none() => summary.date = fields::date(field.value),
        6 if is("sender") => *sender = first_mailbox(field.value),
        7 if is("subject") && summary.subject.is_empty() => {
            summary.subject = fields::cut(words::decode_text(field.value), SUBJECT_BYTES_MAX);
        }
        10 if is("message-id") && summary.message_id.is_none() => {
            summary.message_id = fields::message_id(field.value);
        }
        10 if is("references") => summary.references = bounded_references(field.value),
        11 if is("in-reply-to") => summary.in_reply_to = fields::message_ids(field.value).next(),
        _ => take_hint(&mut summary.hints, field),
    }
}

fn take_hint(hints: &mut Hints, field: &Field<'_>) {
    let value = field.value.trim_ascii();
    let starts = |text: &[u8]| {
        value
            .get(..text.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(text))
    };
    if field.is("list-id") || field.is("list-unsubscribe") || field.is("list-post") {
        hints.list = true;
    } else if field.is("precedence") {
        hints.list |= starts(b"bulk") || starts(b"list") || starts(b"junk");
        hints.automatic |= starts(b"auto_reply");
    } else if field.is("auto-submitted") {
        hints.automatic |= !starts(b"no");
    } else if field.is("x-autoreply") || field.is("x-autorespond") {
        hints.automatic = true;
    } else if field.is("x-auto-response-suppress") || field.is("x-loop") || field.is("feedback-id")
    {
        hints.quiet = true;
    } else if field.is("x-spam-flag") || field.is("x-spam-status") || field.is("x-spam") {
        hints.spam |= starts(b"yes") || starts(b"true");
    } else if field.is("content-type") && starts(b"multipart/report") {
        hints.automatic = true;
    }
}

fn first_mailbox(value: &[u8]) -> Option<Mailbox> {
    fields::mailboxes(value, 1).0.into_iter().next()
}

fn add_mailboxes(kept: &mut Vec<Mailbox>, more: &mut u32, value: &[u8]) {
    let (found, beyond) = fields::mailboxes(value, RECIPIENTS_MAX.saturating_sub(kept.len()));
    kept.extend(found);
    *more = more.saturating_add(u32::try_from(beyond).unwrap_or(u32::MAX));
}

/// The ids of References; of too many the first, which names the conversation, and the newest.
pub fn bounded_references(value: &[u8]) -> Vec<String> {
    let mut ids: Vec<String> = fields::message_ids(value).collect();
    if ids.len() > REFERENCES_MAX {
        ids.drain(1..=ids.len() - REFERENCES_MAX);
    }
    ids
}

/// Looks into the start of the body: attachments, an invitation, the first words.
fn peek(summary: &mut Summary, message: &[u8], len: u64) {
    let start = message.get(..PEEK_BYTES).unwrap_or(message);
    let structure = Structure::parse_bounded(start, PEEK_PARTS_MAX);
    let count = structure.parts.len();
    summary.has_attachment = (0..count).any(|index| attachment::is_attached(&structure, index));
    let is_mixed = |content_type: &Parametrised| content_type.value == "multipart/mixed";
    if (start.len() as u64) < len && count <= 2 {
        // The first part fills all that was looked at: something follows it.
        let first = structure.parts.first();
        summary.has_attachment |= first.is_some_and(|part| is_mixed(&part.content_type));
    }
    summary.hints.calendar = structure.parts.iter().any(|p| p.is_type("text/calendar"));
    let text = structure
        .parts
        .iter()
        .find(|part| part.kind == Kind::Leaf && matches!(part.top_type(), "text" | "multipart"));
    if let Some(part) = text {
        let source = part.text(start, PREVIEW_SOURCE_BYTES);
        let is_html = part.is_type("text/html");
        summary.preview = snippet::preview(&source, is_html, PREVIEW_BYTES_MAX);
    }
}

#[cfg(test)]
mod tests;
