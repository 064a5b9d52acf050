//! Mailboxes by where their mail goes: exactly which are affected, page by page, for those whose business they
//! are. A page reads a bounded number of rows, however many mailboxes there are.
//!
//! In the order of mailstore, domain and local part. Where a mailstore is served by its primary, only what has a
//! setting of its own can be affected, so only that is looked at.

pub mod csv;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Bound;
use std::str::FromStr;
use std::sync::Arc;

use super::destinations::owner_for;
use super::mailboxes::{
    MailboxPage, MailboxView, PAGE_MAX, Placing, Since, route_name, since_of, view,
};
use super::{Actor, Service, ServiceError};
use crate::clock::Timestamp;
use crate::ids::{Address, DomainName, MailstoreId, ResellerId};
use crate::route::{self, Overrides, Rank, Route, Setting};
use crate::store::directory::{self, MailboxRecord, placed};
use crate::store::{ReadTx, StoreError, merge, messages};

/// Mailboxes and domains that one page looks at; then it ends, with a cursor, however few it found.
const LOOKED_AT_MAX: usize = 5_000;
/// Rows read at a time.
const ROWS: usize = 500;
/// Messages that one page counts; then it ends, with a cursor, however few mailboxes it holds.
pub(super) const COUNTED_MAX: u64 = 20_000;

/// Where mail goes, to choose by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteFilter {
    /// Not to the mailstore.
    Affected,
    /// This way.
    Is(Route),
}

impl FromStr for RouteFilter {
    type Err = ServiceError;

    fn from_str(text: &str) -> Result<Self, ServiceError> {
        match text {
            "affected" => Ok(Self::Affected),
            "primary" => Ok(Self::Is(Route::Primary)),
            "standby" => Ok(Self::Is(Route::Standby)),
            "queue" => Ok(Self::Is(Route::Queue)),
            _ => Err(ServiceError::Invalid {
                field: "route",
                text: "write affected, primary, standby or queue".to_owned(),
            }),
        }
    }
}

impl RouteFilter {
    fn takes(self, route: Route) -> bool {
        match self {
            Self::Affected => matches!(route, Route::Standby | Route::Queue),
            Self::Is(wanted) => route == wanted,
        }
    }
}

/// A mailbox's own setting, to choose by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingFilter {
    /// Whatever it is.
    Any,
    /// This one.
    Is(Setting),
}

impl FromStr for SettingFilter {
    type Err = ServiceError;

    fn from_str(text: &str) -> Result<Self, ServiceError> {
        match text {
            "any" => Ok(Self::Any),
            "primary" => Ok(Self::Is(Setting::Primary)),
            "standby" => Ok(Self::Is(Setting::Standby)),
            "queue" => Ok(Self::Is(Setting::Queue)),
            _ => Err(ServiceError::Invalid {
                field: "override",
                text: "write any, primary, standby or queue".to_owned(),
            }),
        }
    }
}

impl SettingFilter {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Is(Setting::Primary) => "primary",
            Self::Is(Setting::Standby) => "standby",
            Self::Is(Setting::Queue) => "queue",
        }
    }

    fn takes(self, set: &Overrides, now: Timestamp) -> bool {
        let mut in_force = [Rank::Operator, Rank::Reseller]
            .into_iter()
            .filter_map(|rank| set.of_rank(rank, now));
        match self {
            Self::Any => in_force.next().is_some(),
            Self::Is(wanted) => in_force.any(|one| one.setting == wanted),
        }
    }
}

/// What is asked for; all of it must be so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// On this mailstore.
    pub mailstore: Option<MailstoreId>,
    /// In this domain.
    pub domain: Option<DomainName>,
    /// Of this reseller; a reseller's own are asked for anyway.
    pub reseller: Option<ResellerId>,
    /// By where mail goes; none: however it does.
    pub route: Option<RouteFilter>,
    /// With a setting of its own in force.
    pub setting: Option<SettingFilter>,
    /// Whose address begins so.
    pub prefix: String,
    /// With mail here that is still to be merged.
    pub unmerged: bool,
    /// Whose merge waits for a reason of its own.
    pub blocked: bool,
}

impl Filter {
    /// As a query says it.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let route = self.route.map(|route| match route {
            RouteFilter::Affected => "affected",
            RouteFilter::Is(route) => route_name(route),
        });
        let pairs = [
            (
                "mailstore",
                self.mailstore.as_ref().map(ToString::to_string),
            ),
            ("domain", self.domain.as_ref().map(ToString::to_string)),
            ("reseller", self.reseller.as_ref().map(ToString::to_string)),
            ("route", route.map(str::to_owned)),
            ("override", self.setting.map(|own| own.as_str().to_owned())),
            (
                "prefix",
                Some(self.prefix.clone()).filter(|text| !text.is_empty()),
            ),
            ("unmerged", self.unmerged.then(|| "true".to_owned())),
            ("blocked", self.blocked.then(|| "true".to_owned())),
        ];
        let set = pairs.into_iter();
        set.filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }
}

/// Where a page begins: behind this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    mailstore: MailstoreId,
    /// None: at the mailstore's first domain.
    domain: Option<DomainName>,
    /// None: at the domain's first mailbox.
    mailbox: Option<Address>,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.mailstore)?;
        match (&self.domain, &self.mailbox) {
            (_, Some(address)) => write!(f, "{address}"),
            (Some(domain), None) => write!(f, "{domain}"),
            (None, None) => Ok(()),
        }
    }
}

impl FromStr for Cursor {
    type Err = ServiceError;

    fn from_str(text: &str) -> Result<Self, ServiceError> {
        let invalid = || ServiceError::Invalid {
            field: "after",
            text: "use the cursor that a page gave".to_owned(),
        };
        let (mailstore, rest) = text.split_once(':').ok_or_else(invalid)?;
        let mailstore = mailstore.parse().map_err(|_| invalid())?;
        if rest.contains('@') {
            let address: Address = rest.parse().map_err(|_| invalid())?;
            return Ok(Self {
                mailstore,
                domain: Some(address.domain_name()),
                mailbox: Some(address),
            });
        }
        Ok(Self {
            mailstore,
            domain: match rest {
                "" => None,
                name => Some(name.parse().map_err(|_| invalid())?),
            },
            mailbox: None,
        })
    }
}

/// A page of the mailboxes that a filter takes and the actor may see. It may hold fewer than `limit`, even none,
/// and still name the next.
///
/// # Errors
/// [`ServiceError::NotFound`] for what is not the actor's business; when the store fails.
pub fn list(
    service: &Service,
    actor: &Actor,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<MailboxPage, ServiceError> {
    let whose = owner_for(actor, filter.reseller.as_ref())?;
    service.store.read(|tx| {
        if let Some(domain) = &filter.domain {
            super::visible_domain(tx, actor, domain)?;
        }
        let mut walk = Walk {
            service,
            tx,
            filter,
            whose,
            now: service.now(),
            table: service.routes.table(),
            left: LOOKED_AT_MAX,
            counted: 0,
            limit: limit.clamp(1, PAGE_MAX),
            found: Vec::new(),
            last: None,
            owner: None,
            since: BTreeMap::new(),
        };
        let next = walk.run(after)?;
        Ok(MailboxPage {
            mailboxes: walk.found,
            next: next.map(|cursor| cursor.to_string()),
        })
    })
}

/// A stretch of a mailstore's mailboxes that is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Span {
    Whole,
    Domain(DomainName),
    One(Address),
}

impl Span {
    fn domain(&self) -> Option<DomainName> {
        match self {
            Self::Whole => None,
            Self::Domain(domain) => Some(domain.clone()),
            Self::One(address) => Some(address.domain_name()),
        }
    }

    fn local(&self) -> Option<String> {
        match self {
            Self::Whole | Self::Domain(_) => None,
            Self::One(address) => Some(address.local().to_owned()),
        }
    }
}

struct Walk<'a> {
    service: &'a Service,
    tx: &'a dyn ReadTx,
    filter: &'a Filter,
    whose: Option<ResellerId>,
    now: Timestamp,
    table: Arc<route::Table>,
    left: usize,
    counted: u64,
    limit: usize,
    found: Vec<MailboxView>,
    /// The last mailbox that was looked at on this mailstore.
    last: Option<Address>,
    /// The last domain with its owner: mailboxes of a domain come together.
    owner: Option<(DomainName, Option<ResellerId>)>,
    since: BTreeMap<MailstoreId, Since>,
}

impl Walk<'_> {
    fn run(&mut self, after: Option<&Cursor>) -> Result<Option<Cursor>, StoreError> {
        let named = self.filter.mailstore.clone();
        let mut mailstore = match (&named, after) {
            (Some(named), _) => Some(named.clone()),
            (None, Some(after)) => Some(after.mailstore.clone()),
            (None, None) => placed::mailstore_after(self.tx, None)?,
        };
        while let Some(here) = mailstore {
            let resume = after.filter(|after| after.mailstore == here);
            if let Some(next) = self.on(&here, resume)? {
                return Ok(Some(next));
            }
            mailstore = match named {
                Some(_) => None,
                None => placed::mailstore_after(self.tx, Some(&here))?,
            };
        }
        Ok(None)
    }

    /// Looks at one mailstore; returns where the next page begins, if the page is full.
    fn on(
        &mut self,
        mailstore: &MailstoreId,
        resume: Option<&Cursor>,
    ) -> Result<Option<Cursor>, StoreError> {
        self.last = resume.and_then(|cursor| cursor.mailbox.clone());
        let mut start = match resume.and_then(|cursor| cursor.domain.clone()) {
            Some(domain) => Bound::Included(domain),
            None => Bound::Unbounded,
        };
        loop {
            let spans = self.spans(mailstore, start.as_ref())?;
            let Some(end) = spans.last().map(Span::domain) else {
                return Ok(None);
            };
            for span in spans {
                if let Some(next) = self.look(mailstore, &span)? {
                    return Ok(Some(next));
                }
            }
            match end {
                Some(domain) => start = Bound::Excluded(domain),
                None => return Ok(None),
            }
        }
    }

    /// What is to be looked at on a mailstore, from a domain on, at most [`ROWS`] stretches.
    fn spans(
        &self,
        mailstore: &MailstoreId,
        start: Bound<&DomainName>,
    ) -> Result<Vec<Span>, StoreError> {
        let is_asked = |domain: &DomainName| {
            let is_behind = match start {
                Bound::Unbounded => true,
                Bound::Included(start) => domain >= start,
                Bound::Excluded(start) => domain > start,
            };
            is_behind && self.filter.domain.as_ref().is_none_or(|own| own == domain)
        };
        let quiet = self.table.mailstores.get(mailstore).is_none_or(|facts| {
            facts.serving == Route::Primary && facts.raising.is_none() && !facts.is_unsafe
        });
        let wants_affected = matches!(
            self.filter.route,
            Some(RouteFilter::Affected | RouteFilter::Is(Route::Standby | Route::Queue))
        );
        let wants_own = self.filter.setting.is_some();
        if wants_own || (quiet && wants_affected) {
            let overrides = &self.table.overrides;
            let domains = overrides.domains.keys();
            let domains = domains.filter(|name| !wants_own && is_asked(name));
            let mut spans: Vec<Span> = domains.cloned().map(Span::Domain).collect();
            let alone = overrides.mailboxes.keys().filter(|address| {
                let domain = address.domain_name();
                let was_seen = self.last.as_ref().is_some_and(|last| {
                    last.domain() == address.domain() && last.local() >= address.local()
                });
                let is_apart = wants_own || !overrides.domains.contains_key(&domain);
                is_asked(&domain) && !was_seen && is_apart
            });
            spans.extend(alone.cloned().map(Span::One));
            // Where a page ends is told: nobody is to learn what others have.
            if let Some(reseller) = &self.whose {
                let mut own = Vec::with_capacity(spans.len());
                for span in spans {
                    let is_own = match span.domain() {
                        Some(domain) => placed::is_of(self.tx, reseller, &domain)?,
                        None => false,
                    };
                    own.extend(is_own.then_some(span));
                }
                spans = own;
            }
            spans.sort_by_cached_key(|span| (span.domain(), span.local()));
            return Ok(spans);
        }
        if let Some(domain) = &self.filter.domain {
            return Ok(match is_asked(domain) {
                true => vec![Span::Domain(domain.clone())],
                false => Vec::new(),
            });
        }
        match &self.whose {
            Some(reseller) => {
                let domains = placed::domains_of(self.tx, reseller, start, ROWS)?;
                Ok(domains.into_iter().map(Span::Domain).collect())
            }
            // There is one, and nothing behind it.
            None if matches!(start, Bound::Excluded(_)) => Ok(Vec::new()),
            None => Ok(vec![Span::Whole]),
        }
    }

    /// Looks at one stretch, behind the last mailbox; returns where the next page begins, if the page is full.
    fn look(&mut self, mailstore: &MailstoreId, span: &Span) -> Result<Option<Cursor>, StoreError> {
        loop {
            if self.is_full() {
                return Ok(Some(self.cursor(mailstore, span)));
            }
            // Looking costs something also where nothing is.
            self.left -= 1;
            let rows = self.rows(mailstore, span)?;
            let is_last = rows.len() < ROWS;
            for address in rows {
                if self.is_full() {
                    return Ok(Some(self.cursor(mailstore, span)));
                }
                self.left -= 1;
                self.take(&address)?;
                self.last = Some(address);
            }
            if is_last {
                return Ok(None);
            }
        }
    }

    fn is_full(&self) -> bool {
        self.left == 0 || self.counted >= COUNTED_MAX || self.found.len() >= self.limit
    }

    /// The next mailboxes of a stretch.
    fn rows(&self, mailstore: &MailstoreId, span: &Span) -> Result<Vec<Address>, StoreError> {
        let tx = self.tx;
        match span {
            Span::Whole => placed::on_mailstore(tx, mailstore, None, self.last.as_ref(), ROWS),
            Span::Domain(domain) => {
                let after = self.last.as_ref();
                let after = after.filter(|last| last.domain() == domain.as_str());
                placed::on_mailstore(tx, mailstore, Some(domain), after, ROWS)
            }
            Span::One(address) => {
                let is_there = placed::is_on(tx, mailstore, address)?;
                Ok(is_there.then(|| address.clone()).into_iter().collect())
            }
        }
    }

    fn cursor(&self, mailstore: &MailstoreId, span: &Span) -> Cursor {
        let here = span.domain();
        let last = self.last.clone();
        let mailbox = last.filter(|last| here.is_none() || here == Some(last.domain_name()));
        Cursor {
            mailstore: mailstore.clone(),
            domain: here.or_else(|| mailbox.as_ref().map(Address::domain_name)),
            mailbox,
        }
    }

    /// Whether a mailbox is what is asked for, whatever its route.
    fn is_asked_for(&self, address: &Address, record: &MailboxRecord) -> Result<bool, StoreError> {
        let filter = self.filter;
        if let Some(wanted) = filter.setting {
            let own = self.table.overrides.mailboxes.get(address);
            if !own.is_some_and(|own| wanted.takes(own, self.now)) {
                return Ok(false);
            }
        }
        if filter.unmerged
            && messages::unmerged(self.tx, &record.mailstore, record.id, None, 1)?.is_empty()
        {
            return Ok(false);
        }
        if filter.blocked {
            let state = merge::mailbox(self.tx, record.id)?;
            let state = state.filter(|state| state.mailstore == record.mailstore);
            return Ok(state.is_some_and(|state| state.parked.is_some()));
        }
        Ok(true)
    }

    /// Takes a mailbox if it is asked for and the actor's business.
    fn take(&mut self, address: &Address) -> Result<(), StoreError> {
        if !address.as_str().starts_with(&self.filter.prefix) {
            return Ok(());
        }
        let domain = address.domain_name();
        if self
            .owner
            .as_ref()
            .is_none_or(|(known, _)| *known != domain)
        {
            let record = directory::domain(self.tx, &domain)?;
            self.owner = Some((domain, record.and_then(|record| record.reseller)));
        }
        let owner = self.owner.as_ref().and_then(|(_, owner)| owner.clone());
        if self.whose.is_some() && owner != self.whose {
            return Ok(());
        }
        let Some(record) = directory::mailbox(self.tx, address)? else {
            return Ok(());
        };
        if !self.is_asked_for(address, &record)? {
            return Ok(());
        }
        let routes = &self.service.routes;
        let was_raised = |epoch| routes.was_raised(address, &record.mailstore, epoch);
        let decided = self
            .table
            .route(address, &record.mailstore, was_raised, self.now);
        if self
            .filter
            .route
            .is_some_and(|wanted| !wanted.takes(decided.route))
        {
            return Ok(());
        }
        let since = match self.since.get(&record.mailstore) {
            Some(since) => since.clone(),
            None => {
                let since = since_of(self.tx, &record.mailstore)?;
                self.since.insert(record.mailstore.clone(), since.clone());
                since
            }
        };
        let mailbox = directory::Mailbox {
            address: address.clone(),
            record,
        };
        let placing = Placing {
            decided,
            owner,
            since,
        };
        let made = view(self.tx, &self.table, mailbox, placing, self.now)?;
        self.counted += made.unmerged;
        self.found.push(made);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
