//! `[postfix]`: what Postfix is told and asked to do.

use super::section::section;
use super::values::Span;

section! {
    /// What Postfix is told and asked to do. `lifeboat config postfix` prints its side.
    pub struct Postfix as "postfix" {
        /// The answer for mail that is to wait in the MX: a transport that stands in Postfix's
        /// defer_transports, to a place that cannot be reached: flushing the queue tries it all the
        /// same, and with no place at all the mail would bounce then.
        pub queue_transport: String = default "\"lifeboat-queue:unix:nowhere\"",
        /// For how long mail may wait in the MX before it is returned (maximal_queue_lifetime): an alarm
        /// is raised at half of it.
        pub queue_lifetime: Span = default "\"5d\"",
        /// What separates ann from lists in ann+lists@example.com (recipient_delimiter); empty if
        /// there is none.
        pub recipient_delimiter: String = default "\"+\"",
        /// A program and its arguments that has Postfix try deferred mail again, run after mail was
        /// given another route; empty if there is none.
        pub flush_command: Vec<String> = default "[]",
        /// The shortest time between two runs of flush_command.
        pub flush_interval: Span = default "\"10s\"",
        /// How long flush_command may run.
        pub flush_timeout: Span = default "\"30s\"",
    }
}

impl Postfix {
    /// What separates an address from its extension.
    pub fn delimiter(&self) -> Option<char> {
        self.recipient_delimiter.chars().next()
    }
}
