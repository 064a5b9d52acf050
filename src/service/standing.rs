//! How everything stands, for monitoring: operators only.

use std::collections::HashSet;
use std::net::IpAddr;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};

use super::{Actor, Service, ServiceError, failover, provision};
use crate::clock::Timestamp;
use crate::config::{Config, HoldProtocol, Mailstore};
use crate::control::{LastProbe, View};
use crate::failover::{GuardVerdict, Outcome};
use crate::metrics::history::{History, Sample};
use crate::metrics::{
    CertificateStanding, DrillsStanding, HeldStanding, IntakeStanding, MailstoreStanding,
    MergeStanding, ProbeResult, ProbeStanding, QueueStanding, RefusedStanding, SentinelStanding,
    Standing, StoreStanding, TellingStanding, WayStanding,
};
use crate::net::tls::Shown;
use crate::store::brand;
use crate::store::drills::{self, DrillVerdict};
use crate::store::merge::MergeStatus;
use crate::store::{StoreError, failover as kept, queue, sent, told};

/// Queue entries that are counted; more show as this many.
const QUEUE_COUNTED_MAX: u64 = 100_000;

/// How everything stands.
///
/// # Errors
/// When the actor may not, or the store fails.
pub fn show(service: &Service, actor: &Actor) -> Result<Standing, ServiceError> {
    actor.operator()?;
    let merge = service.store.merge_status()?;
    let config = service.config();
    let mailstores = config
        .mailstore
        .iter()
        .map(|mailstore| of_mailstore(service, mailstore, &merge))
        .collect::<Result<Vec<_>, ServiceError>>()?;
    let (certificates, to_browsers) = of_certificates(service);
    Ok(Standing {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        mailstores,
        merge: MergeStanding {
            unmerged_messages: merge.unmerged,
            unmerged_mailboxes: merge.mailboxes,
            blocked_mailboxes: merge.blocked.len() as u64 + merge.unlisted.values().sum::<u64>(),
        },
        queue: of_queue(service)?,
        store: of_store(service),
        uncovered_hosts: uncovered_hosts(service, &to_browsers)?,
        certificates,
        intake: of_intake(service),
        held: of_held(service),
        drills: of_drills(service)?,
        sources: provision::standing(service)?,
    })
}

/// How everything stood in the last hours.
///
/// # Errors
/// When the actor may not.
pub fn history(service: &Service, actor: &Actor) -> Result<History, ServiceError> {
    actor.operator()?;
    Ok(past(service).clone())
}

/// Keeps how everything stands now, for [`history`].
///
/// # Errors
/// When the store fails.
pub fn sample(service: &Service) -> Result<(), ServiceError> {
    let standing = show(service, &Actor::System("history"))?;
    past(service).note(Sample::of(&standing, service.now()));
    Ok(())
}

/// Its lock is held for moments, and what it guards is whole at all times.
fn past(service: &Service) -> MutexGuard<'_, History> {
    service
        .history
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
}

fn of_mailstore(
    service: &Service,
    mailstore: &Mailstore,
    merge: &MergeStatus,
) -> Result<MailstoreStanding, ServiceError> {
    let id = &mailstore.id;
    let (now, config) = (service.now(), service.config());
    let probe = &config.probe;
    let (record, telling) = service
        .store
        .read(|tx| Ok::<_, StoreError>((kept::mailstore(tx, id)?, told::telling(tx, id)?)))?;
    let view = service
        .control
        .as_ref()
        .and_then(|control| control.view(id));
    let state = &record.state;
    let seen = view.as_ref().and_then(|view| view.state.sentinel.as_ref());
    let (sentinel, sentinel_text) = match mailstore.sentinel {
        None => (SentinelStanding::NotConfigured, None),
        Some(_) => of_sentinel(seen),
    };
    let (messages, mailboxes) = merge.mailstores.get(id).copied().unwrap_or_default();
    Ok(MailstoreStanding {
        id: id.to_string(),
        state: state.phase.name().to_owned(),
        since_secs: failover::since(&state.phase).map(|since| now.since(since).as_secs()),
        mode: state.mode.to_string(),
        queued_secs: state.queued_since.map(|since| now.since(since).as_secs()),
        queue_lifetime_secs: config.postfix.queue_lifetime.duration().as_secs(),
        route: failover::serving_name(state.serving()).to_owned(),
        needs: failover::needs(&record),
        sentinel,
        sentinel_text,
        probes: of_probes(view.as_ref(), now),
        stale_secs: (probe.interval.duration() * 3 + probe.timeout.duration() * 3).as_secs(),
        unmerged_messages: messages,
        unmerged_mailboxes: mailboxes,
        may_merge: view.as_ref().is_some_and(|view| view.may_merge),
        raising: state.raising.is_some(),
        telling: telling.map(|telling| TellingStanding {
            told: telling.counts.told,
            unreachable: telling.counts.unreachable,
            told_back: telling.counts.told_back,
            under_way: telling.under_way.len() as u64,
        }),
    })
}

fn of_sentinel(seen: Option<&GuardVerdict>) -> (SentinelStanding, Option<String>) {
    match seen {
        Some(GuardVerdict::Intact) => (SentinelStanding::Intact, None),
        Some(GuardVerdict::NotConfigured) => (SentinelStanding::NotConfigured, None),
        None | Some(GuardVerdict::Unknown { .. } | GuardVerdict::NeverLearned) => {
            (SentinelStanding::Unseen, seen.map(GuardVerdict::found))
        }
        Some(
            verdict @ (GuardVerdict::WentBack { .. }
            | GuardVerdict::Changed { .. }
            | GuardVerdict::Missing { .. }),
        ) => (SentinelStanding::Changed, Some(verdict.found())),
    }
}

fn of_probes(view: Option<&View>, now: Timestamp) -> Vec<ProbeStanding> {
    let probes = view.map_or(&[][..], |view| view.probes.as_slice());
    probes.iter().map(|probe| of_probe(probe, now)).collect()
}

fn of_probe(probe: &LastProbe, now: Timestamp) -> ProbeStanding {
    let (result, text) = match &probe.outcome {
        Outcome::Up => (ProbeResult::Up, None),
        Outcome::Down(why) => (ProbeResult::Down, Some(why.clone())),
        Outcome::Unknown(why) => (ProbeResult::Unknown, Some(why.clone())),
    };
    ProbeStanding {
        probe: probe.probe.name().to_owned(),
        vantage: probe.vantage.clone(),
        result,
        text,
        took_ms: u64::try_from(probe.took.as_millis()).unwrap_or(u64::MAX),
        age_secs: now.since(probe.at).as_secs(),
    }
}

fn of_queue(service: &Service) -> Result<QueueStanding, StoreError> {
    let counts = service
        .store
        .read(|tx| queue::counts(tx, QUEUE_COUNTED_MAX))?;
    let limited = service
        .store
        .read(|tx| sent::count_limited(tx, service.now(), QUEUE_COUNTED_MAX))?;
    let oldest = counts.oldest.map(|id| id.made_at());
    Ok(QueueStanding {
        entries: counts.waiting,
        held: counts.held,
        limited,
        oldest_secs: oldest.map_or(0, |at| service.now().since(at).as_secs()),
    })
}

fn of_store(service: &Service) -> StoreStanding {
    let stats = service.store.stats();
    // What cannot be read is shown as nothing of nothing, which no check takes for full.
    let disk = rustix::fs::statvfs(service.store.path()).ok();
    let bytes = |blocks: u64, size: u64| blocks.saturating_mul(size);
    StoreStanding {
        failed: service.store.failure().is_some(),
        commits: stats.commits,
        writes: stats.writes,
        body_syncs: stats.body_syncs,
        disk_bytes: disk.as_ref().map_or(0, |d| bytes(d.f_blocks, d.f_frsize)),
        disk_free_bytes: disk.as_ref().map_or(0, |d| bytes(d.f_bavail, d.f_frsize)),
    }
}

/// The files of certificates that the configuration names, by section.
fn certificate_files(config: &Config) -> Vec<(String, &Path)> {
    let usual = [
        ("http", &config.http.tls_certificate_file),
        ("smtp", &config.smtp.tls_certificate_file),
        ("hold", &config.hold.tls_certificate_file),
    ];
    let usual = usual.into_iter();
    let usual = usual.filter_map(|(section, file)| Some((section.to_owned(), file.as_deref()?)));
    let further = config.certificate.iter().map(|one| {
        let section = format!("certificate.{}", one.name);
        (section, one.certificate_file.as_path())
    });
    usual.chain(further).collect()
}

/// Read when asked for: an operator who renewed one sees whether it is shown. With those that are, or would be,
/// shown to browsers.
fn of_certificates(service: &Service) -> (Vec<CertificateStanding>, Vec<Shown>) {
    let (mut standings, mut to_browsers) = (Vec::new(), Vec::new());
    for (section, file) in certificate_files(&service.config()) {
        let in_file = Shown::in_file(file);
        let shown = service.shown.get(&section);
        let to_be_reloaded = matches!((&shown, &in_file), (Some(shown), Ok(file)) if shown != file);
        let error = in_file.as_ref().err().map(ToString::to_string);
        // What is shown counts, not what lies beside it.
        let counts = shown.or_else(|| in_file.ok());
        let ends = counts.as_ref().and_then(|shown| shown.ends().ok());
        if !matches!(section.as_str(), "smtp" | "hold") {
            to_browsers.extend(counts);
        }
        standings.push(CertificateStanding {
            section,
            good_for_secs: ends.map(|ends| ends.as_secs() - service.now().as_secs()),
            to_be_reloaded,
            error,
        });
    }
    (standings, to_browsers)
}

/// Host names that are looked at for a certificate.
const HOSTS_MAX: usize = 10_000;

/// The host names of the pages that none of these certificates is for.
fn uncovered_hosts(service: &Service, shown: &[Shown]) -> Result<Vec<String>, StoreError> {
    let config = service.config();
    if config.http.tls_certificate_file.is_none() {
        return Ok(Vec::new());
    }
    let names: HashSet<String> = shown.iter().flat_map(Shown::names).collect();
    let is_covered = |host: &str| {
        let below = host.split_once('.').map(|(_, rest)| format!("*.{rest}"));
        names.contains(host) || below.is_some_and(|below| names.contains(&below))
    };
    let public: Option<http::Uri> = config.http.public_url.parse().ok();
    let public = public.and_then(|url| url.host().map(str::to_ascii_lowercase));
    let brands = service.store.read(|tx| brand::hosts(tx, HOSTS_MAX))?;
    let brands = brands.into_iter().map(|host| host.to_string());
    let mut hosts: Vec<String> = public.into_iter().chain(brands).collect();
    // Certificates name addresses in another way, and nobody has one for those.
    hosts.retain(|host| !is_covered(host) && host.parse::<IpAddr>().is_err());
    Ok(hosts)
}

/// Drills that are looked at for the last that passed.
const DRILLS_LOOKED_AT: usize = 100;

fn of_drills(service: &Service) -> Result<Option<DrillsStanding>, StoreError> {
    if service.config().drill.mailbox.is_none() {
        return Ok(None);
    }
    let all = service
        .store
        .read(|tx| drills::list(tx, None, DRILLS_LOOKED_AT))?;
    let is_running = service.drilling.load(Ordering::SeqCst);
    let last = all.first().map(|(_, drill)| drill.verdict(is_running));
    let passed = all.iter().find(|(_, drill)| {
        matches!(
            drill.verdict(false),
            DrillVerdict::Passed | DrillVerdict::Slow
        )
    });
    Ok(Some(DrillsStanding {
        last: last.map(|verdict| verdict.name().to_owned()),
        passed_secs_ago: passed.map(|(_, drill)| service.now().since(drill.began_at).as_secs()),
    }))
}

fn of_intake(service: &Service) -> IntakeStanding {
    let counts = service.intake.counts();
    IntakeStanding {
        ways: counts
            .ways
            .into_iter()
            .map(|(way, connections, messages)| WayStanding {
                way: way.name().to_owned(),
                connections,
                messages,
            })
            .collect(),
        memory_bytes: counts.memory_octets,
        memory_max_bytes: counts.memory_octets_max,
        repeated: counts.repeated,
        refused: counts
            .refused
            .into_iter()
            .map(|(reason, count, lately)| RefusedStanding {
                reason: reason.name().to_owned(),
                text: reason.words().to_owned(),
                count,
                lately,
                shortage: reason.is_shortage(),
            })
            .collect(),
    }
}

fn of_held(service: &Service) -> Vec<HeldStanding> {
    HoldProtocol::ALL
        .into_iter()
        .map(|protocol| HeldStanding {
            protocol: protocol.as_str().to_owned(),
            told: service.held.told(protocol),
        })
        .collect()
}
