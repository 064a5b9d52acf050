//! `[relay]`: where mail that users send goes.

use std::path::PathBuf;

use super::secret::SecretSource;
use super::section::section;
use super::values::Span;
use crate::net::{Endpoint, Tls};

section! {
    /// Where mail that users send goes.
    pub struct Relay as "relay" {
        /// The hoster's outgoing mail server.
        pub smarthost: Endpoint = default "\"127.0.0.1:25\"",
        /// Further servers, in the order in which they are tried while those before them cannot be used.
        /// The other options are for all.
        pub fallback: Vec<Endpoint> = default "[]",
        /// How the connection is protected: "off", "starttls" or "implicit".
        pub tls: Tls = default "\"off\"",
        /// The certificates to trust (PEM) instead of the system's.
        pub tls_ca_file: PathBuf = optional "\"/etc/lifeboat/ca.pem\"",
        /// The name that the certificate must have, if that is not the server's as written above.
        pub tls_name: String = optional "\"smtp.example.com\"",
        /// The user to sign in as; only with TLS.
        pub username: String = optional "\"lifeboat\"",
        /// File that holds that user's password (mode 0600), or "env:NAME".
        pub password_file: SecretSource = optional "\"/etc/lifeboat/relay.password\"",
        /// Most messages on their way at a time.
        pub connections_max: u32 = default "8",
        /// How long after a deferral a message is tried again for the first time; the wait then
        /// doubles …
        pub retry_after: Span = default "\"1m\"",
        /// … up to this.
        pub retry_after_max: Span = default "\"1h\"",
        /// How long a message is tried before it comes back to its sender.
        pub give_up_after: Span = default "\"5d\"",
        /// After how long a sender is told that a message still waits; "0s": never.
        pub delay_notice_after: Span = default "\"4h\"",
        /// Most recipients of a mailbox in a day …
        pub recipients_per_day: u32 = default "1000",
        /// … of whom so many it never wrote to before,
        pub new_recipients_per_day: u32 = default "200",
        /// of all mailboxes of a domain,
        pub domain_recipients_per_day: u32 = default "20000",
        /// and of all domains of a reseller.
        pub reseller_recipients_per_day: u32 = default "100000",
        /// How long it is known what became of a message, for whoever traces it.
        pub keep_finished: Span = default "\"30d\"",
    }
}
