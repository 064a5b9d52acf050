//! What was placed as files, in a receipt.

use std::collections::BTreeMap;

use super::{Outcome, ReceiptItem, filed, kind};
use crate::ids::{BatchId, MailboxId, StandbyId};
use crate::store::merge::{PlacedFate, PlacementRecord};
use crate::store::{ReadTx, StoreError, messages};

/// Takes up messages that are in the mailstore as files, or were, and have no UID.
pub(super) fn take_up(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    id: BatchId,
    placed: &PlacementRecord,
    all: &mut BTreeMap<StandbyId, ReceiptItem>,
) -> Result<(), StoreError> {
    for item in &placed.items {
        let outcome = match item.fate {
            PlacedFate::Placed => Outcome::Added,
            PlacedFate::Gone => Outcome::Gone,
            PlacedFate::Staged | PlacedFate::Unsure => continue,
        };
        let Some(message) = messages::get(tx, mailbox, item.id)? else {
            // Purged since.
            continue;
        };
        let kind = kind(&message);
        let taken_up = ReceiptItem {
            id: item.id,
            delivery: item.delivery,
            kind,
            filed: filed(kind, message.folder),
            outcome,
            batch: id,
            size_bytes: item.size_bytes,
            sha256: item.sha256,
            place: None,
        };
        all.insert(item.id, taken_up);
    }
    Ok(())
}
