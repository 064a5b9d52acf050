//! A dry run: what a visit of a mailbox would do. It touches nothing: EXAMINE, LIST, SEARCH and FETCH
//! only, and nothing is written to the journal.

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::{MailstoreId, PrimaryUid, StandbyId, UidValidity};
use crate::merge_plan::Target;
use crate::store::StoreError;
use crate::store::directory::Mailbox;
use crate::store::merge::{self as journal, Fate, MailboxMerge, PlacedFate};

use super::ground::Ground;
use super::visit::Visit;
use super::{Merger, VisitError};

/// Most messages of a mailbox that are looked at.
const MESSAGES_MAX: usize = 5_000;

/// What a visit of a mailbox would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailboxPlan {
    /// What goes where, in the order of the folders' oldest messages.
    pub folders: Vec<FolderPlan>,
    /// Messages that the mailstore has already: they would not be doubled.
    pub found: u64,
    /// Messages that are there and would be read back, with what their user changed since.
    pub read_back: u64,
    /// Messages of which it is not known whether they were stored: they would be looked for.
    pub in_doubt: u64,
    /// Messages that wait for a person: they may have been stored and deleted again.
    pub unsure: u64,
    /// Whether there are more messages than were looked at.
    pub more: bool,
    /// Why it would wait instead, if it would.
    pub problem: Option<String>,
}

/// What would be added to a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderPlan {
    /// Its name, for people.
    pub name: String,
    /// Whether it would be created.
    pub create: bool,
    /// Messages.
    pub messages: u64,
    /// Their bytes together.
    pub size_bytes: u64,
    /// Its UIDVALIDITY and UIDNEXT now, if it is there.
    pub before: Option<(UidValidity, PrimaryUid)>,
}

impl Merger {
    /// What a visit of `mailbox` would do. None if the merge does not know the mailstore.
    pub async fn plan(&self, mailstore: &MailstoreId, mailbox: Mailbox) -> Option<MailboxPlan> {
        let access = self.access(mailstore)?;
        let mut plan = MailboxPlan::default();
        let open = Ground::open_for(&self.context, access, &mailbox).await;
        let planned = match open {
            Ok(ground) => {
                let id = mailbox.record.id;
                let now = self.context.clock.now();
                let known = self.context.store.read(|tx| journal::mailbox(tx, id));
                match known {
                    Ok(known) => {
                        let state = known
                            .filter(|state| state.mailstore == access.id)
                            .unwrap_or_else(|| MailboxMerge::new(&access.id, now));
                        let (context, none) = (&self.context, BTreeSet::new());
                        let mut visit = Visit::new(context, access, mailbox, ground, state, none);
                        let planned = visit.plan_into(&mut plan).await;
                        if visit.ground.client.is_usable() {
                            // It is over either way.
                            let _ = visit.ground.client.logout().await;
                        }
                        planned
                    }
                    Err(error) => Err(error.into()),
                }
            }
            Err(error) => Err(error),
        };
        if let Err(error) = planned {
            plan.problem = Some(error.to_string());
        }
        Some(plan)
    }
}

impl Visit<'_> {
    async fn plan_into(&mut self, plan: &mut MailboxPlan) -> Result<(), VisitError> {
        let (fates, doubts) = self.read_journal()?;
        let in_doubt: BTreeSet<_> = doubts
            .iter()
            .flat_map(|(_, batch)| &batch.items)
            .filter(|item| item.fate == Fate::InDoubt)
            .map(|item| item.id)
            .collect();
        let placed = self.placed()?;
        let inbox = crate::imap::FolderName::inbox();
        self.ground.examine(&inbox, &self.state).await?;
        let (mut due, mut after, mut looked_at) = (Vec::new(), None, 0);
        loop {
            let window = self.window(after)?;
            let Some(last) = window.last() else { break };
            after = Some(last.id);
            looked_at += window.len();
            for message in window {
                let here = message.merged.as_ref();
                let as_file = placed.get(&message.id);
                if in_doubt.contains(&message.id) || as_file == Some(&PlacedFate::Staged) {
                    plan.in_doubt += 1;
                } else if fates.get(&message.id) == Some(&Fate::Unsure)
                    || as_file == Some(&PlacedFate::Unsure)
                {
                    plan.unsure += 1;
                } else if as_file.is_some()
                    || here.is_some_and(|copy| copy.mailstore == self.access.id)
                {
                    plan.read_back += 1;
                } else {
                    due.push(message);
                }
            }
            if looked_at >= MESSAGES_MAX {
                plan.more = !self.window(after)?.is_empty();
                break;
            }
        }
        let (due, found) = self.recognise(due).await?;
        plan.found = found.len() as u64;
        let mut at: BTreeMap<String, usize> = BTreeMap::new();
        for one in self.plan(&due)? {
            let name = one.target.name().to_owned();
            let index = match at.get(&name) {
                Some(index) => *index,
                None => {
                    plan.folders.push(self.plan_folder(&one.target).await?);
                    at.insert(name, plan.folders.len() - 1);
                    plan.folders.len() - 1
                }
            };
            if let Some(folder) = plan.folders.get_mut(index) {
                folder.messages += 1;
                folder.size_bytes += one.size_bytes;
            }
        }
        Ok(())
    }

    /// What is known of messages that were placed as files.
    fn placed(&self) -> Result<BTreeMap<StandbyId, PlacedFate>, StoreError> {
        let id = self.mailbox.record.id;
        let placements = self.context.store.read(|tx| journal::placements(tx, id))?;
        let items = placements.into_iter().flat_map(|(_, record)| record.items);
        Ok(items.map(|item| (item.id, item.fate)).collect())
    }

    async fn plan_folder(&mut self, target: &Target) -> Result<FolderPlan, VisitError> {
        let create = matches!(target, Target::Create(_));
        let mut before = None;
        if !create {
            let folder = self.ground.name(target);
            let selected = self.ground.examine(&folder, &self.state).await?;
            before = Some((selected.uid_validity, selected.uid_next));
        }
        Ok(FolderPlan {
            name: target.name().to_owned(),
            create,
            messages: 0,
            size_bytes: 0,
            before,
        })
    }
}
