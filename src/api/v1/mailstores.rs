//! `/api/v1/mailstores`

use axum::extract::State;
use axum::{Extension, Json};

use crate::api::problem::{Path, Problem};
use crate::ids::MailstoreId;
use crate::service::mailstores::{self, MailstoreView};
use crate::service::{Actor, Service};

/// All mailstores and how they stand.
#[utoipa::path(get, path = "/api/v1/mailstores", tag = "mailstores",
    responses((status = 200, body = Vec<MailstoreView>), (status = 401, body = Problem)))]
pub(super) async fn list(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
) -> Result<Json<Vec<MailstoreView>>, Problem> {
    Ok(Json(service.look(&actor, mailstores::list).await?))
}

/// One mailstore.
#[utoipa::path(get, path = "/api/v1/mailstores/{id}", tag = "mailstores",
    params(("id" = String, Path, description = "As configured")),
    responses((status = 200, body = MailstoreView), (status = 404, body = Problem)))]
pub(super) async fn show(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<MailstoreId>,
) -> Result<Json<MailstoreView>, Problem> {
    Ok(Json(mailstores::show(&service, &actor, &id)?))
}
