//! Mailboxes that leave the directory, come back, or change their address.
//!
//! Leaving is not the end of anybody's mail: what was accepted stays, under the mailbox's id, and what
//! the mailbox was is kept beside it. When it comes back it has its id again, and its merge goes on.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::super::codec::{self, Versioned};
use super::super::keys::{Key, Table};
use super::super::{Order, ReadTx, StoreError, Tx, failover, messages, remembered};
use super::details::{self, Details};
use super::{MailboxRecord, address_in, domain, mailbox, placed, put_mailbox};
use crate::clock::Timestamp;
use crate::ids::{Address, DomainName, MailboxId, ResellerId};
use crate::route::{Rank, Scope};

/// A mailbox that left the directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoneRecord {
    /// What it was.
    pub record: MailboxRecord,
    /// What else was known of it.
    pub details: Details,
    /// Whose its domain was.
    pub reseller: Option<ResellerId>,
    /// When it left.
    pub at: Timestamp,
    /// Whether what is kept of it is being deleted: it never comes back.
    pub forgotten: bool,
}

/// As it was before [`GoneRecord::forgotten`].
#[derive(Deserialize)]
struct GoneRecordV1 {
    record: MailboxRecord,
    details: Details,
    reseller: Option<ResellerId>,
    at: Timestamp,
}

impl Versioned for GoneRecord {
    const NAME: &'static str = "deleted mailbox";
    const VERSION: u8 = 2;

    fn decode_old(version: u8, bytes: &[u8]) -> Option<Result<Self, postcard::Error>> {
        let old = |old: GoneRecordV1| Self {
            record: old.record,
            details: old.details,
            reseller: old.reseller,
            at: old.at,
            forgotten: false,
        };
        (version == 1).then(|| postcard::from_bytes(bytes).map(old))
    }
}

fn row(address: &Address, id: MailboxId) -> Key {
    Key::new(Table::Gone).address(address).mailbox(id)
}

/// The mailboxes that left under this address, at most 100.
///
/// # Errors
/// When the store cannot be read.
pub fn under(tx: &dyn ReadTx, address: &Address) -> Result<Vec<GoneRecord>, StoreError> {
    let range = Key::new(Table::Gone).address(address);
    let mut found = Vec::new();
    tx.scan(
        range.as_slice(),
        &range.end(),
        Order::Ascending,
        &mut |_, value| {
            found.push(codec::decode(value)?);
            Ok(if found.len() < 100 {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            })
        },
    )?;
    Ok(found)
}

/// The mailbox that left under this address, by its id.
///
/// # Errors
/// When the store cannot be read.
pub fn get(
    tx: &dyn ReadTx,
    address: &Address,
    id: MailboxId,
) -> Result<Option<GoneRecord>, StoreError> {
    let bytes = tx.get(row(address, id).as_slice())?;
    bytes.map(|bytes| codec::decode(&bytes)).transpose()
}

/// Writes what is known of a mailbox that left.
///
/// # Errors
/// As [`codec::encode`].
pub(in crate::store) fn put(
    tx: &mut dyn Tx,
    address: &Address,
    gone: &GoneRecord,
) -> Result<(), StoreError> {
    let bytes = codec::encode(gone)?;
    tx.put(row(address, gone.record.id).into_vec(), bytes);
    Ok(())
}

/// Forgets that a mailbox was ever there; its source's id leads nowhere any more.
///
/// # Errors
/// When the store cannot be read.
pub(in crate::store) fn remove(
    tx: &mut dyn Tx,
    address: &Address,
    gone: &GoneRecord,
) -> Result<(), StoreError> {
    if let (Some(source), Some(id)) = (&gone.details.source, &gone.details.source_id)
        && details::address_of(tx, source, id)?.as_ref() == Some(address)
    {
        let here = details::get(tx, address)?;
        let is_anothers =
            (&here.source, &here.source_id) == (&Some(source.clone()), &Some(id.clone()));
        if !is_anothers {
            details::remove_source_id(tx, source, id);
        }
    }
    tx.delete(row(address, gone.record.id).into_vec());
    Ok(())
}

/// A mailbox that left, with the address that it had.
pub type Left = (Address, GoneRecord);

/// Where a page of [`after`] begins: behind this address and id.
pub type After = (Address, MailboxId);

/// Up to `limit` mailboxes that left, behind `after`, in order of (domain, local part, id); of one domain, or of
/// all.
///
/// # Errors
/// When the store cannot be read.
pub fn after(
    tx: &dyn ReadTx,
    domain: Option<&DomainName>,
    after: Option<&After>,
    limit: usize,
) -> Result<Vec<Left>, StoreError> {
    let all = Key::new(Table::Gone);
    let range = match domain {
        Some(domain) => all.domain(domain),
        None => all,
    };
    let from = after.map_or_else(
        || range.clone().into_vec(),
        // Whoever makes one up does not come before the domain.
        |(address, id)| row(address, *id).end().max(range.clone().into_vec()),
    );
    let mut found = Vec::new();
    tx.scan(&from, &range.end(), Order::Ascending, &mut |key, value| {
        if found.len() == limit {
            return Ok(ControlFlow::Break(()));
        }
        found.push((address_in(key)?, codec::decode(value)?));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// Takes a mailbox out of the directory: mail for it is no longer taken, its user no longer signs in,
/// its addresses are free. Its mail stays. Returns what it was.
///
/// # Errors
/// When the store cannot be read.
pub fn leave(
    tx: &mut dyn Tx,
    address: &Address,
    now: Timestamp,
) -> Result<Option<MailboxRecord>, StoreError> {
    let Some(record) = mailbox(tx, address)? else {
        return Ok(None);
    };
    let gone = GoneRecord {
        details: details::get(tx, address)?,
        reseller: domain(tx, &address.domain_name())?.and_then(|domain| domain.reseller),
        at: now,
        forgotten: false,
        record,
    };
    let bytes = codec::encode(&gone)?;
    tx.put(row(address, gone.record.id).into_vec(), bytes);
    take_out(tx, address, &gone.record);
    remembered::remove(tx, gone.record.id);
    Ok(Some(gone.record))
}

fn take_out(tx: &mut dyn Tx, address: &Address, record: &MailboxRecord) {
    for alias in &record.aliases {
        tx.delete(Key::new(Table::Alias).address(alias).into_vec());
    }
    details::remove(tx, address);
    placed::remove(tx, &record.mailstore, address);
    tx.delete(Key::new(Table::Mailbox).address(address).into_vec());
}

/// Puts a mailbox that left back, under `address`, as `record` says, which has its id. What of its mail
/// is not merged goes to the mailstore that `record` names.
///
/// # Errors
/// When the store cannot be read.
pub fn come_back(
    tx: &mut dyn Tx,
    gone: &GoneRecord,
    left: &Address,
    address: &Address,
    record: &MailboxRecord,
) -> Result<(), StoreError> {
    tx.delete(row(left, gone.record.id).into_vec());
    if gone.record.mailstore != record.mailstore {
        messages::change_mailstore(tx, record.id, &gone.record.mailstore, &record.mailstore)?;
    }
    put_mailbox(tx, address, record)?;
    follow(tx, record.id, left, address)
}

/// Gives a mailbox another address, and writes it as `record` says, which has its id. Its mail, its
/// merge and its overrides go with it. The caller has checked that `to` is free.
///
/// # Errors
/// When the store cannot be read.
pub fn rename(
    tx: &mut dyn Tx,
    from: &Address,
    to: &Address,
    record: &MailboxRecord,
) -> Result<(), StoreError> {
    if let Some(old) = mailbox(tx, from)? {
        take_out(tx, from, &old);
        if old.mailstore != record.mailstore {
            messages::change_mailstore(tx, old.id, &old.mailstore, &record.mailstore)?;
        }
    }
    put_mailbox(tx, to, record)?;
    follow(tx, record.id, from, to)
}

/// What else knows a mailbox by its address learns the new one.
fn follow(tx: &mut dyn Tx, id: MailboxId, from: &Address, to: &Address) -> Result<(), StoreError> {
    if from == to {
        return Ok(());
    }
    if let Some(mut state) = messages::state(tx, id)? {
        state.address = to.clone();
        messages::put_state(tx, id, &state)?;
    }
    let (old, new) = (Scope::Mailbox(from.clone()), Scope::Mailbox(to.clone()));
    for rank in [Rank::Operator, Rank::Reseller] {
        // Nothing goes elsewhere by it, so nobody is told.
        let ordered = failover::replace_override(tx, &old, rank, None)?;
        if ordered.is_some() {
            failover::replace_override(tx, &new, rank, ordered)?;
        }
    }
    Ok(())
}
