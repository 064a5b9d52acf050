//! `/api/v1/drills`: outages practised on a canary.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};

use crate::api::problem::{Body, Path, Problem};
use crate::drill::{self, DrillOrder, DrillView};
use crate::service::{Actor, Service, ServiceError};

/// The last drills, the newest first.
#[utoipa::path(get, path = "/api/v1/drills", tag = "drills",
    responses((status = 200, body = Vec<DrillView>), (status = 401, body = Problem)))]
pub(super) async fn list(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
) -> Result<Json<Vec<DrillView>>, Problem> {
    Ok(Json(drill::list(&service, &actor)?))
}

/// Begins a drill and answers at once; ask for it to see how far it is.
#[utoipa::path(post, path = "/api/v1/drills", tag = "drills",
    request_body = DrillOrder,
    responses((status = 202, body = DrillView), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn start(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Body(order): Body<DrillOrder>,
) -> Result<(StatusCode, Json<DrillView>), Problem> {
    let begun = drill::start(&service, &actor, &order).await?;
    Ok((StatusCode::ACCEPTED, Json(begun)))
}

/// One drill with its steps.
#[utoipa::path(get, path = "/api/v1/drills/{id}", tag = "drills",
    params(("id" = String, Path)),
    responses((status = 200, body = DrillView), (status = 404, body = Problem)))]
pub(super) async fn show(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Json<DrillView>, Problem> {
    let id = id
        .parse()
        .map_err(|_| ServiceError::NotFound("such drill"))?;
    Ok(Json(drill::show(&service, &actor, id)?))
}
