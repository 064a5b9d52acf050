//! The list of what is still to merge: a range of keys per mailstore and mailbox, not a count.
//!
//! Every change of a message puts it on the list ([`super::messages`]); only a merge that verified it
//! takes it off ([`super::messages::settle`]).

use std::ops::ControlFlow;

use super::keys::{self, Key, Table};
use super::messages::scan_ids;
use super::{Order, ReadTx, StoreError, Tx};
use crate::ids::{MailboxId, MailstoreId, StandbyId};

/// Up to `limit` mailboxes of a mailstore that have something unmerged, after `after`.
///
/// # Errors
/// When the store cannot be read.
pub fn unmerged_mailboxes(
    tx: &dyn ReadTx,
    mailstore: &MailstoreId,
    after: Option<MailboxId>,
    limit: usize,
) -> Result<Vec<MailboxId>, StoreError> {
    let all = Key::new(Table::Unmerged).mailstore(mailstore);
    let end = all.end();
    let mut from = after.map_or_else(
        || all.clone().into_vec(),
        |id| all.clone().mailbox(id).end(),
    );
    let mut found = Vec::new();
    while found.len() < limit {
        let mut next = None;
        tx.scan(&from, &end, Order::Ascending, &mut |key, _| {
            next = keys::part::<16>(key, all.as_slice().len()).map(MailboxId::from_bytes);
            Ok(ControlFlow::Break(()))
        })?;
        let Some(id) = next else { break };
        found.push(id);
        from = all.clone().mailbox(id).end();
    }
    Ok(found)
}

/// Up to `limit` messages of a mailbox that are to be merged, oldest first, after `after`.
///
/// # Errors
/// When the store cannot be read.
pub fn unmerged(
    tx: &dyn ReadTx,
    mailstore: &MailstoreId,
    mailbox: MailboxId,
    after: Option<StandbyId>,
    limit: usize,
) -> Result<Vec<StandbyId>, StoreError> {
    let all = Key::new(Table::Unmerged)
        .mailstore(mailstore)
        .mailbox(mailbox);
    let from = after.map_or_else(
        || all.clone().into_vec(),
        |id| all.clone().standby(id).end(),
    );
    scan_ids(tx, &from, &all.end(), Order::Ascending, limit)
}

/// The youngest message of a mailbox that is to be merged.
///
/// # Errors
/// When the store cannot be read.
pub fn youngest(
    tx: &dyn ReadTx,
    mailstore: &MailstoreId,
    mailbox: MailboxId,
) -> Result<Option<StandbyId>, StoreError> {
    let all = Key::new(Table::Unmerged)
        .mailstore(mailstore)
        .mailbox(mailbox);
    let found = scan_ids(tx, all.as_slice(), &all.end(), Order::Descending, 1)?;
    Ok(found.into_iter().next())
}

/// How much of a mailstore is unmerged; counts to `limit` and no further.
///
/// # Errors
/// When the store cannot be read.
pub fn count_unmerged(
    tx: &dyn ReadTx,
    mailstore: &MailstoreId,
    limit: usize,
) -> Result<usize, StoreError> {
    let all = Key::new(Table::Unmerged).mailstore(mailstore);
    let mut count = 0;
    tx.scan(all.as_slice(), &all.end(), Order::Ascending, &mut |_, _| {
        count += 1;
        Ok(if count < limit {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        })
    })?;
    Ok(count)
}

/// Takes a mailbox's unmerged messages along to its new mailstore of record.
///
/// # Errors
/// When the store cannot be read.
pub fn change_mailstore(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    from: &MailstoreId,
    to: &MailstoreId,
) -> Result<(), StoreError> {
    for id in unmerged(tx, from, mailbox, None, usize::MAX)? {
        tx.delete(unmerged_key(from, mailbox, id));
        tx.put(unmerged_key(to, mailbox, id), Vec::new());
    }
    Ok(())
}

/// Lists messages as unmerged that are not there, to measure and to test what counting costs.
#[cfg(any(test, feature = "failpoints"))]
pub fn list_unmerged(
    tx: &mut dyn Tx,
    mailbox: &super::directory::Mailbox,
    ids: impl Iterator<Item = u64>,
) {
    for id in ids {
        let record = &mailbox.record;
        let key = unmerged_key(&record.mailstore, record.id, StandbyId(id));
        tx.put(key, Vec::new());
    }
}

pub(super) fn unmerged_key(mailstore: &MailstoreId, mailbox: MailboxId, id: StandbyId) -> Vec<u8> {
    Key::new(Table::Unmerged)
        .mailstore(mailstore)
        .mailbox(mailbox)
        .standby(id)
        .into_vec()
}
