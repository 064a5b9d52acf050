//! Starts what tells others what happens.

use super::{App, StartError, sending};
use crate::announce::Announcer;
use crate::service::Service;

impl App {
    /// Announces until the server stops.
    pub(super) fn start_announcing(&self, service: &Service) -> Result<(), StartError> {
        let smarthosts = sending::smarthosts(&self.config, &self.hostname)?;
        let signers = self.signers.clone();
        Announcer::new(service.clone(), smarthosts, signers, self.hostname.clone())
            .map_err(StartError::Announce)?
            .start(&self.tasks, &self.stop);
        Ok(())
    }
}
