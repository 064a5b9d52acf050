//! Keeps the directory in step with its sources.

use std::collections::HashSet;
use std::time::Duration;

use tokio::task::JoinSet;

use super::App;
use crate::config::Source;
use crate::ids::SourceName;
use crate::service::{Service, provision};
use crate::store::directory::sources;

/// How often it is looked whether a source is due.
const LOOK: Duration = Duration::from_secs(1);
/// Most sources that are read at a time; the others wait.
const ROUNDS_MAX: usize = 2;

impl App {
    /// Reads each source when it is due, for ever. What a reload changes holds from the next round.
    pub(super) fn start_provisioning(&self, service: &Service) {
        let (service, stop) = (service.clone(), self.stop.clone());
        self.tasks.spawn(async move {
            let mut rounds = JoinSet::new();
            let mut under_way = HashSet::new();
            let mut look = tokio::time::interval(LOOK);
            while stop.run_until_cancelled(look.tick()).await.is_some() {
                while let Some(ended) = rounds.try_join_next() {
                    match ended {
                        Ok(name) => drop(under_way.remove(&name)),
                        // A round that panicked no longer says which it was: all may be begun again.
                        Err(_) => under_way.clear(),
                    }
                }
                let config = service.config.get();
                for source in &config.source {
                    if under_way.len() < ROUNDS_MAX
                        && !under_way.contains(&source.name)
                        && is_due(&service, source)
                    {
                        under_way.insert(source.name.clone());
                        rounds.spawn(round(service.clone(), source.clone()));
                    }
                }
            }
        });
    }
}

fn is_due(service: &Service, source: &Source) -> bool {
    let record = service.store.read(|tx| sources::get(tx, &source.name));
    match record {
        Ok(record) => provision::is_due(source, &record, service.clock.now()),
        Err(error) => {
            tracing::error!(source = %source.name, %error, "it cannot be read when a source is due");
            false
        }
    }
}

async fn round(service: Service, source: Source) -> SourceName {
    match provision::sync(&service, &source).await {
        Ok(summary) => tracing::info!(
            source = %source.name,
            rows = summary.rows,
            created = summary.created,
            changed = summary.changed,
            renamed = summary.renamed,
            deleted = summary.deleted,
            withheld = summary.withheld,
            errors = summary.errors,
            "a source was read"
        ),
        Err(error) => tracing::warn!(source = %source.name, %error, "a source could not be read"),
    }
    source.name
}
