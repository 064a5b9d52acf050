//! `/api/v1/domain-moves`: domains that go to another reseller.

use axum::extract::State;
use axum::{Extension, Json};

use crate::api::problem::{Body, Problem};
use crate::service::domain_moves::{self, DomainMoveView, NewDomainMove};
use crate::service::{Actor, Service};

/// Moves domains to another reseller, with their mailboxes, their mail and what is kept of deleted ones. What the
/// former reseller had set ends, and it sees nothing of them any more; what operators set stays.
#[utoipa::path(post, path = "/api/v1/domain-moves", tag = "directory", request_body = NewDomainMove,
    responses((status = 200, body = DomainMoveView), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn create(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Body(new): Body<NewDomainMove>,
) -> Result<Json<DomainMoveView>, Problem> {
    let moved = domain_moves::create(&service, &actor, new).await?;
    Ok(Json(moved))
}

/// What a move would do: the same body, and nothing is done.
#[utoipa::path(post, path = "/api/v1/domain-moves/preview", tag = "directory",
    request_body = NewDomainMove,
    responses((status = 200, body = DomainMoveView), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn preview(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Body(new): Body<NewDomainMove>,
) -> Result<Json<DomainMoveView>, Problem> {
    let looked = domain_moves::preview(&service, &actor, new).await?;
    Ok(Json(looked))
}
