//! How many jobs are at work, and were ordered of late, by whose they are: nobody's orders hold up those of the
//! others, and nobody fills the store with them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Timestamp;
use crate::ids::ResellerId;
use crate::service::ServiceError;

/// Jobs of one reseller, or of the operator, that are at work at a time.
pub const AT_WORK_MAX: u32 = 8;
/// Jobs that one of them orders within [`WINDOW`].
pub const ORDERED_MAX: u32 = 240;
const WINDOW: Duration = Duration::from_secs(3600);
/// When a place may be free again.
const RETRY: Duration = Duration::from_secs(10);

/// Whose jobs they are; none: the operator's.
type Owner = Option<ResellerId>;

#[derive(Debug, Default)]
struct Count {
    at_work: u32,
    ordered: u32,
    since: Option<Timestamp>,
}

/// The counts; clones share them.
#[derive(Clone, Debug, Default)]
pub struct Places(Arc<Mutex<HashMap<Owner, Count>>>);

/// A job's place, for as long as it is at work.
#[derive(Debug)]
pub struct Place {
    places: Places,
    owner: Owner,
}

impl Places {
    fn lock(&self) -> MutexGuard<'_, HashMap<Owner, Count>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a job that is ordered now.
    ///
    /// # Errors
    /// [`ServiceError::Limited`] when too many are at work or were ordered.
    pub fn order(&self, owner: &Owner, now: Timestamp) -> Result<Place, ServiceError> {
        let mut counts = self.lock();
        let count = counts.entry(owner.clone()).or_default();
        let since = *count.since.get_or_insert(now);
        if now.since(since) >= WINDOW || now < since {
            count.since = Some(now);
            count.ordered = 0;
        }
        if count.at_work >= AT_WORK_MAX {
            return Err(ServiceError::Limited { retry_after: RETRY });
        }
        if count.ordered >= ORDERED_MAX {
            let retry_after = WINDOW.saturating_sub(now.since(since));
            return Err(ServiceError::Limited { retry_after });
        }
        count.ordered += 1;
        Ok(self.taken(count, owner))
    }

    /// A place for a job that was ordered before the server was started.
    pub fn resume(&self, owner: &Owner) -> Place {
        let mut counts = self.lock();
        let count = counts.entry(owner.clone()).or_default();
        self.taken(count, owner)
    }

    fn taken(&self, count: &mut Count, owner: &Owner) -> Place {
        count.at_work += 1;
        Place {
            places: self.clone(),
            owner: owner.clone(),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(count) = self.places.lock().get_mut(&self.owner) {
            count.at_work = count.at_work.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests;
