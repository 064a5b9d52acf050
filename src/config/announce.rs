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
        /// The sender of mail to contacts. It goes through [relay]; without it contacts get no mail.
        pub mail_from: Address = optional "\"lifeboat@ops.example.net\"",
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
mod tests {
    use super::*;

    #[test]
    fn webhooks_reach_the_public_internet_and_what_is_allowed_and_nothing_else() {
        let mut announce: Announce = toml::from_str("").unwrap();
        let check = |announce: &Announce, address: &str, port, is_tls, expected| {
            let found = announce.may_call(address.parse().unwrap(), port, is_tls);
            assert_eq!(found, expected, "{address} {port} {is_tls}");
        };
        check(&announce, "192.0.1.1", 443, true, true);
        check(&announce, "192.0.1.1", 8443, true, true);
        check(&announce, "192.0.1.1", 25, true, false);
        check(&announce, "192.0.1.1", 443, false, false);
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "169.254.169.254",
            "::1",
            "::ffff:10.1.2.3",
            "fd00::1",
        ] {
            check(&announce, inside, 443, true, false);
        }
        announce.allowed_networks = vec!["10.1.0.0/16".parse().unwrap()];
        check(&announce, "10.1.2.3", 80, false, true);
        check(&announce, "::ffff:10.1.2.3", 443, true, true);
        check(&announce, "10.2.2.3", 443, true, false);
    }
}
