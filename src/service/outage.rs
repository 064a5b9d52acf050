//! Outages: what happened and when, and for operators why. A reseller sees those of mailstores that it has mailboxes
//! on now, with their times and no more.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::failover::{DecisionView, timeline};
use super::tenants::Census;
use super::{Actor, Service, ServiceError};
use crate::ids::{OutageId, ResellerId};
use crate::store::StoreError;
use crate::store::failover::{self as kept, OutageRecord};

/// Most outages in one page.
pub const PAGE_MAX: usize = 200;
/// Outages that one page looks at; then it ends, with a cursor, however few are a reseller's business.
const LOOKED_AT_MAX: usize = 2_000;

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
    /// What was decided, the oldest first; empty in lists and for resellers.
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

/// What of the outages is an actor's business.
enum Whose {
    /// All.
    All,
    /// Those of mailstores that a reseller has mailboxes on.
    Of(ResellerId, Arc<Census>),
}

impl Whose {
    async fn of(service: &Service, actor: &Actor) -> Result<Self, ServiceError> {
        match actor {
            Actor::Operator(_) | Actor::System(_) => Ok(Self::All),
            Actor::Reseller(reseller, _) => {
                let census = service.tenants.census_at_once(&service.store).await?;
                Ok(Self::Of(reseller.clone(), census))
            }
            Actor::User(..) | Actor::Agent(..) | Actor::Router(_) => {
                Err(ServiceError::NotFound("such a page"))
            }
        }
    }

    fn has(&self, record: &OutageRecord) -> bool {
        match self {
            Self::All => true,
            Self::Of(reseller, census) => {
                census.share(&record.mailstore, Some(reseller)).mailboxes > 0
            }
        }
    }
}

/// Outages older than `before`, the newest first. A page may hold fewer than `limit`, even none, and still name the
/// next.
///
/// # Errors
/// When the actor may not, or the store fails.
pub async fn list(
    service: &Service,
    actor: &Actor,
    before: Option<OutageId>,
    limit: usize,
) -> Result<OutagePage, ServiceError> {
    let whose = Whose::of(service, actor).await?;
    let limit = limit.clamp(1, PAGE_MAX);
    let (mut before, mut looked_at, mut outages) = (before, 0, Vec::new());
    loop {
        let rows = service
            .store
            .read(|tx| kept::outages(tx, before, PAGE_MAX))?;
        let is_last = rows.len() < PAGE_MAX;
        looked_at += rows.len();
        for (id, record) in rows {
            if outages.len() == limit {
                let next = before.map(|id| id.to_string());
                return Ok(OutagePage { outages, next });
            }
            if whose.has(&record) {
                outages.push(view(id, record, Vec::new()));
            }
            before = Some(id);
        }
        if is_last || looked_at >= LOOKED_AT_MAX {
            let next = before.filter(|_| !is_last).map(|id| id.to_string());
            return Ok(OutagePage { outages, next });
        }
    }
}

/// One outage with its timeline; for a reseller without what was decided and why.
///
/// # Errors
/// When the actor may not, there is none, or the store fails.
pub async fn show(
    service: &Service,
    actor: &Actor,
    id: OutageId,
) -> Result<OutageView, ServiceError> {
    const NONE: ServiceError = ServiceError::NotFound("such outage");
    let whose = Whose::of(service, actor).await?;
    let (record, decisions) = service.store.read(|tx| {
        let decisions = match whose {
            Whose::All => kept::timeline(tx, id)?,
            Whose::Of(..) => Vec::new(),
        };
        Ok::<_, StoreError>((kept::outage(tx, id)?, decisions))
    })?;
    let record = record.filter(|record| whose.has(record)).ok_or(NONE)?;
    Ok(view(id, record, timeline(&decisions)))
}
