//! How everything stood in the last hours: what the charts of the operators' page are drawn from. Kept in
//! memory only, and bounded.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use super::Standing;
use crate::clock::Timestamp;

/// How often a sample is taken.
pub const SAMPLE_EVERY: Duration = Duration::from_secs(60);
/// A day of them.
const SAMPLES_MAX: usize = 24 * 60;
/// Mailstores whose probes are charted.
const MAILSTORES_MAX: usize = 24;
/// The probe that stands for a mailstore.
const PROBE: &str = "imap";

/// How everything stood at one time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    at: Timestamp,
    /// Messages taken in since the start of the server.
    accepted: u64,
    unmerged: u64,
    queued: u64,
    disk_free_percent: f64,
    /// What the slowest vantage point's probe of each mailstore took, in milliseconds, where it was let in.
    probe_ms: BTreeMap<String, u64>,
}

impl Sample {
    /// What is charted of `standing`.
    pub fn of(standing: &Standing, at: Timestamp) -> Self {
        let probe_ms = standing.mailstores.iter().take(MAILSTORES_MAX);
        let probe_ms = probe_ms.filter_map(|mailstore| {
            let probes = mailstore.probes.iter().filter(|probe| probe.probe == PROBE);
            let slowest = probes.map(|probe| probe.took_ms).max()?;
            Some((mailstore.id.clone(), slowest))
        });
        Self {
            at,
            accepted: standing.intake.ways.iter().map(|way| way.messages).sum(),
            unmerged: standing.merge.unmerged_messages,
            queued: standing.queue.entries,
            disk_free_percent: standing.store.disk_free_percent(),
            probe_ms: probe_ms.collect(),
        }
    }
}

/// What a chart shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Series {
    /// Messages taken in, per minute.
    Accepted,
    /// Messages that are still to be merged.
    Unmerged,
    /// Messages of users that wait to be sent.
    Queued,
    /// How much of the store's disk is free, in percent.
    DiskFree,
    /// What the probe of this mailstore took, in milliseconds.
    Probe(String),
}

/// One value of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// When.
    pub at: Timestamp,
    /// How much.
    pub value: f64,
}

/// The samples of the last day, the oldest first.
#[derive(Clone, Debug, Default)]
pub struct History(VecDeque<Sample>);

impl History {
    /// Takes up a sample; the oldest beyond a day goes. One from before the last, by a clock that was set
    /// back, begins anew.
    pub fn note(&mut self, sample: Sample) {
        if self.0.back().is_some_and(|last| last.at > sample.at) {
            self.0.clear();
        }
        if self.0.len() == SAMPLES_MAX {
            self.0.pop_front();
        }
        self.0.push_back(sample);
    }

    /// The mailstores whose probes were seen.
    pub fn probed(&self) -> BTreeSet<String> {
        let samples = self.0.iter();
        samples
            .flat_map(|sample| sample.probe_ms.keys().cloned())
            .collect()
    }

    /// A series, the oldest value first.
    pub fn points(&self, series: &Series) -> Vec<Point> {
        // Counts below 2^53 are exact.
        let point = |sample: &Sample, value: f64| Point {
            at: sample.at,
            value,
        };
        let each = |value: fn(&Sample) -> f64| -> Vec<Point> {
            let samples = self.0.iter();
            samples.map(|sample| point(sample, value(sample))).collect()
        };
        match series {
            Series::Accepted => {
                let pairs = self.0.iter().zip(self.0.iter().skip(1));
                let rate = |(before, after): (&Sample, &Sample)| {
                    let minutes = after.at.since(before.at).as_secs_f64() / 60.0;
                    let came = after.accepted.saturating_sub(before.accepted) as f64;
                    (minutes > 0.0).then(|| point(after, came / minutes))
                };
                pairs.filter_map(rate).collect()
            }
            Series::Unmerged => each(|sample| sample.unmerged as f64),
            Series::Queued => each(|sample| sample.queued as f64),
            Series::DiskFree => each(|sample| sample.disk_free_percent),
            Series::Probe(mailstore) => {
                let took = |sample: &Sample| {
                    let ms = *sample.probe_ms.get(mailstore)?;
                    Some(point(sample, ms as f64))
                };
                self.0.iter().filter_map(took).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests;
