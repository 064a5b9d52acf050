//! One message: finding it, naming it, and its source.

use askama::Template;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::reading::whole;
use super::shell::{Shell, folder_id, frame, respond};
use crate::ids::{FolderId, StandbyId};
use crate::mail::Summary;
use crate::service::mailbox::{self, Opened};
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::page::Page;
use crate::web::reader::Reader;
use crate::web::session::{Session, User};
use crate::web::texts::{Texts, Value};

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
    let read = whole(&web, &opened.message).await?;
    let whole = &read.bytes;
    let shown = whole.get(..SOURCE_BYTES_MAX).unwrap_or(whole);
    let here: FolderId = opened.message.folder;
    let framed = frame(&web, &reader, &session, &headers, Some(here))?;
    let texts = reader.texts;
    let back = format!("/mail/{folder}/{id}");
    let is_cut = shown.len() < whole.len();
    let page = SourcePage {
        p: Page::of(&reader, &texts.get("source-title")),
        shell: framed.shell,
        eml_href: format!("{back}/eml"),
        back,
        note: is_cut.then(|| texts.get("source-cut").into_owned()),
        text: String::from_utf8_lossy(shown).into_owned(),
    };
    Ok(respond(&web, false, &page))
}
