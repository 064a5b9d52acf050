//! The database's file, which waits for the bodies of a group together with the commit that names them.
//!
//! A two-phase commit of redb syncs twice: first its pages and the new, still unused header slot,
//! then the bit that makes this slot the valid one. The bodies are synced beside the first of them,
//! at the same time: what names them is valid only after the second. So a group waits twice for the
//! disk, not three times, and nothing that is named is missing after a crash.

use std::fs::File;
use std::io;
use std::ops::Bound;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use redb::backends::FileBackend;
use redb::{BackendError, StorageBackend};

/// What must be on the disk before a commit becomes valid.
#[derive(Debug)]
pub enum Unsynced {
    /// A file's bytes.
    Data(Arc<File>),
    /// A directory's entries.
    Directory(File),
}

impl Unsynced {
    fn sync(&self) -> io::Result<()> {
        match self {
            Self::Data(file) => file.sync_data(),
            Self::Directory(directory) => directory.sync_all(),
        }
    }
}

/// What the next sync of the database takes along; filled by the one writer before it commits.
#[derive(Clone, Debug, Default)]
pub struct Beside(Arc<Mutex<Vec<Unsynced>>>);

impl Beside {
    /// Has the next sync wait for `unsynced` too.
    pub fn add(&self, unsynced: Vec<Unsynced>) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(unsynced);
    }

    fn take(&self) -> Vec<Unsynced> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Syncs what no commit took along: nothing, unless an engine came to commit without waiting.
    ///
    /// # Errors
    /// When the disk fails: then nothing is known about what it holds.
    pub fn sync_rest(&self) -> io::Result<()> {
        self.take().iter().try_for_each(Unsynced::sync)
    }
}

/// A database file, and what is synced beside it.
#[derive(Debug)]
pub struct Backend {
    file: FileBackend,
    beside: Beside,
}

impl Backend {
    /// Syncs of `file` take along what `beside` holds then.
    pub fn new(file: FileBackend, beside: Beside) -> Self {
        Self { file, beside }
    }
}

impl StorageBackend for Backend {
    fn sync_data(&self) -> io::Result<()> {
        let beside = self.beside.take();
        if beside.is_empty() {
            return self.file.sync_data();
        }
        fail::fail_point!("store::before_body_sync");
        let synced = thread::scope(|scope| {
            let bodies = || beside.iter().try_for_each(Unsynced::sync);
            match thread::Builder::new().spawn_scoped(scope, bodies) {
                Ok(bodies) => {
                    let own = self.file.sync_data();
                    let bodies = bodies
                        .join()
                        .unwrap_or_else(|_| Err(io::Error::other("syncing bodies panicked")));
                    bodies.and(own)
                }
                Err(_no_thread) => bodies().and_then(|()| self.file.sync_data()),
            }
        });
        fail::fail_point!("store::after_body_sync");
        synced
    }

    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.file.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_range(start, end)
    }

    fn try_lock_shared_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<bool, BackendError> {
        self.file.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.query_lock_range(start, end)
    }
}

#[cfg(test)]
mod tests;
