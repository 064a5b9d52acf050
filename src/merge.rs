//! Brings what the standby took in home into the mailstore: exactly once, by IMAP APPEND or as files.
//!
//! Level-triggered: whenever a mailbox may be merged (its route is primary, its mailstore is up and
//! passed the guard: the [`Gate`] says so) and has something unmerged, it is visited. A visit resolves
//! what an earlier one left in doubt, recognises what the mailstore has already, appends the rest
//! oldest first, reads all of it back, and only then takes it off the list of what is unmerged. Every
//! step is in the journal before the next; a visit may be cut off anywhere and is simply repeated.
//!
//! A mailstore whose volume is mounted here can get its messages as files instead ([`Files`]): they are
//! placed, provisionally, and IMAP reads them back like the others as soon as it shows them.
//!
//! It never appends what may be there, never touches a message that it did not append, never deletes
//! one, and goes nowhere that the gate does not open. One slow or broken mailbox holds its own place
//! and nobody else's.

mod append;
mod by_order;
mod door;
mod find;
mod ground;
mod lane;
mod line;
mod pace;
mod place;
mod plan;
mod purge;
mod read_back;
mod run;
mod seen;
mod step;
mod taken;
mod verify;
mod visit;

pub use by_order::{Pass, PlaceError, Placed, Running};
pub use door::{Check, Finding, Verdict};
pub use plan::{FolderPlan, MailboxPlan};
pub use run::{LaneView, Merger};
pub use step::{PlaceStep, Step};
pub use verify::{DIFFERENCES_MAX, Difference, Verified};

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::config::MaildirPath;
use crate::ids::{Address, Epoch, MailboxId, MailstoreId, random_bytes};
use crate::imap::{self, ImapError};
use crate::maildir::{MaildirError, Pool};
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
    /// Its files, if its volume is mounted here.
    pub files: Option<Files>,
}

/// A mailstore's volume as it is mounted here.
#[derive(Clone, Debug)]
pub struct Files {
    /// Where each mailbox lies.
    pub path: MaildirPath,
    /// The threads that may hang in it.
    pub pool: Pool,
    /// Whether messages are placed in it; else they are appended by IMAP.
    pub places: bool,
    /// Mailboxes that are being visited: an order and a visit do not meet in one.
    in_hand: Arc<Mutex<HashSet<MailboxId>>>,
    /// The last pass that was ordered.
    pass: Arc<Mutex<Option<Pass>>>,
}

/// A mailbox that nobody else visits as long as this lives.
struct InHand<'a> {
    files: &'a Files,
    mailbox: MailboxId,
}

impl Drop for InHand<'_> {
    fn drop(&mut self) {
        self.files.lock().remove(&self.mailbox);
    }
}

impl Files {
    /// The volume with as many threads, and as much patience, as one mailstore gets.
    pub fn new(path: MaildirPath, places: bool) -> Self {
        Self {
            path,
            pool: Pool::new(FILE_THREADS_MAX, FILE_SILENCE),
            places,
            in_hand: Arc::default(),
            pass: Arc::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<MailboxId>> {
        self.in_hand.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a mailbox in hand; `None` while somebody else has it.
    fn take(&self, mailbox: MailboxId) -> Option<InHand<'_>> {
        let free = self.lock().insert(mailbox);
        free.then_some(InHand {
            files: self,
            mailbox,
        })
    }
}

/// Calls into one mailstore's volume at once, those that hang among them.
const FILE_THREADS_MAX: usize = 32;
/// How long a call into a volume may take.
const FILE_SILENCE: Duration = Duration::from_secs(30);

impl MailstoreAccess {
    /// Whether messages go home as files.
    fn places(&self) -> bool {
        self.files.as_ref().is_some_and(|files| files.places)
    }
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
    /// How long the standby keeps mail after the receipt says that it was merged.
    pub retention: Duration,
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
            retention: Duration::from_secs(30 * 24 * 3600),
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
    Mailstore(#[source] Unreachable),
    /// This mailbox waits.
    #[error("{detail}")]
    Park {
        /// Why.
        reason: ParkReason,
        /// In words.
        detail: String,
    },
    /// The gate closed, or somebody else visits the mailbox: the rest comes when that is over.
    #[error("it may not be merged at this moment")]
    Closed,
    /// Lifeboat's own store is in trouble.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How a mailstore cannot be reached.
#[derive(Debug, thiserror::Error)]
enum Unreachable {
    /// By IMAP.
    #[error(transparent)]
    Imap(#[from] ImapError),
    /// By its files.
    #[error(transparent)]
    Files(#[from] MaildirError),
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

impl From<MaildirError> for VisitError {
    fn from(error: MaildirError) -> Self {
        let reason = match &error {
            // The volume as a whole, and so everybody on it.
            MaildirError::AllHang { .. } => return Self::Mailstore(error.into()),
            MaildirError::Unavailable { .. } => ParkReason::Unavailable,
            MaildirError::NotThere { .. } => ParkReason::GroundMoved,
            MaildirError::OverQuota { .. } => ParkReason::OverQuota,
            MaildirError::Refused { .. } => ParkReason::Refused,
        };
        Self::park(reason, error.to_string())
    }
}
