//! Mailboxes that left the directory and whose mail is kept: who they are, and deleting it before its time when
//! somebody has a right to that.

use std::ops::Bound;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::destinations::owner_for;
use super::{Actor, Service, ServiceError, reason, visible_domain};
use crate::ids::{Address, DomainName, MailboxId, ResellerId};
use crate::store::access::Permission;
use crate::store::directory::gone::{self, GoneRecord};
use crate::store::directory::{self, placed};
use crate::store::forget::{self, Refusal};
use crate::store::{Order, ReadTx, StoreError, audit};

/// Most mailboxes in one page.
pub const PAGE_MAX: usize = 200;
/// Domains that one page looks at.
const DOMAINS_LOOKED_AT: usize = 500;
/// Messages of a mailbox are counted to here.
const COUNTED_MAX: usize = 1_000;
/// Messages that one page counts; then it ends, with a cursor, however few mailboxes it holds.
const PAGE_COUNTED_MAX: u64 = super::listing::COUNTED_MAX;
/// Messages or rows deleted in one transaction.
const STEP: usize = 200;
const NONE: ServiceError = ServiceError::NotFound("such deleted mailbox");

/// A mailbox that left the directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeletedMailboxView {
    /// Its id: several may have had the same address.
    pub id: String,
    /// The address that it had last.
    pub address: String,
    /// The mailstore that it lived on.
    pub mailstore: String,
    /// Whose its domain is.
    pub reseller: Option<String>,
    /// When it left.
    pub deleted_at: String,
    /// Messages that are kept, counted to 1,000.
    pub messages: u64,
    /// Of them, those that were never merged, counted to 1,000.
    pub unmerged: u64,
    /// Whether its mail is being deleted now.
    pub forgotten: bool,
}

/// A page of mailboxes that left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeletedMailboxPage {
    /// The mailboxes, by domain and local part.
    pub mailboxes: Vec<DeletedMailboxView>,
    /// The cursor of the next page; absent on the last.
    pub next: Option<String>,
}

/// What is asked for; all of it must be so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this address.
    pub address: Option<Address>,
    /// Of this domain.
    pub domain: Option<DomainName>,
    /// Of this reseller; a reseller's own are asked for anyway.
    pub reseller: Option<ResellerId>,
}

/// Where a page begins: behind this mailbox, or behind this domain.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Cursor {
    Mailbox(Address, MailboxId),
    Domain(DomainName),
}

impl Cursor {
    fn parse(text: &str) -> Result<Self, ServiceError> {
        let invalid = || ServiceError::Invalid {
            field: "after",
            text: "use the cursor that a page gave".to_owned(),
        };
        match text.rsplit_once(':') {
            Some((address, id)) => Ok(Self::Mailbox(
                address.parse().map_err(|_| invalid())?,
                id.parse().map_err(|_| invalid())?,
            )),
            None => Ok(Self::Domain(text.parse().map_err(|_| invalid())?)),
        }
    }
}

fn view(
    tx: &dyn ReadTx,
    address: &Address,
    gone: &GoneRecord,
) -> Result<DeletedMailboxView, StoreError> {
    let kept = forget::kept(tx, gone, COUNTED_MAX)?;
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let owner = directory::domain(tx, &address.domain_name())?.and_then(|record| record.reseller);
    Ok(DeletedMailboxView {
        id: gone.record.id.to_string(),
        address: address.to_string(),
        mailstore: gone.record.mailstore.to_string(),
        reseller: owner.map(|owner| owner.to_string()),
        deleted_at: gone.at.to_string(),
        messages: count(kept.messages),
        unmerged: count(kept.unmerged),
        forgotten: gone.forgotten,
    })
}

/// Mailboxes that left and are the actor's business, behind the cursor `after`. A page may hold fewer than
/// `limit`, even none, and still name the next.
///
/// # Errors
/// [`ServiceError::NotFound`] for what is not the actor's business; when the store fails.
pub fn list(
    service: &Service,
    actor: &Actor,
    filter: &Filter,
    after: Option<&str>,
    limit: usize,
) -> Result<DeletedMailboxPage, ServiceError> {
    let whose = owner_for(actor, filter.reseller.as_ref())?;
    let after = after.map(Cursor::parse).transpose()?;
    let limit = limit.clamp(1, PAGE_MAX);
    service.store.read(|tx| {
        if let Some(address) = &filter.address {
            visible_domain(tx, actor, &address.domain_name())?;
            let behind = match &after {
                Some(Cursor::Mailbox(of, id)) if of == address => Some(*id),
                _ => None,
            };
            let mut found = gone::under(tx, address)?;
            found.retain(|gone| behind.is_none_or(|behind| gone.record.id > behind));
            let more = found.len() > limit;
            found.truncate(limit);
            let found = found.into_iter().map(|gone| (address.clone(), gone));
            let found: Vec<gone::Left> = found.collect();
            let next = found.last().filter(|_| more).map(cursor);
            return page(tx, &found, next);
        }
        if let Some(domain) = &filter.domain {
            visible_domain(tx, actor, domain)?;
            let (found, next) = of_domain(tx, Some(domain), after.as_ref(), limit)?;
            return page(tx, &found, next);
        }
        match &whose {
            None => {
                let (found, next) = of_domain(tx, None, after.as_ref(), limit)?;
                page(tx, &found, next)
            }
            Some(reseller) => of_reseller(tx, reseller, after.as_ref(), limit),
        }
    })
}

fn page(
    tx: &dyn ReadTx,
    found: &[gone::Left],
    next: Option<String>,
) -> Result<DeletedMailboxPage, ServiceError> {
    let (mut mailboxes, mut counted) = (Vec::with_capacity(found.len()), 0);
    for (number, left) in found.iter().enumerate() {
        let (address, gone) = left;
        let view = view(tx, address, gone)?;
        counted += view.messages + view.unmerged;
        mailboxes.push(view);
        if counted >= PAGE_COUNTED_MAX && number + 1 < found.len() {
            let next = Some(cursor(left));
            return Ok(DeletedMailboxPage { mailboxes, next });
        }
    }
    Ok(DeletedMailboxPage { mailboxes, next })
}

/// Where the page behind a mailbox begins.
fn cursor((address, gone): &gone::Left) -> String {
    format!("{address}:{}", gone.record.id)
}

/// Up to `limit` of a domain, or of all, and where the next page begins.
fn of_domain(
    tx: &dyn ReadTx,
    domain: Option<&DomainName>,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<(Vec<gone::Left>, Option<String>), StoreError> {
    let after = match after {
        Some(Cursor::Mailbox(address, id)) => Some((address.clone(), *id)),
        Some(Cursor::Domain(_)) | None => None,
    };
    let mut found = gone::after(tx, domain, after.as_ref(), limit + 1)?;
    let more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().filter(|_| more);
    let next = last.map(cursor);
    Ok((found, next))
}

/// A reseller's: domain by domain, so that where a page ends tells nothing of others.
fn of_reseller(
    tx: &dyn ReadTx,
    reseller: &ResellerId,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<DeletedMailboxPage, ServiceError> {
    let begun = match after {
        Some(Cursor::Mailbox(address, _)) => Some(address.domain_name()),
        _ => None,
    };
    let start = match (&begun, after) {
        (Some(domain), _) => Bound::Included(domain),
        (None, Some(Cursor::Domain(domain))) => Bound::Excluded(domain),
        (None, _) => Bound::Unbounded,
    };
    let domains = placed::domains_of(tx, reseller, Order::Ascending, start, DOMAINS_LOOKED_AT)?;
    let is_last = domains.len() < DOMAINS_LOOKED_AT;
    let mut found = Vec::new();
    for domain in &domains {
        let resumed = after.filter(|_| begun.as_ref() == Some(domain));
        let (of, next) = of_domain(tx, Some(domain), resumed, limit - found.len())?;
        found.extend(of);
        if next.is_some() {
            return page(tx, &found, next);
        }
        if found.len() == limit {
            return page(tx, &found, Some(domain.to_string()));
        }
    }
    let next = domains.last().filter(|_| !is_last);
    page(tx, &found, next.map(ToString::to_string))
}

/// Why a deleted mailbox's mail is not to be kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ForgetOrder {
    /// For the audit log: the request for deletion, without what it is about.
    pub reason: String,
}

/// What was deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Forgotten {
    /// The address that the mailbox had.
    pub address: String,
    /// Its id.
    pub id: String,
    /// Messages that were deleted.
    pub messages: u64,
}

/// Deletes for good what is kept of a mailbox that left, merged or not, before its retention is over. What was begun
/// is done to its end, also over a restart.
///
/// # Errors
/// [`ServiceError::Conflict`] while messages that its user sent wait to go out; when the actor may not, there is no
/// such mailbox, or the store fails.
pub async fn forget(
    service: &Service,
    actor: &Actor,
    address: &Address,
    id: MailboxId,
    order: &ForgetOrder,
) -> Result<Forgotten, ServiceError> {
    service.store.read(|tx| {
        visible_domain(tx, actor, &address.domain_name()).map_err(|error| match error {
            ServiceError::NotFound(_) => NONE,
            error => error,
        })?;
        gone::get(tx, address, id)?.ok_or(NONE)
    })?;
    actor.may(Permission::Store)?;
    let why = reason(&order.reason)?;
    let subject = format!("mailbox:{address}");
    let mut event = service.event(actor, Permission::Store, "mailbox.forget", subject, &why)?;
    event.detail = format!("deleted mailbox {id}");
    let (actor, of) = (actor.clone(), address.clone());
    service
        .store
        .write(move |tx| {
            visible_domain(tx, &actor, &of.domain_name())?;
            audit::append(tx, event.clone())?;
            match forget::begin(tx, &of, id)? {
                Ok(()) => Ok(()),
                Err(Refusal::NoSuch) => Err(NONE),
                Err(Refusal::Sending) => Err(ServiceError::Conflict(
                    "messages that its user sent wait to go out: drop them first (lifeboat queue), or wait"
                        .into(),
                )),
            }
        })
        .await?;
    let (service, of) = (service.clone(), address.clone());
    // It goes on to its end, also if nobody waits any more.
    let deleting = tokio::spawn(async move { carry_out(&service, &of, id).await });
    let messages = deleting
        .await
        .map_err(|error| ServiceError::Unavailable(error.to_string()))??;
    Ok(Forgotten {
        address: address.to_string(),
        id: id.to_string(),
        messages,
    })
}

/// Deletes what is left of a mailbox that was marked; returns how many messages that were.
async fn carry_out(service: &Service, address: &Address, id: MailboxId) -> Result<u64, StoreError> {
    let mut messages = 0;
    loop {
        let (address, now) = (address.clone(), service.now());
        let step = service
            .store
            .write(move |tx| forget::step(tx, &address, id, STEP, now))
            .await?;
        messages += step.messages;
        if step.done {
            return Ok(messages);
        }
    }
}

/// Goes on with what a stop of the server interrupted. Reads only what was begun, however many left.
///
/// # Errors
/// When the store fails.
pub async fn resume(service: &Service) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let read = service
            .store
            .read(|tx| forget::begun(tx, after.as_ref(), PAGE_MAX));
        let found = read?;
        let is_last = found.len() < PAGE_MAX;
        for (address, id) in &found {
            if let Err(error) = carry_out(service, address, *id).await {
                tracing::error!(%address, %error, "a deleted mailbox could not be forgotten; it is tried again");
            }
        }
        after = found.into_iter().next_back();
        if is_last {
            return Ok(());
        }
    }
}
