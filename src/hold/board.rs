//! When mailstores returned, for those who let their users in step by step.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::clock::Timestamp;
use crate::failover::Phase;
use crate::ids::MailstoreId;
use crate::store::{Store, StoreError, failover as kept};

/// Outages that are looked at for returns from before the start.
const OUTAGES_LOOKED_AT: usize = 200;

/// When mailstores returned last; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Returns(Arc<RwLock<HashMap<MailstoreId, Timestamp>>>);

impl Returns {
    /// What the store knows of the last returns.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn load(store: &Store) -> Result<Self, StoreError> {
        let returns = Self::default();
        for (_, outage) in store.read(|tx| kept::outages(tx, None, OUTAGES_LOOKED_AT))? {
            if let Some(at) = outage.returned_at {
                returns.note(&outage.mailstore, at);
            }
        }
        Ok(returns)
    }

    /// When a mailstore returned: as its state says, which is written before a route changes, or, when it
    /// is normal again, as it is remembered. None while it has not, or never failed.
    pub fn of(&self, mailstore: &MailstoreId, phase: &Phase) -> Option<Timestamp> {
        match phase {
            Phase::Returning { since, .. } => {
                self.note(mailstore, *since);
                Some(*since)
            }
            Phase::Active { .. } => None,
            Phase::Normal | Phase::Suspected { .. } => self.remembered(mailstore),
        }
    }

    fn remembered(&self, mailstore: &MailstoreId) -> Option<Timestamp> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.get(mailstore).copied()
    }

    fn note(&self, mailstore: &MailstoreId, at: Timestamp) {
        if self.remembered(mailstore).is_some_and(|known| known >= at) {
            return;
        }
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(mailstore.clone(), at);
    }
}
