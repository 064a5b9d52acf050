//! `/api/v1/events`: what happens, as a page, or as a stream (server-sent events, WHATWG HTML §9.2) for who
//! accepts `text/event-stream`.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::Instant;
use utoipa::IntoParams;

use crate::api::problem::{Problem, Query};
use crate::ids::TokenId;
use crate::service::changes::{self, ChangePage, ChangeView};
use crate::service::shares::Place;
use crate::service::{Actor, Service, token};

/// Silence after which a heartbeat is sent: proxies cut connections that say nothing for a minute.
const HEARTBEAT: Duration = Duration::from_secs(25);
/// How long a stream lasts at most; whoever comes again shows its token again.
const LIFE: Duration = Duration::from_secs(30 * 60);

/// Where to begin.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct From {
    /// After this number; a stream takes it from `Last-Event-ID` too. Absent: what happens from now on.
    after: Option<u64>,
}

/// What happened. With `Accept: text/event-stream` a stream that goes on; else one page.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", params(From),
    responses((status = 200, body = ChangePage), (status = 401, body = Problem),
              (status = 429, body = Problem)))]
pub(super) async fn show(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Extension(token): Extension<TokenId>,
    Query(from): Query<From>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let wants_stream =
        text(header::ACCEPT).is_some_and(|types| types.contains("text/event-stream"));
    let resumed = text(header::HeaderName::from_static("last-event-id"));
    let number = resumed.and_then(|id| id.trim().parse().ok()).or(from.after);
    let first = changes::after(&service, &actor, number).await?;
    if !wants_stream {
        return Ok(Json(first).into_response());
    }
    let open = Open {
        place: service.changes.open(&actor)?,
        token,
        grown: service.store.watch_events(),
        until: Instant::now() + LIFE,
        waiting: VecDeque::new(),
        last: first.last,
        service,
        actor,
    };
    let events = futures_util::stream::unfold((open, Some(first)), |(mut open, first)| async {
        let event = match first {
            // At once, so that whoever listens knows where it is.
            Some(page) => Some(open.begin(page)),
            None => open.next().await,
        };
        Some((Ok::<_, Infallible>(event?), (open, None)))
    });
    Ok(Sse::new(events).into_response())
}

/// A stream that is open.
struct Open {
    service: Service,
    actor: Actor,
    grown: watch::Receiver<u64>,
    until: Instant,
    waiting: VecDeque<ChangeView>,
    last: u64,
    #[expect(dead_code, reason = "held for as long as the stream is open")]
    place: Place,
    /// By what its asker was known; when that no longer holds, the stream ends.
    token: TokenId,
}

fn event(change: ChangeView) -> Event {
    Event::default()
        .id(change.id.to_string())
        .event(change.event)
        .data(change.payload.to_string())
}

impl Open {
    /// The first event: `ready`, or `lost` where events are missing since the number that was named.
    fn begin(&mut self, page: ChangePage) -> Event {
        let name = if page.lost { "lost" } else { "ready" };
        let event = Event::default().event(name).data("{}");
        let event = match page.changes.is_empty() {
            true => event.id(page.last.to_string()),
            false => event,
        };
        self.waiting.extend(page.changes);
        event
    }

    /// The next event, or a heartbeat; `None` ends the stream.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(change) = self.waiting.pop_front() {
                return Some(event(change));
            }
            self.grown.mark_unchanged();
            token::recall(&self.service, self.token).ok()?;
            let page = changes::after(&self.service, &self.actor, Some(self.last)).await;
            let page = page.ok()?;
            let grew = page.last > self.last;
            self.last = page.last;
            self.waiting.extend(page.changes);
            if grew {
                continue;
            }
            let streams = self.service.changes.clone();
            tokio::select! {
                () = streams.stopped() => return None,
                () = tokio::time::sleep_until(self.until) => return None,
                changed = self.grown.changed() => changed.ok()?,
                () = tokio::time::sleep(HEARTBEAT) => return Some(Event::default().comment("")),
            }
        }
    }
}
