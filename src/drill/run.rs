//! One drill from its first step to its last, and drills by the calendar.

use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::time::{Instant, sleep, timeout};

use super::steps::Canary;
use super::{DrillOrder, Turn, millis_since, schedule, start, target};
use crate::ids::DrillId;
use crate::service::{Actor, Service};
use crate::store::drills::{self, DrillRecord, DrillStep, StepRecord};

/// The longest sleep until a drill that is due: the clock may be set meanwhile.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// Holds the drills that are due by the calendar, until it is dropped.
pub async fn hold_when_due(service: Service) {
    let config = service.config.get();
    let zone = TimeZone::get(&config.http.timezone).unwrap_or(TimeZone::UTC);
    let times = &config.drill.schedule;
    while let Some(due) = schedule::next(times, &zone, service.clock.now()) {
        while service.clock.now() < due {
            sleep(due.since(service.clock.now()).min(LOOK_EVERY)).await;
        }
        let order = DrillOrder {
            reason: "due by drill.schedule".into(),
        };
        if let Err(error) = start(&service, &Actor::System("drill"), &order).await {
            tracing::error!(%error, "the drill that is due cannot be held");
        }
    }
}

/// Holds a drill. Whatever fails, the route goes back.
pub(super) async fn run(
    service: Service,
    mut canary: Canary,
    id: DrillId,
    record: DrillRecord,
    _turn: Turn,
) {
    let mut drill = Running {
        service,
        id,
        record,
    };
    let before = [
        DrillStep::Prepare,
        DrillStep::Switch,
        DrillStep::Receive,
        DrillStep::Read,
        DrillStep::Send,
    ];
    let mut all_well = true;
    for step in before {
        all_well = all_well && drill.step(&mut canary, step).await;
    }
    // A step that failed ends the drill, and never before the route went back.
    if canary.was_switched {
        all_well = drill.step(&mut canary, DrillStep::Return).await && all_well;
    }
    for step in [DrillStep::Merge, DrillStep::Verify] {
        all_well = all_well && drill.step(&mut canary, step).await;
    }
    drill.record.ended_at = Some(drill.service.clock.now());
    drill.keep().await;
    match all_well {
        true => tracing::info!(drill = %id, "the drill passed"),
        false => tracing::error!(drill = %id, "the drill failed: lifeboat drill show says where"),
    }
}

/// A drill that is under way.
struct Running {
    service: Service,
    id: DrillId,
    record: DrillRecord,
}

impl Running {
    /// Takes a step, within its limit, and keeps what came of it. Whether it did what it should.
    async fn step(&mut self, canary: &mut Canary, step: DrillStep) -> bool {
        let config = self.service.config.get();
        let limit = config.drill.step_timeout.duration();
        let start = Instant::now();
        let outcome = match timeout(limit, canary.take(step)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(format!("not done within {} s", limit.as_secs_f32())),
        };
        let target = target(&config.drill, step);
        let target_ms = target.map(|target| u64::try_from(target.as_millis()).unwrap_or(u64::MAX));
        let passed = outcome.is_ok();
        let text = match outcome {
            Ok(text) | Err(text) => text,
        };
        self.record.steps.push(StepRecord {
            step,
            took_ms: millis_since(start),
            target_ms,
            text,
            passed,
        });
        self.keep().await;
        passed
    }

    async fn keep(&self) {
        let (id, record) = (self.id, self.record.clone());
        let write = self
            .service
            .store
            .write(move |tx| drills::put(tx, id, &record));
        if let Err(error) = write.await {
            tracing::error!(drill = %self.id, %error, "what came of the drill cannot be kept");
        }
    }
}
