//! `store check`: verifies that everything in the store is what it should be.
//!
//! Walks the index in bounded steps while the server runs, reads every body against its checksum, and
//! holds records, indexes and counts against each other. Reports; never repairs.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use serde::Serialize;

use super::bodies::BodyRecord;
use super::codec;
use super::directory::{self, MailboxRecord};
use super::keys::{self, Key, Table};
use super::messages::{self, MailboxState, MessageRecord};
use super::{Order, ReadTx, Store, StoreError, delivery};
use crate::ids::{Address, BodyId, DeliveryId, FolderId, MailboxId, StandbyId};

mod places;

/// Most problems listed; more are only counted.
const PROBLEMS_LISTED_MAX: usize = 1_000;
/// Rows looked at in one read transaction.
const STEP_ROWS: usize = 2_000;

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CheckReport {
    /// Mailboxes in the directory.
    pub mailboxes: u64,
    /// Mailboxes that were used.
    pub mailboxes_used: u64,
    /// Messages.
    pub messages: u64,
    /// Bodies.
    pub bodies: u64,
    /// Their bytes.
    pub body_bytes: u64,
    /// How many problems there are.
    pub problems_total: u64,
    /// The first of them, in words.
    pub problems: Vec<String>,
}

impl CheckReport {
    fn problem(&mut self, text: String) {
        self.problems_total += 1;
        if self.problems.len() < PROBLEMS_LISTED_MAX {
            self.problems.push(text);
        }
    }
}

/// Checks the whole store. Blocks; `progress` is told how many rows were looked at.
///
/// # Errors
/// When the index itself cannot be read. Everything else is a problem in the report.
pub fn check(store: &Store, mut progress: impl FnMut(u64)) -> Result<CheckReport, StoreError> {
    let mut report = CheckReport::default();
    let mut rows = 0;
    let mut count = |report: &mut CheckReport, table: Table, check: &mut RowCheck<'_>| {
        each(store, table, &mut |tx, key, value| {
            rows += 1;
            if rows % 256 == 0 {
                progress(rows);
            }
            match check(tx, key, value, report) {
                // What another row names can be damaged too.
                Err(damage @ (StoreError::Corrupt { .. } | StoreError::FromTheFuture { .. })) => {
                    report.problem(damage.to_string());
                    Ok(())
                }
                other => other,
            }
        })
    };
    count(&mut report, Table::Body, &mut |_, key, value, report| {
        body(store, key, value, report)
    })?;
    count(
        &mut report,
        Table::Mailbox,
        &mut |tx, key, value, report| mailbox(tx, key, value, report),
    )?;
    count(&mut report, Table::Alias, &mut |tx, key, value, report| {
        alias(tx, key, value, report)
    })?;
    count(&mut report, Table::Placed, &mut |tx, key, _, report| {
        places::mailbox(tx, key, report)
    })?;
    count(&mut report, Table::Domain, &mut |tx, key, value, report| {
        places::listed(tx, key, value, report)
    })?;
    count(
        &mut report,
        Table::ResellerDomain,
        &mut |tx, key, _, report| places::domain(tx, key, report),
    )?;
    count(
        &mut report,
        Table::MailboxState,
        &mut |tx, key, value, report| state(tx, key, value, report),
    )?;
    count(
        &mut report,
        Table::Message,
        &mut |tx, key, value, report| message(tx, key, value, report),
    )?;
    count(
        &mut report,
        Table::FolderIndex,
        &mut |tx, key, _, report| folder_index(tx, key, report),
    )?;
    count(&mut report, Table::Delivery, &mut |tx, key, _, report| {
        delivery_row(tx, key, report)
    })?;
    count(&mut report, Table::Unmerged, &mut |tx, key, _, report| {
        unmerged(tx, key, report)
    })?;
    Ok(report)
}

type RowCheck<'a> =
    dyn FnMut(&dyn ReadTx, &[u8], &[u8], &mut CheckReport) -> Result<(), StoreError> + 'a;
type RowVisit<'a> = dyn FnMut(&dyn ReadTx, &[u8], &[u8]) -> Result<(), StoreError> + 'a;

/// Visits the rows of a table in steps, each in a short read transaction.
fn each(store: &Store, table: Table, visit: &mut RowVisit<'_>) -> Result<(), StoreError> {
    let range = Key::new(table);
    let end = range.end();
    let mut from = range.into_vec();
    loop {
        let rows = store.read(|tx| -> Result<_, StoreError> {
            let mut rows = Vec::new();
            tx.scan(&from, &end, Order::Ascending, &mut |key, value| {
                rows.push((key.to_vec(), value.to_vec()));
                Ok(if rows.len() < STEP_ROWS {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                })
            })?;
            for (key, value) in &rows {
                // What was deleted or changed since is looked at as it is now.
                if tx.get(key)?.as_ref() == Some(value) {
                    visit(tx, key, value)?;
                }
            }
            Ok(rows)
        })?;
        let Some((last, _)) = rows.last() else {
            return Ok(());
        };
        from.clone_from(last);
        from.push(0);
    }
}

fn body(
    store: &Store,
    key: &[u8],
    value: &[u8],
    report: &mut CheckReport,
) -> Result<(), StoreError> {
    report.bodies += 1;
    let Some(id) = keys::tail(key).map(BodyId::from_bytes) else {
        report.problem("a body has a broken key".into());
        return Ok(());
    };
    match codec::decode::<BodyRecord>(value) {
        Ok(record) => {
            report.body_bytes += record.size_bytes;
            if let Err(error) = store.read_body_at(id, &record) {
                report.problem(format!("body {id}: {error}"));
            }
        }
        Err(error) => report.problem(format!("body {id}: {error}")),
    }
    Ok(())
}

fn mailbox(
    tx: &dyn ReadTx,
    key: &[u8],
    value: &[u8],
    report: &mut CheckReport,
) -> Result<(), StoreError> {
    report.mailboxes += 1;
    let (address, record) = match (
        directory::address_in(key),
        codec::decode::<MailboxRecord>(value),
    ) {
        (Ok(address), Ok(record)) => (address, record),
        (Err(error), _) | (_, Err(error)) => {
            report.problem(format!("mailbox: {error}"));
            return Ok(());
        }
    };
    if !directory::placed::is_on(tx, &record.mailstore, &address)? {
        report.problem(format!(
            "mailbox {}: it is not listed with its mailstore",
            record.id
        ));
    }
    for alias in &record.aliases {
        if directory::alias_owner(tx, alias)?.as_ref() != Some(&address) {
            report.problem(format!(
                "mailbox {}: one of its aliases does not lead to it",
                record.id
            ));
        }
    }
    Ok(())
}

fn alias(
    tx: &dyn ReadTx,
    key: &[u8],
    value: &[u8],
    report: &mut CheckReport,
) -> Result<(), StoreError> {
    let owner = std::str::from_utf8(value)
        .ok()
        .and_then(|text| text.parse::<Address>().ok());
    let (Ok(alias), Some(owner)) = (directory::address_in(key), owner) else {
        report.problem("an alias is damaged".into());
        return Ok(());
    };
    let record = directory::mailbox(tx, &owner)?;
    if !record.is_some_and(|record| record.aliases.contains(&alias)) {
        report.problem("an alias leads to a mailbox that does not have it".into());
    }
    Ok(())
}

/// Counts what the folders' index holds and compares it with the folders' own counts.
fn state(
    tx: &dyn ReadTx,
    key: &[u8],
    value: &[u8],
    report: &mut CheckReport,
) -> Result<(), StoreError> {
    report.mailboxes_used += 1;
    let Some(id) = keys::tail(key).map(MailboxId::from_bytes) else {
        report.problem("a mailbox state has a broken key".into());
        return Ok(());
    };
    let state: MailboxState = match codec::decode(value) {
        Ok(state) => state,
        Err(error) => {
            report.problem(format!("mailbox {id}: {error}"));
            return Ok(());
        }
    };
    let mut counted: BTreeMap<FolderId, (u64, u64)> = BTreeMap::new();
    let mut after = None;
    loop {
        let ids = messages::ids(tx, id, after, STEP_ROWS)?;
        let Some(&last) = ids.last() else { break };
        after = Some(last);
        for message in ids {
            let Ok(Some(record)) = messages::get(tx, id, message) else {
                continue;
            };
            let entry = counted.entry(record.folder).or_default();
            entry.0 += 1;
            entry.1 += u64::from(!record.flags.seen);
        }
    }
    for folder in &state.folders {
        let (total, unread) = counted.get(&folder.id).copied().unwrap_or_default();
        if (folder.total, folder.unread) != (total, unread) {
            report.problem(format!(
                "mailbox {id}, folder {}: counts {} messages, {} unread; there are {total}, {unread}",
                folder.id, folder.total, folder.unread
            ));
        }
    }
    if after.is_some_and(|last| last.0 >= state.next_id) {
        report.problem(format!(
            "mailbox {id}: the next message's id was used before"
        ));
    }
    Ok(())
}

fn message(
    tx: &dyn ReadTx,
    key: &[u8],
    value: &[u8],
    report: &mut CheckReport,
) -> Result<(), StoreError> {
    report.messages += 1;
    let Some(mailbox) = keys::part(key, 1).map(MailboxId::from_bytes) else {
        report.problem("a message has a broken key".into());
        return Ok(());
    };
    let record: MessageRecord = match codec::decode(value) {
        Ok(record) => record,
        Err(error) => {
            report.problem(format!("mailbox {mailbox}: {error}"));
            return Ok(());
        }
    };
    let name = format!("mailbox {mailbox}, message {}", record.id);
    match super::bodies::record(tx, record.body) {
        Ok(body) if body.size_bytes + record.prefix.len() as u64 == record.size_bytes => {}
        Ok(_) => report.problem(format!("{name}: its size is not that of its body")),
        Err(error) => report.problem(format!("{name}: {error}")),
    }
    if !messages::is_indexed(tx, mailbox, &record)? {
        report.problem(format!("{name}: its folder does not list it"));
    }
    Ok(())
}

fn folder_index(tx: &dyn ReadTx, key: &[u8], report: &mut CheckReport) -> Result<(), StoreError> {
    let parts = keys::part(key, 1)
        .zip(keys::part(key, 17))
        .zip(keys::tail(key));
    let Some(((mailbox, folder), id)) = parts else {
        report.problem("a folder's list has a broken key".into());
        return Ok(());
    };
    let (mailbox, folder) = (
        MailboxId::from_bytes(mailbox),
        FolderId(u32::from_be_bytes(folder)),
    );
    let id = StandbyId(u64::from_be_bytes(id));
    // A message that cannot be read is a problem of its own.
    if let Ok(found) = messages::get(tx, mailbox, id)
        && found.is_none_or(|message| message.folder != folder)
    {
        report.problem(format!(
            "mailbox {mailbox}, folder {folder}: lists message {id}, which is not in it"
        ));
    }
    Ok(())
}

fn delivery_row(tx: &dyn ReadTx, key: &[u8], report: &mut CheckReport) -> Result<(), StoreError> {
    let Some((mailbox, id)) = keys::part(key, 1).zip(keys::tail(key)) else {
        report.problem("a delivery has a broken key".into());
        return Ok(());
    };
    let (mailbox, id) = (MailboxId::from_bytes(mailbox), DeliveryId::from_bytes(id));
    if delivery::delivered(tx, mailbox, id).is_err() {
        report.problem(format!("mailbox {mailbox}, delivery {id}: it is damaged"));
    }
    Ok(())
}

fn unmerged(tx: &dyn ReadTx, key: &[u8], report: &mut CheckReport) -> Result<(), StoreError> {
    let at = key.len().saturating_sub(16 + 8);
    let Some((mailbox, id)) = keys::part(key, at).zip(keys::tail(key)) else {
        report.problem("the list of what is unmerged has a broken key".into());
        return Ok(());
    };
    let (mailbox, id) = (
        MailboxId::from_bytes(mailbox),
        StandbyId(u64::from_be_bytes(id)),
    );
    if let Ok(None) = messages::get(tx, mailbox, id) {
        report.problem(format!(
            "mailbox {mailbox}: message {id} is to be merged and is not there"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
