//! What is claimed ahead: the next claim is written while what the last one gave is still sent.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::store::StoreError;
use crate::store::queue::QueueEntry;

/// What was claimed and not begun, and the claim that is being written.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    ready: VecDeque<(Instant, QueueEntry)>,
    writing: Option<JoinHandle<Result<Vec<QueueEntry>, StoreError>>>,
}

impl Ahead {
    /// Whether there is something that can be begun.
    pub(super) fn is_empty(&self) -> bool {
        self.ready.is_empty()
    }

    /// Whether a claim is being written.
    pub(super) const fn is_writing(&self) -> bool {
        self.writing.is_some()
    }

    /// How many are to be claimed now, when at most `most` are to be ahead: half of them at a time, so that the other half
    /// is sent meanwhile.
    pub(super) fn wanted(&self, most: usize) -> Option<usize> {
        let half = most.div_ceil(2);
        (!self.is_writing() && self.ready.len() <= most - half).then_some(half)
    }

    /// A claim is on its way.
    pub(super) fn expect(&mut self, writing: JoinHandle<Result<Vec<QueueEntry>, StoreError>>) {
        self.writing = Some(writing);
    }

    /// Waits until the claim that is being written is; for ever if none is.
    ///
    /// # Errors
    /// When it could not be written.
    pub(super) async fn written(&mut self) -> Result<(), StoreError> {
        let Some(writing) = self.writing.as_mut() else {
            return std::future::pending().await;
        };
        let written = writing.await;
        self.writing = None;
        let entries = written
            .unwrap_or_else(|_| Err(StoreError::Engine("a claim fell over half-way".to_owned())))?;
        let now = Instant::now();
        self.ready
            .extend(entries.into_iter().map(|entry| (now, entry)));
        Ok(())
    }

    /// The next to be sent.
    pub(super) fn next(&mut self) -> Option<QueueEntry> {
        self.ready.pop_front().map(|(_, entry)| entry)
    }

    /// What was claimed longer ago than this.
    pub(super) fn older_than(&mut self, age: Duration) -> Vec<QueueEntry> {
        let old = self.ready.iter().take_while(|(at, _)| at.elapsed() > age);
        let count = old.count();
        self.ready.drain(..count).map(|(_, entry)| entry).collect()
    }

    /// All of it, when the claim that is being written is.
    pub(super) async fn all(&mut self) -> Vec<QueueEntry> {
        if self.is_writing()
            && let Err(error) = self.written().await
        {
            // What it would have claimed is as it was.
            tracing::warn!(%error, "what was to be sent next could not be claimed");
        }
        self.ready.drain(..).map(|(_, entry)| entry).collect()
    }
}
