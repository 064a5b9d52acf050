//! What Prometheus sees. Everything is read when it is asked for; nothing is counted twice.
//!
//! Never names a user, a domain or an address: labels are mailstores, probes and states only. Names and
//! labels are a contract: `monitoring/` has alert rules and a dashboard over them.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

pub mod history;
pub mod judge;
pub mod range;
mod standing;

pub use standing::{
    CertificateStanding, DrillsStanding, HeldStanding, IntakeStanding, MailstoreStanding,
    MergeStanding, ProbeResult, ProbeStanding, QueueStanding, RefusedStanding, SentinelStanding,
    SourceStanding, Standing, StoreStanding, TellingStanding, WayStanding,
};

/// The states of a mailstore.
pub const STATES: [&str; 4] = ["normal", "suspected", "active", "returning"];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabels {
    mailstore: String,
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct MailstoreLabels {
    mailstore: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ModeLabels {
    mailstore: String,
    mode: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ProbeLabels {
    mailstore: String,
    probe: String,
    vantage: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SourceLabels {
    source: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ProtocolLabels {
    protocol: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct WayLabels {
    way: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SectionLabels {
    section: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabels {
    reason: String,
}

/// All metrics in the text format of OpenMetrics.
pub fn render(standing: &Standing) -> String {
    let mut registry = Registry::with_prefix("lifeboat");
    registry.register(
        "build",
        "The program",
        Info::new(vec![("version", standing.version.clone())]),
    );
    store(&mut registry, &standing.store);
    mailstores(&mut registry, &standing.mailstores);
    probes(&mut registry, &standing.mailstores);
    merges(&mut registry, &standing.merge);
    queue(&mut registry, &standing.queue);
    intake(&mut registry, &standing.intake);
    held(&mut registry, &standing.held);
    if let Some(standing) = &standing.drills {
        drills(&mut registry, standing);
    }
    sources(&mut registry, &standing.sources);
    certificates(&mut registry, &standing.certificates);
    uncovered_hosts(&mut registry, standing);
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = encode(&mut text, &registry);
    text
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

fn store(registry: &mut Registry, store: &StoreStanding) {
    for (name, help, value) in [
        (
            "store_commits",
            "Durable commits since the start",
            store.commits,
        ),
        ("store_writes", "Writes in those commits", store.writes),
        (
            "store_body_syncs",
            "Times that bodies were synced since the start",
            store.body_syncs,
        ),
    ] {
        counter(registry, name, help, value);
    }
    for (name, help, value) in [
        (
            "store_failed",
            "1 when the store has failed and needs a restart",
            u64::from(store.failed),
        ),
        (
            "store_disk_bytes",
            "Size of the file system that the store lies on",
            store.disk_bytes,
        ),
        (
            "store_disk_free_bytes",
            "What the server may still use of it",
            store.disk_free_bytes,
        ),
    ] {
        gauge(registry, name, help, value);
    }
}

/// A number for each mailstore.
fn per_mailstore(
    registry: &mut Registry,
    name: &str,
    help: &str,
    mailstores: &[MailstoreStanding],
    value: impl Fn(&MailstoreStanding) -> Option<u64>,
) {
    let family: Family<MailstoreLabels, Gauge<u64, AtomicU64>> = Family::default();
    for mailstore in mailstores {
        if let Some(value) = value(mailstore) {
            let labels = MailstoreLabels {
                mailstore: mailstore.id.clone(),
            };
            family.get_or_create(&labels).set(value);
        }
    }
    registry.register(name, help, family);
}

fn mailstores(registry: &mut Registry, mailstores: &[MailstoreStanding]) {
    let states: Family<StateLabels, Gauge> = Family::default();
    let modes: Family<ModeLabels, Gauge> = Family::default();
    for mailstore in mailstores {
        for state in STATES {
            let labels = StateLabels {
                mailstore: mailstore.id.clone(),
                state,
            };
            let is_it = mailstore.state == state;
            states.get_or_create(&labels).set(i64::from(is_it));
        }
        let labels = ModeLabels {
            mailstore: mailstore.id.clone(),
            mode: mailstore.mode.clone(),
        };
        modes.get_or_create(&labels).set(1);
    }
    registry.register(
        "mailstore_state",
        "1 for the state that a mailstore is in",
        states,
    );
    registry.register("mailstore_mode", "1 for the mode of a mailstore", modes);
    let mut each = |name: &str, help: &str, value: &dyn Fn(&MailstoreStanding) -> Option<u64>| {
        per_mailstore(registry, name, help, mailstores, value);
    };
    each(
        "mailstore_needs_person",
        "1 when a person must decide something about a mailstore",
        &|m| Some(u64::from(m.needs.is_some())),
    );
    each(
        "mailstore_sentinel_intact",
        "1 when the sentinel is what it was, 0 when not; absent while nothing was seen",
        &|m| match m.sentinel {
            SentinelStanding::Intact => Some(1),
            SentinelStanding::Changed => Some(0),
            SentinelStanding::Unseen | SentinelStanding::NotConfigured => None,
        },
    );
    each(
        "mailstore_unmerged_messages",
        "Messages that are still to be merged into a mailstore",
        &|m| Some(m.unmerged_messages),
    );
    type Telling = fn(&TellingStanding) -> u64;
    let telling: [(&str, &str, Telling); 4] = [
        (
            "users_told",
            "Users of a mailstore who were told of its last outage",
            |telling| telling.told,
        ),
        (
            "users_unreachable",
            "Users of a mailstore who could not be told of its last outage: no address, or one that is out too",
            |telling| telling.unreachable,
        ),
        (
            "users_told_back",
            "Users of a mailstore who were told that its last outage is over",
            |telling| telling.told_back,
        ),
        (
            "users_letters_under_way",
            "Letters to users of a mailstore that may still be in the queue",
            |telling| telling.under_way,
        ),
    ];
    for (name, help, value) in telling {
        each(name, help, &|m| m.telling.as_ref().map(value));
    }
    each(
        "mailstore_queued_seconds",
        "For how long a mailstore's mail waits in the MX by the mode queue; absent while it does not",
        &|m| m.queued_secs,
    );
    each(
        "mailstore_queue_lifetime_seconds",
        "For how long mail may wait in the MX",
        &|m| Some(m.queue_lifetime_secs),
    );
    each(
        "mailstore_may_merge",
        "1 when messages may be merged into a mailstore now",
        &|m| Some(u64::from(m.may_merge)),
    );
    each(
        "mailstore_raising",
        "1 when mailboxes of a restored mailstore wait until their UIDs are raised",
        &|m| Some(u64::from(m.raising)),
    );
}

fn probes(registry: &mut Registry, mailstores: &[MailstoreStanding]) {
    let up: Family<ProbeLabels, Gauge> = Family::default();
    let took: Family<ProbeLabels, Gauge<u64, AtomicU64>> = Family::default();
    let age: Family<ProbeLabels, Gauge<u64, AtomicU64>> = Family::default();
    for mailstore in mailstores {
        for probe in &mailstore.probes {
            let labels = ProbeLabels {
                mailstore: mailstore.id.clone(),
                probe: probe.probe.clone(),
                vantage: probe.vantage.clone(),
            };
            let value = match probe.result {
                ProbeResult::Up => 1,
                ProbeResult::Down => 0,
                ProbeResult::Unknown => -1,
            };
            up.get_or_create(&labels).set(value);
            took.get_or_create(&labels).set(probe.took_ms);
            age.get_or_create(&labels).set(probe.age_secs);
        }
    }
    registry.register(
        "probe_up",
        "1 when a probe's last observation succeeded, 0 when it failed, -1 when it could not tell",
        up,
    );
    registry.register(
        "probe_took_milliseconds",
        "How long a probe's last observation took",
        took,
    );
    registry.register(
        "probe_age_seconds",
        "How long ago a probe's last observation was",
        age,
    );
}

fn merges(registry: &mut Registry, merge: &MergeStanding) {
    gauge(
        registry,
        "merge_unmerged_messages",
        "Messages that are still to be merged",
        merge.unmerged_messages,
    );
    gauge(
        registry,
        "merge_unmerged_mailboxes",
        "Mailboxes that they are in",
        merge.unmerged_mailboxes,
    );
    gauge(
        registry,
        "merge_blocked_mailboxes",
        "Mailboxes whose merge waits for a reason of their own",
        merge.blocked_mailboxes,
    );
}

fn queue(registry: &mut Registry, queue: &QueueStanding) {
    gauge(
        registry,
        "queue_entries",
        "Messages of users that wait to be sent",
        queue.entries,
    );
    gauge(
        registry,
        "queue_oldest_seconds",
        "How long ago the oldest of them was sent by its user",
        queue.oldest_secs,
    );
    gauge(
        registry,
        "queue_held",
        "Messages of users that an operator stopped",
        queue.held,
    );
    gauge(
        registry,
        "queue_limited",
        "How often, by hours, a mailbox, domain or reseller came to its limit of recipients in the last day",
        queue.limited,
    );
}

fn intake(registry: &mut Registry, intake: &IntakeStanding) {
    let connections: Family<WayLabels, Gauge<u64, AtomicU64>> = Family::default();
    let messages: Family<WayLabels, Counter> = Family::default();
    for way in &intake.ways {
        let labels = WayLabels {
            way: way.way.clone(),
        };
        connections.get_or_create(&labels).set(way.connections);
        messages.get_or_create(&labels).inc_by(way.messages);
    }
    let refused: Family<ReasonLabels, Counter> = Family::default();
    for RefusedStanding { reason, count, .. } in &intake.refused {
        let labels = ReasonLabels {
            reason: reason.clone(),
        };
        refused.get_or_create(&labels).inc_by(*count);
    }
    registry.register(
        "intake_connections",
        "Connections that hand over mail, by the way they came",
        connections,
    );
    registry.register(
        "intake_messages",
        "Messages taken, by the way they came",
        messages,
    );
    registry.register(
        "intake_refused",
        "What was refused at intake, by reason",
        refused,
    );
    counter(
        registry,
        "intake_repeated",
        "Deliveries that were recognised as stored already",
        intake.repeated,
    );
    gauge(
        registry,
        "intake_memory_bytes",
        "Memory that bodies on their way in take",
        intake.memory_bytes,
    );
    gauge(
        registry,
        "intake_memory_max_bytes",
        "As much as they may take",
        intake.memory_max_bytes,
    );
}

fn held(registry: &mut Registry, held: &[HeldStanding]) {
    let told: Family<ProtocolLabels, Counter> = Family::default();
    for held in held {
        let labels = ProtocolLabels {
            protocol: held.protocol.clone(),
        };
        told.get_or_create(&labels).inc_by(held.told);
    }
    registry.register(
        "held_clients",
        "Connections of mail programs that were told that their mailbox is unavailable",
        told,
    );
}

fn drills(registry: &mut Registry, drills: &DrillsStanding) {
    if let Some(last) = &drills.last {
        gauge(
            registry,
            "drill_failed",
            "1 when the last drill failed",
            u64::from(last == "failed" || last == "interrupted"),
        );
    }
    if let Some(secs) = drills.passed_secs_ago {
        gauge(
            registry,
            "drill_passed_age_seconds",
            "How long ago the last drill that passed was held",
            secs,
        );
    }
}

fn sources(registry: &mut Registry, sources: &[SourceStanding]) {
    type Value = fn(&SourceStanding) -> Option<u64>;
    let families: [(&str, &str, Value); 5] = [
        (
            "source_mailboxes",
            "Mailboxes that are from a source of the directory",
            |source| Some(source.mailboxes),
        ),
        (
            "source_age_seconds",
            "How long ago a source was last read to its end; absent if it never was",
            |source| source.age_secs,
        ),
        (
            "source_stale",
            "1 when a source was not read to its end for longer than stale_after",
            |source| Some(u64::from(source.is_stale())),
        ),
        (
            "source_errors",
            "Rows of a source's last round that were not taken",
            |source| Some(source.errors),
        ),
        (
            "source_withheld",
            "Mailboxes that are missing in a source and were not deleted without a person's word",
            |source| Some(source.withheld),
        ),
    ];
    if sources.is_empty() {
        return;
    }
    for (name, help, value) in families {
        let family: Family<SourceLabels, Gauge<u64, AtomicU64>> = Family::default();
        for source in sources {
            if let Some(value) = value(source) {
                let labels = SourceLabels {
                    source: source.name.clone(),
                };
                family.get_or_create(&labels).set(value);
            }
        }
        registry.register(name, help, family);
    }
}

fn certificates(registry: &mut Registry, certificates: &[CertificateStanding]) {
    let family: Family<SectionLabels, Gauge> = Family::default();
    for certificate in certificates {
        if let Some(secs) = certificate.good_for_secs {
            let labels = SectionLabels {
                section: certificate.section.clone(),
            };
            family.get_or_create(&labels).set(secs);
        }
    }
    if !certificates.is_empty() {
        registry.register(
            "certificate_good_seconds",
            "For how long a certificate that Lifeboat shows is still good",
            family,
        );
    }
}

fn uncovered_hosts(registry: &mut Registry, standing: &Standing) {
    if standing.certificates.is_empty() {
        return;
    }
    let count: Gauge = Gauge::default();
    count.set(i64::try_from(standing.uncovered_hosts.len()).unwrap_or(i64::MAX));
    registry.register(
        "certificate_uncovered_hosts",
        "Host names of the pages that no certificate is for",
        count,
    );
}

#[cfg(test)]
mod tests;
