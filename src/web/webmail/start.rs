//! How a message starts: empty, as an answer, as a forward, or as the draft it was saved as.

use std::fmt::Write as _;

use super::message::subject_of;
use super::reading::whole;
use crate::ids::StandbyId;
use crate::mail::fields::{Fields, mailboxes};
use crate::mail::sanitize::Formatted;
use crate::mail::view::{Content, View};
use crate::mail::{Mailbox as Person, Summary};
use crate::service::attach::{Kept, kept_of};
use crate::service::mailbox::{self, Opened};
use crate::service::mailbox_letter::{answer_to, as_typed};
use crate::service::mailbox_write::{Answers, Letter};
use crate::store::messages::MessageRecord;
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::reader::Reader;
use crate::web::session::Session;
use crate::web::texts::Value;

/// Longest text that is quoted, in bytes.
const QUOTED_BYTES_MAX: usize = 64 * 1024;
/// Longest subject that is carried over, in characters.
const SUBJECT_CHARS_MAX: usize = 300;

/// What a new form is to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Nothing.
    Empty,
    /// An answer to the sender.
    Reply(StandbyId),
    /// An answer to all.
    ReplyAll(StandbyId),
    /// The message, for somebody else.
    Forward(StandbyId),
    /// The draft.
    Draft(StandbyId),
    /// What was sent, as a new message.
    Again(StandbyId),
}

/// The letter that a form starts with.
pub async fn letter(
    web: &Web,
    reader: &Reader,
    session: &Session,
    own: &[Person],
    start: Start,
) -> Result<Letter, Fault> {
    let id = match start {
        Start::Empty => return Ok(Letter::default()),
        Start::Reply(id)
        | Start::ReplyAll(id)
        | Start::Forward(id)
        | Start::Draft(id)
        | Start::Again(id) => id,
    };
    let opened = mailbox::open(&web.service, &session.actor, id)?;
    if let Start::Draft(_) | Start::Again(_) = start {
        return written(web, start, &opened.message).await;
    }
    let read = whole(web, &opened.message).await?;
    let (whole, view) = (&read.bytes, View::parse(&read.bytes));
    let kept = || {
        view.attachments
            .iter()
            .map(|file| Kept::Part {
                message: id,
                part: file.part,
            })
            .collect()
    };
    Ok(match start {
        Start::Empty | Start::Draft(_) | Start::Again(_) => Letter::default(),
        Start::Forward(_) => Letter {
            answer: Some(Answers::Forward(id)),
            kept: kept(),
            subject: prefixed("Fwd:", &opened.message.summary),
            text: forwarded(reader, &opened, &view),
            from: own_recipient(whole, own),
            ..Letter::default()
        },
        Start::Reply(_) | Start::ReplyAll(_) => {
            let (to, cc) = answer_to(whole, own, matches!(start, Start::ReplyAll(_)));
            Letter {
                answer: Some(Answers::Reply(id)),
                to: as_typed(&to),
                cc: as_typed(&cc),
                subject: prefixed("Re:", &opened.message.summary),
                text: quoted(reader, &opened, &view),
                from: own_recipient(whole, own),
                ..Letter::default()
            }
        }
    })
}

/// What was written here, as it was typed. Its files are not read.
async fn written(web: &Web, start: Start, message: &MessageRecord) -> Result<Letter, Fault> {
    let known = message.written.clone().unwrap_or_default();
    let view = if known.tail.has_text {
        View::parse(&whole(web, message).await?.bytes)
    } else {
        View::parse(&message.prefix)
    };
    let from = message.summary.from.as_ref();
    let formatted = draft_formatted(&view);
    let letter = Letter {
        from: from.map_or_else(String::new, |from| from.address.clone()),
        to: known.typed.to,
        cc: known.typed.cc,
        bcc: known.typed.bcc,
        subject: known.typed.subject,
        text: match &formatted {
            Some(formatted) => formatted.text(),
            None => draft_text(&view),
        },
        formatted,
        kept: kept_of(message),
        tell_success: known.tell_success,
        ..Letter::default()
    };
    Ok(match start {
        Start::Draft(id) => Letter {
            draft: Some(id),
            answer: known.answers,
            ..letter
        },
        _ => letter,
    })
}

/// The own address that a message was sent to: the answer comes from there.
fn own_recipient(whole: &[u8], own: &[Person]) -> String {
    let named: Vec<Person> = ["to", "cc"]
        .into_iter()
        .filter_map(|name| Fields::find(whole, name))
        .flat_map(|field| mailboxes(field.value, 200).0)
        .collect();
    own.iter()
        .find(|own| {
            named
                .iter()
                .any(|to| to.address.eq_ignore_ascii_case(&own.address))
        })
        .map_or_else(String::new, |own| own.address.clone())
}

/// The text of a draft with its formatting, if it has any.
fn draft_formatted(view: &View) -> Option<Formatted> {
    match view.segments.first().map(|segment| &segment.content) {
        Some(Content::Html { html, .. }) => Formatted::clean(html),
        Some(Content::Plain { .. }) | None => None,
    }
}

fn draft_text(view: &View) -> String {
    let text = view.plain_text().replace('\r', "");
    text.strip_suffix('\n').unwrap_or(&text).to_owned()
}

fn prefixed(prefix: &str, summary: &Summary) -> String {
    let subject: String = summary.subject.chars().take(SUBJECT_CHARS_MAX).collect();
    let has_prefix = subject
        .get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    if has_prefix {
        subject
    } else {
        format!("{prefix} {subject}").trim_end().to_owned()
    }
}

fn shown_text(view: &View) -> String {
    let text = view.plain_text().replace('\r', "");
    let end = (0..=QUOTED_BYTES_MAX.min(text.len()))
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0);
    text.get(..end).unwrap_or_default().trim_end().to_owned()
}

fn sender(reader: &Reader, summary: &Summary) -> String {
    match summary.from.as_ref().map(Person::label) {
        Some(label) if !label.is_empty() => label.to_owned(),
        _ => reader.texts.get("unknown-sender").into_owned(),
    }
}

fn quoted(reader: &Reader, opened: &Opened, view: &View) -> String {
    let summary = &opened.message.summary;
    let date = reader
        .times
        .date_time(summary.date.unwrap_or(opened.message.received_at));
    let who = sender(reader, summary);
    let values = [("date", Value::Text(&date)), ("who", Value::Text(&who))];
    let mut text = format!("\n\n{}\n", reader.texts.with("quote-intro", &values));
    for line in shown_text(view).lines() {
        let space = if line.starts_with('>') { "" } else { " " };
        let _ = writeln!(text, ">{space}{line}");
    }
    text
}

fn forwarded(reader: &Reader, opened: &Opened, view: &View) -> String {
    let texts = reader.texts;
    let summary = &opened.message.summary;
    let date = reader
        .times
        .date_time(summary.date.unwrap_or(opened.message.received_at));
    let from = summary
        .from
        .as_ref()
        .map(|from| as_typed(std::slice::from_ref(from)));
    let subject = subject_of(texts, summary);
    let lines = [
        texts.with(
            "forward-from",
            &[("value", Value::Text(&from.unwrap_or_default()))],
        ),
        texts.with("forward-date", &[("value", Value::Text(&date))]),
        texts.with("forward-subject", &[("value", Value::Text(&subject))]),
        texts.with(
            "forward-to",
            &[("value", Value::Text(&as_typed(&summary.to)))],
        ),
    ];
    format!(
        "\n\n{}\n{}\n\n{}\n",
        texts.get("forward-intro"),
        lines.join("\n"),
        shown_text(view)
    )
}
