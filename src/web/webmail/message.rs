//! The page of one message, and what it links to: the frame, attachments, the source.

use askama::Template;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use super::list::{Target, targets};
use super::shell::{Framed, Shell, folder_id, folder_name, frame, respond, slug};
use crate::ids::{FolderId, StandbyId};
use crate::mail::attachment::Preview;
use crate::mail::plain;
use crate::mail::snippet::text_of_html;
use crate::mail::view::{Content, View};
use crate::mail::{Mailbox as Person, Role, Summary};
use crate::service::ServiceError;
use crate::service::mailbox::{self, Change, Opened};
use crate::store::messages::{Origin, folder_of};
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::page::Page;
use crate::web::reader::Reader;
use crate::web::session::{Session, User};
use crate::web::texts::{Texts, Value};
use crate::web::when::{When, size};

/// One message.
#[derive(Template)]
#[template(path = "webmail/message.html")]
pub struct MessagePage {
    pub(super) p: Page,
    pub(super) shell: Shell,
    pub(super) id: String,
    pub(super) here: String,
    pub(super) back: String,
    pub(super) back_name: String,
    pub(super) subject: String,
    pub(super) from_name: String,
    pub(super) from_address: Option<String>,
    pub(super) when: When,
    pub(super) people: Vec<People>,
    pub(super) problem: Option<String>,
    pub(super) images_blocked: bool,
    pub(super) html_href: Option<String>,
    pub(super) text_href: Option<String>,
    pub(super) html_again: Option<String>,
    /// Plain text as HTML: made and escaped by [`crate::mail::plain`].
    pub(super) texts: Vec<String>,
    pub(super) files: Vec<File>,
    pub(super) files_title: String,
    pub(super) starred: bool,
    pub(super) star_label: String,
    pub(super) can_archive: bool,
    pub(super) can_delete: bool,
    pub(super) targets: Vec<Target>,
    pub(super) reply_href: String,
    pub(super) reply_all_href: String,
    pub(super) forward_href: String,
    pub(super) newer_href: Option<String>,
    pub(super) older_href: Option<String>,
    pub(super) source_href: String,
    pub(super) eml_href: String,
}

/// The source of a message.
#[derive(Template)]
#[template(path = "webmail/source.html")]
pub struct SourcePage {
    pub(super) p: Page,
    pub(super) shell: Shell,
    pub(super) back: String,
    pub(super) eml_href: String,
    pub(super) note: Option<String>,
    pub(super) text: String,
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

/// How a message is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Show {
    view: String,
}

/// A message that a URL names, if it is in that folder.
pub(super) fn find(web: &Web, session: &Session, folder: &str, id: &str) -> Result<Opened, Fault> {
    let folder = folder_id(folder).ok_or(Fault::NotFound)?;
    let id: StandbyId = id.parse().map_err(|_| Fault::NotFound)?;
    let opened = mailbox::open(&web.service, &session.actor, id)?;
    if opened.message.folder == folder {
        Ok(opened)
    } else {
        Err(Fault::NotFound)
    }
}

/// `GET /mail/{folder}/{id}`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    User(session): User,
    Path((folder, id)): Path<(String, String)>,
    Query(query): Query<Show>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let mut opened = find(&web, &session, &folder, &id)?;
    let whole = mailbox::raw(&web.service, &opened.message).await?;
    if !opened.message.flags.seen {
        let seen = Change::Seen(true);
        let ids = vec![opened.message.id];
        match mailbox::change(&web.service, &session.actor, ids, seen).await {
            Ok(_) => opened.message.flags.seen = true,
            Err(ServiceError::ReadOnly) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let view = View::parse(&whole);
    let framed = frame(
        &web,
        &reader,
        &session,
        &headers,
        Some(opened.message.folder),
    )?;
    let said = framed.shell.notice.is_some();
    let page = message_page(&reader, framed, &opened, &view, &query);
    Ok(respond(&web, said, &page))
}

fn message_page(
    reader: &Reader,
    framed: Framed,
    opened: &Opened,
    view: &View,
    query: &Show,
) -> MessagePage {
    let texts = reader.texts;
    let message = &opened.message;
    let summary = &message.summary;
    let folder = framed.overview.folder(message.folder);
    let back = folder.map_or_else(
        || "/mail/inbox".to_owned(),
        |f| format!("/mail/{}", slug(f)),
    );
    let here = format!("{back}/{}", message.id);
    let has_html = view
        .segments
        .iter()
        .any(|segment| matches!(segment.content, Content::Html { .. }));
    let is_text = !has_html || query.view == "text";
    let subject = subject_of(texts, summary);
    let from = summary.from.clone().unwrap_or_default();
    let is_draft = message.origin == Origin::Draft && message.folder == folder_of(Role::Drafts);
    let compose = |how: &str| format!("/mail/compose?{how}={}", message.id);
    let files: Vec<File> = view
        .attachments
        .iter()
        .map(|file| {
            let download = format!("{here}/part/{}", file.part);
            File {
                name: file.file_name.clone(),
                size: size(texts, file.size_bytes),
                preview: (file.preview != Preview::DownloadOnly)
                    .then(|| format!("{download}?preview=1")),
                download,
            }
        })
        .collect();
    MessagePage {
        p: Page::new(texts, &subject),
        id: message.id.to_string(),
        back_name: folder.map_or_else(String::new, |f| folder_name(texts, f)),
        from_name: match from.label() {
            "" => texts.get("unknown-sender").into_owned(),
            label => label.to_owned(),
        },
        from_address: Some(from.address).filter(|_| from.name.is_some()),
        when: reader.times.full(message.received_at),
        people: people(texts, summary),
        problem: problem(texts, view),
        images_blocked: !is_text && names_outside_images(view),
        html_href: (!is_text).then(|| format!("{here}/html")),
        text_href: (!is_text).then(|| format!("{here}?view=text")),
        html_again: (has_html && is_text).then(|| here.clone()),
        texts: if is_text {
            as_text(texts, view)
        } else {
            Vec::new()
        },
        files_title: texts.with("files-title", &[("count", files.len().into())]),
        files,
        starred: message.flags.flagged,
        star_label: star_label(texts, message.flags.flagged, &subject),
        can_archive: message.folder != folder_of(Role::Archive) && !is_draft,
        can_delete: message.folder != folder_of(Role::Trash),
        targets: targets(texts, &framed.overview, message.folder),
        reply_href: compose("reply"),
        reply_all_href: compose("reply_all"),
        forward_href: compose("forward"),
        newer_href: beside(&back, opened.newer),
        older_href: beside(&back, opened.older),
        source_href: format!("{here}/source"),
        eml_href: format!("{here}/eml"),
        shell: framed.shell,
        subject,
        back,
        here,
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

fn beside(folder: &str, id: Option<StandbyId>) -> Option<String> {
    id.map(|id| format!("{folder}/{id}"))
}

/// The subject, or the words for none.
pub(super) fn subject_of(texts: &Texts, summary: &Summary) -> String {
    match summary.subject.trim() {
        "" => texts.get("no-subject").into_owned(),
        subject => subject.to_owned(),
    }
}

/// What a star's button does.
pub(super) fn star_label(texts: &Texts, is_starred: bool, subject: &str) -> String {
    let values = [("subject", Value::Text(subject))];
    if is_starred {
        texts.with("star-remove", &values)
    } else {
        texts.with("star-add", &values)
    }
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

fn problem(texts: &Texts, view: &View) -> Option<String> {
    let key = if view.is_raw_only() {
        "problem-broken"
    } else if view.is_limited {
        "problem-cut"
    } else {
        return None;
    };
    Some(texts.get(key).into_owned())
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

/// How much of a message's source is shown, in bytes.
const SOURCE_BYTES_MAX: usize = 256 * 1024;

/// `GET /mail/{folder}/{id}/source`.
pub async fn source(
    State(web): State<Web>,
    reader: Reader,
    User(session): User,
    Path((folder, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let opened = find(&web, &session, &folder, &id)?;
    let whole = mailbox::raw(&web.service, &opened.message).await?;
    let shown = whole.get(..SOURCE_BYTES_MAX).unwrap_or(&whole);
    let here: FolderId = opened.message.folder;
    let framed = frame(&web, &reader, &session, &headers, Some(here))?;
    let texts = reader.texts;
    let back = format!("/mail/{folder}/{id}");
    let is_cut = shown.len() < whole.len();
    let page = SourcePage {
        p: Page::new(texts, &texts.get("source-title")),
        shell: framed.shell,
        eml_href: format!("{back}/eml"),
        back,
        note: is_cut.then(|| texts.get("source-cut").into_owned()),
        text: String::from_utf8_lossy(shown).into_owned(),
    };
    Ok(respond(&web, false, &page))
}
