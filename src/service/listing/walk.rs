//! Through the mailboxes of one mailstore after another, as far as a page goes.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use super::cursor::Place;
use super::filter::{Filter, RouteFilter};
use super::{Budget, ROWS};
use crate::clock::Timestamp;
use crate::ids::{Address, DomainName, MailstoreId, ResellerId};
use crate::route::{self, Route};
use crate::service::Service;
use crate::service::mailboxes::{MailboxView, Placing, Since, since_of, view};
use crate::store::directory::placed::Begin;
use crate::store::directory::{self, MailboxRecord, placed};
use crate::store::{Order, ReadTx, StoreError, merge, messages};

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

/// A walk in one order.
pub(super) struct Walk<'a> {
    service: &'a Service,
    tx: &'a dyn ReadTx,
    filter: &'a Filter,
    order: Order,
    whose: Option<ResellerId>,
    now: Timestamp,
    table: Arc<route::Table>,
    budget: Budget,
    found: Vec<MailboxView>,
    /// The last mailbox that was looked at on this mailstore.
    last: Option<Address>,
    /// The domain that it begins with there; none: with the first.
    first: Option<DomainName>,
    /// The last domain with its owner: mailboxes of a domain come together.
    owner: Option<(DomainName, Option<ResellerId>)>,
    since: BTreeMap<MailstoreId, Since>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        service: &'a Service,
        tx: &'a dyn ReadTx,
        filter: &'a Filter,
        order: Order,
        whose: Option<ResellerId>,
    ) -> Self {
        Self {
            service,
            tx,
            filter,
            order,
            whose,
            now: service.now(),
            table: service.routes.table(),
            budget: Budget::default(),
            found: Vec::new(),
            last: None,
            first: None,
            owner: None,
            since: BTreeMap::new(),
        }
    }

    pub(super) fn order(&self) -> Order {
        self.order
    }

    pub(super) fn tx(&self) -> &'a dyn ReadTx {
        self.tx
    }

    pub(super) fn filter(&self) -> &'a Filter {
        self.filter
    }

    /// It may look at so much, from now on.
    pub(super) fn begin(&mut self, budget: Budget) {
        self.budget = budget;
    }

    /// What it found since it was asked last.
    pub(super) fn take_found(&mut self) -> Vec<MailboxView> {
        std::mem::take(&mut self.found)
    }

    /// Looks at one mailstore after the other; returns where the next page begins, if the page is full.
    pub(super) fn run(
        &mut self,
        after: Option<(&MailstoreId, &Place)>,
    ) -> Result<Option<(MailstoreId, Place)>, StoreError> {
        let named = self.filter.mailstore.clone();
        let mut mailstore = match (&named, after) {
            (Some(named), _) => Some(named.clone()),
            (None, Some((after, _))) => Some(after.clone()),
            (None, None) => placed::mailstore_after(self.tx, self.order, None)?,
        };
        while let Some(here) = mailstore {
            let resume = after.filter(|(after, _)| **after == here);
            if let Some(next) = self.on(&here, resume.map(|(_, place)| place))? {
                return Ok(Some((here, next)));
            }
            mailstore = match named {
                Some(_) => None,
                None => placed::mailstore_after(self.tx, self.order, Some(&here))?,
            };
        }
        Ok(None)
    }

    /// Looks at one mailstore; returns where the next page begins, if the page is full.
    pub(super) fn on(
        &mut self,
        mailstore: &MailstoreId,
        resume: Option<&Place>,
    ) -> Result<Option<Place>, StoreError> {
        self.last = resume.and_then(|place| place.mailbox.clone());
        self.first = resume.and_then(|place| place.domain.clone());
        let mut start = match self.first.clone() {
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
            let is_behind = match (start, self.order) {
                (Bound::Unbounded, _) => true,
                (Bound::Included(start), Order::Ascending) => domain >= start,
                (Bound::Included(start), Order::Descending) => domain <= start,
                (Bound::Excluded(start), Order::Ascending) => domain > start,
                (Bound::Excluded(start), Order::Descending) => domain < start,
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
                let was_seen = self
                    .last
                    .as_ref()
                    .is_some_and(|last| Place::behind(last.clone()).is_behind(address, self.order));
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
            if self.order == Order::Descending {
                spans.reverse();
            }
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
                let domains = placed::domains_of(self.tx, reseller, self.order, start, ROWS)?;
                Ok(domains.into_iter().map(Span::Domain).collect())
            }
            // There is one, and nothing behind it.
            None if matches!(start, Bound::Excluded(_)) => Ok(Vec::new()),
            None => Ok(vec![Span::Whole]),
        }
    }

    /// Looks at one stretch, behind the last mailbox; returns where the next page begins, if the page is full.
    fn look(&mut self, mailstore: &MailstoreId, span: &Span) -> Result<Option<Place>, StoreError> {
        loop {
            if self.is_full() {
                return Ok(Some(self.place(span)));
            }
            // Looking costs something also where nothing is.
            self.budget.left -= 1;
            let rows = self.rows(mailstore, span)?;
            let is_last = rows.len() < ROWS;
            for address in rows {
                if self.is_full() {
                    return Ok(Some(self.place(span)));
                }
                self.budget.left -= 1;
                self.take(&address)?;
                self.last = Some(address);
            }
            if is_last {
                return Ok(None);
            }
        }
    }

    fn is_full(&self) -> bool {
        let budget = &self.budget;
        budget.left == 0 || budget.counted == 0 || self.found.len() >= budget.limit
    }

    /// The next mailboxes of a stretch.
    fn rows(&self, mailstore: &MailstoreId, span: &Span) -> Result<Vec<Address>, StoreError> {
        let (tx, order, last) = (self.tx, self.order, self.last.as_ref());
        match span {
            Span::Whole => {
                let begin = match (last, &self.first) {
                    (None, Some(first)) => Begin::Domain(first),
                    (last, _) => Begin::behind(last),
                };
                placed::on_mailstore(tx, mailstore, order, None, begin, ROWS)
            }
            Span::Domain(domain) => {
                let last = last.filter(|last| last.domain() == domain.as_str());
                let begin = Begin::behind(last);
                placed::on_mailstore(tx, mailstore, order, Some(domain), begin, ROWS)
            }
            Span::One(address) => {
                let is_there = placed::is_on(tx, mailstore, address)?;
                Ok(is_there.then(|| address.clone()).into_iter().collect())
            }
        }
    }

    /// Where it stopped, in a stretch.
    fn place(&self, span: &Span) -> Place {
        let here = span.domain();
        let last = self.last.clone();
        let mailbox = last.filter(|last| here.is_none() || here == Some(last.domain_name()));
        let begun = || match &here {
            // Nothing was seen of it since it began here.
            None => self.first.clone(),
            Some(_) => None,
        };
        Place {
            domain: here
                .clone()
                .or_else(|| mailbox.as_ref().map(Address::domain_name))
                .or_else(begun),
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
        self.budget.counted = self.budget.counted.saturating_sub(made.unmerged);
        self.found.push(made);
        Ok(())
    }
}
