//! `[watermark]`: what is remembered of the mailboxes while all is well.

use super::section::section;
use super::values::Span;

section! {
    /// What is remembered of the mailboxes while all is well: for each folder its UIDVALIDITY, its
    /// UIDNEXT and the hash of a few headers. After a mailstore was restored to an earlier state no
    /// message gets a UID below these. Collected by IMAP with the master user, while a mailstore is
    /// normal, one mailbox after the other.
    pub struct Watermark as "watermark" {
        /// Mailboxes of one mailstore that are looked at in a second; 0 collects nothing. Each costs
        /// Dovecot a login, about 6 ms (1 ms where login processes are reused): 5 are a few per cent
        /// of one core, and pass a hundred thousand mailboxes in six hours.
        pub per_second: u32 = default "5",
        /// How long a mailbox is left alone after it was looked at.
        pub refresh: Span = default "\"6h\"",
    }
}
