//! How the merge stands: operators only.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Actor, Service, ServiceError};
use crate::store::merge as kept;

/// How the merge stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MergeView {
    /// Messages still to merge, parked and waiting ones included.
    pub unmerged: u64,
    /// The mailboxes they are in.
    pub mailboxes: u64,
    /// Mailboxes that wait for a reason of their own.
    pub blocked: Vec<BlockedView>,
}

/// A mailbox that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BlockedView {
    /// Its address; absent if it is not in the directory any more.
    pub mailbox: Option<String>,
    /// Its mailstore.
    pub mailstore: String,
    /// Why, as a short name.
    #[schema(value_type = String)]
    pub reason: serde_json::Value,
    /// Why, in words.
    pub detail: String,
    /// Attempts that failed in a row.
    pub attempts: u32,
    /// When it is tried again.
    pub next_attempt_at: String,
    /// How much of it is unmerged.
    pub unmerged: u64,
}

/// How the merge stands, over all mailstores.
///
/// # Errors
/// When the actor may not, or the store fails.
pub fn status(service: &Service, actor: &Actor) -> Result<MergeView, ServiceError> {
    actor.operator()?;
    let status = service.store.read(kept::status)?;
    Ok(MergeView {
        unmerged: status.unmerged,
        mailboxes: status.mailboxes,
        blocked: status
            .blocked
            .into_iter()
            .map(|blocked| BlockedView {
                mailbox: blocked.mailbox.map(|address| address.to_string()),
                mailstore: blocked.mailstore.to_string(),
                reason: serde_json::to_value(blocked.reason).unwrap_or_default(),
                detail: blocked.detail,
                attempts: blocked.attempts,
                next_attempt_at: blocked.next_attempt_at.to_string(),
                unmerged: blocked.unmerged,
            })
            .collect(),
    })
}
