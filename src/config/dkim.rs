//! `[[dkim]]`: keys that sign mail of some domains.

use std::path::PathBuf;

use super::section::section;
use crate::ids::DomainName;

section! {
    /// A key that signs the mail of some domains as it leaves (DKIM, RFC 6376). One section for each key; a domain may
    /// have several. Better where it fits: let the smarthost sign, as it does for the mail of every other day.
    #[repeats(true)]
    pub struct Dkim as "dkim" {
        /// The domains, as in the senders' addresses; a domain below one of them is another.
        pub domains: Vec<DomainName> = required "[\"example.com\"]",
        /// The key's name: the DNS holds its public half at SELECTOR._domainkey.DOMAIN.
        pub selector: String = required "\"lifeboat\"",
        /// The private key (PEM): RSA of 2048 bits or more, or Ed25519. Read again on SIGHUP.
        pub key_file: PathBuf = required "\"/etc/lifeboat/dkim.pem\"",
    }
}
