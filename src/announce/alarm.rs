//! Alerts: what `lifeboat check` would call critical, told until somebody has acknowledged it.
//!
//! Twice in a row raises an alert, and twice in a row not ends it, so that one look that went wrong does
//! neither.

use std::collections::BTreeMap;

use crate::clock::Timestamp;
use crate::metrics::Standing;
use crate::metrics::judge::{Status, Thresholds, What, judge};
use crate::service::{Actor, Service, standing};
use crate::store::alerts::{self, AlertRecord};
use crate::store::events::{self, AlertStep, Happened};
use crate::store::{StoreError, Tx};

/// Looks in a row that raise or end an alert.
const IN_A_ROW: u32 = 2;

/// Looks at the configured interval.
pub(super) async fn run(service: &Service) {
    let mut rows = Rows::default();
    loop {
        let interval = service.config.get().announce.look_interval.duration();
        tokio::time::sleep(interval).await;
        if let Err(error) = look(service, &mut rows).await {
            tracing::error!(%error, "it cannot be told whether something is critical");
        }
    }
}

async fn look(
    service: &Service,
    rows: &mut Rows,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let looked = service.clone();
    let standing =
        tokio::task::spawn_blocking(move || standing::show(&looked, &Actor::System("alerts")))
            .await??;
    let critical = critical(&standing);
    let open: BTreeMap<String, AlertRecord> =
        service.store.read(alerts::all)?.into_iter().collect();
    let now = service.clock.now();
    let repeat_after = service.config.get().announce.repeat_after.duration();
    let changes = rows.look(&critical, &open, now, repeat_after);
    if changes.is_empty() {
        return Ok(());
    }
    for change in &changes {
        match change {
            Change::Raise { name, text } => tracing::error!(name, text, "alert"),
            Change::Repeat { name, .. } => tracing::warn!(name, "alert, not acknowledged"),
            Change::Clear { name } => tracing::info!(name, "alert over"),
        }
    }
    service
        .store
        .write(move |tx| changes.iter().try_for_each(|change| keep(tx, change, now)))
        .await?;
    Ok(())
}

/// What is critical, by name: one for each mailstore where that can be told apart.
fn critical(standing: &Standing) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut note = |name: String, what: What, mailstore: Option<&str>| {
        let answer = judge(what, standing, mailstore, Thresholds::default());
        let worst = answer.findings().into_iter().next();
        if let Some(worst) = worst.filter(|worst| worst.status == Status::Critical) {
            found.insert(name, worst.text.clone());
        }
    };
    for what in What::EACH {
        let name = what.name().to_lowercase();
        match what {
            What::Mailstores | What::Probes | What::Sentinels => {
                for mailstore in &standing.mailstores {
                    note(
                        format!("{name}:{}", mailstore.id),
                        what,
                        Some(&mailstore.id),
                    );
                }
            }
            _ => note(name, what, None),
        }
    }
    found
}

/// What is to be done about an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Change {
    Raise { name: String, text: String },
    Repeat { name: String, text: String },
    Clear { name: String },
}

/// For how many looks in a row something was critical, or an open alert was not.
#[derive(Debug, Default)]
struct Rows {
    critical: BTreeMap<String, u32>,
    quiet: BTreeMap<String, u32>,
}

impl Rows {
    /// What follows from one look.
    fn look(
        &mut self,
        critical: &BTreeMap<String, String>,
        open: &BTreeMap<String, AlertRecord>,
        now: Timestamp,
        repeat_after: std::time::Duration,
    ) -> Vec<Change> {
        self.critical.retain(|name, _| critical.contains_key(name));
        self.quiet
            .retain(|name, _| open.contains_key(name) && !critical.contains_key(name));
        let mut changes = Vec::new();
        for (name, text) in critical {
            let (name, text) = (name.clone(), text.clone());
            let row = self.critical.entry(name.clone()).or_default();
            *row = row.saturating_add(1);
            match open.get(&name) {
                None if *row >= IN_A_ROW => changes.push(Change::Raise { name, text }),
                Some(alert)
                    if alert.acknowledged.is_none() && now.since(alert.told_at) >= repeat_after =>
                {
                    changes.push(Change::Repeat { name, text });
                }
                _ => {}
            }
        }
        for name in open.keys().filter(|name| !critical.contains_key(*name)) {
            let row = self.quiet.entry(name.clone()).or_default();
            *row = row.saturating_add(1);
            if *row >= IN_A_ROW {
                changes.push(Change::Clear { name: name.clone() });
            }
        }
        changes
    }
}

/// Keeps a change with its event; one that was overtaken is left out.
fn keep(tx: &mut dyn Tx, change: &Change, now: Timestamp) -> Result<(), StoreError> {
    let (name, step, text) = match change {
        Change::Raise { name, text } => (name, AlertStep::Raised, text.as_str()),
        Change::Repeat { name, text } => (name, AlertStep::Repeated, text.as_str()),
        Change::Clear { name } => (name, AlertStep::Cleared, ""),
    };
    let before = alerts::get(tx, name)?;
    let after = match (before, step) {
        (None, AlertStep::Raised) => Some(AlertRecord {
            text: text.to_owned(),
            raised_at: now,
            told_at: now,
            told: 1,
            acknowledged: None,
        }),
        (Some(alert), AlertStep::Repeated) if alert.acknowledged.is_none() => Some(AlertRecord {
            text: text.to_owned(),
            told_at: now,
            told: alert.told.saturating_add(1),
            ..alert
        }),
        (Some(_), AlertStep::Cleared) => None,
        _ => return Ok(()),
    };
    alerts::put(tx, name, after.as_ref())?;
    let what = Happened::Alert {
        key: name.clone(),
        step,
        text: text.to_owned(),
    };
    events::append(tx, now, what).map(drop)
}

#[cfg(test)]
mod tests;
