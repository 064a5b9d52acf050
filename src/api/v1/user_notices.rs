//! `/api/v1/user-notices`, and those of a reseller or domain.

use axum::extract::State;
use axum::{Extension, Json};

use crate::api::problem::{Body, Path, Problem};
use crate::ids::{DomainName, ResellerId};
use crate::service::user_notices::{self, TellingView, UserNoticesChange, UserNoticesView};
use crate::service::{Actor, Service};
use crate::store::policies::PolicyScope;

/// Whether users are told of outages at their other address, where nobody said otherwise.
#[utoipa::path(get, path = "/api/v1/user-notices", tag = "notices",
    responses((status = 200, body = UserNoticesView), (status = 404, body = Problem)))]
pub(super) async fn of_all(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
) -> Result<Json<UserNoticesView>, Problem> {
    let view = user_notices::show(&service, &actor, &PolicyScope::All)?;
    Ok(Json(view))
}

/// Sets it for all.
#[utoipa::path(put, path = "/api/v1/user-notices", tag = "notices",
    request_body = UserNoticesChange,
    responses((status = 200, body = UserNoticesView), (status = 404, body = Problem),
              (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn set_of_all(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Body(change): Body<UserNoticesChange>,
) -> Result<Json<UserNoticesView>, Problem> {
    let view = user_notices::set(&service, &actor, PolicyScope::All, &change).await?;
    Ok(Json(view))
}

/// The same for the domains of a reseller.
#[utoipa::path(get, path = "/api/v1/resellers/{id}/user-notices", tag = "notices",
    params(("id" = String, Path)),
    responses((status = 200, body = UserNoticesView), (status = 404, body = Problem)))]
pub(super) async fn of_reseller(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<ResellerId>,
) -> Result<Json<UserNoticesView>, Problem> {
    let view = user_notices::show(&service, &actor, &PolicyScope::Reseller(id))?;
    Ok(Json(view))
}

/// Sets it for the domains of a reseller.
#[utoipa::path(put, path = "/api/v1/resellers/{id}/user-notices", tag = "notices",
    params(("id" = String, Path)), request_body = UserNoticesChange,
    responses((status = 200, body = UserNoticesView), (status = 404, body = Problem),
              (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn set_of_reseller(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<ResellerId>,
    Body(change): Body<UserNoticesChange>,
) -> Result<Json<UserNoticesView>, Problem> {
    let scope = PolicyScope::Reseller(id);
    Ok(Json(
        user_notices::set(&service, &actor, scope, &change).await?,
    ))
}

/// The same for one domain.
#[utoipa::path(get, path = "/api/v1/domains/{domain}/user-notices", tag = "notices",
    params(("domain" = String, Path)),
    responses((status = 200, body = UserNoticesView), (status = 404, body = Problem)))]
pub(super) async fn of_domain(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(domain): Path<DomainName>,
) -> Result<Json<UserNoticesView>, Problem> {
    let view = user_notices::show(&service, &actor, &PolicyScope::Domain(domain))?;
    Ok(Json(view))
}

/// Sets it for one domain.
#[utoipa::path(put, path = "/api/v1/domains/{domain}/user-notices", tag = "notices",
    params(("domain" = String, Path)), request_body = UserNoticesChange,
    responses((status = 200, body = UserNoticesView), (status = 404, body = Problem),
              (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn set_of_domain(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(domain): Path<DomainName>,
    Body(change): Body<UserNoticesChange>,
) -> Result<Json<UserNoticesView>, Problem> {
    let scope = PolicyScope::Domain(domain);
    Ok(Json(
        user_notices::set(&service, &actor, scope, &change).await?,
    ))
}

/// How far the users of each mailstore were told of its last outage. For operators.
#[utoipa::path(get, path = "/api/v1/user-notices/progress", tag = "notices",
    responses((status = 200, body = Vec<TellingView>), (status = 404, body = Problem)))]
pub(super) async fn progress(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
) -> Result<Json<Vec<TellingView>>, Problem> {
    Ok(Json(user_notices::progress(&service, &actor)?))
}
