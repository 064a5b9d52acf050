//! Filling the directory: operators only.

use bytes::Bytes;
use futures_util::Stream;
use tokio::sync::mpsc;

use super::{Actor, Service, ServiceError};
use crate::provision::{Defaults, Format, ProvisionError, Provisioning, Report, Summary};
use crate::store::audit;

/// Most mistakes and warnings may wait for a slow reader.
pub const REPORTS_WAITING_MAX: usize = 256;

/// Applies a file; errors of rows and the progress go to `reports`.
///
/// # Errors
/// When the actor may not, a default names no configured mailstore, the input breaks off, or the
/// store fails. What was applied stays.
pub async fn run<E: std::fmt::Display>(
    service: &Service,
    actor: &Actor,
    format: Format,
    defaults: Defaults,
    input: impl Stream<Item = Result<Bytes, E>> + Unpin,
    reports: mpsc::Sender<Report>,
) -> Result<Summary, ServiceError> {
    actor.operator()?;
    let config = service.config();
    let mailstores = config
        .mailstore
        .iter()
        .map(|mailstore| mailstore.id.clone())
        .collect();
    if let Some(id) = &defaults.mailstore
        && config.mailstore(id).is_none()
    {
        return Err(ServiceError::Invalid {
            field: "mailstore",
            text: format!("{id} is not configured: add a [[mailstore]] section for it"),
        });
    }
    let job = Provisioning::new(service.store.clone(), format, defaults, mailstores, reports);
    let summary = job.run(input).await.map_err(|error| match error {
        ProvisionError::Store(error) => ServiceError::Store(error),
        ProvisionError::Input(_) => ServiceError::Unavailable(error.to_string()),
    })?;
    let mut event = service.event(actor, "provision", "directory".into(), "");
    event.detail = format!(
        "{} created, {} changed, {} unchanged, {} errors",
        summary.created, summary.changed, summary.unchanged, summary.errors
    );
    service
        .store
        .write(move |tx| audit::append(tx, event.clone()).map(drop))
        .await?;
    Ok(summary)
}
