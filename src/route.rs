//! Where mail for a recipient goes: one pure function that socketmap, banners, the API and the merge
//! all ask.
//!
//! It does no I/O. Invariants: mail whose mailbox is not known is [`Route::Unknown`], so Lifeboat has
//! nothing to say about it; nothing is routed into a mailstore that is known to hold another mailbox
//! than before, or into a mailbox that went back in time and was not raised yet, not even mail that
//! opted out of failover.

pub mod published;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::ids::{Address, DomainName, Epoch, InvalidId, MailstoreId, ResellerId};

/// Where mail goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Route {
    /// To the mailstore.
    Primary,
    /// To the standby.
    Standby,
    /// It waits in the MX.
    Queue,
    /// Lifeboat does not know the recipient or its mailstore.
    Unknown,
}

/// What decided a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// An override of the mailbox.
    Mailbox,
    /// An override of its domain.
    Domain,
    /// The state and mode of its mailstore.
    Mailstore,
    /// The mailstore holds another mailbox than before, so `Primary` became `Queue`.
    Safety,
    /// The mailstore went back in time, and the mailbox's UIDs are not raised yet.
    Raising,
    /// Nothing is known.
    Nothing,
}

/// A route and what decided it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Where mail goes.
    pub route: Route,
    /// What decided that.
    pub level: Level,
}

/// What an override says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Setting {
    /// To the standby.
    Standby,
    /// To the mailstore: opted out of failover.
    Primary,
    /// It waits in the MX.
    Queue,
}

impl Setting {
    /// Its name on the command line and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standby => "standby",
            Self::Primary => "primary",
            Self::Queue => "queue",
        }
    }
}

/// Whose word an override is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Author {
    /// An operator.
    Operator {
        /// Who.
        name: String,
    },
    /// A reseller.
    Reseller {
        /// Which.
        reseller: ResellerId,
        /// Who there.
        name: String,
    },
}

/// What an author's word is worth. An operator's beats a reseller's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Rank {
    /// A reseller's.
    Reseller,
    /// An operator's.
    Operator,
}

impl Author {
    /// What its word is worth.
    pub fn rank(&self) -> Rank {
        match self {
            Self::Operator { .. } => Rank::Operator,
            Self::Reseller { .. } => Rank::Reseller,
        }
    }
}

impl fmt::Display for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operator { name } => f.write_str(name),
            Self::Reseller { reseller, name } => write!(f, "{name} of {reseller}"),
        }
    }
}

/// A person's exception for a domain or a mailbox. The default, to follow the mailstore, has none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// What it says.
    pub setting: Setting,
    /// Why.
    pub reason: String,
    /// Who set it.
    pub author: Author,
    /// When.
    pub set_at: Timestamp,
    /// When it ends; none for never.
    pub expires_at: Option<Timestamp>,
}

impl Override {
    /// Whether it still says something at `now`.
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}

/// The overrides of one domain or mailbox: at most one of each rank.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overrides {
    /// An operator's.
    pub operator: Option<Override>,
    /// A reseller's.
    pub reseller: Option<Override>,
}

impl Overrides {
    /// The one of a rank, if it is in force at `now`.
    pub fn of_rank(&self, rank: Rank, now: Timestamp) -> Option<&Override> {
        match rank {
            Rank::Operator => self.operator.as_ref(),
            Rank::Reseller => self.reseller.as_ref(),
        }
        .filter(|o| o.is_in_force(now))
    }

    /// Where a word of a rank is kept.
    pub fn slot(&mut self, rank: Rank) -> &mut Option<Override> {
        match rank {
            Rank::Operator => &mut self.operator,
            Rank::Reseller => &mut self.reseller,
        }
    }

    /// Whether nothing was set.
    pub fn is_empty(&self) -> bool {
        self.operator.is_none() && self.reseller.is_none()
    }
}

/// What the route depends on about a mailstore.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailstoreFacts {
    /// Where its mail goes by its state and mode. Never `Unknown`.
    pub serving: Route,
    /// It is known to hold another mailbox than before: nothing may be routed there.
    pub is_unsafe: bool,
    /// It went back in time: mail may reach those of its mailboxes that were raised.
    pub raising: Option<Raising>,
}

/// A mailstore that went back in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raising {
    /// Under which epoch a mailbox must have been raised; none while nobody may be reached.
    pub epoch: Option<Epoch>,
    /// Where mail for the others goes meanwhile: `Standby`, or `Queue` where the standby is ruled out.
    pub meanwhile: Route,
}

impl MailstoreFacts {
    /// A mailstore that nobody has anything to say about.
    pub const PRIMARY: Self = Self {
        serving: Route::Primary,
        is_unsafe: false,
        raising: None,
    };
}

/// What is known about a recipient.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts<'a> {
    /// Its mailstore; none if the recipient or its mailstore is not known.
    pub mailstore: Option<MailstoreFacts>,
    /// The overrides of its domain.
    pub domain: Option<&'a Overrides>,
    /// The overrides of its mailbox.
    pub mailbox: Option<&'a Overrides>,
    /// Its UIDs were raised since its mailstore went back in time. Says nothing otherwise.
    pub is_raised: bool,
}

/// Decides. An operator's word beats a reseller's; of one rank mailbox beats domain; both beat the
/// mailstore.
pub fn route(facts: Facts<'_>, now: Timestamp) -> Decided {
    let Some(mailstore) = facts.mailstore else {
        return Decided {
            route: Route::Unknown,
            level: Level::Nothing,
        };
    };
    let said = [Rank::Operator, Rank::Reseller]
        .into_iter()
        .find_map(|rank| {
            let word = |overrides: Option<&Overrides>, level| {
                let found = overrides.and_then(|o| o.of_rank(rank, now))?;
                Some((found.setting, level))
            };
            word(facts.mailbox, Level::Mailbox).or_else(|| word(facts.domain, Level::Domain))
        });
    let (route, level) = match said {
        Some((Setting::Standby, level)) => (Route::Standby, level),
        Some((Setting::Primary, level)) => (Route::Primary, level),
        Some((Setting::Queue, level)) => (Route::Queue, level),
        None => return decided_by_mailstore(mailstore, facts.is_raised),
    };
    let not_yet = mailstore.raising.is_some() && !facts.is_raised;
    if route == Route::Primary && (mailstore.is_unsafe || not_yet) {
        return Decided {
            route: Route::Queue,
            level: Level::Safety,
        };
    }
    Decided { route, level }
}

/// The mailstore's own answer stands, for its state machine looks at the sentinel itself; but a
/// mailbox that has to be raised waits for that.
fn decided_by_mailstore(mailstore: MailstoreFacts, is_raised: bool) -> Decided {
    match mailstore.raising {
        Some(raising) if mailstore.serving == Route::Primary && !is_raised => Decided {
            route: raising.meanwhile,
            level: Level::Raising,
        },
        _ => Decided {
            route: mailstore.serving,
            level: Level::Mailstore,
        },
    }
}

/// All that routing needs besides the directory: a snapshot, cheap to copy and to swap whatever the
/// number of mailboxes.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// The configured mailstores.
    pub mailstores: BTreeMap<MailstoreId, MailstoreFacts>,
    /// The overrides.
    pub overrides: Arc<OverrideTable>,
}

/// All overrides; there are few.
#[derive(Clone, Debug, Default)]
pub struct OverrideTable {
    /// Of domains.
    pub domains: HashMap<DomainName, Overrides>,
    /// Of mailboxes.
    pub mailboxes: HashMap<Address, Overrides>,
}

impl Table {
    /// Whether every mailstore is served by its primary and nothing is overridden: then Lifeboat has
    /// nothing to say to anybody.
    pub fn is_quiet(&self) -> bool {
        self.overrides.domains.is_empty()
            && self.overrides.mailboxes.is_empty()
            && self
                .mailstores
                .values()
                .all(|m| m.serving == Route::Primary && m.raising.is_none())
    }

    /// Where mail for `mailbox`, which lives on `mailstore`, goes. `was_raised` is asked, only when
    /// it matters, whether the mailbox was raised under an epoch.
    pub fn route(
        &self,
        mailbox: &Address,
        mailstore: &MailstoreId,
        was_raised: impl FnOnce(Epoch) -> bool,
        now: Timestamp,
    ) -> Decided {
        let of_mailstore = self.mailstores.get(mailstore).copied();
        let epoch = of_mailstore.and_then(|m| m.raising?.epoch);
        let facts = Facts {
            mailstore: of_mailstore,
            is_raised: epoch.is_some_and(was_raised),
            domain: self.overrides.domains.get(&mailbox.domain_name()),
            mailbox: self.overrides.mailboxes.get(mailbox),
        };
        route(facts, now)
    }
}

/// What an order is about: `mailstore:a1`, `domain:example.com` or `mailbox:ann@example.com`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Scope {
    /// A mailstore.
    Mailstore(MailstoreId),
    /// A domain.
    Domain(DomainName),
    /// A mailbox.
    Mailbox(Address),
}

/// Why a text is not a scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidScope {
    /// It does not say of what kind.
    #[error("scope {0:?}: write mailstore:NAME, domain:NAME or mailbox:ADDRESS, e.g. mailstore:a1")]
    Kind(String),
    /// The name is none.
    #[error(transparent)]
    Name(#[from] InvalidId),
}

impl FromStr for Scope {
    type Err = InvalidScope;

    fn from_str(text: &str) -> Result<Self, InvalidScope> {
        match text.split_once(':') {
            Some(("mailstore", name)) => Ok(Self::Mailstore(name.parse()?)),
            Some(("domain", name)) => Ok(Self::Domain(name.parse()?)),
            Some(("mailbox", name)) => Ok(Self::Mailbox(name.parse()?)),
            _ => Err(InvalidScope::Kind(text.chars().take(80).collect())),
        }
    }
}

impl TryFrom<String> for Scope {
    type Error = InvalidScope;
    fn try_from(text: String) -> Result<Self, InvalidScope> {
        text.parse()
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.to_string()
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mailstore(name) => write!(f, "mailstore:{name}"),
            Self::Domain(name) => write!(f, "domain:{name}"),
            Self::Mailbox(name) => write!(f, "mailbox:{name}"),
        }
    }
}

#[cfg(test)]
mod tests;
