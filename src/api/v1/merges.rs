//! `/api/v1/merges`

use axum::extract::State;
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::problem::{Body, Path, Problem, Query};
use crate::ids::{Address, DomainName, MailboxId, MailstoreId, OutageId, StandbyId};
use crate::service::merge::{self, MailstoreMergeView, MergeView};
use crate::service::merge_orders::{self, MailboxMergeView, MergeOrder};
use crate::service::merge_receipt::{
    self, MESSAGES_MAX, OutageMergeView, PAGE_MAX, ReceiptList, ReceiptPage, ReceiptView,
};
use crate::service::{Actor, Service, ServiceError};

/// How the merge stands: what is still to merge, and which mailboxes wait and why; for a reseller of its own.
#[utoipa::path(get, path = "/api/v1/merges", tag = "merges",
    responses((status = 200, body = MergeView), (status = 401, body = Problem)))]
pub(super) async fn status(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
) -> Result<Json<MergeView>, Problem> {
    Ok(Json(merge::own_status(&service, &actor)?))
}

/// How the merge into a mailstore stands.
#[utoipa::path(get, path = "/api/v1/merges/mailstores/{id}", tag = "merges",
    params(("id" = String, Path, description = "As configured")),
    responses((status = 200, body = MailstoreMergeView), (status = 404, body = Problem)))]
pub(super) async fn of_mailstore(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<MailstoreId>,
) -> Result<Json<MailstoreMergeView>, Problem> {
    Ok(Json(merge::mailstore(&service, &actor, &id)?))
}

/// Runs, pauses, resumes, slows or hurries the merge into a mailstore, at once and until ordered
/// otherwise.
#[utoipa::path(put, path = "/api/v1/merges/mailstores/{id}", tag = "merges",
    params(("id" = String, Path, description = "As configured")),
    request_body = MergeOrder,
    responses((status = 200, body = MailstoreMergeView), (status = 404, body = Problem),
              (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn order_mailstore(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<MailstoreId>,
    Body(order): Body<MergeOrder>,
) -> Result<Json<MailstoreMergeView>, Problem> {
    let view = merge_orders::order(&service, &actor, &id, order).await?;
    Ok(Json(view))
}

/// How the merge of a mailbox stands.
#[utoipa::path(get, path = "/api/v1/merges/mailboxes/{address}", tag = "merges",
    params(("address" = String, Path, description = "An address or alias")),
    responses((status = 200, body = MailboxMergeView), (status = 404, body = Problem)))]
pub(super) async fn of_mailbox(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(address): Path<Address>,
) -> Result<Json<MailboxMergeView>, Problem> {
    Ok(Json(merge_orders::mailbox(&service, &actor, &address)?))
}

/// Puts a mailbox first in line (`run`), whatever it waits for, or has looked for what was merged from
/// it and merges again what is not there (`again`).
#[utoipa::path(put, path = "/api/v1/merges/mailboxes/{address}", tag = "merges",
    params(("address" = String, Path, description = "An address or alias")),
    request_body = MergeOrder,
    responses((status = 200, body = MailboxMergeView), (status = 404, body = Problem),
              (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn order_mailbox(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(address): Path<Address>,
    Body(order): Body<MergeOrder>,
) -> Result<Json<MailboxMergeView>, Problem> {
    let view = merge_orders::order_mailbox(&service, &actor, &address, order).await?;
    Ok(Json(view))
}

/// The receipts of a mailbox, the newest first.
#[utoipa::path(get, path = "/api/v1/merges/mailboxes/{address}/receipts", tag = "merges",
    params(("address" = String, Path, description = "An address or alias")),
    responses((status = 200, body = Vec<ReceiptView>), (status = 404, body = Problem)))]
pub(super) async fn receipts_of_mailbox(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(address): Path<Address>,
) -> Result<Json<Vec<ReceiptView>>, Problem> {
    let receipts = merge_receipt::of_mailbox(&service, &actor, &address)?;
    Ok(Json(receipts))
}

/// Which messages of a receipt.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Messages {
    /// The cursor of the page before.
    after: Option<u64>,
    /// Messages in a page, up to 1,000.
    limit: Option<usize>,
}

/// A receipt with its messages.
#[utoipa::path(get, path = "/api/v1/merges/mailboxes/{address}/receipts/{name}", tag = "merges",
    params(("address" = String, Path, description = "An address or alias"),
           ("name" = String, Path), Messages),
    responses((status = 200, body = ReceiptPage), (status = 404, body = Problem)))]
pub(super) async fn receipt(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path((address, name)): Path<(Address, String)>,
    Query(page): Query<Messages>,
) -> Result<Json<ReceiptPage>, Problem> {
    let after = page.after.map(StandbyId);
    let limit = page.limit.unwrap_or(MESSAGES_MAX);
    let looking = service.look(&actor, move |service, actor| {
        merge_receipt::show(service, actor, &address, &name, after, limit)
    });
    Ok(Json(looking.await?))
}

/// Where a page of receipts starts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// The cursor of the page before.
    after: Option<String>,
    /// Mailboxes in a page, up to 200.
    limit: Option<usize>,
}

impl Paging {
    fn after<T: std::str::FromStr>(&self) -> Result<Option<T>, ServiceError> {
        let parse = |text: &String| {
            text.parse().map_err(|_| ServiceError::Invalid {
                field: "after",
                text: "it is not the cursor of a page".into(),
            })
        };
        self.after.as_ref().map(parse).transpose()
    }
}

/// The receipts of a domain's mailboxes.
#[utoipa::path(get, path = "/api/v1/merges/domains/{domain}/receipts", tag = "merges",
    params(("domain" = String, Path), Paging),
    responses((status = 200, body = ReceiptList), (status = 404, body = Problem)))]
pub(super) async fn receipts_of_domain(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(domain): Path<DomainName>,
    Query(paging): Query<Paging>,
) -> Result<Json<ReceiptList>, Problem> {
    let after: Option<Address> = paging.after()?;
    let limit = paging.limit.unwrap_or(PAGE_MAX);
    let looking = service.look(&actor, move |service, actor| {
        merge_receipt::of_domain(service, actor, &domain, after.as_ref(), limit)
    });
    Ok(Json(looking.await?))
}

/// What was merged after an outage, in sums.
#[utoipa::path(get, path = "/api/v1/merges/outages/{id}", tag = "merges",
    params(("id" = String, Path)),
    responses((status = 200, body = OutageMergeView), (status = 404, body = Problem)))]
pub(super) async fn of_outage(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Json<OutageMergeView>, Problem> {
    let id = outage(&id)?;
    let looking = service.look(&actor, move |service, actor| {
        merge_receipt::of_outage(service, actor, id)
    });
    Ok(Json(looking.await?))
}

/// The receipts of an outage.
#[utoipa::path(get, path = "/api/v1/merges/outages/{id}/receipts", tag = "merges",
    params(("id" = String, Path), Paging),
    responses((status = 200, body = ReceiptList), (status = 404, body = Problem)))]
pub(super) async fn receipts_of_outage(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<ReceiptList>, Problem> {
    let after: Option<MailboxId> = paging.after()?;
    let (id, limit) = (outage(&id)?, paging.limit.unwrap_or(PAGE_MAX));
    let looking = service.look(&actor, move |service, actor| {
        merge_receipt::list(service, actor, id, after, limit)
    });
    Ok(Json(looking.await?))
}

fn outage(id: &str) -> Result<OutageId, ServiceError> {
    id.parse()
        .map_err(|_| ServiceError::NotFound("such outage"))
}
