//! After how long a sender is told that the message they wrote was received and is not read yet: as the
//! operator, a reseller or a domain wants it. Off where nobody said anything.

use std::ops::ControlFlow;
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
    fn key(&self) -> Vec<u8> {
        let key = Key::new(Table::DelayPolicy);
        match self {
            Self::All => key.text("a"),
            Self::Reseller(id) => key.text("r").text(id.as_str()),
            Self::Domain(name) => key.text("d").domain(name),
        }
        .into_vec()
    }
}

/// What is set.
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

impl DelayPolicy {
    /// After how long senders are told; none: never.
    pub fn after(self) -> Option<Duration> {
        match self {
            Self::Off => None,
            Self::AfterHours(hours) => Some(Duration::from_secs(u64::from(hours) * 3600)),
        }
    }
}

/// What is set for exactly this scope.
///
/// # Errors
/// When the store cannot be read.
pub fn get(tx: &dyn ReadTx, scope: &PolicyScope) -> Result<Option<DelayPolicy>, StoreError> {
    tx.get(&scope.key())?
        .map(|bytes| codec::decode(&bytes))
        .transpose()
}

/// Sets it; none: as the wider scope says.
///
/// # Errors
/// As [`codec::encode`].
pub fn put(
    tx: &mut dyn Tx,
    scope: &PolicyScope,
    policy: Option<DelayPolicy>,
) -> Result<(), StoreError> {
    match policy {
        Some(policy) => tx.put(scope.key(), codec::encode(&policy)?),
        None => tx.delete(scope.key()),
    }
    Ok(())
}

/// What holds for a domain: its own, its reseller's, or everybody's.
///
/// # Errors
/// When the store cannot be read.
pub fn of_domain(tx: &dyn ReadTx, domain: &DomainName) -> Result<DelayPolicy, StoreError> {
    if !is_any(tx)? {
        return Ok(DelayPolicy::Off);
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
pub fn of_reseller(
    tx: &dyn ReadTx,
    reseller: Option<ResellerId>,
) -> Result<DelayPolicy, StoreError> {
    let own = match reseller {
        Some(id) => get(tx, &PolicyScope::Reseller(id))?,
        None => None,
    };
    match own {
        Some(policy) => Ok(policy),
        None => Ok(get(tx, &PolicyScope::All)?.unwrap_or(DelayPolicy::Off)),
    }
}

/// Whether anything is set at all: mostly not, and every delivery asks.
fn is_any(tx: &dyn ReadTx) -> Result<bool, StoreError> {
    let range = Key::new(Table::DelayPolicy);
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
