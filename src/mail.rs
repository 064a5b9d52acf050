//! Mail as bytes and as meaning: headers, MIME, sanitised HTML, new messages, reports.
//!
//! Pure: no clock, no I/O, no store. Everything here takes hostile bytes; nothing here panics on
//! them, recurses without a bound or returns a field without a bound. What cannot be understood is
//! left out or offered raw, and never makes a message unacceptable.

pub mod canonical;
pub mod flags;
pub mod summary;

pub use canonical::{CanonicalDigest, canonical, digest_canonical};
pub use flags::{Flags, Role};
pub use summary::{Hints, Mailbox, Summary};
