//! What a route agent is told, so that it can answer for itself: the states, and who lives where.
//!
//! The states are small and change at a flip; they name no mailbox but those with an override. Who lives
//! where is fetched apart, page by page, and only when it has changed: a flip costs the same whatever
//! its size. Addresses travel as 64-bit hashes: of ten million mailboxes none is mistaken for another
//! but with a chance of one in 400,000, and then only mail for an address that nobody has is misled.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    Author, Decided, Facts, Level, MailstoreFacts, Override, Overrides, Raising, Rank, Route,
    Setting, Table, route,
};
use crate::clock::Timestamp;
use crate::ids::{Address, DomainName, MailstoreId};

/// An address or domain, by the first 64 bits of its SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NameHash(pub u64);

impl NameHash {
    /// Of an address.
    pub fn of_address(address: &Address) -> Self {
        Self::of(address.as_str())
    }

    /// Of a domain.
    pub fn of_domain(domain: &DomainName) -> Self {
        Self::of(domain.as_str())
    }

    fn of(text: &str) -> Self {
        let digest = Sha256::digest(text.as_bytes());
        let first = digest.iter().take(8);
        Self(first.fold(0, |sum, &byte| (sum << 8) | u64::from(byte)))
    }
}

/// How a mailstore is served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedMailstore {
    /// Which.
    pub id: MailstoreId,
    /// Where its mail goes.
    pub serving: Route,
    /// Nothing may be routed there.
    pub is_unsafe: bool,
    /// It went back in time: where mail goes until a mailbox was raised.
    pub raising: Option<Route>,
}

/// One word of an override.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedOverride {
    /// Of this address or domain.
    pub of: NameHash,
    /// An operator's, and not a reseller's.
    pub is_operators: bool,
    /// What it says.
    pub setting: Setting,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// The states: all that decides besides who lives where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// What the directory is called at this moment: another name, another content.
    pub directory: String,
    /// The answer for mail that Lifeboat takes over.
    pub standby_transport: String,
    /// The answer for mail that is to wait.
    pub queue_transport: String,
    /// What separates an address from its extension.
    pub delimiter: Option<char>,
    /// The mailstores.
    pub mailstores: Vec<PublishedMailstore>,
    /// Overrides of domains.
    pub domains: Vec<PublishedOverride>,
    /// Overrides of mailboxes.
    pub mailboxes: Vec<PublishedOverride>,
}

/// Whose mailbox an address means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner<'a> {
    /// The mailbox's own address.
    pub mailbox: NameHash,
    /// Its domain.
    pub domain: NameHash,
    /// Where it lives.
    pub mailstore: &'a MailstoreId,
}

/// The states, ready to decide by.
#[derive(Clone, Debug, Default)]
pub struct States {
    mailstores: BTreeMap<MailstoreId, MailstoreFacts>,
    domains: HashMap<NameHash, Overrides>,
    mailboxes: HashMap<NameHash, Overrides>,
}

impl States {
    /// Those that were published.
    pub fn new(published: &Published) -> Self {
        let mailstores = published.mailstores.iter().map(|mailstore| {
            let facts = MailstoreFacts {
                serving: mailstore.serving,
                is_unsafe: mailstore.is_unsafe,
                raising: mailstore.raising.map(|meanwhile| Raising {
                    epoch: None,
                    meanwhile,
                }),
            };
            (mailstore.id.clone(), facts)
        });
        Self {
            mailstores: mailstores.collect(),
            domains: overrides(&published.domains),
            mailboxes: overrides(&published.mailboxes),
        }
    }

    /// Whether there is nothing to say to anybody.
    pub fn is_quiet(&self) -> bool {
        self.domains.is_empty()
            && self.mailboxes.is_empty()
            && self
                .mailstores
                .values()
                .all(|m| m.serving == Route::Primary && m.raising.is_none())
    }

    /// Whether any mail is to wait in the MX.
    pub fn holds_mail(&self, now: Timestamp) -> bool {
        let says_so = |overrides: &Overrides| {
            [Rank::Operator, Rank::Reseller].into_iter().any(|rank| {
                let word = overrides.of_rank(rank, now);
                word.is_some_and(|word| word.setting == Setting::Queue)
            })
        };
        let mut overrides = self.domains.values().chain(self.mailboxes.values());
        let mut mailstores = self.mailstores.values();
        mailstores.any(|m| m.serving == Route::Queue) || overrides.any(says_so)
    }

    /// Whether mail that goes to the mailstores by the hoster's tables might be lost there.
    pub fn would_lose(&self) -> bool {
        self.mailstores
            .values()
            .any(|m| m.is_unsafe || m.raising.is_some())
    }

    /// Where mail for a mailbox goes. One that waits to be raised counts as not raised: its mail goes to
    /// the standby a little longer, and is merged from there.
    pub fn route(&self, owner: Owner<'_>, now: Timestamp) -> Decided {
        let facts = Facts {
            mailstore: self.mailstores.get(owner.mailstore).copied(),
            domain: self.domains.get(&owner.domain),
            mailbox: self.mailboxes.get(&owner.mailbox),
            is_raised: false,
        };
        route(facts, now)
    }
}

/// The route of a recipient that nobody knows.
pub const UNKNOWN: Decided = Decided {
    route: Route::Unknown,
    level: Level::Nothing,
};

fn overrides(published: &[PublishedOverride]) -> HashMap<NameHash, Overrides> {
    let mut all: HashMap<NameHash, Overrides> = HashMap::new();
    for word in published {
        let rank = match word.is_operators {
            true => Rank::Operator,
            false => Rank::Reseller,
        };
        // Why and by whom decides nothing.
        let said = Override {
            setting: word.setting,
            reason: String::new(),
            author: Author::Operator {
                name: String::new(),
            },
            set_at: Timestamp::EPOCH,
            expires_at: word.expires_at,
        };
        *all.entry(word.of).or_default().slot(rank) = Some(said);
    }
    all
}

impl Table {
    /// What an agent is told of this table: mailstores, overrides of domains, overrides of mailboxes.
    /// Words that have ended are left out.
    pub fn published(
        &self,
        now: Timestamp,
    ) -> (
        Vec<PublishedMailstore>,
        Vec<PublishedOverride>,
        Vec<PublishedOverride>,
    ) {
        let mailstores = self
            .mailstores
            .iter()
            .map(|(id, facts)| PublishedMailstore {
                id: id.clone(),
                serving: facts.serving,
                is_unsafe: facts.is_unsafe,
                raising: facts.raising.map(|raising| raising.meanwhile),
            });
        let domains = self.overrides.domains.iter();
        let domains = domains.flat_map(|(name, o)| words(NameHash::of_domain(name), o, now));
        let mailboxes = self.overrides.mailboxes.iter();
        let mailboxes = mailboxes.flat_map(|(name, o)| words(NameHash::of_address(name), o, now));
        let mut published = (
            mailstores.collect(),
            domains.collect::<Vec<_>>(),
            mailboxes.collect::<Vec<_>>(),
        );
        // The same words, the same text.
        let order = |word: &PublishedOverride| (word.of, word.is_operators);
        published.1.sort_by_key(order);
        published.2.sort_by_key(order);
        published
    }
}

fn words(of: NameHash, overrides: &Overrides, now: Timestamp) -> Vec<PublishedOverride> {
    [Rank::Operator, Rank::Reseller]
        .into_iter()
        .filter_map(|rank| {
            let word = overrides.of_rank(rank, now)?;
            Some(PublishedOverride {
                of,
                is_operators: rank == Rank::Operator,
                setting: word.setting,
                expires_at: word.expires_at,
            })
        })
        .collect()
}

/// One page of who lives where, in order of address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DirectoryPage {
    /// What the directory was called when this page was read.
    pub directory: String,
    /// Ask for what is behind this address; nothing when this was the last page.
    pub next: Option<Address>,
    /// Mailstores, by number below.
    pub mailstores: Vec<MailstoreId>,
    /// Address and number of the mailstore.
    pub mailboxes: Vec<(NameHash, u16)>,
    /// Alias, its mailbox, the mailbox's domain, and number of the mailstore.
    pub aliases: Vec<(NameHash, NameHash, NameHash, u16)>,
}

#[cfg(test)]
mod tests;
