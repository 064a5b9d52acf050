//! What was seen and not told yet, and what is known of the sentinels.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::clock::Timestamp;
use crate::failover::{Canary, Observation, Outcome, SentinelKnown, Traffic};
use crate::ids::MailstoreId;
use crate::service::observations::{
    CanaryView, Found, Look, OBSERVATIONS_MAX, Report, TrafficCount,
};

/// Observations that wait; the oldest make room.
const WAITING_MAX: usize = OBSERVATIONS_MAX;

/// One look that waits.
#[derive(Clone, Debug)]
struct Waiting {
    at: Instant,
    look: Look,
}

/// What goes into one report.
#[derive(Clone, Debug, Default)]
pub(super) struct Batch {
    looks: Vec<Waiting>,
    traffic: BTreeMap<MailstoreId, Traffic>,
}

#[derive(Debug, Default)]
struct Held {
    looks: VecDeque<Waiting>,
    traffic: BTreeMap<MailstoreId, Traffic>,
    /// None until the server has told for the first time.
    canaries: Option<BTreeMap<MailstoreId, SentinelKnown>>,
}

/// Bounded; shared by all probes of an agent.
#[derive(Debug, Default)]
pub(super) struct Buffer(Mutex<Held>);

impl Buffer {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes up what a probe saw just now.
    pub(super) fn seen(&self, mailstore: &MailstoreId, observation: &Observation) {
        let (found, why) = match &observation.outcome {
            Outcome::Up => (Found::Up, ""),
            Outcome::Down(why) => (Found::Down, why.as_str()),
            Outcome::Unknown(why) => (Found::Unknown, why.as_str()),
        };
        let millis = |d: Duration| u64::try_from(d.as_millis()).unwrap_or(u64::MAX);
        let look = Look {
            mailstore: mailstore.clone(),
            probe: observation.probe,
            found,
            why: why.to_owned(),
            age_ms: 0,
            took_ms: millis(observation.took),
        };
        let at = Instant::now();
        let mut held = self.held();
        if held.looks.len() == WAITING_MAX {
            held.looks.pop_front();
        }
        held.looks.push_back(Waiting { at, look });
    }

    /// Takes up what was counted of a mailstore's traffic.
    pub(super) fn count(&self, mailstore: &MailstoreId, traffic: Traffic) {
        let mut held = self.held();
        let sum = held.traffic.entry(mailstore.clone()).or_default();
        *sum = sum.plus(traffic);
    }

    /// Takes everything that is not older than `age_max`.
    pub(super) fn take(&self, age_max: Duration) -> Batch {
        let mut held = self.held();
        let looks = std::mem::take(&mut held.looks);
        Batch {
            looks: looks
                .into_iter()
                .filter(|waiting| waiting.at.elapsed() <= age_max)
                .collect(),
            traffic: std::mem::take(&mut held.traffic),
        }
    }

    /// Holds again what could not be told; newer looks have precedence.
    pub(super) fn put_back(&self, batch: Batch) {
        let mut held = self.held();
        for waiting in batch.looks.into_iter().rev() {
            if held.looks.len() < WAITING_MAX {
                held.looks.push_front(waiting);
            }
        }
        for (mailstore, traffic) in batch.traffic {
            let sum = held.traffic.entry(mailstore).or_default();
            *sum = sum.plus(traffic);
        }
    }

    /// Whether the server has told what is in the sentinels.
    pub(super) fn has_canaries(&self) -> bool {
        self.held().canaries.is_some()
    }

    /// Remembers what the server told of the sentinels.
    pub(super) fn learn(&self, canaries: &[CanaryView]) {
        let known = canaries.iter().filter_map(|canary| {
            let known = SentinelKnown {
                uid_validity: canary.uid_validity,
                canary: Canary {
                    uid: canary.uid,
                    sha256: canary.sha256()?,
                },
                // Whether it went back in time is for the server to see.
                newest: None,
            };
            Some((canary.mailstore.clone(), known))
        });
        self.held().canaries = Some(known.collect());
    }

    /// What must be in a mailstore's sentinel.
    pub(super) fn known(&self, mailstore: &MailstoreId) -> Option<SentinelKnown> {
        let held = self.held();
        held.canaries.as_ref()?.get(mailstore).copied()
    }
}

impl Batch {
    pub(super) fn is_empty(&self) -> bool {
        self.looks.is_empty() && self.traffic.is_empty()
    }

    /// As it goes to the server; ages are those of this moment.
    pub(super) fn report(&self, now: Timestamp) -> Report {
        let looks = self.looks.iter().map(|waiting| Look {
            age_ms: u64::try_from(waiting.at.elapsed().as_millis()).unwrap_or(u64::MAX),
            ..waiting.look.clone()
        });
        let traffic = self
            .traffic
            .iter()
            .map(|(mailstore, traffic)| TrafficCount {
                mailstore: mailstore.clone(),
                deferred: traffic.deferred,
                delivered: traffic.delivered,
                logins_failed: traffic.logins_failed,
            });
        Report {
            clock_ms: Some(now.as_millis()),
            observations: looks.collect(),
            traffic: traffic.collect(),
        }
    }
}

#[cfg(test)]
mod tests;
