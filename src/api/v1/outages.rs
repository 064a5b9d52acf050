//! `/api/v1/outages`

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::IntoParams;

use super::paging::{linked, wants_csv};
use crate::api::problem::{Path, Problem, Query};
use crate::service::outage::{self, OutagePage, OutageView, PAGE_MAX};
use crate::service::sorting::cursor_name;
use crate::service::{Actor, Service, ServiceError};

/// Where a page starts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// How they are sorted: `-activated_at`, the newest first, or `activated_at`.
    #[param(example = "activated_at")]
    sort: Option<String>,
    /// The newest first: the cursor of the page before.
    before: Option<String>,
    /// The oldest first: the cursor of the page before.
    after: Option<String>,
    /// Entries in a page, up to 200.
    limit: Option<usize>,
}

/// Outages, the newest first; for a reseller those of mailstores that it has mailboxes on.
///
/// With `Accept: text/csv` all of them come as one CSV file (RFC 4180), up to 20,000.
#[utoipa::path(get, path = "/api/v1/outages", tag = "outages", params(Paging),
    responses((status = 200, content((OutagePage = "application/json"), (String = "text/csv"))),
              (status = 401, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn list(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    headers: HeaderMap,
    Query(paging): Query<Paging>,
) -> Result<Response, Problem> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let (sort, before) = (text(&paging.sort), text(&paging.before));
    let start = outage::start(&sort, &before, &text(&paging.after))?;
    if wants_csv(&headers) {
        let file = outage::file(&service, &actor, start.order).await?;
        return Ok(file.into_parts().into_response());
    }
    let limit = paging.limit.unwrap_or(PAGE_MAX);
    let page = outage::list(&service, &actor, &start, limit).await?;
    let pairs = [("sort", paging.sort), ("limit", Some(limit.to_string()))];
    let next = page.next.clone();
    let cursor = cursor_name(start.order);
    Ok(linked(
        "/api/v1/outages",
        &pairs,
        cursor,
        next.as_deref(),
        page,
    ))
}

/// One outage with its timeline.
#[utoipa::path(get, path = "/api/v1/outages/{id}", tag = "outages",
    params(("id" = String, Path)),
    responses((status = 200, body = OutageView), (status = 404, body = Problem)))]
pub(super) async fn show(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Json<OutageView>, Problem> {
    let id = id
        .parse()
        .map_err(|_| ServiceError::NotFound("such outage"))?;
    Ok(Json(outage::show(&service, &actor, id).await?))
}
