//! `/api/v1/jobs`: one order for many domains and mailboxes.

use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::IntoParams;

use super::paging::{linked, wants_csv};
use crate::api::problem::{Body, Path, Problem, Query};
use crate::ids::{JobId, ResellerId};
use crate::service::jobs::finding::{self, Filter};
use crate::service::jobs::{self, JobItems, JobPreview, JobUndo, JobView, NewJob};
use crate::service::sorting::cursor_name;
use crate::service::{Actor, Service, ServiceError};

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Newest {
    /// By how they stand: `at-work`, `ended`, or `failed` where parts of them did.
    state: Option<String>,
    /// Operators: of this reseller.
    #[param(value_type = Option<String>)]
    reseller: Option<ResellerId>,
    /// In who ordered them.
    by: Option<String>,
    /// How they are sorted: `-created`, the newest first, or `created`.
    #[param(example = "created")]
    sort: Option<String>,
    /// The newest first: the last id of the page before.
    before: Option<String>,
    /// The oldest first: the last id of the page before.
    after: Option<String>,
    /// Jobs in a page, up to 500.
    limit: Option<usize>,
}

/// Which parts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Parts {
    /// Where the page begins, as `next` of the page before says.
    after: Option<u32>,
    /// Parts in a page, up to 500.
    limit: Option<usize>,
}

fn id(text: &str) -> Result<JobId, ServiceError> {
    text.parse().map_err(|_| ServiceError::NotFound("such job"))
}

/// Jobs, the newest first. A page may hold fewer than asked for, even none, and still have a next.
///
/// With `Accept: text/csv` all of them come as one CSV file (RFC 4180), up to 20,000.
#[utoipa::path(get, path = "/api/v1/jobs", tag = "jobs", params(Newest),
    responses((status = 200, content((Vec<JobView> = "application/json"), (String = "text/csv"))), (status = 404, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn list(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    headers: HeaderMap,
    Query(page): Query<Newest>,
) -> Result<Response, Problem> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let (sort, before, after) = (text(&page.sort), text(&page.before), text(&page.after));
    let start = finding::start(&sort, &before, &after)?;
    let limit = page.limit.unwrap_or(100);
    let filter = Filter {
        state: page.state.as_deref().map(str::parse).transpose()?,
        reseller: page.reseller.clone(),
        by: page.by.clone().unwrap_or_default(),
    };
    let order = start.order;
    if wants_csv(&headers) {
        let file = service.walk(&actor, move |service, actor| {
            finding::file(service, actor, &filter, order)
        });
        return Ok(file.await?.into_parts().into_response());
    }
    let looking = service.walk(&actor, move |service, actor| {
        finding::find(service, actor, &filter, &start, limit)
    });
    let (found, next) = looking.await?;
    let pairs = [
        ("state", page.state),
        ("reseller", page.reseller.map(String::from)),
        ("by", page.by),
        ("sort", page.sort),
        ("limit", Some(limit.to_string())),
    ];
    let next = next.map(|id| id.to_string());
    Ok(linked(
        "/api/v1/jobs",
        &pairs,
        cursor_name(order),
        next.as_deref(),
        found,
    ))
}

/// Orders something for up to 1,000 domains and mailboxes. It is done in the background, part by part;
/// each part has its own result, and may be taken back.
#[utoipa::path(post, path = "/api/v1/jobs", tag = "jobs", request_body = NewJob,
    responses((status = 202, body = JobView), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 422, body = Problem),
              (status = 429, body = Problem)))]
pub(super) async fn create(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Body(new): Body<NewJob>,
) -> Result<Response, Problem> {
    Ok(accepted(jobs::create(&service, &actor, new).await?))
}

/// What an order would do: the same body, and nothing is done.
#[utoipa::path(post, path = "/api/v1/jobs/preview", tag = "jobs", request_body = NewJob,
    responses((status = 200, body = JobPreview), (status = 404, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn preview(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Body(new): Body<NewJob>,
) -> Result<Json<JobPreview>, Problem> {
    let looked = jobs::preview(&service, &actor, new.scopes).await?;
    Ok(Json(looked))
}

/// How far a job is.
#[utoipa::path(get, path = "/api/v1/jobs/{id}", tag = "jobs", params(("id" = String, Path)),
    responses((status = 200, body = JobView), (status = 404, body = Problem)))]
pub(super) async fn show(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(job): Path<String>,
) -> Result<Json<JobView>, Problem> {
    Ok(Json(jobs::show(&service, &actor, id(&job)?)?))
}

/// What came of each part of a job.
#[utoipa::path(get, path = "/api/v1/jobs/{id}/items", tag = "jobs",
    params(("id" = String, Path), Parts),
    responses((status = 200, body = JobItems), (status = 404, body = Problem)))]
pub(super) async fn items(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(job): Path<String>,
    Query(parts): Query<Parts>,
) -> Result<Json<JobItems>, Problem> {
    let limit = parts.limit.unwrap_or(100);
    let from = parts.after.unwrap_or(0);
    let found = jobs::items(&service, &actor, id(&job)?, from, limit)?;
    Ok(Json(found))
}

/// Takes a job back, where nobody changed what it did.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/undo", tag = "jobs",
    params(("id" = String, Path)), request_body = JobUndo,
    responses((status = 202, body = JobView), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(super) async fn undo(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(job): Path<String>,
    Body(order): Body<JobUndo>,
) -> Result<Response, Problem> {
    Ok(accepted(
        jobs::undo(&service, &actor, id(&job)?, &order).await?,
    ))
}

pub(super) fn accepted(job: JobView) -> Response {
    let place = format!("/api/v1/jobs/{}", job.id).parse().ok();
    let mut response = (StatusCode::ACCEPTED, Json(job)).into_response();
    let place = place.map(|place| (LOCATION, place));
    response.headers_mut().extend(place);
    response
}
