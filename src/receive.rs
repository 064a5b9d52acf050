//! Mail in: the LMTP and SMTP servers that an MX hands messages to, and the perimeter listener.
//!
//! From the wire inwards: [`proxy`] (who a load balancer speaks for), [`gate`] (bytes), [`command`]
//! (grammar), [`session`] (what is allowed when), [`reply`] (what is said), all pure; then [`connection`]
//! and [`listener`] (tokio), which move bytes and carry out what the session asks for through an
//! [`Acceptor`]; [`intake`] bounds and counts it all, and [`authenticity`] looks at what strangers send.
//!
//! Never here: routing, failover state, mailstores. A provisioned mailbox's mail is taken in every
//! state (DESIGN.md, invariant 7), and 250 is said only after the durable commit (invariant 2).

pub mod acceptor;
pub mod authenticity;
pub mod command;
pub mod connection;
pub mod dsn;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
pub mod gate;
pub mod intake;
pub mod listener;
pub mod proxy;
pub mod reply;
pub mod session;
pub mod standby;
pub mod trace;
pub mod xclient;

pub use acceptor::{
    Accepted, Acceptor, BodySink, Envelope, KnownMailbox, Peer, Recipient, RefusedBy, Resolved,
    Unknown,
};
pub use connection::{Shared, Timeouts};
pub use intake::{Intake, IntakeLimits};
pub use listener::{Door, House};
pub use reply::SmtpReply;
pub use session::{Limits, Protocol, Session, SessionConfig, StartTls, Trust};
pub use standby::StandbyAcceptor;
