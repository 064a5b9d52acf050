//! `/api/v1/outages`

use axum::extract::State;
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::problem::{Path, Problem, Query};
use crate::ids::OutageId;
use crate::service::outage::{self, OutagePage, OutageView, PAGE_MAX};
use crate::service::{Actor, Service, ServiceError};

/// Where a page starts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// The cursor of the page before.
    before: Option<String>,
    /// Entries in a page, up to 200.
    limit: Option<usize>,
}

/// Outages, the newest first; for a reseller those of mailstores that it has mailboxes on.
#[utoipa::path(get, path = "/api/v1/outages", tag = "outages", params(Paging),
    responses((status = 200, body = OutagePage), (status = 401, body = Problem)))]
pub(super) async fn list(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Query(paging): Query<Paging>,
) -> Result<Json<OutagePage>, Problem> {
    let before = paging.before.map(|id| parse(&id, "before")).transpose()?;
    let limit = paging.limit.unwrap_or(PAGE_MAX);
    Ok(Json(outage::list(&service, &actor, before, limit).await?))
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

fn parse(id: &str, field: &'static str) -> Result<OutageId, ServiceError> {
    id.parse().map_err(|error| ServiceError::Invalid {
        field,
        text: format!("{error}"),
    })
}
