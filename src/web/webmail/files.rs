//! What came by mail, served as files: inert, named safely, never as something a browser would run.

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::images;
use super::message::find;
use super::reading::whole;
use crate::mail::attachment::{Preview, safe_file_name};
use crate::mail::mime::Kind;
use crate::mail::plain;
use crate::mail::sanitize::{self, RemoteImages};
use crate::mail::view::{Content, View};
use crate::panics;
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::reader::Reader;
use crate::web::security::{FILES, MAIL_FRAME, PDF};
use crate::web::session::User;

/// The frame's own style: mail is made for white paper.
const FRAME_HEAD: &str = "<!doctype html><html><head><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
    <title>Mail</title><style>html{background:#fff;color:#15222d;color-scheme:light}\
    body{margin:12px;font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}\
    img{max-width:100%;height:auto}table{max-width:100%}a{color:#0b5a78}\
    pre,.text,.signature{white-space:pre-wrap}\
    blockquote{margin:8px 0;padding-left:12px;border-left:3px solid #d6dee4}</style></head><body>";

/// `GET /mail/{folder}/{id}/html`: the HTML of a message, sanitised, for the sandboxed frame.
pub async fn frame(
    State(web): State<Web>,
    reader: Reader,
    User(session): User,
    Path((folder, id)): Path<(String, String)>,
    Query(ask): Query<AskFrame>,
) -> Result<Response, Fault> {
    let opened = find(&web, &session, &folder, &id)?;
    let prefix = format!("/mail/{folder}/{id}/part/");
    let label = reader.texts.get("show-quoted").into_owned();
    let pictures = images::pictures(&web, &session, &opened.message, &ask.images)?;
    let remote = images::remote(&session, pictures);
    let whole = whole(&web, &opened.message).await?;
    let page = whole
        .with(move |bytes| frame_page(bytes, &prefix, &label, remote))
        .await?;
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

/// How the HTML of a message is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AskFrame {
    /// Allows its pictures, if it is of this session.
    images: String,
}

fn frame_page(whole: &[u8], part_prefix: &str, quote_label: &str, remote: RemoteImages) -> String {
    let mut page = FRAME_HEAD.to_owned();
    write_text(
        &mut page,
        &View::parse(whole),
        part_prefix,
        quote_label,
        remote,
    );
    page.push_str("</body></html>");
    page
}

/// Adds the text of a message as HTML that is safe in a page under the frame's policy.
pub(super) fn write_text(
    page: &mut String,
    view: &View,
    part_prefix: &str,
    quote_label: &str,
    remote: RemoteImages,
) {
    let options = sanitize::Options {
        inline_url_prefix: part_prefix.to_owned(),
        inline_parts: view.inline_images.clone(),
        remote,
    };
    for segment in &view.segments {
        page.push_str("<div>");
        match &segment.content {
            Content::Plain { text, wrapping } => {
                page.push_str(&plain::to_html(text, *wrapping, None));
            }
            Content::Html { html, alternative } => match sanitize::sanitize(html, &options) {
                Ok(safe) => page.push_str(&safe.html),
                Err(sanitize::TooComplex) => {
                    let text = alternative
                        .clone()
                        .unwrap_or_else(|| crate::mail::snippet::text_of_html(html));
                    let fixed = plain::Wrapping::Fixed;
                    page.push_str(&plain::to_html(&text, fixed, Some(quote_label)));
                }
            },
        }
        page.push_str("</div>");
    }
}

/// How a part is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AskPart {
    preview: String,
    /// Number of a file inside the part, if that is a winmail.dat.
    inside: Option<usize>,
}

/// What is served of a part, before it is.
struct PartFile {
    name: String,
    preview: Preview,
    /// Whether it is a picture in the text.
    is_inside: bool,
}

/// `GET /mail/{folder}/{id}/part/{part}`: an attachment to download; with `preview` a picture or PDF
/// to look at; and the pictures inside HTML mail.
pub async fn part(
    State(web): State<Web>,
    User(session): User,
    Path((folder, id, part)): Path<(String, String, usize)>,
    Query(ask): Query<AskPart>,
) -> Result<Response, Fault> {
    let opened = find(&web, &session, &folder, &id)?;
    let whole = whole(&web, &opened.message).await?;
    if let Some(number) = ask.inside {
        let read = whole.with(move |bytes| View::parse(bytes).inside(bytes, part, number));
        let (name, bytes) = read.await?.ok_or(Fault::NotFound)?;
        let headers = part_headers(&name, Preview::DownloadOnly);
        return Ok((headers, Body::from(bytes)).into_response());
    }
    let bytes = whole.bytes.clone();
    let looking = tokio::task::spawn_blocking(move || {
        let view = View::parse(&bytes);
        Some((part_file(&view, part)?, view.part(part)?.clone()))
    });
    let looked = looking
        .await
        .map_err(|error| Fault::internal(&panics::how(&error)))?;
    let (file, known) = looked.ok_or(Fault::NotFound)?;
    let shown = if file.is_inside || !ask.preview.is_empty() {
        file.preview
    } else {
        Preview::DownloadOnly
    };
    let body =
        whole.streamed(move |bytes, pipe| known.decode_each(bytes, &mut |piece| pipe.push(piece)));
    Ok((part_headers(&file.name, shown), body).into_response())
}

fn part_headers(name: &str, shown: Preview) -> [(HeaderName, HeaderValue); 5] {
    let (content_type, policy, disposition) = match shown {
        Preview::Image(content_type) => (content_type, FILES, "inline"),
        Preview::Pdf => ("application/pdf", PDF, "inline"),
        Preview::DownloadOnly => ("application/octet-stream", FILES, "attachment"),
    };
    [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CONTENT_DISPOSITION, named(disposition, name)),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, max-age=3600"),
        ),
    ]
}

fn part_file(view: &View, part: usize) -> Option<PartFile> {
    let known = view
        .part(part)
        .filter(|part| part.kind != Kind::Multipart)?;
    let content_type = known.content_type.value.as_str();
    let listed = view.attachments.iter().find(|file| file.part == part);
    let name = listed.map_or_else(
        || safe_file_name(known.file_name.as_deref(), part, content_type),
        |file| file.file_name.clone(),
    );
    Some(PartFile {
        name,
        preview: crate::mail::attachment::preview(content_type),
        is_inside: view.inline_images.values().any(|&inside| inside == part),
    })
}

/// `GET /mail/{folder}/{id}/eml`: the message as it lies in the store.
pub async fn eml(
    State(web): State<Web>,
    User(session): User,
    Path((folder, id)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let opened = find(&web, &session, &folder, &id)?;
    let whole = whole(&web, &opened.message).await?;
    let subject: String = opened
        .message
        .summary
        .subject
        .chars()
        .map(|c| if matches!(c, '/' | '\\') { '_' } else { c })
        .take(60)
        .collect();
    let name = match subject.trim() {
        "" => format!("message-{id}.eml"),
        subject => safe_file_name(Some(&format!("{subject}.eml")), 0, "message/rfc822"),
    };
    let headers: [(HeaderName, HeaderValue); 4] = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("message/rfc822"),
        ),
        (header::CONTENT_SECURITY_POLICY, FILES),
        (header::CONTENT_DISPOSITION, named("attachment", &name)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let body = whole.streamed(|bytes, pipe| {
        let mut pieces = bytes.chunks(64 * 1024);
        pieces.try_for_each(|piece| pipe.push(piece))
    });
    Ok((headers, body).into_response())
}

/// `Content-Disposition` with a name for every browser (RFC 6266): plain ASCII, then UTF-8.
pub(super) fn named(disposition: &str, name: &str) -> HeaderValue {
    let ascii: String = name
        .chars()
        .map(|c| match c {
            '"' | '\\' | '%' => '_',
            ' '..='~' => c,
            _ => '_',
        })
        .collect();
    let encoded = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    let text = format!("{disposition}; filename=\"{ascii}\"; filename*=UTF-8''{encoded}");
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests;
