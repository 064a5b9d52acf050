//! `/api/v1/domains`, `/api/v1/overrides`, `/api/v1/resellers`, `/api/v1/decisions`

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::IntoParams;

use super::paging::{linked, wants_csv};
use crate::api::problem::{Problem, Query};
use crate::ids::ResellerId;
use crate::service::decisions::{self, DecisionItem};
use crate::service::domains::{self, DomainPage};
use crate::service::overrides::{self, OverridePage};
use crate::service::resellers::{self, ResellerView};
use crate::service::sorting::Start;
use crate::service::{Actor, Service};

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
    /// How they are sorted: `domain`, or `-domain` the other way round.
    #[param(example = "-domain")]
    sort: Option<String>,
    /// The cursor of the page before, of the same sort.
    after: Option<String>,
    /// Entries in a page, up to 200.
    limit: Option<usize>,
}

/// Domains by where the mail of their mailboxes goes. A page may hold fewer than asked for, even none, and still
/// have a next.
///
/// With `Accept: text/csv` all of them come as one CSV file (RFC 4180), up to 20,000.
#[utoipa::path(get, path = "/api/v1/domains", tag = "mailboxes", params(Domains),
    responses((status = 200, content((DomainPage = "application/json"), (String = "text/csv"))), (status = 404, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn domains(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    headers: HeaderMap,
    Query(asked): Query<Domains>,
) -> Result<Response, Problem> {
    let filter = domains::Filter {
        name: asked.name.clone().unwrap_or_default(),
        reseller: asked.reseller.clone(),
        state: asked.route.as_deref().map(str::parse).transpose()?,
    };
    let limit = asked.limit.unwrap_or(domains::PAGE_MAX);
    let order = domains::sort(asked.sort.as_deref().unwrap_or_default())?;
    if wants_csv(&headers) {
        let file = service.walk(&actor, move |service, actor| {
            domains::file(service, actor, &filter, order)
        });
        return Ok(file.await?.into_parts().into_response());
    }
    let start = Start::read(order, asked.after.as_deref().unwrap_or_default())?;
    let looking = service.walk(&actor, move |service, actor| {
        domains::list(service, actor, &filter, &start, limit)
    });
    let page = looking.await?;
    let pairs = [
        ("name", asked.name),
        ("reseller", asked.reseller.map(String::from)),
        ("route", asked.route),
        ("sort", asked.sort),
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
    /// How they are sorted: `scope`, domains first, or `-scope` the other way round.
    #[param(example = "-scope")]
    sort: Option<String>,
    /// The cursor of the page before, of the same sort.
    after: Option<String>,
    /// Domains and mailboxes in a page, up to 200.
    limit: Option<usize>,
}

/// Settings of single domains and mailboxes that are in force, domains first. A page may hold fewer than asked for,
/// even none, and still have a next.
///
/// With `Accept: text/csv` all of them come as one CSV file (RFC 4180), up to 20,000.
#[utoipa::path(get, path = "/api/v1/overrides", tag = "failover", params(Overrides),
    responses((status = 200, content((OverridePage = "application/json"), (String = "text/csv"))), (status = 404, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn overrides(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    headers: HeaderMap,
    Query(asked): Query<Overrides>,
) -> Result<Response, Problem> {
    let order = overrides::sort(asked.sort.as_deref().unwrap_or_default())?;
    let filter = overrides::Filter {
        reseller: asked.reseller,
        timed: asked.timed.unwrap_or(false),
    };
    let limit = asked.limit.unwrap_or(overrides::PAGE_MAX);
    if wants_csv(&headers) {
        let file = service.walk(&actor, move |service, actor| {
            overrides::file(service, actor, &filter, order)
        });
        return Ok(file.await?.into_parts().into_response());
    }
    let start = Start::read(order, asked.after.as_deref().unwrap_or_default())?;
    let asked_for = filter.clone();
    let looking = service.look(&actor, move |service, actor| {
        overrides::list(service, actor, &asked_for, &start, limit)
    });
    let page = looking.await?;
    let pairs = [
        ("reseller", filter.reseller.map(String::from)),
        ("timed", filter.timed.then(|| "true".to_owned())),
        ("sort", asked.sort),
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
    Ok(Json(service.look(&actor, decisions::list).await?))
}
