//! Jobs by how they stand, whose they are and who ordered them, page by page.

use super::{JobView, PAGE_MAX, has_business, invalid, kept, view};
use crate::ids::{JobId, ResellerId};
use crate::service::destinations::owner_for;
use crate::service::{Actor, Service, ServiceError};
use crate::store::jobs::JobRecord;

/// Jobs that one page looks at; then it ends, with a cursor, however few it found.
const LOOKED_AT_MAX: usize = 5_000;

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

/// Jobs that a filter takes and that are the actor's business, older than `before`, the newest first; and behind
/// which the next page begins. A page may hold fewer than `limit`, even none, and still name the next.
///
/// # Errors
/// When the actor may not, or the store fails.
pub fn find(
    service: &Service,
    actor: &Actor,
    filter: &Filter,
    before: Option<JobId>,
    limit: usize,
) -> Result<(Vec<JobView>, Option<JobId>), ServiceError> {
    has_business(actor)?;
    let whose = owner_for(actor, filter.reseller.as_ref())?;
    let limit = limit.clamp(1, PAGE_MAX);
    let fits = |job: &JobRecord| {
        let is_theirs = whose.is_none() || job.owner == whose;
        is_theirs && actor.may_see(job.owner.as_ref()) && filter.takes(job)
    };
    let (found, next) = service
        .store
        .read(|tx| kept::find(tx, before, (limit, LOOKED_AT_MAX), &fits))?;
    let views = found.iter().map(|(id, job)| view(*id, job)).collect();
    Ok((views, next))
}
