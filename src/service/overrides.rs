//! Settings of single domains and mailboxes, those that end by themselves too: for operators all, for a reseller
//! those of its domains.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sheet::Sheet;
use super::sorting::{self, Start};
use super::{Actor, Service, ServiceError};
use crate::clock::Timestamp;
use crate::ids::ResellerId;
use crate::route::{Override, Overrides, Rank, Scope};
use crate::store::{Order, ReadTx, StoreError, directory, failover as kept};

/// Most settings in one page.
pub const PAGE_MAX: usize = 200;
/// Domains and mailboxes that one page looks at; then it ends, with a cursor, however few it found.
const LOOKED_AT_MAX: usize = 5_000;

/// A setting of a domain or mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OverrideView {
    /// `domain:example.com` or `mailbox:ann@example.com`.
    pub scope: String,
    /// Whose the domain is; absent: nobody's.
    pub reseller: Option<String>,
    /// `standby`, `primary` or `queue`.
    pub setting: String,
    /// Whose word it is: `operator` or `reseller`. An operator's beats a reseller's.
    pub by: String,
    /// Who set it; a reseller is told of an operator only that it was one.
    pub author: String,
    /// Why.
    pub reason: String,
    /// When it was set.
    pub set_at: String,
    /// When it ends by itself; absent: never.
    pub expires_at: Option<String>,
    /// Whether the one who asks could end it.
    pub own: bool,
}

/// A page of settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OverridePage {
    /// The settings: those of domains by name, then those of mailboxes; or the other way round.
    pub overrides: Vec<OverrideView>,
    /// The cursor of the next page; absent on the last.
    pub next: Option<String>,
}

/// What is asked for; all of it must be so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this reseller's domains.
    pub reseller: Option<ResellerId>,
    /// Only those that end by themselves.
    pub timed: bool,
}

/// Settings that ended by themselves and are removed in one transaction.
const EXPIRED_AT_A_TIME: usize = 200;

/// Removes settings whose time is over, and tells whoever follows them. They say nothing any more since then;
/// this makes it known. Returns how many.
///
/// # Errors
/// When the store fails.
pub async fn expire(service: &Service) -> Result<usize, StoreError> {
    let (now, table) = (service.now(), service.routes.table());
    let is_over = |set: &Overrides| {
        let both = [&set.operator, &set.reseller];
        both.into_iter().flatten().any(|set| !set.is_in_force(now))
    };
    let domains = table.overrides.domains.iter();
    let domains = domains.filter(|(_, set)| is_over(set));
    let mailboxes = table.overrides.mailboxes.iter();
    let mailboxes = mailboxes.filter(|(_, set)| is_over(set));
    let domains = domains.map(|(name, _)| Scope::Domain(name.clone()));
    let mailboxes = mailboxes.map(|(address, _)| Scope::Mailbox(address.clone()));
    let over: Vec<Scope> = domains.chain(mailboxes).take(EXPIRED_AT_A_TIME).collect();
    if over.is_empty() {
        return Ok(0);
    }
    let ended = service
        .store
        .write(move |tx| {
            let mut ended = 0;
            for scope in &over {
                ended += kept::expire_override(tx, scope, now)?;
            }
            Ok::<_, StoreError>(ended)
        })
        .await?;
    if let Some(control) = &service.control {
        control.overrides_changed();
    }
    Ok(ended)
}

/// Settings that are in force and the actor's business, from `start` on. A page may hold fewer than
/// `limit` scopes, even none, and still name the next.
///
/// # Errors
/// [`ServiceError::NotFound`] for another reseller's; when the store fails.
pub fn list(
    service: &Service,
    actor: &Actor,
    filter: &Filter,
    start: &Start<Scope>,
    limit: usize,
) -> Result<OverridePage, ServiceError> {
    let whose = super::destinations::owner_for(actor, filter.reseller.as_ref())?;
    let (now, limit) = (service.now(), limit.clamp(1, PAGE_MAX));
    service.store.read(|tx| {
        let (mut found, mut scopes, mut last) = (Vec::new(), 0, start.after.clone());
        // A page ends behind what its reader may see: a cursor names no other's setting.
        let (mut seen, mut is_full) = (None::<Scope>, false);
        loop {
            let rows = kept::overrides_after(tx, start.order, last.as_ref(), LOOKED_AT_MAX)?;
            let is_last = rows.len() < LOOKED_AT_MAX;
            for (scope, overrides) in rows {
                let owner = owner(tx, &scope)?;
                let is_theirs = whose.is_none() || owner == whose;
                if is_theirs && actor.may_see(owner.as_ref()) {
                    if scopes == limit {
                        is_full = true;
                        break;
                    }
                    let shown = views(actor, filter, &scope, owner.as_ref(), &overrides, now);
                    scopes += usize::from(!shown.is_empty());
                    found.extend(shown);
                    seen = Some(scope.clone());
                }
                last = Some(scope);
            }
            // Who sees everything is not kept waiting for what a filter takes.
            if is_full || is_last || whose.is_none() {
                let next = if whose.is_none() && !is_full {
                    last
                } else {
                    seen
                };
                return Ok(OverridePage {
                    overrides: found,
                    next: next
                        .filter(|_| is_full || !is_last)
                        .map(|scope| start.cursor(&scope)),
                });
            }
        }
    })
}

/// How settings are sorted: by what they are of, either way.
///
/// # Errors
/// [`ServiceError::Invalid`] for what they cannot be sorted by.
pub fn sort(text: &str) -> Result<Order, ServiceError> {
    match text {
        "" => Ok(Order::Ascending),
        text => Ok(sorting::order(text, &[("scope", ())])?.1),
    }
}

/// All of them as a file, at most [`ROWS_MAX`](super::sheet::ROWS_MAX).
///
/// # Errors
/// As [`list`].
pub fn file(
    service: &Service,
    actor: &Actor,
    filter: &Filter,
    order: Order,
) -> Result<Sheet, ServiceError> {
    let columns = "scope,reseller,setting,by,author,reason,set_at,expires_at";
    Sheet::of_pages("overrides.csv", columns, |sheet, cursor| {
        let start = Start::read(order, cursor)?;
        let page = list(service, actor, filter, &start, sheet.page(PAGE_MAX))?;
        page.overrides.iter().for_each(|one| sheet.row(&line(one)));
        Ok(page.next)
    })
}

fn line(set: &OverrideView) -> [String; 8] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        set.scope.clone(),
        text(&set.reseller),
        set.setting.clone(),
        set.by.clone(),
        set.author.clone(),
        set.reason.clone(),
        set.set_at.clone(),
        text(&set.expires_at),
    ]
}

fn owner(tx: &dyn ReadTx, scope: &Scope) -> Result<Option<ResellerId>, StoreError> {
    let domain = match scope {
        Scope::Domain(domain) => domain.clone(),
        Scope::Mailbox(address) => address.domain_name(),
        Scope::Mailstore(_) => return Ok(None),
    };
    Ok(directory::domain(tx, &domain)?.and_then(|record| record.reseller))
}

/// What is in force of the settings of one scope, the mightier first.
fn views(
    actor: &Actor,
    filter: &Filter,
    scope: &Scope,
    owner: Option<&ResellerId>,
    overrides: &Overrides,
    now: Timestamp,
) -> Vec<OverrideView> {
    let is_reseller = matches!(actor, Actor::Reseller(..));
    let view = |rank: Rank, set: &Override| OverrideView {
        scope: scope.to_string(),
        reseller: owner.map(ToString::to_string),
        setting: set.setting.as_str().to_owned(),
        by: match rank {
            Rank::Operator => "operator".to_owned(),
            Rank::Reseller => "reseller".to_owned(),
        },
        author: super::domains::author(actor, &set.author),
        reason: set.reason.clone(),
        set_at: set.set_at.to_string(),
        expires_at: set.expires_at.map(|end| end.to_string()),
        own: is_reseller == (rank == Rank::Reseller),
    };
    [Rank::Operator, Rank::Reseller]
        .into_iter()
        .filter_map(|rank| Some((rank, overrides.of_rank(rank, now)?)))
        .filter(|(_, set)| !filter.timed || set.expires_at.is_some())
        .map(|(rank, set)| view(rank, set))
        .collect()
}
