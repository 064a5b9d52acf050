//! `GET /mail/events`: tells an open page what changed (server-sent events, WHATWG HTML §9.2).
//!
//! One event says how things stand, so that none can be missed: whoever connects anew gets the next
//! one at once. The stream is woken by the store's commits, ends with its session and with the server,
//! and does not count as using the session.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::shell::{self, Count};
use crate::service::live::{self, NEWEST_MAX};
use crate::service::{ServiceError, sign_in};
use crate::store::watching::Watch;
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::page::{Banner, Page};
use crate::web::reader::Reader;
use crate::web::session::{Area, Session};
use crate::web::texts::Value;

/// Silence after which a heartbeat is sent: proxies cut connections that say nothing for a minute.
const HEARTBEAT: Duration = Duration::from_secs(25);
/// Changes within this time become one event.
const GATHER: Duration = Duration::from_millis(300);

/// How things stand, for the module.
#[derive(Serialize)]
struct News {
    /// Whose it is: another tab may be somebody else's.
    account: String,
    /// Unread messages in the inbox.
    unread: u64,
    /// What stands beside each folder, by its address.
    counts: BTreeMap<String, [String; 2]>,
    /// Ids of the newest unread messages in the inbox.
    newest: Vec<u64>,
    /// How to say that one message is new, two, and so on.
    texts: Vec<String>,
    /// Tells banners apart.
    mark: String,
    /// The banner.
    banner: String,
}

/// The banner alone.
#[derive(Template)]
#[template(path = "_banner.html")]
struct BannerPiece {
    p: Page,
    banner: Option<Banner>,
}

/// `GET /mail/events`. Without a session, or where too many pages are open, the answer is 204, which
/// tells a browser not to ask again.
pub async fn stream(
    State(web): State<Web>,
    reader: Reader,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let session = match Session::find(&web, Area::Mail, &headers).await {
        Ok(session) => session,
        Err(ServiceError::Unauthenticated) => return Ok(StatusCode::NO_CONTENT.into_response()),
        Err(error) => return Err(error.into()),
    };
    let Some(watch) = live::watch(&web.service, &session.actor) else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    let open = Open {
        web,
        reader,
        session,
        watch,
        said: String::new(),
    };
    let events = futures_util::stream::unfold(open, |mut open| async move {
        let event = open.next().await?;
        Some((Ok::<_, Infallible>(event), open))
    });
    Ok(Sse::new(events).into_response())
}

/// A page that is open.
struct Open {
    web: Web,
    reader: Reader,
    session: Session,
    watch: Watch,
    said: String,
}

impl Open {
    /// The next event; `None` ends the stream.
    async fn next(&mut self) -> Option<Event> {
        if self.said.is_empty() {
            return self.news();
        }
        let stop = self.web.stop.clone();
        tokio::select! {
            () = stop.cancelled() => return None,
            () = self.watch.changed() => tokio::time::sleep(GATHER).await,
            () = tokio::time::sleep(HEARTBEAT) => {}
        }
        let is_good = sign_in::is_good(&self.web.service, self.session.secret());
        if !is_good.unwrap_or(false) {
            return None;
        }
        self.news()
    }

    /// How things stand, or a heartbeat where that was said already.
    fn news(&mut self) -> Option<Event> {
        let news = match self.look() {
            Ok(news) => news,
            Err(error) => {
                tracing::debug!(?error, "a page is no longer told what changes");
                return None;
            }
        };
        let text = serde_json::to_string(&news).ok()?;
        if text == self.said {
            return Some(Event::default().comment(""));
        }
        self.said.clone_from(&text);
        Some(Event::default().data(text))
    }

    fn look(&self) -> Result<News, Fault> {
        let now = live::now(&self.web.service, &self.session.actor)?;
        let texts = self.reader.texts;
        let overview = &now.overview;
        let mut banner = shell::banner(&self.web, &self.reader, overview);
        let mark = banner.mark.clone();
        // The module writes when it learnt it.
        banner.updated = None;
        let piece = BannerPiece {
            p: Page::new(texts, ""),
            banner: Some(banner),
        };
        let count = |count: Count| [count.text, count.label];
        Ok(News {
            account: overview.address.to_string(),
            unread: shell::unread(overview),
            counts: shell::folder_links(texts, overview, None)
                .into_iter()
                .filter_map(|link| Some((link.href, count(link.count?))))
                .collect(),
            newest: now.newest.iter().map(|id| id.0).collect(),
            texts: (1..=NEWEST_MAX.min(now.newest.len()))
                .map(|count| texts.with("live-new", &[("count", Value::from(count))]))
                .collect(),
            mark,
            banner: piece.render().unwrap_or_default(),
        })
    }
}
