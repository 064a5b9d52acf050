//! Jobs as they are ordered and as they are shown.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::JobId;
use crate::route::Scope;
use crate::service::failover::FailoverAction;
use crate::store::jobs::{ItemRecord, JobRecord, Outcome, Task};

/// An order for many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewJob {
    /// Domains and mailboxes, `domain:example.com` and `mailbox:ann@example.com`; at most 1,000.
    #[schema(value_type = Vec<String>, example = json!(["domain:example.com"]))]
    pub scopes: Vec<Scope>,
    /// What is to be set for each; `auto` removes what is set.
    pub action: FailoverAction,
    /// Why, for the audit log.
    pub reason: String,
    /// In how many seconds it ends by itself.
    #[serde(default)]
    pub expires_in_secs: Option<u64>,
    /// How many mailboxes this concerns, as the preview says; needed above 100.
    #[serde(default)]
    pub count: Option<u64>,
}

/// What an order would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobPreview {
    /// Mailboxes it concerns: `count` of the order.
    pub mailboxes: u64,
    /// Domains and mailboxes that are named.
    pub scopes: u32,
    /// Of them, those that are not there.
    pub unknown: Vec<String>,
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobView {
    /// Its id.
    pub id: String,
    /// What is set: `standby`, `primary`, `queue`, `follow`; or `undo` of another job.
    pub task: String,
    /// The job that this one takes back.
    pub undoes: Option<String>,
    /// The job that takes this one back.
    pub undone_by: Option<String>,
    /// Who ordered it.
    pub by: String,
    /// Whose it is; absent: the operator's.
    pub reseller: Option<String>,
    /// Why.
    pub reason: String,
    /// When it was ordered.
    pub created: String,
    /// When it ended; absent while it runs.
    pub ended: Option<String>,
    /// Its parts.
    pub total: u32,
    /// Parts that were looked at.
    pub looked_at: u32,
    /// Of them, those that failed.
    pub failed: u32,
}

/// One part of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobItemView {
    /// The domain or mailbox.
    pub scope: String,
    /// `waiting`, `done` or `failed`.
    pub state: String,
    /// What was set before; absent: it followed its mailstore.
    pub before: Option<String>,
    /// Why it failed.
    pub why: Option<String>,
}

/// Parts of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobItems {
    /// The parts, in the order of the request.
    pub items: Vec<JobItemView>,
    /// Where the next page begins; absent on the last.
    pub next: Option<u32>,
}

/// Why a job is to be taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JobUndo {
    /// For the audit log.
    pub reason: String,
}

pub(super) fn view(id: JobId, job: &JobRecord) -> JobView {
    let (task, undoes) = match &job.task {
        Task::Set(setting, _) => (
            setting.map_or("follow", crate::route::Setting::as_str),
            None,
        ),
        Task::Undo(of) => ("undo", Some(of.to_string())),
    };
    JobView {
        id: id.to_string(),
        task: task.to_owned(),
        undoes,
        undone_by: job.undone_by.map(|id| id.to_string()),
        by: job.by.clone(),
        reseller: job.owner.as_ref().map(ToString::to_string),
        reason: job.reason.clone(),
        created: job.created.to_string(),
        ended: job.ended.map(|at| at.to_string()),
        total: job.total,
        looked_at: job.next,
        failed: job.failed,
    }
}

pub(super) fn item_view(item: ItemRecord) -> JobItemView {
    let (state, before, why) = match item.outcome {
        Outcome::Waiting => ("waiting", None, None),
        Outcome::Done { before, .. } => {
            let before = before.map(|before| before.setting.as_str().to_owned());
            ("done", before, None)
        }
        Outcome::Failed(why) => ("failed", None, Some(why)),
    };
    JobItemView {
        scope: item.scope.to_string(),
        state: state.to_owned(),
        before,
        why,
    }
}
