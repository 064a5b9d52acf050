//! `[merge]`: how what came in goes home.

use serde::Deserialize;

use super::section::section;
use super::values::Span;

/// By which way a mailstore gets what came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MergeDriver {
    /// IMAP APPEND through Dovecot.
    Imap,
    /// Files on its volume.
    Maildir,
}

section! {
    /// How what came in during an outage goes home.
    pub struct Merge as "merge" {
        /// Mailboxes of one mailstore that are merged at the same time; each is one IMAP connection.
        pub concurrency: u32 = default "8",
        /// How long lies between two looks at a mailbox that must agree before a message whose
        /// append was cut off is taken to be missing: a session of the mailstore that lost its
        /// client may still be storing what it had.
        pub quiet: Span = default "\"5s\"",
        /// How long merged mail stays here after its receipt was verified; then it is purged message
        /// by message, with a proof. Receipts stay.
        pub retention: Span = default "\"30d\"",
    }
}
