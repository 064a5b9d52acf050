//! Reading receipts in bulk: bounded pieces, each after the last one.

use std::ops::ControlFlow;

use super::{Receipt, ReceiptId, ReceiptItem, Row, Standing, Summary, index};
use crate::ids::{MailboxId, MailstoreId, OutageId, StandbyId};
use crate::store::codec;
use crate::store::keys::{self, Key, Table};
use crate::store::{Order, ReadTx, StoreError};

/// Up to `limit` receipts of all mailboxes after the one called `after`, in the order of their keys.
///
/// # Errors
/// When the store cannot be read.
pub fn all(
    tx: &dyn ReadTx,
    after: Option<&ReceiptId>,
    limit: usize,
) -> Result<Vec<Receipt>, StoreError> {
    let all = Key::new(Table::Receipt);
    let from = after.map_or_else(|| all.clone().into_vec(), |id| id.key(Table::Receipt).end());
    let mut found = Vec::new();
    tx.scan(&from, &all.end(), Order::Ascending, &mut |_, value| {
        if found.len() >= limit {
            return Ok(ControlFlow::Break(()));
        }
        found.push(codec::decode(value)?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// All receipts of a mailbox, the newest first.
///
/// # Errors
/// When the store cannot be read.
pub fn of_mailbox(tx: &dyn ReadTx, mailbox: MailboxId) -> Result<Vec<Receipt>, StoreError> {
    let all = Key::new(Table::Receipt).mailbox(mailbox);
    let mut found: Vec<Receipt> = Vec::new();
    tx.scan(
        all.as_slice(),
        &all.end(),
        Order::Ascending,
        &mut |_, value| {
            found.push(codec::decode(value)?);
            Ok(ControlFlow::Continue(()))
        },
    )?;
    found.sort_by_key(|receipt| std::cmp::Reverse(receipt.verified_at));
    Ok(found)
}

/// Up to `limit` messages of a receipt, by their ids, after `after`.
///
/// # Errors
/// When the store cannot be read.
pub fn items(
    tx: &dyn ReadTx,
    id: &ReceiptId,
    after: Option<StandbyId>,
    limit: usize,
) -> Result<Vec<ReceiptItem>, StoreError> {
    let all = id.key(Table::ReceiptItem);
    let from = after.map_or_else(
        || all.clone().into_vec(),
        |id| all.clone().standby(id).end(),
    );
    let mut found = Vec::new();
    tx.scan(&from, &all.end(), Order::Ascending, &mut |_, value| {
        if found.len() >= limit {
            return Ok(ControlFlow::Break(()));
        }
        found.push(codec::decode(value)?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// Up to `limit` mailboxes with a receipt of an outage, after `after`.
///
/// # Errors
/// When the store cannot be read.
pub fn mailboxes(
    tx: &dyn ReadTx,
    mailstore: &MailstoreId,
    outage: Option<OutageId>,
    after: Option<MailboxId>,
    limit: usize,
) -> Result<Vec<MailboxId>, StoreError> {
    let mut found = Vec::new();
    each_row(tx, mailstore, outage, after, &mut |id, _| {
        if found.len() >= limit {
            return Ok(ControlFlow::Break(()));
        }
        found.push(id);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// Adds up to `limit` receipts of an outage to `summary`, after `after`. Returns the last mailbox, or
/// none at the end.
///
/// # Errors
/// When the store cannot be read.
pub fn summarize(
    tx: &dyn ReadTx,
    mailstore: &MailstoreId,
    outage: Option<OutageId>,
    after: Option<MailboxId>,
    limit: usize,
    summary: &mut Summary,
) -> Result<Option<MailboxId>, StoreError> {
    let (mut seen, mut last) = (0, None);
    each_row(tx, mailstore, outage, after, &mut |id, row| {
        if seen >= limit {
            return Ok(ControlFlow::Break(()));
        }
        seen += 1;
        last = Some(id);
        summary.mailboxes += 1;
        summary.provisional += u64::from(row.standing == Standing::Provisional);
        summary.counts.add(&row.counts);
        summary.last_at = summary.last_at.max(Some(row.verified_at));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(last.filter(|_| seen >= limit))
}

fn each_row(
    tx: &dyn ReadTx,
    mailstore: &MailstoreId,
    outage: Option<OutageId>,
    after: Option<MailboxId>,
    each: &mut dyn FnMut(MailboxId, Row) -> Result<ControlFlow<()>, StoreError>,
) -> Result<(), StoreError> {
    let all = index(mailstore, outage);
    let from = after.map_or_else(
        || all.clone().into_vec(),
        |id| all.clone().mailbox(id).end(),
    );
    tx.scan(&from, &all.end(), Order::Ascending, &mut |key, value| {
        let id = keys::tail(key)
            .ok_or_else(|| StoreError::corrupt("row of a receipt", "its key is too short"))?;
        each(MailboxId::from_bytes(id), codec::decode(value)?)
    })
}
