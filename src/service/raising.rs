//! A mailstore that is not what it was: what was found there, what clients would see, what can be done,
//! and how far the raising of its UIDs is.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Actor, Service, ServiceError, visible_mailbox};
use crate::config::Mailstore;
use crate::failover::{GuardVerdict, Phase, State};
use crate::ids::{Address, MailstoreId};
use crate::store::access::Permission;
use crate::store::audit;
use crate::store::watermarks::{self, RaiseRecord};

/// Mailboxes that wait for a person and are shown.
pub const BLOCKED_SHOWN: usize = 500;

/// What the guard found, where it stands in the way of a return.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FindingView {
    /// `went-back`, `changed`, `missing` or `never-learned`.
    pub verdict: String,
    /// What was found, in words.
    pub found: String,
    /// What desktop clients would do if they were let in as it is.
    pub clients: String,
    /// What can be done.
    pub choices: Vec<ChoiceView>,
}

/// Something that can be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChoiceView {
    /// `wait`, `return-restored` or `return-accept`.
    pub name: String,
    /// The command; none where there is nothing to order.
    pub command: Option<String>,
    /// What follows, in words.
    pub effect: String,
}

/// How far the raising of a mailstore's UIDs is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RaisingView {
    /// Since when.
    pub since: String,
    /// The mailboxes of the mailstore; absent before they were counted.
    pub total: Option<u64>,
    /// Those that get their mail again; absent before they were counted.
    pub done: Option<u64>,
    /// What keeps all of them, in words.
    pub trouble: Option<String>,
    /// Those that wait for a person or another attempt, at most 500.
    pub blocked: Vec<BlockedRaiseView>,
}

/// A mailbox whose UIDs could not be raised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BlockedRaiseView {
    /// Which.
    pub mailbox: String,
    /// Why, in words.
    pub why: String,
    /// Attempts so far.
    pub attempts: u32,
    /// When it is tried again.
    pub next_attempt_at: String,
}

/// What stands in the way of a return, and what can be done about it.
pub fn finding(service: &Service, mailstore: &Mailstore, state: &State) -> Option<FindingView> {
    let live = service.control.as_ref().and_then(|c| c.view(&mailstore.id));
    let blocked = match &state.phase {
        Phase::Active { blocked, .. } => blocked.clone(),
        Phase::Normal | Phase::Suspected { .. } | Phase::Returning { .. } => None,
    };
    let verdict = blocked.or_else(|| live?.state.sentinel);
    let verdict = verdict.filter(GuardVerdict::blocks_return)?;
    Some(FindingView {
        verdict: verdict.name().to_owned(),
        found: verdict.found(),
        clients: verdict.clients().unwrap_or_default().to_owned(),
        choices: choices(mailstore, &verdict),
    })
}

fn choices(mailstore: &Mailstore, verdict: &GuardVerdict) -> Vec<ChoiceView> {
    let id = &mailstore.id;
    let can_raise = mailstore.doveadm.is_some() || mailstore.raise_command.is_some();
    let order = |name: &str, flag: &str, effect: &str| ChoiceView {
        name: name.to_owned(),
        command: Some(format!(
            "lifeboat failover return mailstore:{id} {flag} --reason …"
        )),
        effect: effect.to_owned(),
    };
    let first = match verdict {
        GuardVerdict::WentBack { .. } if can_raise => order(
            "return-restored",
            "--restored",
            "Raises the UIDs of every mailbox above all that clients have seen; each gets its mail back as soon as that is done. Under the policy automatic this happens by itself.",
        ),
        GuardVerdict::WentBack { .. } => ChoiceView {
            name: "wait".into(),
            command: None,
            effect: "Configure the mailstore's doveadm or raise_command and start Lifeboat again: it then raises the UIDs of every mailbox, and clients miss nothing.".into(),
        },
        GuardVerdict::NeverLearned => ChoiceView {
            name: "wait".into(),
            command: None,
            effect: "Look into the mailstore: is old mail where it was, under the UIDVALIDITY that clients know? If so, let it return by the order below.".into(),
        },
        _ => ChoiceView {
            name: "wait".into(),
            command: None,
            effect: "Mount the right volume, or restore the mail, with its dovecot-uidlist files. When the sentinel is where it was, mail returns by itself.".into(),
        },
    };
    let accept = order(
        "return-accept",
        "--accept-changed-mailstore",
        "Returns at once to what is there now, as it is. What clients do then, see above.",
    );
    vec![first, accept]
}

/// How far the raising of a mailstore's UIDs is, if its mailboxes wait for that.
///
/// # Errors
/// When the store fails.
pub fn raising(
    service: &Service,
    id: &MailstoreId,
    state: &State,
) -> Result<Option<RaisingView>, ServiceError> {
    let Some(raising) = state.raising else {
        return Ok(None);
    };
    let control = service.control.as_ref();
    let progress = control.and_then(|control| control.board().get(id, raising.epoch));
    let blocked = service
        .store
        .read(|tx| watermarks::blocked(tx, id, raising.epoch, BLOCKED_SHOWN))?;
    Ok(Some(RaisingView {
        since: raising.since.to_string(),
        total: progress.as_ref().map(|progress| progress.total),
        done: progress.as_ref().map(|progress| progress.done),
        trouble: progress.and_then(|progress| progress.trouble),
        blocked: blocked
            .into_iter()
            .map(|blocked| BlockedRaiseView {
                mailbox: blocked.mailbox.to_string(),
                why: blocked.why,
                attempts: blocked.attempts,
                next_attempt_at: blocked.next_attempt_at.to_string(),
            })
            .collect(),
    }))
}

/// Lets one mailbox in whose UIDs cannot be raised, on an operator's word.
///
/// # Errors
/// When the actor may not, there is no such mailbox, nothing keeps it, or the store fails.
pub(super) async fn accept(
    service: &Service,
    actor: &Actor,
    address: &Address,
    reason: &str,
) -> Result<(), ServiceError> {
    actor.operator()?;
    let mut event = service.event(
        actor,
        Permission::Failover,
        "failover.return",
        String::new(),
        reason,
    )?;
    event.detail = "accepting a mailbox whose UIDs were not raised".into();
    let (at, by) = (service.now(), actor.to_string());
    let (actor, address) = (actor.clone(), address.clone());
    service
        .store
        .write(move |tx| {
            let (mailbox, _) = visible_mailbox(tx, &actor, &address)?;
            let id = &mailbox.record.mailstore;
            let state = crate::store::failover::mailstore(tx, id)?.state;
            let Some(raising) = state.raising else {
                return Err(ServiceError::Conflict(format!(
                    "the mailboxes of {id} need not be raised: there is nothing to accept"
                )));
            };
            let mut event = event.clone();
            event.subject = format!("mailbox:{}", mailbox.address);
            audit::append(tx, event)?;
            let record = RaiseRecord::Accepted { at, by: by.clone() };
            watermarks::put_raise(tx, id, raising.epoch, &mailbox.address, &record)?;
            Ok(())
        })
        .await?;
    if let Some(control) = &service.control {
        control.overrides_changed();
    }
    Ok(())
}
