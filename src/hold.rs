//! Clients held safe: what the mail programs of users meet while their mailstore is down.
//!
//! An operator's load balancer or Dovecot proxy sends them to listeners of this room, which say "temporarily
//! unavailable, use the webmail" in the form that real clients were seen to bear (IMAP: RFC 9051 §7.1 BYE
//! and RFC 5530 UNAVAILABLE; POP3: RFC 3206 SYS/TEMP; submission: RFC 5321 §3.8 421; ManageSieve:
//! RFC 5804 §1.3 TRYLATER). It also answers a Dovecot proxy who is to be sent here ([`Answers`]), and lets
//! users go home in steps after a return ([`Release`]).
//!
//! Invariants: never a mailbox; never an authentication failure; what a client sends to prove who it is
//! is dropped unread and never logged; a connection is bounded in bytes, lines and time. Whom it holds it
//! decides from the route alone.

mod answer;
mod board;
mod configuration;
mod dialogue;
mod listener;
mod release;
mod resp;

pub use answer::{Answers, Held, Homes};
pub use board::Returns;
pub use configuration::configuration;
pub use dialogue::{Dialogue, Next, Turn};
pub use listener::{Counts, Door, Shared, serve};
pub use release::Release;
pub use resp::serve as serve_answers;
