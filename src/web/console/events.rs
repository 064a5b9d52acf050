//! `GET /console/events`: tells an open page that something happened which is its reader's business (server-sent
//! events, WHATWG HTML §9.2); the page then fetches itself anew. What happened is not said here.
//!
//! The stream ends with its session and with the server, and does not count as using the session.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use tokio::sync::watch;

use crate::service::changes;
use crate::service::shares::Place;
use crate::service::{ServiceError, sign_in};
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::session::{Area, Session};

/// Silence after which a heartbeat is sent: proxies cut connections that say nothing for a minute.
const HEARTBEAT: Duration = Duration::from_secs(25);
/// Changes within this time become one event.
const GATHER: Duration = Duration::from_millis(300);

/// `GET /console/events`. Without a session, or where too many pages are open, the answer is 204, which tells a
/// browser not to ask again.
pub async fn stream(State(web): State<Web>, headers: HeaderMap) -> Result<Response, Fault> {
    let session = match Session::find(&web, Area::Console, &headers).await {
        Ok(session) => session,
        Err(ServiceError::Unauthenticated) => return Ok(StatusCode::NO_CONTENT.into_response()),
        Err(error) => return Err(error.into()),
    };
    let Ok(place) = web.service.changes.open(&session.actor) else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    let grown = web.service.store.watch_events();
    let first = changes::after(&web.service, &session.actor, None).await?;
    let open = Open {
        web,
        session,
        grown,
        last: first.last,
        place,
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
    session: Session,
    grown: watch::Receiver<u64>,
    last: u64,
    #[expect(dead_code, reason = "held for as long as the stream is open")]
    place: Place,
}

impl Open {
    /// The next event; `None` ends the stream.
    async fn next(&mut self) -> Option<Event> {
        let stop = self.web.stop.clone();
        tokio::select! {
            () = stop.cancelled() => return None,
            changed = self.grown.changed() => {
                changed.ok()?;
                tokio::time::sleep(GATHER).await;
            }
            () = tokio::time::sleep(HEARTBEAT) => {}
        }
        self.grown.mark_unchanged();
        let is_good = sign_in::is_good(&self.web.service, self.session.secret());
        if !is_good.unwrap_or(false) {
            return None;
        }
        match self.concerns().await {
            Ok(true) => Some(Event::default().event("change").data("{}")),
            Ok(false) => Some(Event::default().comment("")),
            Err(error) => {
                tracing::debug!(%error, "a page is no longer told what changes");
                None
            }
        }
    }

    /// Whether anything happened since that is the reader's business.
    async fn concerns(&mut self) -> Result<bool, ServiceError> {
        let mut concerns = false;
        loop {
            let (service, actor) = (&self.web.service, &self.session.actor);
            let page = changes::after(service, actor, Some(self.last)).await?;
            concerns |= page.lost || !page.changes.is_empty();
            if page.last == self.last {
                return Ok(concerns);
            }
            self.last = page.last;
        }
    }
}
