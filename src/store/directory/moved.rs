//! Domains that go to another reseller, with all that is in them.
//!
//! Everything that belongs to a mailbox is kept under the mailbox's id, so nothing of it moves: whose it is hangs
//! on the domain's record alone. What was said by the former reseller ends: its overrides, and the sign-in links
//! that its people made. What an operator said stays, as does what is set for the domain itself.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::super::codec::{self, Versioned};
use super::super::events::{self, Happened};
use super::super::keys::{Key, Table};
use super::super::{Order, ReadTx, StoreError, Tx, audit, failover, sign_in_links};
use super::gone::GoneRecord;
use super::{DomainRecord, MailboxRecord, address_in, domain, put_domain};
use crate::clock::Timestamp;
use crate::ids::{Address, DomainName, ResellerId};
use crate::route::{Overrides, Rank, Scope};

/// Settings looked at in one read.
const SCOPES_AT_A_TIME: usize = 1_000;

/// How much goes in one transaction, which nobody else can write beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Most {
    /// Mailboxes and aliases: each is read.
    pub mailboxes: u64,
    /// Deleted mailboxes and settings: each is written.
    pub written: usize,
}

impl Default for Most {
    fn default() -> Self {
        Self {
            mailboxes: 500_000,
            written: 20_000,
        }
    }
}

/// Since when a domain is its owner's, where it was another's before: what happened earlier is not the owner's
/// business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Since {
    /// The event that says so: the owner's are this one and those after it.
    pub event: u64,
    /// The last entry of the audit log before it.
    pub audit: u64,
}

impl Versioned for Since {
    const NAME: &'static str = "since when a domain is whose";
}

fn since_key(domain: &DomainName) -> Key {
    Key::new(Table::DomainSince).domain(domain)
}

/// Since when a domain is its owner's; none: it never was another's.
///
/// # Errors
/// When the store cannot be read.
pub fn since(tx: &dyn ReadTx, domain: &DomainName) -> Result<Option<Since>, StoreError> {
    let bytes = tx.get(since_key(domain).as_slice())?;
    bytes.map(|bytes| codec::decode(&bytes)).transpose()
}

/// Which domains go from whom to whom; none is the operator itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainMove {
    /// All of them, or none, go.
    pub domains: BTreeSet<DomainName>,
    /// Whose they are.
    pub from: Option<ResellerId>,
    /// Whose they become.
    pub to: Option<ResellerId>,
}

/// Why domains do not go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotMoved {
    /// There is none of this name.
    NoSuch(DomainName),
    /// It is not theirs from whom it should go.
    NotTheirs(DomainName, Option<ResellerId>),
    /// A mailbox of one domain has an alias in another that does not go along.
    Shared {
        /// The mailbox.
        mailbox: Address,
        /// Its alias.
        alias: Address,
    },
    /// It is more than goes in one transaction.
    TooMany(Most),
}

/// What goes along, and what ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Mailboxes.
    pub mailboxes: u64,
    /// Mailboxes that were deleted and whose mail is kept.
    pub deleted: u64,
    /// The former reseller's settings, which end.
    pub settings: Vec<Scope>,
    /// Sign-in links of its people, which end; known once it is done.
    pub links: u64,
}

/// What would go along and end.
///
/// Reads every mailbox of the domains, because any of them may have an alias elsewhere.
///
/// # Errors
/// When the store cannot be read; inside: why they do not go.
pub fn look(tx: &dyn ReadTx, order: &DomainMove) -> Result<Result<Moved, NotMoved>, StoreError> {
    look_at(tx, order, Most::default())
}

fn look_at(
    tx: &dyn ReadTx,
    order: &DomainMove,
    most: Most,
) -> Result<Result<Moved, NotMoved>, StoreError> {
    let mut moved = Moved::default();
    let mut aliases = 0;
    for name in &order.domains {
        let Some(record) = domain(tx, name)? else {
            return Ok(Err(NotMoved::NoSuch(name.clone())));
        };
        if record.reseller != order.from {
            return Ok(Err(NotMoved::NotTheirs(name.clone(), record.reseller)));
        }
        let counted = (&mut moved.mailboxes, &mut aliases);
        if let Some(refused) = shared(tx, order, name, most, counted)? {
            return Ok(Err(refused));
        }
        let left = most.written.saturating_sub(moved.deleted as usize);
        moved.deleted += deleted(tx, name, left + 1)?.len() as u64;
        if moved.deleted > most.written as u64 {
            return Ok(Err(NotMoved::TooMany(most)));
        }
    }
    moved.settings = settings(tx, order, most.written + 1)?;
    Ok(match moved.settings.len() > most.written {
        true => Err(NotMoved::TooMany(most)),
        false => Ok(moved),
    })
}

/// Does it: all of the domains, or none.
///
/// # Errors
/// As [`look`].
pub fn carry_out(
    tx: &mut dyn Tx,
    order: &DomainMove,
    now: Timestamp,
) -> Result<Result<Moved, NotMoved>, StoreError> {
    let mut moved = match look(tx, order)? {
        Ok(moved) => moved,
        Err(refused) => return Ok(Err(refused)),
    };
    let audit = audit::head(tx)?.number;
    for name in &order.domains {
        let reseller = order.to.clone();
        put_domain(tx, name, &DomainRecord { reseller })?;
        for (key, mut gone) in deleted(tx, name, usize::MAX)? {
            gone.reseller = order.to.clone();
            tx.put(key, codec::encode(&gone)?);
        }
        let what = Happened::DomainMoved {
            domain: name.clone(),
            from: order.from.clone(),
            to: order.to.clone(),
        };
        let since = Since {
            event: events::append(tx, now, what)?,
            audit,
        };
        tx.put(since_key(name).into_vec(), codec::encode(&since)?);
    }
    for scope in &moved.settings {
        failover::set_override(tx, scope, Rank::Reseller, None, now)?;
    }
    if let Some(from) = &order.from {
        let is_over = |address: &Address| order.domains.contains(&address.domain_name());
        moved.links = sign_in_links::end_of_helpers(tx, from, &is_over)?;
    }
    Ok(Ok(moved))
}

/// An alias that would join mailboxes of two resellers, or that there are too many to look. Counts the domain's
/// mailboxes and aliases.
fn shared(
    tx: &dyn ReadTx,
    order: &DomainMove,
    name: &DomainName,
    most: Most,
    (mailboxes, aliases): (&mut u64, &mut u64),
) -> Result<Option<NotMoved>, StoreError> {
    let mut found = None;
    let range = Key::new(Table::Mailbox).domain(name);
    let mut elsewhere: Vec<(Address, Address)> = Vec::new();
    tx.scan(
        range.as_slice(),
        &range.end(),
        Order::Ascending,
        &mut |key, value| {
            *mailboxes += 1;
            let record: MailboxRecord = codec::decode(value)?;
            let mut aliases = record.aliases.into_iter();
            let stays = aliases.find(|alias| !order.domains.contains(&alias.domain_name()));
            if let Some(alias) = stays {
                elsewhere.push((address_in(key)?, alias));
            }
            Ok(match elsewhere.is_empty() && *mailboxes <= most.mailboxes {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            })
        },
    )?;
    if let Some((mailbox, alias)) = elsewhere.pop() {
        return Ok(Some(NotMoved::Shared { mailbox, alias }));
    }
    if *mailboxes > most.mailboxes {
        return Ok(Some(NotMoved::TooMany(most)));
    }
    let range = Key::new(Table::Alias).domain(name);
    tx.scan(
        range.as_slice(),
        &range.end(),
        Order::Ascending,
        &mut |key, value| {
            *aliases += 1;
            if *aliases > most.mailboxes {
                found = Some(NotMoved::TooMany(most));
                return Ok(ControlFlow::Break(()));
            }
            let mailbox = std::str::from_utf8(value).ok();
            let mailbox: Option<Address> = mailbox.and_then(|text| text.parse().ok());
            let mailbox =
                mailbox.ok_or_else(|| StoreError::corrupt("alias", "it is not an address"))?;
            if order.domains.contains(&mailbox.domain_name()) {
                return Ok(ControlFlow::Continue(()));
            }
            let alias = address_in(key)?;
            found = Some(NotMoved::Shared { mailbox, alias });
            Ok(ControlFlow::Break(()))
        },
    )?;
    Ok(found)
}

/// The rows of the domain's deleted mailboxes, at most so many.
fn deleted(
    tx: &dyn ReadTx,
    name: &DomainName,
    most: usize,
) -> Result<Vec<(Vec<u8>, GoneRecord)>, StoreError> {
    let range = Key::new(Table::Gone).domain(name);
    let mut rows = Vec::new();
    tx.scan(
        range.as_slice(),
        &range.end(),
        Order::Ascending,
        &mut |key, value| {
            if rows.len() >= most {
                return Ok(ControlFlow::Break(()));
            }
            rows.push((key.to_vec(), codec::decode(value)?));
            Ok(ControlFlow::Continue(()))
        },
    )?;
    Ok(rows)
}

/// What the former reseller has set for the domains and their mailboxes, at most so much.
fn settings(tx: &dyn ReadTx, order: &DomainMove, most: usize) -> Result<Vec<Scope>, StoreError> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let rows =
            failover::overrides_after(tx, Order::Ascending, after.as_ref(), SCOPES_AT_A_TIME)?;
        let is_last = rows.len() < SCOPES_AT_A_TIME;
        after = rows.last().map(|(scope, _)| scope.clone());
        let ends = |(scope, set): (Scope, Overrides)| {
            let goes = match &scope {
                Scope::Domain(domain) => order.domains.contains(domain),
                Scope::Mailbox(address) => order.domains.contains(&address.domain_name()),
                Scope::Mailstore(_) => false,
            };
            (goes && set.reseller.is_some()).then_some(scope)
        };
        let left = most.saturating_sub(found.len());
        found.extend(rows.into_iter().filter_map(ends).take(left));
        if is_last || found.len() >= most {
            return Ok(found);
        }
    }
}

#[cfg(test)]
mod tests;
