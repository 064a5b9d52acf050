//! Placing: what is due goes into the mailstore's volume as files, before or beside IMAP.
//!
//! The same order of things as for an append: looked for, written down, done, written down. Files are
//! written to `tmp/` and synced; then the journal knows them; then they are renamed into `new/` and
//! are *provisional* until IMAP has shown them ([`super::seen`]). Once the journal knows a file it is
//! delivered or will be, and is never written again.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::ids::{BatchId, Epoch, MailboxId, PrimaryUid, StandbyId, UidValidity};
use crate::imap::{FolderName, Selected};
use crate::maildir::{self, FileName, MaildirError, NewFile, Published, Root, Staged, Task};
use crate::merge_plan::{self, Layout, ListedFolder, Target};
use crate::store::directory::{Mailbox, details};
use crate::store::merge::{
    Fate, MailboxMerge, ParkReason, PlacedFate, PlacedItem, PlacementRecord,
};
use crate::store::messages::MessageRecord;
use crate::store::{StoreError, merge as journal, messages, meta};

use super::step::PlaceStep;
use super::taken::Arrivals;
use super::visit::{Context, Loaded, WINDOW, free, load, plan};
use super::{Files, MailstoreAccess, VisitError, find, ground};

/// Dovecot removes what lies in `tmp/` for 36 hours: what was staged longer ago than this and is not
/// there may have been removed instead of renamed.
const TMP_KEPT: Duration = Duration::from_secs(24 * 3600);

/// What placing came to, besides what is in the journal.
#[derive(Debug, Default)]
pub(super) struct PlacedNow {
    /// Messages that the mailstore seems to have already: IMAP has to look at them.
    pub(super) held_back: BTreeSet<StandbyId>,
    /// Why some messages could not be placed, if so.
    pub(super) stuck: Option<VisitError>,
}

fn is_full(error: &VisitError) -> bool {
    matches!(
        error,
        VisitError::Park {
            reason: ParkReason::OverQuota,
            ..
        }
    )
}

/// Whether other folders and messages may fare better.
fn is_of_one_batch(error: &VisitError) -> bool {
    matches!(
        error,
        VisitError::Park {
            reason: ParkReason::Refused | ParkReason::OverQuota,
            ..
        }
    )
}

/// What a mailbox's files looked like when the visit began.
struct Seen {
    uid_validity: UidValidity,
    uid_next: PrimaryUid,
    folders: Vec<String>,
}

/// One visit of a mailbox's files.
pub(super) struct Placing<'a> {
    pub(super) context: &'a Context,
    pub(super) access: &'a MailstoreAccess,
    pub(super) files: &'a Files,
    pub(super) mailbox: &'a Mailbox,
    state: &'a mut MailboxMerge,
    pub(super) path: PathBuf,
    layout: Layout,
    /// The names of the folders on disk.
    folders: Vec<String>,
    /// UIDVALIDITY and UIDNEXT of folders, by their names on disk, before this visit wrote to them.
    before: BTreeMap<String, Option<(UidValidity, PrimaryUid)>>,
    /// Messages that are on their way already, or wait for a person.
    aside: BTreeSet<StandbyId>,
    /// Messages that arrived before this are looked for by their content.
    pub(super) look_before: Timestamp,
    /// What arrived in the mailstore since the outage began; made when first needed.
    pub(super) arrivals: Option<Arrivals>,
}

/// Finishes what an earlier visit staged and, if this mailstore's driver is the Maildir, places what is
/// due.
pub(super) async fn place(
    context: &Context,
    access: &MailstoreAccess,
    mailbox: &Mailbox,
    state: &mut MailboxMerge,
) -> Result<PlacedNow, VisitError> {
    let Some(files) = &access.files else {
        return Ok(PlacedNow::default());
    };
    let id = mailbox.record.id;
    let open = context.store.read(|tx| journal::placements(tx, id))?;
    let staged: Vec<_> = open
        .iter()
        .filter(|(_, record)| record.mailstore == access.id && has_staged(record))
        .cloned()
        .collect();
    if staged.is_empty() && !files.places {
        return Ok(PlacedNow::default());
    }
    let Some(path) = files.path.of(&mailbox.address) else {
        let detail = "its address is no name of a directory: merge it by IMAP";
        return Err(VisitError::park(ParkReason::Refused, detail));
    };
    let mut placing = Placing {
        context,
        access,
        files,
        mailbox,
        state,
        path,
        layout: Layout::default(),
        folders: Vec::new(),
        before: BTreeMap::new(),
        aside: BTreeSet::new(),
        look_before: Timestamp::EPOCH,
        arrivals: None,
    };
    placing.feel_the_ground().await?;
    for (batch, record) in &staged {
        placing.publish(*batch, record).await?;
    }
    if !files.places {
        return Ok(PlacedNow::default());
    }
    placing.learn_from_journal()?;
    placing.place_all().await
}

fn has_staged(record: &PlacementRecord) -> bool {
    record
        .items
        .iter()
        .any(|item| item.fate == PlacedFate::Staged)
}

impl Placing<'_> {
    fn permission(&self) -> Result<Epoch, VisitError> {
        self.context
            .may_place(&self.access.id, &self.mailbox.address)
            .ok_or(VisitError::Closed)
    }

    fn id(&self) -> MailboxId {
        self.mailbox.record.id
    }

    /// Runs `job` on the open mailbox.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Root, &Task) -> Result<T, MaildirError> + Send + 'static,
    ) -> Result<T, VisitError> {
        let path = self.path.clone();
        let done = self.files.pool.run(move |task| {
            let root = Root::open(&path, task)?;
            job(&root, task)
        });
        Ok(done.await?)
    }

    /// Looks whether the mailbox is there and is the one that it was. Of UIDNEXT its list may tell
    /// too little, so only UIDVALIDITY is compared here; IMAP compares both.
    async fn feel_the_ground(&mut self) -> Result<(), VisitError> {
        let epoch = self.permission()?;
        self.state.go_on_under(epoch);
        let seen = self.run(|root, task| {
            let list = root.uid_list("", task, |_| {})?;
            let list = list.ok_or_else(|| MaildirError::NotThere {
                path: "INBOX".to_owned(),
                what: "its dovecot-uidlist has gone".to_owned(),
            })?;
            Ok(Seen {
                uid_validity: list.uid_validity,
                uid_next: list.uid_next,
                folders: root.folders(task)?,
            })
        });
        let seen = seen.await?;
        let inbox = FolderName::inbox();
        if let Some(mark) = self.state.folders.get(inbox.as_wire())
            && mark.uid_validity != seen.uid_validity
        {
            let (was, is) = (mark.uid_validity, seen.uid_validity);
            let how = format!("its UIDVALIDITY was {was} and is {is}");
            return Err(ground::moved(&inbox, &how));
        }
        let selected = Selected {
            uid_validity: seen.uid_validity,
            uid_next: seen.uid_next,
            exists: 0,
            permanent_flags: Vec::new(),
        };
        ground::mark(self.state, &inbox, &selected, false);
        self.before
            .insert(String::new(), Some((seen.uid_validity, seen.uid_next)));
        let folder = |name: String, role| ListedFolder {
            name,
            role,
            selectable: true,
        };
        self.folders.clone_from(&seen.folders);
        let address = &self.mailbox.address;
        let details = self.context.store.read(|tx| details::get(tx, address))?;
        self.layout = Layout {
            named: details.folders,
            folders: std::iter::once(folder("INBOX".to_owned(), Some(crate::mail::Role::Inbox)))
                .chain(
                    seen.folders
                        .iter()
                        .map(|name| folder(FolderName::from_wire(name).to_text(), None)),
                )
                .collect(),
            separator: Some('.'),
            prefix: String::new(),
        };
        Ok(())
    }

    /// What must not be placed: what is placed already, or may be in the mailstore by an append.
    fn learn_from_journal(&mut self) -> Result<(), VisitError> {
        let id = self.id();
        let (batches, placements, meta) = self.context.store.read(|tx| {
            let batches = journal::batches(tx, id)?;
            Ok::<_, StoreError>((batches, journal::placements(tx, id)?, meta::get(tx)?))
        })?;
        if meta.restored {
            self.look_before = meta.since;
        }
        let elsewhere = batches
            .iter()
            .any(|(_, batch)| batch.mailstore != self.access.id)
            || placements
                .iter()
                .any(|(_, placed)| placed.mailstore != self.access.id);
        if elsewhere || self.state.lost {
            // What went to the former mailstore may have been copied from there; what went to this one
            // may have been moved.
            self.look_before = Timestamp::from_millis(i64::MAX);
        }
        let here = batches
            .iter()
            .filter(|(_, batch)| batch.mailstore == self.access.id);
        for item in here.flat_map(|(_, batch)| &batch.items) {
            match item.fate {
                Fate::InDoubt | Fate::Unsure => self.aside.insert(item.id),
                _ => self.aside.remove(&item.id),
            };
        }
        let here = placements
            .iter()
            .filter(|(_, placed)| placed.mailstore == self.access.id);
        self.aside
            .extend(here.flat_map(|(_, placed)| placed.items.iter().map(|item| item.id)));
        Ok(())
    }

    async fn place_all(&mut self) -> Result<PlacedNow, VisitError> {
        let mut placed = PlacedNow::default();
        let mut after = None;
        loop {
            self.permission()?;
            let (last, mut due) = self.window(after)?;
            let Some(last) = last else { break };
            after = Some(last);
            due = free(self.context, self.id(), due).await?;
            due.retain(|message| !self.aside.contains(&message.id));
            let taken = self.taken_already(&due).await?;
            due.retain(|message| !taken.contains(&message.id));
            placed.held_back.extend(taken);
            // In the order in which their names give them UIDs.
            due.sort_by_key(|message| (message.received_at.as_secs(), message.id));
            let plan = plan(&self.context.store, self.id(), &self.layout, &due)?;
            for batch in merge_plan::batches(&plan, self.context.settings.batch) {
                let of_batch = batch
                    .messages
                    .iter()
                    .filter_map(|id| due.iter().find(|message| message.id == *id).cloned());
                self.place_what_fits(&batch.target, of_batch.collect(), &mut placed.stuck)
                    .await?;
            }
        }
        Ok(placed)
    }

    /// Places a batch. One folder or one large message must not hold the others: what stands in the
    /// way of it alone is put into `stuck`. Where a quota or the volume is full, as much as fits is
    /// placed, once in a visit.
    async fn place_what_fits(
        &mut self,
        target: &Target,
        batch: Vec<MessageRecord>,
        stuck: &mut Option<VisitError>,
    ) -> Result<(), VisitError> {
        let mut parts = VecDeque::from([batch]);
        while let Some(mut part) = parts.pop_front() {
            match self.place_batch(target, part.clone()).await {
                Err(error) if is_full(&error) && part.len() > 1 && stuck.is_none() => {
                    let rest = part.split_off(part.len().div_ceil(2));
                    parts.push_front(rest);
                    parts.push_front(part);
                }
                Err(error) if is_of_one_batch(&error) => {
                    stuck.get_or_insert(error);
                }
                other => other?,
            }
        }
        Ok(())
    }

    /// The last message of the next window, and those of it that are in no mailstore's hands. What was
    /// taken back since this visit began has to be looked for, which only the next visit does.
    fn window(
        &self,
        after: Option<StandbyId>,
    ) -> Result<(Option<StandbyId>, Vec<MessageRecord>), VisitError> {
        let id = self.id();
        self.context.store.read(|tx| {
            if journal::is_lost(tx, id, &self.access.id)? && !self.state.lost {
                return Err(VisitError::Closed);
            }
            let ids = messages::unmerged(tx, &self.access.id, id, after, WINDOW)?;
            let mut due = Vec::with_capacity(ids.len());
            for message in &ids {
                let message = messages::get(tx, id, *message)?;
                let is_due = |m: &MessageRecord| {
                    m.merged
                        .as_ref()
                        .is_none_or(|copy| copy.mailstore != self.access.id)
                };
                due.extend(message.filter(is_due));
            }
            Ok((ids.last().copied(), due))
        })
    }

    async fn place_batch(
        &mut self,
        target: &Target,
        messages: Vec<MessageRecord>,
    ) -> Result<(), VisitError> {
        let epoch = self.permission()?;
        let folder = on_disk(&self.folders, target.name());
        let create = matches!(target, Target::Create(_));
        let mut loaded = Vec::with_capacity(messages.len());
        for message in messages {
            loaded.push(load(&self.context.store, message).await?);
        }
        let now = self.context.clock.now();
        let batch = BatchId::generate(now);
        let items: Vec<_> = loaded.iter().map(|loaded| self.item(loaded)).collect();
        let new = loaded.iter().zip(&items).map(|(loaded, item)| NewFile {
            name: FileName::from_journal(&item.file),
            received_at: loaded.record.received_at,
            pieces: vec![loaded.prefix.clone(), loaded.body.clone()],
        });
        self.stage(&folder, create, batch, new.collect()).await?;
        drop(loaded);
        PlaceStep::Written.reached(self.id());
        let record = PlacementRecord {
            mailstore: self.access.id.clone(),
            epoch,
            before: self.before.get(&folder).copied().flatten(),
            folder,
            created: create,
            at: now,
            items,
        };
        let (mailbox, state, intent) = (self.id(), self.state.clone(), record.clone());
        let written = self.context.write_of(mailbox, move |tx| {
            journal::put_mailbox(tx, mailbox, &state)?;
            journal::place(tx, mailbox, batch, &intent)
        });
        written.await?;
        PlaceStep::Staged.reached(mailbox);
        if create {
            self.remember(target, &record.folder);
        }
        self.publish(batch, &record).await
    }

    fn item(&self, loaded: &Loaded) -> PlacedItem {
        let record = &loaded.record;
        let (size_bytes, sha256) = (loaded.size_bytes(), loaded.sha256);
        let name = FileName::new(
            self.id(),
            record.id,
            record.received_at,
            &sha256,
            size_bytes,
        );
        PlacedItem {
            id: record.id,
            delivery: find::delivery(record),
            size_bytes,
            sha256,
            flags: FileName::carried(record.flags),
            standby_folder: record.folder,
            file: name.as_str().to_owned(),
            fate: PlacedFate::Staged,
        }
    }

    /// Writes the files, and makes the folder if it has to.
    async fn stage(
        &mut self,
        folder: &str,
        create: bool,
        batch: BatchId,
        new: Vec<NewFile>,
    ) -> Result<(), VisitError> {
        let (name, is_known) = (folder.to_owned(), self.before.contains_key(folder));
        let before = self.run(move |root, task| {
            if create {
                maildir::create(root, &name, task)?;
            }
            let list = if is_known {
                None
            } else {
                root.uid_list(&name, task, |_| {})?
            };
            maildir::stage(root, &name, batch, &new, task)?;
            Ok(list.map(|list| (list.uid_validity, list.uid_next)))
        });
        let before = before.await?;
        self.before.entry(folder.to_owned()).or_insert(before);
        Ok(())
    }

    fn remember(&mut self, target: &Target, on_disk: &str) {
        self.folders.push(on_disk.to_owned());
        self.layout.folders.push(ListedFolder {
            name: target.name().to_owned(),
            role: None,
            selectable: true,
        });
    }

    /// Renames what is staged into `new/` and writes that down.
    async fn publish(
        &mut self,
        batch: BatchId,
        record: &PlacementRecord,
    ) -> Result<(), VisitError> {
        self.permission()?;
        let mailbox = self.id();
        let staged = record
            .items
            .iter()
            .filter(|item| item.fate == PlacedFate::Staged);
        let ids: Vec<StandbyId> = staged.clone().map(|item| item.id).collect();
        let staged: Vec<_> = staged
            .map(|item| Staged {
                name: FileName::from_journal(&item.file),
                flags: item.flags,
            })
            .collect();
        let folder = record.folder.clone();
        let is_old = self.context.clock.now().since(record.at) > TMP_KEPT;
        let fates = self.run(move |root, task| {
            published(root, &folder, batch, &staged, is_old, task, || {
                PlaceStep::Renamed.reached(mailbox);
            })
        });
        let fates: Vec<_> = ids.into_iter().zip(fates.await?).collect();
        PlaceStep::Published.reached(mailbox);
        let unsure = fates.iter().filter(|(_, fate)| *fate == PlacedFate::Unsure);
        let (placed, unsure) = (fates.len(), unsure.count());
        let written = self.context.write_of(mailbox, move |tx| {
            journal::record_placed(tx, mailbox, batch, &fates)
        });
        written.await?;
        PlaceStep::Placed.reached(mailbox);
        tracing::debug!(%mailbox, %batch, placed, unsure, "placed messages as files");
        Ok(())
    }
}

/// Renames, and says of each message what follows.
fn published(
    root: &Root,
    folder: &str,
    batch: BatchId,
    staged: &[Staged],
    is_old: bool,
    task: &Task,
    renamed: impl FnMut(),
) -> Result<Vec<PlacedFate>, MaildirError> {
    if let Err(MaildirError::NotThere { .. }) = root.folder(folder, task) {
        // Its user has deleted the folder: with the messages, or before they were in it.
        return Ok(vec![PlacedFate::Unsure; staged.len()]);
    }
    let done = maildir::publish(root, folder, batch, staged, task, renamed)?;
    let mut fates = vec![PlacedFate::Placed; done.len()];
    if is_old && done.contains(&Published::NotInTmp) {
        let keys: Vec<_> = staged
            .iter()
            .map(|one| maildir::key_of(one.name.as_str()).to_owned())
            .collect();
        let there = maildir::holds_key(root, &keys, task)?;
        for ((fate, done), there) in fates.iter_mut().zip(&done).zip(there) {
            if *done == Published::NotInTmp && !there {
                *fate = PlacedFate::Unsure;
            }
        }
    }
    Ok(fates)
}

/// The name on disk (without the leading dot, empty for INBOX) of a folder as people read it.
fn on_disk(known: &[String], name: &str) -> String {
    let wire = FolderName::from_text(name);
    if wire.is_inbox() {
        return String::new();
    }
    let is_it = |known: &&String| FolderName::from_wire(known).to_text() == name;
    if let Some(known) = known.iter().find(is_it) {
        return known.clone();
    }
    // With UTF-8 in mail_location, names are as people read them.
    if known.iter().any(|known| !known.is_ascii()) {
        return name.to_owned();
    }
    wire.as_wire().to_owned()
}

#[cfg(test)]
mod tests;
