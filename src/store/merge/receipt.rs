//! Receipts: for a mailbox and an outage, what was merged, where it is, and the proof.
//!
//! A receipt is written in the transaction that says that everything was read back; what arrives
//! later for the same outage makes its next version. Its messages stand in rows of their own and
//! outlive the standby's copies. It is made from the journal alone and never guessed.

mod placed;
mod read;

pub use read::{all, items, mailboxes, of_mailbox, summarize};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{BatchKind, BatchRecord, Fate, MailboxMerge, Place};
use crate::clock::Timestamp;
use crate::ids::{
    Address, BatchId, DeliveryId, Epoch, FolderId, MailboxId, MailstoreId, OutageId, PrimaryUid,
    StandbyId, UidValidity,
};
use crate::mail::{CanonicalDigest, Role};
use crate::store::codec::{self, Versioned};
use crate::store::keys::{Key, Table};
use crate::store::messages::{self, MessageRecord, Origin, folder_of};
use crate::store::{ReadTx, StoreError, Tx, failover};

/// Outages that are looked through for the one that an activation belongs to.
const OUTAGES_LOOKED_AT: usize = 500;
/// Stands in keys for "no outage": a merge after an override of one mailbox or domain.
const NO_OUTAGE: [u8; 16] = [0; 16];

/// Names a receipt.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReceiptId {
    /// Whose.
    pub mailbox: MailboxId,
    /// Of which outage; none after an override of one mailbox or domain.
    pub outage: Option<OutageId>,
    /// Into which mailstore.
    pub mailstore: MailstoreId,
}

impl ReceiptId {
    pub(super) fn key(&self, table: Table) -> Key {
        Key::new(table)
            .mailbox(self.mailbox)
            .id(&outage_bytes(self.outage))
            .mailstore(&self.mailstore)
    }

    fn index_key(&self) -> Key {
        index(&self.mailstore, self.outage).mailbox(self.mailbox)
    }
}

fn outage_bytes(outage: Option<OutageId>) -> [u8; 16] {
    outage.map_or(NO_OUTAGE, |id| *id.as_bytes())
}

fn index(mailstore: &MailstoreId, outage: Option<OutageId>) -> Key {
    Key::new(Table::ReceiptOf)
        .mailstore(mailstore)
        .id(&outage_bytes(outage))
}

/// How far a receipt can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Everything is in its place; the UIDs are not known yet.
    Provisional,
    /// Everything was read back.
    Verified,
}

/// What kind of message it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Handed over by the MX.
    Received,
    /// Sent by the user.
    Sent,
    /// A draft.
    Draft,
    /// One of Lifeboat's own notices.
    Notice,
}

/// How it came to be in the mailstore.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was added and read back.
    Added,
    /// It was there already: not doubled.
    Found,
    /// It was added; its user moved or deleted it before it was read back.
    Gone,
}

/// What its user had done with it on the standby.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Filed {
    /// It stayed where it came.
    Stayed,
    /// It was moved to another folder.
    Moved,
    /// It was moved to Trash.
    Deleted,
}

/// One message of a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptItem {
    /// Its id on the standby.
    pub id: StandbyId,
    /// Its delivery, if it was received.
    pub delivery: Option<DeliveryId>,
    /// What kind of message it is.
    pub kind: Kind,
    /// What its user had done with it.
    pub filed: Filed,
    /// How it came to be in the mailstore.
    pub outcome: Outcome,
    /// The batch of the journal.
    pub batch: BatchId,
    /// Its size in canonical form, in bytes.
    pub size_bytes: u64,
    /// The hash of its canonical form.
    pub sha256: CanonicalDigest,
    /// Where it is; none while its UID is not known.
    pub place: Option<Place>,
}

impl Versioned for ReceiptItem {
    const NAME: &'static str = "message of a receipt";
}

/// What a receipt counts, in messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptCounts {
    /// Received ones that were added.
    pub received: u64,
    /// Sent ones that were added.
    pub sent: u64,
    /// Drafts that were added.
    pub drafts: u64,
    /// Notices that were added.
    pub notices: u64,
    /// Of all of them, those that went to another folder than the one they came to.
    pub moved: u64,
    /// Of all of them, those that went to Trash.
    pub deleted: u64,
    /// Those that the mailstore had already: duplicates avoided.
    pub found: u64,
    /// Those that were added, and that their user moved or deleted before they were read back.
    pub gone: u64,
}

impl ReceiptCounts {
    /// All messages.
    pub fn messages(&self) -> u64 {
        self.received + self.sent + self.drafts + self.notices + self.found
    }

    /// Adds another's counts.
    pub fn add(&mut self, other: &Self) {
        self.received += other.received;
        self.sent += other.sent;
        self.drafts += other.drafts;
        self.notices += other.notices;
        self.moved += other.moved;
        self.deleted += other.deleted;
        self.found += other.found;
        self.gone += other.gone;
    }

    fn count(&mut self, item: &ReceiptItem) {
        let counter = match (item.outcome, item.kind) {
            (Outcome::Found, _) => &mut self.found,
            (_, Kind::Received) => &mut self.received,
            (_, Kind::Sent) => &mut self.sent,
            (_, Kind::Draft) => &mut self.drafts,
            (_, Kind::Notice) => &mut self.notices,
        };
        *counter += 1;
        self.gone += u64::from(item.outcome == Outcome::Gone);
        match item.filed {
            Filed::Stayed => {}
            Filed::Moved => self.moved += 1,
            Filed::Deleted => self.deleted += 1,
        }
    }
}

/// A folder of the mailstore in a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptFolder {
    /// Its UIDVALIDITY, before and after.
    pub uid_validity: UidValidity,
    /// UIDNEXT before the first message.
    pub uid_next_before: PrimaryUid,
    /// UIDNEXT after the last one.
    pub uid_next_after: PrimaryUid,
    /// Whether Lifeboat created it.
    pub created: bool,
    /// Messages of the receipt in it.
    pub messages: u64,
}

/// A receipt without its messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Its name.
    pub id: ReceiptId,
    /// Grows with everything that was merged later for the same outage; the first is 1.
    pub version: u32,
    /// The address at that time.
    pub address: Address,
    /// The activation under which it was completed.
    pub epoch: Epoch,
    /// How far it can be relied on.
    pub standing: Standing,
    /// When the first version was written.
    pub first_at: Timestamp,
    /// When everything was read back last.
    pub verified_at: Timestamp,
    /// What was merged.
    pub counts: ReceiptCounts,
    /// The folders, by the mailstore's names for them.
    pub folders: BTreeMap<String, ReceiptFolder>,
    /// SHA-256 over its messages in the order of their ids.
    pub digest: [u8; 32],
    /// When the standby's copies of all of its messages were purged, if they were.
    pub purged_at: Option<Timestamp>,
}

impl Versioned for Receipt {
    const NAME: &'static str = "merge receipt";
}

/// What a summary needs of a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Row {
    standing: Standing,
    verified_at: Timestamp,
    counts: ReceiptCounts,
}

impl Versioned for Row {
    const NAME: &'static str = "row of a receipt";
}

/// The receipts of an outage together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Mailboxes with a receipt.
    pub mailboxes: u64,
    /// Those whose receipt is provisional.
    pub provisional: u64,
    /// What was merged into them.
    pub counts: ReceiptCounts,
    /// When the last of them was verified.
    pub last_at: Option<Timestamp>,
}

/// Writes the receipt of a mailbox from the journal, if anything of its outage was merged. Returns it
/// as it is now.
///
/// # Errors
/// When the store cannot be read.
pub fn write(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    state: &MailboxMerge,
    standing: Standing,
    now: Timestamp,
) -> Result<Option<Receipt>, StoreError> {
    let Some(address) = messages::state(tx, mailbox)?.map(|kept| kept.address) else {
        return Ok(None);
    };
    let outages = Outages::read(tx, &state.mailstore)?;
    let outage = outages.of(state.epoch);
    let id = ReceiptId {
        mailbox,
        outage,
        mailstore: state.mailstore.clone(),
    };
    let before: BTreeMap<StandbyId, ReceiptItem> = items(tx, &id, None, usize::MAX)?
        .into_iter()
        .map(|item| (item.id, item))
        .collect();
    let mut all = before.clone();
    for (batch_id, batch) in super::batches(tx, mailbox)? {
        if batch.mailstore == id.mailstore && outages.of(batch.epoch) == outage {
            take_up(tx, mailbox, batch_id, &batch, &mut all)?;
        }
    }
    for (batch_id, placed) in super::placements(tx, mailbox)? {
        if placed.mailstore == id.mailstore && outages.of(placed.epoch) == outage {
            placed::take_up(tx, mailbox, batch_id, &placed, &mut all)?;
        }
    }
    if all.is_empty() {
        return Ok(None);
    }
    let old = get(tx, &id)?;
    let mut receipt = Receipt {
        version: 1,
        address,
        epoch: state.epoch,
        standing,
        first_at: old.as_ref().map_or(now, |old| old.first_at),
        verified_at: now,
        counts: ReceiptCounts::default(),
        folders: folders(state, old.as_ref(), &all),
        digest: digest(all.values())?,
        purged_at: None,
        id,
    };
    all.values().for_each(|item| receipt.counts.count(item));
    if let Some(old) = old {
        let same = old.digest == receipt.digest
            && old.standing == receipt.standing
            && old.epoch == receipt.epoch;
        if same {
            return Ok(Some(old));
        }
        receipt.version = old.version.saturating_add(1);
    }
    let changed = |item: &&ReceiptItem| before.get(&item.id) != Some(*item);
    put(tx, &receipt, all.values().filter(changed))?;
    Ok(Some(receipt))
}

fn put<'a>(
    tx: &mut dyn Tx,
    receipt: &Receipt,
    changed: impl Iterator<Item = &'a ReceiptItem>,
) -> Result<(), StoreError> {
    let row = Row {
        standing: receipt.standing,
        verified_at: receipt.verified_at,
        counts: receipt.counts,
    };
    let id = &receipt.id;
    tx.put(id.key(Table::Receipt).into_vec(), codec::encode(receipt)?);
    tx.put(id.index_key().into_vec(), codec::encode(&row)?);
    for item in changed {
        let key = id.key(Table::ReceiptItem).standby(item.id).into_vec();
        tx.put(key, codec::encode(item)?);
    }
    Ok(())
}

/// The outages of a mailstore: the last activation of each, and its id.
struct Outages(Vec<(Epoch, OutageId)>);

impl Outages {
    fn read(tx: &dyn ReadTx, mailstore: &MailstoreId) -> Result<Self, StoreError> {
        let all = failover::outages(tx, None, OUTAGES_LOOKED_AT)?.into_iter();
        let own = all.filter(|(_, outage)| outage.mailstore == *mailstore);
        Ok(Self(own.map(|(id, outage)| (outage.epoch, id)).collect()))
    }

    /// The outage that an activation belongs to: a relapse gives an outage a new number, so that it is
    /// the first whose last number is not below. None for what was merged before any.
    fn of(&self, epoch: Epoch) -> Option<OutageId> {
        let known = self.0.iter().filter(|(last, _)| *last >= epoch);
        let first = known.min_by_key(|(last, _)| *last).map(|(_, id)| *id);
        first.filter(|_| epoch != Epoch(0))
    }
}

/// Takes up what became of a batch's messages; a later batch of a message replaces an earlier one.
fn take_up(
    tx: &dyn ReadTx,
    mailbox: MailboxId,
    id: BatchId,
    batch: &BatchRecord,
    all: &mut BTreeMap<StandbyId, ReceiptItem>,
) -> Result<(), StoreError> {
    for item in &batch.items {
        let Some(place) = item.fate.place() else {
            continue;
        };
        let message = messages::get(tx, mailbox, item.id)?;
        if message.is_none() && all.contains_key(&item.id) {
            // Purged since.
            continue;
        }
        let moved_to = message.as_ref().and_then(|message| {
            let copy = message.merged.as_ref().filter(|copy| copy.batch == id)?;
            Some(Place {
                folder: copy.folder.clone(),
                uid_validity: copy.uid_validity,
                uid: copy.uid,
            })
        });
        let kind = message.as_ref().map_or(Kind::Received, kind);
        let folder = message.as_ref().map_or(item.standby_folder, |m| m.folder);
        all.insert(
            item.id,
            ReceiptItem {
                id: item.id,
                delivery: item.delivery,
                kind,
                filed: filed(kind, folder),
                outcome: match (batch.kind, &item.fate) {
                    (BatchKind::Found, _) => Outcome::Found,
                    (BatchKind::Appended, Fate::Gone(_)) => Outcome::Gone,
                    (BatchKind::Appended, _) => Outcome::Added,
                },
                batch: id,
                size_bytes: item.size_bytes,
                sha256: item.sha256,
                place: Some(moved_to.unwrap_or_else(|| place.clone())),
            },
        );
    }
    Ok(())
}

fn kind(message: &MessageRecord) -> Kind {
    match message.origin {
        Origin::Received { .. } => Kind::Received,
        Origin::Sent => Kind::Sent,
        Origin::Draft => Kind::Draft,
        Origin::Notice => Kind::Notice,
    }
}

/// What its user did with a message that is in `folder` now. Junk may have come as such.
fn filed(kind: Kind, folder: FolderId) -> Filed {
    let home = match kind {
        Kind::Received | Kind::Notice => Role::Inbox,
        Kind::Sent => Role::Sent,
        Kind::Draft => Role::Drafts,
    };
    if folder == folder_of(Role::Trash) {
        Filed::Deleted
    } else if folder == folder_of(home) || folder == folder_of(Role::Junk) {
        Filed::Stayed
    } else {
        Filed::Moved
    }
}

/// The folders of this merge, over those of the receipt's last version.
fn folders(
    state: &MailboxMerge,
    old: Option<&Receipt>,
    items: &BTreeMap<StandbyId, ReceiptItem>,
) -> BTreeMap<String, ReceiptFolder> {
    let mut folders = old.map(|old| old.folders.clone()).unwrap_or_default();
    for (name, mark) in &state.folders {
        let new = ReceiptFolder {
            uid_validity: mark.uid_validity,
            uid_next_before: mark.uid_next_before,
            uid_next_after: mark.uid_next_after,
            created: mark.created,
            messages: 0,
        };
        match folders.get_mut(name) {
            Some(known) if known.uid_validity == new.uid_validity => {
                known.uid_next_after = known.uid_next_after.max(new.uid_next_after);
                known.created |= new.created;
            }
            _ => {
                folders.insert(name.clone(), new);
            }
        }
    }
    folders.values_mut().for_each(|folder| folder.messages = 0);
    for item in items.values() {
        if let Some(folder) = item
            .place
            .as_ref()
            .and_then(|at| folders.get_mut(&at.folder))
        {
            folder.messages += 1;
        }
    }
    folders
}

/// The digest of a receipt's messages.
///
/// # Errors
/// As [`codec::encode`].
pub fn digest<'a>(items: impl Iterator<Item = &'a ReceiptItem>) -> Result<[u8; 32], StoreError> {
    let mut hash = Sha256::new();
    for item in items {
        let bytes = codec::encode(item)?;
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(&bytes);
    }
    Ok(hash.finalize().into())
}

/// A receipt.
///
/// # Errors
/// When the store cannot be read.
pub fn get(tx: &dyn ReadTx, id: &ReceiptId) -> Result<Option<Receipt>, StoreError> {
    tx.get(id.key(Table::Receipt).as_slice())?
        .map(|bytes| codec::decode(&bytes))
        .transpose()
}

/// Writes down that all of a receipt's messages were purged.
///
/// # Errors
/// As [`codec::encode`].
pub(super) fn mark_purged(
    tx: &mut dyn Tx,
    mut receipt: Receipt,
    now: Timestamp,
) -> Result<(), StoreError> {
    receipt.purged_at = Some(now);
    let key = receipt.id.key(Table::Receipt).into_vec();
    tx.put(key, codec::encode(&receipt)?);
    Ok(())
}

#[cfg(test)]
pub(super) mod tests;
