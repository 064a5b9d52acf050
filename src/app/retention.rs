//! Removes what is over, once an hour.

use std::time::Duration;

use super::App;
use crate::service::{Service, retention};

/// How often.
const EVERY: Duration = Duration::from_secs(3600);

impl App {
    /// Goes on until the server stops.
    pub(super) fn start_retention(&self, service: &Service) {
        let (service, stop) = (service.clone(), self.stop.clone());
        self.tasks.spawn(async move {
            let mut ticks = tokio::time::interval(EVERY);
            while stop.run_until_cancelled(ticks.tick()).await.is_some() {
                let round = stop.run_until_cancelled(retention::round(&service));
                if let Some(Err(error)) = round.await {
                    tracing::error!(%error, "what is over could not be removed; it is tried again in an hour");
                }
            }
        });
    }
}
