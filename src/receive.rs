//! Mail in: the LMTP server that an MX hands messages to.
//!
//! From the wire inwards: [`gate`] (bytes), [`command`] (grammar), [`session`] (what is allowed
//! when), [`reply`] (what is said), all pure; then [`connection`] and [`listener`] (tokio), which
//! move bytes and carry out what the session asks for through an [`Acceptor`].
//!
//! Never here: routing, failover state, mailstores. A provisioned mailbox's mail is taken in every
//! state (DESIGN.md, invariant 7), and 250 is said only after the durable commit (invariant 2).

pub mod acceptor;
pub mod command;
pub mod connection;
pub mod gate;
pub mod listener;
pub mod reply;
pub mod session;
pub mod standby;
pub mod trace;

pub use acceptor::{
    Accepted, Acceptor, BodySink, Envelope, KnownMailbox, Peer, Recipient, RefusedBy,
};
pub use connection::{Shared, Timeouts};
pub use reply::SmtpReply;
pub use session::{Limits, Session, SessionConfig};
pub use standby::StandbyAcceptor;
