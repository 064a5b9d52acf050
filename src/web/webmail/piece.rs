//! One message on a page: who, when, its text or the frame with its HTML, its files.

use std::fmt::Write as _;

use crate::mail::attachment::Preview;
use crate::mail::plain;
use crate::mail::snippet::text_of_html;
use crate::mail::view::{Content, Protection, View};
use crate::mail::{Mailbox as Person, Role, Summary};
use crate::service::mailbox::Overview;
use crate::store::messages::{MessageRecord, Origin, folder_of};
use crate::web::reader::Reader;
use crate::web::texts::{Texts, Value};
use crate::web::when::{When, size};

use super::images::Pictures;
use super::invitation::Card;
use super::shell::{folder_name, slug};

/// A message, folded or open.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Its id.
    pub(super) id: String,
    /// Its own address.
    pub(super) here: String,
    pub(super) from_name: String,
    pub(super) from_address: Option<String>,
    pub(super) when: When,
    pub(super) snippet: String,
    /// The folder that it is in, where that is another one.
    pub(super) place: Option<String>,
    pub(super) is_open: bool,
    pub(super) is_unread: bool,
    pub(super) people: Vec<People>,
    /// Where it is written on, if it is a draft.
    pub(super) draft_href: Option<String>,
    /// What is in it; none: it is shown on a page of its own.
    pub(super) body: Option<Body>,
    pub(super) reply_href: String,
    pub(super) reply_all_href: String,
    pub(super) forward_href: String,
    pub(super) source_href: String,
    pub(super) eml_href: String,
}

/// What is in a message.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// What the reader should know about it.
    pub(super) notes: Vec<String>,
    pub(super) invitation: Option<Card>,
    pub(super) images: Option<Images>,
    pub(super) html_href: Option<String>,
    pub(super) text_href: Option<String>,
    pub(super) html_again: Option<String>,
    /// Plain text as HTML: made and escaped by [`crate::mail::plain`].
    pub(super) texts: Vec<String>,
    pub(super) files: Vec<File>,
    pub(super) files_title: String,
    /// All files as one, where there are several.
    pub(super) zip_href: Option<String>,
}

/// What is said about pictures that lie elsewhere.
#[derive(Clone, Debug)]
pub struct Images {
    pub(super) text: String,
    /// Where they are shown, if they can be.
    pub(super) show_href: Option<String>,
    /// Name of the button that shows them always.
    pub(super) always: Option<String>,
}

/// A line of the envelope: To, Cc.
#[derive(Clone, Debug)]
pub struct People {
    pub(super) label: String,
    pub(super) text: String,
}

/// An attachment.
#[derive(Clone, Debug)]
pub struct File {
    pub(super) name: String,
    pub(super) size: String,
    pub(super) download: String,
    pub(super) preview: Option<String>,
}

/// The address of a message.
pub(super) fn address_of(overview: &Overview, message: &MessageRecord) -> String {
    let folder = overview.folder(message.folder);
    let slug = folder.map_or_else(|| "inbox".to_owned(), slug);
    format!("/mail/{slug}/{}", message.id)
}

/// A message on a page about `folder`, without what is in it.
pub(super) fn piece(
    reader: &Reader,
    overview: &Overview,
    message: &MessageRecord,
    folder: crate::ids::FolderId,
) -> Piece {
    let texts = reader.texts;
    let summary = &message.summary;
    let here = address_of(overview, message);
    let from = summary.from.clone().unwrap_or_default();
    let is_draft = message.origin == Origin::Draft && message.folder == folder_of(Role::Drafts);
    let compose = |how: &str| format!("/mail/compose?{how}={}", message.id);
    let elsewhere = overview
        .folder(message.folder)
        .filter(|record| record.id != folder);
    Piece {
        id: message.id.to_string(),
        from_name: match from.label() {
            "" => texts.get("unknown-sender").into_owned(),
            label => label.to_owned(),
        },
        from_address: Some(from.address).filter(|_| from.name.is_some()),
        when: reader.times.full(message.received_at),
        snippet: summary.preview.clone(),
        place: elsewhere.map(|record| folder_name(texts, record)),
        is_open: false,
        is_unread: !message.flags.seen,
        people: people(texts, summary),
        draft_href: is_draft.then(|| compose("draft")),
        body: None,
        reply_href: compose("reply"),
        reply_all_href: compose("reply_all"),
        forward_href: compose("forward"),
        source_href: format!("{here}/source"),
        eml_href: format!("{here}/eml"),
        here,
    }
}

/// How a message is shown.
#[derive(Clone, Debug)]
pub(super) struct Manner {
    /// Its address.
    pub(super) here: String,
    /// Its HTML is shown as plain text.
    pub(super) as_plain: bool,
    /// What becomes of pictures that lie elsewhere.
    pub(super) pictures: Pictures,
    /// Allows them.
    pub(super) images_token: String,
    /// The sender's address.
    pub(super) sender: String,
}

/// What is in a message.
pub(super) fn body(texts: &Texts, view: &View, manner: &Manner) -> Body {
    let here = manner.here.as_str();
    let has_html = view
        .segments
        .iter()
        .any(|segment| matches!(segment.content, Content::Html { .. }));
    let is_text = !has_html || manner.as_plain;
    let files: Vec<File> = view
        .attachments
        .iter()
        .map(|file| {
            let mut download = format!("{here}/part/{}", file.part);
            if let Some(number) = file.inside {
                let _ = write!(download, "?inside={number}");
            }
            File {
                name: file.file_name.clone(),
                size: size(texts, file.size_bytes),
                preview: (file.preview != Preview::DownloadOnly)
                    .then(|| format!("{download}?preview=1")),
                download,
            }
        })
        .collect();
    Body {
        notes: notes(texts, view),
        invitation: None,
        images: (!is_text && names_outside_images(view))
            .then(|| images(texts, manner))
            .flatten(),
        html_href: (!is_text).then(|| match manner.pictures {
            Pictures::Shown => format!("{here}/html?images={}", manner.images_token),
            Pictures::Blocked | Pictures::Off => format!("{here}/html"),
        }),
        text_href: (!is_text).then(|| format!("{here}?view=text")),
        html_again: (has_html && is_text).then(|| here.to_owned()),
        texts: if is_text {
            as_text(texts, view)
        } else {
            Vec::new()
        },
        zip_href: (files.len() > 1).then(|| format!("{here}/zip")),
        files_title: texts.with("files-title", &[("count", files.len().into())]),
        files,
    }
}

/// What is said about the pictures of a message that has some elsewhere.
fn images(texts: &Texts, manner: &Manner) -> Option<Images> {
    let text = texts.get("images-blocked").into_owned();
    let id = manner.here.rsplit('/').next().unwrap_or_default();
    let sender = [("sender", Value::Text(&manner.sender))];
    match manner.pictures {
        Pictures::Shown => None,
        Pictures::Off => Some(Images {
            text,
            show_href: None,
            always: None,
        }),
        Pictures::Blocked => Some(Images {
            text,
            show_href: Some(format!(
                "{}?images={}#m{id}",
                manner.here, manner.images_token
            )),
            always: manner
                .sender
                .contains('@')
                .then(|| texts.with("images-always", &sender)),
        }),
    }
}

/// Whether the HTML seems to have pictures that lie elsewhere: those are never loaded.
fn names_outside_images(view: &View) -> bool {
    view.segments.iter().any(|segment| match &segment.content {
        Content::Html { html, .. } => {
            let html = html.to_ascii_lowercase();
            [
                "src=\"http",
                "src='http",
                "src=http",
                "src=\"//",
                "background=\"http",
            ]
            .iter()
            .any(|start| html.contains(start))
        }
        Content::Plain { .. } => false,
    })
}

fn people(texts: &Texts, summary: &Summary) -> Vec<People> {
    let one = |person: &Person| match &person.name {
        Some(name) if !name.is_empty() => format!("{name} <{}>", person.address),
        _ => person.address.clone(),
    };
    let line = |key: &str, people: &[Person]| {
        (!people.is_empty()).then(|| People {
            label: texts.get(key).into_owned(),
            text: people.iter().map(one).collect::<Vec<_>>().join(", "),
        })
    };
    let mut lines: Vec<People> = [
        line("people-to", &summary.to),
        line("people-cc", &summary.cc),
    ]
    .into_iter()
    .flatten()
    .collect();
    if let (Some(last), more @ 1..) = (lines.last_mut(), summary.recipients_more) {
        let more = texts.with("people-more", &[("count", u64::from(more).into())]);
        last.text = format!("{} {more}", last.text);
    }
    lines
}

/// What the reader should know about a message that is not shown as it is.
fn notes(texts: &Texts, view: &View) -> Vec<String> {
    let protection = view.protection.map(|protection| match protection {
        Protection::Signed => "note-signed",
        Protection::Encrypted => "note-encrypted",
    });
    let problem = if view.is_limited && !view.is_raw_only() {
        Some("problem-cut")
    } else if view.is_raw_only() && view.protection.is_none() {
        Some("problem-broken")
    } else if view.segments.is_empty() && view.protection.is_none() {
        Some("note-no-text")
    } else {
        None
    };
    let keys = [protection, problem].into_iter().flatten();
    keys.map(|key| texts.get(key).into_owned()).collect()
}

/// The text of a message as HTML without formatting.
fn as_text(texts: &Texts, view: &View) -> Vec<String> {
    let label = texts.get("show-quoted");
    view.segments
        .iter()
        .map(|segment| match &segment.content {
            Content::Plain { text, wrapping } => plain::to_html(text, *wrapping, Some(&label)),
            Content::Html { html, alternative } => {
                let text = alternative.clone().unwrap_or_else(|| text_of_html(html));
                plain::to_html(&text, plain::Wrapping::Fixed, Some(&label))
            }
        })
        .collect()
}
