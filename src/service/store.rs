//! Looking after the store: check, backup, and a mailbox's messages for an export.
//!
//! Only on the server's own host, by its operator: nothing of this is on the network.

use std::path::PathBuf;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::{Actor, Service, ServiceError};
use crate::clock::Timestamp;
use crate::ids::{Address, MailboxId, StandbyId};
use crate::mail::Flags;
use crate::panics;
use crate::store::access::Permission;
use crate::store::directory::{self, Mailbox, gone};
use crate::store::messages;
use crate::store::{ReadTx, audit, backup, check};

/// Most messages in one page of an export's list.
pub const PAGE_MAX: usize = 500;

/// What is reported while the store is checked or copied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoreReport {
    /// So many rows so far.
    Progress {
        /// How many.
        rows: u64,
    },
    /// The end of a check.
    Checked {
        /// What was found.
        report: serde_json::Value,
        /// How many problems that are.
        problems: u64,
    },
    /// The end of a backup.
    BackedUp {
        /// What the backup holds.
        manifest: serde_json::Value,
    },
    /// It could not be done.
    Failed {
        /// Why.
        reason: String,
    },
}

/// Progress is passed on as long as there is room; nobody waits for it.
fn progress(reports: &mpsc::Sender<StoreReport>) -> impl FnMut(u64) + use<> {
    let reports = reports.clone();
    move |rows| {
        let _ = reports.try_send(StoreReport::Progress { rows });
    }
}

/// Checks the whole store and reports what was found.
///
/// # Errors
/// When the actor may not.
pub async fn check(
    service: &Service,
    actor: &Actor,
    reports: mpsc::Sender<StoreReport>,
) -> Result<(), ServiceError> {
    actor.operator()?;
    let store = service.store.clone();
    let progress = progress(&reports);
    let found = tokio::task::spawn_blocking(move || check::check(&store, progress)).await;
    let report = match found {
        Ok(Ok(report)) => StoreReport::Checked {
            problems: report.problems_total,
            report: serde_json::to_value(&report).unwrap_or_default(),
        },
        Ok(Err(error)) => failed(&error),
        Err(error) => failed(&panics::how(&error)),
    };
    let _ = reports.send(report).await;
    Ok(())
}

fn failed(error: &dyn std::fmt::Display) -> StoreReport {
    StoreReport::Failed {
        reason: error.to_string(),
    }
}

/// Copies the store to `target`, a directory on the server's host that is empty or not there yet.
///
/// # Errors
/// When the actor may not, the path is not absolute, or the store fails.
pub async fn backup(
    service: &Service,
    actor: &Actor,
    target: PathBuf,
    reports: mpsc::Sender<StoreReport>,
) -> Result<(), ServiceError> {
    actor.operator()?;
    if !target.is_absolute() {
        return Err(ServiceError::Invalid {
            field: "directory",
            text: "give an absolute path".into(),
        });
    }
    let event = service.event(
        actor,
        Permission::Store,
        "store.backup",
        target.display().to_string(),
        "",
    )?;
    service
        .store
        .write(move |tx| audit::append(tx, event.clone()).map(drop))
        .await?;
    let (store, now) = (service.store.clone(), service.now());
    let progress = progress(&reports);
    let made =
        tokio::task::spawn_blocking(move || backup::backup(&store, &target, now, progress)).await;
    let report = match made {
        Ok(Ok(manifest)) => StoreReport::BackedUp {
            manifest: serde_json::to_value(&manifest).unwrap_or_default(),
        },
        Ok(Err(error)) => failed(&error),
        Err(error) => failed(&panics::how(&error)),
    };
    let _ = reports.send(report).await;
    Ok(())
}

/// A message in the list of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportItem {
    /// Its id.
    pub id: StandbyId,
    /// Its folder's name.
    pub folder: String,
    /// What the user did with it.
    pub flags: Flags,
    /// When it arrived or was made.
    pub received_at: Timestamp,
    /// Its size in bytes, trace headers included.
    pub size_bytes: u64,
}

/// A page of an export's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportPage {
    /// The mailbox.
    pub mailbox: MailboxId,
    /// Its address (another one if an alias was asked for).
    pub address: Address,
    /// Messages in order of arrival.
    pub items: Vec<ExportItem>,
    /// Whether there are more after the last.
    pub more: bool,
}

/// The mailbox that is meant: the one that has the address, or one that left under it.
fn exported(
    tx: &dyn ReadTx,
    address: &Address,
    deleted: Option<MailboxId>,
) -> Result<Mailbox, ServiceError> {
    const NONE: ServiceError = ServiceError::NotFound("such mailbox");
    let here = directory::resolve(tx, address)?;
    let mut left = gone::under(tx, address)?;
    if let Some(id) = deleted {
        left.retain(|gone| gone.record.id == id);
    }
    match (here, deleted, left.len()) {
        (Some(here), None, _) => return Ok(here),
        (_, _, 0) => return Err(NONE),
        (_, _, 1) => {}
        _ => {
            let text = "several mailboxes that left had this address: say which with --mailbox; lifeboat store deleted lists them";
            return Err(ServiceError::Conflict(text.into()));
        }
    }
    let gone = left.pop().ok_or(NONE)?;
    Ok(Mailbox {
        address: address.clone(),
        record: gone.record,
    })
}

/// The messages of a mailbox, also of one that left, after `after`, whatever their folder.
///
/// # Errors
/// When the actor may not, there is no such mailbox, or the store fails.
pub fn export_list(
    service: &Service,
    actor: &Actor,
    address: &Address,
    deleted: Option<MailboxId>,
    after: Option<StandbyId>,
) -> Result<ExportPage, ServiceError> {
    actor.operator()?;
    service.store.read(|tx| {
        let mailbox = exported(tx, address, deleted)?;
        let id = mailbox.record.id;
        let folders = messages::state(tx, id)?
            .map(|state| state.folders)
            .unwrap_or_default();
        let mut ids = messages::ids(tx, id, after, PAGE_MAX + 1)?;
        let more = ids.len() > PAGE_MAX;
        ids.truncate(PAGE_MAX);
        let mut items = Vec::with_capacity(ids.len());
        for message in ids {
            let Some(record) = messages::get(tx, id, message)? else {
                continue;
            };
            let folder = folders
                .iter()
                .find(|folder| folder.id == record.folder)
                .map_or_else(|| "Unknown".to_owned(), |folder| folder.name.clone());
            items.push(ExportItem {
                id: message,
                folder,
                flags: record.flags,
                received_at: record.received_at,
                size_bytes: record.size_bytes,
            });
        }
        Ok(ExportPage {
            mailbox: id,
            address: mailbox.address,
            items,
            more,
        })
    })
}

/// One message as it was accepted, below the trace headers that were added here.
///
/// # Errors
/// When the actor may not, there is no such message, or the store fails.
pub async fn export_message(
    service: &Service,
    actor: &Actor,
    mailbox: MailboxId,
    id: StandbyId,
) -> Result<Bytes, ServiceError> {
    actor.operator()?;
    let record = service
        .store
        .read(|tx| messages::get(tx, mailbox, id))?
        .ok_or(ServiceError::NotFound("such message"))?;
    let whole = service.store.load_behind(&record.prefix, record.body);
    Ok(whole.await?)
}

/// Notes in the audit log that a mailbox's mail is exported, before it is.
///
/// # Errors
/// When the actor may not, or the store fails.
pub async fn note_export(
    service: &Service,
    actor: &Actor,
    address: &Address,
) -> Result<(), ServiceError> {
    actor.operator()?;
    let event = service.event(
        actor,
        Permission::Store,
        "store.export",
        format!("mailbox:{address}"),
        "",
    )?;
    Ok(service
        .store
        .write(move |tx| audit::append(tx, event.clone()).map(drop))
        .await?)
}
