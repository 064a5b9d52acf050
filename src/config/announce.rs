//! `[announce]`: who is told what happens, and how.

use std::net::IpAddr;
use std::path::PathBuf;

use super::section::section;
use super::values::{Network, Span};
use crate::ids::Address;
use crate::net;

section! {
    /// Telling others what happens: webhooks, mail to contacts, alerts.
    pub struct Announce as "announce" {
        /// The sender of mail to contacts and to users. It goes through `[relay]`; without it nobody gets any.
        pub mail_from: Address = optional "\"lifeboat@ops.example.net\"",
        /// How long a mailstore is out before users are told of it, where the notices policy says so.
        pub users_after: Span = default "\"10m\"",
        /// Letters to users a minute, for each mailstore that is out or back.
        pub users_per_minute: u32 = default "1200",
        /// An alert that nobody has acknowledged is told again after this time.
        pub repeat_after: Span = default "\"15m\"",
        /// How often it is looked whether something is critical; twice in a row raises an alert.
        pub look_interval: Span = default "\"15s\"",
        /// Networks inside the hoster's that webhooks may call, over https or http: addresses or networks.
        /// Without them they reach the public internet alone, over https.
        pub allowed_networks: Vec<Network> = default "[]",
        /// How long a webhook's receiver may take.
        pub webhook_timeout: Span = default "\"15s\"",
        /// The certificates to trust (PEM) for webhooks instead of the system's.
        pub tls_ca_file: PathBuf = optional "\"/etc/lifeboat/ca.pem\"",
    }
}

impl Announce {
    /// Whether a webhook may call this address: with TLS the public internet too.
    pub fn may_call(&self, address: IpAddr, port: u16, is_tls: bool) -> bool {
        // Not 25 and its like: what speaks there would take lines of a request for its own.
        let is_public = is_tls && net::is_public(address) && (port == 443 || port >= 1024);
        is_public
            || self
                .allowed_networks
                .iter()
                .any(|network| network.contains(address))
    }
}

#[cfg(test)]
mod tests;
