//! Looking without touching: what a merge would do and whether its door into the mailstore is as it
//! should be, and reading again what was merged.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Actor, Service, ServiceError};
use crate::ids::{Address, MailboxId, MailstoreId};
use crate::merge::{self, Merger, Verdict, Verified};
use crate::store::directory::{self, Mailbox};
use crate::store::merge::receipt::{self, ReceiptId, ReceiptItem};
use crate::store::{ReadTx, StoreError, messages};

/// Most mailboxes in one page of a plan.
pub const PLANS_MAX: usize = 100;
/// Messages of a receipt that are read in one session.
const VERIFIED_AT_ONCE: usize = 2_000;
/// Mailboxes looked at for one that can stand for its mailstore.
const LOOKED_AT: usize = 1_000;

/// One check of the merge's door.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DoorView {
    /// What was looked at: `connection`, `sign-in`, `multiappend`, `uidplus`, `move`, `junk`,
    /// `inbox`, `rights`, `speed`, `listener`.
    pub check: String,
    /// `good`, `advice`, `bad`, or `unseen` from outside.
    pub verdict: String,
    /// In words.
    pub text: String,
    /// What to configure, if anything.
    pub advice: Option<String>,
}

/// What would be added to a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlannedFolderView {
    /// Its name in the mailstore, for people.
    pub name: String,
    /// Whether it would be created.
    pub create: bool,
    /// Messages.
    pub messages: u64,
    /// Their bytes together.
    pub size_bytes: u64,
    /// Its UIDVALIDITY now.
    pub uid_validity: Option<u32>,
    /// Its UIDNEXT now.
    pub uid_next: Option<u32>,
}

/// What a merge of a mailbox would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanView {
    /// Whose.
    pub mailbox: String,
    /// Into which mailstore.
    pub mailstore: String,
    /// What would be added where.
    pub folders: Vec<PlannedFolderView>,
    /// Messages that the mailstore has already: they would not be doubled.
    pub duplicates_avoided: u64,
    /// Messages that are there and would be read back.
    pub read_back: u64,
    /// Messages that would be looked for first, because an append was cut off.
    pub in_doubt: u64,
    /// Messages that wait for a person.
    pub unsure: u64,
    /// Whether there are more messages than were looked at.
    pub more: bool,
    /// Why it would wait instead, if it would.
    pub problem: Option<String>,
}

/// What a merge of a mailstore would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MailstorePlanView {
    /// Which.
    pub mailstore: String,
    /// The merge's door; empty on later pages.
    pub door: Vec<DoorView>,
    /// Mailboxes with something to merge.
    pub mailboxes: Vec<PlanView>,
    /// The cursor of the next page; absent on the last.
    pub next: Option<String>,
}

/// A message that is not as its receipt says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DifferenceView {
    /// Its id on the standby.
    pub id: u64,
    /// The folder.
    pub folder: String,
    /// The UID.
    pub uid: u32,
    /// In words.
    pub text: String,
}

/// What reading a mailbox's merged messages again showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerifyView {
    /// Whose.
    pub mailbox: String,
    /// Receipts that were compared.
    pub receipts: u64,
    /// Messages that were looked for.
    pub looked_for: u64,
    /// Those that are there unchanged.
    pub same: u64,
    /// Those that their user has moved or deleted since.
    pub gone: u64,
    /// Those that are something else.
    pub different: u64,
    /// What is not the same, at most a thousand.
    pub differences: Vec<DifferenceView>,
}

pub(super) fn merger(service: &Service) -> Result<Arc<Merger>, ServiceError> {
    service.merger.clone().ok_or_else(|| {
        ServiceError::Unavailable("the server does not run: start it with lifeboat serve".into())
    })
}

fn no_mailstore() -> ServiceError {
    ServiceError::NotFound("such mailstore")
}

/// What a merge of one mailbox would do. Touches nothing.
///
/// # Errors
/// When the actor may not, there is no such mailbox, no server runs, or the store fails.
pub async fn plan(
    service: &Service,
    actor: &Actor,
    address: &Address,
) -> Result<PlanView, ServiceError> {
    actor.operator()?;
    let merger = merger(service)?;
    let mailbox = service.store.read(|tx| resolve(tx, address))?;
    plan_one(&merger, mailbox).await
}

pub(super) fn resolve(tx: &dyn ReadTx, address: &Address) -> Result<Mailbox, ServiceError> {
    directory::resolve(tx, address)?.ok_or(ServiceError::NotFound("such mailbox"))
}

async fn plan_one(merger: &Merger, mailbox: Mailbox) -> Result<PlanView, ServiceError> {
    let (address, mailstore) = (
        mailbox.address.to_string(),
        mailbox.record.mailstore.clone(),
    );
    let plan = merger.plan(&mailstore, mailbox).await;
    let plan = plan.ok_or_else(no_mailstore)?;
    Ok(PlanView {
        mailbox: address,
        mailstore: mailstore.to_string(),
        folders: plan.folders.into_iter().map(folder).collect(),
        duplicates_avoided: plan.found,
        read_back: plan.read_back,
        in_doubt: plan.in_doubt,
        unsure: plan.unsure,
        more: plan.more,
        problem: plan.problem,
    })
}

fn folder(folder: merge::FolderPlan) -> PlannedFolderView {
    PlannedFolderView {
        name: folder.name,
        create: folder.create,
        messages: folder.messages,
        size_bytes: folder.size_bytes,
        uid_validity: folder.before.map(|(uid_validity, _)| uid_validity.0.get()),
        uid_next: folder.before.map(|(_, uid_next)| uid_next.0.get()),
    }
}

/// What a merge of a mailstore would do, a page of its mailboxes after `after` at a time, with the
/// check of the merge's door on the first page. Touches nothing.
///
/// # Errors
/// When the actor may not, there is no such mailstore, no server runs, or the store fails.
pub async fn plan_mailstore(
    service: &Service,
    actor: &Actor,
    id: &MailstoreId,
    after: Option<MailboxId>,
    limit: usize,
) -> Result<MailstorePlanView, ServiceError> {
    actor.operator()?;
    let merger = merger(service)?;
    let door = match after {
        None => door(service, &merger, id).await?,
        Some(_) => Vec::new(),
    };
    let limit = limit.clamp(1, PLANS_MAX);
    let (found, next) = service.store.read(|tx| {
        let mut ids = messages::unmerged_mailboxes(tx, id, after, limit + 1)?;
        let more = ids.len() > limit;
        ids.truncate(limit);
        let next = ids.last().filter(|_| more).map(ToString::to_string);
        let mut found = Vec::new();
        for id in ids {
            if let Some(address) = directory::address_of(tx, id)? {
                found.extend(directory::resolve(tx, &address)?);
            }
        }
        Ok::<_, StoreError>((found, next))
    })?;
    let mut mailboxes = Vec::with_capacity(found.len());
    for mailbox in found {
        mailboxes.push(plan_one(&merger, mailbox).await?);
    }
    Ok(MailstorePlanView {
        mailstore: id.to_string(),
        door,
        mailboxes,
        next,
    })
}

/// Looks at the door as the sentinel, or, where there is none, as one of the mailstore's mailboxes.
async fn door(
    service: &Service,
    merger: &Merger,
    id: &MailstoreId,
) -> Result<Vec<DoorView>, ServiceError> {
    let config = service.config();
    let mailstore = config.mailstore(id).ok_or_else(no_mailstore)?;
    let user = match &mailstore.sentinel {
        Some(sentinel) => Some(sentinel.clone()),
        None => service.store.read(|tx| some_user(tx, id))?,
    };
    let Some(user) = user else {
        return Ok(vec![DoorView {
            check: "sign-in".into(),
            verdict: Verdict::Unseen.name().into(),
            text: "no mailbox of this mailstore is known to look with".into(),
            advice: Some("configure a sentinel, or provision its mailboxes".into()),
        }]);
    };
    let findings = merger.check_door(id, &user).await;
    let findings = findings.ok_or_else(no_mailstore)?;
    Ok(findings
        .into_iter()
        .map(|finding| DoorView {
            check: finding.check.name().to_owned(),
            verdict: finding.verdict.name().to_owned(),
            text: finding.text,
            advice: finding.advice.map(str::to_owned),
        })
        .collect())
}

fn some_user(tx: &dyn ReadTx, id: &MailstoreId) -> Result<Option<Address>, StoreError> {
    let unmerged = messages::unmerged_mailboxes(tx, id, None, 1)?;
    if let Some(first) = unmerged.first()
        && let Some(address) = directory::address_of(tx, *first)?
    {
        return Ok(Some(address));
    }
    let some = directory::mailboxes(tx, None, None, LOOKED_AT)?;
    let mut own = some.into_iter().filter(|m| m.record.mailstore == *id);
    Ok(own.next().map(|mailbox| mailbox.address))
}

/// Reads a mailbox's merged messages again and compares them with its receipts. Changes nothing.
///
/// # Errors
/// When the actor may not, there is no such mailbox, it has no receipt, no server runs, the mailstore
/// cannot be read, or the store fails.
pub async fn verify(
    service: &Service,
    actor: &Actor,
    address: &Address,
) -> Result<VerifyView, ServiceError> {
    actor.operator()?;
    let merger = merger(service)?;
    let (mailbox, receipts) = service.store.read(|tx| {
        let mailbox = resolve(tx, address)?;
        let receipts = receipt::of_mailbox(tx, mailbox.record.id)?;
        Ok::<_, ServiceError>((mailbox, receipts))
    })?;
    if receipts.is_empty() {
        return Err(ServiceError::NotFound("receipt of this mailbox yet"));
    }
    let mut verified = Verified::default();
    for receipt in &receipts {
        let mut after = None;
        loop {
            let items = service
                .store
                .read(|tx| receipt::items(tx, &receipt.id, after, VERIFIED_AT_ONCE))?;
            let Some(last) = items.last() else { break };
            after = Some(last.id);
            read_again(&merger, &mailbox, &receipt.id, &items, &mut verified).await?;
        }
    }
    Ok(VerifyView {
        mailbox: mailbox.address.to_string(),
        receipts: receipts.len() as u64,
        looked_for: verified.looked_for,
        same: verified.same,
        gone: verified.gone,
        different: verified.different,
        differences: verified
            .differences
            .into_iter()
            .map(|difference| DifferenceView {
                id: difference.id.0,
                folder: difference.folder,
                uid: difference.uid.0.get(),
                text: difference.text.to_owned(),
            })
            .collect(),
    })
}

/// Compares messages of one receipt with what the mailstore has, and adds what is found to `into`.
pub(super) async fn read_again(
    merger: &Merger,
    mailbox: &Mailbox,
    receipt: &ReceiptId,
    items: &[ReceiptItem],
    into: &mut Verified,
) -> Result<(), ServiceError> {
    let read = merger.verify(&receipt.mailstore, &mailbox.address, items, into);
    let read = read.await.ok_or_else(no_mailstore)?;
    read.map_err(ServiceError::Unavailable)
}
