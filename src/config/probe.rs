//! `[probe]`: how mailstores are watched.

use std::path::PathBuf;

use super::section::section;
use super::values::Span;
use crate::net::Endpoint;

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
        /// Places ("host:port") that take connections as long as this server's own network works, such
        /// as a router, a resolver and a machine elsewhere. While none of them does, probes that fail
        /// say nothing, and nothing is taken over.
        pub control_targets: Vec<Endpoint> = default "[]",
        /// The mail log, where this server runs beside an MX or a Dovecot proxy: deliveries that were put
        /// off and sign-ins that failed through no fault of their users are counted for the mailstores
        /// whose log_names occur. Agents read those of other hosts.
        pub mail_log: PathBuf = optional "\"/var/log/mail.log\"",
        /// How often a mailstore's large_mailbox is opened.
        pub large_interval: Span = default "\"5m\"",
        /// How long that may take.
        pub large_timeout: Span = default "\"30s\"",
        /// How often certificates are looked at.
        pub certificate_interval: Span = default "\"1h\"",
        /// How long before a mailstore's certificate ends that is told.
        pub certificate_warning: Span = default "\"14d\"",
    }
}
