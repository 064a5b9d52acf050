//! How the mailstores stand, at a glance: for operators.

use super::failover::since;
use super::{Actor, Service, ServiceError};
use crate::clock::Timestamp;
use crate::failover::{Decider, Mode};
use crate::ids::MailstoreId;
use crate::store::failover as kept;
use crate::store::messages;

/// Counting of what is unmerged ends here.
pub const UNMERGED_COUNTED_MAX: usize = 10_000;

/// How a mailstore stands.
#[derive(Clone, Debug)]
pub struct MailstoreRow {
    /// Which.
    pub id: MailstoreId,
    /// `normal`, `suspected`, `active` or `returning`.
    pub state: &'static str,
    /// Its mode.
    pub mode: Mode,
    /// Since when it is in this state; none where it always was.
    pub since: Option<Timestamp>,
    /// Who decided last: none for Lifeboat.
    pub by: Option<String>,
    /// The last decision in words.
    pub evidence: Option<String>,
    /// What is still to merge, counted to [`UNMERGED_COUNTED_MAX`].
    pub unmerged: usize,
}

/// All mailstores, as configured.
///
/// # Errors
/// When the actor may not, or the store fails.
pub fn mailstores(service: &Service, actor: &Actor) -> Result<Vec<MailstoreRow>, ServiceError> {
    actor.operator()?;
    let config = service.config();
    service.store.read(|tx| {
        let mut rows = Vec::with_capacity(config.mailstore.len());
        for mailstore in &config.mailstore {
            let record = kept::mailstore(tx, &mailstore.id)?;
            let last = record.recent.last();
            rows.push(MailstoreRow {
                id: mailstore.id.clone(),
                state: record.state.phase.name(),
                mode: record.state.mode,
                since: since(&record.state.phase).or(last.map(|decision| decision.at)),
                by: last.and_then(|decision| match &decision.by {
                    Decider::Lifeboat => None,
                    Decider::Person { name, .. } => Some(name.clone()),
                }),
                evidence: last.map(ToString::to_string),
                unmerged: messages::count_unmerged(tx, &mailstore.id, UNMERGED_COUNTED_MAX)?,
            });
        }
        Ok(rows)
    })
}
