//! Jobs by how they stand, whose they are and who ordered them, page by page.

use super::{JobView, PAGE_MAX, has_business, invalid, kept, view};
use crate::ids::{JobId, ResellerId};
use crate::service::destinations::owner_for;
use crate::service::sheet::Sheet;
use crate::service::sorting::{self, Start};
use crate::service::{Actor, Service, ServiceError};
use crate::store::jobs::JobRecord;
use crate::store::{Order, ReadTx};

/// Jobs that one page looks at; then it ends, with a cursor, however few it found.
const LOOKED_AT_MAX: usize = 5_000;
/// Jobs read at a time.
const ROWS: usize = 500;

/// How a job stands, to choose by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateFilter {
    /// It is at work.
    AtWork,
    /// It has ended.
    Ended,
    /// Some of its parts failed.
    Failed,
}

impl std::str::FromStr for StateFilter {
    type Err = ServiceError;

    fn from_str(text: &str) -> Result<Self, ServiceError> {
        match text {
            "at-work" => Ok(Self::AtWork),
            "ended" => Ok(Self::Ended),
            "failed" => Ok(Self::Failed),
            _ => Err(invalid("state", "write at-work, ended or failed")),
        }
    }
}

/// What is asked for; all of it must be so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// By how it stands.
    pub state: Option<StateFilter>,
    /// Of this reseller; a reseller's own are asked for anyway.
    pub reseller: Option<ResellerId>,
    /// In who ordered it, in large or small letters.
    pub by: String,
}

impl Filter {
    fn takes(&self, job: &JobRecord) -> bool {
        let stands = match self.state {
            None => true,
            Some(StateFilter::AtWork) => job.ended.is_none(),
            Some(StateFilter::Ended) => job.ended.is_some(),
            Some(StateFilter::Failed) => job.failed > 0,
        };
        let by = self.by.to_lowercase();
        stands && job.by.to_lowercase().contains(&by)
    }
}

/// Jobs that a filter takes and that are the actor's business, from `start` on; and behind which the next page
/// begins. A page may hold fewer than `limit`, even none, and still name the next. A cursor names no other's job.
///
/// # Errors
/// When the actor may not, or the store fails.
pub fn find(
    service: &Service,
    actor: &Actor,
    filter: &Filter,
    start: &Start<JobId>,
    limit: usize,
) -> Result<(Vec<JobView>, Option<JobId>), ServiceError> {
    has_business(actor)?;
    let whose = owner_for(actor, filter.reseller.as_ref())?;
    let limit = limit.clamp(1, PAGE_MAX);
    let is_own = |job: &JobRecord| {
        (whose.is_none() || job.owner == whose) && actor.may_see(job.owner.as_ref())
    };
    let (mut found, mut last, mut looked_at) = (Vec::new(), start.after, 0);
    // A page ends behind what its reader may see.
    let mut seen = None;
    loop {
        let read = |tx: &dyn ReadTx| kept::behind(tx, start.order, last, ROWS);
        let rows = service.store.read(read)?;
        let is_last = rows.len() < ROWS;
        looked_at += rows.len();
        for (id, job) in rows {
            last = Some(id);
            if !is_own(&job) {
                continue;
            }
            if filter.takes(&job) {
                if found.len() == limit {
                    return Ok((found, seen));
                }
                found.push(view(id, &job));
            }
            seen = Some(id);
        }
        if is_last {
            return Ok((found, None));
        }
        // Who sees everything is not kept waiting for what a filter takes.
        if whose.is_none() && looked_at >= LOOKED_AT_MAX {
            return Ok((found, last));
        }
    }
}

/// How jobs are asked for: the newest first, or by `created`.
///
/// # Errors
/// As [`sorting::by_time`].
pub fn start(sort: &str, before: &str, after: &str) -> Result<Start<JobId>, ServiceError> {
    sorting::by_time("created", sort, before, after)
}

/// All of them as a file, at most [`sheet::ROWS_MAX`](crate::service::sheet::ROWS_MAX).
///
/// # Errors
/// As [`find`].
pub fn file(
    service: &Service,
    actor: &Actor,
    filter: &Filter,
    order: Order,
) -> Result<Sheet, ServiceError> {
    let columns =
        "id,task,undoes,undone_by,by,reseller,reason,created,ended,total,looked_at,failed";
    Sheet::of_pages("jobs.csv", columns, |sheet, cursor| {
        let after = (!cursor.is_empty()).then(|| cursor.parse()).transpose();
        let after = after.map_err(|_| invalid("after", "use the cursor that a page gave"))?;
        let limit = sheet.page(PAGE_MAX);
        let (found, next) = find(service, actor, filter, &Start { order, after }, limit)?;
        found.iter().for_each(|job| sheet.row(&line(job)));
        Ok(next.map(|id| id.to_string()))
    })
}

fn line(job: &JobView) -> [String; 12] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        job.id.clone(),
        job.task.clone(),
        text(&job.undoes),
        text(&job.undone_by),
        job.by.clone(),
        text(&job.reseller),
        job.reason.clone(),
        job.created.clone(),
        text(&job.ended),
        job.total.to_string(),
        job.looked_at.to_string(),
        job.failed.to_string(),
    ]
}
