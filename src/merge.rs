//! Brings what the standby took in home into the mailstore: exactly once, by IMAP APPEND.
//!
//! Level-triggered: whenever a mailbox may be merged (its route is primary, its mailstore is up and
//! passed the guard: the [`Gate`] says so) and has something unmerged, it is visited. A visit resolves
//! what an earlier one left in doubt, recognises what the mailstore has already, appends the rest
//! oldest first, reads all of it back, and only then takes it off the list of what is unmerged. Every
//! step is in the journal before the next; a visit may be cut off anywhere and is simply repeated.
//!
//! It never appends what may be there, never touches a message that it did not append, never deletes
//! one, and goes nowhere that the gate does not open. One slow or broken mailbox holds its own place
//! and nobody else's.

mod append;
mod find;
mod ground;
mod lane;
mod line;
mod pace;
mod read_back;
mod run;
mod step;
mod visit;

pub use run::{LaneView, Merger};
pub use step::Step;

use std::sync::Arc;
use std::time::Duration;

use crate::ids::{Address, Epoch, MailstoreId, random_bytes};
use crate::imap::{self, ImapError};
use crate::merge_plan::BatchLimits;
use crate::schedule::Backoff;
use crate::store::StoreError;
use crate::store::merge::ParkReason;

/// Says whether a mailbox may be merged into its mailstore now, and under which activation. Asked
/// before every batch; it answers from memory.
pub type Gate = Arc<dyn Fn(&MailstoreId, &Address) -> Option<Epoch> + Send + Sync>;

/// A mailstore and how the merge gets in.
#[derive(Clone)]
pub struct MailstoreAccess {
    /// Which one.
    pub id: MailstoreId,
    /// Its IMAP server.
    pub server: imap::Server,
    /// The name of Dovecot's master user.
    pub master_user: String,
    /// What stands between the user's and the master user's name
    /// (`auth_master_user_separator`).
    pub separator: char,
    /// The master user's password.
    pub master_password: String,
}

impl std::fmt::Debug for MailstoreAccess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailstoreAccess")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// How a merge goes about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Mailboxes of one mailstore that are merged at the same time.
    pub concurrency: usize,
    /// How much goes into one command.
    pub batch: BatchLimits,
    /// Between two reads that must agree before something in doubt is decided: a session that lost
    /// its client may still be storing what it had.
    pub quiet: Duration,
    /// How long before a message came here the mailstore may have taken it already: the MX tries for
    /// so long.
    pub mx_tries: Duration,
    /// Between two looks for something to merge.
    pub poll: Duration,
    /// How long a mailbox may take while others wait; then it gives its place back and goes on later.
    pub turn: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            concurrency: 8,
            batch: BatchLimits::default(),
            quiet: Duration::from_secs(5),
            mx_tries: Duration::from_secs(5 * 24 * 3600),
            poll: Duration::from_secs(1),
            turn: Duration::from_secs(30),
        }
    }
}

/// Between two attempts at what failed.
const BACKOFF: Backoff = Backoff {
    first: Duration::from_secs(2),
    max: Duration::from_secs(3600),
};

/// How long to wait after so many attempts that failed.
fn wait_after(attempts: u32) -> Duration {
    let [jitter] = random_bytes();
    BACKOFF.delay(attempts, jitter)
}

/// Why a visit ended early.
#[derive(Debug, thiserror::Error)]
enum VisitError {
    /// Nobody can be merged into this mailstore now.
    #[error("the mailstore cannot be reached: {0}")]
    Mailstore(#[source] ImapError),
    /// This mailbox waits.
    #[error("{detail}")]
    Park {
        /// Why.
        reason: ParkReason,
        /// In words.
        detail: String,
    },
    /// The gate closed: the rest comes when it opens.
    #[error("the route is not primary any more")]
    Closed,
    /// Lifeboat's own store is in trouble.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl VisitError {
    fn park(reason: ParkReason, detail: impl Into<String>) -> Self {
        Self::Park {
            reason,
            detail: detail.into(),
        }
    }
}

impl From<ImapError> for VisitError {
    fn from(error: ImapError) -> Self {
        let reason = match &error {
            ImapError::Refused(refusal) if !ground::is_passing(refusal) => ParkReason::Refused,
            _ => ParkReason::Unavailable,
        };
        Self::park(reason, error.to_string())
    }
}
