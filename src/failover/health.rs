//! What the probes saw, counted: K of the last N, per vantage point and probe.
//!
//! Counters, because they can be explained. A probe that could not tell counts for nothing, and an
//! old observation counts for nothing.

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::guard::GuardVerdict;
use super::settings::Settings;
use crate::clock::Timestamp;

/// The kinds of probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ProbeKind {
    /// Log in by IMAP, select the sentinel, fetch its old canary.
    Imap,
    /// Deliver a numbered message by LMTP that must appear by IMAP.
    Lmtp,
}

impl fmt::Display for ProbeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Imap => "IMAP",
            Self::Lmtp => "LMTP",
        })
    }
}

/// What a probe found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It works.
    Up,
    /// It does not work; why, in words.
    Down(String),
    /// The probe could not tell; why, in words.
    Unknown(String),
}

/// One probe's result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// Who looked.
    pub vantage: String,
    /// How.
    pub probe: ProbeKind,
    /// What was found.
    pub outcome: Outcome,
    /// How long it took.
    pub took: Duration,
    /// What it says about the sentinel, if the probe looked at that.
    pub sentinel: Option<GuardVerdict>,
}

/// Windows kept for one mailstore; observations of further vantage points are not counted.
const WINDOWS_MAX: usize = 64;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Sample {
    at: Timestamp,
    outcome: Outcome,
}

/// The last observations of one probe from one vantage point.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Window {
    vantage: String,
    probe: ProbeKind,
    samples: VecDeque<Sample>,
    /// The first failure since the last time that the probe was not failing.
    first_failed: Option<Timestamp>,
}

impl Window {
    fn failed(&self) -> u32 {
        let down = self
            .samples
            .iter()
            .filter(|s| matches!(s.outcome, Outcome::Down(_)));
        u32::try_from(down.count()).unwrap_or(u32::MAX)
    }

    fn latest(&self) -> Option<&Sample> {
        self.samples.back()
    }

    fn is_fresh(&self, settings: &Settings, now: Timestamp) -> bool {
        self.latest()
            .is_some_and(|s| now.since(s.at) <= settings.observation_stale)
    }

    fn push(&mut self, sample: Sample, settings: &Settings) {
        let failed_now = matches!(sample.outcome, Outcome::Down(_));
        let at = sample.at;
        self.samples.push_back(sample);
        while self.samples.len() > settings.observations.max(1) as usize {
            self.samples.pop_front();
        }
        if self.failed() == 0 {
            self.first_failed = None;
        } else if failed_now && self.first_failed.is_none() {
            self.first_failed = Some(at);
        }
    }

    fn evidence(&self) -> ProbeEvidence {
        let last_failure = self.samples.iter().rev().find_map(|s| match &s.outcome {
            Outcome::Down(why) => Some(why.clone()),
            Outcome::Up | Outcome::Unknown(_) => None,
        });
        ProbeEvidence {
            vantage: self.vantage.clone(),
            probe: self.probe,
            failed: self.failed(),
            of: u32::try_from(self.samples.len()).unwrap_or(u32::MAX),
            last_failure,
        }
    }
}

/// All windows of a mailstore. Not persisted: after a restart the counting starts again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Windows(Vec<Window>);

impl Windows {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn record(&mut self, seen: &Observation, settings: &Settings, now: Timestamp) {
        let sample = Sample {
            at: now,
            outcome: seen.outcome.clone(),
        };
        let known = self
            .0
            .iter_mut()
            .find(|w| w.probe == seen.probe && w.vantage == seen.vantage);
        if let Some(window) = known {
            window.push(sample, settings);
        } else if self.0.len() < WINDOWS_MAX {
            let mut window = Window {
                vantage: seen.vantage.clone(),
                probe: seen.probe,
                samples: VecDeque::new(),
                first_failed: None,
            };
            window.push(sample, settings);
            self.0.push(window);
        }
    }

    /// Counts the vantage points' votes.
    pub(super) fn tally(&self, settings: &Settings, now: Timestamp) -> Tally {
        let mut tally = Tally::default();
        let fresh: Vec<&Window> = self
            .0
            .iter()
            .filter(|w| w.is_fresh(settings, now))
            .collect();
        let mut vantages: Vec<&str> = fresh.iter().map(|w| w.vantage.as_str()).collect();
        vantages.sort_unstable();
        vantages.dedup();
        for vantage in vantages {
            let windows = || fresh.iter().filter(|w| w.vantage == vantage);
            let failing = |w: &&&Window| w.failed() >= settings.failures.max(1);
            tally.vantages += 1;
            tally.down += u32::from(windows().any(|w| failing(&w)));
            tally.down_now += u32::from(windows().any(|w| {
                failing(&w)
                    && w.latest()
                        .is_some_and(|s| matches!(s.outcome, Outcome::Down(_)))
            }));
            tally.healthy +=
                u32::from(windows().all(|w| {
                    w.failed() == 0 && w.latest().is_some_and(|s| s.outcome == Outcome::Up)
                }));
            tally.faulty += u32::from(windows().any(|w| w.failed() > 0));
            let few = settings.failures.saturating_sub(1).max(1);
            let enough = settings.failures.min(settings.observations).max(1);
            tally.recovered += u32::from(
                windows().all(|w| w.failed() < few && w.samples.len() >= enough as usize),
            );
        }
        tally.first_failed = fresh
            .iter()
            .filter(|w| w.failed() >= settings.failures.max(1))
            .filter_map(|w| w.first_failed)
            .min();
        tally.evidence = Evidence(
            fresh
                .iter()
                .filter(|w| w.failed() > 0)
                .map(|w| w.evidence())
                .collect(),
        );
        tally
    }
}

/// The votes at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Vantage points with a fresh observation.
    pub vantages: u32,
    /// Those with a failing probe.
    pub down: u32,
    /// Those with a failing probe whose last observation failed too.
    pub down_now: u32,
    /// Those whose probes all work and did not fail once in their windows.
    pub healthy: u32,
    /// Those with any failure in their windows.
    pub faulty: u32,
    /// Those with enough observations of which clearly too few failed.
    pub recovered: u32,
    /// The first failure of what is failing.
    pub first_failed: Option<Timestamp>,
    /// What failed.
    pub evidence: Evidence,
}

impl Tally {
    /// Enough vantage points see it failing.
    pub fn is_down(&self, settings: &Settings) -> bool {
        self.down >= settings.quorum.max(1)
    }

    /// Enough vantage points see it failing at this moment.
    pub fn is_down_now(&self, settings: &Settings) -> bool {
        self.down_now >= settings.quorum.max(1)
    }

    /// Enough vantage points see that a failure is over. There is a gap between this and
    /// [`Tally::is_down`], so that a mailstore on the edge does not flutter.
    pub fn is_recovered(&self, settings: &Settings) -> bool {
        self.recovered >= settings.quorum.max(1)
            && self.vantages - self.recovered < settings.quorum.max(1)
    }

    /// Enough vantage points see it working, and none saw a failure lately.
    pub fn is_healthy(&self, settings: &Settings) -> bool {
        self.faulty == 0 && self.healthy >= settings.quorum.max(1)
    }
}

/// What failed, probe by probe.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence(pub Vec<ProbeEvidence>);

/// One probe's failures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeEvidence {
    /// Who looked.
    pub vantage: String,
    /// How.
    pub probe: ProbeKind,
    /// How many failed …
    pub failed: u32,
    /// … of so many.
    pub of: u32,
    /// Why the last failure was one.
    pub last_failure: Option<String>,
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("no probe failed");
        }
        for (n, probe) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_str(", ")?;
            }
            write!(
                f,
                "{} failed {} of {} from {}",
                probe.probe, probe.failed, probe.of, probe.vantage
            )?;
            if let Some(why) = &probe.last_failure {
                write!(f, " ({why})")?;
            }
        }
        Ok(())
    }
}
