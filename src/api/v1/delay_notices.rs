//! `/api/v1/delay-notices`, and those of a reseller or domain.

use axum::extract::State;
use axum::{Extension, Json};

use crate::api::problem::{Body, Path, Problem};
use crate::ids::{DomainName, ResellerId};
use crate::service::delay_notices::{self, DelayNoticesChange, DelayNoticesView};
use crate::service::{Actor, Service};
use crate::store::policies::PolicyScope;

/// When senders are told that their message is safe and not read yet, where nobody said otherwise.
#[utoipa::path(get, path = "/api/v1/delay-notices", tag = "notices",
    responses((status = 200, body = DelayNoticesView), (status = 404, body = Problem)))]
pub(super) async fn of_all(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
) -> Result<Json<DelayNoticesView>, Problem> {
    let view = delay_notices::show(&service, &actor, &PolicyScope::All)?;
    Ok(Json(view))
}

/// Sets it for all.
#[utoipa::path(put, path = "/api/v1/delay-notices", tag = "notices",
    request_body = DelayNoticesChange,
    responses((status = 200, body = DelayNoticesView), (status = 404, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn set_of_all(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Body(change): Body<DelayNoticesChange>,
) -> Result<Json<DelayNoticesView>, Problem> {
    let view = delay_notices::set(&service, &actor, PolicyScope::All, &change).await?;
    Ok(Json(view))
}

/// The same for the domains of a reseller.
#[utoipa::path(get, path = "/api/v1/resellers/{id}/delay-notices", tag = "notices",
    params(("id" = String, Path)),
    responses((status = 200, body = DelayNoticesView), (status = 404, body = Problem)))]
pub(super) async fn of_reseller(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<ResellerId>,
) -> Result<Json<DelayNoticesView>, Problem> {
    let view = delay_notices::show(&service, &actor, &PolicyScope::Reseller(id))?;
    Ok(Json(view))
}

/// Sets it for the domains of a reseller.
#[utoipa::path(put, path = "/api/v1/resellers/{id}/delay-notices", tag = "notices",
    params(("id" = String, Path)), request_body = DelayNoticesChange,
    responses((status = 200, body = DelayNoticesView), (status = 404, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn set_of_reseller(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<ResellerId>,
    Body(change): Body<DelayNoticesChange>,
) -> Result<Json<DelayNoticesView>, Problem> {
    let scope = PolicyScope::Reseller(id);
    Ok(Json(
        delay_notices::set(&service, &actor, scope, &change).await?,
    ))
}

/// The same for one domain.
#[utoipa::path(get, path = "/api/v1/domains/{domain}/delay-notices", tag = "notices",
    params(("domain" = String, Path)),
    responses((status = 200, body = DelayNoticesView), (status = 404, body = Problem)))]
pub(super) async fn of_domain(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(domain): Path<DomainName>,
) -> Result<Json<DelayNoticesView>, Problem> {
    let view = delay_notices::show(&service, &actor, &PolicyScope::Domain(domain))?;
    Ok(Json(view))
}

/// Sets it for one domain.
#[utoipa::path(put, path = "/api/v1/domains/{domain}/delay-notices", tag = "notices",
    params(("domain" = String, Path)), request_body = DelayNoticesChange,
    responses((status = 200, body = DelayNoticesView), (status = 404, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn set_of_domain(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(domain): Path<DomainName>,
    Body(change): Body<DelayNoticesChange>,
) -> Result<Json<DelayNoticesView>, Problem> {
    let scope = PolicyScope::Domain(domain);
    Ok(Json(
        delay_notices::set(&service, &actor, scope, &change).await?,
    ))
}
