//! The acceptor that keeps messages in the standby store.

use std::sync::Arc;
use std::time::Duration;

use super::acceptor::{
    Accepted, Acceptor, BodySink, Envelope, KnownMailbox, Recipient, RefusedBy, Resolved, Unknown,
};
use super::authenticity::{SIGNED_OCTETS_MAX, Verdict, Verifier};
use super::intake::{Intake, Reservation};
use super::reply::MessageFault;
use super::session::Trust;
use super::trace::{self, Trace};
use crate::clock::{SharedClock, Timestamp};
use crate::ids::{Address, DeliveryId, IngestId};
use crate::mail::{self, Role, Summary};
use crate::store::delivery::{self, Acceptance, Delivered};
use crate::store::directory::sources;
use crate::store::handover::{self, Handover};
use crate::store::{BodyWriter, NewBody, ReadTx, Store, StoreError, directory, folders};

/// How much of a message its summary is made from, in octets (FAULTS.md: headers are bounded to
/// 100 KB).
const HEAD_OCTETS_MAX: usize = 128 * 1024;
/// From this size on a body may go to the disk while it arrives, and is written off the
/// asynchronous threads.
const BLOCKING_OCTETS_MIN: u64 = 512 * 1024;
/// What a body counts for beside its own octets: buffers of the connection and of the writer.
const BUFFERS_OCTETS: u64 = 64 * 1024;

/// Each time a body has grown by so much, it is asked whether the disk has room.
const DISK_LOOK_OCTETS: u64 = 1024 * 1024;

/// How the standby takes messages in.
#[derive(Clone, Debug)]
pub struct StandbySettings {
    /// This server's name in Received.
    pub hostname: String,
    /// Most octets that the standby keeps for one mailbox.
    pub mailbox_octets_max: u64,
    /// What a trusted host's filter called spam goes to Junk.
    pub spam_to_junk: bool,
    /// How long after its last complete import the directory knows who does not exist.
    pub directory_fresh_for: Duration,
}

impl StandbySettings {
    /// The settings of a server with this name, and the defaults of the configuration.
    pub fn of(hostname: String) -> Self {
        Self {
            hostname,
            mailbox_octets_max: 10 << 30,
            spam_to_junk: true,
            directory_fresh_for: Duration::from_secs(86_400),
        }
    }
}

/// Keeps messages in the standby store.
#[derive(Clone, Debug)]
pub struct StandbyAcceptor {
    store: Store,
    clock: SharedClock,
    settings: StandbySettings,
    intake: Arc<Intake>,
    verifier: Option<Verifier>,
}

impl StandbyAcceptor {
    /// Over `store`, within the bounds of `intake`.
    pub fn new(
        store: Store,
        clock: SharedClock,
        settings: StandbySettings,
        intake: Arc<Intake>,
    ) -> Self {
        Self {
            store,
            clock,
            settings,
            intake,
            verifier: None,
        }
    }

    /// Has what strangers send looked at by `verifier`.
    #[must_use]
    pub fn with_verifier(self, verifier: Option<Verifier>) -> Self {
        Self { verifier, ..self }
    }

    /// What an address leads to, and whether that may be said for good.
    fn look_up(&self, tx: &dyn ReadTx, recipient: &Address) -> Result<Found, StoreError> {
        let Some(mailbox) = directory::resolve(tx, recipient)? else {
            let confirmed = confirmed_at(tx)?;
            let now = self.clock.now();
            return Ok(Found::Unknown(Unknown {
                is_ours: directory::is_ours(tx, &recipient.domain_name())?,
                is_certain: confirmed
                    .is_some_and(|at| now.since(at) <= self.settings.directory_fresh_for),
            }));
        };
        let state = folders::state(tx, mailbox.record.id)?;
        if state.is_some_and(|state| state.octets >= self.settings.mailbox_octets_max) {
            return Ok(Found::Full);
        }
        Ok(Found::Mailbox(KnownMailbox {
            id: mailbox.record.id,
            address: mailbox.address,
        }))
    }

    /// One delivery for each mailbox, however many of the recipients are its addresses; those that are
    /// stored already keep their ids.
    fn deliveries(
        &self,
        trace: &Trace<'_>,
        message: &Message,
    ) -> Result<Vec<Delivery>, StoreError> {
        let envelope = trace.envelope;
        let mut deliveries: Vec<Delivery> = Vec::with_capacity(envelope.recipients.len());
        self.store.read(|tx| -> Result<(), StoreError> {
            for recipient in &envelope.recipients {
                let mailbox = &recipient.mailbox;
                let first = deliveries
                    .iter()
                    .position(|known| known.mailbox.id == mailbox.id);
                let handover = message.handover(envelope, recipient);
                let known = match handover {
                    Some(handover) => handover::known(tx, mailbox.id, handover, trace.now)?,
                    None => None,
                };
                let state = match (first, known) {
                    (Some(first), _) => State::AsRecipient(first),
                    (None, Some(id)) => State::Stored(id),
                    (None, None) => State::ToStore(DeliveryId::generate(trace.now)),
                };
                deliveries.push(Delivery {
                    state,
                    mailbox: mailbox.clone(),
                    handover,
                });
            }
            Ok(())
        })?;
        Ok(deliveries)
    }

    async fn store(
        &self,
        ingest: IngestId,
        envelope: &Envelope,
        body: BodyWriter,
    ) -> Result<Results, StoreError> {
        let body = finish(body).await?;
        let head = body
            .head(HEAD_OCTETS_MAX)
            .map_err(|error| StoreError::from_io("reading a body", error))?;
        if trace::goes_round(&head, &self.settings.hostname, &envelope.recipients) {
            return Ok(Err(MessageFault::Loop));
        }
        let verdict = match self.look(envelope, &body, &head).await? {
            Ok(verdict) => verdict,
            Err(refused) => return Ok(Ok(vec![Err(refused); envelope.recipients.len()])),
        };
        let message = Message {
            mx_queue_id: trace::mx_queue_id(&head),
            summary: mail::summarize_start(&head, body.size_bytes()),
            sha256: body.sha256(),
        };
        let trace = Trace {
            hostname: &self.settings.hostname,
            envelope,
            authenticity: verdict.as_ref().map(|verdict| &*verdict.results),
            now: self.clock.now(),
        };
        let deliveries = self.deliveries(&trace, &message)?;
        let role = self.role(envelope, &message.summary, verdict.as_ref());
        let recipients: Vec<_> = envelope
            .recipients
            .iter()
            .zip(&deliveries)
            .filter_map(|(recipient, delivery)| delivery.row(&trace, recipient, role))
            .collect();
        let mut results = Vec::new().into_iter();
        if !recipients.is_empty() {
            let acceptance = Acceptance {
                ingest,
                received_at: trace.now,
                reverse_path: envelope.reverse_path.address().map(str::to_owned),
                client: envelope.client.to_string(),
                mx_queue_id: message.mx_queue_id,
                summary: message.summary,
                envelope_id: envelope
                    .envelope_id
                    .as_ref()
                    .map(|id| id.as_str().to_owned()),
                recipients,
            };
            results = self
                .store
                .accept_message(body, acceptance)
                .await?
                .into_iter();
        }
        let mut outcomes: Vec<Result<Accepted, RefusedBy>> = Vec::with_capacity(deliveries.len());
        for delivery in &deliveries {
            let outcome = match delivery.state {
                State::AsRecipient(first) => outcomes
                    .get(first)
                    .copied()
                    .unwrap_or(Err(RefusedBy::Trouble)),
                State::Stored(id) => Ok(self.recognised(id)),
                State::ToStore(id) => self.outcome(ingest, id, results.next()),
            };
            outcomes.push(outcome);
        }
        Ok(Ok(outcomes))
    }

    /// The same hand-over came before, and its commit was seen then.
    fn recognised(&self, id: DeliveryId) -> Accepted {
        tracing::info!(delivery = %id, "a hand-over was recognised: it is stored already");
        self.intake.recognised();
        Accepted::after_commit(id)
    }

    fn outcome(
        &self,
        ingest: IngestId,
        id: DeliveryId,
        result: Option<Result<Delivered, StoreError>>,
    ) -> Result<Accepted, RefusedBy> {
        match result {
            Some(Ok(Delivered::Filed { .. })) => Ok(Accepted::after_commit(id)),
            Some(Ok(Delivered::Repeated { delivery })) => Ok(self.recognised(delivery)),
            Some(Ok(Delivered::UnknownMailbox)) => Err(RefusedBy::Gone),
            Some(Err(error)) => Err(refused(ingest, &error)),
            None => Err(RefusedBy::Trouble),
        }
    }

    /// What SPF, DKIM and DMARC say of a stranger's message.
    async fn look(
        &self,
        envelope: &Envelope,
        body: &NewBody,
        head: &[u8],
    ) -> Result<Result<Option<Verdict>, RefusedBy>, StoreError> {
        let Some(verifier) = &self.verifier else {
            return Ok(Ok(None));
        };
        if envelope.trust == Trust::Trusted {
            return Ok(Ok(None));
        }
        let is_whole = body.size_bytes() <= SIGNED_OCTETS_MAX.min(self.intake.look_octets_max());
        let octets = if is_whole { body.size_bytes() } else { 0 };
        // Who waits for a turn holds nothing that others need.
        let Some(turn) = verifier.turn().await else {
            return Ok(Err(RefusedBy::Busy));
        };
        let _memory = match self.intake.reserve(envelope.trust, octets) {
            Ok(memory) => memory,
            Err(refused) => return Ok(Err(refused)),
        };
        let message = match usize::try_from(octets) {
            Ok(octets) if is_whole => body
                .head(octets)
                .map_err(|error| StoreError::from_io("reading a body", error))?,
            _ => head.to_vec(),
        };
        let verdict = verifier.verify(turn, envelope, message, is_whole).await;
        Ok(Ok(Some(verdict)))
    }

    /// Where it is filed. What a stranger says about spam is worth nothing.
    fn role(&self, envelope: &Envelope, summary: &Summary, verdict: Option<&Verdict>) -> Role {
        let is_believed = envelope.trust == Trust::Trusted && self.settings.spam_to_junk;
        let is_forged = verdict.is_some_and(|verdict| verdict.is_forged);
        if is_forged || (is_believed && summary.hints.spam) {
            Role::Junk
        } else {
            Role::Inbox
        }
    }
}

/// Since when the directory is known as a whole: when the source that was read longest ago was.
fn confirmed_at(tx: &dyn ReadTx) -> Result<Option<Timestamp>, StoreError> {
    let sources = sources::all(tx)?;
    let read: Option<Vec<_>> = sources.iter().map(|(_, source)| source.read_at).collect();
    Ok(read.and_then(|read| read.into_iter().min()))
}

type Results = Result<Vec<Result<Accepted, RefusedBy>>, MessageFault>;

enum Found {
    Mailbox(KnownMailbox),
    Unknown(Unknown),
    Full,
}

/// What is known of a message that came.
struct Message {
    mx_queue_id: Option<String>,
    summary: Summary,
    sha256: [u8; 32],
}

impl Message {
    /// By what its hand-over is recognised; nothing where it bears no name.
    fn handover(&self, envelope: &Envelope, recipient: &Recipient) -> Option<Handover> {
        let name = self.mx_queue_id.as_deref();
        let name = name.or(self.summary.message_id.as_deref())?;
        Some(Handover::new(
            envelope.reverse_path.as_str(),
            &recipient.given,
            name,
            &self.sha256,
        ))
    }
}

/// One message on its way into one mailbox.
struct Delivery {
    state: State,
    mailbox: KnownMailbox,
    handover: Option<Handover>,
}

#[derive(Clone, Copy)]
enum State {
    /// To be stored under this id.
    ToStore(DeliveryId),
    /// The same hand-over is stored under this one.
    Stored(DeliveryId),
    /// The recipient at this place is the same mailbox.
    AsRecipient(usize),
}

impl Delivery {
    fn row(&self, trace: &Trace<'_>, to: &Recipient, role: Role) -> Option<delivery::Recipient> {
        let State::ToStore(id) = self.state else {
            return None;
        };
        Some(delivery::Recipient {
            mailbox: self.mailbox.address.clone(),
            delivery: id,
            prefix: trace.headers(to, id),
            role,
            handover: self.handover,
            notices: notices(trace.envelope, &self.mailbox),
        })
    }
}

/// What is asked for about a mailbox, by all recipients that are its addresses.
fn notices(envelope: &Envelope, mailbox: &KnownMailbox) -> delivery::Notices {
    let mut notices = delivery::Notices::default();
    let same = |to: &&Recipient| to.mailbox.id == mailbox.id;
    for to in envelope.recipients.iter().filter(same) {
        let Some(notify) = to.notify else { continue };
        notices.no_delay |= !notify.delay;
        if notify.success {
            notices.receipts.push(delivery::Receipt {
                given: to.given.clone(),
                original: to.original.as_ref().map(ToString::to_string),
            });
        }
    }
    notices
}

impl Acceptor for StandbyAcceptor {
    type Body = StandbyBody;

    async fn resolve(&self, recipient: &Address) -> Result<Resolved, RefusedBy> {
        match self.store.read(|tx| self.look_up(tx, recipient)) {
            Ok(Found::Mailbox(mailbox)) => Ok(Resolved::Mailbox(mailbox)),
            Ok(Found::Unknown(unknown)) => Ok(Resolved::Unknown(unknown)),
            Ok(Found::Full) => Err(RefusedBy::MailboxFull),
            Err(error) => {
                tracing::error!(%error, "a recipient could not be looked up");
                Err(refusal(&error))
            }
        }
    }

    async fn begin(&self, trust: Trust, size_hint: u64) -> Result<StandbyBody, RefusedBy> {
        if self.store.failure().is_some() {
            return Err(RefusedBy::Trouble);
        }
        self.intake.admit(size_hint)?;
        let memory = self.intake.reserve(trust, BUFFERS_OCTETS)?;
        let writer = self.store.body_writer(self.clock.now());
        Ok(StandbyBody {
            writer: Some(writer),
            memory,
            intake: Arc::clone(&self.intake),
            admitted: 0,
        })
    }

    async fn accept(
        &self,
        ingest: IngestId,
        envelope: &Envelope,
        body: StandbyBody,
    ) -> Result<Vec<Result<Accepted, RefusedBy>>, MessageFault> {
        let StandbyBody { writer, memory, .. } = body;
        let result = match writer {
            Some(writer) => self.store(ingest, envelope, writer).await,
            None => return Ok(vec![Err(RefusedBy::Trouble); envelope.recipients.len()]),
        };
        drop(memory);
        result.unwrap_or_else(|error| {
            Ok(vec![
                Err(refused(ingest, &error));
                envelope.recipients.len()
            ])
        })
    }
}

/// Logs why a message is refused, once, and says so.
fn refused(ingest: IngestId, error: &StoreError) -> RefusedBy {
    tracing::error!(%ingest, %error, "a message could not be stored; it stays with its sender");
    refusal(error)
}

fn refusal(error: &StoreError) -> RefusedBy {
    match error {
        StoreError::Full => RefusedBy::Full,
        _ => RefusedBy::Trouble,
    }
}

/// A body on its way into the store; without a writer after it failed.
#[derive(Debug)]
pub struct StandbyBody {
    writer: Option<BodyWriter>,
    memory: Reservation,
    intake: Arc<Intake>,
    /// Up to this size the disk was found to have room for it, in octets.
    admitted: u64,
}

impl BodySink for StandbyBody {
    async fn write(&mut self, piece: &[u8]) -> Result<(), RefusedBy> {
        let Some(mut writer) = self.writer.take() else {
            return Err(RefusedBy::Trouble);
        };
        let size = writer.size_bytes() + piece.len() as u64;
        // What was begun is not refused for want of memory: it goes to the disk.
        let is_tight = !writer.is_spooled() && self.memory.set(BUFFERS_OCTETS + size).is_err();
        let written = if size < BLOCKING_OCTETS_MIN && !is_tight {
            writer.write(piece).map(|()| writer)
        } else {
            let piece = piece.to_vec();
            blocking(move || {
                if is_tight {
                    writer.spool()?;
                }
                writer.write(&piece).map(|()| writer)
            })
            .await
        };
        match written {
            Ok(writer) => {
                if writer.is_spooled() {
                    self.memory.set(BUFFERS_OCTETS)?;
                }
                // Its size may not have been said before, and others grow beside it.
                if size >= self.admitted + DISK_LOOK_OCTETS {
                    self.intake.admit_grown(size)?;
                    self.admitted = size;
                }
                self.writer = Some(writer);
                Ok(())
            }
            Err(error) => {
                let error = StoreError::from_io("spooling a body", error);
                tracing::error!(%error, "a message could not be spooled; it stays with its sender");
                Err(refusal(&error))
            }
        }
    }
}

async fn finish(body: BodyWriter) -> Result<NewBody, StoreError> {
    let finished = if body.is_spooled() {
        blocking(move || body.finish()).await
    } else {
        body.finish()
    };
    finished.map_err(|error| StoreError::from_io("storing a body", error))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> std::io::Result<T> {
    tokio::task::spawn_blocking(work).await?
}

#[cfg(test)]
mod tests;
