//! `/api/v1/standing`: how everything stands, for monitoring.

use axum::extract::State;
use axum::{Extension, Json};

use crate::api::problem::Problem;
use crate::metrics::Standing;
use crate::service::{Actor, Service, standing};

/// How everything stands, in numbers: what `lifeboat check` and `/metrics` show.
#[utoipa::path(get, path = "/api/v1/standing", tag = "monitoring",
    responses((status = 200, body = Standing), (status = 401, body = Problem)))]
pub(super) async fn show(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
) -> Result<Json<Standing>, Problem> {
    Ok(Json(service.look(&actor, standing::show).await?))
}
