//! The steps of the journal, where a crash is worth a test.

use crate::ids::MailboxId;

/// What has just been done. In a build with crash points, the crash point with the step's name can
/// kill the process there; in every build the step is logged, so that a test which kills at random
/// can tell where it hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The batch is planned, nothing is written down.
    Planned,
    /// The batch is in the journal, nothing is sent.
    Intended,
    /// The mailstore has said OK, nothing is written down.
    Appended,
    /// The UIDs are in the journal.
    Recorded,
    /// What was in doubt has been looked for, nothing is written down.
    Looked,
    /// What became of it is in the journal.
    Recovered,
    /// Everything was read back, nothing is written down.
    ReadBack,
    /// What was read back is off the list.
    Settled,
}

impl Step {
    /// All of them, in order.
    pub const ALL: [Self; 8] = [
        Self::Planned,
        Self::Intended,
        Self::Appended,
        Self::Recorded,
        Self::Looked,
        Self::Recovered,
        Self::ReadBack,
        Self::Settled,
    ];

    /// The name of its crash point and of its line in the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Planned => "merge::planned",
            Self::Intended => "merge::intended",
            Self::Appended => "merge::appended",
            Self::Recorded => "merge::recorded",
            Self::Looked => "merge::looked",
            Self::Recovered => "merge::recovered",
            Self::ReadBack => "merge::read_back",
            Self::Settled => "merge::settled",
        }
    }

    pub(super) fn reached(self, mailbox: MailboxId) {
        reached(self.name(), mailbox);
    }
}

/// As [`Step`], where messages are placed as files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceStep {
    /// The files are in `tmp/`, nothing is written down.
    Written,
    /// They are in the journal, none is renamed.
    Staged,
    /// One is renamed into `new/`.
    Renamed,
    /// All are renamed and synced, nothing is written down.
    Published,
    /// That is in the journal: from now on they are provisional.
    Placed,
    /// IMAP has shown them, nothing is written down.
    Seen,
    /// Their UIDs are in the journal.
    Resolved,
}

impl PlaceStep {
    /// All of them, in order.
    pub const ALL: [Self; 7] = [
        Self::Written,
        Self::Staged,
        Self::Renamed,
        Self::Published,
        Self::Placed,
        Self::Seen,
        Self::Resolved,
    ];

    /// The name of its crash point and of its line in the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Written => "place::written",
            Self::Staged => "place::staged",
            Self::Renamed => "place::renamed",
            Self::Published => "place::published",
            Self::Placed => "place::placed",
            Self::Seen => "place::seen",
            Self::Resolved => "place::resolved",
        }
    }

    pub(super) fn reached(self, mailbox: MailboxId) {
        reached(self.name(), mailbox);
    }
}

fn reached(step: &'static str, mailbox: MailboxId) {
    tracing::debug!(target: "lifeboat::merge::journal", step, %mailbox);
    fail::fail_point!(step);
}
