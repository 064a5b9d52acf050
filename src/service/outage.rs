//! Outages: what happened, when, and why. Operators only; resellers see their mailboxes' state.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::failover::{DecisionView, timeline};
use super::{Actor, Service, ServiceError};
use crate::ids::OutageId;
use crate::store::failover::{self as kept, OutageRecord};

/// Most outages in one page.
pub const PAGE_MAX: usize = 200;

/// An outage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OutageView {
    /// Its id.
    pub id: String,
    /// Whose.
    pub mailstore: String,
    /// The first failure that was seen.
    pub first_failed: String,
    /// When mail went to the standby first.
    pub activated_at: String,
    /// When mail last went back; absent while it has not.
    pub returned_at: Option<String>,
    /// When everything was merged; absent while it is not.
    pub merged_at: Option<String>,
    /// What was decided, the oldest first; empty in lists.
    pub timeline: Vec<DecisionView>,
}

/// A page of outages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OutagePage {
    /// The outages, the newest first.
    pub outages: Vec<OutageView>,
    /// The cursor of the next page; absent on the last.
    pub next: Option<String>,
}

fn view(id: OutageId, record: OutageRecord, timeline: Vec<DecisionView>) -> OutageView {
    OutageView {
        id: id.to_string(),
        mailstore: record.mailstore.to_string(),
        first_failed: record.first_failed.to_string(),
        activated_at: record.activated_at.to_string(),
        returned_at: record.returned_at.map(|at| at.to_string()),
        merged_at: record.merged_at.map(|at| at.to_string()),
        timeline,
    }
}

/// Outages older than `before`, the newest first.
///
/// # Errors
/// When the actor may not, or the store fails.
pub fn list(
    service: &Service,
    actor: &Actor,
    before: Option<OutageId>,
    limit: usize,
) -> Result<OutagePage, ServiceError> {
    actor.operator()?;
    let limit = limit.clamp(1, PAGE_MAX);
    let mut found = service
        .store
        .read(|tx| kept::outages(tx, before, limit + 1))?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|(id, _)| id.to_string());
    let outages = found
        .into_iter()
        .map(|(id, record)| view(id, record, Vec::new()))
        .collect();
    Ok(OutagePage { outages, next })
}

/// One outage with its timeline.
///
/// # Errors
/// When the actor may not, there is none, or the store fails.
pub fn show(service: &Service, actor: &Actor, id: OutageId) -> Result<OutageView, ServiceError> {
    actor.operator()?;
    service.store.read(|tx| {
        let record = kept::outage(tx, id)?.ok_or(ServiceError::NotFound("such outage"))?;
        Ok(view(id, record, timeline(&kept::timeline(tx, id)?)))
    })
}
