//! Receipts: what was merged, for the user, the reseller and the operator. They show that mail was
//! merged and where it is, never what is in it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Actor, Service, ServiceError, visible_domain, visible_mailbox};
use crate::ids::{Address, DomainName, MailboxId, OutageId, StandbyId};
use crate::imap::FolderName;
use crate::store::merge::receipt::{
    self as kept, Filed, Kind, Outcome, Receipt, ReceiptId, ReceiptItem, Standing, Summary,
};
use crate::store::{StoreError, directory, failover};

/// Most messages of a receipt in one page.
pub const MESSAGES_MAX: usize = 1_000;
/// Most receipts in one page.
pub const PAGE_MAX: usize = 200;
/// Rows of a summary that are read at once.
const STEP: usize = 20_000;
/// Stands for "no outage" in a receipt's name.
const DIRECT: &str = "direct";

/// What a receipt counts, in messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CountsView {
    /// Received messages that were added to the mailstore.
    pub received: u64,
    /// Sent ones.
    pub sent: u64,
    /// Drafts.
    pub drafts: u64,
    /// Lifeboat's own notices.
    pub notices: u64,
    /// Of all of them, those that went to another folder than the one they came to.
    pub moved: u64,
    /// Of all of them, those that went to Trash.
    pub deleted: u64,
    /// Messages that the mailstore had already.
    pub duplicates_avoided: u64,
    /// Messages that were added and moved or deleted there before they were read back.
    pub gone: u64,
}

impl From<kept::ReceiptCounts> for CountsView {
    fn from(counts: kept::ReceiptCounts) -> Self {
        Self {
            received: counts.received,
            sent: counts.sent,
            drafts: counts.drafts,
            notices: counts.notices,
            moved: counts.moved,
            deleted: counts.deleted,
            duplicates_avoided: counts.found,
            gone: counts.gone,
        }
    }
}

/// A folder of the mailstore before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FolderView {
    /// Its name, for people.
    pub name: String,
    /// Its UIDVALIDITY, which did not change.
    pub uid_validity: u32,
    /// UIDNEXT before the first message.
    pub uid_next_before: u32,
    /// UIDNEXT after the last one.
    pub uid_next_after: u32,
    /// Whether Lifeboat created it.
    pub created: bool,
    /// Messages of the receipt in it.
    pub messages: u64,
}

/// A receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptView {
    /// Names it among those of its mailbox.
    pub name: String,
    /// Whose, by the address at that time.
    pub mailbox: String,
    /// Into which mailstore.
    pub mailstore: String,
    /// Of which outage; absent after an override of one mailbox or domain.
    pub outage: Option<String>,
    /// Grows with what was merged later for the same outage.
    pub version: u32,
    /// `provisional` while UIDs are not known, then `verified`.
    pub standing: String,
    /// When the first version was written.
    pub first_at: String,
    /// When everything was read back last.
    pub verified_at: String,
    /// The activation of the mailstore.
    pub epoch: u64,
    /// What was merged.
    pub counts: CountsView,
    /// The folders.
    pub folders: Vec<FolderView>,
    /// SHA-256 over its messages, in hexadecimal.
    pub digest: String,
    /// When the standby's copies were purged, if they were.
    pub purged_at: Option<String>,
}

/// One message of a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptMessageView {
    /// Its id on the standby.
    pub id: u64,
    /// Its delivery, as in the Received header that Lifeboat added; absent if it was not received.
    pub delivery: Option<String>,
    /// `received`, `sent`, `draft` or `notice`.
    pub kind: String,
    /// `stayed`, `moved` or `deleted`: what its user did with it on the standby.
    pub filed: String,
    /// `added`, `found` (it was there already) or `gone` (its user took it away since).
    pub outcome: String,
    /// Its size in bytes, in canonical form.
    pub size_bytes: u64,
    /// SHA-256 of its canonical form, in hexadecimal.
    pub sha256: String,
    /// The folder in the mailstore, for people.
    pub folder: Option<String>,
    /// Its UIDVALIDITY.
    pub uid_validity: Option<u32>,
    /// Its UID; absent while the receipt is provisional.
    pub uid: Option<u32>,
}

/// A receipt with a page of its messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptPage {
    /// The receipt.
    pub receipt: ReceiptView,
    /// Messages, by their ids.
    pub messages: Vec<ReceiptMessageView>,
    /// The cursor of the next page; absent on the last.
    pub next: Option<u64>,
}

/// Receipts of several mailboxes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptList {
    /// The receipts.
    pub receipts: Vec<ReceiptView>,
    /// The cursor of the next page; absent on the last.
    pub next: Option<String>,
}

/// What was merged after an outage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OutageMergeView {
    /// The outage.
    pub outage: String,
    /// Its mailstore.
    pub mailstore: String,
    /// When everything was merged; absent while it is not.
    pub merged_at: Option<String>,
    /// Mailboxes with a receipt.
    pub mailboxes: u64,
    /// Those whose receipt is provisional.
    pub provisional: u64,
    /// What was merged into them.
    pub counts: CountsView,
    /// When the last receipt was written.
    pub last_at: Option<String>,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A receipt's name among those of its mailbox.
fn name(id: &ReceiptId) -> String {
    match id.outage {
        Some(outage) => format!("{outage}.{}", id.mailstore),
        None => format!("{DIRECT}.{}", id.mailstore),
    }
}

/// A receipt as it is shown.
pub fn view(receipt: &Receipt) -> ReceiptView {
    ReceiptView {
        name: name(&receipt.id),
        mailbox: receipt.address.to_string(),
        mailstore: receipt.id.mailstore.to_string(),
        outage: receipt.id.outage.map(|outage| outage.to_string()),
        version: receipt.version,
        standing: match receipt.standing {
            Standing::Provisional => "provisional",
            Standing::Verified => "verified",
        }
        .to_owned(),
        first_at: receipt.first_at.to_string(),
        verified_at: receipt.verified_at.to_string(),
        epoch: receipt.epoch.0,
        counts: receipt.counts.into(),
        folders: receipt
            .folders
            .iter()
            .map(|(name, folder)| FolderView {
                name: FolderName::from_wire(name).to_text(),
                uid_validity: folder.uid_validity.0.get(),
                uid_next_before: folder.uid_next_before.0.get(),
                uid_next_after: folder.uid_next_after.0.get(),
                created: folder.created,
                messages: folder.messages,
            })
            .collect(),
        digest: hex(&receipt.digest),
        purged_at: receipt.purged_at.map(|at| at.to_string()),
    }
}

fn message_view(item: &ReceiptItem) -> ReceiptMessageView {
    let place = item.place.as_ref();
    ReceiptMessageView {
        id: item.id.0,
        delivery: item.delivery.map(|delivery| delivery.to_string()),
        kind: match item.kind {
            Kind::Received => "received",
            Kind::Sent => "sent",
            Kind::Draft => "draft",
            Kind::Notice => "notice",
        }
        .to_owned(),
        filed: match item.filed {
            Filed::Stayed => "stayed",
            Filed::Moved => "moved",
            Filed::Deleted => "deleted",
        }
        .to_owned(),
        outcome: match item.outcome {
            Outcome::Added => "added",
            Outcome::Found => "found",
            Outcome::Gone => "gone",
        }
        .to_owned(),
        size_bytes: item.size_bytes,
        sha256: hex(&item.sha256),
        folder: place.map(|place| FolderName::from_wire(&place.folder).to_text()),
        uid_validity: place.map(|place| place.uid_validity.0.get()),
        uid: place.map(|place| place.uid.0.get()),
    }
}

/// The receipts of a mailbox, the newest first: for its user, its reseller and operators.
///
/// # Errors
/// When the actor may not see it, there is no such mailbox, or the store fails.
pub fn of_mailbox(
    service: &Service,
    actor: &Actor,
    address: &Address,
) -> Result<Vec<ReceiptView>, ServiceError> {
    service.store.read(|tx| {
        let (mailbox, _) = visible_mailbox(tx, actor, address)?;
        let receipts = kept::of_mailbox(tx, mailbox.record.id)?;
        Ok(receipts.iter().map(view).collect())
    })
}

/// One receipt of a mailbox with a page of its messages.
///
/// # Errors
/// When the actor may not see it, there is none, or the store fails.
pub fn show(
    service: &Service,
    actor: &Actor,
    address: &Address,
    wanted: &str,
    after: Option<StandbyId>,
    limit: usize,
) -> Result<ReceiptPage, ServiceError> {
    let limit = limit.clamp(1, MESSAGES_MAX);
    service.store.read(|tx| {
        let (mailbox, _) = visible_mailbox(tx, actor, address)?;
        let receipts = kept::of_mailbox(tx, mailbox.record.id)?;
        let found = receipts.iter().find(|receipt| name(&receipt.id) == wanted);
        let receipt = found.ok_or(ServiceError::NotFound("such receipt"))?;
        let items = kept::items(tx, &receipt.id, after, limit + 1)?;
        let shown = items.get(..limit.min(items.len())).unwrap_or_default();
        let next = shown.last().filter(|_| items.len() > limit);
        Ok(ReceiptPage {
            receipt: view(receipt),
            next: next.map(|item| item.id.0),
            messages: shown.iter().map(message_view).collect(),
        })
    })
}

/// The receipts of a domain's mailboxes, by local part, after `after`: for its reseller and operators.
///
/// # Errors
/// When the actor may not see the domain, there is none, or the store fails.
pub fn of_domain(
    service: &Service,
    actor: &Actor,
    domain: &DomainName,
    after: Option<&Address>,
    limit: usize,
) -> Result<ReceiptList, ServiceError> {
    let limit = limit.clamp(1, PAGE_MAX);
    service.store.read(|tx| {
        visible_domain(tx, actor, domain)?;
        let mut found = directory::mailboxes(tx, Some(domain), after, limit + 1)?;
        let more = found.len() > limit;
        found.truncate(limit);
        let last = found.last().filter(|_| more);
        let next = last.map(|mailbox| mailbox.address.to_string());
        let mut receipts = Vec::new();
        for mailbox in found {
            receipts.extend(kept::of_mailbox(tx, mailbox.record.id)?.iter().map(view));
        }
        Ok(ReceiptList { receipts, next })
    })
}

/// What was merged after an outage, over all its mailboxes.
///
/// # Errors
/// When the actor may not, there is no such outage, or the store fails.
pub fn of_outage(
    service: &Service,
    actor: &Actor,
    id: OutageId,
) -> Result<OutageMergeView, ServiceError> {
    actor.operator()?;
    let outage = service.store.read(|tx| failover::outage(tx, id))?;
    let outage = outage.ok_or(ServiceError::NotFound("such outage"))?;
    let (mut summary, mut after) = (Summary::default(), None);
    loop {
        after = service.store.read(|tx| {
            let mailstore = &outage.mailstore;
            kept::summarize(tx, mailstore, Some(id), after, STEP, &mut summary)
        })?;
        if after.is_none() {
            break;
        }
    }
    Ok(OutageMergeView {
        outage: id.to_string(),
        mailstore: outage.mailstore.to_string(),
        merged_at: outage.merged_at.map(|at| at.to_string()),
        mailboxes: summary.mailboxes,
        provisional: summary.provisional,
        counts: summary.counts.into(),
        last_at: summary.last_at.map(|at| at.to_string()),
    })
}

/// The receipts of an outage, after the mailbox `after`.
///
/// # Errors
/// As [`of_outage`].
pub fn list(
    service: &Service,
    actor: &Actor,
    id: OutageId,
    after: Option<MailboxId>,
    limit: usize,
) -> Result<ReceiptList, ServiceError> {
    actor.operator()?;
    let limit = limit.clamp(1, PAGE_MAX);
    service.store.read(|tx| {
        let outage = failover::outage(tx, id)?.ok_or(ServiceError::NotFound("such outage"))?;
        let mut found = kept::mailboxes(tx, &outage.mailstore, Some(id), after, limit + 1)?;
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(ToString::to_string);
        let mut receipts = Vec::new();
        for mailbox in found {
            let id = ReceiptId {
                mailbox,
                outage: Some(id),
                mailstore: outage.mailstore.clone(),
            };
            let receipt: Result<_, StoreError> = kept::get(tx, &id);
            receipts.extend(receipt?.as_ref().map(view));
        }
        Ok(ReceiptList { receipts, next })
    })
}
