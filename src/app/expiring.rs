//! Settings that end by themselves: removed and told of soon after.

use std::time::Duration;

use super::App;
use crate::service::{Service, overrides};

/// How often it is looked.
const EVERY: Duration = Duration::from_secs(2);

impl App {
    /// Goes on until the server stops.
    pub(super) fn start_expiring(&self, service: &Service) {
        let (service, stop) = (service.clone(), self.stop.clone());
        self.tasks.spawn(async move {
            let mut ticks = tokio::time::interval(EVERY);
            while stop.run_until_cancelled(ticks.tick()).await.is_some() {
                if let Err(error) = overrides::expire(&service).await {
                    tracing::error!(%error, "settings that are over could not be removed; it is tried again");
                }
            }
        });
    }
}
