//! The small process beside Postfix that tells it where mail goes (`lifeboat route-agent`).
//!
//! Postfix waits 100 s for a socketmap server that hangs, and cannot be told otherwise. So on each MX an
//! agent answers from a table of its own, in memory: it asks nobody while Postfix waits, neither the
//! server nor a disk. Beside that it fetches the states every second and who lives where when that has
//! changed, keeps both on disk, and has Postfix try again the mail whose route changed.
//!
//! Invariants: an answer is never a temporary error; an agent that knows nothing says "not found"; what
//! it knows is only ever replaced as a whole, by something sound; a server that hangs, stops or cannot
//! be reached leaves the last good table in force.

mod alarm;
mod directory;
mod fetch;
mod flush;
mod keep;

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

pub use directory::{Directory, DirectoryError};
pub use fetch::{Fetch, Source};
pub use flush::Postqueue;
pub use keep::KeepError;

use crate::clock::Timestamp;
use crate::ids::Address;
use crate::postfix::{Reply, Respond, respond};
use crate::route::Route;
use crate::route::published::{NameHash, Owner, Published, States};

/// How an agent works.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the last good table is kept.
    pub state: PathBuf,
    /// How often the states are fetched.
    pub interval: Duration,
    /// How long one answer of the server may take.
    pub timeout: Duration,
    /// Who lives where is not fetched more often than this.
    pub directory_interval: Duration,
    /// How to have Postfix try again; none: it is not asked to.
    pub postqueue: Option<Postqueue>,
}

/// The states with what they were made from.
#[derive(Debug, Default)]
struct Known {
    published: Option<Published>,
    states: States,
}

/// The table; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    known: Arc<RwLock<Arc<Known>>>,
    directory: Arc<RwLock<Option<Arc<Directory>>>>,
}

impl Routes {
    fn known(&self) -> Arc<Known> {
        self.known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn directory(&self) -> Option<Arc<Directory>> {
        self.directory
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Replaces the states.
    pub fn set_states(&self, published: Published) {
        let known = Known {
            states: States::new(&published),
            published: Some(published),
        };
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(known);
    }

    /// Replaces who lives where.
    pub fn set_directory(&self, directory: Directory) {
        let mut current = self
            .directory
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *current = Some(Arc::new(directory));
    }

    /// Where mail for `recipient` goes: as the core answers, the address as it is, then without its
    /// extension.
    pub fn route(&self, recipient: &Address, now: Timestamp) -> Route {
        let known = self.known();
        decide(&known, self.directory().as_deref(), recipient, now)
    }
}

fn decide(
    known: &Known,
    directory: Option<&Directory>,
    recipient: &Address,
    now: Timestamp,
) -> Route {
    let Some(published) = &known.published else {
        return Route::Unknown;
    };
    if known.states.is_quiet() {
        return Route::Primary;
    }
    let Some(directory) = directory else {
        return match known.states.would_lose() {
            true => Route::Queue,
            false => Route::Unknown,
        };
    };
    let owner = find(directory, recipient).or_else(|| {
        let base = recipient.without_extension(published.delimiter);
        find(directory, &base)
    });
    owner.map_or(Route::Unknown, |owner| known.states.route(owner, now).route)
}

fn find<'a>(directory: &'a Directory, address: &Address) -> Option<Owner<'a>> {
    let domain = NameHash::of_domain(&address.domain_name());
    directory.find(NameHash::of_address(address), domain)
}

impl Respond for Routes {
    fn respond(&self, request: &[u8], now: Timestamp) -> Reply {
        let known = self.known();
        let Some(published) = &known.published else {
            return Reply::NotFound;
        };
        respond(
            request,
            &published.standby_transport,
            &published.queue_transport,
            |recipient| decide(&known, self.directory().as_deref(), recipient, now),
        )
    }
}

/// Takes up the last good table, then keeps it fresh until it is dropped.
///
/// # Errors
/// When the directory for it cannot be written.
pub async fn keep_fresh(
    settings: Settings,
    source: Source,
    routes: Routes,
) -> Result<(), KeepError> {
    keep::prepare(&settings.state)?;
    fetch::run(settings, source, routes).await;
    Ok(())
}

/// Takes up what was kept in `state`. What is damaged is left out, and said.
pub fn take_up(state: &std::path::Path, routes: &Routes) {
    match keep::read_states(state) {
        Ok(Some(published)) => routes.set_states(published),
        Ok(None) => {}
        Err(error) => tracing::error!(%error, "the states that were kept cannot be used"),
    }
    match keep::read_directory(state) {
        Ok(Some(directory)) => routes.set_directory(directory),
        Ok(None) => {}
        Err(error) => tracing::error!(%error, "the directory that was kept cannot be used"),
    }
}

#[cfg(test)]
mod tests;
