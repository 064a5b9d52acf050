//! `[socketmap]`: where Postfix asks for routes.

use super::section::section;
use crate::net::Endpoint;

section! {
    /// Where Postfix asks whether Lifeboat takes a recipient's mail.
    pub struct Socketmap as "socketmap" {
        /// Where to listen: "host:port" or "unix:/path".
        pub listen: Endpoint = required "\"127.0.0.1:8025\"",
    }
}
