//! Which mailboxes lie on a mailstore, and which domains a reseller has: rows beside the directory's, so that
//! few among a million are found without reading the million.

use std::ops::{Bound, ControlFlow};

use super::address_in;
use crate::ids::{Address, DomainName, MailstoreId, ResellerId};
use crate::store::keys::{Key, Table};
use crate::store::{Order, ReadTx, StoreError, Tx};

fn row(mailstore: &MailstoreId, address: &Address) -> Key {
    Key::new(Table::Placed)
        .mailstore(mailstore)
        .address(address)
}

fn reseller_row(reseller: &ResellerId, domain: &DomainName) -> Key {
    Key::new(Table::ResellerDomain)
        .text(reseller.as_str())
        .domain(domain)
}

pub(super) fn put(tx: &mut dyn Tx, mailstore: &MailstoreId, address: &Address) {
    tx.put(row(mailstore, address).into_vec(), Vec::new());
}

pub(super) fn remove(tx: &mut dyn Tx, mailstore: &MailstoreId, address: &Address) {
    tx.delete(row(mailstore, address).into_vec());
}

pub(super) fn put_domain(tx: &mut dyn Tx, reseller: &ResellerId, domain: &DomainName) {
    tx.put(reseller_row(reseller, domain).into_vec(), Vec::new());
}

pub(super) fn remove_domain(tx: &mut dyn Tx, reseller: &ResellerId, domain: &DomainName) {
    tx.delete(reseller_row(reseller, domain).into_vec());
}

/// The next mailstore behind `after` that has a mailbox.
///
/// # Errors
/// When the store cannot be read.
pub fn mailstore_after(
    tx: &dyn ReadTx,
    order: Order,
    after: Option<&MailstoreId>,
) -> Result<Option<MailstoreId>, StoreError> {
    let all = Key::new(Table::Placed);
    let row = after.map(|after| all.clone().mailstore(after));
    let (from, to) = all.behind(row.as_ref(), order);
    let mut found = None;
    tx.scan(&from, &to, order, &mut |key, _| {
        let name = key.get(1..).unwrap_or_default();
        let name = name.split(|&byte| byte == 0).next().unwrap_or_default();
        let name = std::str::from_utf8(name).ok().and_then(|n| n.parse().ok());
        found = Some(name.ok_or_else(|| corrupt("a mailstore"))?);
        Ok(ControlFlow::Break(()))
    })?;
    Ok(found)
}

fn corrupt(what: &str) -> StoreError {
    StoreError::corrupt(
        "place of a mailbox",
        &format!("its key does not name {what}"),
    )
}

/// Where a stretch of a mailstore's mailboxes begins.
#[derive(Clone, Copy, Debug)]
pub enum Begin<'a> {
    /// With the first.
    First,
    /// With the first of this domain, or of what comes behind it.
    Domain(&'a DomainName),
    /// Behind this mailbox, whether it is there or not.
    Behind(&'a Address),
}

impl<'a> Begin<'a> {
    /// Behind the last that was seen, if there was one.
    pub fn behind(last: Option<&'a Address>) -> Self {
        last.map_or(Self::First, Self::Behind)
    }
}

/// Up to `limit` mailboxes of a mailstore in order of (domain, local part); of one domain, or of all.
///
/// # Errors
/// When the store cannot be read.
pub fn on_mailstore(
    tx: &dyn ReadTx,
    mailstore: &MailstoreId,
    order: Order,
    domain: Option<&DomainName>,
    begin: Begin<'_>,
    limit: usize,
) -> Result<Vec<Address>, StoreError> {
    let all = Key::new(Table::Placed).mailstore(mailstore);
    // The address begins where the key of the mailstore ends, behind one byte of its own.
    let start = all.as_slice().len().saturating_sub(1);
    let range = match domain {
        Some(domain) => all.clone().domain(domain),
        None => all.clone(),
    };
    let (from, to) = match begin {
        Begin::First => range.behind(None, order),
        Begin::Behind(last) => range.behind(Some(&row(mailstore, last)), order),
        Begin::Domain(first) => {
            let (first, (from, to)) = (all.domain(first), range.behind(None, order));
            match order {
                Order::Ascending => (first.into_vec().max(from), to),
                Order::Descending => (from, first.end().min(to)),
            }
        }
    };
    let mut found = Vec::new();
    tx.scan(&from, &to, order, &mut |key, _| {
        if found.len() == limit {
            return Ok(ControlFlow::Break(()));
        }
        found.push(address_in(key.get(start..).unwrap_or_default())?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// What a row of [`Table::Placed`] says: the mailbox that lies on a mailstore.
pub(in crate::store) fn placed_in(key: &[u8]) -> Result<(MailstoreId, Address), StoreError> {
    let name = key.get(1..).unwrap_or_default();
    let name = name.split(|&byte| byte == 0).next().unwrap_or_default();
    let mailstore = std::str::from_utf8(name).ok().and_then(|n| n.parse().ok());
    // The address begins where the key of the mailstore ends, behind one byte of its own.
    let address = key.get(1 + name.len()..).unwrap_or_default();
    Ok((
        mailstore.ok_or_else(|| corrupt("a mailstore"))?,
        address_in(address)?,
    ))
}

/// What a row of [`Table::ResellerDomain`] says: the domain that is a reseller's.
pub(in crate::store) fn domain_in(key: &[u8]) -> Result<(ResellerId, DomainName), StoreError> {
    let mut parts = key.get(1..).unwrap_or_default().split(|&byte| byte == 0);
    let mut next = || std::str::from_utf8(parts.next().unwrap_or_default()).ok();
    let reseller = next().and_then(|name| name.parse().ok());
    let domain = next().and_then(|name| name.parse().ok());
    Ok((
        reseller.ok_or_else(|| corrupt("a reseller"))?,
        domain.ok_or_else(|| corrupt("a domain"))?,
    ))
}

/// Whether a domain is listed with its reseller.
///
/// # Errors
/// When the store cannot be read.
pub fn is_of(
    tx: &dyn ReadTx,
    reseller: &ResellerId,
    domain: &DomainName,
) -> Result<bool, StoreError> {
    Ok(tx.get(reseller_row(reseller, domain).as_slice())?.is_some())
}

/// Whether a mailbox lies on a mailstore.
///
/// # Errors
/// When the store cannot be read.
pub fn is_on(
    tx: &dyn ReadTx,
    mailstore: &MailstoreId,
    address: &Address,
) -> Result<bool, StoreError> {
    Ok(tx.get(row(mailstore, address).as_slice())?.is_some())
}

/// Up to `limit` domains of a reseller by name, from `start` on.
///
/// # Errors
/// When the store cannot be read.
pub fn domains_of(
    tx: &dyn ReadTx,
    reseller: &ResellerId,
    order: Order,
    start: Bound<&DomainName>,
    limit: usize,
) -> Result<Vec<DomainName>, StoreError> {
    let all = Key::new(Table::ResellerDomain).text(reseller.as_str());
    let (from, to) = all.behind(None, order);
    let row = |domain| all.clone().domain(domain);
    let (from, to) = match (start, order) {
        (Bound::Unbounded, _) => (from, to),
        (Bound::Included(domain), Order::Ascending) => (row(domain).into_vec(), to),
        (Bound::Included(domain), Order::Descending) => (from, row(domain).end()),
        (Bound::Excluded(domain), _) => all.behind(Some(&row(domain)), order),
    };
    let at = all.as_slice().len();
    let mut found = Vec::new();
    tx.scan(&from, &to, order, &mut |key, _| {
        if found.len() == limit {
            return Ok(ControlFlow::Break(()));
        }
        let name = key.get(at..key.len().saturating_sub(1));
        let name = name.and_then(|name| std::str::from_utf8(name).ok());
        let name = name.and_then(|name| name.parse().ok());
        found.push(name.ok_or_else(|| corrupt("a domain"))?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}
