//! Domains by where the mail of their mailboxes goes: page by page, for those whose business they are.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::destinations::owner_for;
use super::mailboxes::level_name;
use super::sheet::Sheet;
use super::sorting::{self, Start};
use super::{Actor, Service, ServiceError};
use crate::ids::{DomainName, ResellerId};
use crate::route::{Author, Rank, Route, Scope};
use crate::store::directory::{self, DomainRecord, placed};
use crate::store::{Order, StoreError, failover as kept};

/// Most domains in one page.
pub const PAGE_MAX: usize = 200;
/// Domains that one page looks at by their names; then it ends, with a cursor, however few it found.
const NAMES_LOOKED_AT: usize = 5_000;
/// Domains whose mailboxes one page looks at.
const LOOKED_INTO: usize = 100;
/// Mailboxes of a domain that are looked at.
pub const MAILBOXES_LOOKED_AT: usize = 200;
/// Names read at a time.
const ROWS: usize = 500;

/// Where the mail of a domain goes, over its mailboxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
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

impl Effective {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Primary,
        Self::Standby,
        Self::Partly,
        Self::Queue,
        Self::Empty,
    ];

    /// As the API writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Standby => "standby",
            Self::Partly => "partly",
            Self::Queue => "queue",
            Self::Empty => "empty",
        }
    }

    fn of(routes: &[Route]) -> Self {
        let all = |route: Route| routes.iter().all(|known| *known == route);
        if routes.is_empty() {
            Self::Empty
        } else if all(Route::Standby) {
            Self::Standby
        } else if all(Route::Queue) {
            Self::Queue
        } else if routes
            .iter()
            .any(|route| matches!(route, Route::Standby | Route::Queue))
        {
            Self::Partly
        } else {
            Self::Primary
        }
    }
}

/// Where the mail of a domain goes, to choose by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateFilter {
    /// Not all of it to the mailstores.
    Affected,
    /// This way.
    Is(Effective),
}

impl FromStr for StateFilter {
    type Err = ServiceError;

    fn from_str(text: &str) -> Result<Self, ServiceError> {
        let named = Effective::ALL.into_iter().find(|one| one.as_str() == text);
        match (text, named) {
            ("affected", _) => Ok(Self::Affected),
            (_, Some(one)) => Ok(Self::Is(one)),
            _ => Err(ServiceError::Invalid {
                field: "state",
                text: "write affected, primary, standby, partly, queue or empty".to_owned(),
            }),
        }
    }
}

impl StateFilter {
    fn takes(self, effective: Effective) -> bool {
        match self {
            Self::Affected => !matches!(effective, Effective::Primary | Effective::Empty),
            Self::Is(wanted) => effective == wanted,
        }
    }
}

/// What is asked for; all of it must be so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Anywhere in the name.
    pub name: String,
    /// Of this reseller; a reseller's own are asked for anyway.
    pub reseller: Option<ResellerId>,
    /// By where mail goes; none: however it does.
    pub state: Option<StateFilter>,
}

/// A domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DomainView {
    /// Its name.
    pub domain: String,
    /// Whose it is; absent: nobody's.
    pub reseller: Option<String>,
    /// Where the mail of its mailboxes goes, by the first 200 of them.
    pub effective: Effective,
    /// What decided that, for each that does: `mailbox`, `domain`, `mailstore`, `safety`, `raising`, `nothing`.
    pub levels: Vec<String>,
    /// What is set for the domain: `standby`, `primary`, `queue`; absent: it follows its mailstores.
    pub setting: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Who set it; a reseller is told of an operator only that it was one.
    pub author: Option<String>,
    /// When that ends by itself.
    pub until: Option<String>,
    /// The mailstores that its mailboxes are on.
    pub mailstores: Vec<String>,
    /// Its mailboxes, counted to 200.
    pub mailboxes: u64,
}

/// A page of domains.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DomainPage {
    /// The domains, by name.
    pub domains: Vec<DomainView>,
    /// The cursor of the next page; absent on the last.
    pub next: Option<String>,
}

/// Domains that a filter takes and the actor may see, from `start` on. A page may hold fewer than `limit`, even none,
/// and still name the next.
///
/// # Errors
/// [`ServiceError::NotFound`] for another reseller's; when the store fails.
pub fn list(
    service: &Service,
    actor: &Actor,
    filter: &Filter,
    start: &Start<DomainName>,
    limit: usize,
) -> Result<DomainPage, ServiceError> {
    let whose = owner_for(actor, filter.reseller.as_ref())?;
    let (part, limit) = (filter.name.trim().to_lowercase(), limit.clamp(1, PAGE_MAX));
    let (mut after, mut names, mut into) = (start.after.clone(), 0, 0);
    let mut page = DomainPage::default();
    loop {
        let rows = names_after(service, whose.as_ref(), start.order, after.as_ref())?;
        let is_last = rows.len() < ROWS;
        names += rows.len();
        for (name, record) in rows {
            if name.as_str().contains(&part) {
                into += 1;
                let view = view(service, actor, &name, &record)?;
                let takes = |state: StateFilter| state.takes(view.effective);
                if filter.state.is_none_or(takes) {
                    page.domains.push(view);
                }
            }
            let is_full = page.domains.len() == limit || into == LOOKED_INTO;
            after = Some(name);
            if is_full {
                page.next = after.map(|name| start.cursor(&name));
                return Ok(page);
            }
        }
        if is_last {
            return Ok(page);
        }
        if names >= NAMES_LOOKED_AT {
            page.next = after.map(|name| start.cursor(&name));
            return Ok(page);
        }
    }
}

/// How domains are sorted: by name, either way.
///
/// # Errors
/// [`ServiceError::Invalid`] for what they cannot be sorted by.
pub fn sort(text: &str) -> Result<Order, ServiceError> {
    match text {
        "" => Ok(Order::Ascending),
        text => Ok(sorting::order(text, &[("domain", ())])?.1),
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
    let columns = "domain,reseller,route,levels,setting,author,until,mailstores,mailboxes";
    Sheet::of_pages("domains.csv", columns, |sheet, cursor| {
        let start = Start::read(order, cursor)?;
        let page = list(service, actor, filter, &start, sheet.page(PAGE_MAX))?;
        page.domains.iter().for_each(|one| sheet.row(&line(one)));
        Ok(page.next)
    })
}

fn line(domain: &DomainView) -> [String; 9] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        domain.domain.clone(),
        text(&domain.reseller),
        domain.effective.as_str().to_owned(),
        domain.levels.join(" "),
        text(&domain.setting),
        text(&domain.author),
        text(&domain.until),
        domain.mailstores.join(" "),
        domain.mailboxes.to_string(),
    ]
}

/// The next names, of all or of a reseller.
fn names_after(
    service: &Service,
    whose: Option<&ResellerId>,
    order: Order,
    after: Option<&DomainName>,
) -> Result<Vec<(DomainName, DomainRecord)>, StoreError> {
    let Some(reseller) = whose else {
        return service
            .store
            .read(|tx| directory::domains_after(tx, order, after, ROWS));
    };
    let start = after.map_or(Bound::Unbounded, Bound::Excluded);
    service.store.read(|tx| {
        let names = placed::domains_of(tx, reseller, order, start, ROWS)?;
        let record = DomainRecord {
            reseller: Some(reseller.clone()),
        };
        Ok(names
            .into_iter()
            .map(|name| (name, record.clone()))
            .collect())
    })
}

fn view(
    service: &Service,
    actor: &Actor,
    name: &DomainName,
    record: &DomainRecord,
) -> Result<DomainView, StoreError> {
    let now = service.now();
    let (mailboxes, overrides) = service.store.read(|tx| {
        let mailboxes = directory::mailboxes(tx, Some(name), None, MAILBOXES_LOOKED_AT)?;
        let scope = Scope::Domain(name.clone());
        Ok::<_, StoreError>((mailboxes, kept::overrides(tx, &scope)?))
    })?;
    let (mut routes, mut levels) = (Vec::new(), BTreeSet::new());
    for mailbox in &mailboxes {
        let mailstore = &mailbox.record.mailstore;
        let decided = service
            .routes
            .route_mailbox(&mailbox.address, mailstore, now);
        routes.push(decided.route);
        levels.insert(level_name(decided.level));
    }
    let setting = overrides
        .of_rank(Rank::Operator, now)
        .or_else(|| overrides.of_rank(Rank::Reseller, now));
    let mailstores: BTreeSet<String> = mailboxes
        .iter()
        .map(|mailbox| mailbox.record.mailstore.to_string())
        .collect();
    Ok(DomainView {
        domain: name.to_string(),
        reseller: record.reseller.as_ref().map(ToString::to_string),
        effective: Effective::of(&routes),
        levels: levels.into_iter().map(str::to_owned).collect(),
        setting: setting.map(|set| set.setting.as_str().to_owned()),
        reason: setting.map(|set| set.reason.clone()),
        author: setting.map(|set| author(actor, &set.author)),
        until: setting
            .and_then(|set| set.expires_at)
            .map(|end| end.to_string()),
        mailstores: mailstores.into_iter().collect(),
        mailboxes: mailboxes.len() as u64,
    })
}

/// Whose word it is, for `actor`: a reseller is told of an operator only that it was one.
pub(super) fn author(actor: &Actor, author: &Author) -> String {
    match (actor, author) {
        (Actor::Reseller(..), Author::Operator { .. }) => "operator".to_owned(),
        (_, author) => author.to_string(),
    }
}
