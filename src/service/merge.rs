//! How the merge stands: all of it for operators, for a reseller what is its own.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Actor, Service, ServiceError};
use crate::ids::MailstoreId;
use crate::merge::Pass;
use crate::store::merge::orders::{self, Speed};
use crate::store::merge::{self as kept, BLOCKED_LISTED_MAX, ParkReason};
use crate::store::{ReadTx, directory};

/// How the merge stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MergeView {
    /// Messages still to merge, parked and waiting ones included.
    pub unmerged: u64,
    /// The mailboxes they are in.
    pub mailboxes: u64,
    /// Each mailstore.
    pub mailstores: Vec<MailstoreMergeView>,
    /// Mailboxes that wait for a reason of their own, at most 1,000.
    pub blocked: Vec<BlockedView>,
    /// How many more of them there are; `GET /api/v1/mailboxes?blocked=true` has all, page by page.
    #[serde(default)]
    pub blocked_unlisted: u64,
}

/// How the merge into one mailstore stands. A reseller is told of what is its own, and whether it is open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MailstoreMergeView {
    /// Which.
    pub mailstore: String,
    /// Messages still to merge.
    pub unmerged: u64,
    /// The mailboxes they are in.
    pub mailboxes: u64,
    /// Whether it may be merged into at all now: it has its route and passed the guard.
    pub open: bool,
    /// Whether an operator paused it.
    pub paused: bool,
    /// How hard it is worked: `normal`, `slow` or `hurry`.
    pub speed: String,
    /// Who ordered that, if anybody did.
    pub ordered_by: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// When.
    pub ordered_at: Option<String>,
    /// Mailboxes that are being merged.
    pub running: u64,
    /// How many may be, as it answers now.
    pub allowed: u64,
    /// How many may be at most.
    pub ceiling: u64,
    /// Whether it did not answer and is left alone for a while.
    pub down: bool,
    /// The last order to place messages as files, if there was one since the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placing: Option<PlacingView>,
}

/// An order to place messages as files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlacingView {
    /// Whether it goes on.
    pub running: bool,
    /// Mailboxes that were gone through.
    pub mailboxes: u64,
    /// Those among them that wait for a reason of their own.
    pub waiting: u64,
    /// Messages that are there as files and get their UIDs when the mailstore's IMAP is back.
    pub provisional: u64,
    /// Why it ended early, if it did.
    pub failed: Option<String>,
}

impl From<Pass> for PlacingView {
    fn from(pass: Pass) -> Self {
        Self {
            running: pass.is_running,
            mailboxes: pass.placed.mailboxes,
            waiting: pass.placed.waiting,
            provisional: pass.placed.provisional,
            failed: pass.failed,
        }
    }
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
    /// When it is tried again; empty where a person must do something first.
    pub next_attempt_at: String,
    /// How much of it is unmerged.
    pub unmerged: u64,
    /// The command that gets its mail out as files, as a last resort.
    pub export: Option<String>,
}

/// The name of a speed in the API.
pub const fn speed_name(speed: Speed) -> &'static str {
    match speed {
        Speed::Normal => "normal",
        Speed::Slow => "slow",
        Speed::Hurry => "hurry",
    }
}

/// How the merge stands, over all mailstores.
///
/// # Errors
/// When the actor may not, or the store fails.
pub fn status(service: &Service, actor: &Actor) -> Result<MergeView, ServiceError> {
    actor.operator()?;
    let config = service.config();
    let status = service.store.merge_status()?;
    service.store.read(|tx| {
        let mut mailstores = Vec::new();
        for mailstore in &config.mailstore {
            let counts = status.mailstores.get(&mailstore.id).copied();
            mailstores.push(of_mailstore(service, tx, &mailstore.id, counts)?);
        }
        let unknown = status
            .mailstores
            .iter()
            .filter(|(id, _)| config.mailstore(id).is_none());
        let unknown: Vec<_> = unknown
            .map(|(id, counts)| no_mailstore(id, counts.0))
            .collect();
        let listed = status.blocked.iter().take(BLOCKED_LISTED_MAX).cloned();
        let mut blocked: Vec<_> = listed.map(blocked).collect();
        let cut = status.blocked.len().saturating_sub(blocked.len()) as u64;
        blocked.extend(unknown);
        Ok(MergeView {
            unmerged: status.unmerged,
            mailboxes: status.mailboxes,
            mailstores,
            blocked,
            blocked_unlisted: cut + status.unlisted.values().sum::<u64>(),
        })
    })
}

/// How the merge stands as far as it is the actor's business: for a reseller what is unmerged of its own, on which
/// mailstores, and which of its mailboxes wait; not what operators ordered.
///
/// # Errors
/// When the actor may not, or the store fails.
pub fn own_status(service: &Service, actor: &Actor) -> Result<MergeView, ServiceError> {
    let Actor::Reseller(reseller, _) = actor else {
        return status(service, actor);
    };
    let status = service.store.merge_status()?;
    let own = status.owners.get(reseller).cloned().unwrap_or_default();
    let mut blocked = Vec::new();
    for one in &status.blocked {
        let Some(address) = &one.mailbox else {
            continue;
        };
        let record = service
            .store
            .read(|tx| directory::domain(tx, &address.domain_name()))?;
        if record.and_then(|record| record.reseller).as_ref() == Some(reseller) {
            blocked.push(BlockedView {
                export: None,
                ..self::blocked(one.clone())
            });
        }
    }
    let of = |(id, counts): (&MailstoreId, &(u64, u64))| MailstoreMergeView {
        mailstore: id.to_string(),
        unmerged: counts.0,
        mailboxes: counts.1,
        open: service.control.as_ref().is_some_and(|c| c.may_merge(id)),
        ..MailstoreMergeView::default()
    };
    Ok(MergeView {
        unmerged: own.values().map(|counts| counts.0).sum(),
        mailboxes: own.values().map(|counts| counts.1).sum(),
        mailstores: own.iter().map(of).collect(),
        blocked,
        blocked_unlisted: status
            .unlisted
            .get(&Some(reseller.clone()))
            .copied()
            .unwrap_or_default(),
    })
}

/// How the merge into one mailstore stands.
///
/// # Errors
/// When the actor may not, there is none, or the store fails.
pub fn mailstore(
    service: &Service,
    actor: &Actor,
    id: &MailstoreId,
) -> Result<MailstoreMergeView, ServiceError> {
    let view = status(service, actor)?;
    let mut found = view.mailstores.into_iter();
    found
        .find(|view| view.mailstore == id.as_str())
        .ok_or(ServiceError::NotFound("such mailstore"))
}

fn of_mailstore(
    service: &Service,
    tx: &dyn ReadTx,
    id: &MailstoreId,
    counts: Option<(u64, u64)>,
) -> Result<MailstoreMergeView, ServiceError> {
    let orders = orders::get(tx, id)?;
    let lane = service.merger.as_ref().and_then(|merger| merger.view(id));
    let lane = lane.unwrap_or_default();
    let (unmerged, mailboxes) = counts.unwrap_or_default();
    let number = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let open = service.control.as_ref().is_some_and(|c| c.may_merge(id));
    Ok(MailstoreMergeView {
        mailstore: id.to_string(),
        unmerged,
        mailboxes,
        open,
        paused: orders.as_ref().is_some_and(|orders| orders.paused),
        speed: speed_name(orders.as_ref().map(|o| o.speed).unwrap_or_default()).to_owned(),
        ordered_by: orders.as_ref().map(|orders| orders.by.clone()),
        ordered_at: orders.as_ref().map(|orders| orders.at.to_string()),
        reason: orders.map(|orders| orders.reason),
        running: number(lane.running),
        allowed: number(lane.allowed),
        ceiling: number(lane.ceiling),
        down: lane.down,
        placing: service
            .merger
            .as_ref()
            .and_then(|merger| merger.pass(id))
            .map(PlacingView::from),
    })
}

/// A mailstore that was taken out of the configuration while mail waits for it.
fn no_mailstore(id: &MailstoreId, unmerged: u64) -> BlockedView {
    BlockedView {
        mailbox: None,
        mailstore: id.to_string(),
        reason: "no-mailstore".into(),
        detail: format!(
            "the mailstore {id} is not in the configuration: add it again, or provision its \
             mailboxes onto another"
        ),
        attempts: 0,
        next_attempt_at: String::new(),
        unmerged,
        export: None,
    }
}

fn blocked(blocked: kept::Blocked) -> BlockedView {
    let address = blocked.mailbox.map(|address| address.to_string());
    let never = blocked.reason == ParkReason::NoMailbox;
    BlockedView {
        mailstore: blocked.mailstore.to_string(),
        reason: serde_json::to_value(blocked.reason).unwrap_or_default(),
        detail: blocked.detail,
        attempts: blocked.attempts,
        next_attempt_at: match never {
            true => String::new(),
            false => blocked.next_attempt_at.to_string(),
        },
        unmerged: blocked.unmerged,
        export: address
            .as_ref()
            .map(|address| format!("lifeboat store export {address} --format maildir DIRECTORY")),
        mailbox: address,
    }
}
