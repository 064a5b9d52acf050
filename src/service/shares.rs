//! Places for what is dear, of which a reseller has a share: it cannot take everybody's.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Actor, ServiceError};
use crate::ids::ResellerId;

/// So many places, and so many of one reseller; clones share them.
#[derive(Clone, Debug)]
pub struct Shares {
    all: Arc<Semaphore>,
    resellers: Arc<Mutex<HashMap<ResellerId, Arc<Semaphore>>>>,
    of_reseller_max: usize,
    /// When one who found none may come again.
    retry_after: Duration,
}

/// A place, for as long as it is kept.
#[derive(Debug)]
pub struct Place {
    _all: OwnedSemaphorePermit,
    _own: Option<OwnedSemaphorePermit>,
}

impl Shares {
    /// So many places for all, and of these so many for a reseller at most.
    pub fn new(max: usize, of_reseller_max: usize, retry_after: Duration) -> Self {
        Self {
            all: Arc::new(Semaphore::new(max)),
            resellers: Arc::default(),
            of_reseller_max,
            retry_after,
        }
    }

    /// A place, if there is one.
    ///
    /// # Errors
    /// [`ServiceError::Limited`] when all are taken, or those of the actor's reseller.
    pub fn take(&self, actor: &Actor) -> Result<Place, ServiceError> {
        let limited = |_| ServiceError::Limited {
            retry_after: self.retry_after,
        };
        let own = self.of(actor);
        let own = own.map(|own| own.try_acquire_owned().map_err(limited));
        Ok(Place {
            _own: own.transpose()?,
            _all: self.all.clone().try_acquire_owned().map_err(limited)?,
        })
    }

    /// A place as soon as there is one, for who is in the middle of something.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`] when there will be none any more.
    pub async fn wait(&self, actor: &Actor) -> Result<Place, ServiceError> {
        let closed = |_| ServiceError::Unavailable("the server is stopping".into());
        let own = match self.of(actor) {
            Some(own) => Some(own.acquire_owned().await.map_err(closed)?),
            None => None,
        };
        Ok(Place {
            _own: own,
            _all: self.all.clone().acquire_owned().await.map_err(closed)?,
        })
    }

    /// As [`Self::wait`], but no longer than `patience`.
    ///
    /// # Errors
    /// As [`Self::wait`]; [`ServiceError::Limited`] when there was none in that time.
    pub async fn wait_at_most(
        &self,
        patience: Duration,
        actor: &Actor,
    ) -> Result<Place, ServiceError> {
        let waited = tokio::time::timeout(patience, self.wait(actor)).await;
        waited.unwrap_or(Err(ServiceError::Limited {
            retry_after: self.retry_after,
        }))
    }

    fn of(&self, actor: &Actor) -> Option<Arc<Semaphore>> {
        let Actor::Reseller(reseller, _) = actor else {
            return None;
        };
        let mut resellers = self
            .resellers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let own = resellers
            .entry(reseller.clone())
            .or_insert_with(|| Arc::new(Semaphore::new(self.of_reseller_max)));
        Some(Arc::clone(own))
    }
}

#[cfg(test)]
mod tests;
