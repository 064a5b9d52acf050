//! What Postfix asks and is asked: the socketmap server that tells it where to deliver, the pieces of
//! its configuration, and having it try deferred mail again.
//!
//! Lifeboat never routes healthy mail: when it has nothing to say Postfix gets "not found", and the
//! hoster's own tables decide (DESIGN.md, invariant 8). It never answers a temporary error for
//! trouble of its own: that would defer healthy mail.

mod answer;
mod configuration;
mod flush;
mod netstring;
mod socketmap;

pub use answer::{Answers, Reply, Respond, lmtp_transport, respond};
pub use configuration::{Asked, configuration};
pub use flush::{FlushError, Flusher};
pub use socketmap::{Limits, serve};
