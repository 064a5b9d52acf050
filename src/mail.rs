//! Mail as bytes and as meaning: headers, MIME, sanitised HTML, new messages, reports.
//!
//! Pure: no clock, no I/O, no store. Everything here takes hostile bytes; nothing here panics on
//! them, recurses without a bound or returns a field without a bound. What cannot be understood is
//! left out or offered raw, and never makes a message unacceptable.

pub mod attachment;
pub mod calendar;
pub mod canonical;
pub mod charset;
mod contain;
pub mod fields;
pub mod flags;
pub mod header;
pub mod html_text;
pub mod mime;
pub mod params;
pub mod plain;
pub mod sanitize;
pub mod snippet;
pub mod summary;
pub mod tnef;
pub mod transfer;
pub mod view;
pub mod wording;
pub mod words;

pub use canonical::{CanonicalDigest, canonical, digest_canonical};
pub use flags::{Flags, Role};
pub use header::{summarize, summarize_start};
pub use summary::{Hints, Mailbox, Summary};
pub use view::View;
