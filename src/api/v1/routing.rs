//! `/api/v1/routing`: for route agents.

use axum::extract::State;
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::problem::{Problem, Query};
use crate::ids::Address;
use crate::route::published::{DirectoryPage, Published};
use crate::service::{Actor, Service, routing};

/// Where a page starts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// Behind this address: `next` of the page before.
    #[param(value_type = Option<String>)]
    after: Option<Address>,
}

/// How each mailstore is served, and the overrides: all that decides where mail goes besides who lives
/// where. For `lifeboat route-agent`; its form may change with the version.
#[utoipa::path(get, path = "/api/v1/routing", tag = "routing",
    responses((status = 200, description = "The states"), (status = 401, body = Problem)))]
pub(super) async fn states(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
) -> Result<Json<Published>, Problem> {
    Ok(Json(routing::states(&service, &actor)?))
}

/// Who lives where, by hashes of addresses, a page at a time. For `lifeboat route-agent`; its form may
/// change with the version.
#[utoipa::path(get, path = "/api/v1/routing/directory", tag = "routing", params(Paging),
    responses((status = 200, description = "A page"), (status = 401, body = Problem)))]
pub(super) async fn directory(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Query(paging): Query<Paging>,
) -> Result<Json<DirectoryPage>, Problem> {
    Ok(Json(routing::directory(
        &service,
        &actor,
        paging.after.as_ref(),
    )?))
}
