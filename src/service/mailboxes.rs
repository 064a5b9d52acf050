//! Mailboxes and domains as operators and resellers see them. Never their mail.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Actor, Service, ServiceError, visible_domain, visible_mailbox};
use crate::ids::{Address, DomainName};
use crate::route::{Level, Route};
use crate::store::{directory, messages};

/// Most mailboxes in one page.
pub const PAGE_MAX: usize = 500;

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
    /// Whether its user can sign in here.
    pub can_sign_in: bool,
    /// Whether anything ever arrived here for it.
    pub used: bool,
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
        let (mailbox, reseller) = visible_mailbox(tx, actor, address)?;
        let used = messages::state(tx, mailbox.record.id)?.is_some();
        Ok(view(
            service,
            mailbox,
            reseller.map(|reseller| reseller.to_string()),
            used,
        ))
    })
}

fn view(
    service: &Service,
    mailbox: directory::Mailbox,
    reseller: Option<String>,
    used: bool,
) -> MailboxView {
    let record = mailbox.record;
    let decided = service
        .routes
        .route_mailbox(&mailbox.address, &record.mailstore, service.now());
    MailboxView {
        address: mailbox.address.to_string(),
        name: record.name,
        aliases: record.aliases.iter().map(ToString::to_string).collect(),
        mailstore: record.mailstore.to_string(),
        reseller,
        route: route_name(decided.route).to_owned(),
        level: level_name(decided.level).to_owned(),
        can_sign_in: record
            .password_hash
            .is_some_and(|hash| crate::auth::password::PasswordHash::parse(&hash).is_ok()),
        used,
    }
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
        let reseller = visible_domain(tx, actor, domain)?.map(|reseller| reseller.to_string());
        let mut found = directory::mailboxes(tx, Some(domain), after, limit + 1)?;
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found
            .last()
            .filter(|_| more)
            .map(|mailbox| mailbox.address.to_string());
        let mut mailboxes = Vec::with_capacity(found.len());
        for mailbox in found {
            let used = messages::state(tx, mailbox.record.id)?.is_some();
            mailboxes.push(view(service, mailbox, reseller.clone(), used));
        }
        Ok(MailboxPage { mailboxes, next })
    })
}
