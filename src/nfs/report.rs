//! What a run found, in numbers and in words, and what that means: pure.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Step;
use crate::failover::Outcome;

/// What is timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// Creating a file and writing it.
    Write,
    /// Its `fsync`.
    Sync,
    /// Renaming it.
    Rename,
    /// Opening and reading a file of the other host.
    Read,
    /// Getting a lock by trying again and again.
    LockTried,
    /// Getting a lock by waiting for the server's call.
    LockWaited,
    /// One increment, from the lock to giving it back, less the pause.
    Increment,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Write => "writing a file",
            Self::Sync => "fsync",
            Self::Rename => "rename",
            Self::Read => "reading a file",
            Self::LockTried | Self::LockWaited => "getting a lock",
            Self::Increment => "reading and writing under a lock",
        })
    }
}

/// Times of one operation, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latency {
    /// How many were timed.
    pub count: u32,
    /// Half were not slower.
    pub p50_us: u64,
    /// 99 of 100 were not slower.
    pub p99_us: u64,
    /// The slowest.
    pub max_us: u64,
}

impl Latency {
    /// Of these times.
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |percent: usize| {
            // The nearest rank: so many of a hundred are not slower.
            let rank = (times.len() * percent).div_ceil(100);
            times
                .get(rank.saturating_sub(1))
                .map_or(0, |time| micros(*time))
        };
        Self {
            count: u32::try_from(times.len()).unwrap_or(u32::MAX),
            p50_us: at(50),
            p99_us: at(99),
            max_us: at(100),
        }
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// What came of counting together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locks {
    /// Increments made by both hosts.
    pub increments: u32,
    /// How many of them were overwritten: both hosts had the lock at the same time.
    pub lost: u32,
}

/// What came of the files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Files {
    /// Written by this host.
    pub written: u32,
    /// Of the other host's, read and as they should be.
    pub read: u32,
    /// Of the other host's, synced and renamed there, but missing or different here.
    pub wrong: u32,
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Finding {
    /// Locks are granted twice.
    LostUpdates {
        /// So many increments were overwritten …
        lost: u32,
        /// … of so many.
        of: u32,
    },
    /// Files that the other host synced are missing or different here.
    WrongFiles {
        /// So many …
        wrong: u32,
        /// … of so many.
        of: u32,
    },
    /// The volume answers no more.
    Hangs {
        /// During what.
        step: Step,
        /// How long nothing was heard.
        silent_secs: u64,
    },
    /// A lock is not granted although the other host gives it back.
    LockHangs {
        /// How long it was waited for.
        silent_secs: u64,
    },
    /// Workers of earlier runs still hang.
    StillHangs {
        /// How many.
        workers: u32,
    },
    /// An operation failed with ESTALE: the file behind a handle is gone.
    Stale {
        /// During what.
        step: Step,
    },
    /// An operation failed.
    Failed {
        /// During what.
        step: Step,
        /// What the system says.
        error: String,
    },
    /// An operation took too long.
    Slow {
        /// Which.
        operation: Operation,
        /// How long.
        took_ms: u64,
    },
    /// Nobody to test with.
    Alone {
        /// How long was waited.
        waited_secs: u64,
    },
    /// The other host came and fell silent.
    OtherSilent {
        /// During what.
        step: Step,
    },
    /// The directory cannot be used: a matter of configuration.
    Unusable {
        /// Why, and what to do.
        why: String,
    },
    /// The probe itself did not work.
    Broken {
        /// Why.
        why: String,
    },
}

impl Finding {
    /// Whether it says that the volume is faulty, and not only that the probe could not tell.
    pub fn is_fault(&self) -> bool {
        match self {
            Self::LostUpdates { .. }
            | Self::WrongFiles { .. }
            | Self::Hangs { .. }
            | Self::LockHangs { .. }
            | Self::StillHangs { .. }
            | Self::Stale { .. }
            | Self::Failed { .. }
            | Self::Slow { .. } => true,
            Self::Alone { .. }
            | Self::OtherSilent { .. }
            | Self::Unusable { .. }
            | Self::Broken { .. } => false,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LostUpdates { lost, of } => write!(
                f,
                "locks are granted twice: {lost} of {of} updates under a lock were lost"
            ),
            Self::WrongFiles { wrong, of } => write!(
                f,
                "{wrong} of {of} files that the other host synced are missing or different here"
            ),
            Self::Hangs { step, silent_secs } => write!(
                f,
                "the volume hangs: nothing heard for {silent_secs} s while {}",
                step.as_words()
            ),
            Self::LockHangs { silent_secs } => {
                write!(f, "a lock is not granted for {silent_secs} s")
            }
            Self::StillHangs { workers } => write!(
                f,
                "the volume hangs: {workers} workers of earlier looks have not come back"
            ),
            Self::Stale { step } => {
                write!(
                    f,
                    "a file handle is stale (ESTALE) while {}",
                    step.as_words()
                )
            }
            Self::Failed { step, error } => write!(f, "{error} while {}", step.as_words()),
            Self::Slow { operation, took_ms } => {
                write!(
                    f,
                    "{operation} took {}.{:03} s",
                    took_ms / 1000,
                    took_ms % 1000
                )
            }
            Self::Alone { waited_secs } => write!(
                f,
                "no other host came within {waited_secs} s: run the same there at the same time, on \
                 the same directory of the volume"
            ),
            Self::OtherSilent { step } => write!(
                f,
                "the other host fell silent while {}: look there",
                step.as_words()
            ),
            Self::Unusable { why } | Self::Broken { why } => f.write_str(why),
        }
    }
}

/// What all findings mean together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Two hosts tried all, and all was well.
    Sound,
    /// The volume is not as it must be.
    Faulty,
    /// It could not be told.
    Unknown,
}

/// What one host found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Where.
    pub directory: String,
    /// This host.
    pub host: String,
    /// The other, if one came.
    pub other: Option<String>,
    /// How long it took, waiting for the other included.
    pub took_ms: u64,
    /// What came of counting together, if it came to that.
    pub locks: Option<Locks>,
    /// What came of the files.
    pub files: Files,
    /// Times.
    pub latency: BTreeMap<Operation, Latency>,
    /// What was found; nothing if all is well.
    pub findings: Vec<Finding>,
}

impl Report {
    /// What it means. One fault is enough; without one, what could not be told decides.
    pub fn verdict(&self) -> Verdict {
        match self.findings.iter().any(Finding::is_fault) {
            true => Verdict::Faulty,
            false if self.findings.is_empty() => Verdict::Sound,
            false => Verdict::Unknown,
        }
    }

    /// The findings as one sentence, faults first.
    pub fn sentence(&self) -> String {
        let (faults, others): (Vec<_>, Vec<_>) =
            self.findings.iter().partition(|finding| finding.is_fault());
        let words: Vec<String> = faults
            .into_iter()
            .chain(others)
            .map(ToString::to_string)
            .collect();
        match words.is_empty() {
            true => "locks, files and times are sound".to_owned(),
            false => words.join("; "),
        }
    }

    /// For the detector.
    pub fn outcome(&self) -> Outcome {
        match self.verdict() {
            Verdict::Sound => Outcome::Up,
            Verdict::Faulty => Outcome::Down(self.sentence()),
            Verdict::Unknown => Outcome::Unknown(self.sentence()),
        }
    }
}

impl From<&Report> for Outcome {
    fn from(report: &Report) -> Self {
        report.outcome()
    }
}
