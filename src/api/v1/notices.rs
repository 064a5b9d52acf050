//! `/api/v1/notices`: what the operator has to say to users.

use axum::extract::State;
use axum::{Extension, Json};

use crate::api::problem::{Body, Path, Problem};
use crate::ids::MailstoreId;
use crate::service::words::{self, NoticeChange, NoticeView};
use crate::service::{Actor, Service};

/// What is said at present, to all and to the users of each mailstore.
#[utoipa::path(get, path = "/api/v1/notices", tag = "notices",
    responses((status = 200, body = Vec<NoticeView>), (status = 401, body = Problem)))]
pub(super) async fn list(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
) -> Result<Json<Vec<NoticeView>>, Problem> {
    Ok(Json(words::list(&service, &actor)?))
}

/// Says something to all users, or takes it back.
#[utoipa::path(put, path = "/api/v1/notices", tag = "notices",
    request_body = NoticeChange,
    responses((status = 200, body = NoticeView), (status = 422, body = Problem)))]
pub(super) async fn set(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Body(change): Body<NoticeChange>,
) -> Result<Json<NoticeView>, Problem> {
    Ok(Json(
        words::set(&service, &actor, None, &change.text).await?,
    ))
}

/// Says something to the users of a mailstore, or takes it back.
#[utoipa::path(put, path = "/api/v1/mailstores/{id}/notice", tag = "notices",
    params(("id" = String, Path, description = "As configured")),
    request_body = NoticeChange,
    responses((status = 200, body = NoticeView), (status = 404, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn set_of_mailstore(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<MailstoreId>,
    Body(change): Body<NoticeChange>,
) -> Result<Json<NoticeView>, Problem> {
    Ok(Json(
        words::set(&service, &actor, Some(id), &change.text).await?,
    ))
}
