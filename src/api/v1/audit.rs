//! `/api/v1/audit`

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::paging::linked;
use crate::api::problem::{Problem, Query};
use crate::clock::{InvalidTime, Timestamp};
use crate::service::audit::{self, Filter, PAGE_MAX};
use crate::service::sorting::cursor_name;
use crate::service::{Actor, Service, ServiceError};

/// What is looked for, and where a page starts. Words are found anywhere, in large or small letters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// In who did it.
    who: Option<String>,
    /// In what was done, such as `failover`.
    action: Option<String>,
    /// In to what, such as `domain:example.com`.
    subject: Option<String>,
    /// Not before this time, as in `2026-11-23T20:15:00Z`.
    from: Option<String>,
    /// Before this time.
    until: Option<String>,
    /// How they are sorted: `-at`, the newest first, or `at`.
    #[param(example = "at")]
    sort: Option<String>,
    /// The newest first: entries older than this number.
    before: Option<u64>,
    /// The oldest first: entries newer than this number.
    after: Option<u64>,
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

fn time(field: &'static str, text: Option<&str>) -> Result<Option<Timestamp>, ServiceError> {
    let parsed = text.map(str::parse).transpose();
    parsed.map_err(|error: InvalidTime| ServiceError::Invalid {
        field,
        text: error.to_string(),
    })
}

/// The audit log, the newest entry first unless `sort` says otherwise; for a reseller what its people did and what was done to its domains. A
/// page may hold fewer than asked for, even none, and still have a next.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(Asked),
    responses((status = 200, body = Vec<EntryView>), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn list(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let limit = asked.limit.unwrap_or(PAGE_MAX);
    let number = |number: Option<u64>| number.map(|number| number.to_string());
    let (before, after) = (number(asked.before), number(asked.after));
    let start = audit::start(
        asked.sort.as_deref().unwrap_or_default(),
        before.as_deref().unwrap_or_default(),
        after.as_deref().unwrap_or_default(),
    )?;
    let cursor = cursor_name(start.order);
    let filter = Filter {
        who: asked.who.clone().unwrap_or_default(),
        action: asked.action.clone().unwrap_or_default(),
        subject: asked.subject.clone().unwrap_or_default(),
        from: time("from", asked.from.as_deref())?,
        until: time("until", asked.until.as_deref())?,
    };
    let searching = service.walk(&actor, move |service, actor| {
        audit::search(service, actor, &filter, &start, limit)
    });
    let found = searching.await?;
    let next = found.next.map(|number| number.to_string());
    let pairs = [
        ("who", asked.who),
        ("action", asked.action),
        ("subject", asked.subject),
        ("from", asked.from),
        ("until", asked.until),
        ("sort", asked.sort),
        ("limit", Some(limit.to_string())),
    ];
    let entries: Vec<EntryView> = found
        .entries
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
        .collect();
    Ok(linked(
        "/api/v1/audit",
        &pairs,
        cursor,
        next.as_deref(),
        entries,
    ))
}
