//! The one writer: group commit.
//!
//! It takes what is waiting, appends its bodies, runs the closures of the group, commits once, which
//! waits for the bodies first, and answers. After a failed sync or commit nothing is known about what the
//! disk holds: the writer never tries again; it answers everything with a failure, and the process is
//! expected to stop and start anew.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{mpsc, oneshot, watch};

use super::redb::RedbEngine;
use super::segments::{INLINE_BYTES_MAX, NewBody, NewContent, SegmentWriter};
use super::{StoreError, Tx};
use crate::store::bodies::{self, BodyLocation, BodyRecord};
use crate::store::watching::{Touched, Watchers};

/// A closure over a transaction; says whether its changes are to be kept.
pub type Step = Box<dyn FnMut(&mut dyn Tx) -> bool + Send>;

/// Most jobs in one commit.
const GROUP_JOBS_MAX: usize = 512;
/// No more jobs join a group once its bodies have this many bytes.
const GROUP_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// Below this much free space nothing is written: the engine must never meet a full disk.
pub const FREE_BYTES_MIN: u64 = 128 * 1024 * 1024;

/// Work for the writer: a body, if any, and steps that are committed together with other jobs, each
/// step all or nothing. The body's record is part of the first step.
pub struct WriteJob {
    /// The body to make durable first.
    pub body: Option<NewBody>,
    /// What to do, in order.
    pub steps: Vec<Step>,
    /// Gets, per step, whether it was committed.
    pub done: oneshot::Sender<Result<Vec<bool>, StoreError>>,
}

/// Counts of the writer since it started.
#[derive(Debug, Default)]
pub struct WriterStats {
    /// Commits.
    pub groups: AtomicU64,
    /// Jobs in them.
    pub jobs: AtomicU64,
    /// Segments and directories synced.
    pub body_syncs: AtomicU64,
}

/// The writer's state; lives on a thread of its own.
pub struct Writer {
    pub(crate) engine: Arc<RedbEngine>,
    pub(crate) segments: SegmentWriter,
    pub(crate) directory: PathBuf,
    pub(crate) jobs: mpsc::Receiver<WriteJob>,
    pub(crate) failed: watch::Sender<Option<Arc<str>>>,
    pub(crate) stats: Arc<WriterStats>,
    pub(crate) watchers: Watchers,
}

impl Writer {
    /// Serves jobs until the last sender is gone.
    pub fn run(mut self) {
        while let Some(first) = self.jobs.blocking_recv() {
            let group = self.gather(first);
            let failed = self.failed.borrow().clone();
            match failed {
                Some(why) => refuse(group, || StoreError::Failed(why.clone())),
                None => self.commit(group),
            }
        }
    }

    fn gather(&mut self, first: WriteJob) -> Vec<WriteJob> {
        let size = |job: &WriteJob| job.body.as_ref().map_or(0, |body| body.size_bytes);
        let mut bytes = size(&first);
        let mut group = vec![first];
        while group.len() < GROUP_JOBS_MAX && bytes < GROUP_BYTES_MAX {
            let Ok(job) = self.jobs.try_recv() else { break };
            bytes += size(&job);
            group.push(job);
        }
        group
    }

    fn commit(&mut self, group: Vec<WriteJob>) {
        if !self.has_room() {
            return refuse(group, || StoreError::Full);
        }
        let mut ready = Vec::with_capacity(group.len());
        for mut job in group {
            match self.store_body(&mut job) {
                Ok(()) => ready.push(job),
                Err(error) => refuse(vec![job], || error.clone()),
            }
        }
        fail::fail_point!("store::before_commit");
        let bodies = match self.segments.take_unsynced() {
            Ok(bodies) => bodies,
            Err(error) => return self.fail(ready, &format!("bodies cannot be synced: {error}")),
        };
        let body_syncs = bodies.len() as u64;
        let mut steps: Vec<&mut Step> = ready
            .iter_mut()
            .flat_map(|job| job.steps.iter_mut())
            .collect();
        let mut touched = Touched::default();
        match self
            .engine
            .commit_group(&mut steps, bodies, &mut |key| touched.note(key))
        {
            Ok(outcomes) => {
                fail::fail_point!("store::after_commit");
                self.watchers.wake(&touched);
                self.stats.groups.fetch_add(1, Ordering::Relaxed);
                self.stats
                    .jobs
                    .fetch_add(ready.len() as u64, Ordering::Relaxed);
                self.stats
                    .body_syncs
                    .fetch_add(body_syncs, Ordering::Relaxed);
                answer(ready, outcomes);
            }
            Err(error) => self.fail(ready, &format!("a commit failed: {error}")),
        }
    }

    /// Appends the job's body and makes naming it part of the first step.
    fn store_body(&mut self, job: &mut WriteJob) -> Result<(), StoreError> {
        let Some(mut body) = job.body.take() else {
            return Ok(());
        };
        let location = match &mut body.content {
            NewContent::Record(record) if body.size_bytes <= INLINE_BYTES_MAX as u64 => {
                BodyLocation::Inline(record.split_off(super::segments::HEADER_BYTES))
            }
            content => match self.segments.append(content) {
                Ok(place) => BodyLocation::Segment(place),
                Err(error) => return Err(StoreError::from_io("storing a body", error)),
            },
        };
        let record = BodyRecord::plain(location, body.size_bytes, body.sha256);
        let row = bodies::row(body.id, &record)?;
        if let Some(first) = job.steps.first_mut() {
            let mut inner: Step = std::mem::replace(first, Box::new(|_| false));
            *first = Box::new(move |tx| {
                tx.put(row.0.clone(), row.1.clone());
                inner(tx)
            });
        }
        Ok(())
    }

    fn has_room(&self) -> bool {
        rustix::fs::statvfs(&self.directory).map_or(true, |stat| {
            stat.f_bavail.saturating_mul(stat.f_frsize) >= FREE_BYTES_MIN
        })
    }

    fn fail(&mut self, group: Vec<WriteJob>, why: &str) {
        tracing::error!(
            why,
            "the store failed and takes nothing more; it needs a restart"
        );
        let why: Arc<str> = why.into();
        self.failed.send_replace(Some(why.clone()));
        refuse(group, || StoreError::Failed(why.clone()));
    }
}

/// Runs one step; a panic counts as a failure of this step alone.
pub(super) fn run(step: &mut Step, tx: &mut dyn Tx) -> bool {
    catch_unwind(AssertUnwindSafe(|| step(tx))).unwrap_or_else(|_| {
        tracing::error!("a transaction panicked and was dropped");
        false
    })
}

fn answer(group: Vec<WriteJob>, outcomes: Vec<bool>) {
    let mut outcomes = outcomes.into_iter();
    for job in group {
        let own = outcomes.by_ref().take(job.steps.len()).collect();
        // Whoever asked may be gone; what was committed stays committed.
        drop(job.done.send(Ok(own)));
    }
}

fn refuse(group: Vec<WriteJob>, error: impl Fn() -> StoreError) {
    for job in group {
        drop(job.done.send(Err(error())));
    }
}
