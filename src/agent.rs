//! `lifeboat agent`: looks at mailstores from where it runs, and reports to the server.
//!
//! It decides nothing and remembers nothing: what the sentinels' old canaries are, the server tells it
//! with every answer. Each kind of probe of each mailstore runs by itself; what was seen waits in a
//! bounded buffer in which the oldest make room; what is too old when the server is reached again is not
//! told any more. A probe that fails while this machine reaches nothing else either says "unknown".

mod buffer;
mod look;
mod send;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::{Clock as _, SystemClock};
use crate::config::AgentConfig;
use crate::detect::{self, MailLog};
use crate::net::TlsError;

use buffer::Buffer;
use look::Looker;
use send::{Sender, Trouble};

/// An observation that is older is not reported any more.
const AGE_MAX: Duration = Duration::from_secs(60);
/// How long what is under way may take once the agent is told to stop.
const DRAIN: Duration = Duration::from_secs(5);

/// Why an agent does not start. Every text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The token or a password cannot be read.
    #[error("{option}: {why}")]
    Secret {
        /// The option of the configuration.
        option: String,
        /// What is wrong and what to do.
        why: String,
    },
    /// This program does not know where it lies, so that it cannot start a worker.
    #[error("the program's own path is not known: {0}")]
    Program(String),
    /// The trusted certificates cannot be used.
    #[error("agent.ca_file: {0}")]
    Tls(#[from] TlsError),
    /// The server's address is not one.
    #[error("agent.server: write \"https://\" and the server's name")]
    Server,
}

/// Looks and reports until `stop`.
///
/// # Errors
/// [`StartError`]. Trouble later is logged: an agent goes on trying.
pub async fn run(config: &AgentConfig, stop: CancellationToken) -> Result<(), StartError> {
    let sender = Sender::new(&config.agent)?;
    let buffer = Arc::new(Buffer::default());
    let tasks = TaskTracker::new();
    for watch in &config.mailstore {
        let looker = Looker::new(&config.agent, watch, buffer.clone())?;
        looker.start(&config.agent, &tasks, &stop);
    }
    follow_log(config, &buffer, &tasks, &stop);
    tracing::info!(server = config.agent.server, "looks and reports");
    let every = config.agent.report_interval.duration();
    stop.run_until_cancelled(report_on(&sender, &buffer, every))
        .await;
    tasks.close();
    // A probe that hangs is cut off.
    let _ = tokio::time::timeout(DRAIN, tasks.wait()).await;
    Ok(())
}

/// Counts what the MX's log tells, where there is one.
fn follow_log(
    config: &AgentConfig,
    buffer: &Arc<Buffer>,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) {
    let Some(path) = &config.agent.mail_log else {
        return;
    };
    let names = config.mailstore.iter().flat_map(|watch| {
        let named = watch.log_names.iter();
        named.map(|name| (name.clone(), watch.id.clone()))
    });
    let log = MailLog::new(path.clone(), names.collect());
    let (buffer, stop) = (buffer.clone(), stop.clone());
    tasks.spawn(async move {
        let following = detect::follow(log, |mailstore, traffic| buffer.count(mailstore, traffic));
        stop.run_until_cancelled(following).await;
    });
}

async fn report_on(sender: &Sender, buffer: &Buffer, every: Duration) {
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut trouble: Option<Trouble> = None;
    loop {
        ticks.tick().await;
        let batch = buffer.take(AGE_MAX);
        if batch.is_empty() && trouble.is_none() && buffer.has_canaries() {
            continue;
        }
        let report = batch.report(SystemClock.now());
        let now = match sender.send(&report).await {
            Ok(received) => {
                buffer.learn(&received.canaries);
                for why in &received.left_out {
                    tracing::warn!(why, "the server leaves something out");
                }
                None
            }
            Err(error) => {
                buffer.put_back(batch);
                Some(error)
            }
        };
        // Said when it changes, not with every report.
        match (&trouble, &now) {
            (Some(_), None) => tracing::info!("the server takes reports again"),
            (before, Some(error)) if before.as_ref() != Some(error) => {
                tracing::error!(%error, "the server does not take reports");
            }
            _ => {}
        }
        trouble = now;
    }
}
