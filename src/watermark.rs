//! What clients know of the mailboxes, remembered while all is well; and after a mailstore went back
//! in time, the raising of its mailboxes' UIDs above it.
//!
//! [`Collector`] looks at each mailbox now and then, at a bounded rate, and keeps UIDVALIDITY, UIDNEXT
//! and a few canaries of its folders. [`Raiser`] works off the mailboxes of a mailstore that was
//! restored to an earlier state: for each folder it has Dovecot raise UIDNEXT above everything that was
//! ever seen, looks by EXAMINE whether it is so, and only then writes down that the mailbox may be
//! reached. Both ask a gate before each mailbox and after it. Repeating either does no harm.
//!
//! It never opens a folder for writing, decides on no STATUS, and lets no mailbox in whose folders are
//! not the ones that were known: that is a person's to decide.

mod board;
mod collect;
mod look;
mod raise;
mod raiser;

pub use board::{Board, Progress};
pub use collect::{CollectSettings, Collector};
pub use raiser::{RaiseSettings, Raiser};

use crate::config::secret::Secret;
use crate::doveadm::Doveadm;
use crate::ids::MailstoreId;
use crate::imap;

/// A mailstore and how to get in.
#[derive(Clone, Debug)]
pub struct Access {
    /// Which one.
    pub id: MailstoreId,
    /// Its IMAP server.
    pub server: imap::Server,
    /// The name of Dovecot's master user.
    pub master_user: String,
    /// What stands between the user's and the master user's name.
    pub separator: char,
    /// The master user's password.
    pub master_password: Secret,
    /// How its UIDs are raised, if there is a way.
    pub doveadm: Option<Doveadm>,
}
