//! Who may fetch now: so many at a time, and of them so many for one reader, so that nobody's newsletters
//! take all places.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::ids::MailboxId;

/// Most pictures fetched at a time; what comes then waits.
const AT_A_TIME: usize = 12;
/// Of these for one reader.
const OF_ONE_READER: usize = 4;

type Readers = HashMap<MailboxId, Arc<Semaphore>>;

/// The places; clones share them.
#[derive(Clone, Debug)]
pub(super) struct Places {
    all: Arc<Semaphore>,
    /// Of those readers who have or want a place.
    readers: Arc<Mutex<Readers>>,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            all: Arc::new(Semaphore::new(AT_A_TIME)),
            readers: Arc::default(),
        }
    }
}

/// A place, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _of_all: OwnedSemaphorePermit,
    _own: OwnedSemaphorePermit,
    _reader: Reader,
}

impl Places {
    /// Waits for a place.
    pub(super) async fn take(&self, reader: MailboxId) -> Option<Place> {
        let reader = Reader::new(self, reader);
        // A reader with too many waits here, and so takes nobody's turn.
        let own = reader.own.clone().acquire_owned().await.ok()?;
        let of_all = self.all.clone().acquire_owned().await.ok()?;
        Some(Place {
            _of_all: of_all,
            _own: own,
            _reader: reader,
        })
    }
}

fn locked(readers: &Mutex<Readers>) -> MutexGuard<'_, Readers> {
    readers
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// A reader who has or wants a place; known for as long.
#[derive(Debug)]
struct Reader {
    mailbox: MailboxId,
    own: Arc<Semaphore>,
    readers: Arc<Mutex<Readers>>,
}

impl Reader {
    fn new(places: &Places, mailbox: MailboxId) -> Self {
        let mut readers = locked(&places.readers);
        let own = readers
            .entry(mailbox)
            .or_insert_with(|| Arc::new(Semaphore::new(OF_ONE_READER)));
        Self {
            mailbox,
            own: Arc::clone(own),
            readers: Arc::clone(&places.readers),
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut readers = locked(&self.readers);
        let is_own = |known: &Arc<Semaphore>| Arc::ptr_eq(known, &self.own);
        // Its permits are dropped before it, and keep the semaphore for as long.
        if Arc::strong_count(&self.own) == 2 && readers.get(&self.mailbox).is_some_and(is_own) {
            readers.remove(&self.mailbox);
        }
    }
}

#[cfg(test)]
mod tests;
