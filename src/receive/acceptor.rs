//! What the session asks of the house: is this a mailbox, and keep this message.
//!
//! Two implementations: the standby store ([`super::StandbyAcceptor`]) and the recorder of the
//! session's tests. Neither knows LMTP; the session knows no store.

use std::future::Future;
use std::net::SocketAddr;

use super::command::ReversePath;
use super::dsn::{EnvelopeId, Notify, OriginalRecipient, Return};
use super::reply::MessageFault;
use super::session::{Protocol, Trust};
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
    /// Which notices are asked for, where anything is said about it.
    pub notify: Option<Notify>,
    /// Whom the sender wrote to, where that is said.
    pub original: Option<OriginalRecipient>,
}

/// What a recipient's address leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// A mailbox.
    Mailbox(KnownMailbox),
    /// None that is known.
    Unknown(Unknown),
}

/// What is known of an address that is no mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// Its domain is one of the platform's.
    pub is_ours: bool,
    /// The directory is fresh enough to say so for good.
    pub is_certain: bool,
}

/// Where a connection comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Peer {
    /// Over TCP.
    Tcp(SocketAddr),
    /// Over a unix socket of this machine.
    #[default]
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

/// The envelope of a transaction (RFC 5321 §2.3.1), and how it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// Who gets notices.
    pub reverse_path: ReversePath,
    /// The recipients that were accepted, in the client's order.
    pub recipients: Vec<Recipient>,
    /// The name the client gave itself.
    pub client_name: String,
    /// SMTPUTF8 was given with MAIL.
    pub smtp_utf8: bool,
    /// How much of the message a notice of failure returns, where that is said.
    pub ret: Option<Return>,
    /// The sender's name for the envelope, where there is one.
    pub envelope_id: Option<EnvelopeId>,
    /// The client: the one that connected, or the one that it speaks for.
    pub client: Peer,
    /// Who connected, or for whom a load balancer did.
    pub connected: Peer,
    /// What the client is to us.
    pub trust: Trust,
    /// What was spoken.
    pub protocol: Protocol,
    /// The client greeted with LHLO or EHLO.
    pub is_extended: bool,
    /// TLS protects the connection: its version and cipher suite.
    pub tls: Option<String>,
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
    /// Too many messages are under way for the memory there is.
    Busy,
    /// Too many messages came from this client lately.
    Rate,
    /// The mailbox has as much as the standby keeps for one.
    MailboxFull,
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

    /// The mailbox of a recipient without its extension, through aliases.
    ///
    /// # Errors
    /// When that cannot be known now.
    fn resolve(
        &self,
        recipient: &Address,
    ) -> impl Future<Output = Result<Resolved, RefusedBy>> + Send;

    /// Starts a body of somebody's; `size_hint` is what the client declared (octets, 0 if unknown).
    ///
    /// # Errors
    /// When no body can be kept now.
    fn begin(
        &self,
        trust: Trust,
        size_hint: u64,
    ) -> impl Future<Output = Result<Self::Body, RefusedBy>> + Send;

    /// Stores the message for all recipients. Returns when it is durable, with one result for each
    /// recipient, in their order.
    ///
    /// # Errors
    /// When the message as a whole is not to be taken, whoever it is for.
    fn accept(
        &self,
        ingest: IngestId,
        envelope: &Envelope,
        body: Self::Body,
    ) -> impl Future<Output = Result<Vec<Result<Accepted, RefusedBy>>, MessageFault>> + Send;
}
