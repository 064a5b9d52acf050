//! Starts the notice listeners for mail programs, the answers to Dovecot proxies, and drills by the calendar.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::{App, EVERYBODY, StartError, bind};
use crate::config::Config;
use crate::drill;
use crate::hold::{self, Answers, Counts, Door, Homes, Release, Shared};
use crate::net::Listener;
use crate::service::Service;
use crate::store::routes::Routes;

/// What is bound and not yet served.
pub(super) struct Holding {
    doors: Vec<Door>,
    answers: Option<Listener>,
}

/// Binds the notice listeners and where proxies ask.
pub(super) async fn listeners(app: &App) -> Result<Holding, StartError> {
    let mut doors = Vec::with_capacity(app.config.hold_listener.len());
    for listener in &app.config.hold_listener {
        doors.push(Door {
            listener: bind("hold_listener.listen", &listener.listen, EVERYBODY).await?,
            protocol: listener.protocol,
            tls: listener.tls,
            say: listener.say,
        });
    }
    let answers = match &app.config.hold.answers_listen {
        Some(endpoint) => Some(bind("hold.answers_listen", endpoint, EVERYBODY).await?),
        None => None,
    };
    Ok(Holding { doors, answers })
}

/// What clients are told.
fn text(config: &Config) -> String {
    config.hold.text.clone().unwrap_or_else(|| {
        let url = &config.http.public_url;
        format!("Your mailbox is temporarily unavailable. Read and send mail at {url}")
    })
}

impl App {
    /// Holds the drills that are due by the calendar.
    pub(super) fn start_drills(&self, service: &Service) {
        let (service, stop) = (service.clone(), self.stop.clone());
        self.tasks.spawn(async move {
            stop.run_until_cancelled(drill::hold_when_due(service))
                .await;
        });
    }

    /// Serves until the server stops.
    pub(super) fn start_holding(
        &self,
        holding: Holding,
        routes: &Routes,
        counts: Arc<Counts>,
    ) -> Result<(), StartError> {
        let hold = &self.config.hold;
        let tls = self.hold_tls.clone();
        let shared = Shared {
            text: text(&self.config).into(),
            certificate: Arc::new(move || tls.get()),
            slots: Arc::new(Semaphore::new(
                usize::try_from(hold.connections_max).unwrap_or(usize::MAX),
            )),
            timeout: hold.timeout.duration(),
            counts,
        };
        for door in holding.doors {
            let serving = hold::serve(door, shared.clone(), self.stop.clone());
            self.tasks.spawn(serving);
        }
        let Some(listener) = holding.answers else {
            return Ok(());
        };
        let release = Release {
            over: hold.release_over.duration(),
            steps: hold.release_steps,
        };
        let homes =
            Homes::new(self.store.clone(), routes.clone(), release).map_err(StartError::States)?;
        let answers = Answers::new(homes, &self.config.hold_listener);
        let (clock, stop) = (self.clock.clone(), self.stop.clone());
        self.tasks.spawn(async move {
            let serving = hold::serve_answers(listener, answers, clock);
            stop.run_until_cancelled(serving).await;
        });
        Ok(())
    }
}
