//! `/api/v1/domains`, `/api/v1/overrides`, `/api/v1/resellers`, `/api/v1/decisions`

use axum::extract::State;
use axum::response::Response;
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::IntoParams;

use super::paging::linked;
use crate::api::problem::{Problem, Query};
use crate::ids::{DomainName, ResellerId};
use crate::route::Scope;
use crate::service::decisions::{self, DecisionItem};
use crate::service::domains::{self, DomainPage};
use crate::service::overrides::{self, OverridePage};
use crate::service::resellers::{self, ResellerView};
use crate::service::{Actor, Service, ServiceError};

/// Which domains, and where a page starts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Domains {
    /// With this anywhere in the name.
    name: Option<String>,
    /// Operators: of this reseller.
    #[param(value_type = Option<String>)]
    reseller: Option<ResellerId>,
    /// By where mail goes: `affected`, `primary`, `standby`, `partly`, `queue` or `empty`.
    #[param(example = "affected")]
    route: Option<String>,
    /// The cursor of the page before.
    #[param(value_type = Option<String>)]
    after: Option<DomainName>,
    /// Entries in a page, up to 200.
    limit: Option<usize>,
}

/// Domains by where the mail of their mailboxes goes. A page may hold fewer than asked for, even none, and still
/// have a next.
#[utoipa::path(get, path = "/api/v1/domains", tag = "mailboxes", params(Domains),
    responses((status = 200, body = DomainPage), (status = 404, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn domains(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Query(asked): Query<Domains>,
) -> Result<Response, Problem> {
    let filter = domains::Filter {
        name: asked.name.clone().unwrap_or_default(),
        reseller: asked.reseller.clone(),
        state: asked.route.as_deref().map(str::parse).transpose()?,
    };
    let limit = asked.limit.unwrap_or(domains::PAGE_MAX);
    let place = service.changes.walk()?;
    let looking = tokio::task::spawn_blocking(move || {
        let _place = place;
        domains::list(&service, &actor, &filter, asked.after.as_ref(), limit)
    });
    let page = looking
        .await
        .map_err(|error| ServiceError::Unavailable(error.to_string()))??;
    let pairs = [
        ("name", asked.name),
        ("reseller", asked.reseller.map(String::from)),
        ("route", asked.route),
        ("limit", Some(limit.to_string())),
    ];
    let next = page.next.clone();
    Ok(linked(
        "/api/v1/domains",
        &pairs,
        "after",
        next.as_deref(),
        page,
    ))
}

/// Which settings, and where a page starts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Overrides {
    /// Operators: of this reseller's domains.
    #[param(value_type = Option<String>)]
    reseller: Option<ResellerId>,
    /// Only those that end by themselves.
    timed: Option<bool>,
    /// The cursor of the page before.
    after: Option<String>,
    /// Domains and mailboxes in a page, up to 200.
    limit: Option<usize>,
}

/// Settings of single domains and mailboxes that are in force, domains first. A page may hold fewer than asked for,
/// even none, and still have a next.
#[utoipa::path(get, path = "/api/v1/overrides", tag = "failover", params(Overrides),
    responses((status = 200, body = OverridePage), (status = 404, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn overrides(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Query(asked): Query<Overrides>,
) -> Result<Response, Problem> {
    let after: Option<Scope> = asked.after.as_deref().map(cursor).transpose()?;
    let filter = overrides::Filter {
        reseller: asked.reseller,
        timed: asked.timed.unwrap_or(false),
    };
    let limit = asked.limit.unwrap_or(overrides::PAGE_MAX);
    let page = overrides::list(&service, &actor, &filter, after.as_ref(), limit)?;
    let pairs = [
        ("reseller", filter.reseller.map(String::from)),
        ("timed", filter.timed.then(|| "true".to_owned())),
        ("limit", Some(limit.to_string())),
    ];
    let next = page.next.clone();
    Ok(linked(
        "/api/v1/overrides",
        &pairs,
        "after",
        next.as_deref(),
        page,
    ))
}

fn cursor(text: &str) -> Result<Scope, ServiceError> {
    text.parse().map_err(|_| ServiceError::Invalid {
        field: "after",
        text: "use the cursor that a page gave".to_owned(),
    })
}

/// The resellers that have a mailbox, with how many of theirs are affected. Counted at most a minute ago.
#[utoipa::path(get, path = "/api/v1/resellers", tag = "directory",
    responses((status = 200, body = Vec<ResellerView>), (status = 404, body = Problem)))]
pub(super) async fn resellers(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
) -> Result<Json<Vec<ResellerView>>, Problem> {
    Ok(Json(resellers::list(&service, &actor).await?))
}

/// Everything that waits for an operator's word, the most pressing first.
#[utoipa::path(get, path = "/api/v1/decisions", tag = "failover",
    responses((status = 200, body = Vec<DecisionItem>), (status = 404, body = Problem)))]
pub(super) async fn decisions(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
) -> Result<Json<Vec<DecisionItem>>, Problem> {
    Ok(Json(decisions::list(&service, &actor)?))
}
