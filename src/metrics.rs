//! What Prometheus sees. Everything is read when it is asked for; nothing is counted twice.
//!
//! Never names a user, a domain or an address: labels are mailstores and states only.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use crate::config::Config;
use crate::store::{Store, StoreError, failover, queue};

/// Queue entries that are counted; more show as this many.
const QUEUE_COUNTED_MAX: usize = 100_000;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabels {
    mailstore: String,
    state: &'static str,
}

/// All metrics in the text format of OpenMetrics.
///
/// # Errors
/// When the store cannot be read.
pub fn render(config: &Config, store: &Store) -> Result<String, StoreError> {
    let mut registry = Registry::with_prefix("lifeboat");
    registry.register(
        "build",
        "The program",
        Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]),
    );
    store_counts(&mut registry, store);
    mailstores(&mut registry, config, store)?;
    merges(&mut registry, store)?;
    let waiting = store.read(|tx| queue::waiting(tx, QUEUE_COUNTED_MAX))?;
    gauge(
        &mut registry,
        "queue_entries",
        "Messages of users that wait to be sent",
        waiting.len() as u64,
    );
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = encode(&mut text, &registry);
    Ok(text)
}

fn gauge(registry: &mut Registry, name: &str, help: &str, value: u64) {
    let gauge: Gauge<u64, AtomicU64> = Gauge::default();
    gauge.set(value);
    registry.register(name, help, gauge);
}

fn counter(registry: &mut Registry, name: &str, help: &str, value: u64) {
    let counter: Counter<u64> = Counter::default();
    counter.inc_by(value);
    registry.register(name, help, counter);
}

fn store_counts(registry: &mut Registry, store: &Store) {
    let stats = store.stats();
    counter(
        registry,
        "store_commits",
        "Durable commits since the start",
        stats.commits,
    );
    counter(
        registry,
        "store_writes",
        "Writes in those commits",
        stats.writes,
    );
    counter(
        registry,
        "store_body_syncs",
        "Times that bodies were synced since the start",
        stats.body_syncs,
    );
    gauge(
        registry,
        "store_failed",
        "1 when the store has failed and needs a restart",
        u64::from(store.failure().is_some()),
    );
}

fn mailstores(registry: &mut Registry, config: &Config, store: &Store) -> Result<(), StoreError> {
    let states: Family<StateLabels, Gauge> = Family::default();
    for mailstore in &config.mailstore {
        let record = store.read(|tx| failover::mailstore(tx, &mailstore.id))?;
        for state in ["normal", "suspected", "active", "returning"] {
            let labels = StateLabels {
                mailstore: mailstore.id.to_string(),
                state,
            };
            let is_it = record.state.phase.name() == state;
            states.get_or_create(&labels).set(i64::from(is_it));
        }
    }
    registry.register(
        "mailstore_state",
        "1 for the state that a mailstore is in",
        states,
    );
    Ok(())
}

fn merges(registry: &mut Registry, store: &Store) -> Result<(), StoreError> {
    let status = store.merge_status()?;
    gauge(
        registry,
        "merge_unmerged_messages",
        "Messages that are still to be merged",
        status.unmerged,
    );
    gauge(
        registry,
        "merge_unmerged_mailboxes",
        "Mailboxes that they are in",
        status.mailboxes,
    );
    gauge(
        registry,
        "merge_blocked_mailboxes",
        "Mailboxes whose merge waits for a reason of their own",
        status.blocked.len() as u64,
    );
    Ok(())
}
