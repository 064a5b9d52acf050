//! `[[mailstore]]`: the primary storage backends.

use super::failover::PolicyName;
use super::maildir_path::MaildirPath;
use super::merge::MergeDriver;
use super::raise_command::RaiseCommand;
use super::secret::SecretSource;
use super::section::section;
use crate::ids::{Address, MailstoreId};
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
        /// A mailbox on this mailstore that is Lifeboat's alone. It gets a numbered message every
        /// minute, by which Lifeboat tells, before mail goes back, whether this is the mailstore
        /// that failed. Without one a mailstore that lost its mail looks healthy, and mail never goes
        /// back by itself.
        pub sentinel: Address = optional "\"lifeboat-sentinel@a1.example.com\"",
        /// Its POP3 service, to be probed too; when only that fails, a person is told.
        pub pop3: Endpoint = optional "\"10.0.0.1:110\"",
        /// How POP3 is protected: "off", "starttls" or "implicit".
        pub pop3_tls: Tls = default "\"off\"",
        /// A mailbox with very many messages (50,000) that nobody uses. A broken index makes it slow
        /// before small ones show anything; a person is told.
        pub large_mailbox: Address = optional "\"lifeboat-large@a1.example.com\"",
        /// By which names the logs of Postfix and Dovecot know it: its transport's syslog_name ("a1" of
        /// "postfix/a1"), its host or its address, with or without its port.
        pub log_names: Vec<String> = default "[]",
        /// How what came in goes home: "imap" appends through Dovecot; "maildir" writes files to
        /// the mailstore's volume, which must be mounted here, and looks at them through IMAP when
        /// that is there. It does not look at Dovecot's quota.
        pub merge_driver: MergeDriver = default "\"imap\"",
        /// Where a mailbox's Maildir lies on this machine, with %u (the address), %n (before the @)
        /// and %d (the domain). Only Maildir++ will do, not LAYOUT=fs, sdbox or mdbox.
        pub maildir: MaildirPath = optional "\"/mnt/a1/%d/%n/Maildir\"",
        /// doveadm's HTTP API (Dovecot: service doveadm { inet_listener http { port = 8080 } }). Over
        /// it Lifeboat raises UIDs ("doveadm mailbox update --min-next-uid") after the mailstore was
        /// restored to an earlier state, so that desktop clients miss no new message. Without it, or
        /// raise_command, such a mailstore waits for an operator.
        pub doveadm: Endpoint = optional "\"10.0.0.1:8080\"",
        /// How doveadm's HTTP API is protected: "off" or "implicit".
        pub doveadm_tls: Tls = default "\"off\"",
        /// File that holds Dovecot's doveadm_api_key (mode 0600), or "env:NAME".
        pub doveadm_key_file: SecretSource = optional "\"/etc/lifeboat/a1.doveadm\"",
        /// File that holds Dovecot's doveadm_password, if there is no doveadm_api_key.
        pub doveadm_password_file: SecretSource = optional "\"env:A1_DOVEADM\"",
        /// A command that raises one folder, in place of doveadm: %u is the user, %f the folder, %n
        /// the UID. It is run without a shell and must not use one: users choose folder names.
        pub raise_command: RaiseCommand = optional "[\"/usr/bin/doveadm\", \"mailbox\", \"update\", \"-u\", \"%u\", \"--min-next-uid\", \"%n\", \"%f\"]",
        /// Who decides to take over this mailstore's mail, if not as the section failover says.
        pub policy: PolicyName = optional "\"manual\"",
        /// Whether nothing is switched for this mailstore but by hand, if not as the section failover
        /// says: what would have been done is written down.
        pub dry_run: bool = optional "true",
    }
}
