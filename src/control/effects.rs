//! What follows from decisions outside the store.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::postfix::Flusher;

/// When deferred mail is tried again after a route changed. What sat in the active queue keeps its
/// old answer until it is deferred, so once is not enough.
const FLUSH_AFTER: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_secs(15),
    Duration::from_secs(45),
    Duration::from_secs(120),
];

/// Starts the task that has the MX try again; each notification starts its series anew.
pub(super) fn start_flushing(
    flusher: Flusher,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> Arc<Notify> {
    let wanted = Arc::new(Notify::new());
    if flusher.is_configured() {
        let (wanted, stop) = (wanted.clone(), stop.clone());
        tasks.spawn(async move {
            stop.run_until_cancelled(flush_loop(&flusher, &wanted))
                .await;
        });
    }
    wanted
}

async fn flush_loop(flusher: &Flusher, wanted: &Notify) {
    wanted.notified().await;
    loop {
        tokio::select! {
            () = flush_series(flusher) => wanted.notified().await,
            () = wanted.notified() => {}
        }
    }
}

async fn flush_series(flusher: &Flusher) {
    let start = tokio::time::Instant::now();
    for after in FLUSH_AFTER {
        tokio::time::sleep_until(start + after).await;
        match flusher.flush().await {
            Ok(()) => tracing::info!("the MX tries deferred mail again"),
            Err(error) => tracing::error!(%error, "deferred mail waits for the MX's own retry"),
        }
    }
}
