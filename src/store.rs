//! Lifeboat's own store, the standby: one data model over a small ordered key-value engine, with
//! bodies in files beside it.
//!
//! This is the only room that knows the engine. Above it there are named transactions, one file per
//! subject, and [`Store::read`] and [`Store::write`], which run them. What [`Store::write`] answered is
//! durable. The store never lies on the mailstore's filer.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::{mpsc, oneshot, watch};

use crate::clock::Timestamp;
use crate::ids::{BodyId, MailboxId, random_bytes};

pub mod access;
pub mod alerts;
pub mod announcements;
pub mod answers;
pub mod audit;
pub mod backup;
pub mod bodies;
pub mod brand;
pub mod check;
pub mod codec;
pub mod delay_words;
pub mod delivery;
pub mod destinations;
pub mod directory;
pub mod drills;
pub mod engine;
mod error;
pub mod events;
pub mod failover;
pub mod folders;
pub mod forget;
pub mod handover;
pub mod jobs;
pub mod keys;
pub mod latency;
pub mod merge;
pub mod messages;
pub mod meta;
pub mod once;
pub mod owed;
pub mod persons;
pub mod policies;
pub mod profile;
pub mod queue;
mod reading;
pub mod remembered;
pub mod repeats;
pub mod retention;
pub mod routes;
pub mod search;
pub mod sent;
pub mod sessions;
pub mod sign_in_links;
pub mod sweep;
pub mod threads;
pub mod tokens;
pub mod told;
pub mod trace;
pub mod undo;
pub mod unmerged;
pub mod watching;
pub mod watermarks;
pub mod words;
pub mod written;

pub use engine::segments::{BodyWriter, NewBody};
pub use engine::{Order, ReadTx, Tx};
pub use error::{OpenError, StoreError};
pub use reading::BodyReader;

use engine::redb::RedbEngine;
use engine::segments::SegmentWriter;
use engine::{Step, WriteJob};

/// Jobs that may wait for the writer; whoever comes later waits at the door.
const JOBS_WAITING_MAX: usize = 4096;

/// How a store is opened.
#[derive(Clone, Debug, Default)]
pub struct StoreOptions {
    /// The time now, written into a store that is created.
    pub now: Timestamp,
}

/// Counts of the store since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoreStats {
    /// Durable commits.
    pub commits: u64,
    /// Writes in them.
    pub writes: u64,
    /// Times that segments were synced.
    pub body_syncs: u64,
}

/// The open store; clones share it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Arc<RedbEngine>,
    bodies: PathBuf,
    path: PathBuf,
    jobs: mpsc::Sender<WriteJob>,
    failed: watch::Receiver<Option<Arc<str>>>,
    stats: Arc<engine::WriterStats>,
    watchers: watching::Watchers,
    /// Tells this opening of the store from others.
    opening: [u8; 8],
    /// The segment that is appended to.
    appending: Arc<AtomicU64>,
    /// Held while segments are copied, or removed.
    segments_held: Mutex<()>,
    merge_status: merge::LastStatus,
    /// Held while the store is open: the lock that says so.
    _lock: File,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("path", &self.inner.path)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the store in `directory`, creating it if there is none. Its writer runs on a thread of
    /// its own until the last clone is dropped.
    ///
    /// # Errors
    /// [`OpenError::InUse`] while another process has it open; [`OpenError::FromTheFuture`] if a newer
    /// Lifeboat wrote it; otherwise what is wrong with the disk.
    pub fn open(directory: &Path, options: &StoreOptions) -> Result<Self, OpenError> {
        let io = |error| OpenError::Io {
            path: directory.to_owned(),
            error,
        };
        std::fs::create_dir_all(directory).map_err(io)?;
        let lock = lock(directory)?;
        let engine = Arc::new(RedbEngine::open(&directory.join("index.redb"))?);
        let bodies = directory.join("bodies");
        let segments = SegmentWriter::open(&bodies).map_err(io)?;
        let (jobs, jobs_received) = mpsc::channel(JOBS_WAITING_MAX);
        let (failed_tell, failed) = watch::channel(None);
        let stats = Arc::new(engine::WriterStats::default());
        let appending = segments.appending();
        let watchers = watching::Watchers::default();
        let writer = engine::Writer {
            engine: engine.clone(),
            segments,
            directory: directory.to_owned(),
            jobs: jobs_received,
            failed: failed_tell,
            stats: stats.clone(),
            watchers: watchers.clone(),
        };
        std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || writer.run())
            .map_err(io)?;
        let path = directory.to_owned();
        let store = Self {
            inner: Arc::new(Inner {
                engine,
                bodies,
                path,
                jobs,
                failed,
                stats,
                watchers,
                opening: random_bytes(),
                appending,
                segments_held: Mutex::new(()),
                merge_status: merge::LastStatus::default(),
                _lock: lock,
            }),
        };
        meta::adopt(&store, options.now)?;
        Ok(store)
    }

    /// Where the store is.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Runs `read` on a consistent view. Short and synchronous: microseconds to a few milliseconds.
    ///
    /// # Errors
    /// When the engine cannot be read, or what `read` returns.
    pub fn read<T, E: From<StoreError>>(
        &self,
        read: impl FnOnce(&dyn ReadTx) -> Result<T, E>,
    ) -> Result<T, E> {
        self.inner.engine.read(read)
    }

    /// How the merge stands; where that is dear to count, as it stood a little while ago.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn merge_status(&self) -> Result<Arc<merge::MergeStatus>, StoreError> {
        self.inner
            .merge_status
            .or_count(|| self.read(merge::status))
    }

    /// Runs `write` as one transaction; what it returned is durable when this answers. If it returns
    /// an error nothing of it is kept. It may be run more than once and does no I/O but the
    /// transaction.
    ///
    /// # Errors
    /// What `write` returns, or the store's own trouble.
    pub async fn write<T, E>(
        &self,
        mut write: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (step, slot) = step(move |tx| write(tx));
        self.submit(None, vec![step]).await?;
        take(&slot)
    }

    /// As [`Self::write`], with a body that is durable before the commit that names it.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub async fn write_with_body<T, E>(
        &self,
        body: NewBody,
        mut write: impl FnMut(&mut dyn Tx, BodyId) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let id = body.id();
        let (step, slot) = step(move |tx| write(tx, id));
        self.submit(Some(body), vec![step]).await?;
        take(&slot)
    }

    /// Hands steps to the writer and waits until they are durable.
    async fn submit(
        &self,
        body: Option<NewBody>,
        steps: Vec<Step>,
    ) -> Result<Vec<bool>, StoreError> {
        let (done, answer) = oneshot::channel();
        let stopped = || StoreError::Failed("the store is closed".into());
        self.inner
            .jobs
            .send(WriteJob { body, steps, done })
            .await
            .map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }

    /// As [`Self::write`], while the store is being opened, when nothing else can be waiting: blocks
    /// the thread, on whatever runtime it may be.
    ///
    /// # Errors
    /// As [`Self::write`].
    fn write_on_start<T, E>(
        &self,
        mut write: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (mut step, slot) = step(move |tx| write(tx));
        let nobody_waits = &mut |_: &[u8]| ();
        self.inner
            .engine
            .commit_group(&mut [&mut step], Vec::new(), nobody_waits)?;
        take(&slot)
    }

    /// A writer for a body that arrives in pieces.
    pub fn body_writer(&self, now: Timestamp) -> BodyWriter {
        BodyWriter::new(&self.inner.bodies, BodyId::generate(now))
    }

    /// A body that is there as a whole.
    ///
    /// # Errors
    /// When a large body cannot be written to the disk.
    pub fn new_body(&self, now: Timestamp, bytes: &[u8]) -> Result<NewBody, StoreError> {
        let mut writer = self.body_writer(now);
        writer
            .write(bytes)
            .and_then(|()| writer.finish())
            .map_err(|error| StoreError::from_io("storing a body", error))
    }

    /// A name for what the directory of mailboxes holds at this moment: another one after each change,
    /// and after each opening of the store.
    pub fn directory_name(&self) -> String {
        let opened = u64::from_be_bytes(self.inner.opening);
        let changes = self.inner.watchers.directory_changes();
        format!("{opened:016x}-{changes}")
    }

    /// Begins to wait for changes of a mailbox; `None` when too many do.
    pub fn watch(&self, mailbox: MailboxId) -> Option<watching::Watch> {
        self.inner.watchers.watch(mailbox)
    }

    /// Changes whenever something happened that others are to be told.
    pub fn watch_events(&self) -> watch::Receiver<u64> {
        self.inner.watchers.watch_events()
    }

    /// Why the store has stopped taking anything, if it has: then the process must be restarted.
    pub fn failure(&self) -> Option<Arc<str>> {
        self.inner.failed.borrow().clone()
    }

    /// Waits until the store fails. Never returns while it works.
    pub async fn failed(&self) -> Arc<str> {
        let mut failed = self.inner.failed.clone();
        match failed.wait_for(Option::is_some).await {
            Ok(why) => why.clone().unwrap_or_else(|| "unknown".into()),
            Err(_) => "the store's writer is gone".into(),
        }
    }

    /// Counts since the store was opened.
    pub fn stats(&self) -> StoreStats {
        let stats = &self.inner.stats;
        StoreStats {
            commits: stats.groups.load(Ordering::Relaxed),
            writes: stats.jobs.load(Ordering::Relaxed),
            body_syncs: stats.body_syncs.load(Ordering::Relaxed),
        }
    }
}

type Slot<T, E> = Arc<Mutex<Option<Result<T, E>>>>;

/// Wraps a closure as a step that leaves its result in a slot.
fn step<T, E>(
    mut write: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
) -> (Step, Slot<T, E>)
where
    T: Send + 'static,
    E: Send + 'static,
{
    let slot = Arc::new(Mutex::new(None));
    let filled = slot.clone();
    let step = Box::new(move |tx: &mut dyn Tx| {
        let result = write(tx);
        let keep = result.is_ok();
        if let Ok(mut slot) = filled.lock() {
            *slot = Some(result);
        }
        keep
    });
    (step, slot)
}

fn take<T, E: From<StoreError>>(slot: &Slot<T, E>) -> Result<T, E> {
    slot.lock()
        .ok()
        .and_then(|mut slot| slot.take())
        .unwrap_or_else(|| Err(StoreError::Failed("a transaction did not finish".into()).into()))
}

/// Takes the lock file, so that a second process is refused before it touches anything.
fn lock(directory: &Path) -> Result<File, OpenError> {
    let path = directory.join("lock");
    let io_error = |error: io::Error| OpenError::Io {
        path: path.clone(),
        error,
    };
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(io_error)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(OpenError::InUse {
            path: directory.to_owned(),
        }),
        Err(std::fs::TryLockError::Error(error)) => Err(io_error(error)),
    }
}

#[cfg(test)]
mod tests;
