//! `/api/v1/alerts`: what is critical now.

use axum::extract::State;
use axum::{Extension, Json};

use crate::api::problem::{Body, Path, Problem};
use crate::service::alerts::{self, AlertNote, AlertView};
use crate::service::{Actor, Service};

/// All alerts that are open.
#[utoipa::path(get, path = "/api/v1/alerts", tag = "alerts",
    responses((status = 200, body = Vec<AlertView>), (status = 401, body = Problem)))]
pub(super) async fn list(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
) -> Result<Json<Vec<AlertView>>, Problem> {
    Ok(Json(alerts::list(&service, &actor)?))
}

/// Takes an alert on: it is not told again while it lasts.
#[utoipa::path(put, path = "/api/v1/alerts/{name}/acknowledgement", tag = "alerts",
    params(("name" = String, Path, description = "As listed")),
    request_body = AlertNote,
    responses((status = 200, body = AlertView), (status = 404, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn acknowledge(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
    Body(note): Body<AlertNote>,
) -> Result<Json<AlertView>, Problem> {
    Ok(Json(
        alerts::acknowledge(&service, &actor, &name, &note.note).await?,
    ))
}
