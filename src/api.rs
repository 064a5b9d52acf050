//! The REST API: translates between HTTP and the service functions, and decides nothing.
//!
//! One route table ([`v1::routes`]) for both doors: the network, where a bearer token says who asks
//! ([`network`]), and the admin socket, where its file permissions do. One place where errors become
//! `application/problem+json` ([`problem`]).

use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, Method, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use utoipa::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};

use crate::service::Service;

mod described;
mod door;
pub mod problem;
pub mod v1;

use door::Door;
use problem::Problem;

/// What the API says about itself.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Lifeboat",
        description = "Emergency webmail for mail hosters: mailstores, failover, outages, merges. \
                       Errors are RFC 9457 problem documents. Times are RFC 3339 in UTC."
    ),
    components(schemas(Problem)),
    security(("token" = []))
)]
struct Description;

/// The description of the API, as `/api/openapi.json` has it.
pub fn description() -> serde_json::Value {
    let mut description = Description::openapi();
    description.merge(v1::routes().into_openapi());
    described::complete(&mut description);
    description
        .components
        .get_or_insert_with(Default::default)
        .add_security_scheme(
            "token",
            SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)),
        );
    described::as_json(&description)
}

/// The API as the network sees it: with a token.
pub fn network(service: Service) -> Router {
    let door = Door::new(service.clone());
    let guarded = v1::routes()
        .split_for_parts()
        .0
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::from_fn_with_state(door.clone(), door::once))
        .layer(middleware::from_fn_with_state(door, door::authenticate))
        .layer(middleware::from_fn(never_cached))
        .with_state(service);
    guarded.route("/api/openapi.json", get(openapi))
}

/// The API without anybody at the door: the caller puts an [`crate::service::Actor`] into every
/// request.
pub fn unguarded(service: Service) -> Router {
    v1::routes()
        .split_for_parts()
        .0
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(service)
}

async fn openapi() -> Response {
    Json(description()).into_response()
}

async fn never_cached(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        "x-content-type-options",
        HeaderValue::from_static("nosniff"),
    );
    response
}

async fn not_found(uri: Uri) -> Problem {
    Problem::new(
        404,
        "not-found",
        "Not found",
        format!("there is no {}", uri.path()),
    )
}

async fn method_not_allowed(method: Method, uri: Uri) -> Problem {
    Problem::new(
        405,
        "method-not-allowed",
        "Method not allowed",
        format!("{} does not take {method}", uri.path()),
    )
}

/// A response of lines of JSON that grows while the work goes on.
fn ndjson(body: axum::body::Body) -> Response {
    let mut response = Response::new(body);
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/x-ndjson"),
    );
    response
}

#[cfg(test)]
mod tests;
