//! `[[live_check]]`: services that know users' passwords and may be up while a mailstore is down.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::section::section;
use super::values::Span;
use crate::ids::MailstoreId;
use crate::net::{Endpoint, Tls};

/// How a service is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LiveKind {
    /// By signing in to IMAP (LOGIN) and out again.
    Imap,
    /// By a simple bind (RFC 4513 §5.1.3).
    Ldap,
}

/// When a service is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LiveAsk {
    /// When the hash here does not open the mailbox: it is not known, or is another one.
    Otherwise,
    /// Always; what it says counts, and the hash when it says nothing.
    Always,
}

section! {
    /// A service that knows users' passwords and may be up while a mailstore is down: a Dovecot that only
    /// proxies or authenticates, or an LDAP directory. It is asked besides the hashes of the directory; when it
    /// does not answer, it is as if it were not there. One section for each.
    #[repeats(true)]
    pub struct LiveCheck as "live_check" {
        /// How it is asked: "imap" (LOGIN) or "ldap" (simple bind).
        pub kind: LiveKind = required "\"imap\"",
        /// Where it listens. Not the mailstores themselves: they are down when it matters.
        pub server: Endpoint = required "\"10.0.0.8:993\"",
        /// How it is protected: "off", "starttls" or "implicit".
        pub tls: Tls = default "\"implicit\"",
        /// Certificates (PEM) to trust, if not those of the system.
        pub tls_ca_file: PathBuf = optional "\"/etc/lifeboat/internal-ca.pem\"",
        /// Who signs in, with %u (the address), %n (before the @) and %d (the domain); for ldap a DN, such as
        /// "uid=%n,ou=people,o=%d".
        pub user: String = default "\"%u\"",
        /// Only for the mailboxes of these mailstores; with none for all.
        pub mailstores: Vec<MailstoreId> = default "[]",
        /// When it is asked: "otherwise", if the hash here does not open the mailbox; or "always": then what it
        /// says counts.
        pub ask: LiveAsk = default "\"otherwise\"",
        /// How long one answer may take.
        pub timeout: Span = default "\"5s\"",
        /// Most sign-ins that it is asked about at a time; it is not asked about more.
        pub parallel: u32 = default "16",
        /// After three failures in a row it is left alone for so long.
        pub rest: Span = default "\"15s\"",
        /// What it found right is kept as a hash (Argon2id) for so long, to sign in when it is gone too. Without
        /// this nothing is kept.
        pub remember_for: Span = optional "\"30d\"",
    }
}
