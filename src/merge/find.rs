//! Finding out what the mailstore has already: before an append, and after one in doubt.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;

use crate::clock::Timestamp;
use crate::ids::{BatchId, PrimaryUid, StandbyId, UidValidity};
use crate::imap::{Fetched, FolderName, SearchKey, Section, UidSet, Wanted};
use crate::mail::{CanonicalDigest, canonical, digest_canonical};
use crate::merge_plan::{self, Finding, Item, Seen, TargetView};
use crate::store::merge::{BatchItem, BatchKind, BatchRecord, Fate, ParkReason, Place};
use crate::store::messages::{MessageRecord, Origin};
use crate::store::{StoreError, merge as journal, messages};

use super::VisitError;
use super::step::Step;
use super::visit::{Loaded, Visit};

/// Reads that may disagree before a mailbox in doubt is put off.
const READS_MAX: usize = 10;
/// INTERNALDATE is compared by days, in whatever zone the server thinks in.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// The messages that arrived in the mailstore since the outage may have begun.
pub(super) struct Survey(Vec<SurveyedFolder>);

struct SurveyedFolder {
    name: FolderName,
    uid_validity: UidValidity,
    messages: Vec<Surveyed>,
}

struct Surveyed {
    uid: PrimaryUid,
    size_bytes: u64,
    received: Bytes,
}

/// What is due still, and what the mailstore has already.
pub(super) type Recognised = (Vec<MessageRecord>, Vec<(MessageRecord, Found)>);

/// A message of the mailstore that is one of ours.
pub(super) struct Found {
    place: Place,
    uid_next: PrimaryUid,
    size_bytes: u64,
    sha256: CanonicalDigest,
}

impl Visit<'_> {
    /// Takes out of `due` what the mailstore has already, and writes that down. Received messages are
    /// looked for by the MX's queue id and their content: a mailstore that hung may have taken them
    /// and never said so. Those that the journal may have forgotten are looked for by their content.
    pub(super) async fn find_before_appending(
        &mut self,
        due: Vec<MessageRecord>,
    ) -> Result<Vec<MessageRecord>, VisitError> {
        let (rest, found) = self.recognise(due).await?;
        for (message, found) in found {
            self.record_found(message, found).await?;
        }
        Ok(rest)
    }

    /// Parts what is due from what the mailstore has already; writes nothing down.
    pub(super) async fn recognise(
        &mut self,
        due: Vec<MessageRecord>,
    ) -> Result<Recognised, VisitError> {
        let concerned =
            |message: &MessageRecord| self.is_forgotten(message) || queue_id(message).is_some();
        let oldest = due.iter().filter(|m| concerned(m)).map(|m| m.received_at);
        let Some(oldest) = oldest.min() else {
            return Ok((due, Vec::new()));
        };
        if self.survey.is_none() {
            let since = oldest.before(self.context.settings.mx_tries);
            self.survey = Some(self.make_survey(since).await?);
        }
        let (mut rest, mut all_found) = (Vec::with_capacity(due.len()), Vec::new());
        for message in due {
            let candidates = self.candidates(&message);
            if candidates.is_empty() {
                rest.push(message);
                continue;
            }
            let loaded = self.load(message).await?;
            match self.first_same(candidates, &loaded).await? {
                Some(found) => {
                    self.claimed.insert(found.place.clone(), loaded.record.id);
                    all_found.push((loaded.record, found));
                }
                None => rest.push(loaded.record),
            }
        }
        Ok((rest, all_found))
    }

    /// Whether the journal may not know that this message was appended.
    fn is_forgotten(&self, message: &MessageRecord) -> bool {
        message.received_at < self.look_before
    }

    async fn make_survey(&mut self, since: Timestamp) -> Result<Survey, VisitError> {
        let wanted = Wanted {
            size: true,
            section: Section::Received,
            ..Wanted::default()
        };
        let mut folders = Vec::new();
        for name in self.ground.folders() {
            let opened = self.ground.examine_to_search(&name, &self.state).await?;
            let Some(selected) = opened.filter(|selected| selected.exists > 0) else {
                continue;
            };
            let client = &mut self.ground.client;
            let uids = client.search(&[SearchKey::Since(since)]).await?;
            let mut messages = Vec::new();
            for set in UidSet::of(uids) {
                client
                    .fetch(&set, wanted, &mut |fetched| {
                        if let (Some(size_bytes), Some(received)) =
                            (fetched.size_bytes, fetched.bytes)
                        {
                            messages.push(Surveyed {
                                uid: fetched.uid,
                                size_bytes,
                                received: Bytes::copy_from_slice(&received),
                            });
                        }
                    })
                    .await?;
            }
            folders.push(SurveyedFolder {
                name,
                uid_validity: selected.uid_validity,
                messages,
            });
        }
        Ok(Survey(folders))
    }

    /// Places of the survey where `message` may be.
    fn candidates(&self, message: &MessageRecord) -> Vec<(FolderName, Place)> {
        let queue_id = queue_id(message);
        let forgotten = self.is_forgotten(message);
        let folders = self.survey.iter().flat_map(|survey| &survey.0);
        folders
            .flat_map(|folder| folder.messages.iter().map(move |seen| (folder, seen)))
            .filter(|(_, seen)| {
                let named =
                    queue_id.is_some_and(|id| merge_plan::names_queue_id(&seen.received, id));
                named || (forgotten && seen.size_bytes == message.size_bytes)
            })
            .map(|(folder, seen)| {
                let place = Place {
                    folder: folder.name.as_wire().to_owned(),
                    uid_validity: folder.uid_validity,
                    uid: seen.uid,
                };
                (folder.name.clone(), place)
            })
            .filter(|(_, place)| {
                let claimed = self.claimed.get(place);
                claimed.is_none_or(|owner| *owner == message.id)
            })
            .collect()
    }

    /// The first of `candidates` that is `loaded`.
    async fn first_same(
        &mut self,
        candidates: Vec<(FolderName, Place)>,
        loaded: &Loaded,
    ) -> Result<Option<Found>, VisitError> {
        for (folder, place) in candidates {
            let selected = self.ground.examine(&folder, &self.state).await?;
            let set = UidSet::one(place.uid);
            let fetched = self.ground.client.fetch_all(&set, whole()).await?;
            let Some(bytes) = fetched.into_iter().find_map(|f| f.bytes) else {
                continue;
            };
            let bytes = canonical(&bytes);
            let sha256 = digest_canonical([&*bytes]);
            let is_exact = self.is_forgotten(&loaded.record) && sha256 == loaded.sha256;
            let is_delivered = queue_id(&loaded.record).is_some()
                && merge_plan::is_same_below_trace(&bytes, &loaded.body);
            if is_exact || is_delivered {
                return Ok(Some(Found {
                    place,
                    uid_next: selected.uid_next,
                    size_bytes: bytes.len() as u64,
                    sha256,
                }));
            }
        }
        Ok(None)
    }

    /// Writes down a message that is in the mailstore without having been appended. It is read back
    /// and settled like the others, and never touched.
    async fn record_found(
        &mut self,
        message: MessageRecord,
        found: Found,
    ) -> Result<(), VisitError> {
        let epoch = self.permission()?;
        let now = self.context.clock.now();
        let id = BatchId::generate(now);
        let mailbox = self.mailbox.record.id;
        let place = found.place;
        self.claimed.insert(place.clone(), message.id);
        let batch = BatchRecord {
            mailstore: self.access.id.clone(),
            epoch,
            kind: BatchKind::Found,
            folder: place.folder.clone(),
            uid_validity: place.uid_validity,
            uid_next_before: found.uid_next,
            at: now,
            items: vec![BatchItem {
                id: message.id,
                delivery: delivery(&message),
                size_bytes: found.size_bytes,
                sha256: found.sha256,
                flags: message.flags,
                standby_folder: message.folder,
                fate: Fate::InDoubt,
            }],
        };
        let message = message.id;
        self.context
            .write_of(mailbox, move |tx| {
                journal::intend(tx, mailbox, id, &batch)?;
                let fate = (message, Fate::Stored(place.clone()));
                journal::record_fates(tx, mailbox, id, &[fate], now)
            })
            .await?;
        Ok(())
    }

    /// Finds out what became of a batch and writes it down: only when two reads, `quiet` apart, agree;
    /// with no `quiet`, the server has spoken and one read is enough.
    pub(super) async fn resolve(
        &mut self,
        id: BatchId,
        batch: &BatchRecord,
        quiet: Duration,
    ) -> Result<Vec<(StandbyId, Fate)>, VisitError> {
        let mut before = None;
        for _ in 0..READS_MAX {
            self.permission()?;
            let fates = self.look(batch).await?;
            if quiet.is_zero() || before.as_ref() == Some(&fates) {
                return self.record_resolved(id, fates).await;
            }
            before = Some(fates);
            tokio::time::sleep(quiet).await;
        }
        let detail = "what is in doubt keeps changing: another session may still be storing it";
        Err(VisitError::park(ParkReason::Unavailable, detail))
    }

    async fn record_resolved(
        &mut self,
        id: BatchId,
        fates: Vec<(StandbyId, Fate)>,
    ) -> Result<Vec<(StandbyId, Fate)>, VisitError> {
        let mailbox = self.mailbox.record.id;
        let now = self.context.clock.now();
        let stored = fates.iter().filter(|(_, fate)| fate.place().is_some());
        tracing::info!(%mailbox, batch = %id, items = fates.len(), stored = stored.count(),
            "found out what became of a batch in doubt");
        Step::Looked.reached(mailbox);
        let to_write = fates.clone();
        self.context
            .write_of(mailbox, move |tx| {
                journal::record_fates(tx, mailbox, id, &to_write, now)
            })
            .await?;
        Step::Recovered.reached(mailbox);
        for (message, fate) in &fates {
            self.claim(*message, fate);
        }
        Ok(fates)
    }

    /// One read: where each message of the batch is now.
    async fn look(&mut self, batch: &BatchRecord) -> Result<Vec<(StandbyId, Fate)>, VisitError> {
        let items: Vec<_> = batch
            .items
            .iter()
            .map(|item| Item {
                size_bytes: item.size_bytes,
                sha256: item.sha256,
            })
            .collect();
        let folder = FolderName::from_wire(&batch.folder);
        let view = self.target_view(&folder, batch, &items).await?;
        let mut findings = merge_plan::recover(&items, &view, &[]);
        let mut others = Vec::new();
        let in_target = |finding: &Finding| matches!(finding, Finding::InTarget(_));
        if !findings.iter().all(in_target) {
            others = self.elsewhere(&folder, batch, &items).await?;
            let seen: Vec<_> = others.iter().map(|(_, _, seen)| seen.clone()).collect();
            findings = merge_plan::recover(&items, &view, &seen);
        }
        let fates = findings.into_iter().map(|finding| match finding {
            Finding::InTarget(uid) => Fate::Stored(Place {
                folder: batch.folder.clone(),
                uid_validity: batch.uid_validity,
                uid,
            }),
            Finding::Elsewhere(at, uid) => match others.get(at) {
                Some((folder, uid_validity, _)) => Fate::Stored(Place {
                    folder: folder.as_wire().to_owned(),
                    uid_validity: *uid_validity,
                    uid,
                }),
                None => Fate::InDoubt,
            },
            Finding::Missing => Fate::NotStored,
            Finding::Unsure => Fate::Unsure,
        });
        Ok(batch.items.iter().map(|i| i.id).zip(fates).collect())
    }

    /// The folder that the batch was for, from its UIDNEXT before the batch on.
    async fn target_view(
        &mut self,
        folder: &FolderName,
        batch: &BatchRecord,
        items: &[Item],
    ) -> Result<TargetView, VisitError> {
        let opened = self.ground.examine_to_search(folder, &self.state).await?;
        let Some(selected) = opened.filter(|s| s.uid_validity == batch.uid_validity) else {
            // Its user has deleted the folder since: any of the messages may have been in it.
            return Ok(TargetView::vanished(batch.uid_next_before, items.len()));
        };
        let sizes = Wanted {
            size: true,
            ..Wanted::default()
        };
        let set = UidSet::from(batch.uid_next_before);
        let all = self.ground.client.fetch_all(&set, sizes).await?;
        let present: BTreeSet<_> = all.iter().map(|fetched| fetched.uid).collect();
        // A message may have arrived between EXAMINE and FETCH.
        let beyond = present.last().and_then(|uid| uid.0.checked_add(1));
        let uid_next_now = beyond.map_or(selected.uid_next, |next| {
            selected.uid_next.max(PrimaryUid(next))
        });
        let seen = self.hash(folder, batch.uid_validity, &all, items).await?;
        Ok(TargetView {
            uid_next_before: batch.uid_next_before,
            uid_next_now,
            present,
            seen,
        })
    }

    /// All other folders, from a day before the oldest message of the batch on: a copy keeps its
    /// INTERNALDATE wherever its user moves it.
    async fn elsewhere(
        &mut self,
        target: &FolderName,
        batch: &BatchRecord,
        items: &[Item],
    ) -> Result<Vec<(FolderName, UidValidity, Vec<Seen>)>, VisitError> {
        let since = self.oldest(batch)?.before(DAY);
        let sizes = Wanted {
            size: true,
            ..Wanted::default()
        };
        let mut others = Vec::new();
        for folder in self.ground.folders() {
            if folder == *target {
                continue;
            }
            let opened = self.ground.examine_to_search(&folder, &self.state).await?;
            let Some(selected) = opened.filter(|selected| selected.exists > 0) else {
                continue;
            };
            let uids = self
                .ground
                .client
                .search(&[SearchKey::Since(since)])
                .await?;
            let mut all = Vec::new();
            for set in UidSet::of(uids) {
                all.append(&mut self.ground.client.fetch_all(&set, sizes).await?);
            }
            let seen = self
                .hash(&folder, selected.uid_validity, &all, items)
                .await?;
            others.push((folder, selected.uid_validity, seen));
        }
        Ok(others)
    }

    fn oldest(&self, batch: &BatchRecord) -> Result<Timestamp, StoreError> {
        let mailbox = self.mailbox.record.id;
        self.context.store.read(|tx| {
            let mut oldest = batch.at;
            for item in &batch.items {
                if let Some(message) = messages::get(tx, mailbox, item.id)? {
                    oldest = oldest.min(message.received_at);
                }
            }
            Ok(oldest)
        })
    }

    /// Hashes those messages of the open folder that have the size of an item and are not another's.
    async fn hash(
        &mut self,
        folder: &FolderName,
        uid_validity: UidValidity,
        all: &[Fetched],
        items: &[Item],
    ) -> Result<Vec<Seen>, VisitError> {
        let of_size = |fetched: &&Fetched| {
            let is_size = |item: &Item| Some(item.size_bytes) == fetched.size_bytes;
            let place = Place {
                folder: folder.as_wire().to_owned(),
                uid_validity,
                uid: fetched.uid,
            };
            items.iter().any(is_size) && !self.claimed.contains_key(&place)
        };
        let uids: Vec<_> = all.iter().filter(of_size).map(|f| f.uid).collect();
        let mut seen = Vec::new();
        for set in UidSet::of(uids) {
            self.ground
                .client
                .fetch(&set, whole(), &mut |fetched| {
                    if let Some(bytes) = fetched.bytes {
                        seen.push(Seen {
                            uid: fetched.uid,
                            sha256: digest_canonical([&*canonical(&bytes)]),
                        });
                    }
                })
                .await?;
        }
        Ok(seen)
    }
}

pub(super) fn whole() -> Wanted {
    Wanted {
        section: Section::Whole,
        ..Wanted::default()
    }
}

pub(super) fn queue_id(message: &MessageRecord) -> Option<&str> {
    match &message.origin {
        Origin::Received { mx_queue_id, .. } => mx_queue_id.as_deref(),
        Origin::Sent | Origin::Draft | Origin::Notice => None,
    }
}

pub(super) fn delivery(message: &MessageRecord) -> Option<crate::ids::DeliveryId> {
    match &message.origin {
        Origin::Received { delivery, .. } => Some(*delivery),
        Origin::Sent | Origin::Draft | Origin::Notice => None,
    }
}
