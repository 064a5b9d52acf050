//! `/api/v1/deleted-mailboxes`: mailboxes that left the directory and whose mail is kept.

use axum::extract::State;
use axum::response::Response;
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::IntoParams;

use super::paging::linked;
use crate::api::problem::{Body, Path, Problem, Query};
use crate::ids::{Address, DomainName, ResellerId};
use crate::service::deleted::{self, DeletedMailboxPage, Filter, ForgetOrder, Forgotten, PAGE_MAX};
use crate::service::{Actor, Service, ServiceError};

/// Which mailboxes, and where a page starts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Those that had this address.
    #[param(value_type = Option<String>)]
    address: Option<Address>,
    /// Of this domain.
    #[param(value_type = Option<String>)]
    domain: Option<DomainName>,
    /// Operators: of this reseller.
    #[param(value_type = Option<String>)]
    reseller: Option<ResellerId>,
    /// The cursor of the page before.
    after: Option<String>,
    /// Entries in a page, up to 200.
    limit: Option<usize>,
}

/// Mailboxes that left the directory, with how much of their mail is kept. A page may hold fewer than asked for, even
/// none, and still have a next.
#[utoipa::path(get, path = "/api/v1/deleted-mailboxes", tag = "mailboxes", params(Asked),
    responses((status = 200, body = DeletedMailboxPage), (status = 404, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn list(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let filter = Filter {
        address: asked.address,
        domain: asked.domain,
        reseller: asked.reseller,
    };
    let limit = asked.limit.unwrap_or(PAGE_MAX);
    let looked_for = filter.clone();
    let looking = service.walk(&actor, move |service, actor| {
        deleted::list(service, actor, &looked_for, asked.after.as_deref(), limit)
    });
    let page = looking.await?;
    let text = |value: &Option<String>| value.clone();
    let pairs = [
        ("address", text(&filter.address.map(String::from))),
        ("domain", text(&filter.domain.map(String::from))),
        ("reseller", text(&filter.reseller.map(String::from))),
        ("limit", Some(limit.to_string())),
    ];
    let next = page.next.clone();
    Ok(linked(
        "/api/v1/deleted-mailboxes",
        &pairs,
        "after",
        next.as_deref(),
        page,
    ))
}

/// Deletes for good what is kept of a mailbox that left, merged or not, before its retention is over.
#[utoipa::path(post, path = "/api/v1/deleted-mailboxes/{address}/{id}/forget", tag = "mailboxes",
    params(("address" = String, Path, description = "The address that it had"),
           ("id" = String, Path, description = "Its id")),
    request_body = ForgetOrder,
    responses((status = 200, body = Forgotten), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn forget(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path((address, id)): Path<(Address, String)>,
    Body(order): Body<ForgetOrder>,
) -> Result<Json<Forgotten>, Problem> {
    let id = id
        .parse()
        .map_err(|_| ServiceError::NotFound("such deleted mailbox"))?;
    let forgotten = deleted::forget(&service, &actor, &address, id, &order).await?;
    Ok(Json(forgotten))
}
