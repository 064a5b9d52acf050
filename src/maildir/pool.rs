//! Threads for calls that may hang.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, oneshot};

use super::MaildirError;

/// Runs blocking calls, each job on a thread of its own, so many at once. A job that hangs keeps its
/// thread and nothing else: whoever waits stops when nothing moves, the process can end, and another
/// mailstore has threads of its own.
#[derive(Clone, Debug)]
pub struct Pool {
    permits: Arc<Semaphore>,
    threads_max: usize,
    silence: Duration,
}

/// A running job, as it sees itself: it says that it moves, and learns that nobody waits for it any
/// more.
#[derive(Debug, Default)]
pub struct Task {
    abandoned: AtomicBool,
    steps: AtomicU64,
}

impl Task {
    /// Between two calls into the volume.
    ///
    /// # Errors
    /// When nobody waits for this job any more: what it would do next must not be done.
    pub fn step(&self) -> Result<(), MaildirError> {
        self.steps.fetch_add(1, Ordering::SeqCst);
        if self.abandoned.load(Ordering::SeqCst) {
            return Err(MaildirError::unavailable("job", "given up"));
        }
        Ok(())
    }
}

/// Gives a job up when nobody waits for it any more.
struct Waiting(Arc<Task>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.abandoned.store(true, Ordering::SeqCst);
    }
}

impl Pool {
    /// At most `threads_max` jobs at once; one that makes no step for `silence` is given up.
    pub fn new(threads_max: usize, silence: Duration) -> Self {
        let threads_max = threads_max.max(1);
        Self {
            permits: Arc::new(Semaphore::new(threads_max)),
            threads_max,
            silence,
        }
    }

    /// Runs `job`. A dropped future gives it up at its next step.
    ///
    /// # Errors
    /// Those of `job`; [`MaildirError::Unavailable`] when it makes no step for too long;
    /// [`MaildirError::AllHang`] when no thread becomes free for as long.
    pub async fn run<T, J>(&self, job: J) -> Result<T, MaildirError>
    where
        T: Send + 'static,
        J: FnOnce(&Task) -> Result<T, MaildirError> + Send + 'static,
    {
        let free = tokio::time::timeout(self.silence, self.permits.clone().acquire_owned());
        let Ok(Ok(permit)) = free.await else {
            return Err(MaildirError::AllHang {
                threads: self.threads_max,
            });
        };
        let task = Arc::new(Task::default());
        let waiting = Waiting(task.clone());
        let (tell, mut result) = oneshot::channel();
        let thread = std::thread::Builder::new().name("maildir".to_owned());
        let spawned = thread.spawn(move || {
            let _permit = permit;
            let _ = tell.send(job(&task));
        });
        if let Err(error) = spawned {
            return Err(MaildirError::unavailable("thread", error.to_string()));
        }
        let mut steps = 0;
        loop {
            match tokio::time::timeout(self.silence, &mut result).await {
                Ok(Ok(done)) => return done,
                // Its sender is gone: it panicked.
                Ok(Err(_)) => return Err(MaildirError::unavailable("job", "failed")),
                Err(_) => {
                    let now = waiting.0.steps.load(Ordering::SeqCst);
                    if now == steps {
                        let secs = self.silence.as_secs_f32();
                        let what = format!("no answer from the volume within {secs} s");
                        return Err(MaildirError::unavailable("files", what));
                    }
                    steps = now;
                }
            }
        }
    }
}
