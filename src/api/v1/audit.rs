//! `/api/v1/audit`

use axum::extract::State;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::problem::{Problem, Query};
use crate::service::audit::{self, PAGE_MAX};
use crate::service::{Actor, Service};

/// Where a page starts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// Entries older than this number.
    before: Option<u64>,
    /// Entries in a page, up to 500.
    limit: Option<usize>,
}

/// An entry of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EntryView {
    /// Its number.
    number: u64,
    /// When.
    at: String,
    /// Who.
    who: String,
    /// What was done.
    action: String,
    /// To what.
    subject: String,
    /// Why.
    why: String,
    /// What else matters.
    detail: String,
}

/// The audit log, the newest entry first.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(Paging),
    responses((status = 200, body = Vec<EntryView>), (status = 401, body = Problem)))]
pub(super) async fn list(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Query(paging): Query<Paging>,
) -> Result<Json<Vec<EntryView>>, Problem> {
    let limit = paging.limit.unwrap_or(PAGE_MAX);
    let entries = audit::list(&service, &actor, paging.before, limit)?;
    Ok(Json(
        entries
            .into_iter()
            .map(|entry| EntryView {
                number: entry.number,
                at: entry.event.at.to_string(),
                who: entry.event.who,
                action: entry.event.action,
                subject: entry.event.subject,
                why: entry.event.why,
                detail: entry.event.detail,
            })
            .collect(),
    ))
}
