//! Reading back: what was appended is fetched and compared, what its user changed meanwhile is carried
//! along, and only then it is off the list.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::ids::{BatchId, PrimaryUid, UidValidity};
use crate::imap::{Flag, FlagChange, FolderName, ImapError, Selected, UidSet};
use crate::mail::{CanonicalDigest, Flags, canonical, digest_canonical};
use crate::store::merge::{BatchKind, BatchRecord, ParkReason, ReadBack};
use crate::store::messages::{MergedCopy, MessageRecord};
use crate::store::{StoreError, merge as journal, messages};

use super::step::Step;
use super::visit::Visit;
use super::{VisitError, append, find, ground};

/// Messages that are read back before they are settled.
const GROUP: usize = 500;

/// A message, where the journal says it is, and what it should be.
struct Expected {
    message: MessageRecord,
    copy: MergedCopy,
    sha256: CanonicalDigest,
    kind: BatchKind,
}

impl Visit<'_> {
    /// Reads back messages that the journal says are in the mailstore, and settles them.
    pub(super) async fn read_back(
        &mut self,
        messages: Vec<MessageRecord>,
    ) -> Result<(), VisitError> {
        let expected = self.expected(messages)?;
        let mut by_folder: BTreeMap<String, Vec<Expected>> = BTreeMap::new();
        for one in expected {
            by_folder
                .entry(one.copy.folder.clone())
                .or_default()
                .push(one);
        }
        for (folder, mut all) in by_folder {
            let folder = FolderName::from_wire(&folder);
            all.sort_by_key(|one| one.copy.uid);
            while !all.is_empty() {
                let rest = all.split_off(all.len().min(GROUP));
                self.read_back_group(&folder, std::mem::replace(&mut all, rest))
                    .await?;
            }
        }
        Ok(())
    }

    fn expected(&self, messages: Vec<MessageRecord>) -> Result<Vec<Expected>, VisitError> {
        let mailbox = self.mailbox.record.id;
        let expected = self.context.store.read(|tx| {
            let mut batches: BTreeMap<BatchId, BatchRecord> = BTreeMap::new();
            let mut expected = Vec::with_capacity(messages.len());
            for message in messages {
                let Some(copy) = message.merged.clone() else {
                    continue;
                };
                let batch = match batches.entry(copy.batch) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(new) => {
                        let batch = journal::batch(tx, mailbox, copy.batch)?;
                        new.insert(batch.ok_or(StoreError::Missing("merge batch"))?)
                    }
                };
                let item = batch.items.iter().find(|item| item.id == message.id);
                let item = item.ok_or(StoreError::Missing("message of a merge batch"))?;
                expected.push(Expected {
                    message,
                    copy,
                    sha256: item.sha256,
                    kind: batch.kind,
                });
            }
            Ok::<_, StoreError>(expected)
        })?;
        Ok(expected)
    }

    async fn read_back_group(
        &mut self,
        folder: &FolderName,
        group: Vec<Expected>,
    ) -> Result<(), VisitError> {
        self.permission()?;
        let mailbox = self.mailbox.record.id;
        let there = self.digests(folder, &group).await?;
        let mut read_back = Vec::with_capacity(group.len());
        let mut mismatch = None;
        for mut one in group {
            let found = there.get(&(one.copy.uid_validity, one.copy.uid));
            if found.is_some_and(|sha256| *sha256 != one.sha256) {
                mismatch = Some(one.copy.uid);
                continue;
            }
            if found.is_some() && one.kind == BatchKind::Appended {
                self.carry(&mut one).await?;
            }
            one.message.merged = Some(one.copy.clone());
            read_back.push(ReadBack {
                batch: one.copy.batch,
                gone: found.is_none(),
                message: one.message,
            });
        }
        Step::ReadBack.reached(mailbox);
        self.settle(read_back).await?;
        Step::Settled.reached(mailbox);
        match mismatch {
            None => Ok(()),
            Some(uid) => Err(VisitError::park(
                ParkReason::Mismatch,
                format!("message {uid} of the folder {folder} is not what was appended"),
            )),
        }
    }

    /// The hashes of those messages of the group that are there.
    async fn digests(
        &mut self,
        folder: &FolderName,
        group: &[Expected],
    ) -> Result<BTreeMap<(UidValidity, PrimaryUid), CanonicalDigest>, VisitError> {
        if let Some(selected) = self.still_open(folder, group) {
            let there = self.digests_in(folder, &selected, group).await?;
            if there.len() == group.len() {
                return Ok(there);
            }
        }
        match self.open_again(folder, group).await? {
            Some(selected) => self.digests_in(folder, &selected, group).await,
            None => Ok(BTreeMap::new()),
        }
    }

    /// The folder as it was opened, if it is open since and nothing is to be changed there: what was
    /// appended in the same session shows without opening it anew, or else it is opened anew.
    fn still_open(&self, folder: &FolderName, group: &[Expected]) -> Option<Selected> {
        let opened = self.ground.client.opened(folder)?;
        let (uid_validity, uid_next) = *self.next_uids.get(folder.as_wire())?;
        (opened.uid_validity == uid_validity && !group.iter().any(is_changed)).then(|| Selected {
            uid_next,
            ..opened.clone()
        })
    }

    async fn digests_in(
        &mut self,
        folder: &FolderName,
        selected: &Selected,
        group: &[Expected],
    ) -> Result<BTreeMap<(UidValidity, PrimaryUid), CanonicalDigest>, VisitError> {
        let mut there = BTreeMap::new();
        ground::check(folder, selected, &self.state)?;
        let same = |one: &&Expected| one.copy.uid_validity == selected.uid_validity;
        if folder.is_inbox() && !group.iter().all(|one| same(&one)) {
            return Err(ground::moved(folder, "its UIDVALIDITY changed"));
        }
        if self.state.folders.contains_key(folder.as_wire()) {
            ground::mark(&mut self.state, folder, selected, false);
        }
        let uids = group.iter().filter(same).map(|one| one.copy.uid);
        for set in UidSet::of(uids) {
            self.ground
                .client
                .fetch(&set, find::whole(), &mut |fetched| {
                    if let Some(bytes) = fetched.bytes {
                        let place = (selected.uid_validity, fetched.uid);
                        there.insert(place, digest_canonical([&*canonical(&bytes)]));
                    }
                })
                .await?;
        }
        Ok(there)
    }

    /// Opens the folder: to change it only if something is to be carried. `None` when its user has
    /// deleted it.
    async fn open_again(
        &mut self,
        folder: &FolderName,
        group: &[Expected],
    ) -> Result<Option<Selected>, VisitError> {
        let opened = if group.iter().any(is_changed) {
            self.ground.client.select(folder).await
        } else {
            self.ground.client.examine(folder).await
        };
        match opened {
            Ok(selected) => Ok(Some(selected)),
            Err(ImapError::Refused(refusal)) if !ground::is_passing(&refusal) => {
                // Gone only if the mailstore does not list it either.
                let listed = self.ground.client.list().await?;
                if listed.iter().any(|known| known.name == *folder) {
                    Err(ImapError::Refused(refusal).into())
                } else {
                    Ok(None)
                }
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Does to the copy what its user did to the message since it was appended: flags, then folder.
    /// Each is harmless when it is done again.
    async fn carry(&mut self, one: &mut Expected) -> Result<(), VisitError> {
        let (was, is) = (one.copy.flags, one.message.flags);
        if was != is {
            let set = UidSet::one(one.copy.uid);
            let client = &mut self.ground.client;
            for (change, flags) in [
                (FlagChange::Add, flags_of(minus(is, was))),
                (FlagChange::Remove, flags_of(minus(was, is))),
            ] {
                if !flags.is_empty() {
                    client.store_flags(&set, change, &flags).await?;
                }
            }
            one.copy.flags = is;
        }
        if one.copy.standby_folder != one.message.folder {
            self.carry_move(one).await?;
        }
        Ok(())
    }

    async fn carry_move(&mut self, one: &mut Expected) -> Result<(), VisitError> {
        let due = self.plan(std::slice::from_ref(&one.message))?;
        let Some(target) = due.into_iter().next().map(|due| due.target) else {
            return Ok(());
        };
        if matches!(target, crate::merge_plan::Target::Create(_)) {
            self.ground.create(&target).await?;
        }
        let folder = self.ground.name(&target);
        if folder.as_wire() != one.copy.folder {
            let moved = self.ground.client.move_one(one.copy.uid, &folder).await?;
            if let Some(moved) = moved
                && let Some(uid) = moved.uids.first()
            {
                one.copy.folder = folder.as_wire().to_owned();
                one.copy.uid_validity = moved.uid_validity;
                one.copy.uid = *uid;
            }
        }
        one.copy.standby_folder = one.message.folder;
        Ok(())
    }

    async fn settle(&mut self, read_back: Vec<ReadBack>) -> Result<(), VisitError> {
        let mailbox = self.mailbox.record.id;
        let mailstore = self.access.id.clone();
        let before = self.state.clone();
        self.state.counts = self
            .context
            .write_of(mailbox, move |tx| {
                let mut state = before.clone();
                state.counts = journal::counts_so_far(tx, mailbox, &state)?;
                for one in &read_back {
                    if let Some(copy) = &one.message.merged
                        && messages::get(tx, mailbox, one.message.id)?.is_some()
                    {
                        messages::record_merged(tx, mailbox, one.message.id, copy.clone())?;
                    }
                }
                journal::settle(tx, &mailstore, mailbox, &read_back, &mut state.counts)?;
                journal::put_counted(tx, mailbox, &state)?;
                Ok(state.counts)
            })
            .await?;
        Ok(())
    }
}

fn is_changed(one: &Expected) -> bool {
    one.kind == BatchKind::Appended
        && (one.copy.flags != one.message.flags || one.copy.standby_folder != one.message.folder)
}

/// What is set in `a` and not in `b`.
fn minus(a: Flags, b: Flags) -> Flags {
    Flags {
        seen: a.seen && !b.seen,
        answered: a.answered && !b.answered,
        flagged: a.flagged && !b.flagged,
        draft: a.draft && !b.draft,
        forwarded: a.forwarded && !b.forwarded,
    }
}

fn flags_of(flags: Flags) -> Vec<Flag> {
    let mut list = append::system_flags(flags);
    if flags.forwarded {
        list.extend(Flags::KEYWORD_FORWARDED.parse().ok().map(Flag::Keyword));
    }
    list
}
