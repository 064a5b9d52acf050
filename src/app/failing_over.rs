//! Starts failover: the control loop with its probes, and the socketmap server that Postfix asks.

use super::{App, StartError};
use crate::control::{Control, Parts, watched};
use crate::detect::MailLog;
use crate::net::Listener;
use crate::postfix::{self, Answers, Flusher};
use crate::store::routes::Routes;

impl App {
    /// Publishes the routes as they were when the server last ran, then probes, decides and answers.
    pub(super) fn start_failover(
        &self,
        routes: &Routes,
        socketmap: Listener,
    ) -> Result<Control, StartError> {
        let mailstores = watched(&self.config).map_err(|error| StartError::Mailstore {
            mailstore: error.mailstore,
            why: error.why,
        })?;
        for mailstore in self
            .config
            .mailstore
            .iter()
            .filter(|m| m.sentinel.is_none())
        {
            tracing::warn!(
                mailstore = %mailstore.id,
                "no sentinel is configured: a mailstore that lost its mail looks healthy, and mail goes back only by hand"
            );
        }
        let settings = &self.config.postfix;
        let flusher = Flusher::new(
            settings.flush_command.clone(),
            settings.flush_interval.duration(),
            settings.flush_timeout.duration(),
        );
        let parts = Parts {
            store: self.store.clone(),
            routes: routes.clone(),
            clock: self.clock.clone(),
            flusher,
            mailstores,
        };
        let control = Control::start(parts, &self.tasks, &self.stop).map_err(StartError::States)?;
        if let Some(path) = &self.config.probe.mail_log {
            let names = self.config.mailstore.iter().flat_map(|mailstore| {
                let named = mailstore.log_names.iter();
                named.map(|name| (name.clone(), mailstore.id.clone()))
            });
            let log = MailLog::new(path.clone(), names.collect());
            control.follow_log(log, &self.tasks, &self.stop);
        }
        let answers = Answers::new(
            routes.clone(),
            &self.config.lmtp.advertise,
            settings.queue_transport.clone(),
            settings.delimiter(),
        );
        let (clock, stop) = (self.clock.clone(), self.stop.clone());
        self.tasks.spawn(async move {
            let serving = postfix::serve(socketmap, answers, clock, postfix::Limits::default());
            stop.run_until_cancelled(serving).await;
        });
        Ok(control)
    }
}
