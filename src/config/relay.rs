//! `[relay]` and `[[relay_fallback]]`: where mail that users send goes.

use std::path::{Path, PathBuf};

use super::secret::SecretSource;
use super::section::section;
use super::values::Span;
use crate::net::{Endpoint, Tls};

section! {
    /// Where mail that users send goes.
    pub struct Relay as "relay" {
        /// The hoster's outgoing mail server.
        pub smarthost: Endpoint = default "\"127.0.0.1:25\"",
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
        /// Messages go as counted chunks (BDAT) where the server offers CHUNKING; switch it off for one that offers what it
        /// does not do well.
        pub chunking: bool = default "true",
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

section! {
    /// A further server for mail that users send. One section for each, in the order in which they are tried while
    /// those before them cannot be used. Its access is its own: nothing is taken from section relay.
    #[repeats(true)]
    pub struct RelayFallback as "relay_fallback" {
        /// The server.
        pub smarthost: Endpoint = required "\"10.0.0.10:25\"",
        /// How the connection is protected: "off", "starttls" or "implicit".
        pub tls: Tls = default "\"off\"",
        /// The certificates to trust (PEM) instead of the system's.
        pub tls_ca_file: PathBuf = optional "\"/etc/lifeboat/ca.pem\"",
        /// The name that the certificate must have, if that is not the server's as written above.
        pub tls_name: String = optional "\"smtp2.example.com\"",
        /// The user to sign in as; only with TLS.
        pub username: String = optional "\"lifeboat\"",
        /// File that holds that user's password (mode 0600), or "env:NAME".
        pub password_file: SecretSource = optional "\"/etc/lifeboat/relay2.password\"",
        /// Messages go as counted chunks (BDAT) where the server offers CHUNKING; switch it off for one that offers what it
        /// does not do well.
        pub chunking: bool = default "true",
    }
}

/// How one smarthost is reached: what its section says.
#[derive(Clone, Copy, Debug)]
pub struct RelayAccess<'a> {
    /// Where it is.
    pub smarthost: &'a Endpoint,
    /// How the connection is protected.
    pub tls: Tls,
    /// The certificates to trust.
    pub tls_ca_file: Option<&'a Path>,
    /// The name its certificate must have.
    pub tls_name: Option<&'a str>,
    /// The user to sign in as.
    pub username: Option<&'a str>,
    /// That user's password.
    pub password_file: Option<&'a SecretSource>,
    /// Whether messages go as chunks.
    pub chunking: bool,
}

impl Relay {
    /// How it is reached.
    pub fn access(&self) -> RelayAccess<'_> {
        RelayAccess {
            smarthost: &self.smarthost,
            tls: self.tls,
            tls_ca_file: self.tls_ca_file.as_deref(),
            tls_name: self.tls_name.as_deref(),
            username: self.username.as_deref(),
            password_file: self.password_file.as_ref(),
            chunking: self.chunking,
        }
    }
}

impl RelayFallback {
    /// How it is reached.
    pub fn access(&self) -> RelayAccess<'_> {
        RelayAccess {
            smarthost: &self.smarthost,
            tls: self.tls,
            tls_ca_file: self.tls_ca_file.as_deref(),
            tls_name: self.tls_name.as_deref(),
            username: self.username.as_deref(),
            password_file: self.password_file.as_ref(),
            chunking: self.chunking,
        }
    }
}
