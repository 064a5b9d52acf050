//! Filling the directory, and keeping it in step with its sources: operators only.

use std::collections::BTreeSet;

use bytes::Bytes;
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use utoipa::ToSchema;

use super::{Actor, Service, ServiceError, reason};
use crate::clock::Timestamp;
use crate::config::Source;
use crate::ids::{MailstoreId, SourceName};
use crate::metrics::SourceStanding;
use crate::provision::columns::Reading;
use crate::provision::rounds::{self, Turn};
use crate::provision::sweep::Deletions;
use crate::provision::{
    Defaults, Ended, Format, ProvisionError, Provisioning, Report, Summary, Whole, source,
};
use crate::store::access::Permission;
use crate::store::directory::sources::{self, RoundEnd, SourceRecord, SyncOrder};
use crate::store::{StoreError, audit};

/// Most mistakes and warnings may wait for a slow reader.
pub const REPORTS_WAITING_MAX: usize = 256;
/// The share of its mailboxes, in percent, that a pushed source deletes without a person's word.
const SHARE_PERCENT: u32 = 5;

/// How a file is to be read.
#[derive(Clone, Debug)]
pub struct FileOptions {
    /// How it is written.
    pub format: Format,
    /// What holds for rows that do not say.
    pub defaults: Defaults,
    /// How values are read.
    pub reading: Reading,
    /// That it is all that this source has: what it does not mention is deleted.
    pub whole_of: Option<SourceName>,
    /// So many, and no more, may be deleted, whatever share that is.
    pub delete_max: Option<u64>,
}

pub(super) fn mailstores(service: &Service) -> BTreeSet<MailstoreId> {
    let config = service.config();
    let all = config.mailstore.iter();
    all.map(|mailstore| mailstore.id.clone()).collect()
}

fn busy(name: &SourceName) -> ServiceError {
    ServiceError::Conflict(format!(
        "{name} is being read at this moment: wait until it is done"
    ))
}

/// Applies a file; errors of rows and the progress go to `reports`.
///
/// # Errors
/// When the actor may not, a default names no configured mailstore, the source is read already, the
/// input breaks off, or the store fails. What was applied stays.
pub async fn run<E: std::fmt::Display>(
    service: &Service,
    actor: &Actor,
    options: FileOptions,
    input: impl Stream<Item = Result<Bytes, E>> + Unpin,
    reports: mpsc::Sender<Report>,
) -> Result<Summary, ServiceError> {
    actor.operator()?;
    actor.may(Permission::Provision)?;
    if let Some(id) = &options.defaults.mailstore
        && service.config().mailstore(id).is_none()
    {
        return Err(ServiceError::Invalid {
            field: "mailstore",
            text: format!("{id} is not configured: add a [[mailstore]] section for it"),
        });
    }
    let began_at = service.now();
    let mut job = Provisioning::new(
        service.store.clone(),
        options.defaults,
        mailstores(service),
        began_at,
        reports,
    );
    let (format, reading) = (options.format, options.reading);
    let Some(name) = options.whole_of else {
        let result = job.run_text(format, reading, input).await;
        return done(service, actor, None, began_at, result).await;
    };
    let _turn = Turn::take(&service.store, &name).ok_or_else(|| busy(&name))?;
    let known = service.store.read(|tx| sources::get(tx, &name))?.mailboxes;
    let configured = service.config();
    let configured = configured.source.iter().find(|source| source.name == name);
    let deletions = Deletions {
        share_percent: configured.map_or(SHARE_PERCENT, |source| source.delete_share_percent),
        confirmed: options.delete_max,
    };
    let source = name.clone();
    job = job.of_whole(Whole { source, deletions }, known);
    let result = job.run_text(format, reading, input).await;
    done(service, actor, Some(&name), began_at, result).await
}

/// Writes down what a file or a round did.
async fn done(
    service: &Service,
    actor: &Actor,
    source: Option<&SourceName>,
    began_at: Timestamp,
    result: Result<Ended, ProvisionError>,
) -> Result<Summary, ServiceError> {
    if let Some(name) = source {
        rounds::keep(&service.store, name, began_at, service.now(), &result).await?;
    }
    let ended = match result {
        Ok(ended) => ended,
        Err(error) => return Err(broke_off(service, actor, source, error).await),
    };
    let summary = ended.summary;
    let changed = summary.created + summary.changed + summary.renamed + summary.deleted;
    // A round of a source that changes nothing, every quarter of an hour, is no control change.
    if changed > 0 || source.is_none() {
        let subject =
            source.map_or_else(|| "directory".to_owned(), |name| format!("source {name}"));
        let mut event = service.event(actor, Permission::Provision, "provision", subject, "")?;
        event.detail = format!(
            "{} created, {} changed, {} renamed, {} deleted, {} unchanged, {} errors",
            summary.created,
            summary.changed,
            summary.renamed,
            summary.deleted,
            summary.unchanged,
            summary.errors
        );
        let append =
            move |tx: &mut dyn crate::store::Tx| audit::append(tx, event.clone()).map(drop);
        service.store.write(append).await?;
    }
    if summary.renamed > 0
        && let Some(control) = &service.control
    {
        control.overrides_changed();
    }
    Ok(summary)
}

/// Writes down that a file or a round broke off: what it changed until then stays.
async fn broke_off(
    service: &Service,
    actor: &Actor,
    source: Option<&SourceName>,
    error: ProvisionError,
) -> ServiceError {
    let subject = source.map_or_else(|| "directory".to_owned(), |name| format!("source {name}"));
    // A round that cannot begin, every minute, is kept with its source and alarmed; a file is a person's.
    if source.is_none()
        && let Ok(mut event) = service.event(actor, Permission::Provision, "provision", subject, "")
    {
        event.detail = format!("broke off: {error}; what was applied until then stays");
        let append =
            move |tx: &mut dyn crate::store::Tx| audit::append(tx, event.clone()).map(drop);
        if let Err(error) = service.store.write(append).await {
            return ServiceError::Store(error);
        }
    }
    if let Some(control) = &service.control {
        control.overrides_changed();
    }
    match error {
        ProvisionError::Store(error) => ServiceError::Store(error),
        ProvisionError::Input(_) => ServiceError::Unavailable(error.to_string()),
    }
}

/// Whether a source is due for a round: ordered, never read, or read so long ago.
pub fn is_due(source: &Source, record: &SourceRecord, now: Timestamp) -> bool {
    let interval = source.interval.duration();
    // After a failure it is tried sooner, but not all the time.
    let wait = match record.last.as_ref().map(|round| &round.end) {
        Some(RoundEnd::Broken(_)) => interval.min(std::time::Duration::from_secs(60)),
        _ => interval,
    };
    record.order.is_some()
        || record
            .last
            .as_ref()
            .is_none_or(|round| now.since(round.ended_at) >= wait)
}

/// Reads a configured source to its end and does what it says.
///
/// # Errors
/// When it cannot be read to its end, is being read already, or the store fails; what was applied stays.
pub async fn sync(service: &Service, source: &Source) -> Result<Summary, ServiceError> {
    let name = &source.name;
    let _turn = Turn::take(&service.store, name).ok_or_else(|| busy(name))?;
    let record = service.store.read(|tx| sources::get(tx, name))?;
    let whole = Whole {
        source: name.clone(),
        deletions: Deletions {
            share_percent: source.delete_share_percent,
            confirmed: record.order.and_then(|order| order.delete_max),
        },
    };
    let defaults = Defaults {
        mailstore: source.mailstore.clone(),
        reseller: source.reseller.clone(),
    };
    let (reports, mut unread) = mpsc::channel(REPORTS_WAITING_MAX);
    // Wrong rows are counted, and the first of them kept with the round.
    tokio::spawn(async move { while unread.recv().await.is_some() {} });
    let began_at = service.now();
    let (store, mailstores) = (service.store.clone(), mailstores(service));
    let job = Provisioning::new(store, defaults, mailstores, began_at, reports);
    let job = job.of_whole(whole, record.mailboxes);
    let result = job.run(source::open(source)).await;
    let actor = Actor::System("provision");
    done(service, &actor, Some(name), began_at, result).await
}

/// A source as operators see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SourceView {
    /// Its name.
    #[schema(value_type = String)]
    pub name: SourceName,
    /// What it is; absent if it is pushed over the API or no longer configured.
    pub kind: Option<String>,
    /// Mailboxes that are from it.
    pub mailboxes: u64,
    /// Whether it is being read.
    pub under_way: bool,
    /// When it was last read to its end.
    pub read_at: Option<String>,
    /// When the last round ended.
    pub ended_at: Option<String>,
    /// How: `complete`, `withheld`, `unreadable`, `empty` or `broken`.
    pub end: Option<String>,
    /// The same in words, with what to do.
    pub text: String,
    /// Rows of that round, and what they did.
    pub rows: u64,
    /// Mailboxes that were new.
    pub created: u64,
    /// Mailboxes that changed.
    pub changed: u64,
    /// Mailboxes that got another address.
    pub renamed: u64,
    /// Mailboxes that were deleted.
    pub deleted: u64,
    /// Mailboxes that are missing and were not deleted.
    pub withheld: u64,
    /// Rows that were not taken.
    pub errors: u64,
    /// The first of them.
    pub first_errors: Vec<WrongRow>,
}

/// A row that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WrongRow {
    /// Its line, or its number in the answer, from 1.
    pub line: u64,
    /// Why.
    pub reason: String,
}

/// The word for how a round ended.
pub fn end_name(end: &RoundEnd) -> &'static str {
    match end {
        RoundEnd::Complete => "complete",
        RoundEnd::Withheld { .. } => "withheld",
        RoundEnd::Unreadable { .. } => "unreadable",
        RoundEnd::Empty => "empty",
        RoundEnd::Broken(_) => "broken",
    }
}

/// How a round ended, in words, with what to do.
pub fn end_text(name: &SourceName, end: &RoundEnd) -> String {
    match end {
        RoundEnd::Complete => "the directory says what the source says".to_owned(),
        RoundEnd::Withheld { missing, known } => format!(
            "{missing} of {known} mailboxes are missing in it and were not deleted; if they are \
             gone: lifeboat provision sync {name} --delete-max {missing} --reason …"
        ),
        RoundEnd::Unreadable { rows } => format!(
            "of {rows} rows it cannot be read whose they are, so nothing was deleted: mend them"
        ),
        RoundEnd::Empty => {
            "there was not one row, so nothing was deleted: look at the source".to_owned()
        }
        RoundEnd::Broken(why) => format!("{why}; nothing was deleted"),
    }
}

fn view(service: &Service, name: SourceName, record: &SourceRecord) -> SourceView {
    let config = service.config();
    let configured = config.source.iter().find(|source| source.name == name);
    let last = record.last.as_ref();
    let count = |of: fn(&sources::Round) -> u64| last.map_or(0, of);
    SourceView {
        kind: configured.and_then(|source| {
            let kind = serde_json::to_value(source.kind).ok()?;
            Some(kind.as_str()?.to_owned())
        }),
        mailboxes: record.mailboxes,
        under_way: rounds::is_under_way(&service.store, &name),
        read_at: record.read_at.map(|at| at.to_string()),
        ended_at: last.map(|round| round.ended_at.to_string()),
        end: last.map(|round| end_name(&round.end).to_owned()),
        text: last.map_or_else(
            || "it was never read".to_owned(),
            |round| end_text(&name, &round.end),
        ),
        rows: count(|round| round.rows),
        created: count(|round| round.created),
        changed: count(|round| round.changed),
        renamed: count(|round| round.renamed),
        deleted: count(|round| round.deleted),
        withheld: count(|round| match round.end {
            RoundEnd::Withheld { missing, .. } => missing,
            _ => 0,
        }),
        errors: count(|round| round.errors),
        first_errors: last.map_or_else(Vec::new, |round| {
            let rows = round.first_errors.iter().cloned();
            rows.map(|(line, reason)| WrongRow { line, reason })
                .collect()
        }),
        name,
    }
}

/// All sources: those that are configured, and those that were.
///
/// # Errors
/// When the actor may not, or the store fails.
pub fn list(service: &Service, actor: &Actor) -> Result<Vec<SourceView>, ServiceError> {
    actor.operator()?;
    let mut known = service.store.read(sources::all)?;
    for source in &service.config().source {
        if !known.iter().any(|(name, _)| *name == source.name) {
            known.push((source.name.clone(), SourceRecord::default()));
        }
    }
    known.sort_by(|(a, _), (b, _)| a.cmp(b));
    let views = known.into_iter();
    Ok(views
        .map(|(name, record)| view(service, name, &record))
        .collect())
}

/// How the configured sources stand, for monitoring.
///
/// # Errors
/// When the store fails.
pub(super) fn standing(service: &Service) -> Result<Vec<SourceStanding>, StoreError> {
    let now = service.now();
    let of = |source: &Source| {
        let record = service.store.read(|tx| sources::get(tx, &source.name))?;
        let shown = view(service, source.name.clone(), &record);
        Ok(SourceStanding {
            name: source.name.to_string(),
            mailboxes: record.mailboxes,
            age_secs: record.read_at.map(|at| now.since(at).as_secs()),
            stale_secs: source.stale_after.duration().as_secs(),
            end: shown.end,
            text: shown.text,
            errors: shown.errors,
            withheld: shown.withheld,
        })
    };
    service.config().source.iter().map(of).collect()
}

/// Orders a round of a configured source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SyncRequest {
    /// So many mailboxes, and no more, may be deleted, whatever share that is.
    #[serde(default)]
    pub delete_max: Option<u64>,
    /// Why, for the audit log.
    pub reason: String,
}

/// Orders a round of a source now.
///
/// # Errors
/// When the actor may not, there is no such source, the reason is missing, or the store fails.
pub async fn order_sync(
    service: &Service,
    actor: &Actor,
    name: &SourceName,
    request: &SyncRequest,
) -> Result<SourceView, ServiceError> {
    actor.operator()?;
    if !service.config().source.iter().any(|s| s.name == *name) {
        return Err(ServiceError::NotFound("such source"));
    }
    let why = reason(&request.reason)?;
    let mut event = service.event(
        actor,
        Permission::Provision,
        "sync",
        format!("source {name}"),
        &why,
    )?;
    if let Some(max) = request.delete_max {
        event.detail = format!("may delete {max}");
    }
    let order = SyncOrder {
        at: service.now(),
        delete_max: request.delete_max,
    };
    let source = name.clone();
    let record = service
        .store
        .write(move |tx| {
            audit::append(tx, event.clone())?;
            let mut record = sources::get(tx, &source)?;
            record.order = Some(order.clone());
            sources::put(tx, &source, &record)?;
            Ok::<_, StoreError>(record)
        })
        .await?;
    Ok(view(service, name.clone(), &record))
}
