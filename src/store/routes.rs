//! The live route: one table of mailstore states and overrides in memory, swapped as a whole, and the
//! directory for who lives where.
//!
//! Everybody who needs a route asks here, and [`crate::route`] decides. Swapping costs the same
//! whatever the number of mailboxes.

use std::sync::{Arc, PoisonError, RwLock};

use super::{Store, StoreError, directory, watermarks};
use crate::clock::Timestamp;
use crate::ids::{Address, Epoch, MailstoreId};
use crate::route::{Decided, Level, Route, Table};

/// The route of one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Where its mail goes, and what decided that.
    pub decided: Decided,
    /// The mailbox that it belongs to, if there is one.
    pub mailbox: Option<directory::Mailbox>,
}

/// The live routes; clones share them.
#[derive(Clone, Debug)]
pub struct Routes {
    store: Store,
    table: Arc<RwLock<Arc<Table>>>,
}

impl Routes {
    /// Routes over the directory of `store`, without mailstores until [`Self::publish`].
    pub fn new(store: Store) -> Self {
        Self {
            store,
            table: Arc::default(),
        }
    }

    /// Replaces the table.
    pub fn publish(&self, table: Table) {
        let mut current = self.table.write().unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(table);
    }

    /// The table as it is now.
    pub fn table(&self) -> Arc<Table> {
        self.table
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Where mail for `recipient`, an address or alias without extension, goes.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn route(&self, recipient: &Address, now: Timestamp) -> Result<Answer, StoreError> {
        let mailbox = self.store.read(|tx| directory::resolve(tx, recipient))?;
        let decided = match &mailbox {
            Some(mailbox) => self.route_mailbox(&mailbox.address, &mailbox.record.mailstore, now),
            None => Decided {
                route: Route::Unknown,
                level: Level::Nothing,
            },
        };
        Ok(Answer { decided, mailbox })
    }

    /// Where mail for a mailbox goes whose mailstore of record is known. A mailbox of which it cannot
    /// be read whether it was raised counts as one that was not.
    pub fn route_mailbox(
        &self,
        mailbox: &Address,
        mailstore: &MailstoreId,
        now: Timestamp,
    ) -> Decided {
        let was_raised = |epoch| self.was_raised(mailbox, mailstore, epoch);
        self.table().route(mailbox, mailstore, was_raised, now)
    }

    /// Whether a mailbox was raised under `epoch`.
    pub fn was_raised(&self, mailbox: &Address, mailstore: &MailstoreId, epoch: Epoch) -> bool {
        let raised = self
            .store
            .read(|tx| watermarks::is_raised(tx, mailstore, epoch, mailbox));
        raised.unwrap_or_else(|error| {
            tracing::error!(%mailstore, %error, "it cannot be read which mailboxes were raised");
            false
        })
    }
}
