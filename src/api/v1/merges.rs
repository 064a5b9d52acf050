//! `/api/v1/merges`

use axum::extract::State;
use axum::{Extension, Json};

use crate::api::problem::Problem;
use crate::service::merge::{self, MergeView};
use crate::service::{Actor, Service};

/// How the merge stands: what is still to merge, and which mailboxes wait and why.
#[utoipa::path(get, path = "/api/v1/merges", tag = "merges",
    responses((status = 200, body = MergeView), (status = 401, body = Problem)))]
pub(super) async fn status(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
) -> Result<Json<MergeView>, Problem> {
    Ok(Json(merge::status(&service, &actor)?))
}
