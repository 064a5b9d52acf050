//! The pages: webmail for users, console for operators and resellers.
//!
//! This layer translates between HTTP and the service functions. It decides nothing about mail,
//! touches no engine, and prints no text that is not escaped. One route table ([`routes`]), one
//! place where errors become pages ([`error`]).

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::service::Service;
use crate::service::images::Images;
use crate::service::sign_in::Doors;
use crate::service::sign_in_links::LinkDoor;
use crate::service::status::Board;

pub mod assets;
pub mod branding;
mod chart;
pub mod console;
pub mod error;
pub mod flash;
pub mod form;
pub mod page;
pub mod reader;
pub mod routes;
pub mod security;
pub mod session;
pub mod status;
pub mod texts;
pub mod webmail;
pub mod when;

pub use routes::router;

/// What the pages work on; clones share it.
#[derive(Clone, Debug)]
pub struct Web {
    /// The operations.
    pub service: Service,
    /// What sign-ins share.
    pub doors: Arc<Doors>,
    /// What stands before those who ask for a link to sign in.
    pub links: Arc<LinkDoor>,
    /// Ends what would otherwise stay open while the server stops.
    pub stop: CancellationToken,
    /// What fetches pictures from elsewhere.
    pub images: Images,
    /// What the status pages showed last.
    pub status: Board,
    /// Turns for reading large messages.
    pub large: Arc<Semaphore>,
}

impl Web {
    /// Pages over a service.
    pub fn new(service: Service) -> Self {
        let doors = Arc::new(Doors::new(&service.config.get()));
        let links = Arc::new(LinkDoor::new(&service.config.get()));
        Self {
            service,
            doors,
            links,
            stop: CancellationToken::new(),
            images: Images::default(),
            status: Board::default(),
            large: Arc::new(Semaphore::new(webmail::reading::LARGE_AT_A_TIME)),
        }
    }

    /// The same pages, which end what is open once `stop` is cancelled.
    #[must_use]
    pub fn stopping(self, stop: CancellationToken) -> Self {
        Self { stop, ..self }
    }

    /// Whether users reach the site over https: then cookies are sent over https only.
    fn is_https(&self) -> bool {
        self.service
            .config
            .get()
            .http
            .public_url
            .starts_with("https://")
    }
}

#[cfg(test)]
mod tests;
