//! Whether and when senders are told that their message is safe and not read yet: set by the operator for
//! all, by a reseller for its domains or one of them.

use std::ops::Bound;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Actor, Service, ServiceError, reason, visible_domain};
use crate::ids::ResellerId;
use crate::store::access::Permission;
use crate::store::directory::placed;
use crate::store::policies::{self, DelayPolicy, PolicyScope};
use crate::store::{ReadTx, audit};

/// Longest time after which senders are told, in hours.
pub const HOURS_MAX: u16 = 120;

/// What is set, and what holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DelayNoticesView {
    /// For whom: `all`, `reseller:ID` or `domain:NAME`.
    pub scope: String,
    /// What is set here: hours, 0 for never; absent: as the wider scope says.
    pub own_hours: Option<u16>,
    /// What holds here: hours, 0 for never.
    pub hours: u16,
}

/// What is to be set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DelayNoticesChange {
    /// Hours, 1 to 120; 0 for never; absent: as the wider scope says.
    #[serde(default)]
    pub hours: Option<u16>,
    /// Why, for the audit log.
    pub reason: String,
}

/// How a scope is written, in views and in the audit log.
pub(super) fn text(scope: &PolicyScope) -> String {
    match scope {
        PolicyScope::All => "all".into(),
        PolicyScope::Reseller(id) => format!("reseller:{id}"),
        PolicyScope::Domain(name) => format!("domain:{name}"),
    }
}

/// The scope that is written so, as a [`DelayNoticesView`] names it.
pub fn scope_of(text: &str) -> Option<PolicyScope> {
    match text.split_once(':') {
        None if text == "all" => Some(PolicyScope::All),
        Some(("reseller", id)) => id.parse().ok().map(PolicyScope::Reseller),
        Some(("domain", name)) => name.parse().ok().map(PolicyScope::Domain),
        _ => None,
    }
}

/// Whether a scope is there, and the actor's business.
///
/// # Errors
/// [`ServiceError::NotFound`] if it is not; when the store fails.
pub(super) fn check(
    tx: &dyn ReadTx,
    actor: &Actor,
    scope: &PolicyScope,
) -> Result<(), ServiceError> {
    match scope {
        PolicyScope::All => actor.operator(),
        PolicyScope::Reseller(id) => {
            // One that has no domain is a name that was written wrong, a domain's perhaps.
            let is_there = matches!(actor, Actor::Reseller(own, _) if own == id)
                || !placed::domains_of(tx, id, Bound::Unbounded, 1)?.is_empty();
            match actor.may_see(Some(id)) && is_there {
                true => Ok(()),
                false => Err(ServiceError::NotFound("such reseller")),
            }
        }
        PolicyScope::Domain(name) => visible_domain(tx, actor, name).map(drop),
    }
}

fn hours(policy: DelayPolicy) -> u16 {
    match policy {
        DelayPolicy::Off => 0,
        DelayPolicy::AfterHours(hours) => hours,
    }
}

fn view(tx: &dyn ReadTx, scope: &PolicyScope) -> Result<DelayNoticesView, ServiceError> {
    let none: Option<ResellerId> = None;
    let holds = match scope {
        PolicyScope::All => policies::of_reseller(tx, none)?,
        PolicyScope::Reseller(id) => policies::of_reseller(tx, Some(id.clone()))?,
        PolicyScope::Domain(name) => policies::of_domain(tx, name)?,
    };
    Ok(DelayNoticesView {
        scope: text(scope),
        own_hours: policies::get(tx, scope)?.map(hours),
        hours: hours(holds),
    })
}

/// What is set for a scope, and what holds.
///
/// # Errors
/// [`ServiceError::NotFound`] if it is not the actor's business; when the store fails.
pub fn show(
    service: &Service,
    actor: &Actor,
    scope: &PolicyScope,
) -> Result<DelayNoticesView, ServiceError> {
    service.store.read(|tx| {
        check(tx, actor, scope)?;
        view(tx, scope)
    })
}

/// Sets it.
///
/// # Errors
/// As [`show`]; [`ServiceError::Invalid`] for hours that are too many, or no reason.
pub async fn set(
    service: &Service,
    actor: &Actor,
    scope: PolicyScope,
    change: &DelayNoticesChange,
) -> Result<DelayNoticesView, ServiceError> {
    service.store.read(|tx| check(tx, actor, &scope))?;
    actor.may(Permission::Notices)?;
    let why = reason(&change.reason)?;
    let policy = match change.hours {
        None => None,
        Some(0) => Some(DelayPolicy::Off),
        Some(hours) if hours <= HOURS_MAX => Some(DelayPolicy::AfterHours(hours)),
        Some(_) => {
            return Err(ServiceError::Invalid {
                field: "hours",
                text: format!("write 1 to {HOURS_MAX}, or 0 for never"),
            });
        }
    };
    let mut event = service.event(
        actor,
        Permission::Notices,
        "delay-notices.set",
        text(&scope),
        &why,
    )?;
    event.detail = match change.hours {
        None => "as the wider scope says".into(),
        Some(0) => "never".into(),
        Some(hours) => format!("after {hours} hours"),
    };
    let actor = actor.clone();
    service
        .store
        .write(move |tx| {
            check(tx, &actor, &scope)?;
            policies::put(tx, &scope, policy)?;
            audit::append(tx, event.clone())?;
            view(tx, &scope)
        })
        .await
}
