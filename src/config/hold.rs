//! `[hold]` and `[[hold_listener]]`: what mail programs are told while their mailstore is down.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::section::section;
use super::values::Span;
use crate::net::{Endpoint, Tls};

/// What a mail program speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HoldProtocol {
    /// IMAP (RFC 9051).
    Imap,
    /// POP3 (RFC 1939).
    Pop3,
    /// Message submission (RFC 6409).
    Submission,
    /// ManageSieve (RFC 5804).
    Sieve,
}

impl HoldProtocol {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Imap, Self::Pop3, Self::Submission, Self::Sieve];

    /// Its name in the configuration, in metrics, and as Dovecot calls the service.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Imap => "imap",
            Self::Pop3 => "pop3",
            Self::Submission => "submission",
            Self::Sieve => "sieve",
        }
    }
}

/// When a mail program hears it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HoldSay {
    /// At once, in place of a greeting, and before it could send a password.
    Greeting,
    /// When it signs in: behind a proxy, which would keep the words of a greeting to itself.
    Login,
}

section! {
    /// What the mail programs of users are told while their mailstore is down: that it is temporarily
    /// unavailable and where the webmail is. Never that a password is wrong, and never a mailbox.
    pub struct Hold as "hold" {
        /// What they are told, in place of "Your mailbox is temporarily unavailable. Read and send mail at"
        /// and http.public_url. Printable ASCII, one line.
        pub text: String = optional "\"Mail is temporarily unavailable, use https://webmail.example.com\"",
        /// Where Dovecot proxies ask which users to send here (Redis protocol; `lifeboat config dovecot`
        /// prints their side). Whoever reaches it learns who is affected: keep it in your own network.
        pub answers_listen: Endpoint = optional "\"10.0.0.9:8026\"",
        /// After a return the users of a mailstore are let in again over so long, not all at once.
        pub release_over: Span = default "\"10m\"",
        /// In so many steps, of about the same number of users.
        pub release_steps: u32 = default "20",
        /// Certificate chain (PEM) for starttls and implicit TLS; without it, that of section http. Read again on
        /// SIGHUP.
        pub tls_certificate_file: PathBuf = optional "\"/etc/lifeboat/imap.pem\"",
        /// Private key (PEM) of the certificate.
        pub tls_key_file: PathBuf = optional "\"/etc/lifeboat/imap.key\"",
        /// Most connections at a time, over all listeners; more are told the same and closed at once.
        pub connections_max: u32 = default "5000",
        /// The longest that a connection lasts.
        pub timeout: Span = default "\"30s\"",
    }
}

section! {
    /// A port for mail programs whose mailstore is down; one section for each. A load balancer or a Dovecot
    /// proxy sends them here.
    #[repeats(true)]
    pub struct HoldListener as "hold_listener" {
        /// Where to listen: "host:port".
        pub listen: Endpoint = required "\"127.0.0.1:1143\"",
        /// "imap", "pop3", "submission" or "sieve".
        pub protocol: HoldProtocol = required "\"imap\"",
        /// "off", "starttls" or "implicit".
        pub tls: Tls = default "\"off\"",
        /// When it is said: "greeting", at once; or "login", behind a proxy.
        pub say: HoldSay = required "\"login\"",
        /// Where Dovecot proxies find this listener, an IP address and port: held users are sent here. For
        /// say = "login" only.
        pub advertise: Endpoint = optional "\"10.0.0.9:1143\"",
    }
}
