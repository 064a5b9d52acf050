//! Where a message is: from its acceptance to the mailstore, or from its sender to the smarthost.
//!
//! By its delivery id, its Message-ID, the MX's queue id, or the address of a mailbox. It shows envelopes
//! and what was done, never what is in a message or what it is about.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Actor, Service, ServiceError, visible_mailbox};
use crate::clock::Timestamp;
use crate::ids::{Address, BatchId, DeliveryId, IngestId, MailboxId, QueueId, StandbyId};
use crate::imap::FolderName;
use crate::store::delivery::{self, IngestRecord};
use crate::store::directory::Mailbox;
use crate::store::merge::{self as journal, Fate, purge};
use crate::store::messages::{self, MergedCopy, Origin};
use crate::store::queue::tries::{self, TryRecord};
use crate::store::queue::{self, QueueEntry, QueueState, QueuedRecipient, RecipientState};
use crate::store::trace::{self as names, Name, Traced};
use crate::store::{ReadTx, StoreError};

/// Most journeys in one answer.
const JOURNEYS_MAX: usize = 50;
/// Messages of a mailbox that are looked at.
const LOOKED_AT: usize = 200;
/// Messages of one name that are looked at: others' are passed over, so that they hide nobody's own.
const NAMED_LOOKED_AT: usize = 5_000;
/// Longest thing that is looked for, in bytes.
const QUERY_BYTES_MAX: usize = 1_000;

/// One step of a message's way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepView {
    /// When; absent for what is so now.
    pub at: Option<String>,
    /// In words.
    pub text: String,
}

/// A message for one recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecipientView {
    /// Whose.
    pub address: String,
    /// Its delivery, as in the Received header that Lifeboat added; absent for what was sent.
    pub delivery: Option<String>,
    /// Where it is: `standby`, `merged`, `moved` (its user took it from where it was merged to),
    /// `purged` (from the standby, after it was merged), `unknown-mailbox`, `queued`, `relayed`,
    /// `failed`, `cancelled` or `held`.
    pub state: String,
    /// Its way, the oldest step first.
    pub steps: Vec<StepView>,
}

/// One message that was accepted or sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JourneyView {
    /// `received` or `sent`.
    pub kind: String,
    /// The id of its acceptance, or of its entry in the queue.
    pub id: String,
    /// When it was accepted, or sent by its user.
    pub at: String,
    /// The reverse-path; absent for the null reverse-path.
    pub reverse_path: Option<String>,
    /// Its Message-ID, without angle brackets.
    pub message_id: Option<String>,
    /// The queue id under which the MX had it.
    pub mx_queue_id: Option<String>,
    /// For whom.
    pub recipients: Vec<RecipientView>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TraceView {
    /// The newest first, at most 50.
    pub journeys: Vec<JourneyView>,
}

/// Finds messages by one of our ids (of a delivery, an acceptance, the outgoing queue), a Message-ID, the MX's queue id, or the address of a mailbox.
///
/// # Errors
/// [`ServiceError::NotFound`] for others than operators and resellers, and where nothing is found that
/// is the actor's business; when the store fails.
pub fn trace(service: &Service, actor: &Actor, what: &str) -> Result<TraceView, ServiceError> {
    if !matches!(actor, Actor::Reseller(..)) {
        actor.operator()?;
    }
    let what = what.trim().trim_start_matches('<').trim_end_matches('>');
    if what.is_empty() || what.len() > QUERY_BYTES_MAX {
        return Err(ServiceError::Invalid {
            field: "q",
            text: "write a delivery id, a Message-ID, the MX's queue id, or an address".into(),
        });
    }
    service.store.read(|tx| {
        let seen = Eyes { tx, actor };
        if let Ok(address) = what.parse::<Address>()
            && let Ok((mailbox, _)) = visible_mailbox(tx, actor, &address)
        {
            let journeys = seen.of_mailbox(&mailbox)?;
            return Ok(TraceView { journeys });
        }
        let journeys = match what.parse::<DeliveryId>() {
            Ok(delivery) => seen.by_id(delivery)?,
            Err(_) => seen.named(what)?,
        };
        match journeys.is_empty() {
            true => Err(ServiceError::NotFound(
                "message by this name: it was not accepted here, or was purged after its merge",
            )),
            false => Ok(TraceView { journeys }),
        }
    })
}

/// A look into the store by somebody.
struct Eyes<'a> {
    tx: &'a dyn ReadTx,
    actor: &'a Actor,
}

impl Eyes<'_> {
    /// By one of our own ids, which look alike: of a delivery, of an acceptance, of the outgoing queue.
    fn by_id(&self, id: DeliveryId) -> Result<Vec<JourneyView>, ServiceError> {
        let delivered = self.delivered(id)?;
        if !delivered.is_empty() {
            return Ok(delivered);
        }
        let ingest = IngestId::from_bytes(*id.as_bytes());
        if let Some(record) = delivery::ingest(self.tx, ingest)? {
            let journey = self.received(ingest, &record, |_| true)?;
            return Ok(journey.into_iter().collect());
        }
        let queued = Name::QueueId(QueueId::from_bytes(*id.as_bytes()));
        let mut journeys = Vec::new();
        for traced in names::find(self.tx, queued, 1)? {
            if let Traced::Sent(mailbox, id) = traced {
                journeys.extend(self.sent(mailbox, id)?);
            }
        }
        Ok(journeys)
    }

    fn delivered(&self, delivery: DeliveryId) -> Result<Vec<JourneyView>, ServiceError> {
        let Some((id, record)) = delivery::ingest_of(self.tx, delivery)? else {
            return Ok(Vec::new());
        };
        let journey = self.received(id, &record, |one| one == delivery)?;
        Ok(journey.into_iter().collect())
    }

    fn named(&self, what: &str) -> Result<Vec<JourneyView>, ServiceError> {
        let called = self.all_named(Name::MessageId(what))?;
        match called.is_empty() {
            true => self.all_named(Name::MxQueueId(what)),
            false => Ok(called),
        }
    }

    /// What has this name and is the actor's business, the newest first.
    fn all_named(&self, name: Name<'_>) -> Result<Vec<JourneyView>, ServiceError> {
        let mut journeys = Vec::new();
        for traced in names::find(self.tx, name, NAMED_LOOKED_AT)? {
            if journeys.len() >= JOURNEYS_MAX {
                break;
            }
            match traced {
                Traced::Received(id) => {
                    if let Some(record) = delivery::ingest(self.tx, id)? {
                        journeys.extend(self.received(id, &record, |_| true)?);
                    }
                }
                Traced::Sent(mailbox, id) => journeys.extend(self.sent(mailbox, id)?),
            }
        }
        Ok(journeys)
    }

    /// The newest messages of a mailbox.
    fn of_mailbox(&self, mailbox: &Mailbox) -> Result<Vec<JourneyView>, ServiceError> {
        let id = mailbox.record.id;
        let mut journeys = Vec::new();
        for message in messages::ids_before(self.tx, id, None, LOOKED_AT)? {
            if journeys.len() >= JOURNEYS_MAX {
                break;
            }
            let origin = messages::get(self.tx, id, message)?.map(|record| record.origin);
            if let Some(Origin::Received {
                delivery, ingest, ..
            }) = origin
                && let Some(record) = delivery::ingest(self.tx, ingest)?
            {
                journeys.extend(self.received(ingest, &record, |one| one == delivery)?);
            }
        }
        for entry in queue::of_mailbox(self.tx, id, JOURNEYS_MAX)? {
            journeys.push(self.sent_entry(&entry)?);
        }
        journeys.sort_by(|a, b| b.at.cmp(&a.at));
        journeys.truncate(JOURNEYS_MAX);
        Ok(journeys)
    }

    fn sent(&self, mailbox: MailboxId, id: QueueId) -> Result<Option<JourneyView>, ServiceError> {
        let Some(entry) = queue::get(self.tx, mailbox, id)? else {
            return Ok(None);
        };
        let is_visible = visible_mailbox(self.tx, self.actor, &entry.sender).is_ok();
        match is_visible {
            true => self.sent_entry(&entry).map(Some),
            false => Ok(None),
        }
    }

    fn sent_entry(&self, entry: &QueueEntry) -> Result<JourneyView, ServiceError> {
        let tries = Tries {
            all: tries::of(self.tx, entry.mailbox, entry.id)?,
            names: self.actor.operator().is_ok(),
        };
        Ok(sent(entry, &tries))
    }

    /// An acceptance, as far as its recipients are the actor's business; none if none is.
    fn received(
        &self,
        id: IngestId,
        record: &IngestRecord,
        wanted: impl Fn(DeliveryId) -> bool,
    ) -> Result<Option<JourneyView>, ServiceError> {
        let mut recipients = Vec::new();
        for (address, delivery) in &record.recipients {
            if !wanted(*delivery) {
                continue;
            }
            let mailbox = match visible_mailbox(self.tx, self.actor, address) {
                Ok((mailbox, _)) => Some(mailbox),
                // Only who sees everything is told that there was such a mailbox.
                Err(ServiceError::NotFound(_)) if self.actor.operator().is_ok() => None,
                Err(ServiceError::NotFound(_)) => continue,
                Err(error) => return Err(error),
            };
            recipients.push(self.recipient(record, address, *delivery, mailbox.as_ref())?);
        }
        let journey = JourneyView {
            kind: "received".into(),
            id: id.to_string(),
            at: record.received_at.to_string(),
            reverse_path: record.reverse_path.clone(),
            message_id: record.message_id.clone(),
            mx_queue_id: record.mx_queue_id.clone(),
            recipients,
        };
        Ok((!journey.recipients.is_empty()).then_some(journey))
    }

    fn recipient(
        &self,
        record: &IngestRecord,
        address: &Address,
        delivery: DeliveryId,
        mailbox: Option<&Mailbox>,
    ) -> Result<RecipientView, ServiceError> {
        let accepted = StepView {
            at: Some(record.received_at.to_string()),
            text: format!(
                "{} bytes accepted from {}, durably stored, answered with 250",
                record.body_bytes, record.client
            ),
        };
        let mut view = RecipientView {
            address: address.to_string(),
            delivery: Some(delivery.to_string()),
            state: "unknown-mailbox".into(),
            steps: vec![accepted],
        };
        let Some(mailbox) = mailbox else {
            view.now("the mailbox is not in the directory any more");
            return Ok(view);
        };
        match delivery::delivered(self.tx, mailbox.record.id, delivery)? {
            Some(message) => self.follow(mailbox, message, &mut view)?,
            None => {
                view.now("it was not filed: the mailbox was gone, or its copy was purged since")
            }
        }
        Ok(view)
    }

    /// What became of a message that was filed.
    fn follow(
        &self,
        mailbox: &Mailbox,
        message: StandbyId,
        view: &mut RecipientView,
    ) -> Result<(), ServiceError> {
        let (id, mailstore) = (mailbox.record.id, &mailbox.record.mailstore);
        let Some(record) = messages::get(self.tx, id, message)? else {
            view.state = "purged".into();
            match purge::proof(self.tx, id, message)? {
                Some(proof) => view.steps.push(StepView {
                    at: Some(proof.at.to_string()),
                    text: format!(
                        "purged from the standby after it was merged into {}; its receipt stays",
                        proof.receipt.mailstore
                    ),
                }),
                None => view.now("it is not on the standby any more"),
            }
            return Ok(());
        };
        view.state = "standby".into();
        if let Some(copy) = &record.merged {
            let fate = self.fate(id, copy.batch, message)?;
            view.state = match fate {
                Some(Fate::Gone(_)) => "moved".into(),
                _ => "merged".into(),
            };
            view.steps.push(merged(copy, fate.as_ref()));
        }
        let before = message.0.checked_sub(1).map(StandbyId);
        let waits = messages::unmerged(self.tx, mailstore, id, before, 1)?;
        if waits.first() == Some(&message) {
            view.now(&self.why_it_waits(id, message, record.merged.is_some())?);
        }
        Ok(())
    }

    fn fate(
        &self,
        mailbox: MailboxId,
        batch: BatchId,
        message: StandbyId,
    ) -> Result<Option<Fate>, StoreError> {
        let batch = journal::batch(self.tx, mailbox, batch)?;
        let items = batch.map(|batch| batch.items).unwrap_or_default();
        let item = items.into_iter().find(|item| item.id == message);
        Ok(item.map(|item| item.fate))
    }

    fn why_it_waits(
        &self,
        mailbox: MailboxId,
        message: StandbyId,
        is_there: bool,
    ) -> Result<String, StoreError> {
        let state = journal::mailbox(self.tx, mailbox)?;
        let held = state.as_ref().and_then(|state| state.held.get(&message));
        let parked = state.as_ref().and_then(|state| state.parked.as_ref());
        Ok(match (held, parked) {
            (Some(why), _) => format!("its merge waits: {why}"),
            (None, Some(parked)) => format!(
                "the merge of its mailbox waits until {}: {}",
                parked.next_attempt_at, parked.detail
            ),
            (None, None) if is_there => "it changed since, or is still to be read back".to_owned(),
            (None, None) => "it is on the standby and is still to be merged".to_owned(),
        })
    }
}

impl RecipientView {
    fn now(&mut self, text: &str) {
        self.steps.push(StepView {
            at: None,
            text: text.to_owned(),
        });
    }
}

fn merged(copy: &MergedCopy, fate: Option<&Fate>) -> StepView {
    let folder = FolderName::from_wire(&copy.folder).to_text();
    let after = match fate {
        Some(Fate::Verified(_)) => ", read back",
        Some(Fate::Gone(_)) => ", and moved or deleted there by its user before it was read back",
        _ => "",
    };
    StepView {
        at: Some(copy.at.to_string()),
        text: format!(
            "merged into {}: {folder}, UIDVALIDITY {}, UID {}{after}",
            copy.mailstore, copy.uid_validity, copy.uid
        ),
    }
}

/// What the smarthosts said, one try after the other.
struct Tries {
    all: Vec<TryRecord>,
    /// Whether the smarthosts' own names are told: they are the operator's business.
    names: bool,
}

impl Tries {
    fn name<'a>(&self, smarthost: Option<&'a str>) -> &'a str {
        smarthost.filter(|_| self.names).unwrap_or("the smarthost")
    }

    /// Who has taken or refused it for good at this time.
    fn last(&self, at: Timestamp) -> &str {
        let last = self.all.iter().find(|one| one.at == at);
        self.name(last.and_then(TryRecord::last_smarthost))
    }

    /// The answers by which the recipient at this place was put off.
    fn steps(&self, place: usize) -> impl Iterator<Item = StepView> {
        self.all.iter().flat_map(move |one| {
            one.put_off(place).map(move |(smarthost, reply)| StepView {
                at: Some(one.at.to_string()),
                text: match reply.code {
                    Some(_) => format!("put off by {}: {}", self.name(smarthost), said(reply)),
                    None => format!("could not be handed over: {}", said(reply)),
                },
            })
        })
    }
}

fn said(reply: &queue::RemoteReply) -> String {
    match reply.code {
        Some(code) => format!("{code} {}", reply.text),
        None => reply.text.clone(),
    }
}

fn sent(entry: &QueueEntry, tries: &Tries) -> JourneyView {
    JourneyView {
        kind: "sent".into(),
        id: entry.id.to_string(),
        at: entry.created_at.to_string(),
        reverse_path: entry.reverse_path.clone(),
        message_id: crate::mail::summarize(&entry.prefix).message_id,
        mx_queue_id: None,
        recipients: entry
            .recipients
            .iter()
            .enumerate()
            .map(|(place, to)| sent_to(entry, place, to, tries))
            .collect(),
    }
}

fn sent_to(entry: &QueueEntry, place: usize, to: &QueuedRecipient, tries: &Tries) -> RecipientView {
    let (state, at, text) = match (&to.state, &entry.state) {
        (RecipientState::Relayed { at, reply }, _) => (
            "relayed",
            Some(*at),
            format!("{} has taken it: {}", tries.last(*at), said(reply)),
        ),
        (RecipientState::Failed { at, reply }, _) => (
            "failed",
            Some(*at),
            format!("it will not be sent: {}", said(reply)),
        ),
        (RecipientState::Pending { .. }, QueueState::Cancelled { reason, at }) => {
            ("cancelled", Some(*at), format!("taken back: {reason}"))
        }
        (RecipientState::Pending { .. }, QueueState::Held { reason, since }) => {
            ("held", Some(*since), format!("held: {reason}"))
        }
        (RecipientState::Pending { last: Some(reply) }, _) => (
            "queued",
            None,
            format!(
                "tried {} times, last answer: {}",
                entry.attempts,
                said(reply)
            ),
        ),
        (RecipientState::Pending { last: None }, _) => {
            ("queued", None, "it was not tried yet".to_owned())
        }
    };
    let written = StepView {
        at: Some(entry.created_at.to_string()),
        text: format!("sent by {}", entry.sender),
    };
    let now = StepView {
        at: at.map(|at| at.to_string()),
        text,
    };
    let mut steps = vec![written];
    steps.extend(tries.steps(place));
    steps.push(now);
    RecipientView {
        address: to.address.clone(),
        delivery: None,
        state: state.to_owned(),
        steps,
    }
}
