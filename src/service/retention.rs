//! What is kept for some time and then removed: sessions that ended, tokens that open nothing, jobs that are
//! done, passwords that were remembered. Mail has its own retention, in the merge.

use std::time::Duration;

use super::Service;
use crate::store::{StoreError, Tx, jobs, remembered, sessions, tokens};

/// How long a job that is done is shown.
pub const JOBS_KEPT: Duration = Duration::from_secs(90 * 24 * 3600);
/// How long a token that opens nothing any more is shown.
pub const TOKENS_KEPT: Duration = Duration::from_secs(90 * 24 * 3600);
/// Rows looked at in one transaction.
const STEP: usize = 500;

/// Removes what is over, step by step.
///
/// # Errors
/// When the store fails.
pub async fn round(service: &Service) -> Result<(), StoreError> {
    let now = service.now();
    let idle = service.config().sign_in.session_idle.duration();
    through(service, move |tx, after| {
        sessions::sweep(tx, after, STEP, now, idle)
    })
    .await?;
    through(service, move |tx, after| {
        tokens::sweep(tx, after, STEP, now.before(TOKENS_KEPT))
    })
    .await?;
    through(service, move |tx, after| {
        remembered::sweep(tx, after, STEP, now)
    })
    .await?;
    super::deleted::resume(service).await?;
    let before = now.before(JOBS_KEPT);
    while service
        .store
        .write(move |tx| jobs::forget(tx, before, STEP))
        .await?
    {}
    Ok(())
}

/// Goes through a table to its end.
async fn through(
    service: &Service,
    step: impl Fn(&mut dyn Tx, Option<Vec<u8>>) -> Result<Option<Vec<u8>>, StoreError>
    + Copy
    + Send
    + 'static,
) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let from = after.clone();
        after = service
            .store
            .write(move |tx| step(tx, from.clone()))
            .await?;
        if after.is_none() {
            return Ok(());
        }
    }
}
