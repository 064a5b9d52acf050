//! A conversation as one plain page, for paper: all its messages, open, under the policy of the frame that
//! shows HTML mail.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::files::write_text;
use super::images;
use super::piece::{self, Piece};
use super::reading::whole;
use super::shell::folder_id;
use crate::ids::StandbyId;
use crate::mail::plain::escape;
use crate::mail::sanitize::RemoteImages;
use crate::mail::view::View;
use crate::service::{mailbox, threads};
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::reader::Reader;
use crate::web::security::MAIL_FRAME;
use crate::web::session::User;
use crate::web::texts::Texts;

/// Most that is read for one page, in bytes.
const BYTES_MAX: u64 = 16 * 1024 * 1024;

const STYLE: &str = "html{background:#fff;color:#111;color-scheme:light}\
    body{max-width:50rem;margin:1rem auto;padding:0 1rem;font:15px/1.45 system-ui,sans-serif;\
    overflow-wrap:anywhere}h1{font-size:1.4rem}h2{font-size:1rem;margin:0}\
    header{margin:1.5rem 0 .75rem;padding-top:.75rem;border-top:2px solid #999}\
    header p,ul{margin:.15rem 0;color:#444}img{max-width:100%;height:auto}\
    .text,.signature{white-space:pre-wrap}\
    blockquote{margin:8px 0;padding-inline-start:12px;border-inline-start:3px solid #ccc}";

/// `GET /mail/{folder}/{id}/print`.
pub async fn print(
    State(web): State<Web>,
    reader: Reader,
    User(session): User,
    Path((folder, id)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let folder = folder_id(&folder).ok_or(Fault::NotFound)?;
    let id: StandbyId = id.parse().map_err(|_| Fault::NotFound)?;
    let conversation = threads::open(&web.service, &session.actor, folder, id).await?;
    let overview = mailbox::overview(&web.service, &session.actor)?;
    let texts = reader.texts;
    let first = conversation.messages.first();
    let subject = first.map(|message| super::message::subject_of(texts, &message.summary));
    let mut page = head(texts, &subject.unwrap_or_default());
    let mut left = BYTES_MAX;
    for message in &conversation.messages {
        let piece = piece::piece(&reader, &overview, message, folder);
        envelope(&mut page, &piece);
        let Some(rest) = left.checked_sub(message.size_bytes) else {
            paragraph(&mut page, &texts.get("note-not-printed"));
            continue;
        };
        left = rest;
        let pictures = images::pictures(&web, &session, message, "")?;
        let remote = images::remote(&session, pictures);
        let here = piece.here;
        let reading = whole(&web, message).await?;
        let made = reading.with(move |bytes| content(texts, &View::parse(bytes), &here, remote));
        page.push_str(&made.await?);
    }
    if conversation.earlier.is_some() || conversation.later.is_some() {
        paragraph(&mut page, &texts.get("note-not-printed"));
    }
    page.push_str("</main></body></html>");
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (header::CONTENT_SECURITY_POLICY, MAIL_FRAME),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, page).into_response())
}

fn head(texts: &Texts, subject: &str) -> String {
    let mut page = format!(
        "<!doctype html><html lang=\"{}\" dir=\"{}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>",
        texts.lang, texts.dir
    );
    escape(&mut page, subject);
    page.push_str("</title><style>");
    page.push_str(STYLE);
    page.push_str("</style></head><body><main><h1 dir=\"auto\">");
    escape(&mut page, subject);
    page.push_str("</h1>");
    page
}

fn paragraph(page: &mut String, text: &str) {
    page.push_str("<p dir=\"auto\">");
    escape(page, text);
    page.push_str("</p>");
}

fn envelope(page: &mut String, piece: &Piece) {
    page.push_str("<header><h2 dir=\"auto\">");
    escape(page, &piece.from_name);
    if let Some(address) = &piece.from_address {
        escape(page, &format!(" <{address}>"));
    }
    page.push_str("</h2>");
    paragraph(page, &piece.when.text);
    for line in &piece.people {
        paragraph(page, &format!("{}: {}", line.label, line.text));
    }
    page.push_str("</header>");
}

fn content(texts: &Texts, view: &View, here: &str, remote: RemoteImages) -> String {
    let mut page = String::new();
    let label = texts.get("show-quoted");
    write_text(&mut page, view, &format!("{here}/part/"), &label, remote);
    if !view.attachments.is_empty() {
        paragraph(&mut page, &texts.get("print-files"));
        page.push_str("<ul>");
        for file in &view.attachments {
            page.push_str("<li dir=\"auto\">");
            escape(&mut page, &file.file_name);
            page.push_str("</li>");
        }
        page.push_str("</ul>");
    }
    page
}
