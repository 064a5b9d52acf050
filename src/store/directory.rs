//! The directory: who has a mailbox, on which mailstore, under which aliases.
//!
//! Provisioned in advance for every mailbox of the platform; an empty mailbox is one row.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::codec::{self, Versioned};
use super::keys::{Key, Table};
use super::{Order, ReadTx, StoreError, Tx, messages};
use crate::ids::{Address, DomainName, MailboxId, MailstoreId, ResellerId};

pub mod details;
pub mod gone;
pub mod moved;
pub mod placed;
pub mod sources;

/// One mailbox of the platform. Its address is its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailboxRecord {
    /// Stays when the address changes.
    pub id: MailboxId,
    /// The mailstore of record.
    pub mailstore: MailstoreId,
    /// The password's hash with its Dovecot scheme prefix, where it is known.
    pub password_hash: Option<String>,
    /// The display name.
    pub name: Option<String>,
    /// Other addresses of this mailbox.
    pub aliases: Vec<Address>,
}

impl Versioned for MailboxRecord {
    const NAME: &'static str = "mailbox record";
}

/// One domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainRecord {
    /// Whose it is; none: the operator's own.
    pub reseller: Option<ResellerId>,
}

impl Versioned for DomainRecord {
    const NAME: &'static str = "domain record";
}

/// A mailbox's row with its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// Its address.
    pub address: Address,
    /// Its record.
    pub record: MailboxRecord,
}

/// The mailbox with exactly this address.
///
/// # Errors
/// When the store cannot be read.
pub fn mailbox(tx: &dyn ReadTx, address: &Address) -> Result<Option<MailboxRecord>, StoreError> {
    tx.get(Key::new(Table::Mailbox).address(address).as_slice())?
        .map(|bytes| codec::decode(&bytes))
        .transpose()
}

/// The mailbox that mail for `address` belongs to: by its address or one of its aliases.
///
/// # Errors
/// When the store cannot be read.
pub fn resolve(tx: &dyn ReadTx, address: &Address) -> Result<Option<Mailbox>, StoreError> {
    if let Some(record) = mailbox(tx, address)? {
        return Ok(Some(Mailbox {
            address: address.clone(),
            record,
        }));
    }
    let Some(owner) = alias_owner(tx, address)? else {
        return Ok(None);
    };
    Ok(mailbox(tx, &owner)?.map(|record| Mailbox {
        address: owner,
        record,
    }))
}

/// The mailbox that has `alias`.
///
/// # Errors
/// When the store cannot be read.
pub fn alias_owner(tx: &dyn ReadTx, alias: &Address) -> Result<Option<Address>, StoreError> {
    let Some(bytes) = tx.get(Key::new(Table::Alias).address(alias).as_slice())? else {
        return Ok(None);
    };
    let text =
        String::from_utf8(bytes).map_err(|_| StoreError::corrupt("alias", "it is not text"))?;
    text.parse()
        .map(Some)
        .map_err(|_| StoreError::corrupt("alias", "it is not an address"))
}

/// The address that the mailbox `id` has now, if it was ever used.
///
/// # Errors
/// When the store cannot be read.
pub fn address_of(tx: &dyn ReadTx, id: MailboxId) -> Result<Option<Address>, StoreError> {
    Ok(messages::state(tx, id)?.map(|state| state.address))
}

/// The mailbox with this id, under the address that it has now, if it was ever used.
///
/// # Errors
/// When the store cannot be read.
pub fn by_id(tx: &dyn ReadTx, id: MailboxId) -> Result<Option<Mailbox>, StoreError> {
    let Some(address) = address_of(tx, id)? else {
        return Ok(None);
    };
    let record = mailbox(tx, &address)?.filter(|record| record.id == id);
    Ok(record.map(|record| Mailbox { address, record }))
}

/// Writes a mailbox: new, or in place of what was there under this address. Keeps alias rows in
/// step, and takes unmerged messages along when the mailstore of record changes. The caller has
/// checked that aliases do not belong to others.
///
/// # Errors
/// When the store cannot be read.
pub fn put_mailbox(
    tx: &mut dyn Tx,
    address: &Address,
    record: &MailboxRecord,
) -> Result<(), StoreError> {
    if let Some(old) = mailbox(tx, address)? {
        for alias in old
            .aliases
            .iter()
            .filter(|alias| !record.aliases.contains(alias))
        {
            tx.delete(Key::new(Table::Alias).address(alias).into_vec());
        }
        if old.mailstore != record.mailstore {
            placed::remove(tx, &old.mailstore, address);
            messages::change_mailstore(tx, old.id, &old.mailstore, &record.mailstore)?;
        }
    }
    placed::put(tx, &record.mailstore, address);
    for alias in &record.aliases {
        tx.put(
            Key::new(Table::Alias).address(alias).into_vec(),
            address.as_str().into(),
        );
    }
    tx.put(
        Key::new(Table::Mailbox).address(address).into_vec(),
        codec::encode(record)?,
    );
    Ok(())
}

/// The record of a domain.
///
/// # Errors
/// When the store cannot be read.
pub fn domain(tx: &dyn ReadTx, domain: &DomainName) -> Result<Option<DomainRecord>, StoreError> {
    tx.get(Key::new(Table::Domain).domain(domain).as_slice())?
        .map(|bytes| codec::decode(&bytes))
        .transpose()
}

/// Whether a domain is one of the platform's: it has a record, a mailbox or an alias.
///
/// # Errors
/// When the store cannot be read.
pub fn is_ours(tx: &dyn ReadTx, name: &DomainName) -> Result<bool, StoreError> {
    if domain(tx, name)?.is_some() {
        return Ok(true);
    }
    for table in [Table::Mailbox, Table::Alias] {
        let range = Key::new(table).domain(name);
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
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Writes a domain, and keeps the rows of its reseller in step.
///
/// # Errors
/// As [`codec::encode`]; when the store cannot be read.
pub fn put_domain(
    tx: &mut dyn Tx,
    domain: &DomainName,
    record: &DomainRecord,
) -> Result<(), StoreError> {
    let old = self::domain(tx, domain)?.and_then(|old| old.reseller);
    if let Some(old) = old.filter(|old| record.reseller.as_ref() != Some(old)) {
        placed::remove_domain(tx, &old, domain);
    }
    if let Some(reseller) = &record.reseller {
        placed::put_domain(tx, reseller, domain);
    }
    tx.put(
        Key::new(Table::Domain).domain(domain).into_vec(),
        codec::encode(record)?,
    );
    Ok(())
}

/// Visits the domains in alphabetical order.
///
/// # Errors
/// When the store cannot be read, or what `visit` returns.
pub fn each_domain(
    tx: &dyn ReadTx,
    mut visit: impl FnMut(DomainName, DomainRecord) -> Result<ControlFlow<()>, StoreError>,
) -> Result<(), StoreError> {
    let start = Key::new(Table::Domain);
    tx.scan(
        start.as_slice(),
        &start.end(),
        Order::Ascending,
        &mut |key, value| visit(domain_in(key)?, codec::decode(value)?),
    )
}

fn domain_in(key: &[u8]) -> Result<DomainName, StoreError> {
    key.get(1..key.len().saturating_sub(1))
        .and_then(|name| std::str::from_utf8(name).ok())
        .and_then(|name| name.parse().ok())
        .ok_or_else(|| StoreError::corrupt("domain", "its key is not a domain"))
}

/// Up to `limit` domains in alphabetical order, after `after`.
///
/// # Errors
/// When the store cannot be read.
pub fn domains_after(
    tx: &dyn ReadTx,
    order: Order,
    after: Option<&DomainName>,
    limit: usize,
) -> Result<Vec<(DomainName, DomainRecord)>, StoreError> {
    let all = Key::new(Table::Domain);
    let row = after.map(|after| all.clone().domain(after));
    let (from, to) = all.behind(row.as_ref(), order);
    let mut found = Vec::new();
    tx.scan(&from, &to, order, &mut |key, value| {
        if found.len() == limit {
            return Ok(ControlFlow::Break(()));
        }
        found.push((domain_in(key)?, codec::decode(value)?));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// Up to `limit` mailboxes in order of (domain, local part), after `after`; of one domain, or of all.
///
/// # Errors
/// When the store cannot be read.
pub fn mailboxes(
    tx: &dyn ReadTx,
    domain: Option<&DomainName>,
    after: Option<&Address>,
    limit: usize,
) -> Result<Vec<Mailbox>, StoreError> {
    let range = match domain {
        Some(domain) => Key::new(Table::Mailbox).domain(domain),
        None => Key::new(Table::Mailbox),
    };
    let from = match after {
        // Whoever makes one up does not come before the domain.
        Some(after) => {
            let behind = Key::new(Table::Mailbox).address(after).end();
            behind.max(range.clone().into_vec())
        }
        None => range.clone().into_vec(),
    };
    let mut found = Vec::new();
    tx.scan(&from, &range.end(), Order::Ascending, &mut |key, value| {
        if found.len() == limit {
            return Ok(ControlFlow::Break(()));
        }
        found.push(Mailbox {
            address: address_in(key)?,
            record: codec::decode(value)?,
        });
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

pub(super) fn address_in(key: &[u8]) -> Result<Address, StoreError> {
    let mut parts = key.get(1..).unwrap_or_default().split(|&byte| byte == 0);
    let mut text = || parts.next().and_then(|part| std::str::from_utf8(part).ok());
    let (domain, local) = (text(), text());
    domain
        .zip(local)
        .and_then(|(domain, local)| format!("{local}@{domain}").parse().ok())
        .ok_or_else(|| StoreError::corrupt("mailbox", "its key is not an address"))
}
