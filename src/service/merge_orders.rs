//! Orders about the merge: given by operators, kept, audited, and followed at once.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::merge::{self, MailstoreMergeView};
use super::{Actor, Service, ServiceError, merge_again, merge_place, reason};
use crate::ids::{Address, MailstoreId};
use crate::store::access::Permission;
use crate::store::merge as kept;
use crate::store::merge::orders::{self, Orders, Speed};
use crate::store::{audit, directory, messages};

/// Waiting mailboxes that one order to run lets try again.
const RETRIED_MAX: usize = 1_000;

/// What can be ordered about the merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MergeAction {
    /// Go on, and let what waits try again at once.
    Run,
    /// Merge nothing until further notice; what is under way stops at its next step.
    Pause,
    /// Go on, as the mailstore's answers allow.
    Resume,
    /// Go on with few mailboxes at a time.
    Slow,
    /// Go on with as many mailboxes as are allowed at most, however slowly the mailstore answers.
    Hurry,
    /// Look for what was merged from a mailbox, and merge again what is not there; mailboxes only.
    Again,
}

impl MergeAction {
    const fn name(self) -> &'static str {
        match self {
            Self::Run => "merge.run",
            Self::Pause => "merge.pause",
            Self::Resume => "merge.resume",
            Self::Slow => "merge.slow",
            Self::Hurry => "merge.hurry",
            Self::Again => "merge.again",
        }
    }

    /// What it makes of the orders in force of a mailstore: paused, and how hard. None if it is not one
    /// for mailstores.
    const fn effect(self, speed: Speed) -> Option<(bool, Speed)> {
        match self {
            Self::Run => Some((false, speed)),
            Self::Pause => Some((true, speed)),
            Self::Resume => Some((false, Speed::Normal)),
            Self::Slow => Some((false, Speed::Slow)),
            Self::Hurry => Some((false, Speed::Hurry)),
            Self::Again => None,
        }
    }
}

/// How messages get into the mailstore.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DriverName {
    /// By IMAP APPEND.
    #[default]
    Imap,
    /// As files on its volume.
    Maildir,
}

/// An order about the merge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeOrder {
    /// What.
    pub action: MergeAction,
    /// Why, for the audit log.
    pub reason: String,
    /// By which driver; mailstores only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driver: Option<DriverName>,
}

/// What is to be merged of one mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MailboxMergeView {
    /// Its address.
    pub mailbox: String,
    /// Its mailstore of record.
    pub mailstore: String,
    /// Messages still to merge, at most 10,000 counted.
    pub unmerged: u64,
    /// Why it waits, if it does.
    pub waits: Option<String>,
    /// When it is tried again.
    pub next_attempt_at: Option<String>,
    /// When everything was read back and nothing was left, if so.
    pub verified_at: Option<String>,
}

/// Messages counted in one mailbox.
const COUNTED_MAX: usize = 10_000;

/// Gives an order about a mailstore.
///
/// # Errors
/// When the actor may not, there is no such mailstore, the order makes no sense, or the store fails.
pub async fn order(
    service: &Service,
    actor: &Actor,
    id: &MailstoreId,
    order: MergeOrder,
) -> Result<MailstoreMergeView, ServiceError> {
    actor.operator()?;
    actor.may(Permission::Merge)?;
    if service.config().mailstore(id).is_none() {
        return Err(ServiceError::NotFound("such mailstore"));
    }
    let reason = reason(&order.reason)?;
    let place = match order.driver {
        Some(DriverName::Maildir) if order.action == MergeAction::Run => {
            Some(merge_place::check(service, id).await?)
        }
        _ => None,
    };
    let mut event = service.event(
        actor,
        Permission::Merge,
        order.action.name(),
        format!("mailstore:{id}"),
        &reason,
    )?;
    if place.is_some() {
        event.detail = "as files, while its IMAP is closed".to_owned();
    }
    let (now, mailstore, by) = (service.now(), id.clone(), actor.to_string());
    let orders = service
        .store
        .write(move |tx| {
            audit::append(tx, event.clone())?;
            let before = orders::get(tx, &mailstore)?;
            let speed = before.map(|before| before.speed).unwrap_or_default();
            let effect = order.action.effect(speed);
            let (paused, speed) = effect.ok_or_else(only_for_mailboxes)?;
            let new = Orders {
                paused,
                speed,
                by: by.clone(),
                reason: reason.clone(),
                at: now,
            };
            orders::put(tx, &mailstore, &new)?;
            if order.action == MergeAction::Run {
                let waiting = messages::unmerged_mailboxes(tx, &mailstore, None, RETRIED_MAX)?;
                for id in waiting {
                    kept::hurry(tx, id, now)?;
                }
            }
            Ok::<_, ServiceError>(new)
        })
        .await?;
    if let Some(merger) = &service.merger {
        merger.follow(id, orders);
    }
    if let Some(place) = place {
        merge_place::start(place);
    }
    merge::mailstore(service, actor, id)
}

fn only_for_mailboxes() -> ServiceError {
    ServiceError::Invalid {
        field: "action",
        text: "again is for mailboxes: it looks for what was merged from one".into(),
    }
}

/// Puts a mailbox first in line, at once, or merges again what is not there any more.
///
/// # Errors
/// When the actor may not, there is no such mailbox, the order is not one for a mailbox, or the store
/// fails; as `merge_again::order`.
pub async fn order_mailbox(
    service: &Service,
    actor: &Actor,
    address: &Address,
    order: MergeOrder,
) -> Result<MailboxMergeView, ServiceError> {
    actor.operator()?;
    actor.may(Permission::Merge)?;
    if order.action == MergeAction::Again && order.driver.is_none() {
        return merge_again::order(service, actor, address, &order.reason).await;
    }
    let reason = reason(&order.reason)?;
    if order.action != MergeAction::Run || order.driver.is_some() {
        return Err(ServiceError::Invalid {
            field: "action",
            text: "a mailbox can be run, which puts it first, or merged again; the rest is for \
                   mailstores"
                .into(),
        });
    }
    let event = service.event(
        actor,
        Permission::Merge,
        order.action.name(),
        format!("mailbox:{address}"),
        &reason,
    )?;
    let (now, wanted) = (service.now(), address.clone());
    service
        .store
        .write(move |tx| {
            let mailbox =
                directory::resolve(tx, &wanted)?.ok_or(ServiceError::NotFound("such mailbox"))?;
            audit::append(tx, event.clone())?;
            let (mailstore, id) = (&mailbox.record.mailstore, mailbox.record.id);
            if !messages::unmerged(tx, mailstore, id, None, 1)?.is_empty() {
                orders::put_first(tx, mailstore, id, now)?;
            }
            Ok::<_, ServiceError>(())
        })
        .await?;
    if let Some(merger) = &service.merger {
        merger.wake();
    }
    mailbox(service, actor, address)
}

/// How the merge of one mailbox stands.
///
/// # Errors
/// When the actor may not, there is no such mailbox, or the store fails.
pub fn mailbox(
    service: &Service,
    actor: &Actor,
    address: &Address,
) -> Result<MailboxMergeView, ServiceError> {
    service.store.read(|tx| {
        let (mailbox, _) = super::visible_mailbox(tx, actor, address)?;
        let record = &mailbox.record;
        let left = messages::unmerged(tx, &record.mailstore, record.id, None, COUNTED_MAX)?;
        let state = kept::mailbox(tx, record.id)?;
        let parked = state.as_ref().and_then(|state| state.parked.clone());
        Ok(MailboxMergeView {
            mailbox: mailbox.address.to_string(),
            mailstore: record.mailstore.to_string(),
            unmerged: left.len() as u64,
            waits: parked.as_ref().map(|parked| parked.detail.clone()),
            next_attempt_at: parked.map(|parked| parked.next_attempt_at.to_string()),
            verified_at: state
                .and_then(|state| state.verified_at)
                .map(|at| at.to_string()),
        })
    })
}
