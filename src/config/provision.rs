//! `[[source]]`: where the directory of mailboxes comes from.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::secret::SecretSource;
use super::section::section;
use super::values::Span;
use crate::ids::{MailstoreId, ResellerId, SourceName};
use crate::net::{Endpoint, Tls};

/// What a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// Dovecot's passwd-file.
    PasswdFile,
    /// A file with one JSON object a line.
    Ndjson,
    /// A file with comma-separated values, the first line naming the columns.
    Csv,
    /// A query to a PostgreSQL database.
    Postgresql,
    /// A query to a MySQL or MariaDB database.
    Mysql,
    /// A search in an LDAP directory.
    Ldap,
}

impl SourceKind {
    /// Whether it is read from a file.
    pub const fn is_file(self) -> bool {
        matches!(self, Self::PasswdFile | Self::Ndjson | Self::Csv)
    }
}

section! {
    /// A source that the directory of mailboxes is kept in step with: what it has is created and
    /// changed here, and what it no longer has is deleted. One section for each; without one, use
    /// "lifeboat provision" or the API. An empty source, one that breaks off, and one in which too many
    /// mailboxes are missing at once delete nothing.
    #[repeats(true)]
    pub struct Source as "source" {
        /// Its name. Never rename it: its mailboxes are known by it.
        pub name: SourceName = required "\"panel\"",
        /// What it is: "passwd-file", "ndjson", "csv", "postgresql", "mysql" or "ldap".
        pub kind: SourceKind = required "\"postgresql\"",
        /// The file of a passwd-file, ndjson or csv. Replace it by renaming a finished one.
        pub file: PathBuf = optional "\"/var/lib/panel/mailboxes.csv\"",
        /// The database or LDAP server.
        pub server: Endpoint = optional "\"10.0.0.9:5432\"",
        /// The database.
        pub database: String = optional "\"postfix\"",
        /// Who to sign in as, for LDAP a DN. It need not be allowed to write anything.
        pub username: String = optional "\"lifeboat\"",
        /// File that holds the password (mode 0600), or "env:NAME".
        pub password_file: SecretSource = optional "\"/etc/lifeboat/panel.password\"",
        /// How the connection is protected: "off", "starttls" (asked for on the same port, as databases
        /// do) or "implicit" (LDAPS).
        pub tls: Tls = default "\"off\"",
        /// The certificates to trust (PEM) instead of the system's.
        pub tls_ca_file: PathBuf = optional "\"/etc/lifeboat/ca.pem\"",
        /// The query. Its columns are named mailbox, and as far as they are known mailstore, reseller,
        /// password_hash, name, aliases (separated by spaces or commas), id (a key that stays when the
        /// address changes), recovery (an address elsewhere), folder_sent, folder_drafts, folder_junk,
        /// folder_trash, folder_archive. This one reads postfixadmin's tables.
        pub query: String = optional "\"SELECT m.username AS mailbox, m.password AS password_hash, m.name, string_agg(a.address, ' ') AS aliases FROM mailbox m LEFT JOIN alias a ON a.goto = m.username AND a.address NOT LIKE '@%' AND a.active WHERE m.active GROUP BY m.username, m.password, m.name\"",
        /// Where the LDAP search starts.
        pub base: String = optional "\"ou=people,dc=example,dc=com\"",
        /// What the LDAP search looks for.
        pub filter: String = default "\"(mail=*)\"",
        /// Which attribute is which column; "" for none.
        pub attributes: BTreeMap<String, String> = default "{ mailbox = \"mail\", password_hash = \"userPassword\", name = \"displayName\", aliases = \"mailAlternateAddress\", id = \"entryUUID\" }",
        /// The mailstore of mailboxes of which the source does not say it.
        pub mailstore: MailstoreId = optional "\"a1\"",
        /// The reseller of domains of which the source does not say it.
        pub reseller: ResellerId = optional "\"acme\"",
        /// What the source calls the mailstores, where it does not use their names here.
        pub mailstores: BTreeMap<String, MailstoreId> = default "{}",
        /// The scheme of password hashes that name none, as Dovecot's default_pass_scheme; "CRYPT" if
        /// not set.
        pub password_scheme: String = optional "\"SSHA512\"",
        /// How often it is read.
        pub interval: Span = default "\"15m\"",
        /// When it was not read to its end for so long, a person is told.
        pub stale_after: Span = default "\"2h\"",
        /// More of its mailboxes than this, in percent, are not deleted in one round without a person's
        /// word (lifeboat provision sync --delete-max).
        pub delete_share_percent: u32 = default "5",
    }
}
