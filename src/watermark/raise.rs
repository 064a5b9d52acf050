//! Raising the UIDs of one mailbox, so that no message gets one that a client has seen.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::num::NonZeroU32;

use super::Access;
use super::look::{Look, LookError};
use crate::clock::SharedClock;
use crate::doveadm::{Doveadm, DoveadmError, Target};
use crate::ids::{BatchId, Epoch, MailboxId, PrimaryUid, StandbyId};
use crate::imap::{FolderName, ImapError, Selected};
use crate::mail::CanonicalDigest;
use crate::store::directory::Mailbox;
use crate::store::merge::BatchRecord;
use crate::store::messages::MergedCopy;
use crate::store::watermarks::{self, FolderWatermark, RaiseRecord};
use crate::store::{Store, StoreError, merge, messages};

/// How far above everything that was ever seen: what may have been given out since it was seen.
const MARGIN: u32 = 100_000;
/// Standby messages that are looked through at once.
const PAGE: usize = 500;

/// Why a mailbox was not raised.
#[derive(Debug, thiserror::Error)]
pub(super) enum RaiseError {
    /// Nobody can be raised now.
    #[error("{0}")]
    Mailstore(String),
    /// This mailbox cannot, for the moment.
    #[error("{0}")]
    Passing(String),
    /// This mailbox is not what it was, or cannot be raised: a person has to look.
    #[error("{0}")]
    Blocked(String),
    /// The gate closed meanwhile.
    #[error("the mailstore may not be touched any more")]
    Closed,
    /// Lifeboat's own store is in trouble.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<LookError> for RaiseError {
    fn from(error: LookError) -> Self {
        match &error {
            LookError::Mailstore(_) => Self::Mailstore(error.to_string()),
            LookError::Mailbox(_) if error.is_passing() => Self::Passing(error.to_string()),
            LookError::Mailbox(_) => Self::Blocked(error.to_string()),
        }
    }
}

impl From<ImapError> for RaiseError {
    fn from(error: ImapError) -> Self {
        LookError::from(error).into()
    }
}

impl From<DoveadmError> for RaiseError {
    fn from(error: DoveadmError) -> Self {
        if error.concerns_mailbox() {
            Self::Passing(error.to_string())
        } else {
            Self::Mailstore(error.to_string())
        }
    }
}

/// One mailbox of a mailstore that went back in time.
pub(super) struct Raise<'a> {
    pub(super) store: &'a Store,
    pub(super) clock: &'a SharedClock,
    pub(super) access: &'a Access,
    pub(super) doveadm: &'a Doveadm,
    pub(super) epoch: Epoch,
    pub(super) mailbox: &'a Mailbox,
    /// Whether it may go on.
    pub(super) is_open: &'a (dyn Fn() -> bool + Send + Sync),
}

/// A folder and how it is before it is raised.
struct Found {
    name: FolderName,
    selected: Selected,
    target: PrimaryUid,
}

/// Messages of the standby that were merged.
struct Page {
    /// The last one that was looked at, if there may be more.
    last: Option<StandbyId>,
    copies: Vec<Copy>,
}

/// Where a message was merged to, and what it should be.
struct Copy {
    id: StandbyId,
    at: MergedCopy,
    sha256: Option<CanonicalDigest>,
}

impl Raise<'_> {
    /// Raises all folders, looks whether they are, and writes down that the mailbox may be reached.
    pub(super) async fn run(&self) -> Result<(), RaiseError> {
        let mut look = Look::open(self.access, &self.mailbox.address, false).await?;
        let found = self.survey(&mut look).await?;
        // Before anything is raised: now UIDNEXT tells what is lost.
        self.take_back_lost(&mut look, &found).await?;
        self.intend(&found).await?;
        fail::fail_point!("raise::intended");
        let low: Vec<&Found> = found
            .iter()
            .filter(|folder| folder.selected.uid_next < folder.target)
            .collect();
        let targets: Vec<Target> = low
            .iter()
            .map(|folder| Target {
                folder: folder.name.to_text(),
                uid_next: folder.target,
            })
            .collect();
        self.permission()?;
        self.doveadm.raise(&self.mailbox.address, &targets).await?;
        fail::fail_point!("raise::asked");
        for folder in low {
            self.verify(&mut look, folder).await?;
        }
        look.close().await;
        fail::fail_point!("raise::verified");
        self.permission()?;
        let at = self.clock.now();
        self.note(RaiseRecord::Raised { at }).await
    }

    fn permission(&self) -> Result<(), RaiseError> {
        (self.is_open)().then_some(()).ok_or(RaiseError::Closed)
    }

    /// Looks at every folder: whether it is the one that was known, and how far it has to go.
    async fn survey(&self, look: &mut Look) -> Result<Vec<Found>, RaiseError> {
        let address = &self.mailbox.address;
        let (known, intended) = self.store.read(|tx| {
            let id = &self.access.id;
            let known = watermarks::watermark(tx, id, self.mailbox.record.id)?;
            let intended = watermarks::intended(tx, id, self.epoch, address)?;
            Ok::<_, StoreError>((known, intended))
        })?;
        let known = known.map(|known| known.folders).unwrap_or_default();
        let mut found = Vec::new();
        for folder in look.folders.clone() {
            let name = folder.name;
            let selected = look.client.examine(&name).await.map_err(|error| {
                let error = LookError::from(error);
                let text = format!("the folder {name} cannot be opened: {error}");
                match error.is_passing() {
                    true => RaiseError::Passing(text),
                    false => RaiseError::Blocked(text),
                }
            })?;
            let mark = known.get(name.as_wire());
            if let Some(mark) = mark {
                check(look, &name, &selected, mark).await?;
            }
            let target = intended.get(name.as_wire()).copied();
            let target = target.unwrap_or_else(|| target_of(&selected, mark));
            found.push(Found {
                name,
                selected,
                target,
            });
        }
        Ok(found)
    }

    /// Writes down how far each folder is to be raised: who goes on after a crash need not raise
    /// what is raised already.
    async fn intend(&self, found: &[Found]) -> Result<(), RaiseError> {
        let targets: BTreeMap<String, PrimaryUid> = found
            .iter()
            .map(|folder| (folder.name.as_wire().to_owned(), folder.target))
            .collect();
        self.note(RaiseRecord::Intended { targets }).await
    }

    async fn verify(&self, look: &mut Look, folder: &Found) -> Result<(), RaiseError> {
        let name = &folder.name;
        let selected = look.client.examine(name).await?;
        if selected.uid_validity != folder.selected.uid_validity {
            return Err(RaiseError::Blocked(format!(
                "the folder {name} changed its UIDVALIDITY from {} to {} while it was raised",
                folder.selected.uid_validity, selected.uid_validity
            )));
        }
        if selected.uid_next < folder.target {
            return Err(RaiseError::Passing(format!(
                "the UIDNEXT of the folder {name} is {} and should be at least {}",
                selected.uid_next, folder.target
            )));
        }
        Ok(())
    }

    /// What a merge had put there, and the mailstore lost with its latest state, is merged again. Its
    /// UID lies above the UIDNEXT to which the folder went back, or another message has it now, or the
    /// folder is not there any more.
    async fn take_back_lost(&self, look: &mut Look, found: &[Found]) -> Result<(), RaiseError> {
        let id = self.mailbox.record.id;
        let mut after = None;
        loop {
            let page = self.copies(id, after)?;
            let lost = lost(look, page.copies, found).await?;
            if !lost.is_empty() {
                tracing::warn!(mailbox = %id, messages = lost.len(),
                    "what was merged and lost again is merged anew");
                let mailstore = self.access.id.clone();
                self.store
                    .write(move |tx| merge::take_back(tx, &mailstore, id, &lost))
                    .await?;
            }
            match page.last {
                Some(last) => after = Some(last),
                None => return Ok(()),
            }
        }
    }

    /// The next page of the standby's messages that were merged into this mailstore.
    fn copies(&self, id: MailboxId, after: Option<StandbyId>) -> Result<Page, StoreError> {
        self.store.read(|tx| {
            let ids = messages::ids(tx, id, after, PAGE)?;
            let mut batches: BTreeMap<BatchId, Option<BatchRecord>> = BTreeMap::new();
            let mut copies = Vec::new();
            for message in &ids {
                let merged = messages::get(tx, id, *message)?.and_then(|record| record.merged);
                let Some(at) = merged.filter(|copy| copy.mailstore == self.access.id) else {
                    continue;
                };
                let batch = match batches.entry(at.batch) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(new) => new.insert(merge::batch(tx, id, at.batch)?),
                };
                let items = batch.as_ref().map(|batch| &batch.items);
                let item = items.and_then(|all| all.iter().find(|item| item.id == *message));
                copies.push(Copy {
                    id: *message,
                    sha256: item.map(|item| item.sha256),
                    at,
                });
            }
            let last = ids.last().copied().filter(|_| ids.len() == PAGE);
            Ok(Page { last, copies })
        })
    }

    async fn note(&self, record: RaiseRecord) -> Result<(), RaiseError> {
        let (id, epoch) = (self.access.id.clone(), self.epoch);
        let address = self.mailbox.address.clone();
        self.store
            .write(move |tx| watermarks::put_raise(tx, &id, epoch, &address, &record))
            .await?;
        Ok(())
    }
}

/// Those whose copy is lost. One that is merely not there was moved or deleted by its user.
async fn lost(
    look: &mut Look,
    copies: Vec<Copy>,
    found: &[Found],
) -> Result<Vec<StandbyId>, RaiseError> {
    let mut lost = Vec::new();
    let is_in = |copy: &Copy, folder: &Found| {
        copy.at.folder == folder.name.as_wire()
            && copy.at.uid_validity == folder.selected.uid_validity
    };
    // Its folder was made after the state that is there now, or renamed: the merge looks everywhere.
    let homeless = copies
        .iter()
        .filter(|copy| !found.iter().any(|folder| is_in(copy, folder)));
    lost.extend(homeless.map(|copy| copy.id));
    for folder in found {
        let here = copies.iter().filter(|copy| is_in(copy, folder));
        let (above, below): (Vec<_>, Vec<_>) =
            here.partition(|copy| copy.at.uid >= folder.selected.uid_next);
        lost.extend(above.iter().map(|copy| copy.id));
        if below.is_empty() {
            continue;
        }
        look.client.examine(&folder.name).await?;
        let there = look.digests(below.iter().map(|copy| copy.at.uid)).await?;
        lost.extend(below.iter().filter_map(|copy| {
            let other = there.get(&copy.at.uid)? != copy.sha256.as_ref()?;
            other.then_some(copy.id)
        }));
    }
    Ok(lost)
}

/// Above everything that was seen. UIDs end at 2^32 - 1, and a message must still fit.
fn target_of(selected: &Selected, mark: Option<&FolderWatermark>) -> PrimaryUid {
    let seen = mark.map_or(selected.uid_next, |mark| {
        mark.uid_next.max(selected.uid_next)
    });
    let target = seen.0.saturating_add(MARGIN);
    PrimaryUid(target.min(UID_NEXT_MAX).max(seen.0))
}

const UID_NEXT_MAX: NonZeroU32 = match NonZeroU32::new(u32::MAX - 1) {
    Some(max) => max,
    None => NonZeroU32::MAX,
};

/// Whether a folder is the one that was known, in whatever earlier state.
async fn check(
    look: &mut Look,
    name: &FolderName,
    selected: &Selected,
    mark: &FolderWatermark,
) -> Result<(), RaiseError> {
    if selected.uid_validity != mark.uid_validity {
        return Err(RaiseError::Blocked(format!(
            "the folder {name} is another one: its UIDVALIDITY was {} and is {}",
            mark.uid_validity, selected.uid_validity
        )));
    }
    let there = mark.canaries.iter().map(|canary| canary.uid);
    for seen in look.hashes(there).await? {
        let known = mark.canaries.iter().find(|canary| canary.uid == seen.uid);
        if known.is_some_and(|known| known.sha256 != seen.sha256) {
            return Err(RaiseError::Blocked(format!(
                "the folder {name} was renumbered: another message stands under UID {}",
                seen.uid
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
