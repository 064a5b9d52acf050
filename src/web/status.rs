//! The public status page of the brand whose host name was asked: HTML, JSON and Atom (RFC 4287).
//!
//! Without a sign-in and without a cookie; caches may keep it for some seconds.

use std::fmt::Write as _;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Web;
use super::branding::{PageBrand, host};
use super::error::Fault;
use super::page::Page;
use super::reader::Reader;
use super::texts::{Texts, Value};
use super::when::When;
use crate::clock::Timestamp;
use crate::service::status::{self, Health, Incident, Status, Update};

const CACHED: HeaderValue = HeaderValue::from_static("public, max-age=10, stale-if-error=600");
const VARY: HeaderValue = HeaderValue::from_static("Accept-Language, Cookie, Host");

/// The page.
#[derive(Template)]
#[template(path = "status.html")]
struct StatusPage {
    p: Page,
    chip: &'static str,
    state: String,
    text: String,
    updated: When,
    notices: Vec<Entry>,
    incidents: Vec<Vec<Entry>>,
}

/// Something that was said, or happened, at a time.
struct Entry {
    when: When,
    text: String,
}

/// The document for programs.
#[derive(Serialize)]
struct Document<'a> {
    name: &'a str,
    status: &'static str,
    text: String,
    updated: String,
    notices: Vec<Said<'a>>,
    incidents: Vec<IncidentDocument>,
}

#[derive(Serialize)]
struct Said<'a> {
    at: String,
    text: &'a str,
}

#[derive(Serialize)]
struct IncidentDocument {
    id: String,
    updates: Vec<UpdateDocument>,
}

#[derive(Serialize)]
struct UpdateDocument {
    at: String,
    kind: &'static str,
    text: String,
}

async fn of_host(web: &Web, headers: &HeaderMap) -> Result<std::sync::Arc<Status>, Fault> {
    Ok(status::show(&web.service, &web.status, host(headers)).await?)
}

fn text(texts: &Texts, status: &Status) -> String {
    let usual = || match status.health {
        Health::Normal => texts.get("status-text-normal"),
        Health::Affected => texts.get("status-text-affected"),
        Health::Returning => texts.get("status-text-returning"),
    };
    status
        .own_text
        .in_language(texts.lang)
        .map_or_else(|| usual().into_owned(), str::to_owned)
}

fn update_text(texts: &Texts, update: Update) -> String {
    let text = match update {
        Update::Began => texts.get("status-began"),
        Update::Returned => texts.get("status-returned"),
        Update::Merged => texts.get("status-merged"),
    };
    text.into_owned()
}

/// `GET /status`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let status = of_host(&web, &headers).await?;
    let texts = reader.texts;
    let when = |at: Timestamp| When {
        machine: at.to_string(),
        text: reader.times.since(at),
    };
    let notice = |(text, at): &(String, Timestamp)| Entry {
        when: when(*at),
        text: text.clone(),
    };
    let incident = |incident: &Incident| {
        let updates = incident.updates.iter().map(|(at, update)| Entry {
            when: when(*at),
            text: update_text(texts, *update),
        });
        updates.collect::<Vec<_>>()
    };
    let (chip, state) = match status.health {
        Health::Normal => ("chip-good", texts.get("status-normal")),
        Health::Affected => ("chip-warm", texts.get("status-affected")),
        Health::Returning => ("chip-busy", texts.get("status-returning")),
    };
    let mut p = Page::of(&reader, &texts.get("status-title"));
    // What was last seen stands here too, while the store cannot be read.
    p.brand.get_or_insert_with(|| PageBrand::of_status(&status));
    let page = StatusPage {
        p,
        chip,
        state: state.into_owned(),
        text: text(texts, &status),
        updated: when(status.updated),
        notices: status.notices.iter().map(notice).collect(),
        incidents: status.incidents.iter().map(incident).collect(),
    };
    match page.render() {
        Ok(html) => Ok(cacheable(&headers, "text/html; charset=utf-8", html)),
        Err(error) => Err(Fault::internal(&error)),
    }
}

/// `GET /status.json`.
pub async fn json(
    State(web): State<Web>,
    reader: Reader,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let status = of_host(&web, &headers).await?;
    let texts = reader.texts;
    let incident = |incident: &Incident| IncidentDocument {
        id: incident.id.to_string(),
        updates: incident
            .updates
            .iter()
            .map(|(at, update)| UpdateDocument {
                at: at.to_string(),
                kind: update.name(),
                text: update_text(texts, *update),
            })
            .collect(),
    };
    let document = Document {
        name: &status.name,
        status: status.health.name(),
        text: text(texts, &status),
        updated: status.updated.to_string(),
        notices: status
            .notices
            .iter()
            .map(|(text, at)| Said {
                at: at.to_string(),
                text,
            })
            .collect(),
        incidents: status.incidents.iter().map(incident).collect(),
    };
    let text = serde_json::to_string(&document).map_err(|error| Fault::internal(&error))?;
    Ok(cacheable(&headers, "application/json", text))
}

/// `GET /status.atom`.
pub async fn atom(
    State(web): State<Web>,
    reader: Reader,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let status = of_host(&web, &headers).await?;
    let texts = reader.texts;
    let public_url = web.service.config.get().http.public_url.clone();
    let scheme = public_url
        .split_once("://")
        .map_or("https", |(scheme, _)| scheme);
    let base = escaped(&format!("{scheme}://{}", host(&headers)));
    let title = texts.with("status-feed-title", &[("name", Value::Text(&status.name))]);
    let mut entries: Vec<(Timestamp, String, String)> = Vec::new();
    for incident in &status.incidents {
        for (at, update) in &incident.updates {
            let id = format!("urn:lifeboat:outage:{}:{}", incident.id, update.name());
            entries.push((*at, id, update_text(texts, *update)));
        }
    }
    for (text, at) in &status.notices {
        let id = format!("urn:lifeboat:notice:{}", at.as_millis());
        entries.push((*at, id, text.clone()));
    }
    entries.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
    // What never changes is as old as the oldest thing that could have.
    let newest = entries.first().map_or(Timestamp::EPOCH, |(at, ..)| *at);
    let mut feed = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n<id>{base}/status</id>\n\
         <title>{}</title>\n<updated>{newest}</updated>\n<author><name>{}</name></author>\n\
         <link rel=\"self\" href=\"{base}/status.atom\"/>\n<link href=\"{base}/status\"/>\n",
        texts.lang,
        escaped(&title),
        escaped(&status.name),
    );
    for (at, id, text) in entries {
        let first: String = text
            .lines()
            .next()
            .unwrap_or_default()
            .chars()
            .take(120)
            .collect();
        // Writing to a String cannot fail.
        let _ = writeln!(
            feed,
            "<entry><id>{id}</id><title>{}</title><updated>{at}</updated>\
             <link href=\"{base}/status\"/><content type=\"text\">{}</content></entry>",
            escaped(&first),
            escaped(&text),
        );
    }
    feed.push_str("</feed>\n");
    Ok(cacheable(
        &headers,
        "application/atom+xml; charset=utf-8",
        feed,
    ))
}

/// Text inside XML, in an element or an attribute.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

fn cacheable(headers: &HeaderMap, content_type: &'static str, body: String) -> Response {
    let hash: [u8; 32] = Sha256::digest(body.as_bytes()).into();
    let tag: String = hash.iter().take(8).map(|b| format!("{b:02x}")).collect();
    let tag = format!("W/\"{tag}\"");
    let known = headers.get(header::IF_NONE_MATCH);
    let is_known = known
        .and_then(|known| known.to_str().ok())
        .is_some_and(|known| known == tag);
    let mut response = match is_known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => ([(header::CONTENT_TYPE, content_type)], body).into_response(),
    };
    let out = response.headers_mut();
    out.insert(header::CACHE_CONTROL, CACHED);
    out.insert(header::VARY, VARY);
    if let Ok(tag) = HeaderValue::try_from(tag) {
        out.insert(header::ETAG, tag);
    }
    response
}
