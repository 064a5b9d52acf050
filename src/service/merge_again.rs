//! Merging again what an earlier merge brought home and the mailstore has lost since.
//!
//! The guard finds by itself what a restore has lost. This is for what it cannot know: a mailbox that was
//! let in although it had changed, or one whose mail was lost in another way.

use super::merge_orders::{self, MailboxMergeView};
use super::{Actor, Service, ServiceError, merge_check, reason};
use crate::ids::{Address, StandbyId};
use crate::merge::{DIFFERENCES_MAX, Merger, Verified};
use crate::store::access::Permission;
use crate::store::directory::Mailbox;
use crate::store::merge::receipt::{self, ReceiptId, ReceiptItem};
use crate::store::merge::{Lost, orders, take_back_from};
use crate::store::{StoreError, audit};

/// Messages put back on the list in one transaction.
const WRITTEN_AT_ONCE: usize = 500;

/// Looks for everything that was merged from a mailbox into its mailstore of record, and puts what is not
/// where it was back on the list of what is unmerged. The merge then looks for it everywhere in the mailbox
/// before it appends it: what its user has moved is not doubled, what its user has deleted for good comes
/// back.
///
/// # Errors
/// When the actor may not, there is no such mailbox, nothing of it was merged there, its mailstore may
/// not be merged into now or cannot be read, no server runs, or the store fails.
pub async fn order(
    service: &Service,
    actor: &Actor,
    address: &Address,
    why: &str,
) -> Result<MailboxMergeView, ServiceError> {
    actor.operator()?;
    let why = reason(why)?;
    let merger = merge_check::merger(service)?;
    let (mailbox, receipts) = service.store.read(|tx| {
        let mailbox = merge_check::resolve(tx, address)?;
        let mut receipts = receipt::of_mailbox(tx, mailbox.record.id)?;
        receipts.retain(|receipt| receipt.id.mailstore == mailbox.record.mailstore);
        Ok::<_, ServiceError>((mailbox, receipts))
    })?;
    if receipts.is_empty() {
        return Err(ServiceError::NotFound(
            "receipt of this mailbox and its mailstore yet",
        ));
    }
    let gate = service
        .control
        .as_ref()
        .and_then(|control| control.merge_gate(&mailbox.record.mailstore, &mailbox.address));
    if gate.is_none() {
        return Err(ServiceError::Conflict(format!(
            "the mailstore {} may not be merged into now, so what it shows proves nothing: order it \
             when the mailstore is back",
            mailbox.record.mailstore
        )));
    }
    let mut lost = Vec::new();
    for receipt in &receipts {
        look_for(service, &merger, &mailbox, &receipt.id, &mut lost).await?;
    }
    let mut event = service.event(
        actor,
        Permission::Merge,
        "merge.again",
        format!("mailbox:{}", mailbox.address),
        &why,
    )?;
    event.detail = format!("{} messages are not where they were merged to", lost.len());
    let (id, mailstore, now) = (mailbox.record.id, mailbox.record.mailstore, service.now());
    let of = mailstore.clone();
    service
        .store
        .write(move |tx| {
            audit::append(tx, event.clone())?;
            orders::put_first(tx, &of, id, now)
        })
        .await?;
    for some in lost.chunks(WRITTEN_AT_ONCE) {
        let (some, of) = (some.to_vec(), mailstore.clone());
        let taken = service
            .store
            .write(move |tx| take_back_from(tx, &of, id, &some));
        let taken: Result<usize, StoreError> = taken.await;
        taken?;
    }
    merger.wake();
    merge_orders::mailbox(service, actor, address)
}

/// Adds to `lost` what of one receipt is not where it says.
async fn look_for(
    service: &Service,
    merger: &Merger,
    mailbox: &Mailbox,
    id: &ReceiptId,
    lost: &mut Vec<Lost>,
) -> Result<(), ServiceError> {
    let mut after = None;
    loop {
        let items = service
            .store
            .read(|tx| receipt::items(tx, id, after, DIFFERENCES_MAX))?;
        let Some(last) = items.last() else {
            return Ok(());
        };
        after = Some(last.id);
        let mut verified = Verified::default();
        merge_check::read_again(merger, mailbox, id, &items, &mut verified).await?;
        lost.extend(
            verified
                .differences
                .iter()
                .filter_map(|difference| lost_of(&items, difference.id)),
        );
    }
}

fn lost_of(items: &[ReceiptItem], id: StandbyId) -> Option<Lost> {
    let item = items.iter().find(|item| item.id == id)?;
    Some(Lost {
        id,
        place: item.place.clone()?,
    })
}
