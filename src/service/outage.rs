//! Outages: what happened and when, and for operators why. A reseller sees those of mailstores that it has mailboxes
//! on now, with their times and no more.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::failover::{DecisionView, timeline};
use super::sheet::Sheet;
use super::sorting::{self, Start};
use super::tenants::Census;
use super::{Actor, Service, ServiceError};
use crate::ids::{OutageId, ResellerId};
use crate::store::failover::{self as kept, OutageRecord};
use crate::store::{Order, StoreError};

/// Most outages in one page.
pub const PAGE_MAX: usize = 200;
/// Outages read at a time.
const ROWS: usize = 500;

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
    /// The outages.
    pub outages: Vec<OutageView>,
    /// Where the next page begins: its `before`, or its `after` where the oldest come first; absent on the last.
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

/// How outages are asked for: the newest first, or by `activated_at`.
///
/// # Errors
/// As [`sorting::by_time`].
pub fn start(sort: &str, before: &str, after: &str) -> Result<Start<OutageId>, ServiceError> {
    sorting::by_time("activated_at", sort, before, after)
}

/// Outages from `start` on. A page may hold fewer than `limit`, even none, and still name the next.
///
/// # Errors
/// When the actor may not, or the store fails.
pub async fn list(
    service: &Service,
    actor: &Actor,
    start: &Start<OutageId>,
    limit: usize,
) -> Result<OutagePage, ServiceError> {
    let whose = Whose::of(service, actor).await?;
    Ok(page(service, &whose, start, limit)?)
}

/// A page's cursor names an outage that its reader may see.
fn page(
    service: &Service,
    whose: &Whose,
    start: &Start<OutageId>,
    limit: usize,
) -> Result<OutagePage, StoreError> {
    let limit = limit.clamp(1, PAGE_MAX);
    let (mut last, mut outages) = (start.after, Vec::<OutageView>::new());
    loop {
        let rows = service
            .store
            .read(|tx| kept::outages_behind(tx, start.order, last, ROWS))?;
        let is_last = rows.len() < ROWS;
        for (id, record) in rows {
            last = Some(id);
            if !whose.has(&record) {
                continue;
            }
            if outages.len() == limit {
                let next = outages.last().map(|outage| outage.id.clone());
                return Ok(OutagePage { outages, next });
            }
            outages.push(view(id, record, Vec::new()));
        }
        if is_last {
            return Ok(OutagePage {
                outages,
                next: None,
            });
        }
    }
}

/// All of them as a file, at most [`ROWS_MAX`](super::sheet::ROWS_MAX).
///
/// # Errors
/// As [`list`].
pub async fn file(service: &Service, actor: &Actor, order: Order) -> Result<Sheet, ServiceError> {
    let whose = Whose::of(service, actor).await?;
    let columns = "id,mailstore,first_failed,activated_at,returned_at,merged_at";
    let reading = service.walk(actor, move |service, _| {
        Sheet::of_pages("outages.csv", columns, |sheet, cursor| {
            let after = (!cursor.is_empty()).then(|| cursor.parse()).transpose();
            let after = after.map_err(|_| ServiceError::NotFound("such outage"))?;
            let found = page(
                service,
                &whose,
                &Start { order, after },
                sheet.page(PAGE_MAX),
            )?;
            found.outages.iter().for_each(|one| sheet.row(&line(one)));
            Ok(found.next)
        })
    });
    reading.await
}

fn line(outage: &OutageView) -> [String; 6] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        outage.id.clone(),
        outage.mailstore.clone(),
        outage.first_failed.clone(),
        outage.activated_at.clone(),
        text(&outage.returned_at),
        text(&outage.merged_at),
    ]
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
