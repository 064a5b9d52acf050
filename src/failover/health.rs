//! What the probes saw, counted: K of the last N, per vantage point and probe.
//!
//! Counters, because they can be explained. A probe that could not tell counts for nothing, an old
//! observation counts for nothing, and a probe that only warns is told of but never counted.

use std::collections::VecDeque;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::guard::GuardVerdict;
use super::probe::{Observation, Outcome, ProbeKind, Traffic};
use super::settings::Settings;
use crate::clock::Timestamp;

/// Windows kept for one mailstore; observations of further vantage points are not counted.
const WINDOWS_MAX: usize = 128;
/// Counts of traffic kept for one mailstore; the oldest go first.
const TRAFFIC_COUNTS_MAX: usize = 512;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Sample {
    at: Timestamp,
    outcome: Outcome,
    /// It failed by what is in the mailstore, not by how it was reached: the sentinel is another
    /// one. That is as true from one vantage point as from many.
    conclusive: bool,
}

impl Sample {
    fn failed(&self) -> bool {
        matches!(self.outcome, Outcome::Down(_))
    }

    fn could_tell(&self) -> bool {
        !matches!(self.outcome, Outcome::Unknown(_))
    }
}

/// Traffic that somebody counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counted {
    at: Timestamp,
    traffic: Traffic,
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
    fn new(seen: &Observation) -> Self {
        Self {
            vantage: seen.vantage.clone(),
            probe: seen.probe,
            samples: VecDeque::new(),
            first_failed: None,
        }
    }

    fn count(&self, holds: impl Fn(&Sample) -> bool) -> u32 {
        let found = self.samples.iter().filter(|sample| holds(sample)).count();
        u32::try_from(found).unwrap_or(u32::MAX)
    }

    fn failed(&self) -> u32 {
        self.count(Sample::failed)
    }

    fn is_failing(&self, settings: &Settings) -> bool {
        self.failed() >= settings.failures.max(1)
    }

    fn is_failing_now(&self, settings: &Settings) -> bool {
        self.is_failing(settings) && self.latest().is_some_and(Sample::failed)
    }

    /// It fails by what is in the mailstore.
    fn is_conclusive(&self, settings: &Settings) -> bool {
        self.count(|sample| sample.conclusive) >= settings.failures.max(1)
    }

    fn could_tell(&self) -> bool {
        self.samples.iter().any(Sample::could_tell)
    }

    fn works(&self) -> bool {
        self.failed() == 0 && self.latest().is_some_and(|s| s.outcome == Outcome::Up)
    }

    /// Clearly too few of enough observations failed.
    fn is_recovered(&self, settings: &Settings) -> bool {
        let few = settings.failures.saturating_sub(1).max(1);
        let enough = settings.failures.min(settings.observations).max(1);
        self.failed() < few && self.samples.len() >= enough as usize
    }

    fn latest(&self) -> Option<&Sample> {
        self.samples.back()
    }

    fn is_fresh(&self, settings: &Settings, now: Timestamp) -> bool {
        self.latest()
            .is_some_and(|s| now.since(s.at) <= settings.observation_stale)
    }

    fn push(&mut self, sample: Sample, settings: &Settings) {
        let failed_now = sample.failed();
        let at = sample.at;
        // A report that comes after a newer one says nothing new.
        if self.latest().is_some_and(|latest| latest.at > at) {
            return;
        }
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

    fn evidence(&self, settings: &Settings) -> ProbeEvidence {
        let last_failure = self.samples.iter().rev().find_map(|s| match &s.outcome {
            Outcome::Down(why) => Some(why.clone()),
            Outcome::Up | Outcome::Unknown(_) => None,
        });
        ProbeEvidence {
            vantage: self.vantage.clone(),
            probe: self.probe,
            failing: self.is_failing(settings),
            failed: self.failed(),
            of: u32::try_from(self.samples.len()).unwrap_or(u32::MAX),
            last_failure,
        }
    }
}

/// All windows of a mailstore. Not persisted: after a restart the counting starts again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Windows {
    probes: Vec<Window>,
    traffic: VecDeque<Counted>,
}

impl Windows {
    pub(super) fn clear(&mut self) {
        self.probes.clear();
        self.traffic.clear();
    }

    pub(super) fn record(&mut self, seen: &Observation, settings: &Settings, now: Timestamp) {
        if seen.age > settings.observation_stale {
            return;
        }
        let failed = matches!(seen.outcome, Outcome::Down(_));
        let by_content =
            |verdict: &GuardVerdict| verdict.is_another_mailbox() || verdict.went_back();
        let sample = Sample {
            at: now.before(seen.age),
            outcome: seen.outcome.clone(),
            conclusive: failed && seen.sentinel.verdict().is_some_and(by_content),
        };
        let known = self
            .probes
            .iter_mut()
            .find(|w| w.probe == seen.probe && w.vantage == seen.vantage);
        if let Some(window) = known {
            window.push(sample, settings);
        } else if self.probes.len() < WINDOWS_MAX {
            let mut window = Window::new(seen);
            window.push(sample, settings);
            self.probes.push(window);
        }
    }

    pub(super) fn count(&mut self, traffic: Traffic, settings: &Settings, now: Timestamp) {
        let oldest = now.before(settings.traffic_window);
        self.traffic.retain(|counted| counted.at >= oldest);
        if self.traffic.len() == TRAFFIC_COUNTS_MAX {
            self.traffic.pop_front();
        }
        self.traffic.push_back(Counted { at: now, traffic });
    }

    /// Counts the vantage points' votes.
    pub(super) fn tally(&self, settings: &Settings, now: Timestamp) -> Tally {
        let fresh: Vec<&Window> = self
            .probes
            .iter()
            .filter(|w| w.is_fresh(settings, now))
            .collect();
        let mut tally = Tally {
            traffic_fails: false,
            conclusive: fresh.iter().any(|w| w.is_conclusive(settings)),
            conclusive_now: fresh
                .iter()
                .any(|w| w.is_conclusive(settings) && w.latest().is_some_and(|s| s.conclusive)),
            first_failed: fresh
                .iter()
                .filter(|w| w.probe.votes() && w.is_failing(settings))
                .filter_map(|w| w.first_failed)
                .min(),
            evidence: Evidence {
                probes: fresh
                    .iter()
                    .filter(|w| w.failed() > 0)
                    .map(|w| w.evidence(settings))
                    .collect(),
                traffic: self.traffic_within(settings, now),
            },
            ..Tally::default()
        };
        tally.traffic_fails = settings.traffic_fails(&tally.evidence.traffic);
        let mut vantages: Vec<&str> = fresh.iter().map(|w| w.vantage.as_str()).collect();
        vantages.sort_unstable();
        vantages.dedup();
        for vantage in vantages {
            let voting: Vec<&Window> = fresh
                .iter()
                .copied()
                .filter(|w| w.vantage == vantage && w.probe.votes())
                .collect();
            tally.add(&voting, settings);
        }
        tally
    }

    fn traffic_within(&self, settings: &Settings, now: Timestamp) -> Traffic {
        let oldest = now.before(settings.traffic_window);
        self.traffic
            .iter()
            .filter(|counted| counted.at >= oldest)
            .fold(Traffic::default(), |sum, counted| sum.plus(counted.traffic))
    }
}

/// The votes at one moment. Only probes that vote are counted here; the evidence names all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Vantage points with a fresh observation.
    pub fresh: u32,
    /// Those that could tell anything.
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
    /// What is in the mailstore is not what was there: that needs no second vantage point.
    pub conclusive: bool,
    /// The same, and the last look showed it again.
    pub conclusive_now: bool,
    /// The platform's own traffic fails too. One vote more, never the first.
    pub traffic_fails: bool,
    /// The first failure of what is failing.
    pub first_failed: Option<Timestamp>,
    /// What failed.
    pub evidence: Evidence,
}

impl Tally {
    /// Adds one vantage point by its fresh windows of probes that vote.
    fn add(&mut self, windows: &[&Window], settings: &Settings) {
        if windows.is_empty() {
            return;
        }
        let any = |holds: &dyn Fn(&Window) -> bool| u32::from(windows.iter().any(|w| holds(w)));
        let all = |holds: &dyn Fn(&Window) -> bool| u32::from(windows.iter().all(|w| holds(w)));
        self.fresh += 1;
        self.vantages += any(&Window::could_tell);
        self.down += any(&|w| w.is_failing(settings));
        self.down_now += any(&|w| w.is_failing_now(settings));
        self.healthy += all(&Window::works);
        self.faulty += any(&|w| w.failed() > 0);
        self.recovered += all(&|w| w.is_recovered(settings));
    }

    /// Whether so many vantage points, one of them at least, and the traffic are a quorum.
    fn is_quorum(&self, down: u32, settings: &Settings) -> bool {
        down > 0 && down + u32::from(self.traffic_fails) >= settings.quorum.max(1)
    }

    /// Enough vantage points see it failing.
    pub fn is_down(&self, settings: &Settings) -> bool {
        self.conclusive || self.is_quorum(self.down, settings)
    }

    /// Enough vantage points see it failing at this moment.
    pub fn is_down_now(&self, settings: &Settings) -> bool {
        self.conclusive_now || self.is_quorum(self.down_now, settings)
    }

    /// Enough vantage points, of those that report at all, see that a failure is over. There is a gap
    /// between this and [`Tally::is_down`], so that a mailstore on the edge does not flutter.
    pub fn is_recovered(&self, settings: &Settings) -> bool {
        let quorum = settings.quorum.max(1);
        self.recovered >= quorum.min(self.fresh).max(1) && self.fresh - self.recovered < quorum
    }

    /// Too many vantage points saw a failure lately to call it healthy, or nobody looks.
    pub fn is_faulty(&self, settings: &Settings) -> bool {
        self.conclusive || self.faulty >= settings.quorum.max(1) || self.fresh == 0
    }

    /// Enough vantage points, of those that can tell, see it working, and too few saw a failure
    /// lately. Whether it is the mailstore that failed is the guard's to say.
    pub fn is_healthy(&self, settings: &Settings) -> bool {
        let quorum = settings.quorum.max(1);
        !self.is_faulty(settings) && self.healthy >= quorum.min(self.vantages).max(1)
    }
}

/// What failed: by probes, and in the platform's own traffic.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Probe by probe.
    pub probes: Vec<ProbeEvidence>,
    /// What was counted within the last minutes.
    pub traffic: Traffic,
}

/// One probe's failures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeEvidence {
    /// Who looked.
    pub vantage: String,
    /// How.
    pub probe: ProbeKind,
    /// Whether so many failed that it counts.
    pub failing: bool,
    /// How many failed …
    pub failed: u32,
    /// … of so many.
    pub of: u32,
    /// Why the last failure was one.
    pub last_failure: Option<String>,
}

impl Evidence {
    /// The kinds of probe that failed and have a vote, in words: `IMAP and LMTP`.
    pub fn kinds(&self) -> String {
        let failed = |probe: &&ProbeEvidence| probe.failing && probe.probe.votes();
        let mut kinds: Vec<ProbeKind> =
            self.probes.iter().filter(failed).map(|p| p.probe).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let names: Vec<String> = kinds.iter().map(ToString::to_string).collect();
        match names.split_last() {
            None => "no probe".to_owned(),
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{} and {last}", others.join(", ")),
        }
    }

    /// Probe by probe, without the traffic.
    pub fn by_probe(&self) -> String {
        if self.probes.is_empty() {
            return "no probe failed".to_owned();
        }
        let each: Vec<String> = self.probes.iter().map(ToString::to_string).collect();
        each.join(", ")
    }
}

impl fmt::Display for ProbeEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            vantage,
            probe,
            failed,
            of,
            ..
        } = self;
        write!(f, "{probe} failed {failed} of {of} from {vantage}")?;
        match &self.last_failure {
            Some(why) => write!(f, " ({why})"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.by_probe())?;
        if self.traffic.is_empty() {
            return Ok(());
        }
        write!(f, ", {}", self.traffic)
    }
}
