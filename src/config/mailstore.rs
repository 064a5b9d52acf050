//! `[[mailstore]]`: the primary storage backends.

use super::secret::SecretSource;
use super::section::section;
use crate::ids::MailstoreId;
use crate::net::{Endpoint, Tls};

section! {
    /// A mailstore: one Dovecot pool on its volume. One section for each.
    #[repeats(true)]
    pub struct Mailstore as "mailstore" {
        /// Its name: lower-case letters, digits, "-", "_" and ".". Never rename it while mail waits.
        pub id: MailstoreId = required "\"a1\"",
        /// Its IMAP service.
        pub imap: Endpoint = required "\"10.0.0.1:143\"",
        /// Its LMTP service, for probes.
        pub lmtp: Endpoint = required "\"10.0.0.1:24\"",
        /// Dovecot's master user: merges and probes sign in as "user*master_user".
        pub master_user: String = required "\"lifeboat\"",
        /// File that holds the master user's password (mode 0600), or "env:NAME".
        pub master_password_file: SecretSource = required "\"/etc/lifeboat/a1.password\"",
        /// How IMAP is protected: "off", "starttls" or "implicit".
        pub tls: Tls = default "\"off\"",
        /// Dovecot's auth_master_user_separator.
        pub master_separator: String = default "\"*\"",
    }
}
