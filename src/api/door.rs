//! What stands in front of the routes on the network: who asks, how often, and whether it was asked before.

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderMap, LINK, LOCATION};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;
use crate::auth::limits::RequestLimits;
use crate::service::repeats::{self, Answer, Begun, Ticket};
use crate::service::{Actor, Service, ServiceError, token};

/// The header that names a request.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// Largest request that can be named, in bytes.
const NAMED_BYTES_MAX: usize = 256 * 1024;
/// Largest answer to a request that is named, in bytes.
const ANSWER_BYTES_MAX: usize = 256 * 1024;
/// Largest answer that is kept, in bytes; a request with a larger one is not carried out again either.
const KEPT_BYTES_MAX: usize = 16 * 1024;
/// What does nothing twice by itself: rows that are streamed in, and looks at what an order would do.
const UNNAMED: [&str; 4] = [
    "/api/v1/domain-moves/preview",
    "/api/v1/provision",
    "/api/v1/jobs/preview",
    "/api/v1/jobs/matching/preview",
];

/// What the door works with.
#[derive(Clone, Debug)]
pub(super) struct Door {
    service: Service,
    limits: Arc<Mutex<RequestLimits>>,
}

impl Door {
    pub(super) fn new(service: Service) -> Self {
        Self {
            service,
            limits: Arc::default(),
        }
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

/// Finds out who asks, by the bearer token, and whether they have not asked too often.
pub(super) async fn authenticate(
    State(door): State<Door>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let service = &door.service;
    let token = bearer(request.headers()).ok_or(ServiceError::Unauthenticated)?;
    let recognised = token::recognise(service, token)?;
    if matches!(recognised.actor, Actor::Operator(_) | Actor::Reseller(..)) {
        let rate = service.config.get().http.api_requests_per_minute;
        let mut limits = door.limits.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = limits.ask(recognised.id, rate, service.clock.now());
        asked.map_err(|limited| ServiceError::Limited {
            retry_after: limited.retry_after,
        })?;
    }
    request.extensions_mut().insert(recognised.id);
    request.extensions_mut().insert(recognised.actor);
    Ok(next.run(request).await)
}

/// Agents and route agents say the same again and again: nothing of theirs is kept.
fn is_somebody(actor: Option<&Actor>) -> bool {
    matches!(actor, Some(Actor::Operator(_) | Actor::Reseller(..)))
}

/// Answers a POST that was carried out before, by its `Idempotency-Key`, as it was answered then.
pub(super) async fn once(
    State(door): State<Door>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let is_named = request.method() == Method::POST
        && request.headers().contains_key(KEY)
        && !UNNAMED.contains(&request.uri().path())
        && is_somebody(request.extensions().get());
    let Some(secret) = bearer(request.headers()).filter(|_| is_named) else {
        return Ok(next.run(request).await);
    };
    let (secret, key) = (
        secret.to_owned(),
        request.headers().get(KEY).and_then(|key| key.to_str().ok()),
    );
    let key = key.unwrap_or_default().to_owned();
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, NAMED_BYTES_MAX)
        .await
        .map_err(|_| {
            let text = format!("at most {NAMED_BYTES_MAX} bytes with an Idempotency-Key");
            Problem::new(413, "too-large", "Too large", text)
        })?;
    let uri = parts.uri.to_string();
    let asked = [uri.as_bytes(), &body[..]];
    match repeats::begin(&door.service, &secret, &key, &asked).await? {
        Begun::Again(answer) => Ok(replayed(answer)),
        Begun::First(ticket) => {
            let request = Request::from_parts(parts, Body::from(body));
            // It runs to its end, and what came of it is kept, also if nobody waits any more.
            let running = tokio::spawn(run(door.service, *ticket, request, next));
            running
                .await
                .map_err(|_| Problem::new(500, "failed", "Failed", "the request failed".to_owned()))
        }
    }
}

async fn run(service: Service, ticket: Ticket, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let (parts, body) = response.into_parts();
    let Ok(body) = axum::body::to_bytes(body, ANSWER_BYTES_MAX).await else {
        tracing::warn!("an answer is too large to be kept for its Idempotency-Key");
        let text = "the answer is too large to be given for an Idempotency-Key";
        return Problem::new(500, "failed", "Failed", text.to_owned()).into_response();
    };
    // What was not carried out may be asked for again.
    let is_final = !parts.status.is_server_error() && parts.status != StatusCode::TOO_MANY_REQUESTS;
    if is_final && body.len() > KEPT_BYTES_MAX {
        return Response::from_parts(parts, Body::from(body));
    }
    let answer = is_final.then(|| Answer {
        status: parts.status.as_u16(),
        headers: [CONTENT_TYPE, ETAG, LINK, LOCATION]
            .into_iter()
            .filter_map(|name| {
                let value = parts.headers.get(&name)?.to_str().ok()?.to_owned();
                Some((name.to_string(), value))
            })
            .collect(),
        body: body.to_vec(),
    });
    if let Err(error) = repeats::finish(&service, ticket, answer.as_ref()).await {
        tracing::error!(%error, "an answer could not be kept for its Idempotency-Key");
    }
    Response::from_parts(parts, Body::from(body))
}

fn replayed(answer: Answer) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    for (name, value) in answer.headers {
        let name = HeaderName::try_from(name).ok();
        let value = HeaderValue::try_from(value).ok();
        response.headers_mut().extend(name.zip(value));
    }
    response
        .headers_mut()
        .insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
