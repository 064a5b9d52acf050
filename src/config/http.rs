//! `[http]`: webmail, console and API.

use std::path::PathBuf;

use super::section::section;
use super::values::{ByteSize, Network};
use crate::net::Endpoint;

section! {
    /// Webmail, console and API.
    pub struct Http as "http" {
        /// Where to listen: "host:port", or "unix:/path" behind a reverse proxy.
        pub listen: Endpoint = required "\"127.0.0.1:8080\"",
        /// The address under which users reach it, without a path. With https, cookies are sent over
        /// https only.
        pub public_url: String = required "\"https://webmail.example.com\"",
        /// Certificate chain (PEM) to serve https itself; read again on SIGHUP.
        pub tls_certificate_file: PathBuf = optional "\"/etc/lifeboat/webmail.pem\"",
        /// Private key (PEM) of the certificate.
        pub tls_key_file: PathBuf = optional "\"/etc/lifeboat/webmail.key\"",
        /// Time zone in which times are shown to users whose browser does not say theirs, as the time zone
        /// database names it.
        pub timezone: String = default "\"UTC\"",
        /// Where the usual webmail is: the link that users get when their mailbox is back.
        pub usual_webmail_url: String = optional "\"https://mail.example.com\"",
        /// What the operator tells users on every page, below the state of the service.
        pub notice: String = optional "\"We expect mail to be back at 18:00. Questions: +49 30 1234567.\"",
        /// Reverse proxies whose X-Forwarded-For is believed: addresses or networks. A Unix socket is
        /// always believed.
        pub trusted_proxies: Vec<Network> = default "[]",
        /// Whether a reader may have the pictures in HTML mail that lie elsewhere fetched: by this server, from
        /// the public internet only, so that neither sender nor browser learn of each other.
        pub image_proxy: bool = default "true",
        /// The HTTP proxy over which pictures are fetched where this server has no way out: "host:port". It is
        /// asked for tunnels (CONNECT) to addresses on the ports 80 and 443 that were looked up and checked
        /// here, so names must be known here too.
        pub image_proxy_via: Endpoint = optional "\"proxy.example.com:3128\"",
        /// Whether users who write are offered the names and addresses of their own domain's mailboxes.
        pub directory_search: bool = default "true",
        /// Requests a minute that one token of an operator or a reseller may send to the API.
        pub api_requests_per_minute: u32 = default "1200",
        /// Largest request: a message with its attachments, as sent by the browser.
        pub request_size_max: ByteSize = default "\"80MB\"",
    }
}
