//! How far the raising is, for those who watch it.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::ids::{Epoch, MailstoreId};

/// How far the raising of one mailstore is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Under which epoch.
    pub epoch: Epoch,
    /// Its mailboxes, as far as they are counted.
    pub total: u64,
    /// Those that may be reached.
    pub done: u64,
    /// What keeps all of them, in words.
    pub trouble: Option<String>,
}

/// The progress of all mailstores; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Board(Arc<RwLock<BTreeMap<MailstoreId, Progress>>>);

impl Board {
    /// How far the raising of a mailstore is under `epoch`, once it began.
    pub fn get(&self, mailstore: &MailstoreId, epoch: Epoch) -> Option<Progress> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.get(mailstore).filter(|p| p.epoch == epoch).cloned()
    }

    pub(super) fn start(&self, mailstore: &MailstoreId, progress: Progress) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(mailstore.clone(), progress);
    }

    pub(super) fn change(&self, mailstore: &MailstoreId, change: impl FnOnce(&mut Progress)) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(progress) = all.get_mut(mailstore) {
            change(progress);
        }
    }
}
