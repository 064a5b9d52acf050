//! How a message starts: empty, as an answer, as a forward, or as the draft it was saved as.

use std::fmt::Write as _;

use super::message::subject_of;
use crate::ids::StandbyId;
use crate::mail::fields::{Fields, mailboxes};
use crate::mail::view::View;
use crate::mail::{Mailbox as Person, Summary};
use crate::service::mailbox::{self, Opened};
use crate::service::mailbox_letter::{answer_to, as_typed};
use crate::service::mailbox_write::{Answers, Kept, Letter};
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::reader::Reader;
use crate::web::session::Session;
use crate::web::texts::Value;
use crate::web::when::size;

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

/// A file that a form shows as attached.
#[derive(Clone, Debug)]
pub struct KeptFile {
    /// Which.
    pub kept: Kept,
    /// Its name.
    pub name: String,
    /// Its size, for people.
    pub size: String,
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
    let whole = mailbox::raw(&web.service, &opened.message).await?;
    let view = View::parse(&whole);
    let kept = || {
        view.attachments
            .iter()
            .map(|file| Kept {
                message: id,
                part: file.part,
            })
            .collect()
    };
    Ok(match start {
        Start::Empty => Letter::default(),
        Start::Draft(_) => Letter {
            draft: Some(id),
            answer: opened.message.written.as_ref().and_then(|w| w.answers),
            kept: kept(),
            text: draft_text(&view),
            ..fields(&whole, &opened.message.summary)
        },
        Start::Again(_) => Letter {
            kept: kept(),
            text: draft_text(&view),
            ..fields(&whole, &opened.message.summary)
        },
        Start::Forward(_) => Letter {
            answer: Some(Answers::Forward(id)),
            kept: kept(),
            subject: prefixed("Fwd:", &opened.message.summary),
            text: forwarded(reader, &opened, &view),
            from: own_recipient(&whole, own),
            ..Letter::default()
        },
        Start::Reply(_) | Start::ReplyAll(_) => {
            let (to, cc) = answer_to(&whole, own, matches!(start, Start::ReplyAll(_)));
            Letter {
                answer: Some(Answers::Reply(id)),
                to: as_typed(&to),
                cc: as_typed(&cc),
                subject: prefixed("Re:", &opened.message.summary),
                text: quoted(reader, &opened, &view),
                from: own_recipient(&whole, own),
                ..Letter::default()
            }
        }
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

/// The fields of a draft as they were typed.
fn fields(whole: &[u8], summary: &Summary) -> Letter {
    let field = |name: &str| {
        Fields::find(whole, name)
            .map(|field| as_typed(&mailboxes(field.value, 1_000).0))
            .unwrap_or_default()
    };
    Letter {
        from: summary
            .from
            .as_ref()
            .map_or_else(String::new, |from| from.address.clone()),
        to: field("to"),
        cc: field("cc"),
        bcc: field("bcc"),
        subject: summary.subject.clone(),
        ..Letter::default()
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

/// The files that a form shows as attached: those of `kept` that are there.
pub async fn kept_files(
    web: &Web,
    reader: &Reader,
    session: &Session,
    kept: &[Kept],
) -> Result<Vec<KeptFile>, Fault> {
    let mut sources: Vec<StandbyId> = kept.iter().map(|kept| kept.message).collect();
    sources.sort_unstable();
    sources.dedup();
    let mut files = Vec::new();
    for source in sources {
        let Ok(opened) = mailbox::open(&web.service, &session.actor, source) else {
            continue;
        };
        let whole = mailbox::raw(&web.service, &opened.message).await?;
        for file in View::parse(&whole).attachments {
            let one = Kept {
                message: source,
                part: file.part,
            };
            if kept.contains(&one) {
                files.push(KeptFile {
                    kept: one,
                    name: file.file_name,
                    size: size(reader.texts, file.size_bytes),
                });
            }
        }
    }
    Ok(files)
}
