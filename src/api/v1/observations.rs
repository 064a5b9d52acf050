//! `/api/v1/observations`: what agents report.

use axum::extract::State;
use axum::{Extension, Json};

use crate::api::problem::{Body, Problem};
use crate::service::observations::{self, Received, Report};
use crate::service::{Actor, Service};

/// Takes what an agent saw, or what somebody counted of the platform's traffic. An agent's token opens
/// this and nothing else.
#[utoipa::path(post, path = "/api/v1/observations", tag = "failover",
    request_body = Report,
    responses((status = 200, body = Received), (status = 404, body = Problem),
              (status = 409, body = Problem), (status = 422, body = Problem),
              (status = 503, body = Problem)))]
pub(super) async fn take(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Body(report): Body<Report>,
) -> Result<Json<Received>, Problem> {
    Ok(Json(observations::take(&service, &actor, report)?))
}
