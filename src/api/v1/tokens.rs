//! `/api/v1/tokens`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Json};

use super::paging::{Short, short};
use crate::api::problem::{Body, Path, Problem, Query};
use crate::service::token::{self, CreatedToken, NewToken, TokenView};
use crate::service::{Actor, Service, ServiceError};

/// All tokens, the oldest first unless `sort` says otherwise. Their secrets are not known any more.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "tokens", params(Short),
    responses((status = 200, body = Vec<TokenView>), (status = 401, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn list(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Query(asked): Query<Short>,
) -> Result<Response, Problem> {
    let all = service.look(&actor, token::list).await?;
    Ok(short("/api/v1/tokens", asked, all, &token::KEYS)?)
}

/// Makes a token. Its text is in this answer and nowhere else.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "tokens", request_body = NewToken,
    responses((status = 201, body = CreatedToken), (status = 422, body = Problem)))]
pub(super) async fn create(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Body(new): Body<NewToken>,
) -> Result<(StatusCode, Json<CreatedToken>), Problem> {
    let created = token::create(&service, &actor, new).await?;
    Ok((StatusCode::CREATED, Json(created)))
}

/// Revokes a token at once.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "tokens",
    params(("id" = String, Path, description = "The public id")),
    responses((status = 204), (status = 404, body = Problem)))]
pub(super) async fn revoke(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = id
        .parse()
        .map_err(|_| ServiceError::NotFound("such token"))?;
    token::revoke(&service, &actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
