//! The outgoing queue in an operator's hands: what waits, and holding, releasing, retrying and dropping it.
//!
//! Operators only. It shows envelopes and replies, never what is in a message or what it is about.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sorting::{self, Start};
use super::{Actor, Service, ServiceError, reason};
use crate::clock::Timestamp;
use crate::ids::{Address, DomainName, QueueId};
use crate::net;
use crate::send::Content;
use crate::send::notice::{self, Filed, Notice};
use crate::send::outcome::ours;
use crate::store::access::Permission;
use crate::store::queue::{
    self, Ordered, QueueEntry, QueueState, QueuedRecipient, RecipientState, Recorded, Stand,
};
use crate::store::{Order, StoreError, Tx, audit, bodies};

/// Most entries in one answer.
pub const PAGE_MAX: usize = 200;
/// Rows looked at for one answer; a filter that finds little is answered with where to go on.
const LOOKED_AT_MAX: usize = 5_000;
/// Entries that one order changes; more need another.
const ORDERED_MAX: usize = 500;
/// Recipients shown of an entry.
const RECIPIENTS_SHOWN: usize = 200;

/// Which entries are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those in this state.
    pub state: Option<StateName>,
    /// Only those of this sender: the address of a mailbox, or a domain.
    pub sender: Option<String>,
}

/// How an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum StateName {
    /// It waits for its next try.
    Queued,
    /// It is on its way.
    Sending,
    /// An operator stopped it.
    Held,
}

impl StateName {
    /// All.
    pub const ALL: [Self; 3] = [Self::Queued, Self::Sending, Self::Held];

    /// As forms and commands write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Held => "held",
        }
    }

    /// The state of that name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    const fn is(self, stand: Stand) -> bool {
        matches!(
            (self, stand),
            (Self::Queued, Stand::Queued)
                | (Self::Sending, Stand::Claimed)
                | (Self::Held, Stand::Held)
        )
    }
}

/// A recipient of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueuedToView {
    /// The address, as its sender wrote it.
    pub address: String,
    /// `pending`, `relayed` or `failed`.
    pub state: String,
    /// What was said about it last.
    pub said: Option<String>,
}

/// One entry that is not finished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueEntryView {
    /// Its id.
    pub id: String,
    /// The address of its sender's mailbox.
    pub sender: String,
    /// The reverse-path; absent for the null reverse-path.
    pub reverse_path: Option<String>,
    /// How it stands.
    pub state: StateName,
    /// Why it is held.
    pub reason: Option<String>,
    /// When it was sent by its user.
    pub created_at: String,
    /// When it is tried next; absent while it is held or on its way.
    pub due: Option<String>,
    /// When it is given up.
    pub expires_at: String,
    /// How often it was tried.
    pub attempts: u32,
    /// The recipients, at most 200.
    pub recipients: Vec<QueuedToView>,
    /// How many there are.
    pub recipients_total: usize,
}

/// A page of the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueView {
    /// As they are sorted.
    pub entries: Vec<QueueEntryView>,
    /// Where to go on; absent at the end.
    pub next: Option<String>,
}

/// What is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum QueueAction {
    /// Not tried any more until it is released.
    Hold,
    /// Tried again.
    Release,
    /// Tried now.
    Retry,
    /// Given up; its sender gets a report with the reason.
    Drop,
}

impl QueueAction {
    /// All.
    pub const ALL: [Self; 4] = [Self::Hold, Self::Release, Self::Retry, Self::Drop];

    /// As forms, commands and the audit log write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Release => "release",
            Self::Retry => "retry",
            Self::Drop => "drop",
        }
    }

    /// The action of that name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == name)
    }
}

/// An order for one entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueChange {
    /// What.
    pub action: QueueAction,
    /// Why, for the audit log; for a drop also for the sender.
    pub reason: String,
    /// For a drop: the sender gets no report.
    #[serde(default)]
    pub quiet: bool,
}

/// An order for many entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueOrder {
    /// Whose: the address of a mailbox, or a domain.
    pub sender: String,
    /// Only those in this state.
    #[serde(default)]
    pub state: Option<StateName>,
    /// Go on after this entry, as the last answer said.
    #[serde(default)]
    pub after: Option<String>,
    /// What and why.
    #[serde(flatten)]
    pub change: QueueChange,
}

/// What an order for many led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueOrdered {
    /// Entries that were changed.
    pub changed: usize,
    /// Where to go on: an order changes at most 500. Absent when all were looked at.
    pub next: Option<String>,
}

/// Whose entries a filter lets through.
enum Whose {
    Everybody,
    Mailbox(Address),
    Domain(DomainName),
}

impl Whose {
    fn of(sender: Option<&str>) -> Result<Self, ServiceError> {
        let Some(text) = sender.map(str::trim).filter(|text| !text.is_empty()) else {
            return Ok(Self::Everybody);
        };
        if let Ok(address) = text.parse() {
            return Ok(Self::Mailbox(address));
        }
        text.parse()
            .map(Self::Domain)
            .map_err(|_| ServiceError::Invalid {
                field: "sender",
                text: "write the address of a mailbox, or a domain".into(),
            })
    }

    fn has(&self, entry: &QueueEntry) -> bool {
        match self {
            Self::Everybody => true,
            Self::Mailbox(address) => entry.sender == *address,
            Self::Domain(domain) => entry.sender.domain_name() == *domain,
        }
    }
}

/// Where to go on, as an earlier answer said.
///
/// # Errors
/// [`ServiceError::Invalid`] if it is not that.
pub fn cursor(text: &str) -> Result<QueueId, ServiceError> {
    text.parse().map_err(|_| ServiceError::Invalid {
        field: "after",
        text: "this is not what an earlier answer said".into(),
    })
}

/// How entries are asked for: by `created_at`, the oldest first, or the other way round.
///
/// # Errors
/// As [`sorting::order`] and [`Start::read`].
pub fn start(sort: &str, after: &str) -> Result<Start<QueueId>, ServiceError> {
    let order = match sort {
        "" => Order::Ascending,
        sort => sorting::order(sort, &[("created_at", ())])?.1,
    };
    Start::read(order, after)
}

/// What waits, is on its way or held, from `start` on.
///
/// # Errors
/// [`ServiceError::NotFound`] for others than operators, [`ServiceError::Invalid`] for a sender that is
/// none; when the store fails.
pub fn list(
    service: &Service,
    actor: &Actor,
    filter: &Filter,
    start: &Start<QueueId>,
    limit: usize,
) -> Result<QueueView, ServiceError> {
    actor.operator()?;
    let limit = limit.clamp(1, PAGE_MAX);
    let (entries, next) = find(service, filter, start, limit)?;
    Ok(QueueView {
        entries: entries.iter().filter_map(view).collect(),
        next: next.map(|id| start.cursor(&id)),
    })
}

/// Up to `limit` entries that a filter lets through, and where to go on.
fn find(
    service: &Service,
    filter: &Filter,
    start: &Start<QueueId>,
    limit: usize,
) -> Result<(Vec<QueueEntry>, Option<QueueId>), ServiceError> {
    let whose = Whose::of(filter.sender.as_deref())?;
    service.store.read(|tx| {
        let rows = queue::open_rows(tx, start.order, start.after, LOOKED_AT_MAX)?;
        let mut entries = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            if filter.state.is_some_and(|state| !state.is(row.stand)) {
                continue;
            }
            if let Some(entry) = queue::get(tx, row.mailbox, row.id)?
                && whose.has(&entry)
            {
                entries.push(entry);
            }
            if entries.len() >= limit && at + 1 < rows.len() {
                return Ok((entries, Some(row.id)));
            }
        }
        let is_all = rows.len() < LOOKED_AT_MAX;
        let last = rows.last().map(|row| row.id);
        Ok((entries, last.filter(|_| !is_all)))
    })
}

/// One entry that is not finished.
///
/// # Errors
/// [`ServiceError::NotFound`] for others than operators, and if there is no such entry; when the store
/// fails.
pub fn show(service: &Service, actor: &Actor, id: QueueId) -> Result<QueueEntryView, ServiceError> {
    actor.operator()?;
    let entry = service.store.read(|tx| queue::open(tx, id))?;
    entry.as_ref().and_then(view).ok_or(NONE)
}

const NONE: ServiceError =
    ServiceError::NotFound("such entry in the queue: it is sent, given up, or never was");

/// Carries out an order for one entry.
///
/// # Errors
/// [`ServiceError::NotFound`] as [`show`]; [`ServiceError::Invalid`] for a reason that is none;
/// [`ServiceError::Conflict`] if there is nothing to do, or it is on its way; when the store fails.
pub async fn change(
    service: &Service,
    actor: &Actor,
    id: QueueId,
    change: &QueueChange,
) -> Result<QueueOrdered, ServiceError> {
    actor.operator()?;
    actor.may(Permission::Queue)?;
    let why = reason(&change.reason)?;
    let entry = service.store.read(|tx| queue::open(tx, id))?.ok_or(NONE)?;
    match carry_out(service, actor, &entry, change, &why).await? {
        true => Ok(QueueOrdered {
            changed: 1,
            next: None,
        }),
        false => Err(ServiceError::Conflict(
            "nothing was done: it is on its way at this moment, finished, or stands like that already"
                .into(),
        )),
    }
}

/// Carries out an order for up to 500 entries of a sender.
///
/// # Errors
/// As [`change`], and for a sender that is none.
pub async fn change_all(
    service: &Service,
    actor: &Actor,
    order: &QueueOrder,
) -> Result<QueueOrdered, ServiceError> {
    actor.operator()?;
    actor.may(Permission::Queue)?;
    let why = reason(&order.change.reason)?;
    let start = Start::read(Order::Ascending, order.after.as_deref().unwrap_or_default())?;
    if order.sender.trim().is_empty() {
        return Err(ServiceError::Invalid {
            field: "sender",
            text: "write the address of a mailbox, or a domain".into(),
        });
    }
    let filter = Filter {
        state: order.state,
        sender: Some(order.sender.clone()),
    };
    let (entries, next) = find(service, &filter, &start, ORDERED_MAX)?;
    let mut changed = 0;
    for entry in &entries {
        changed += usize::from(carry_out(service, actor, entry, &order.change, &why).await?);
    }
    Ok(QueueOrdered {
        changed,
        next: next.map(|id| id.to_string()),
    })
}

/// Returns whether there was anything to do.
async fn carry_out(
    service: &Service,
    actor: &Actor,
    entry: &QueueEntry,
    change: &QueueChange,
    why: &str,
) -> Result<bool, ServiceError> {
    let now = service.now();
    let order = match change.action {
        QueueAction::Hold => Ordered::Hold(why.to_owned()),
        QueueAction::Release => Ordered::Release,
        QueueAction::Retry => Ordered::Retry,
        QueueAction::Drop => Ordered::Drop(ours(&format!(
            "5.7.1 The operator of the mail service stopped it: {why}"
        ))),
    };
    let action = format!("queue.{}", change.action.as_str());
    let mut event = service.event(
        actor,
        Permission::Queue,
        &action,
        format!("queue:{}", entry.id),
        why,
    )?;
    event.detail = format!("from {}", entry.sender);
    let (mailbox, id) = (entry.mailbox, entry.id);
    let report = match (&order, change.quiet) {
        (Ordered::Drop(reply), false) => report(service, entry, reply, now).await?,
        _ => None,
    };
    let done = match report {
        None => {
            let work = move |tx: &mut dyn Tx| -> Result<bool, StoreError> {
                let done = queue::order(tx, mailbox, id, &order, now)?.is_some();
                if done {
                    audit::append(tx, event.clone())?;
                }
                Ok(done)
            };
            service.store.write(work).await?
        }
        Some(Filed { body, new }) => {
            let work = move |tx: &mut dyn Tx, _| -> Result<bool, StoreError> {
                let Some(recorded) = queue::order(tx, mailbox, id, &order, now)? else {
                    // The report's body is named by nobody then; its segment goes in time.
                    bodies::forget(tx, new.body);
                    return Ok(false);
                };
                notice::file(tx, &recorded.entry, &new)?;
                audit::append(tx, event.clone())?;
                Ok(true)
            };
            service.store.write_with_body(body, work).await?
        }
    };
    Ok(done)
}

/// The report of a drop, unless nobody wants one.
async fn report(
    service: &Service,
    entry: &QueueEntry,
    reply: &queue::RemoteReply,
    now: Timestamp,
) -> Result<Option<Filed>, ServiceError> {
    let failed = entry.pending().map(|to| QueuedRecipient {
        address: to.address.clone(),
        state: RecipientState::Failed {
            at: now,
            reply: reply.clone(),
        },
    });
    let recorded = Recorded {
        failed: failed.collect(),
        entry: entry.clone(),
        relayed: Vec::new(),
        delayed: Vec::new(),
    };
    let told = notice::told(&recorded, true);
    if told.is_empty() {
        return Ok(None);
    }
    let content = Content::load(&service.store, entry).await?;
    let notice = Notice {
        hostname: &net::hostname(),
        entry,
        told: &told,
        original: content.head(),
        now,
    };
    Ok(Some(Filed::new(&service.store, &notice)?))
}

fn view(entry: &QueueEntry) -> Option<QueueEntryView> {
    let (state, due, reason) = match &entry.state {
        QueueState::Queued { due } => (StateName::Queued, Some(*due), None),
        QueueState::Claimed { .. } => (StateName::Sending, None, None),
        QueueState::Held { reason, .. } => (StateName::Held, None, Some(reason.clone())),
        QueueState::Done { .. } | QueueState::Cancelled { .. } => return None,
    };
    let recipients = entry.recipients.iter().take(RECIPIENTS_SHOWN).map(to_view);
    Some(QueueEntryView {
        id: entry.id.to_string(),
        sender: entry.sender.to_string(),
        reverse_path: entry.reverse_path.clone(),
        state,
        reason,
        created_at: entry.created_at.to_string(),
        due: due.map(|at| at.to_string()),
        expires_at: entry.expires_at.to_string(),
        attempts: entry.attempts,
        recipients: recipients.collect(),
        recipients_total: entry.recipients.len(),
    })
}

fn to_view(to: &QueuedRecipient) -> QueuedToView {
    let (state, said) = match &to.state {
        RecipientState::Pending { last } => ("pending", last.as_ref()),
        RecipientState::Relayed { reply, .. } => ("relayed", Some(reply)),
        RecipientState::Failed { reply, .. } => ("failed", Some(reply)),
    };
    let said = said.map(|reply| match reply.code {
        Some(code) => format!("{code} {}", reply.text),
        None => reply.text.clone(),
    });
    QueuedToView {
        address: to.address.clone(),
        state: state.to_owned(),
        said,
    }
}
