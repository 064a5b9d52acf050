//! `[probe]`: how mailstores are watched.

use super::section::section;
use super::values::Span;

section! {
    /// How mailstores are watched.
    pub struct Probe as "probe" {
        /// How often each mailstore is probed by IMAP and by LMTP.
        pub interval: Span = default "\"10s\"",
        /// How long a probe may take; a slower mailstore counts as failed.
        pub timeout: Span = default "\"10s\"",
        /// How often a numbered message is delivered to a sentinel; it must appear by IMAP within
        /// timeout.
        pub sentinel_interval: Span = default "\"60s\"",
        /// How many numbered messages a sentinel keeps; older ones are removed.
        pub sentinel_keep: u32 = default "1500",
    }
}
