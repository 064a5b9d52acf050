//! `/api/v1/brand`: how one is shown to users.

use axum::extract::State;
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::problem::{Body, Problem, Query};
use crate::ids::ResellerId;
use crate::service::brands::{self, Brand};
use crate::service::{Actor, Service};

/// Whose.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Whose {
    /// Operators: a reseller; absent: one's own.
    #[param(value_type = Option<String>)]
    reseller: Option<ResellerId>,
}

/// One's own brand; operators may ask for a reseller's.
#[utoipa::path(get, path = "/api/v1/brand", tag = "brand", params(Whose),
    responses((status = 200, body = Brand), (status = 401, body = Problem)))]
pub(super) async fn show(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Query(whose): Query<Whose>,
) -> Result<Json<Brand>, Problem> {
    Ok(Json(brands::show(
        &service,
        &actor,
        whose.reseller.as_ref(),
    )?))
}

/// Sets one's own brand, all of it; operators may set a reseller's.
#[utoipa::path(put, path = "/api/v1/brand", tag = "brand", params(Whose),
    request_body = Brand,
    responses((status = 200, body = Brand), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn set(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Query(whose): Query<Whose>,
    Body(brand): Body<Brand>,
) -> Result<Json<Brand>, Problem> {
    let reseller = whose.reseller.as_ref();
    Ok(Json(brands::set(&service, &actor, reseller, brand).await?))
}
