//! One order for many domains and mailboxes: looked at first, carried out in the background part by part,
//! and taken back where nobody changed it since.

mod counting;
pub mod finding;
pub mod matching;
pub mod places;
mod shown;

use std::time::Duration;

use super::failover::{author_of, visible_scope};
use super::{Actor, Means, Service, ServiceError, reason};
use crate::clock::Timestamp;
use crate::ids::JobId;
use crate::route::{Override, Scope};
use crate::store::access::{Grants, Permission};
use crate::store::jobs::{self as kept, ITEMS_MAX, ItemRecord, JobRecord, Outcome, Task};
use crate::store::{ReadTx, StoreError, Tx, audit, failover as overrides};
use counting::{count, resolved};
use places::Place;
pub use shown::{JobItemView, JobItems, JobPreview, JobUndo, JobView, NewJob};
use shown::{item_view, view};

/// Parts done in one transaction.
const STEP: u32 = 20;
/// An order for more mailboxes than this says how many they are.
pub const UNCOUNTED_MAX: u64 = 100;
/// Most jobs or parts in one page.
pub const PAGE_MAX: usize = 500;
const NONE: ServiceError = ServiceError::NotFound("such job");

fn invalid(field: &'static str, text: impl Into<String>) -> ServiceError {
    let text = text.into();
    ServiceError::Invalid { field, text }
}

/// Whether the actor has any business with jobs.
fn has_business(actor: &Actor) -> Result<(), ServiceError> {
    match actor {
        Actor::Operator(_) | Actor::Reseller(..) | Actor::System(_) => Ok(()),
        Actor::User(..) | Actor::Agent(..) | Actor::Router(_) => {
            Err(ServiceError::NotFound("such a page"))
        }
    }
}

/// What an order would do, without doing it.
///
/// # Errors
/// [`ServiceError::Invalid`] for scopes that are mailstores or too many; when the actor may not, or the
/// store fails.
pub async fn preview(
    service: &Service,
    actor: &Actor,
    scopes: Vec<Scope>,
) -> Result<JobPreview, ServiceError> {
    has_business(actor)?;
    check_scopes(&scopes)?;
    let counted = service.walk(actor, move |service, actor| count(service, actor, &scopes));
    counted.await
}

fn check_scopes(scopes: &[Scope]) -> Result<(), ServiceError> {
    if scopes.is_empty() || scopes.len() > ITEMS_MAX {
        let text = format!("1 to {ITEMS_MAX} domains and mailboxes");
        return Err(invalid("scopes", text));
    }
    if scopes
        .iter()
        .any(|scope| matches!(scope, Scope::Mailstore(_)))
    {
        return Err(invalid("scopes", "a mailstore is switched by itself"));
    }
    let distinct: std::collections::BTreeSet<String> =
        scopes.iter().map(ToString::to_string).collect();
    match distinct.len() == scopes.len() {
        true => Ok(()),
        false => Err(invalid("scopes", "one of them is named twice")),
    }
}

/// Orders a job; it is carried out in the background.
///
/// # Errors
/// As [`preview`]; [`ServiceError::Invalid`] without a reason, or without the count where it is needed.
pub async fn create(
    service: &Service,
    actor: &Actor,
    new: NewJob,
) -> Result<JobView, ServiceError> {
    has_business(actor)?;
    actor.may(Permission::Failover)?;
    reason(&new.reason)?;
    let looked = preview(service, actor, new.scopes.clone()).await?;
    ordered(service, actor, new, &looked).await
}

/// Begins a job that was looked at, if the order says how much it concerns.
async fn ordered(
    service: &Service,
    actor: &Actor,
    new: NewJob,
    looked: &JobPreview,
) -> Result<JobView, ServiceError> {
    let reason = reason(&new.reason)?;
    if looked.mailboxes > UNCOUNTED_MAX && new.count != Some(looked.mailboxes) {
        return Err(invalid(
            "count",
            format!(
                "this concerns {} mailboxes: say so with \"count\"",
                looked.mailboxes
            ),
        ));
    }
    let now = service.now();
    let until = new
        .expires_in_secs
        .map(|secs| now.after(Duration::from_secs(secs)));
    let task = Task::Set(new.action.setting(), until);
    let scopes = resolved(service, actor, &new.scopes)?.into_iter();
    let scopes = scopes.map(|(scope, _)| scope).collect();
    begin(service, actor, task, scopes, reason).await
}

/// Takes a job back: what each part had before is set again, where nobody changed it since.
///
/// # Errors
/// [`ServiceError::Conflict`] while the job runs, or if it was taken back; when the actor may not, there is
/// no such job, or the store fails.
pub async fn undo(
    service: &Service,
    actor: &Actor,
    id: JobId,
    order: &JobUndo,
) -> Result<JobView, ServiceError> {
    let job = service.store.read(|tx| visible(tx, actor, id))?;
    actor.may(Permission::Failover)?;
    let reason = reason(&order.reason)?;
    check_undo(&job)?;
    let own = match actor {
        Actor::Reseller(reseller, _) => Some(reseller),
        _ => None,
    };
    if job.owner.as_ref() != own {
        // An operator's word lies beside a reseller's, and takes nothing of it back.
        return Err(ServiceError::Conflict(
            "the reseller takes this back; an operator's override beats it".into(),
        ));
    }
    let mut scopes = Vec::new();
    for number in 0..job.total {
        let item = service.store.read(|tx| kept::item(tx, id, number))?;
        scopes.extend(item.map(|item| item.scope));
    }
    // The last first: where two parts turned out to be of one mailbox, the first knows what was before both.
    scopes.reverse();
    begin(service, actor, Task::Undo(id), scopes, reason).await
}

fn check_undo(job: &JobRecord) -> Result<(), ServiceError> {
    let text = match (&job.task, job.ended, job.undone_by) {
        (Task::Undo(_), ..) => "what takes another job back is not taken back itself",
        (_, None, _) => "the job is at work: wait for its end",
        (_, _, Some(_)) => "the job was taken back already",
        _ => return Ok(()),
    };
    Err(ServiceError::Conflict(text.into()))
}

async fn begin(
    service: &Service,
    actor: &Actor,
    task: Task,
    scopes: Vec<Scope>,
    reason: String,
) -> Result<JobView, ServiceError> {
    let now = service.now();
    let id = JobId::generate(now);
    let (owner, by) = match actor {
        Actor::Reseller(reseller, means) => (Some(reseller.clone()), means.name.clone()),
        Actor::Operator(means) => (None, means.name.clone()),
        other => (None, other.to_string()),
    };
    let place = service.jobs.order(&owner, now)?;
    let job = JobRecord {
        owner,
        by,
        reason,
        task,
        created: now,
        ended: None,
        total: u32::try_from(scopes.len()).unwrap_or(u32::MAX),
        next: 0,
        failed: 0,
        undone_by: None,
    };
    let subject = format!("job:{id}");
    let mut event = service.event(
        actor,
        Permission::Failover,
        "job.create",
        subject,
        &job.reason,
    )?;
    event.detail = format!(
        "{} of {} domains and mailboxes",
        view(id, &job).task,
        job.total
    );
    let written = job.clone();
    service
        .store
        .write(move |tx| {
            if let Task::Undo(of) = written.task {
                let mut before = kept::get(tx, of)?.ok_or(NONE)?;
                check_undo(&before)?;
                before.undone_by = Some(id);
                kept::put(tx, of, &before)?;
            }
            audit::append(tx, event.clone())?;
            kept::put(tx, id, &written)?;
            for (number, scope) in (0..).zip(&scopes) {
                let item = ItemRecord {
                    scope: scope.clone(),
                    outcome: Outcome::Waiting,
                };
                kept::put_item(tx, id, number, &item)?;
            }
            Ok::<_, ServiceError>(())
        })
        .await?;
    let running = service.clone();
    tokio::spawn(async move { run(&running, id, place).await });
    Ok(view(id, &job))
}

/// Goes on with the jobs that a stop of the server interrupted.
///
/// # Errors
/// When the store cannot be read.
pub fn resume(service: &Service) -> Result<(), StoreError> {
    let open = |job: &JobRecord| job.ended.is_none();
    let mut before = None;
    loop {
        let found = service
            .store
            .read(|tx| kept::newest(tx, before, PAGE_MAX, &open))?;
        before = found.last().map(|(id, _)| *id);
        let is_last = found.len() < PAGE_MAX;
        for (id, job) in found {
            let (service, place) = (service.clone(), service.jobs.resume(&job.owner));
            tokio::spawn(async move { run(&service, id, place).await });
        }
        if is_last {
            return Ok(());
        }
    }
}

/// Pauses of a job that cannot go on.
const PAUSE_MIN: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// Does what is left of a job, which has its place for as long.
async fn run(service: &Service, id: JobId, _place: Place) {
    let mut pause = PAUSE_MIN;
    loop {
        match step(service, id).await {
            Ok(false) => pause = PAUSE_MIN,
            Ok(true) | Err(ServiceError::NotFound(_)) => break,
            // Such as a full disk: it goes on when there is room again.
            Err(error) => {
                tracing::error!(job = %id, %error, "a job waits; it goes on by itself");
                tokio::time::sleep(pause).await;
                pause = PAUSE_MAX.min(pause * 2);
            }
        }
    }
    if let Some(control) = &service.control {
        control.overrides_changed();
    }
}

/// Does the next parts; whether none is left.
async fn step(service: &Service, id: JobId) -> Result<bool, ServiceError> {
    let (of, now) = (service.clone(), service.now());
    service
        .store
        .write(move |tx| {
            let mut job = kept::get(tx, id)?.ok_or(NONE)?;
            if job.ended.is_some() {
                return Ok(true);
            }
            for _ in 0..STEP.min(job.total - job.next) {
                part(&of, tx, id, &mut job, now)?;
            }
            job.ended = (job.next >= job.total).then_some(now);
            kept::put(tx, id, &job)?;
            Ok(job.ended.is_some())
        })
        .await
}

/// Does one part. What it may not is what came of it, and no end of the job.
fn part(
    service: &Service,
    tx: &mut dyn Tx,
    id: JobId,
    job: &mut JobRecord,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let number = job.next;
    job.next += 1;
    let Some(mut item) = kept::item(tx, id, number)? else {
        return Ok(());
    };
    item.outcome = match carry_out(service, tx, id, job, number, &item.scope, now) {
        Ok(outcome) => outcome,
        // A row that cannot be read fails its own part, and holds up no other.
        Err(ServiceError::Store(
            error @ (StoreError::Corrupt { .. } | StoreError::FromTheFuture { .. }),
        )) => Outcome::Failed(error.to_string()),
        Err(ServiceError::Store(error)) => return Err(error.into()),
        Err(error) => Outcome::Failed(error.to_string()),
    };
    job.failed += u32::from(matches!(item.outcome, Outcome::Failed(_)));
    Ok(kept::put_item(tx, id, number, &item)?)
}

fn carry_out(
    service: &Service,
    tx: &mut dyn Tx,
    id: JobId,
    job: &JobRecord,
    number: u32,
    ordered: &Scope,
    now: Timestamp,
) -> Result<Outcome, ServiceError> {
    let may: Grants = [Permission::Failover].into_iter().collect();
    let means = Means::new(job.by.clone(), may);
    let actor = match &job.owner {
        Some(reseller) => Actor::Reseller(reseller.clone(), means),
        None => Actor::Operator(means),
    };
    // Whose it is may have changed since the order.
    let scope = visible_scope(tx, &actor, ordered)?;
    let author = author_of(&actor)?;
    let rank = author.rank();
    let here = overrides::overrides(tx, &scope)?.slot(rank).clone();
    let new = match &job.task {
        Task::Set(setting, expires_at) => setting.map(|setting| Override {
            setting,
            reason: job.reason.clone(),
            author,
            set_at: now,
            expires_at: *expires_at,
        }),
        Task::Undo(of) => match undone(tx, *of, ordered, number)? {
            Some(Outcome::Done { before, after }) if after == here => before,
            // What it set has ended by itself.
            Some(Outcome::Done {
                before,
                after: Some(after),
            }) if here.is_none() && !after.is_in_force(now) => before,
            Some(Outcome::Done { .. }) => {
                return Ok(Outcome::Failed("somebody changed it since".into()));
            }
            _ => {
                return Ok(Outcome::Failed(
                    "nothing was done that could be taken back".into(),
                ));
            }
        },
    };
    let mut event = service.event(
        &actor,
        Permission::Failover,
        "failover.job",
        scope.to_string(),
        &job.reason,
    )?;
    let setting = new.as_ref().map_or("follow", |new| new.setting.as_str());
    event.detail = format!("{setting}, job:{id}");
    audit::append(tx, event)?;
    overrides::set_override(tx, &scope, rank, new.clone(), now)?;
    Ok(Outcome::Done {
        before: here,
        after: new,
    })
}

/// What came of the part that a part of an undo takes back: none if it is gone, or another's by now.
fn undone(
    tx: &dyn ReadTx,
    of: JobId,
    scope: &Scope,
    number: u32,
) -> Result<Option<Outcome>, StoreError> {
    let total = kept::get(tx, of)?.map_or(0, |job| job.total);
    let Some(number) = total.checked_sub(number + 1) else {
        return Ok(None);
    };
    let item = kept::item(tx, of, number)?;
    Ok(item
        .filter(|item| item.scope == *scope)
        .map(|item| item.outcome))
}

fn visible(tx: &dyn ReadTx, actor: &Actor, id: JobId) -> Result<JobRecord, ServiceError> {
    kept::get(tx, id)?
        .filter(|job| actor.may_see(job.owner.as_ref()))
        .ok_or(NONE)
}

/// One job.
///
/// # Errors
/// When the actor may not see it, there is none, or the store fails.
pub fn show(service: &Service, actor: &Actor, id: JobId) -> Result<JobView, ServiceError> {
    let job = service.store.read(|tx| visible(tx, actor, id))?;
    Ok(view(id, &job))
}

/// Parts of a job from number `from` on.
///
/// # Errors
/// As [`show`].
pub fn items(
    service: &Service,
    actor: &Actor,
    id: JobId,
    from: u32,
    limit: usize,
) -> Result<JobItems, ServiceError> {
    let limit = u32::try_from(limit.clamp(1, PAGE_MAX)).unwrap_or(1);
    service.store.read(|tx| {
        let job = visible(tx, actor, id)?;
        let end = from.saturating_add(limit).min(job.total);
        let mut items = Vec::new();
        for number in from..end {
            items.extend(kept::item(tx, id, number)?.map(item_view));
        }
        Ok(JobItems {
            items,
            next: (end < job.total && from < end).then_some(end),
        })
    })
}

#[cfg(test)]
mod tests;
