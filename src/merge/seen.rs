//! Placed messages as IMAP shows them: what a file could not tell, their UIDs.
//!
//! A placed message is known by its file's key, which stands at the start of Dovecot's X-GUID wherever
//! its user has moved it. One that IMAP does not show and that has no file any more was deleted by its
//! user; it is never placed again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::clock::Timestamp;
use crate::ids::{BatchId, PrimaryUid, StandbyId, UidValidity};
use crate::imap::{
    Flag, FlagChange, FolderName, ImapError, Keyword, SearchKey, Selected, UidSet, Wanted,
};
use crate::maildir::{self, Root};
use crate::store::merge::{FolderMark, ParkReason, Place, PlacedFate, PlacedItem, PlacementRecord};
use crate::store::messages::{MessageRecord, Origin};
use crate::store::{StoreError, merge as journal, messages};

use super::step::PlaceStep;
use super::visit::Visit;
use super::{VisitError, append, ground};

/// INTERNALDATE is compared by days, in whatever zone the server thinks in.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Placed messages that have no UID yet.
struct Waiting {
    placement: BatchId,
    id: StandbyId,
    key: String,
    /// As it is in the standby now; none if its user has thrown it away.
    message: Option<MessageRecord>,
}

/// Placed messages of one folder.
#[derive(Default)]
struct PlacedIn {
    waiting: Vec<Waiting>,
    created: bool,
    before: Option<(UidValidity, PrimaryUid)>,
}

/// Messages that are found: by placement, where each is.
type Found = BTreeMap<BatchId, Vec<(StandbyId, Place)>>;

impl Visit<'_> {
    /// Looks for everything that was placed and has no UID yet, and writes down what is found. What
    /// is still on its way is put aside.
    pub(super) async fn see_placed(&mut self) -> Result<(), VisitError> {
        let mailbox = self.mailbox.record.id;
        let placements = self
            .context
            .store
            .read(|tx| journal::placements(tx, mailbox))?;
        let (here, elsewhere): (Vec<_>, Vec<_>) = placements
            .into_iter()
            .partition(|(_, record)| record.mailstore == self.access.id);
        if !elsewhere.is_empty() {
            // It may have been copied from there.
            self.look_before = Timestamp::from_millis(i64::MAX);
        }
        let mut folders: BTreeMap<String, PlacedIn> = BTreeMap::new();
        for (id, record) in here {
            self.sort_out(id, &record).await?;
            let waiting = self.waiting(id, &record)?;
            if waiting.is_empty() {
                continue;
            }
            let folder = folders.entry(record.folder).or_default();
            folder.waiting.extend(waiting);
            folder.created |= record.created;
            folder.before = folder.before.or(record.before);
        }
        let mut missing = Vec::new();
        for (on_disk, placed) in folders {
            self.permission()?;
            let folder = self.ground.placed_in(&on_disk);
            missing.append(&mut self.see_in_target(&folder, placed).await?);
        }
        if !missing.is_empty() {
            let missing = self.see_elsewhere(missing).await?;
            self.see_gone(missing).await?;
        }
        Ok(())
    }

    /// Puts aside what the other parts of a visit must leave alone.
    async fn sort_out(&mut self, id: BatchId, record: &PlacementRecord) -> Result<(), VisitError> {
        let (mut gone, mut rewritten) = (Vec::new(), Vec::new());
        for item in &record.items {
            self.aside.insert(item.id);
            match item.fate {
                PlacedFate::Placed => {}
                PlacedFate::Staged => {
                    let why = "messages are on their way as files: maildir must be set and its \
                               volume mounted until they are there";
                    self.unseen = Some(why.to_owned());
                }
                PlacedFate::Unsure => self.note_unsure(item.id),
                PlacedFate::Gone if self.is_another_draft(item).await? => rewritten.push(item.id),
                PlacedFate::Gone => gone.push(item.id),
            }
        }
        if !gone.is_empty() {
            self.record_gone(id, gone).await?;
        }
        if !rewritten.is_empty() {
            let mailbox = self.mailbox.record.id;
            let write = self.context.write_of(mailbox, move |tx| {
                journal::free_placed(tx, mailbox, id, &rewritten)
            });
            write.await?;
        }
        Ok(())
    }

    /// Whether a message is a draft that its user has written on since it was placed: that is another
    /// message, whatever became of the first.
    async fn is_another_draft(&self, item: &PlacedItem) -> Result<bool, StoreError> {
        let mailbox = self.mailbox.record.id;
        let message = self
            .context
            .store
            .read(|tx| messages::get(tx, mailbox, item.id))?;
        match message.filter(|message| message.origin == Origin::Draft) {
            Some(draft) => Ok(self.load(draft).await?.sha256 != item.sha256),
            None => Ok(false),
        }
    }

    fn waiting(&self, id: BatchId, record: &PlacementRecord) -> Result<Vec<Waiting>, StoreError> {
        let mailbox = self.mailbox.record.id;
        let placed = record
            .items
            .iter()
            .filter(|item| item.fate == PlacedFate::Placed);
        self.context.store.read(|tx| {
            placed
                .map(|item| {
                    Ok(Waiting {
                        placement: id,
                        id: item.id,
                        key: maildir::key_of(&item.file).to_owned(),
                        message: messages::get(tx, mailbox, item.id)?,
                    })
                })
                .collect()
        })
    }

    /// Opens the folder as a user would, so that Dovecot takes the files over; returns what is not in
    /// it.
    async fn see_in_target(
        &mut self,
        folder: &FolderName,
        placed: PlacedIn,
    ) -> Result<Vec<Waiting>, VisitError> {
        let selected = match self.ground.client.select(folder).await {
            Ok(selected) => selected,
            Err(ImapError::Refused(refusal)) if !ground::is_passing(&refusal) => {
                // Its user has deleted it, unless the mailstore still lists it.
                let listed = self.ground.client.list().await?;
                if listed.iter().any(|known| known.name == *folder) {
                    return Err(ImapError::Refused(refusal).into());
                }
                return Ok(placed.waiting);
            }
            Err(error) => return Err(error.into()),
        };
        ground::check(folder, &selected, &self.state)?;
        self.mark_placed(folder, &selected, &placed);
        if placed.created {
            // A client shows it even if the file of subscriptions was just rewritten.
            self.ground.subscribe(folder).await?;
        }
        let same = placed
            .before
            .filter(|(validity, _)| *validity == selected.uid_validity);
        let set = same.map_or_else(UidSet::all, |(_, next)| UidSet::from(next));
        self.see_in(folder, &selected, vec![set], placed.waiting)
            .await
    }

    /// Remembers how the folder was before the first file was placed in it.
    fn mark_placed(&mut self, folder: &FolderName, selected: &Selected, placed: &PlacedIn) {
        let known = self.state.folders.get(folder.as_wire());
        if known.is_none_or(|mark| mark.uid_validity != selected.uid_validity) {
            let first = PrimaryUid(std::num::NonZeroU32::MIN);
            let before = match placed.before {
                Some((validity, next)) if validity == selected.uid_validity => next,
                _ => first,
            };
            let mark = FolderMark {
                uid_validity: selected.uid_validity,
                uid_next_before: before,
                uid_next_after: selected.uid_next,
                created: placed.created,
            };
            self.state.folders.insert(folder.as_wire().to_owned(), mark);
        }
        ground::mark(&mut self.state, folder, selected, placed.created);
    }

    /// Looks for `waiting` in the open folder among `sets`; writes down what is there and returns
    /// what is not.
    async fn see_in(
        &mut self,
        folder: &FolderName,
        selected: &Selected,
        sets: Vec<UidSet>,
        waiting: Vec<Waiting>,
    ) -> Result<Vec<Waiting>, VisitError> {
        let wanted = Wanted {
            guid: true,
            ..Wanted::default()
        };
        let keys: BTreeSet<&str> = waiting.iter().map(|one| one.key.as_str()).collect();
        let mut by_key: BTreeMap<String, PrimaryUid> = BTreeMap::new();
        for set in sets {
            let client = &mut self.ground.client;
            client
                .fetch(&set, wanted, &mut |fetched| {
                    let key = fetched.guid.as_deref().map(maildir::key_of);
                    if let Some(key) = key.filter(|key| keys.contains(key)) {
                        by_key.entry(key.to_owned()).or_insert(fetched.uid);
                    }
                })
                .await?;
        }
        let (mut found, mut missing) = (Found::new(), Vec::new());
        let mut with_keywords = Vec::new();
        for one in waiting {
            let Some(uid) = by_key.get(&one.key) else {
                missing.push(one);
                continue;
            };
            let place = Place {
                folder: folder.as_wire().to_owned(),
                uid_validity: selected.uid_validity,
                uid: *uid,
            };
            let keywords = one
                .message
                .as_ref()
                .map(append::keywords)
                .unwrap_or_default();
            if !keywords.is_empty() {
                with_keywords.push((*uid, keywords));
            }
            self.aside.remove(&one.id);
            found
                .entry(one.placement)
                .or_default()
                .push((one.id, place));
        }
        self.carry_keywords(folder, with_keywords).await?;
        self.record_seen(found).await?;
        Ok(missing)
    }

    /// No file name can hold a keyword: they are set before a message counts as seen.
    async fn carry_keywords(
        &mut self,
        folder: &FolderName,
        all: Vec<(PrimaryUid, Vec<Keyword>)>,
    ) -> Result<(), VisitError> {
        if all.is_empty() {
            return Ok(());
        }
        self.permission()?;
        self.ground.client.select(folder).await?;
        for (uid, keywords) in all {
            let flags: Vec<_> = keywords.into_iter().map(Flag::Keyword).collect();
            let client = &mut self.ground.client;
            let one = UidSet::one(uid);
            match client.store_flags(&one, FlagChange::Add, &flags).await {
                Err(ImapError::Refused(refusal)) if !ground::is_passing(&refusal) => {
                    // A folder holds only so many; the message matters more.
                    tracing::warn!(%folder, %refusal, "keywords of a message stay behind");
                }
                other => other?,
            }
        }
        Ok(())
    }

    async fn record_seen(&mut self, found: Found) -> Result<(), VisitError> {
        if found.is_empty() {
            return Ok(());
        }
        let (mailbox, now) = (self.mailbox.record.id, self.context.clock.now());
        let places = found.values().flatten();
        self.claimed
            .extend(places.map(|(id, place)| (place.clone(), *id)));
        PlaceStep::Seen.reached(mailbox);
        let found: Vec<_> = found
            .into_iter()
            .map(|(placement, seen)| (placement, BatchId::generate(now), seen))
            .collect();
        let state = self.state.clone();
        self.context
            .write_of(mailbox, move |tx| {
                journal::put_mailbox(tx, mailbox, &state)?;
                found.iter().try_for_each(|(placement, batch, seen)| {
                    journal::record_seen(tx, mailbox, *placement, *batch, seen, now)
                })
            })
            .await?;
        PlaceStep::Resolved.reached(mailbox);
        Ok(())
    }

    /// Looks in all folders: a message keeps its X-GUID and its INTERNALDATE wherever its user moves
    /// it.
    async fn see_elsewhere(
        &mut self,
        mut missing: Vec<Waiting>,
    ) -> Result<Vec<Waiting>, VisitError> {
        let arrived = missing
            .iter()
            .filter_map(|one| Some(one.message.as_ref()?.received_at));
        let since = arrived.min().unwrap_or(Timestamp::EPOCH).before(DAY);
        for folder in self.ground.folders() {
            if missing.is_empty() {
                break;
            }
            self.permission()?;
            let opened = self.ground.examine_to_search(&folder, &self.state).await?;
            let Some(selected) = opened.filter(|selected| selected.exists > 0) else {
                continue;
            };
            let uids = self
                .ground
                .client
                .search(&[SearchKey::Since(since)])
                .await?;
            missing = self
                .see_in(&folder, &selected, UidSet::of(uids), missing)
                .await?;
        }
        Ok(missing)
    }

    /// What IMAP does not show is gone, unless its file is still there.
    async fn see_gone(&mut self, missing: Vec<Waiting>) -> Result<(), VisitError> {
        if missing.is_empty() {
            return Ok(());
        }
        let there = self.have_files(&missing).await?;
        let mut gone: BTreeMap<BatchId, Vec<StandbyId>> = BTreeMap::new();
        for (one, there) in missing.into_iter().zip(there) {
            if there {
                let why = "the mailstore's IMAP does not show messages whose files are there";
                self.unseen = Some(why.to_owned());
            } else {
                gone.entry(one.placement).or_default().push(one.id);
            }
        }
        for (placement, gone) in gone {
            self.record_gone(placement, gone).await?;
        }
        Ok(())
    }

    async fn have_files(&self, missing: &[Waiting]) -> Result<Vec<bool>, VisitError> {
        let Some(files) = &self.access.files else {
            return Ok(vec![false; missing.len()]);
        };
        let Some(path) = files.path.of(&self.mailbox.address) else {
            return Ok(vec![false; missing.len()]);
        };
        let keys: Vec<_> = missing.iter().map(|one| one.key.clone()).collect();
        let there = files.pool.run(move |task| {
            let root = Root::open(&path, task)?;
            maildir::holds_key(&root, &keys, task)
        });
        Ok(there.await?)
    }

    async fn record_gone(
        &mut self,
        placement: BatchId,
        gone: Vec<StandbyId>,
    ) -> Result<(), VisitError> {
        let mailbox = self.mailbox.record.id;
        let before = self.state.clone();
        let written = self.context.write_of(mailbox, move |tx| {
            let mut state = before.clone();
            state.counts = journal::counts_so_far(tx, mailbox, &state)?;
            journal::record_gone(tx, mailbox, placement, &gone, &mut state.counts)?;
            journal::put_counted(tx, mailbox, &state)?;
            Ok(state.counts)
        });
        self.state.counts = written.await?;
        Ok(())
    }

    /// Why not everything that was placed is merged, if so.
    pub(super) fn placed_unseen(&self) -> Result<(), VisitError> {
        match &self.unseen {
            Some(why) => Err(VisitError::park(ParkReason::Unavailable, why.clone())),
            None => Ok(()),
        }
    }
}
