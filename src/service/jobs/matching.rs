//! A job for all that a filter takes: looked at when it is previewed, and again when it is ordered, so that the count
//! that was read is the count that is meant.

use super::{JobPreview, JobView, NewJob, count, has_business, invalid, ordered};
use crate::ids::{Address, DomainName};
use crate::route::Scope;
use crate::service::sorting::Start;
use crate::service::{Actor, Service, ServiceError, domains, listing, reason};
use crate::store::Order;
use crate::store::access::Permission;

/// Most domains or mailboxes that one order takes by a filter.
pub const MATCHED_MAX: usize = 10_000;
/// Pages that are looked through for them.
const PAGES_MAX: usize = 1_000;

/// All of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matching {
    /// Mailboxes.
    Mailboxes(listing::Filter),
    /// Domains.
    Domains(domains::Filter),
}

/// What an order for all that a filter takes would do, without doing it.
///
/// # Errors
/// [`ServiceError::Invalid`] where the filter takes more than [`MATCHED_MAX`]; as [`super::preview`].
pub async fn preview(
    service: &Service,
    actor: &Actor,
    of: &Matching,
) -> Result<JobPreview, ServiceError> {
    has_business(actor)?;
    look(service, actor, of).await.map(|(_, looked)| looked)
}

/// Orders a job for all that a filter takes now; `new` names no scopes of its own.
///
/// # Errors
/// As [`preview`] and [`super::create`]; [`ServiceError::Invalid`] where the filter takes nothing.
pub async fn create(
    service: &Service,
    actor: &Actor,
    of: &Matching,
    new: NewJob,
) -> Result<JobView, ServiceError> {
    has_business(actor)?;
    actor.may(Permission::Failover)?;
    reason(&new.reason)?;
    let (scopes, looked) = look(service, actor, of).await?;
    if scopes.is_empty() {
        return Err(invalid("scopes", "nothing matches any more"));
    }
    let new = NewJob { scopes, ..new };
    ordered(service, actor, new, &looked).await
}

async fn look(
    service: &Service,
    actor: &Actor,
    of: &Matching,
) -> Result<(Vec<Scope>, JobPreview), ServiceError> {
    let of = of.clone();
    let looking = service.walk(actor, move |service, actor| {
        let scopes = resolve(service, actor, &of)?;
        let looked = count(service, actor, &scopes)?;
        Ok((scopes, looked))
    });
    looking.await
}

/// What the filter takes now.
fn resolve(service: &Service, actor: &Actor, of: &Matching) -> Result<Vec<Scope>, ServiceError> {
    let mut scopes = Vec::new();
    let mut next: Option<String> = None;
    for _ in 0..PAGES_MAX {
        let (found, after) = page(service, actor, of, next.as_deref())?;
        scopes.extend(found);
        if scopes.len() > MATCHED_MAX {
            break;
        }
        match after {
            Some(after) => next = Some(after),
            None => return Ok(scopes),
        }
    }
    Err(invalid(
        "scopes",
        format!(
            "more than {MATCHED_MAX} match: narrow the filter, choose domains in place of mailboxes, or \
             switch the mailstore"
        ),
    ))
}

/// The scopes of one page, and where the next begins.
fn page(
    service: &Service,
    actor: &Actor,
    of: &Matching,
    after: Option<&str>,
) -> Result<(Vec<Scope>, Option<String>), ServiceError> {
    match of {
        Matching::Mailboxes(filter) => {
            let start = listing::Start::read(listing::Sort::default(), after.unwrap_or_default())?;
            let limit = crate::service::mailboxes::PAGE_MAX;
            let page = listing::list(service, actor, filter, &start, limit)?;
            let names = page.mailboxes.iter().map(|mailbox| &mailbox.address);
            let scopes = names.filter_map(|name| name.parse::<Address>().ok());
            Ok((scopes.map(Scope::Mailbox).collect(), page.next))
        }
        Matching::Domains(filter) => {
            let start = Start::read(Order::Ascending, after.unwrap_or_default())?;
            let page = domains::list(service, actor, filter, &start, domains::PAGE_MAX)?;
            let names = page.domains.iter().map(|domain| &domain.domain);
            let scopes = names.filter_map(|name| name.parse::<DomainName>().ok());
            Ok((scopes.map(Scope::Domain).collect(), page.next))
        }
    }
}
