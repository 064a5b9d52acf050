//! `/api/v1/mailboxes`, `/api/v1/domains/{domain}/mailboxes`

use axum::extract::State;
use axum::http::header::{ETAG, IF_MATCH, LINK};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::IntoParams;

use super::paging::{linked, wants_csv};
use crate::api::problem::{Body, Path, Problem, Query, quoted};
use crate::ids::{Address, DomainName, MailstoreId, ResellerId};
use crate::service::listing::{self, Filter, Sort, Start, csv};
use crate::service::mailbox_push::{self, MailboxPush};
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
    let asked = domain.clone();
    let looking = service.look(&actor, move |service, actor| {
        mailboxes::list(service, actor, &asked, paging.after.as_ref(), limit)
    });
    let page = looking.await?;
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

/// Which mailboxes, and where a page starts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// On this mailstore.
    #[param(value_type = Option<String>)]
    mailstore: Option<MailstoreId>,
    /// In this domain.
    #[param(value_type = Option<String>)]
    domain: Option<DomainName>,
    /// Operators: of this reseller.
    #[param(value_type = Option<String>)]
    reseller: Option<ResellerId>,
    /// By where mail goes: `primary`, `standby`, `queue`, or `affected` for the last two.
    #[param(example = "affected")]
    route: Option<String>,
    /// With a setting of its own: `primary`, `standby`, `queue` or `any`.
    #[serde(rename = "override")]
    #[param(rename = "override", example = "any")]
    own: Option<String>,
    /// Whose address begins so.
    prefix: Option<String>,
    /// With mail here that is still to be merged.
    unmerged: Option<bool>,
    /// Whose merge waits for a reason of its own.
    blocked: Option<bool>,
    /// By what they are sorted: `mailstore` and on each by address, or `address`; `-mailstore` and `-address` the
    /// other way round.
    #[param(example = "-address")]
    sort: Option<String>,
    /// The cursor of the page before, of the same sort.
    after: Option<String>,
    /// Entries in a page, up to 500.
    limit: Option<usize>,
}

/// Mailboxes by where their mail goes: exactly which are affected.
///
/// A page may hold fewer than asked for, even none, and still have a next. With `Accept: text/csv` all of them
/// come as one CSV file (RFC 4180).
#[utoipa::path(get, path = "/api/v1/mailboxes", tag = "mailboxes",
    params(Asked),
    responses((status = 200, content((MailboxPage = "application/json"), (String = "text/csv"))),
              (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn find(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let filter = Filter {
        mailstore: asked.mailstore,
        domain: asked.domain,
        reseller: asked.reseller,
        route: asked.route.as_deref().map(str::parse).transpose()?,
        setting: asked.own.as_deref().map(str::parse).transpose()?,
        prefix: asked.prefix.unwrap_or_default().to_lowercase(),
        unmerged: asked.unmerged.unwrap_or(false),
        blocked: asked.blocked.unwrap_or(false),
    };
    let sort = Sort::read(asked.sort.as_deref().unwrap_or_default())?;
    if wants_csv(&headers) {
        let lines = csv::lines(service, actor, filter, sort)?;
        return Ok((csv::HEADERS, axum::body::Body::from_stream(lines)).into_response());
    }
    let limit = asked.limit.unwrap_or(PAGE_MAX);
    let start = Start::read(sort, asked.after.as_deref().unwrap_or_default())?;
    let asked_for = filter.clone();
    let looking = service.look(&actor, move |service, actor| {
        listing::list(service, actor, &asked_for, &start, limit)
    });
    let page = looking.await?;
    let own = filter.pairs().into_iter();
    let mut pairs: Vec<_> = own.map(|(name, value)| (name, Some(value))).collect();
    pairs.push(("sort", asked.sort));
    pairs.push(("limit", Some(limit.to_string())));
    let next = page.next.clone();
    Ok(linked(
        "/api/v1/mailboxes",
        &pairs,
        "after",
        next.as_deref(),
        page,
    ))
}

/// A mailbox.
#[utoipa::path(get, path = "/api/v1/mailboxes/{address}", tag = "mailboxes",
    params(("address" = String, Path, description = "An address or alias")),
    responses((status = 200, body = MailboxView), (status = 404, body = Problem)))]
pub(super) async fn show(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(address): Path<Address>,
) -> Result<Response, Problem> {
    let (mailbox, etag) = mailbox_push::show(&service, &actor, &address)?;
    Ok(tagged(StatusCode::OK, mailbox, &etag))
}

fn tagged(status: StatusCode, mailbox: MailboxView, etag: &str) -> Response {
    let mut response = (status, Json(mailbox)).into_response();
    let etag = quoted(etag).map(|etag| (ETAG, etag));
    response.headers_mut().extend(etag);
    response
}

/// Enters or changes one mailbox, as a row of `/api/v1/provision` does. With `If-Match`, only if it is as
/// it was last seen.
#[utoipa::path(put, path = "/api/v1/mailboxes/{address}", tag = "mailboxes",
    params(("address" = String, Path, description = "Its address"),
           ("If-Match" = Option<String>, Header, description = "The ETag last seen")),
    request_body = MailboxPush,
    responses((status = 200, body = MailboxView), (status = 201, body = MailboxView),
              (status = 403, body = Problem), (status = 404, body = Problem),
              (status = 412, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn put(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(address): Path<Address>,
    headers: HeaderMap,
    Body(fields): Body<serde_json::Map<String, serde_json::Value>>,
) -> Result<Response, Problem> {
    let seen = if_match(&headers);
    let pushed = mailbox_push::put(&service, &actor, &address, fields, seen).await?;
    let status = match pushed.is_new {
        true => StatusCode::CREATED,
        false => StatusCode::OK,
    };
    Ok(tagged(status, pushed.mailbox, &pushed.etag))
}

/// Removes one mailbox from the directory; what its users had here stays for the retention.
#[utoipa::path(delete, path = "/api/v1/mailboxes/{address}", tag = "mailboxes",
    params(("address" = String, Path, description = "Its address"),
           ("If-Match" = Option<String>, Header, description = "The ETag last seen")),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem),
              (status = 412, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn remove(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(address): Path<Address>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    mailbox_push::remove(&service, &actor, &address, if_match(&headers)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The entity tag that was last seen.
fn if_match(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(IF_MATCH)?;
    Some(value.to_str().unwrap_or_default().trim().trim_matches('"'))
}
