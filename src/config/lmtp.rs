//! `[lmtp]`: where the MX hands over mail.

use super::section::section;
use super::values::{ByteSize, Span};
use crate::net::Endpoint;

section! {
    /// Where the MX hands over mail while a mailstore is down.
    pub struct Lmtp as "lmtp" {
        /// Where to listen: "host:port" or "unix:/path".
        pub listen: Endpoint = required "\"127.0.0.1:8024\"",
        /// What Postfix is told to deliver to; the same place as Postfix sees it.
        pub advertise: Endpoint = required "\"127.0.0.1:8024\"",
        /// Further places to listen.
        pub listen_also: Vec<Endpoint> = default "[]",
        /// Largest message. A larger one is told to wait in the MX; the limit is not announced,
        /// because Postfix bounces what is larger than an announced one.
        pub message_size_max: ByteSize = default "\"100MB\"",
        /// Most recipients of one message; the MX sends the rest in further ones.
        pub recipients_max: u32 = default "1000",
        /// Most connections at a time; more are told to come back.
        pub connections_max: u32 = default "1000",
        /// How long a connection waits for the next command.
        pub command_timeout: Span = default "\"5m\"",
        /// How long it waits for the next piece of a message.
        pub data_timeout: Span = default "\"3m\"",
    }
}
