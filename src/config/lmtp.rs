//! `[lmtp]`: where the MX hands over mail.

use super::section::section;
use crate::net::Endpoint;

section! {
    /// Where the MX hands over mail while a mailstore is down.
    pub struct Lmtp as "lmtp" {
        /// Where to listen: "host:port" or "unix:/path".
        pub listen: Endpoint = required "\"127.0.0.1:8024\"",
        /// What Postfix is told to deliver to; the same place as Postfix sees it.
        pub advertise: Endpoint = required "\"127.0.0.1:8024\"",
    }
}
