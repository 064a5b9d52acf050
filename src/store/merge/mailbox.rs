//! How the merge of a mailbox stands: why it waits, what was done, what has to be looked for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::codec::{self, Versioned};
use super::super::keys::{Key, Table};
use super::super::{ReadTx, StoreError, Tx, messages};
use super::Place;
use crate::clock::Timestamp;
use crate::ids::{Epoch, MailboxId, MailstoreId, PrimaryUid, StandbyId, UidValidity};

/// Why a mailbox waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ParkReason {
    /// The connection failed or the server was not available.
    Unavailable,
    /// The mailstore refused to let the master user in as this user.
    SignIn,
    /// The mailbox is full.
    OverQuota,
    /// The mailstore refused a message or a folder.
    Refused,
    /// A folder's UIDVALIDITY is not what it was: the mailstore is not what it was.
    GroundMoved,
    /// A message may have been stored and expunged: a person has to decide.
    Unsure,
    /// A message in the mailstore is not what was appended: a person has to look.
    Mismatch,
    /// A message cannot be read from Lifeboat's own store.
    Store,
    /// The mailbox is not in the directory any more: it was deleted or renamed.
    NoMailbox,
}

/// Why and until when a mailbox waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parked {
    /// Why.
    pub reason: ParkReason,
    /// In words, for the operator.
    pub detail: String,
    /// Attempts that failed in a row.
    pub attempts: u32,
    /// When it waits no more.
    pub next_attempt_at: Timestamp,
}

/// What a merge did in a mailbox so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Received messages appended and read back.
    pub received: u64,
    /// Sent ones.
    pub sent: u64,
    /// Drafts.
    pub drafts: u64,
    /// Lifeboat's own notices.
    pub notices: u64,
    /// Messages the mailstore had already: duplicates avoided.
    pub found: u64,
    /// Messages whose user had moved or deleted the copy before it was read back.
    pub gone: u64,
}

/// A folder of the mailstore before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderMark {
    /// Its UIDVALIDITY.
    pub uid_validity: UidValidity,
    /// UIDNEXT before the first batch.
    pub uid_next_before: PrimaryUid,
    /// UIDNEXT when last seen.
    pub uid_next_after: PrimaryUid,
    /// Whether Lifeboat created it.
    pub created: bool,
}

/// How a mailbox's merge stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailboxMerge {
    /// Into which mailstore.
    pub mailstore: MailstoreId,
    /// Under which activation `folders` was begun.
    pub epoch: Epoch,
    /// Why it waits, if it does.
    pub parked: Option<Parked>,
    /// When everything was read back and nothing was left, if so.
    pub verified_at: Option<Timestamp>,
    /// What was done.
    pub counts: Counts,
    /// The folders that were written to, by the mailstore's names.
    pub folders: BTreeMap<String, FolderMark>,
    /// Messages that wait although the others go on, and why.
    pub held: BTreeMap<StandbyId, String>,
    /// The activation after which everything was read back once: under it the standby is read-only.
    pub closed: Option<Epoch>,
    /// Whether the mailstore lost some of it after it was merged. Until all is verified again, everything
    /// is looked for by its content before it is merged: what was only moved is not merged twice. Set by
    /// [`take_back`] and ended by [`put_verified`] alone.
    pub lost: bool,
    /// When this was written.
    pub at: Timestamp,
}

impl Versioned for MailboxMerge {
    const NAME: &'static str = "state of a merge";
}

impl MailboxMerge {
    /// The state before the first attempt.
    pub fn new(mailstore: &MailstoreId, now: Timestamp) -> Self {
        Self {
            mailstore: mailstore.clone(),
            epoch: Epoch(0),
            parked: None,
            verified_at: None,
            counts: Counts::default(),
            folders: BTreeMap::new(),
            held: BTreeMap::new(),
            closed: None,
            lost: false,
            at: now,
        }
    }

    /// Goes on under `epoch`. A new activation begins anew where the last one was done: the guard has
    /// spoken in between.
    pub fn go_on_under(&mut self, epoch: Epoch) {
        if self.epoch != epoch && self.verified_at.is_some() {
            self.folders.clear();
        }
        self.epoch = epoch;
    }
}

/// The state of a mailbox's merge, if there ever was one.
///
/// # Errors
/// When the store cannot be read.
pub fn mailbox(tx: &dyn ReadTx, id: MailboxId) -> Result<Option<MailboxMerge>, StoreError> {
    tx.get(state_key(id).as_slice())?
        .map(|bytes| codec::decode(&bytes))
        .transpose()
}

/// Whether `mailstore` lost some of what was merged from this mailbox, and not all is there again.
///
/// # Errors
/// When the store cannot be read.
pub fn is_lost(
    tx: &dyn ReadTx,
    id: MailboxId,
    mailstore: &MailstoreId,
) -> Result<bool, StoreError> {
    let kept = mailbox(tx, id)?;
    Ok(kept.is_some_and(|kept| kept.mailstore == *mailstore && kept.lost))
}

/// Writes the state of a mailbox's merge. What was counted stays as [`put_counted`] left it: a visit
/// that was cut off may have counted after this one had read.
///
/// # Errors
/// When the store cannot be read.
pub fn put_mailbox(tx: &mut dyn Tx, id: MailboxId, state: &MailboxMerge) -> Result<(), StoreError> {
    let mut state = state.clone();
    state.counts = counts_so_far(tx, id, &state)?;
    put_counted(tx, id, &state)
}

/// Writes the state of a mailbox of which nothing is left to merge: what was lost is there again.
///
/// # Errors
/// When the store cannot be read.
pub fn put_verified(
    tx: &mut dyn Tx,
    id: MailboxId,
    state: &MailboxMerge,
) -> Result<(), StoreError> {
    let mut state = state.clone();
    state.counts = counts_so_far(tx, id, &state)?;
    state.lost = false;
    put(tx, id, &state)
}

/// What was counted for this mailbox and mailstore until now.
///
/// # Errors
/// When the store cannot be read.
pub fn counts_so_far(
    tx: &dyn ReadTx,
    id: MailboxId,
    state: &MailboxMerge,
) -> Result<Counts, StoreError> {
    let kept = kept(tx, id, state)?;
    Ok(kept.map_or(state.counts, |kept| kept.counts))
}

/// What was written of the merge into the same mailstore.
fn kept(
    tx: &dyn ReadTx,
    id: MailboxId,
    state: &MailboxMerge,
) -> Result<Option<MailboxMerge>, StoreError> {
    Ok(mailbox(tx, id)?.filter(|kept| kept.mailstore == state.mailstore))
}

/// Writes the state of a mailbox's merge with its counts, which began with [`counts_so_far`] in the
/// same transaction. What was lost meanwhile stays so.
///
/// # Errors
/// When the store cannot be read.
pub fn put_counted(tx: &mut dyn Tx, id: MailboxId, state: &MailboxMerge) -> Result<(), StoreError> {
    let mut state = state.clone();
    state.lost |= kept(tx, id, &state)?.is_some_and(|kept| kept.lost);
    put(tx, id, &state)
}

fn put(tx: &mut dyn Tx, id: MailboxId, state: &MailboxMerge) -> Result<(), StoreError> {
    tx.put(state_key(id).into_vec(), codec::encode(state)?);
    Ok(())
}

/// Lets a waiting mailbox be tried at once: the operator has mended something.
///
/// # Errors
/// When the store cannot be read.
pub fn hurry(tx: &mut dyn Tx, mailbox: MailboxId, now: Timestamp) -> Result<(), StoreError> {
    let Some(mut state) = self::mailbox(tx, mailbox)? else {
        return Ok(());
    };
    if let Some(parked) = &mut state.parked {
        parked.next_attempt_at = now;
        put_mailbox(tx, mailbox, &state)?;
    }
    Ok(())
}

/// Takes the mailbox in the mailstore as it is now for what it was: the operator has looked at a
/// changed ground and vouches for it.
///
/// # Errors
/// When the store cannot be read.
pub fn accept_ground(
    tx: &mut dyn Tx,
    mailbox: MailboxId,
    now: Timestamp,
) -> Result<(), StoreError> {
    if let Some(mut state) = self::mailbox(tx, mailbox)? {
        state.folders.clear();
        put_mailbox(tx, mailbox, &state)?;
    }
    hurry(tx, mailbox, now)
}

/// Puts messages whose merged copies were lost by `mailstore` back on the list of what is unmerged, to be
/// looked for first.
///
/// # Errors
/// [`StoreError::Missing`] if there is no such message.
pub fn take_back(
    tx: &mut dyn Tx,
    mailstore: &MailstoreId,
    id: MailboxId,
    lost: &[StandbyId],
) -> Result<(), StoreError> {
    for message in lost {
        messages::take_back(tx, mailstore, id, *message)?;
    }
    if let Some(mut state) = mailbox(tx, id)? {
        state.lost = true;
        state.verified_at = None;
        put_counted(tx, id, &state)?;
    }
    Ok(())
}

/// A merged message that is not where it was merged to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Its id on the standby.
    pub id: StandbyId,
    /// Where it should be.
    pub place: Place,
}

/// As [`take_back`], for those whose copy should still be where `lost` says: not what was merged again
/// since, nor what was purged. Returns how many.
///
/// # Errors
/// When the store cannot be read.
pub fn take_back_from(
    tx: &mut dyn Tx,
    mailstore: &MailstoreId,
    id: MailboxId,
    lost: &[Lost],
) -> Result<usize, StoreError> {
    let mut still = Vec::with_capacity(lost.len());
    for one in lost {
        let merged = messages::get(tx, id, one.id)?.and_then(|record| record.merged);
        let at = merged.filter(|copy| copy.mailstore == *mailstore);
        let at = at.map(|copy| Place {
            folder: copy.folder,
            uid_validity: copy.uid_validity,
            uid: copy.uid,
        });
        if at.as_ref() == Some(&one.place) {
            still.push(one.id);
        }
    }
    if !still.is_empty() {
        take_back(tx, mailstore, id, &still)?;
    }
    Ok(still.len())
}

fn state_key(mailbox: MailboxId) -> Key {
    Key::new(Table::MergeState).mailbox(mailbox)
}
