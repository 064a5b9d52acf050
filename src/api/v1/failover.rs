//! `…/failover` of a mailstore, a domain, a mailbox.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{ETAG, IF_MATCH};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};

use crate::api::problem::{Body, Path, Problem, quoted};
use crate::ids::{Address, DomainName, MailstoreId};
use crate::route::Scope;
use crate::service::failover::{self, FailoverChange, FailoverView};
use crate::service::{Actor, Service};

/// How failover of a mailstore stands, with its last decisions.
#[utoipa::path(get, path = "/api/v1/mailstores/{id}/failover", tag = "failover",
    params(("id" = String, Path, description = "As configured")),
    responses((status = 200, body = FailoverView), (status = 404, body = Problem)))]
pub(super) async fn of_mailstore(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<MailstoreId>,
) -> Result<Response, Problem> {
    show(&service, &actor, &Scope::Mailstore(id))
}

/// Gives an order for a mailstore. With `If-Match`, only if it is as it was last seen.
#[utoipa::path(put, path = "/api/v1/mailstores/{id}/failover", tag = "failover",
    params(("id" = String, Path, description = "As configured"),
           ("If-Match" = Option<String>, Header, description = "The ETag last seen")),
    request_body = FailoverChange,
    responses((status = 200, body = FailoverView), (status = 404, body = Problem),
              (status = 409, body = Problem), (status = 412, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn change_mailstore(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<MailstoreId>,
    headers: HeaderMap,
    Body(change): Body<FailoverChange>,
) -> Result<Response, Problem> {
    change_scope(&service, &actor, &Scope::Mailstore(id), change, &headers).await
}

/// The override of a domain.
#[utoipa::path(get, path = "/api/v1/domains/{domain}/failover", tag = "failover",
    params(("domain" = String, Path)),
    responses((status = 200, body = FailoverView), (status = 404, body = Problem)))]
pub(super) async fn of_domain(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(domain): Path<DomainName>,
) -> Result<Response, Problem> {
    show(&service, &actor, &Scope::Domain(domain))
}

/// Sets or removes the override of a domain.
#[utoipa::path(put, path = "/api/v1/domains/{domain}/failover", tag = "failover",
    params(("domain" = String, Path),
           ("If-Match" = Option<String>, Header, description = "The ETag last seen")),
    request_body = FailoverChange,
    responses((status = 200, body = FailoverView), (status = 404, body = Problem),
              (status = 412, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn change_domain(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(domain): Path<DomainName>,
    headers: HeaderMap,
    Body(change): Body<FailoverChange>,
) -> Result<Response, Problem> {
    change_scope(&service, &actor, &Scope::Domain(domain), change, &headers).await
}

/// The override of a mailbox and where its mail goes.
#[utoipa::path(get, path = "/api/v1/mailboxes/{address}/failover", tag = "failover",
    params(("address" = String, Path, description = "An address or alias")),
    responses((status = 200, body = FailoverView), (status = 404, body = Problem)))]
pub(super) async fn of_mailbox(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(address): Path<Address>,
) -> Result<Response, Problem> {
    show(&service, &actor, &Scope::Mailbox(address))
}

/// Sets or removes the override of a mailbox.
#[utoipa::path(put, path = "/api/v1/mailboxes/{address}/failover", tag = "failover",
    params(("address" = String, Path, description = "An address or alias"),
           ("If-Match" = Option<String>, Header, description = "The ETag last seen")),
    request_body = FailoverChange,
    responses((status = 200, body = FailoverView), (status = 404, body = Problem),
              (status = 412, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn change_mailbox(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(address): Path<Address>,
    headers: HeaderMap,
    Body(change): Body<FailoverChange>,
) -> Result<Response, Problem> {
    change_scope(&service, &actor, &Scope::Mailbox(address), change, &headers).await
}

fn show(service: &Service, actor: &Actor, scope: &Scope) -> Result<Response, Problem> {
    Ok(with_etag(failover::show(service, actor, scope)?))
}

async fn change_scope(
    service: &Service,
    actor: &Actor,
    scope: &Scope,
    change: FailoverChange,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let if_match = headers
        .get(IF_MATCH)
        .map(|value| value.to_str().unwrap_or_default().trim().trim_matches('"'))
        .filter(|tag| *tag != "*");
    Ok(with_etag(
        failover::change(service, actor, scope, change, if_match).await?,
    ))
}

fn with_etag(view: FailoverView) -> Response {
    let etag = quoted(&view.etag);
    let mut response = Json(view).into_response();
    response.headers_mut().extend(etag.map(|etag| (ETAG, etag)));
    response
}
