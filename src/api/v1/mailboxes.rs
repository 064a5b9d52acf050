//! `/api/v1/mailboxes`, `/api/v1/domains/{domain}/mailboxes`

use axum::extract::State;
use axum::http::header::LINK;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::problem::{Path, Problem, Query};
use crate::ids::{Address, DomainName};
use crate::service::mailboxes::{self, MailboxPage, MailboxView, PAGE_MAX};
use crate::service::{Actor, Service};

/// Where a page starts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// The cursor of the page before.
    #[param(value_type = Option<String>)]
    after: Option<Address>,
    /// Entries in a page, up to 500.
    limit: Option<usize>,
}

/// The mailboxes of a domain.
#[utoipa::path(get, path = "/api/v1/domains/{domain}/mailboxes", tag = "mailboxes",
    params(("domain" = String, Path), Paging),
    responses((status = 200, body = MailboxPage), (status = 404, body = Problem)))]
pub(super) async fn list(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(domain): Path<DomainName>,
    Query(paging): Query<Paging>,
) -> Result<Response, Problem> {
    let limit = paging.limit.unwrap_or(PAGE_MAX);
    let page = mailboxes::list(&service, &actor, &domain, paging.after.as_ref(), limit)?;
    let link = page.next.as_ref().and_then(|next| {
        let next = percent_encoding::utf8_percent_encode(next, percent_encoding::NON_ALPHANUMERIC);
        format!("</api/v1/domains/{domain}/mailboxes?after={next}&limit={limit}>; rel=\"next\"")
            .parse()
            .ok()
    });
    let mut response = Json(page).into_response();
    response.headers_mut().extend(link.map(|link| (LINK, link)));
    Ok(response)
}

/// A mailbox.
#[utoipa::path(get, path = "/api/v1/mailboxes/{address}", tag = "mailboxes",
    params(("address" = String, Path, description = "An address or alias")),
    responses((status = 200, body = MailboxView), (status = 404, body = Problem)))]
pub(super) async fn show(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(address): Path<Address>,
) -> Result<Json<MailboxView>, Problem> {
    Ok(Json(mailboxes::show(&service, &actor, &address)?))
}
