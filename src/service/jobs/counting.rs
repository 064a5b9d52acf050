//! What an order names, and how many mailboxes that is.

use std::collections::BTreeSet;

use super::{JobPreview, visible_scope};
use crate::ids::{Address, DomainName};
use crate::route::Scope;
use crate::service::{Actor, Service, ServiceError};
use crate::store::{StoreError, directory};

/// Mailboxes are counted up to here.
const COUNTED_MAX: u64 = 1_000_000;
/// Mailboxes counted in one read.
const SLICE: usize = 2_000;

/// How many mailboxes some scopes are, and which of them are not there.
pub(super) fn count(
    service: &Service,
    actor: &Actor,
    scopes: &[Scope],
) -> Result<JobPreview, ServiceError> {
    let (mut mailboxes, mut unknown) = (0, Vec::new());
    for (scope, is_known) in resolved(service, actor, scopes)? {
        match scope {
            scope if !is_known => unknown.push(scope.to_string()),
            Scope::Domain(domain) => mailboxes += of_domain(service, &domain)?,
            _ => mailboxes += 1,
        }
    }
    Ok(JobPreview {
        mailboxes: mailboxes.min(COUNTED_MAX),
        scopes: u32::try_from(scopes.len()).unwrap_or(u32::MAX),
        unknown,
    })
}

/// What each scope stands for, once: an alias and its mailbox are one. With it whether it is there.
pub(super) fn resolved(
    service: &Service,
    actor: &Actor,
    scopes: &[Scope],
) -> Result<Vec<(Scope, bool)>, ServiceError> {
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    for scope in scopes {
        let read = service.store.read(|tx| visible_scope(tx, actor, scope));
        let (scope, is_known) = match read {
            Ok(scope) => (scope, true),
            Err(ServiceError::NotFound(_)) => (scope.clone(), false),
            Err(error) => return Err(error),
        };
        if seen.insert(scope.to_string()) {
            found.push((scope, is_known));
        }
    }
    Ok(found)
}

fn of_domain(service: &Service, domain: &DomainName) -> Result<u64, StoreError> {
    let (mut counted, mut after) = (0, None::<Address>);
    loop {
        let page = service
            .store
            .read(|tx| directory::mailboxes(tx, Some(domain), after.as_ref(), SLICE))?;
        counted += page.len() as u64;
        match page.into_iter().next_back() {
            Some(last) if counted < COUNTED_MAX => after = Some(last.address),
            _ => return Ok(counted),
        }
    }
}
