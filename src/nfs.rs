//! A canary on a volume that several hosts mount by NFS: two hosts meet in a directory, write files for
//! each other, and count together under a lock.
//!
//! It finds what a look from one host cannot: locks that are granted twice, so that updates are lost
//! while everything looks healthy; lock waits that end only by the client's own retry; files that were
//! synced and that the other host does not see. Both start together and each pauses between reading and
//! writing, because a short test without that misses the fault.
//!
//! A mount may hang for ever, and what waits for it cannot be killed. So all that touches the volume is
//! done by a process of its own ([`work()`]); [`run`] listens to it, abandons it when it falls silent,
//! and never waits for it. It writes only below a directory of its own, `lifeboat-canary`.

mod meeting;
mod report;
mod table;
mod watch;
mod work;

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use report::{Files, Finding, Latency, Locks, Operation, Report, Verdict};
pub use watch::{Abandoned, run};
pub use work::work;

/// How to look at one volume.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What the worker does.
    pub plan: Plan,
    /// The program that does it when it is called as `PROGRAM probe nfs-worker PLAN`: this one.
    pub program: PathBuf,
    /// A worker that says nothing for so long hangs.
    pub hang: Duration,
    /// The same while it waits for a lock. More than 30 s: after that an NFSv3 client whose server
    /// forgot to call it back asks again by itself.
    pub lock_hang: Duration,
    /// Workers that hang, over several runs; clones share it.
    pub abandoned: Abandoned,
}

impl Settings {
    /// The usual settings for a directory on the volume, an absolute path, and this host's name.
    pub fn new(directory: String, host: String, program: PathBuf) -> Self {
        Self {
            plan: Plan {
                directory,
                host,
                ..Plan::default()
            },
            program,
            hang: Duration::from_secs(10),
            lock_hang: Duration::from_secs(45),
            abandoned: Abandoned::default(),
        }
    }
}

/// What one worker does. Both hosts should use the same numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// A directory on the volume, an absolute path.
    pub directory: String,
    /// This host's name, for the report of the other.
    pub host: String,
    /// How long to wait for the other host.
    pub meet: Duration,
    /// Increments by each host for which the lock is tried again and again: so a lock that the
    /// server forgot is granted to the other at once.
    pub rounds_tried: u32,
    /// Increments for which the server is to call back when the lock is free.
    pub rounds_waited: u32,
    /// Between reading and writing the counter, and again after the lock was given back.
    pub pause: Duration,
    /// Files that each writes for the other.
    pub files: u32,
    /// Their size.
    pub file_bytes: u32,
    /// A lock or an operation that takes longer than this is a fault.
    pub slow: Duration,
    /// Whether the volume need not be NFS.
    pub any_file_system: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            directory: String::new(),
            host: String::new(),
            meet: Duration::from_secs(20),
            rounds_tried: 80,
            rounds_waited: 20,
            pause: Duration::from_millis(10),
            files: 20,
            file_bytes: 4096,
            slow: Duration::from_secs(10),
            any_file_system: false,
        }
    }
}

/// What a worker is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Looking at the directory.
    Opening,
    /// Waiting for the other host.
    Meeting,
    /// Writing files for the other.
    Writing,
    /// Reading the other's.
    Reading,
    /// Counting together under a lock.
    Counting,
    /// Removing what it wrote.
    Leaving,
}

impl Step {
    fn as_words(self) -> &'static str {
        match self {
            Self::Opening => "opening the directory",
            Self::Meeting => "meeting the other host",
            Self::Writing => "writing files",
            Self::Reading => "reading the other host's files",
            Self::Counting => "counting under a lock",
            Self::Leaving => "removing its files",
        }
    }
}

/// What a worker says, a line of JSON each.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    /// It is at this, and alive.
    At(Step),
    /// It now waits for a lock.
    Lock,
    /// It is done.
    Done(Box<Report>),
}

#[cfg(test)]
mod tests;
