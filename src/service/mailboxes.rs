//! Mailboxes and domains as operators and resellers see them. Never their mail.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::failover;
use super::listing::COUNTED_MAX;
use super::{Actor, Service, ServiceError, visible_domain, visible_mailbox};
use crate::clock::Timestamp;
use crate::failover::Decider;
use crate::ids::{Address, DomainName, MailstoreId, ResellerId};
use crate::route::{self, Author, Decided, Level, Override, Rank, Route};
use crate::store::failover as kept;
use crate::store::{ReadTx, StoreError, directory, messages};

/// Most mailboxes in one page.
pub const PAGE_MAX: usize = 500;
/// Counting of a mailbox's unmerged messages ends here.
const UNMERGED_MAX: usize = 1_000;

/// A mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MailboxView {
    /// Its address.
    pub address: String,
    /// Its display name.
    pub name: Option<String>,
    /// Its other addresses.
    pub aliases: Vec<String>,
    /// The mailstore of record.
    pub mailstore: String,
    /// Whose its domain is.
    pub reseller: Option<String>,
    /// Where its mail goes now: `primary`, `standby` or `queue`.
    pub route: String,
    /// What decided that: `mailbox`, `domain`, `mailstore`, `safety` (what answers at the mailstore is not what users had), `raising` (the mailstore went back in time and this mailbox's UIDs are not raised yet) or `nothing`.
    pub level: String,
    /// Since when; absent where it always was.
    pub since: Option<String>,
    /// Who decided that: `lifeboat`, `operator`, or a reseller.
    pub by: Option<String>,
    /// When a setting of its own or of its domain ends by itself.
    pub until: Option<String>,
    /// Messages that are held here and are still to be merged, counted to 1,000.
    pub unmerged: u64,
    /// Whether its user can sign in here.
    pub can_sign_in: bool,
    /// Whether anything ever arrived here for it.
    pub used: bool,
    /// When its user signed in here last; absent if that never was since something arrived here.
    pub signed_in_at: Option<String>,
}

/// A page of mailboxes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MailboxPage {
    /// The mailboxes, by domain and local part.
    pub mailboxes: Vec<MailboxView>,
    /// The cursor of the next page; absent on the last.
    pub next: Option<String>,
}

/// The name of a route in the API.
pub fn route_name(route: Route) -> &'static str {
    match route {
        Route::Primary => "primary",
        Route::Standby => "standby",
        Route::Queue => "queue",
        Route::Unknown => "unknown",
    }
}

/// The name of a level in the API.
pub fn level_name(level: Level) -> &'static str {
    match level {
        Level::Mailbox => "mailbox",
        Level::Domain => "domain",
        Level::Mailstore => "mailstore",
        Level::Nothing => "nothing",
        Level::Safety => "safety",
        Level::Raising => "raising",
    }
}

/// A mailbox by address or alias.
///
/// # Errors
/// When the actor may not see it, there is none, or the store fails.
pub fn show(
    service: &Service,
    actor: &Actor,
    address: &Address,
) -> Result<MailboxView, ServiceError> {
    service.store.read(|tx| {
        let (mailbox, owner) = visible_mailbox(tx, actor, address)?;
        let made = placed(service, tx, mailbox, owner)?;
        Ok(made)
    })
}

/// Since when a mailstore's mail goes where it goes, and by whose word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Since {
    at: Option<Timestamp>,
    by: Option<String>,
}

/// As [`Since`], of a mailstore.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn since_of(tx: &dyn ReadTx, mailstore: &MailstoreId) -> Result<Since, StoreError> {
    let record = kept::mailstore(tx, mailstore)?;
    let last = record.recent.last();
    Ok(Since {
        at: failover::since(&record.state.phase).or(last.map(|decision| decision.at)),
        by: last.map(|decision| match decision.by {
            Decider::Lifeboat => "lifeboat".to_owned(),
            Decider::Person { .. } => "operator".to_owned(),
        }),
    })
}

/// Where a mailbox's mail goes, and why.
#[derive(Clone, Debug)]
pub(super) struct Placing {
    pub(super) decided: Decided,
    pub(super) owner: Option<ResellerId>,
    pub(super) since: Since,
}

/// A mailbox as it is shown now.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn placed(
    service: &Service,
    tx: &dyn ReadTx,
    mailbox: directory::Mailbox,
    owner: Option<ResellerId>,
) -> Result<MailboxView, StoreError> {
    let (now, mailstore) = (service.now(), &mailbox.record.mailstore);
    let placing = Placing {
        decided: service
            .routes
            .route_mailbox(&mailbox.address, mailstore, now),
        owner,
        since: since_of(tx, mailstore)?,
    };
    view(tx, &service.routes.table(), mailbox, placing, now)
}

/// The setting that decided, if one did.
fn setting<'t>(
    table: &'t route::Table,
    address: &Address,
    level: Level,
    now: Timestamp,
) -> Option<&'t Override> {
    let overrides = match level {
        Level::Mailbox => table.overrides.mailboxes.get(address),
        Level::Domain => table.overrides.domains.get(&address.domain_name()),
        Level::Mailstore | Level::Safety | Level::Raising | Level::Nothing => None,
    }?;
    let of = |rank| overrides.of_rank(rank, now);
    of(Rank::Operator).or_else(|| of(Rank::Reseller))
}

/// A mailbox, as it is shown.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn view(
    tx: &dyn ReadTx,
    table: &route::Table,
    mailbox: directory::Mailbox,
    placing: Placing,
    now: Timestamp,
) -> Result<MailboxView, StoreError> {
    let (address, record) = (mailbox.address, mailbox.record);
    let Decided { route, level } = placing.decided;
    let (since, by, until) = match setting(table, &address, level, now) {
        Some(own) => (
            Some(own.set_at),
            Some(match &own.author {
                Author::Operator { .. } => "operator".to_owned(),
                Author::Reseller { reseller, .. } => reseller.to_string(),
            }),
            own.expires_at,
        ),
        None => (placing.since.at, placing.since.by, None),
    };
    let state = messages::state(tx, record.id)?;
    let used = state.is_some();
    let unmerged = match used {
        true => messages::unmerged(tx, &record.mailstore, record.id, None, UNMERGED_MAX)?.len(),
        false => 0,
    };
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
    Ok(MailboxView {
        address: address.to_string(),
        name: record.name,
        aliases: record.aliases.iter().map(ToString::to_string).collect(),
        mailstore: record.mailstore.to_string(),
        reseller: placing.owner.map(|owner| owner.to_string()),
        route: route_name(route).to_owned(),
        level: level_name(level).to_owned(),
        since: time(since),
        by,
        until: time(until),
        unmerged: u64::try_from(unmerged).unwrap_or(u64::MAX),
        can_sign_in: record
            .password_hash
            .is_some_and(|hash| crate::auth::password::PasswordHash::parse(&hash).is_ok()),
        used,
        signed_in_at: time(state.and_then(|state| state.signed_in_at)),
    })
}

/// The mailboxes of a domain after `after`, at most `limit`.
///
/// # Errors
/// When the actor may not see the domain, there is none, or the store fails.
pub fn list(
    service: &Service,
    actor: &Actor,
    domain: &DomainName,
    after: Option<&Address>,
    limit: usize,
) -> Result<MailboxPage, ServiceError> {
    let limit = limit.clamp(1, PAGE_MAX);
    service.store.read(|tx| {
        let reseller = visible_domain(tx, actor, domain)?;
        let mut found = directory::mailboxes(tx, Some(domain), after, limit + 1)?;
        let mut more = found.len() > limit;
        found.truncate(limit);
        let (mut mailboxes, mut counted) = (Vec::with_capacity(found.len()), 0);
        for mailbox in found {
            if counted >= COUNTED_MAX {
                more = true;
                break;
            }
            let made = placed(service, tx, mailbox, reseller.clone())?;
            counted += made.unmerged;
            mailboxes.push(made);
        }
        let last = mailboxes.last().filter(|_| more);
        let next = last.map(|mailbox| mailbox.address.clone());
        Ok(MailboxPage { mailboxes, next })
    })
}
