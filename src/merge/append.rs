//! Appending: one batch in flight, written down before and after.

use std::collections::{BTreeMap, VecDeque};

use crate::ids::{BatchId, PrimaryUid, StandbyId, UidValidity};
use crate::imap::{
    AppendError, Appended, Code, Flag, FolderName, ImapError, Keyword, NewMessage, Refusal,
};
use crate::mail::Flags;
use crate::merge_plan::{self, Target};
use crate::store::merge::{BatchItem, BatchKind, BatchRecord, Fate, ParkReason, Place};
use crate::store::messages::MessageRecord;
use crate::store::{Store, StoreError, merge as journal, messages};

use super::step::Step;
use super::visit::{Loaded, Visit, load};
use super::{VisitError, find, ground};

/// So many keywords fit the file names of a Maildir.
const KEYWORDS_MAX: usize = 26;

/// A batch that is to be sent.
struct Job {
    target: Target,
    messages: Vec<MessageRecord>,
    /// Whether the folder was created after the server had asked for that.
    created: bool,
}

/// What follows from an attempt.
enum Next {
    /// It is there, or its fate is written down.
    Done,
    /// Nothing of these was stored; they are sent one by one.
    OneByOne(Vec<MessageRecord>),
    /// Nothing was stored; the folder is missing.
    Create(Vec<MessageRecord>),
}

impl Visit<'_> {
    /// Appends what is due, oldest first within a folder.
    pub(super) async fn append_all(&mut self, due: Vec<MessageRecord>) -> Result<(), VisitError> {
        let plan = self.plan(&due)?;
        let mut by_id: BTreeMap<StandbyId, MessageRecord> = due
            .into_iter()
            .map(|message| (message.id, message))
            .collect();
        let mut jobs: VecDeque<Job> = merge_plan::batches(&plan, self.context.settings.batch)
            .into_iter()
            .map(|batch| Job {
                target: batch.target,
                messages: batch
                    .messages
                    .iter()
                    .filter_map(|id| by_id.remove(id))
                    .collect(),
                created: false,
            })
            .collect();
        let sent = self.send(&mut jobs).await;
        self.write_down().await?;
        sent
    }

    async fn send(&mut self, jobs: &mut VecDeque<Job>) -> Result<(), VisitError> {
        while let Some(job) = jobs.pop_front() {
            let (target, created) = (job.target.clone(), job.created);
            let next = jobs.front().map(|job| job.messages.clone());
            match self.append(job, next.unwrap_or_default()).await? {
                Next::Done => {}
                Next::OneByOne(messages) => {
                    for message in messages.into_iter().rev() {
                        jobs.push_front(Job {
                            target: target.clone(),
                            messages: vec![message],
                            created,
                        });
                    }
                }
                Next::Create(_) if created => {
                    let detail = format!(
                        "the mailstore does not let the master user write to the folder {}; with \
                         Dovecot's acl plugin it needs acl_user = %u",
                        target.name()
                    );
                    return Err(VisitError::park(ParkReason::Refused, detail));
                }
                Next::Create(messages) => jobs.push_front(Job {
                    target: Target::Create(target.name().to_owned()),
                    messages,
                    created: true,
                }),
            }
        }
        Ok(())
    }

    /// Those of `ids` that the journal says are in the mailstore.
    pub(super) fn merged_now(&self, ids: &[StandbyId]) -> Result<Vec<MessageRecord>, VisitError> {
        let mailbox = self.mailbox.record.id;
        let found = self.context.store.read(|tx| {
            let mut found = Vec::with_capacity(ids.len());
            for id in ids {
                found.extend(messages::get(tx, mailbox, *id)?.filter(|m| m.merged.is_some()));
            }
            Ok::<_, StoreError>(found)
        })?;
        Ok(found)
    }

    /// Appends one batch; while the mailstore works on it, `next` is read from the store. What became
    /// of a batch is written down together with the intent of the next one, before that is sent.
    async fn append(&mut self, job: Job, next: Vec<MessageRecord>) -> Result<Next, VisitError> {
        let epoch = self.permission()?;
        let mailbox = self.mailbox.record.id;
        let (folder, (uid_validity, uid_next_before)) = self.open_target(&job.target).await?;
        let mut loaded = Vec::with_capacity(job.messages.len());
        for message in job.messages {
            loaded.push(match self.read_ahead.remove(&message.id) {
                Some(ahead) if ahead.record == message => ahead,
                _ => self.load(message).await?,
            });
        }
        let now = self.context.clock.now();
        let id = BatchId::generate(now);
        let batch = BatchRecord {
            mailstore: self.access.id.clone(),
            epoch,
            kind: BatchKind::Appended,
            folder: folder.as_wire().to_owned(),
            uid_validity,
            uid_next_before,
            at: now,
            items: loaded.iter().map(item).collect(),
        };
        Step::Planned.reached(mailbox);
        let (state, intent) = (self.state.clone(), batch.clone());
        let unwritten = self.unwritten.clone();
        self.context
            .write_of(mailbox, move |tx| {
                if let Some((last, fates)) = &unwritten {
                    journal::record_fates(tx, mailbox, *last, fates, now)?;
                }
                journal::put_mailbox(tx, mailbox, &state)?;
                journal::intend(tx, mailbox, id, &intent)
            })
            .await?;
        if self.unwritten.take().is_some() {
            Step::Recorded.reached(mailbox);
        }
        Step::Intended.reached(mailbox);
        let messages: Vec<_> = loaded.iter().map(new_message).collect();
        let (answer, ahead) = tokio::join!(
            self.ground.client.append(&folder, &messages),
            read_ahead(&self.context.store, next),
        );
        self.read_ahead = ahead;
        let records = loaded.into_iter().map(|loaded| loaded.record).collect();
        match answer {
            Ok(appended) => {
                Step::Appended.reached(mailbox);
                self.record_appended(id, &batch, appended).await?;
                Ok(Next::Done)
            }
            Err(AppendError::NotSent(error)) => {
                self.withdraw(id).await?;
                Err(error.into())
            }
            Err(AppendError::InDoubt(error)) => Err(error.into()),
            Err(AppendError::Refused(refusal)) => {
                self.after_refusal(id, &batch, records, refusal).await
            }
        }
    }

    /// The folder, created if need be, and its UIDVALIDITY and UIDNEXT before the batch: as the last
    /// batch left them, or as the mailstore tells. A message that arrived in between is none of ours.
    async fn open_target(
        &mut self,
        target: &Target,
    ) -> Result<(FolderName, (UidValidity, PrimaryUid)), VisitError> {
        let known = self.next_uids.get(self.ground.name(target).as_wire());
        if let Some(known) = known {
            return Ok((self.ground.name(target), *known));
        }
        let create = matches!(target, Target::Create(_))
            && !self.ground.folders().contains(&self.ground.name(target));
        if create {
            self.ground.create(target).await?;
        }
        let folder = self.ground.name(target);
        let selected = self.ground.examine(&folder, &self.state).await?;
        ground::mark(&mut self.state, &folder, &selected, create);
        Ok((folder, (selected.uid_validity, selected.uid_next)))
    }

    /// Keeps what the mailstore said of a batch, to be written down with the next one.
    async fn record_appended(
        &mut self,
        id: BatchId,
        batch: &BatchRecord,
        appended: Option<Appended>,
    ) -> Result<(), VisitError> {
        let Some(appended) = appended else {
            // Stored, but the server does not say where.
            self.next_uids.remove(&batch.folder);
            self.resolve(id, batch, std::time::Duration::ZERO).await?;
            return Ok(());
        };
        if appended.uid_validity != batch.uid_validity {
            let folder = FolderName::from_wire(&batch.folder);
            return Err(ground::moved(&folder, "its UIDVALIDITY changed"));
        }
        let places = appended.uids.into_iter().map(|uid| Place {
            folder: batch.folder.clone(),
            uid_validity: batch.uid_validity,
            uid,
        });
        let fates: Vec<_> = batch
            .items
            .iter()
            .zip(places)
            .map(|(item, place)| (item.id, Fate::Stored(place)))
            .collect();
        for (message, fate) in &fates {
            self.claim(*message, fate);
        }
        let last = fates
            .iter()
            .filter_map(|(_, fate)| fate.place())
            .map(|p| p.uid);
        if let Some(next) = last.max().and_then(|uid| uid.0.checked_add(1)) {
            let next = (batch.uid_validity, PrimaryUid(next));
            ground::advance(&mut self.state, &batch.folder, next);
            self.next_uids.insert(batch.folder.clone(), next);
        }
        self.unwritten = Some((id, fates));
        Ok(())
    }

    /// Writes down what became of the last batch.
    async fn write_down(&mut self) -> Result<(), VisitError> {
        let Some((id, fates)) = self.unwritten.take() else {
            return Ok(());
        };
        let (mailbox, now) = (self.mailbox.record.id, self.context.clock.now());
        self.context
            .write_of(mailbox, move |tx| {
                journal::record_fates(tx, mailbox, id, &fates, now)
            })
            .await?;
        Step::Recorded.reached(mailbox);
        Ok(())
    }

    async fn withdraw(&self, id: BatchId) -> Result<(), VisitError> {
        let mailbox = self.mailbox.record.id;
        self.context
            .write_of(mailbox, move |tx| {
                journal::withdraw(tx, mailbox, id);
                Ok(())
            })
            .await?;
        Ok(())
    }

    /// A refusal means that nothing was stored; where its code does not promise that, it is looked
    /// for all the same.
    async fn after_refusal(
        &mut self,
        id: BatchId,
        batch: &BatchRecord,
        mut records: Vec<MessageRecord>,
        refusal: Refusal,
    ) -> Result<Next, VisitError> {
        self.next_uids.remove(&batch.folder);
        match &refusal.code {
            Some(Code::TryCreate | Code::NonExistent) => {
                self.withdraw(id).await?;
                return Ok(Next::Create(records));
            }
            Some(Code::OverQuota) => {
                self.withdraw(id).await?;
                if records.len() > 1 {
                    return Ok(Next::OneByOne(records));
                }
                return Err(VisitError::park(ParkReason::OverQuota, refusal.text));
            }
            _ => {}
        }
        let fates = self.resolve(id, batch, std::time::Duration::ZERO).await?;
        let free = |record: &MessageRecord| {
            fates
                .iter()
                .any(|(id, fate)| *id == record.id && *fate == Fate::NotStored)
        };
        records.retain(free);
        if ground::is_passing(&refusal) {
            return Err(ImapError::Refused(refusal).into());
        }
        match &records[..] {
            [only] if batch.items.len() == 1 => {
                self.state.held.insert(only.id, refusal.text);
                Ok(Next::Done)
            }
            _ => Ok(Next::OneByOne(records)),
        }
    }
}

/// Reads messages that will be needed soon. What cannot be read is read again, and found out, then.
async fn read_ahead(store: &Store, next: Vec<MessageRecord>) -> BTreeMap<StandbyId, Loaded> {
    let mut ahead = BTreeMap::new();
    for message in next {
        if let Ok(loaded) = load(store, message).await {
            ahead.insert(loaded.record.id, loaded);
        }
    }
    ahead
}

fn item(loaded: &Loaded) -> BatchItem {
    BatchItem {
        id: loaded.record.id,
        delivery: find::delivery(&loaded.record),
        size_bytes: loaded.size_bytes(),
        sha256: loaded.sha256,
        flags: loaded.record.flags,
        standby_folder: loaded.record.folder,
        fate: Fate::InDoubt,
    }
}

fn new_message(loaded: &Loaded) -> NewMessage {
    NewMessage {
        flags: flags(&loaded.record),
        received_at: loaded.record.received_at,
        pieces: vec![loaded.prefix.clone(), loaded.body.clone()],
    }
}

/// The flags of a message in the mailstore. Keywords that no file name can hold, or that are too
/// many, stay behind.
fn flags(record: &MessageRecord) -> Vec<Flag> {
    let mut flags = system_flags(record.flags);
    let mut keywords = Vec::new();
    if record.flags.forwarded {
        keywords.extend(Flags::KEYWORD_FORWARDED.parse().ok());
    }
    keywords.extend(self::keywords(record));
    keywords.truncate(KEYWORDS_MAX);
    flags.extend(keywords.into_iter().map(Flag::Keyword));
    flags
}

/// The keywords that the mailstore can take.
pub(super) fn keywords(record: &MessageRecord) -> Vec<Keyword> {
    let sane = record.keywords.iter().filter_map(|k| k.parse().ok());
    sane.take(KEYWORDS_MAX).collect()
}

pub(super) fn system_flags(flags: Flags) -> Vec<Flag> {
    [
        (flags.seen, Flag::Seen),
        (flags.answered, Flag::Answered),
        (flags.flagged, Flag::Flagged),
        (flags.draft, Flag::Draft),
    ]
    .into_iter()
    .filter_map(|(set, flag)| set.then_some(flag))
    .collect()
}
