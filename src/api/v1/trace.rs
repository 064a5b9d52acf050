//! `/api/v1/trace`

use axum::extract::State;
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::problem::{Problem, Query};
use crate::service::trace::{self, TraceView};
use crate::service::{Actor, Service};

/// What is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// A delivery id, a Message-ID, the MX's queue id, or the address of a mailbox.
    q: String,
}

/// Where messages are, from their acceptance to the mailstore, or from their sender to the smarthost.
#[utoipa::path(get, path = "/api/v1/trace", tag = "mail", params(Wanted),
    responses((status = 200, body = TraceView), (status = 404, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn show(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<TraceView>, Problem> {
    let tracing = service.walk(&actor, move |service, actor| {
        trace::trace(service, actor, &wanted.q)
    });
    Ok(Json(tracing.await?))
}
