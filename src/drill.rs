//! Drills: a canary domain goes through a whole outage in working hours, by the same ways as everybody's mail.
//!
//! Route to the standby, a message in by way of the MX, reading, a message out by way of the smarthost and back by
//! way of the MX, route back, merge, and a look at the mailstore by IMAP. Each step is timed against a target, and
//! kept as evidence.
//!
//! Invariants: only the canary's own domain is touched; whatever happens, its route goes back, and if the server
//! dies meanwhile the override ends by itself; one drill at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use utoipa::ToSchema;

mod run;
mod schedule;
mod steps;

pub use run::hold_when_due;

use crate::config::Drill;
use crate::ids::DrillId;
use crate::service::{Actor, Service, ServiceError, drill_audit};
use crate::store::access::Permission;
use crate::store::drills::{self, DrillRecord, DrillStep};

/// Most drills in one page.
pub const PAGE_MAX: usize = 100;

/// A drill, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrillView {
    /// Its id.
    pub id: String,
    /// `running`, `passed`, `slow` (passed, and a step took longer than its target), `failed` or `interrupted`.
    pub verdict: String,
    /// The canary.
    pub mailbox: String,
    /// Its mailstore.
    pub mailstore: String,
    /// Who held it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When it began.
    pub began_at: String,
    /// When it was over.
    pub ended_at: Option<String>,
    /// What was done, in order.
    pub steps: Vec<StepView>,
}

/// A step of a drill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepView {
    /// `prepare`, `switch`, `receive`, `read`, `send`, `return`, `merge` or `verify`.
    pub step: String,
    /// Whether it did what it should.
    pub passed: bool,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// How long it should take at most.
    pub target_ms: Option<u64>,
    /// What was seen, in words.
    pub text: String,
}

/// What starts a drill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrillOrder {
    /// Why, for the audit log.
    pub reason: String,
}

fn view(id: DrillId, record: DrillRecord, running: Option<DrillId>) -> DrillView {
    let verdict = record.verdict(running == Some(id));
    let steps = record.steps.into_iter().map(|step| StepView {
        step: step.step.name().to_owned(),
        passed: step.passed,
        took_ms: step.took_ms,
        target_ms: step.target_ms,
        text: step.text,
    });
    DrillView {
        id: id.to_string(),
        verdict: verdict.name().to_owned(),
        mailbox: record.mailbox.to_string(),
        mailstore: record.mailstore.to_string(),
        by: record.by,
        reason: record.reason,
        began_at: record.began_at.to_string(),
        ended_at: record.ended_at.map(|at| at.to_string()),
        steps: steps.collect(),
    }
}

/// The drill that is under way: the newest that has no end, while one is.
fn running(service: &Service) -> Result<Option<DrillId>, ServiceError> {
    if !service.drilling.load(Ordering::SeqCst) {
        return Ok(None);
    }
    let newest = service.store.read(|tx| drills::list(tx, None, 1))?;
    Ok(newest.first().map(|(id, _)| *id))
}

/// The last drills, the newest first.
///
/// # Errors
/// When the actor may not, or the store fails.
pub fn list(service: &Service, actor: &Actor) -> Result<Vec<DrillView>, ServiceError> {
    drill_audit::may(actor)?;
    let running = running(service)?;
    let found = service.store.read(|tx| drills::list(tx, None, PAGE_MAX))?;
    Ok(found
        .into_iter()
        .map(|(id, record)| view(id, record, running))
        .collect())
}

/// One drill.
///
/// # Errors
/// When the actor may not, there is none, or the store fails.
pub fn show(service: &Service, actor: &Actor, id: DrillId) -> Result<DrillView, ServiceError> {
    drill_audit::may(actor)?;
    let running = running(service)?;
    let record = service.store.read(|tx| drills::get(tx, id))?;
    let record = record.ok_or(ServiceError::NotFound("such drill"))?;
    Ok(view(id, record, running))
}

/// Begins a drill and answers at once; [`show`] tells how far it is.
///
/// # Errors
/// When the actor may not, no canary is configured, another drill runs, or the store fails.
pub async fn start(
    service: &Service,
    actor: &Actor,
    order: &DrillOrder,
) -> Result<DrillView, ServiceError> {
    drill_audit::may(actor)?;
    actor.may(Permission::Failover)?;
    let turn = Turn::take(&service.drilling)
        .ok_or_else(|| ServiceError::Conflict("a drill is under way: wait for its end".into()))?;
    if service.control.is_none() {
        return Err(ServiceError::Unavailable(
            "the server does not run: start it with lifeboat serve".into(),
        ));
    }
    let canary = steps::Canary::of(service)?;
    let record = DrillRecord {
        mailbox: canary.mailbox.address.clone(),
        mailstore: canary.mailbox.record.mailstore.clone(),
        by: actor.to_string(),
        reason: order.reason.trim().to_owned(),
        began_at: service.clock.now(),
        ended_at: None,
        steps: Vec::new(),
    };
    let id = DrillId::generate(record.began_at);
    let domain = canary.mailbox.address.domain().to_owned();
    drill_audit::begin(service, actor, &domain, &order.reason, id, record.clone()).await?;
    tokio::spawn(run::run(service.clone(), canary, id, record.clone(), turn));
    Ok(view(id, record, Some(id)))
}

/// The right to hold a drill; given back when it is dropped.
struct Turn(Arc<AtomicBool>);

impl Turn {
    fn take(drilling: &Arc<AtomicBool>) -> Option<Self> {
        let before = drilling.swap(true, Ordering::SeqCst);
        (!before).then(|| Self(drilling.clone()))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

/// How long a step should take at most, as configured.
fn target(drill: &Drill, step: DrillStep) -> Option<Duration> {
    match step {
        DrillStep::Switch | DrillStep::Return => Some(drill.target_switch.duration()),
        DrillStep::Receive => Some(drill.target_receive.duration()),
        DrillStep::Send => Some(drill.target_send.duration()),
        DrillStep::Merge => Some(drill.target_merge.duration()),
        DrillStep::Prepare | DrillStep::Read | DrillStep::Verify => None,
    }
}

/// Milliseconds since `start`.
fn millis_since(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}
