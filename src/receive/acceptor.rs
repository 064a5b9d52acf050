//! What the session asks of the house: is this a mailbox, and keep this message.
//!
//! Two implementations: the standby store ([`super::StandbyAcceptor`]) and the recorder of the
//! session's tests. Neither knows LMTP; the session knows no store.

use std::future::Future;
use std::net::SocketAddr;

use super::command::ReversePath;
use crate::ids::{Address, DeliveryId, IngestId, MailboxId};

/// A mailbox a recipient resolved to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownMailbox {
    /// Its id.
    pub id: MailboxId,
    /// Its address, which Delivered-To shows.
    pub address: Address,
}

/// A recipient that was accepted in this transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The forward-path as the client wrote it, extension and all.
    pub given: String,
    /// The mailbox.
    pub mailbox: KnownMailbox,
}

/// Where a connection comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// Over TCP.
    Tcp(SocketAddr),
    /// Over a unix socket of this machine.
    Unix,
}

impl std::fmt::Display for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix => f.write_str("unix"),
        }
    }
}

/// The envelope of a transaction (RFC 5321 §2.3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Who gets notices.
    pub reverse_path: ReversePath,
    /// The recipients that were accepted, in the client's order.
    pub recipients: Vec<Recipient>,
    /// The name the client gave itself.
    pub client_name: String,
    /// SMTPUTF8 was given with MAIL.
    pub smtp_utf8: bool,
}

/// Proof that a message is durably stored for a recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    delivery: DeliveryId,
}

impl Accepted {
    /// Only for whoever has just seen the commit that names `delivery` return.
    pub(super) fn after_commit(delivery: DeliveryId) -> Self {
        Self { delivery }
    }

    /// The delivery, as it stands in the Received header.
    pub fn delivery(&self) -> DeliveryId {
        self.delivery
    }
}

/// Why the house does not take a message. Always for now, never for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusedBy {
    /// There is no space.
    Full,
    /// The store failed, or is not reachable.
    Trouble,
    /// The mailbox went away between RCPT and the end of data.
    Gone,
}

/// A body that is being written.
pub trait BodySink: Send {
    /// Takes the next piece.
    ///
    /// # Errors
    /// When it cannot be kept; the rest of the message is then thrown away.
    fn write(&mut self, piece: &[u8]) -> impl Future<Output = Result<(), RefusedBy>> + Send;
}

/// Keeps messages.
pub trait Acceptor: Send + Sync + 'static {
    /// What bodies are written to.
    type Body: BodySink;

    /// The mailbox of a recipient without its extension, through aliases; `None` if there is none.
    ///
    /// # Errors
    /// When that cannot be known now.
    fn resolve(
        &self,
        recipient: &Address,
    ) -> impl Future<Output = Result<Option<KnownMailbox>, RefusedBy>> + Send;

    /// Starts a body; `size_hint` is what the client declared (octets, 0 if unknown).
    ///
    /// # Errors
    /// When no body can be kept now.
    fn begin(&self, size_hint: u64) -> impl Future<Output = Result<Self::Body, RefusedBy>> + Send;

    /// Stores the message for all recipients. Returns when it is durable, with one result for each
    /// recipient, in their order.
    fn accept(
        &self,
        ingest: IngestId,
        peer: Peer,
        envelope: &Envelope,
        body: Self::Body,
    ) -> impl Future<Output = Vec<Result<Accepted, RefusedBy>>> + Send;
}
