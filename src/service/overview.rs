//! How everything stands, at a glance: mailstores for operators, domains for resellers and operators.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::failover::since;
use super::{Actor, Service, ServiceError};
use crate::clock::Timestamp;
use crate::failover::{Decider, Mode};
use crate::ids::{DomainName, MailstoreId};
use crate::route::{Override, Rank, Route, Scope, Setting};
use crate::store::failover as kept;
use crate::store::{directory, messages};

/// Counting of what is unmerged ends here.
pub const UNMERGED_COUNTED_MAX: usize = 10_000;
/// Most domains shown.
pub const DOMAINS_MAX: usize = 500;
/// Mailboxes of a domain that are looked at for its effective state.
const MAILBOXES_LOOKED_AT: usize = 200;

/// How a mailstore stands.
#[derive(Clone, Debug)]
pub struct MailstoreRow {
    /// Which.
    pub id: MailstoreId,
    /// `normal`, `suspected`, `active` or `returning`.
    pub state: &'static str,
    /// Its mode.
    pub mode: Mode,
    /// Since when it is in this state; none where it always was.
    pub since: Option<Timestamp>,
    /// Who decided last: none for Lifeboat.
    pub by: Option<String>,
    /// The last decision in words.
    pub evidence: Option<String>,
    /// What is still to merge, counted to [`UNMERGED_COUNTED_MAX`].
    pub unmerged: usize,
}

/// All mailstores, as configured.
///
/// # Errors
/// When the actor may not, or the store fails.
pub fn mailstores(service: &Service, actor: &Actor) -> Result<Vec<MailstoreRow>, ServiceError> {
    actor.operator()?;
    let config = service.config();
    service.store.read(|tx| {
        let mut rows = Vec::with_capacity(config.mailstore.len());
        for mailstore in &config.mailstore {
            let record = kept::mailstore(tx, &mailstore.id)?;
            let last = record.recent.last();
            rows.push(MailstoreRow {
                id: mailstore.id.clone(),
                state: record.state.phase.name(),
                mode: record.state.mode,
                since: since(&record.state.phase).or(last.map(|decision| decision.at)),
                by: last.and_then(|decision| match &decision.by {
                    Decider::Lifeboat => None,
                    Decider::Person { name, .. } => Some(name.clone()),
                }),
                evidence: last.map(ToString::to_string),
                unmerged: messages::count_unmerged(tx, &mailstore.id, UNMERGED_COUNTED_MAX)?,
            });
        }
        Ok(rows)
    })
}

/// Where the mail of a domain goes, over its mailboxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effective {
    /// All to the mailstores.
    Primary,
    /// All to the standby.
    Standby,
    /// Some of it to the standby or held.
    Partly,
    /// It waits in the MX.
    Queue,
    /// There is no mailbox yet.
    Empty,
}

/// How a domain or mailbox with a setting of its own stands.
#[derive(Clone, Debug)]
pub struct ScopeRow {
    /// Which.
    pub scope: Scope,
    /// What is set for it; none: it follows its mailstore.
    pub setting: Option<Override>,
    /// Where its mail goes.
    pub effective: Effective,
    /// The mailstores that its mailboxes are on.
    pub mailstores: BTreeSet<MailstoreId>,
}

/// The domains that are the actor's business, at most [`DOMAINS_MAX`].
///
/// # Errors
/// When the store fails.
pub fn domains(service: &Service, actor: &Actor) -> Result<Vec<ScopeRow>, ServiceError> {
    let mut names = Vec::new();
    service.store.read(|tx| {
        directory::each_domain(tx, |name, record| {
            if actor.may_see(record.reseller.as_ref()) {
                names.push(name);
            }
            Ok(if names.len() < DOMAINS_MAX {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            })
        })
    })?;
    names
        .into_iter()
        .map(|name| domain(service, name))
        .collect()
}

fn domain(service: &Service, name: DomainName) -> Result<ScopeRow, ServiceError> {
    let now = service.now();
    let (mailboxes, overrides) = service.store.read(|tx| {
        let mailboxes = directory::mailboxes(tx, Some(&name), None, MAILBOXES_LOOKED_AT)?;
        let scope = Scope::Domain(name.clone());
        Ok::<_, ServiceError>((mailboxes, kept::overrides(tx, &scope)?))
    })?;
    let routes: Vec<Route> = mailboxes
        .iter()
        .map(|mailbox| {
            let mailstore = &mailbox.record.mailstore;
            let decided = service
                .routes
                .route_mailbox(&mailbox.address, mailstore, now);
            decided.route
        })
        .collect();
    let setting = overrides
        .of_rank(Rank::Operator, now)
        .or_else(|| overrides.of_rank(Rank::Reseller, now))
        .cloned();
    Ok(ScopeRow {
        effective: effective(&routes),
        mailstores: mailboxes.into_iter().map(|m| m.record.mailstore).collect(),
        scope: Scope::Domain(name),
        setting,
    })
}

fn effective(routes: &[Route]) -> Effective {
    let all = |route: Route| routes.iter().all(|known| *known == route);
    if routes.is_empty() {
        Effective::Empty
    } else if all(Route::Standby) {
        Effective::Standby
    } else if all(Route::Queue) {
        Effective::Queue
    } else if routes
        .iter()
        .any(|route| matches!(route, Route::Standby | Route::Queue))
    {
        Effective::Partly
    } else {
        Effective::Primary
    }
}

/// The name of what an override says, as the catalogue has it.
pub const fn setting_name(setting: Option<Setting>) -> &'static str {
    match setting {
        None => "follow",
        Some(Setting::Standby) => "standby",
        Some(Setting::Primary) => "primary",
        Some(Setting::Queue) => "queue",
    }
}
