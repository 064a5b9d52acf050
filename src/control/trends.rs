//! Early warning: probes that work, but take longer than at the same hour of earlier days.

use std::collections::BTreeMap;

use crate::clock::Timestamp;
use crate::config::OWN_VANTAGE;
use crate::failover::{Observation, Outcome, ProbeKind, Trend, Turn};
use crate::ids::MailstoreId;
use crate::store::latency::{self, LatencyRecord};
use crate::store::{Store, StoreError};

/// The trends of one mailstore's probes.
#[derive(Debug, Default)]
pub(super) struct Trends(BTreeMap<ProbeKind, Trend>);

impl Trends {
    /// Goes on from what was kept.
    pub(super) fn load(store: &Store, mailstore: &MailstoreId) -> Result<Self, StoreError> {
        let record = store.read(|tx| latency::get(tx, mailstore))?;
        let trends = record.profiles.into_iter();
        Ok(Self(
            trends
                .map(|(kind, known)| (kind, Trend::new(known)))
                .collect(),
        ))
    }

    /// Probes that are slower than usual.
    pub(super) fn slow(&self) -> Vec<ProbeKind> {
        let slow = self.0.iter().filter(|(_, trend)| trend.is_slow());
        slow.map(|(kind, _)| *kind).collect()
    }

    /// Takes up a look of the server's own that worked; says when it turns, and returns what is to be
    /// kept when an hour is over.
    pub(super) fn note(
        &mut self,
        mailstore: &MailstoreId,
        seen: &Observation,
        now: Timestamp,
    ) -> Option<LatencyRecord> {
        if seen.outcome != Outcome::Up || seen.vantage != OWN_VANTAGE {
            return None;
        }
        let noted = self.0.entry(seen.probe).or_default().note(seen.took, now);
        let probe = seen.probe;
        match noted.turned {
            Some(Turn::Slow { now, usual }) => tracing::warn!(
                %mailstore, %probe, now_ms = now.as_millis(), usual_ms = usual.as_millis(),
                "the probe takes longer than at this hour of earlier days"
            ),
            Some(Turn::Usual) => {
                tracing::info!(%mailstore, %probe, "the probe is as quick as usual")
            }
            None => {}
        }
        noted.hour_over.then(|| LatencyRecord {
            profiles: self
                .0
                .iter()
                .map(|(kind, trend)| (*kind, trend.profile().clone()))
                .collect(),
        })
    }
}

/// Keeps what was learned; the next hour tries again.
pub(super) async fn keep(store: &Store, mailstore: &MailstoreId, record: LatencyRecord) {
    let id = mailstore.clone();
    let kept = store.write(move |tx| latency::put(tx, &id, &record)).await;
    if let Err(error) = kept {
        tracing::warn!(%mailstore, %error, "how long probes take is not kept");
    }
}
