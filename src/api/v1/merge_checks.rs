//! Below `/api/v1/merges`: what a merge would do, and reading again what was merged. Nothing here
//! changes anything.

use axum::extract::State;
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::problem::{Path, Problem, Query};
use crate::ids::{Address, MailboxId, MailstoreId};
use crate::service::merge_check::{self, MailstorePlanView, PLANS_MAX, PlanView, VerifyView};
use crate::service::{Actor, Service, ServiceError};

/// Where a page of plans starts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// The cursor of the page before.
    after: Option<String>,
    /// Mailboxes in a page, up to 100.
    limit: Option<usize>,
}

/// What a merge of a mailstore would do, and whether the merge's door into it is as it should be.
#[utoipa::path(get, path = "/api/v1/merges/mailstores/{id}/plan", tag = "merges",
    params(("id" = String, Path, description = "As configured"), Paging),
    responses((status = 200, body = MailstorePlanView), (status = 404, body = Problem),
              (status = 503, body = Problem)))]
pub(super) async fn plan_mailstore(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<MailstoreId>,
    Query(paging): Query<Paging>,
) -> Result<Json<MailstorePlanView>, Problem> {
    let parse = |text: &String| {
        text.parse().map_err(|_| ServiceError::Invalid {
            field: "after",
            text: "it is not the cursor of a page".into(),
        })
    };
    let after: Option<MailboxId> = paging.after.as_ref().map(parse).transpose()?;
    let limit = paging.limit.unwrap_or(PLANS_MAX);
    let plan = merge_check::plan_mailstore(&service, &actor, &id, after, limit).await?;
    Ok(Json(plan))
}

/// What a merge of a mailbox would do.
#[utoipa::path(get, path = "/api/v1/merges/mailboxes/{address}/plan", tag = "merges",
    params(("address" = String, Path, description = "An address or alias")),
    responses((status = 200, body = PlanView), (status = 404, body = Problem),
              (status = 503, body = Problem)))]
pub(super) async fn plan_mailbox(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(address): Path<Address>,
) -> Result<Json<PlanView>, Problem> {
    Ok(Json(merge_check::plan(&service, &actor, &address).await?))
}

/// Reads a mailbox's merged messages again and compares them with its receipts.
#[utoipa::path(get, path = "/api/v1/merges/mailboxes/{address}/verify", tag = "merges",
    params(("address" = String, Path, description = "An address or alias")),
    responses((status = 200, body = VerifyView), (status = 404, body = Problem),
              (status = 503, body = Problem)))]
pub(super) async fn verify_mailbox(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(address): Path<Address>,
) -> Result<Json<VerifyView>, Problem> {
    Ok(Json(merge_check::verify(&service, &actor, &address).await?))
}
