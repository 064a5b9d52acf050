//! The acceptor that keeps messages in the standby store.

use super::acceptor::{
    Accepted, Acceptor, BodySink, Envelope, KnownMailbox, Peer, Recipient, RefusedBy,
};
use super::trace::{self, Trace};
use crate::clock::SharedClock;
use crate::ids::{Address, DeliveryId, IngestId};
use crate::mail::{self, Role};
use crate::store::delivery::{self, Acceptance, Delivered};
use crate::store::{BodyWriter, NewBody, Store, StoreError, directory};

/// How much of a message its summary is made from, in octets (FAULTS.md: headers are bounded to
/// 100 KB).
const HEAD_OCTETS_MAX: usize = 128 * 1024;
/// From this size on a body may go to the disk while it arrives, and is written off the
/// asynchronous threads.
const BLOCKING_OCTETS_MIN: u64 = 512 * 1024;

/// Keeps messages in the standby store.
#[derive(Clone, Debug)]
pub struct StandbyAcceptor {
    store: Store,
    clock: SharedClock,
    hostname: String,
}

impl StandbyAcceptor {
    /// Over `store`; `hostname` is this server's name in Received.
    pub fn new(store: Store, clock: SharedClock, hostname: String) -> Self {
        Self {
            store,
            clock,
            hostname,
        }
    }

    /// The trace headers and delivery ids: one delivery for each mailbox, however many of the
    /// recipients are its addresses.
    fn deliveries(&self, trace: &Trace<'_>) -> Vec<Delivery> {
        let mut deliveries: Vec<Delivery> = Vec::with_capacity(trace.envelope.recipients.len());
        for recipient in &trace.envelope.recipients {
            let same = deliveries
                .iter()
                .find(|known| known.mailbox.id == recipient.mailbox.id)
                .map(|known| known.id);
            deliveries.push(Delivery {
                id: same.unwrap_or_else(|| DeliveryId::generate(trace.now)),
                mailbox: recipient.mailbox.clone(),
                is_repeated: same.is_some(),
            });
        }
        deliveries
    }

    async fn store(
        &self,
        ingest: IngestId,
        peer: Peer,
        envelope: &Envelope,
        body: BodyWriter,
    ) -> Result<Vec<Result<Accepted, RefusedBy>>, StoreError> {
        let body = finish(body).await?;
        let head = body
            .head(HEAD_OCTETS_MAX)
            .map_err(|error| StoreError::from_io("reading a body", error))?;
        let trace = Trace {
            hostname: &self.hostname,
            peer,
            envelope,
            now: self.clock.now(),
        };
        let deliveries = self.deliveries(&trace);
        let acceptance = Acceptance {
            ingest,
            received_at: trace.now,
            reverse_path: envelope.reverse_path.address().map(str::to_owned),
            client: peer.to_string(),
            mx_queue_id: trace::mx_queue_id(&head),
            summary: mail::summarize_start(&head, body.size_bytes()),
            recipients: envelope
                .recipients
                .iter()
                .zip(&deliveries)
                .filter(|(_, delivery)| !delivery.is_repeated)
                .map(|(recipient, delivery)| delivery.row(&trace, recipient))
                .collect(),
        };
        let mut results = self
            .store
            .accept_message(body, acceptance)
            .await?
            .into_iter();
        let mut outcomes: Vec<Result<Accepted, RefusedBy>> = Vec::with_capacity(deliveries.len());
        for (at, delivery) in deliveries.iter().enumerate() {
            let first = deliveries
                .iter()
                .take(at)
                .position(|known| known.id == delivery.id);
            let outcome = match first.and_then(|first| outcomes.get(first)) {
                Some(outcome) => *outcome,
                None => delivery.outcome(ingest, results.next()),
            };
            outcomes.push(outcome);
        }
        Ok(outcomes)
    }
}

/// One message on its way into one mailbox.
struct Delivery {
    id: DeliveryId,
    mailbox: KnownMailbox,
    /// Another recipient of the transaction is the same mailbox and came first.
    is_repeated: bool,
}

impl Delivery {
    fn row(&self, trace: &Trace<'_>, recipient: &Recipient) -> delivery::Recipient {
        delivery::Recipient {
            mailbox: self.mailbox.address.clone(),
            delivery: self.id,
            prefix: trace.headers(recipient, self.id),
            role: Role::Inbox,
        }
    }

    fn outcome(
        &self,
        ingest: IngestId,
        result: Option<Result<Delivered, StoreError>>,
    ) -> Result<Accepted, RefusedBy> {
        match result {
            Some(Ok(Delivered::Filed { .. })) => Ok(Accepted::after_commit(self.id)),
            Some(Ok(Delivered::UnknownMailbox)) => Err(RefusedBy::Gone),
            Some(Err(error)) => Err(refused(ingest, &error)),
            None => Err(RefusedBy::Trouble),
        }
    }
}

impl Acceptor for StandbyAcceptor {
    type Body = StandbyBody;

    async fn resolve(&self, recipient: &Address) -> Result<Option<KnownMailbox>, RefusedBy> {
        let found = self.store.read(|tx| directory::resolve(tx, recipient));
        match found {
            Ok(found) => Ok(found.map(|mailbox| KnownMailbox {
                id: mailbox.record.id,
                address: mailbox.address,
            })),
            Err(error) => {
                tracing::error!(%error, "a recipient could not be looked up");
                Err(refusal(&error))
            }
        }
    }

    async fn begin(&self, _size_hint: u64) -> Result<StandbyBody, RefusedBy> {
        if self.store.failure().is_some() {
            return Err(RefusedBy::Trouble);
        }
        let writer = self.store.body_writer(self.clock.now());
        Ok(StandbyBody(Some(writer)))
    }

    async fn accept(
        &self,
        ingest: IngestId,
        peer: Peer,
        envelope: &Envelope,
        body: StandbyBody,
    ) -> Vec<Result<Accepted, RefusedBy>> {
        let result = match body.0 {
            Some(body) => self.store(ingest, peer, envelope, body).await,
            None => return vec![Err(RefusedBy::Trouble); envelope.recipients.len()],
        };
        result.unwrap_or_else(|error| vec![Err(refused(ingest, &error)); envelope.recipients.len()])
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

/// A body on its way into the store; empty after it failed.
#[derive(Debug)]
pub struct StandbyBody(Option<BodyWriter>);

impl BodySink for StandbyBody {
    async fn write(&mut self, piece: &[u8]) -> Result<(), RefusedBy> {
        let Some(mut writer) = self.0.take() else {
            return Err(RefusedBy::Trouble);
        };
        let written = if writer.size_bytes() + (piece.len() as u64) < BLOCKING_OCTETS_MIN {
            writer.write(piece).map(|()| writer)
        } else {
            let piece = piece.to_vec();
            blocking(move || writer.write(&piece).map(|()| writer)).await
        };
        match written {
            Ok(writer) => {
                self.0 = Some(writer);
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
