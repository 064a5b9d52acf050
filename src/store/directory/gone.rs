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
use super::{MailboxRecord, domain, mailbox, placed, put_mailbox};
use crate::clock::Timestamp;
use crate::ids::{Address, MailboxId, ResellerId};
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
}

impl Versioned for GoneRecord {
    const NAME: &'static str = "deleted mailbox";
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
