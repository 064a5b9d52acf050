//! The agent's probes of one mailstore.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::StartError;
use super::buffer::Buffer;
use crate::clock::{Clock as _, SystemClock, Timestamp};
use crate::config::secret::{Secret, SecretSource};
use crate::config::{Agent, Watch};
use crate::detect::{self, ControlTargets, Login, Pop3, Refused, Starttls, Target, TlsPort};
use crate::failover::{Observation, ProbeKind, SentinelLook};
use crate::imap;
use crate::net::{Tls, TlsConnector};
use crate::nfs;

/// Looks at one mailstore, again and again.
#[derive(Clone, Debug)]
pub(super) struct Looker {
    target: Arc<Target>,
    buffer: Arc<Buffer>,
    nfs: Option<nfs::Settings>,
}

impl Looker {
    pub(super) fn new(
        agent: &Agent,
        watch: &Watch,
        buffer: Arc<Buffer>,
    ) -> Result<Self, StartError> {
        let connector = match (watch.tls, watch.pop3_tls) {
            (Tls::Off, Tls::Off) => None,
            _ => Some(TlsConnector::new(agent.ca_file.as_deref())?),
        };
        let port =
            |endpoint, tls, starttls| TlsPort::of(endpoint, tls, starttls, connector.as_ref());
        let pop3_port = watch.pop3.as_ref();
        let pop3_port = pop3_port.and_then(|pop3| port(pop3, watch.pop3_tls, Starttls::Pop3));
        let imap_port = port(&watch.imap, watch.tls, Starttls::Imap);
        let target = Target {
            mailstore: watch.id.clone(),
            imap: imap::Server {
                tls: watch.tls,
                tls_connector: connector.clone(),
                ..imap::Server::plain(watch.imap.clone())
            },
            lmtp: watch.lmtp.clone(),
            pop3: watch.pop3.as_ref().map(|endpoint| Pop3 {
                endpoint: endpoint.clone(),
                tls: watch.pop3_tls,
                connector: connector.clone(),
                refused: Refused::default(),
            }),
            login: Login::Own {
                password: password(watch)?,
            },
            refused: Refused::default(),
            sentinel: watch.sentinel.clone(),
            large: None,
            large_timeout: agent.timeout.duration(),
            tls_ports: imap_port.into_iter().chain(pop3_port).collect(),
            certificate_warning: agent.certificate_warning.duration(),
            control_targets: ControlTargets::new(agent.control_targets.clone()),
            // An agent delivers nothing and removes nothing.
            sentinel_keep: u32::MAX,
            timeout: agent.timeout.duration(),
            // The token says who reports.
            vantage: String::new(),
        };
        Ok(Self {
            target: Arc::new(target),
            buffer,
            nfs: volume(watch)?,
        })
    }

    pub(super) fn start(self, agent: &Agent, tasks: &TaskTracker, stop: &CancellationToken) {
        let every = agent.interval.duration();
        match &self.target.sentinel {
            Some(_) => self.again(tasks, stop, every, Self::imap),
            None => self.again(tasks, stop, every, Self::tcp),
        }
        if self.target.lmtp.is_some() {
            self.again(tasks, stop, every, Self::lmtp);
        }
        if self.target.pop3.is_some() {
            self.again(tasks, stop, every, Self::pop3);
        }
        if let Some(settings) = self.nfs.clone() {
            self.nfs_on(agent, settings, tasks, stop);
        }
        if !self.target.tls_ports.is_empty() {
            let every = agent.certificate_interval.duration();
            self.again(tasks, stop, every, Self::tls);
        }
    }

    /// Tests the volume, beginning at times that all agents know without asking each other.
    fn nfs_on(
        &self,
        agent: &Agent,
        settings: nfs::Settings,
        tasks: &TaskTracker,
        stop: &CancellationToken,
    ) {
        let (looker, stop) = (self.clone(), stop.clone());
        let every = agent.nfs_interval.duration();
        tasks.spawn(async move {
            let testing = async {
                loop {
                    tokio::time::sleep(until_next(every, SystemClock.now())).await;
                    let begun = Instant::now();
                    let report = nfs::run(&settings).await;
                    let observation = Observation {
                        vantage: String::new(),
                        probe: ProbeKind::Nfs,
                        outcome: report.outcome(),
                        took: begun.elapsed(),
                        age: Duration::ZERO,
                        sentinel: SentinelLook::Elsewhere,
                    };
                    looker.buffer.seen(&looker.target.mailstore, &observation);
                }
            };
            stop.run_until_cancelled(testing).await;
        });
    }

    /// One task that looks every so often; a look that takes longer delays its own next one only.
    fn again<F>(
        &self,
        tasks: &TaskTracker,
        stop: &CancellationToken,
        every: Duration,
        look: fn(Self) -> F,
    ) where
        F: Future<Output = Option<Observation>> + Send + 'static,
    {
        let (looker, stop) = (self.clone(), stop.clone());
        tasks.spawn(async move {
            let looking = async {
                let mut ticks = interval(every);
                ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
                loop {
                    ticks.tick().await;
                    if let Some(observation) = look(looker.clone()).await {
                        looker.buffer.seen(&looker.target.mailstore, &observation);
                    }
                }
            };
            stop.run_until_cancelled(looking).await;
        });
    }

    async fn tcp(self) -> Option<Observation> {
        Some(detect::probe_tcp(&self.target).await)
    }

    async fn imap(self) -> Option<Observation> {
        let known = self.buffer.known(&self.target.mailstore);
        let look = detect::probe_imap(&self.target, known.as_ref()).await;
        Some(look.observation)
    }

    async fn lmtp(self) -> Option<Observation> {
        Some(detect::probe_lmtp(&self.target).await)
    }

    async fn pop3(self) -> Option<Observation> {
        detect::probe_pop3(&self.target).await
    }

    async fn tls(self) -> Option<Observation> {
        detect::probe_tls(&self.target, SystemClock.now()).await
    }
}

/// How to test the volume, if it is mounted here.
fn volume(watch: &Watch) -> Result<Option<nfs::Settings>, StartError> {
    let Some(path) = watch.nfs.as_ref().and_then(|path| path.to_str()) else {
        return Ok(None);
    };
    let host = rustix::system::uname();
    let host = host.nodename().to_string_lossy().into_owned();
    let program =
        std::env::current_exe().map_err(|error| StartError::Program(error.to_string()))?;
    Ok(Some(nfs::Settings::new(path.to_owned(), host, program)))
}

/// How long until the clock shows a multiple of `every`.
fn until_next(every: Duration, now: Timestamp) -> Duration {
    let every = i64::try_from(every.as_millis()).unwrap_or(i64::MAX).max(1);
    let left = every - now.as_millis().rem_euclid(every);
    Duration::from_millis(u64::try_from(left).unwrap_or(0))
}

/// The sentinel's password; an empty one where there is no sentinel to sign in as.
fn password(watch: &Watch) -> Result<Secret, StartError> {
    let source = watch.sentinel_password_file.as_ref();
    let read = source.map(SecretSource::read).transpose();
    let read = read.map_err(|error| StartError::Secret {
        option: format!("mailstore {}: sentinel_password_file", watch.id),
        why: error.to_string(),
    });
    Ok(read?.unwrap_or_else(|| Secret::new(String::new())))
}
