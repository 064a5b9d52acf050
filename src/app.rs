//! The running server: opens the store, binds every listener, starts the parts and stops them.
//!
//! Wires only: what the parts do and decide is their own. Everything that can be wrong with the
//! configuration or the machine is found before anything is served, and said with what to do. On
//! SIGTERM nothing new is taken in, what is under way is finished, and then the process ends; a store
//! that failed ends it at once, because only a restart can tell what the disk holds.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::{SharedClock, SystemClock};
use crate::config::Config;
use crate::net::{BindError, Listener};
use crate::store::routes::Routes;
use crate::store::{OpenError, Store, StoreError, StoreOptions};

mod failing_over;
mod merging;
mod receiving;
mod sending;
mod signals;

/// How long what is under way may take once the server is told to stop.
const DRAIN: Duration = Duration::from_secs(20);

/// Why the server did not start. Every text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// A port or socket is taken.
    #[error("[{section}] listen: {error}; choose another, or stop what uses it")]
    Bind {
        /// The section of the configuration.
        section: &'static str,
        /// What the system said.
        error: BindError,
    },
    /// A mailstore's access is not right.
    #[error("[[mailstore]] {mailstore}: {why}")]
    Mailstore {
        /// Which one.
        mailstore: String,
        /// What is wrong and what to do.
        why: String,
    },
    /// The smarthost's access is not right.
    #[error("[relay]: {0}")]
    Relay(String),
    /// What was kept about the mailstores cannot be read.
    #[error("the mailstores' states cannot be read: {0}; run lifeboat store check")]
    States(StoreError),
    /// The system does not let us listen for signals.
    #[error("signals cannot be received: {0}")]
    Signals(std::io::Error),
}

/// Why the server ended other than by being told to.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// It did not start: exit status 2.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The store failed while it ran: exit status 1, and a supervisor starts it again.
    #[error("the store failed: {0}; start the server again")]
    Store(Arc<str>),
}

/// Everything the parts share.
struct App {
    config: Config,
    config_path: PathBuf,
    store: Store,
    clock: SharedClock,
    hostname: String,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// Serves until the process is told to stop.
///
/// # Errors
/// [`ServeError`].
pub async fn serve(config: Config, config_path: PathBuf) -> Result<(), ServeError> {
    let clock: SharedClock = Arc::new(SystemClock);
    let options = StoreOptions { now: clock.now() };
    let store = Store::open(&config.store.path, &options).map_err(StartError::from)?;
    let mut signals = signals::Signals::new().map_err(StartError::Signals)?;
    let app = App {
        config,
        config_path,
        store,
        clock,
        hostname: hostname(),
        stop: CancellationToken::new(),
        tasks: TaskTracker::new(),
    };
    app.start().await?;
    tracing::info!(store = %app.store.path().display(), "ready");
    let result = loop {
        tokio::select! {
            why = app.store.failed() => break Err(ServeError::Store(why)),
            signal = signals.next() => match signal {
                signals::Signal::Reload => app.reload(),
                signals::Signal::Stop => break Ok(()),
            },
        }
    };
    app.drain().await;
    result
}

impl App {
    /// Binds everything, then starts everything.
    async fn start(&self) -> Result<(), StartError> {
        let lmtp = receiving::listeners(self).await?;
        let socketmap = bind("socketmap", &self.config.socketmap.listen).await?;
        let sender = sending::sender(self)?;
        let routes = Routes::new(self.store.clone());
        let control = self.start_failover(&routes, socketmap)?;
        let merger = merging::merger(self, &control)?;
        receiving::start(self, lmtp);
        sending::start(self, sender);
        self.start_merging(merger, &control);
        Ok(())
    }

    /// Reads the configuration again and takes over what can change while running.
    fn reload(&self) {
        match Config::load(&self.config_path) {
            Ok(_) => tracing::info!("the configuration was read again"),
            Err(error) => tracing::error!(%error, "the configuration stays as it was"),
        }
    }

    async fn drain(&self) {
        tracing::info!("stopping");
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(DRAIN, self.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!(
                tasks = self.tasks.len(),
                "something is still under way; it is cut off safely"
            );
        }
    }
}

async fn bind(
    section: &'static str,
    endpoint: &crate::net::Endpoint,
) -> Result<Listener, StartError> {
    /// Postfix and its friends run as other users.
    const UNIX_MODE: u32 = 0o666;
    Listener::bind(endpoint, UNIX_MODE)
        .await
        .map_err(|error| StartError::Bind { section, error })
}

/// This machine's name, as it stands in Received headers.
fn hostname() -> String {
    let name = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    if name.is_empty() {
        "localhost".to_owned()
    } else {
        name
    }
}
