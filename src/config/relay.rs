//! `[relay]`: where mail that users send goes.

use super::section::section;
use crate::net::Endpoint;

section! {
    /// Where mail that users send goes.
    pub struct Relay as "relay" {
        /// The hoster's outgoing mail server.
        pub smarthost: Endpoint = default "\"127.0.0.1:25\"",
    }
}
