//! Whether and when people are told: senders, that the message they wrote was received and is not read yet;
//! users, that their usual mail is out and that it is back. As the operator, a reseller or a domain wants it.
//! Off where nobody said anything.

use std::ops::ControlFlow;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::codec::{self, Versioned};
use super::keys::{Key, Table};
use super::{Order, ReadTx, StoreError, Tx, directory};
use crate::ids::{DomainName, ResellerId};

/// For whom something is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyScope {
    /// All domains of the platform.
    All,
    /// All domains of a reseller.
    Reseller(ResellerId),
    /// One domain.
    Domain(DomainName),
}

impl PolicyScope {
    pub(super) fn key(&self, table: Table) -> Vec<u8> {
        let key = Key::new(table);
        match self {
            Self::All => key.text("a"),
            Self::Reseller(id) => key.text("r").text(id.as_str()),
            Self::Domain(name) => key.text("d").domain(name),
        }
        .into_vec()
    }
}

/// Something that is set for all, a reseller or a domain.
pub trait Policy: Versioned + Copy {
    /// Where it is kept.
    const TABLE: Table;
    /// What holds where nobody said anything.
    const USUAL: Self;
}

/// When senders are told of a delay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DelayPolicy {
    /// Nobody is told.
    Off,
    /// Senders are told after so many hours.
    AfterHours(u16),
}

impl Versioned for DelayPolicy {
    const NAME: &'static str = "delay notices";
}

impl Policy for DelayPolicy {
    const TABLE: Table = Table::DelayPolicy;
    const USUAL: Self = Self::Off;
}

impl DelayPolicy {
    /// After how long senders are told; none: never.
    pub fn after(self) -> Option<Duration> {
        match self {
            Self::Off => None,
            Self::AfterHours(hours) => Some(Duration::from_secs(u64::from(hours) * 3600)),
        }
    }
}

/// Whether users are told of outages, at the address at which they are reached when the platform is down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UserPolicy {
    /// Nobody is told.
    Off,
    /// Users are told that their usual mail is out, and that it is back.
    Told {
        /// The language of who has not chosen one.
        language: Language,
        /// Whether the letter says where a link to sign in without a password can be asked for.
        link: bool,
    },
}

impl Versioned for UserPolicy {
    const NAME: &'static str = "letters to users";
}

impl Policy for UserPolicy {
    const TABLE: Table = Table::UserPolicy;
    const USUAL: Self = Self::Off;
}

/// A language that letters are written in.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// German.
    De,
    /// French.
    Fr,
    /// Spanish.
    Es,
    /// Arabic.
    Ar,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::En, Self::De, Self::Fr, Self::Es, Self::Ar];

    /// Its tag (BCP 47), as pages and settings have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Fr => "fr",
            Self::Es => "es",
            Self::Ar => "ar",
        }
    }
}

impl Language {
    /// The languages that a list of preferences names (RFC 9110 §12.5.4, and RFC 3282 for mail), the dearest first.
    pub fn preferred(list: &str) -> Vec<Self> {
        /// More entries are nobody's.
        const ENTRIES_MAX: usize = 20;
        let entry = |entry: &str| {
            let (tag, parameters) = entry.split_once(';').unwrap_or((entry, ""));
            let weight = parameters.trim().strip_prefix("q=");
            let weight: f32 = weight.map_or(Some(1.0), |weight| weight.trim().parse().ok())?;
            let primary = tag.trim().split('-').next()?.to_ascii_lowercase();
            let language = primary.parse::<Self>().ok()?;
            (weight > 0.0).then_some((weight, language))
        };
        let mut found: Vec<(f32, Self)> = list
            .split(',')
            .take(ENTRIES_MAX)
            .filter_map(entry)
            .collect();
        found.sort_by(|one, other| other.0.total_cmp(&one.0));
        found.into_iter().map(|(_, language)| language).collect()
    }
}

/// A tag of a language in which no letters are written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write en, de, fr, es or ar")]
pub struct NoSuchLanguage;

impl FromStr for Language {
    type Err = NoSuchLanguage;

    fn from_str(tag: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|one| one.as_str() == tag);
        found.ok_or(NoSuchLanguage)
    }
}

/// What is set for exactly this scope.
///
/// # Errors
/// When the store cannot be read.
pub fn get<P: Policy>(tx: &dyn ReadTx, scope: &PolicyScope) -> Result<Option<P>, StoreError> {
    tx.get(&scope.key(P::TABLE))?
        .map(|bytes| codec::decode(&bytes))
        .transpose()
}

/// Sets it; none: as the wider scope says.
///
/// # Errors
/// As [`codec::encode`].
pub fn put<P: Policy>(
    tx: &mut dyn Tx,
    scope: &PolicyScope,
    policy: Option<P>,
) -> Result<(), StoreError> {
    match policy {
        Some(policy) => tx.put(scope.key(P::TABLE), codec::encode(&policy)?),
        None => tx.delete(scope.key(P::TABLE)),
    }
    Ok(())
}

/// What holds for a domain: its own, its reseller's, or everybody's.
///
/// # Errors
/// When the store cannot be read.
pub fn of_domain<P: Policy>(tx: &dyn ReadTx, domain: &DomainName) -> Result<P, StoreError> {
    if !is_any::<P>(tx)? {
        return Ok(P::USUAL);
    }
    if let Some(policy) = get(tx, &PolicyScope::Domain(domain.clone()))? {
        return Ok(policy);
    }
    let owner = directory::domain(tx, domain)?.and_then(|record| record.reseller);
    of_reseller(tx, owner)
}

/// What holds for the domains of a reseller, or of none, that have nothing of their own.
///
/// # Errors
/// When the store cannot be read.
pub fn of_reseller<P: Policy>(
    tx: &dyn ReadTx,
    reseller: Option<ResellerId>,
) -> Result<P, StoreError> {
    let own = match reseller {
        Some(id) => get(tx, &PolicyScope::Reseller(id))?,
        None => None,
    };
    match own {
        Some(policy) => Ok(policy),
        None => Ok(get(tx, &PolicyScope::All)?.unwrap_or(P::USUAL)),
    }
}

/// Whether anything is set at all: mostly not, and every delivery asks.
///
/// # Errors
/// When the store cannot be read.
pub fn is_any<P: Policy>(tx: &dyn ReadTx) -> Result<bool, StoreError> {
    let range = Key::new(P::TABLE);
    let mut found = false;
    tx.scan(
        range.as_slice(),
        &range.end(),
        Order::Ascending,
        &mut |_, _| {
            found = true;
            Ok(ControlFlow::Break(()))
        },
    )?;
    Ok(found)
}

#[cfg(test)]
mod tests;
