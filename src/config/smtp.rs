//! `[smtp]` and `[[smtp_listener]]`: mail handed over by SMTP.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::section::section;
use super::values::{ByteSize, Network, Span};
use crate::ids::Address;
use crate::net::{Endpoint, Tls};

/// Who may hand over mail at a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpClients {
    /// The hosts of `smtp.trusted`.
    Trusted,
    /// Everybody: a perimeter, such as a secondary MX.
    Everybody,
}

section! {
    /// Mail handed over by SMTP: beside LMTP for MX hosts, and at a perimeter for everybody. Nothing is ever
    /// relayed: only mail for mailboxes of the directory is taken.
    pub struct Smtp as "smtp" {
        /// MX hosts and filters of the platform. Their mail was accepted by them already: it is never refused
        /// for good, and what they call spam goes to Junk.
        pub trusted: Vec<Network> = default "[\"127.0.0.0/8\", \"::1\"]",
        /// Hosts that may say for whom they speak, by XCLIENT.
        pub xclient: Vec<Network> = default "[]",
        /// Load balancers that may use listeners with proxy_protocol.
        pub proxies: Vec<Network> = default "[]",
        /// Certificate chain (PEM) for starttls and implicit TLS; without it, that of section http. Read again on
        /// SIGHUP.
        pub tls_certificate_file: PathBuf = optional "\"/etc/lifeboat/mx.pem\"",
        /// Private key (PEM) of the certificate.
        pub tls_key_file: PathBuf = optional "\"/etc/lifeboat/mx.key\"",
        /// Who reads what is for "postmaster" without a domain: a mailbox of the directory.
        pub postmaster: Address = optional "\"postmaster@example.com\"",
        /// So long after each source of the directory was last read whole, strangers are told for good that a mailbox
        /// does not exist; later they are asked to try again.
        pub directory_fresh_for: Span = default "\"24h\"",
        /// Most connections of trusted hosts at a time; more are told to come back.
        pub connections_max: u32 = default "1000",
        /// Most connections of strangers at a time, of their own.
        pub stranger_connections_max: u32 = default "5000",
        /// Most connections of one stranger (an IPv4 address or an IPv6 /64) at a time.
        pub client_connections_max: u32 = default "20",
        /// Most messages of one stranger a minute; a recipient that is not known counts as one.
        pub client_messages_per_minute: u32 = default "120",
        /// Trusted hosts are offered DSN (RFC 3461), and a sender who asks for it (NOTIFY=SUCCESS) is told that a message
        /// was delivered. Where it is off, the host that hands over says that it was passed on.
        pub delivery_receipts: bool = default "true",
        /// What a trusted host's filter called spam (X-Spam-Flag and the like) is filed in Junk.
        pub spam_to_junk: bool = default "true",
        /// What strangers hand over is looked at for SPF, DKIM and DMARC; what fails a domain's DMARC policy is
        /// filed in Junk.
        pub verify_senders: bool = default "true",
        /// Name servers for that, an address and port each; none: those of the system.
        pub name_servers: Vec<SocketAddr> = default "[]",
        /// Bodies on their way in may take so much memory together, those of LMTP too; more are told to wait.
        pub memory_max: ByteSize = default "\"256MB\"",
        /// With less free on the store's disk only messages up to 1 MB are taken.
        pub disk_free_low: ByteSize = default "\"2GB\"",
        /// With less free on the store's disk none are.
        pub disk_free_min: ByteSize = default "\"512MB\"",
        /// Most that the standby keeps for one mailbox; then its mail waits in the MX.
        pub mailbox_size_max: ByteSize = default "\"10GB\"",
    }
}

section! {
    /// A port for mail by SMTP; one section for each.
    #[repeats(true)]
    pub struct SmtpListener as "smtp_listener" {
        /// Where to listen: "host:port" or "unix:/path".
        pub listen: Endpoint = required "\"127.0.0.1:2525\"",
        /// Who may come: "trusted", the hosts of smtp.trusted; or "everybody", a perimeter.
        pub clients: SmtpClients = default "\"trusted\"",
        /// "off", "starttls" (offered) or "implicit".
        pub tls: Tls = default "\"off\"",
        /// With tls = "starttls": no mail is taken without it.
        pub tls_required: bool = default "false",
        /// Every connection begins with a header of the PROXY protocol, version 2, from a host of smtp.proxies.
        pub proxy_protocol: bool = default "false",
    }
}
