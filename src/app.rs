//! The running server: opens the store, binds every listener, starts the parts and stops them.
//!
//! Wires only: what the parts do and decide is their own. Everything that can be wrong with the
//! configuration or the machine is found before anything is served, and said with what to do. On
//! SIGTERM nothing new is taken in, what is under way is finished, and then the process ends; a store
//! that failed ends it at once, because only a restart can tell what the disk holds.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::{SharedClock, SystemClock};
use crate::config::{Config, SharedConfig};
use crate::hold::Counts;
use crate::net::{self, BindError, Endpoint, Listener, TlsError};
use crate::receive::authenticity::NoResolver;
use crate::send::{SharedSigners, UnusableKey};
use crate::service::{SearchIndex, Service, ShownCertificates};
use crate::store::routes::Routes;
use crate::store::{OpenError, Store, StoreError, StoreOptions};

mod announcing;
mod certificates;
mod expiring;
mod failing_over;
mod holding;
mod http;
mod merging;
mod ops;
mod provisioning;
mod raising;
mod receiving;
mod retention;
mod sending;
mod serving;
mod signals;

use certificates::{Certificates, Further};

/// How long what is under way may take once the server is told to stop.
const DRAIN: Duration = Duration::from_secs(20);

/// Why the server did not start. Every text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// A port or socket is taken.
    #[error("{option}: {error}; choose another, or stop what uses it")]
    Bind {
        /// The option of the configuration.
        option: &'static str,
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
    /// The certificate or its key cannot be used.
    #[error(
        "http.tls_certificate_file, tls_key_file: {0}; both are PEM files that belong together"
    )]
    Certificate(TlsError),
    /// The certificate for mail programs or its key cannot be used.
    #[error(
        "hold.tls_certificate_file, tls_key_file: {0}; both are PEM files that belong together"
    )]
    HoldCertificate(TlsError),
    /// The certificate for mail handed over by SMTP or its key cannot be used.
    #[error(
        "smtp.tls_certificate_file, tls_key_file: {0}; both are PEM files that belong together"
    )]
    SmtpCertificate(TlsError),
    /// The certificate for further host names or its key cannot be used.
    #[error("certificate.{name}: {error}; both are PEM files that belong together")]
    FurtherCertificate {
        /// What it is called.
        name: String,
        /// What is wrong.
        error: TlsError,
    },
    /// What strangers send cannot be looked at.
    #[error("smtp.name_servers: {0}; name them, or write verify_senders = false")]
    NameServers(NoResolver),
    /// The certificates for webhooks cannot be used.
    #[error("announce.tls_ca_file: {0}; a PEM file with the certificates to trust")]
    Announce(TlsError),
    /// The smarthost's access is not right.
    #[error("[relay]: {0}")]
    Relay(String),
    /// The access of a further smarthost is not right: which, and why.
    #[error("[[relay_fallback]] {0}: {1}")]
    RelayFallback(usize, String),
    /// A key that signs mail cannot be used: which, and why.
    #[error("[[dkim]] {0}: {1}")]
    Dkim(usize, UnusableKey),
    /// What was kept about the mailstores cannot be read.
    #[error("the mailstores' states cannot be read: {0}; run lifeboat store check")]
    States(StoreError),
    /// The system does not let us listen for signals.
    #[error("signals cannot be received: {0}")]
    Signals(std::io::Error),
}

/// Reads the files that only the start would miss: the smarthosts' passwords, the keys that sign, and the
/// certificates for further host names.
///
/// # Errors
/// Which, and why.
pub fn check_files(config: &Config) -> Result<(), StartError> {
    sending::smarthosts(config, "localhost")?;
    sending::signers(config)?;
    certificates::check(config)
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
    /// As it was at the start.
    config: Arc<Config>,
    /// As it is after the last reload.
    current: SharedConfig,
    tls: http::SharedTls,
    hold_tls: http::SharedTls,
    smtp_tls: http::SharedTls,
    /// Those for further host names.
    further: Mutex<Further>,
    /// What these show.
    shown: ShownCertificates,
    signers: SharedSigners,
    config_path: PathBuf,
    store: Store,
    clock: SharedClock,
    hostname: String,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// How long a server waits for its store. Who has it is about to let go of it: a command that found no
/// server to speak to, or a child of a server that was killed while it started that child.
const STORE_PATIENCE: Duration = Duration::from_secs(10);

/// Opens the store; waits a little while it is in use.
async fn open_store(path: &Path, options: &StoreOptions) -> Result<Store, OpenError> {
    let until = tokio::time::Instant::now() + STORE_PATIENCE;
    let mut said = false;
    loop {
        match Store::open(path, options) {
            Err(OpenError::InUse { .. }) if tokio::time::Instant::now() < until => {}
            opened => return opened,
        }
        if !std::mem::replace(&mut said, true) {
            tracing::warn!(store = %path.display(), "the store is in use; waiting for it");
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Serves until the process is told to stop.
///
/// # Errors
/// [`ServeError`].
pub async fn serve(config: Config, config_path: PathBuf) -> Result<(), ServeError> {
    let clock: SharedClock = Arc::new(SystemClock);
    let options = StoreOptions { now: clock.now() };
    let store = open_store(&config.store.path, &options)
        .await
        .map_err(StartError::from)?;
    let mut signals = signals::Signals::new().map_err(StartError::Signals)?;
    let app = App {
        current: SharedConfig::new(config.clone()),
        config: Arc::new(config),
        tls: http::SharedTls::default(),
        hold_tls: http::SharedTls::default(),
        smtp_tls: http::SharedTls::default(),
        further: Mutex::default(),
        shown: ShownCertificates::default(),
        signers: SharedSigners::default(),
        config_path,
        store,
        clock,
        hostname: net::hostname(),
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
        let receiving = receiving::listeners(self).await?;
        let socketmap = bind("socketmap.listen", &self.config.socketmap.listen, EVERYBODY).await?;
        let pages = bind("http.listen", &self.config.http.listen, EVERYBODY).await?;
        let admin_socket = Endpoint::Unix(self.config.admin_socket());
        let admin = bind("store.path", &admin_socket, OWNER).await?;
        let holding = holding::listeners(self).await?;
        self.show(Certificates::of(&self.config, &Further::default())?);
        let sender = sending::sender(self)?;
        let routes = Routes::new(self.store.clone());
        let control = self.start_failover(&routes, socketmap)?;
        let merger = Arc::new(merging::merger(self, &control)?);
        let raising = raising::raising(self, &control)?;
        let held = Arc::new(Counts::default());
        self.start_holding(holding, &routes, held.clone())?;
        let intake = Arc::new(receiving::intake(self));
        receiving::start(self, receiving, &intake)?;
        sending::start(self, sender);
        self.start_merging(merger.clone(), &control);
        self.start_raising(raising, &control);
        let service = Service {
            store: self.store.clone(),
            clock: self.clock.clone(),
            config: self.current.clone(),
            routes,
            control: Some(control),
            merger: Some(merger),
            index: SearchIndex::default(),
            held,
            intake,
            history: Arc::default(),
            drilling: Arc::default(),
            jobs: Default::default(),
            shown: self.shown.clone(),
            tenants: crate::service::tenants::Tenants::default(),
            changes: crate::service::changes::Streams::new(self.stop.clone()),
        };
        self.start_drills(&service);
        self.start_provisioning(&service);
        self.start_retention(&service);
        self.start_expiring(&service);
        self.start_announcing(&service)?;
        self.start_history(&service);
        self.start_serving(&service, pages, admin);
        Ok(())
    }

    /// The certificates for further names that are shown now.
    fn further(&self) -> MutexGuard<'_, Further> {
        self.further.lock().unwrap_or_else(PoisonError::into_inner)
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

/// Postfix, proxies and their friends run as other users.
const EVERYBODY: u32 = 0o666;
/// Who may open the admin socket may do everything.
const OWNER: u32 = 0o600;

async fn bind(
    option: &'static str,
    endpoint: &Endpoint,
    unix_mode: u32,
) -> Result<Listener, StartError> {
    Listener::bind(endpoint, unix_mode)
        .await
        .map_err(|error| StartError::Bind { option, error })
}
