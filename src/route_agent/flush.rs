//! Has Postfix try again the deferred mail whose route changed, and no other.
//!
//! One message at a time, at a bounded rate; where there are too many, all that is deferred at once, as
//! Postfix's own queue manager bounds what it takes up. What sat in the active queue keeps its old answer
//! until it is deferred, so once is not enough.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use tokio::process::Command;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::{Known, Routes, Settings, decide};
use crate::clock::{Clock, SystemClock, Timestamp};
use crate::ids::Address;
use crate::panics;

/// When, after a route changed.
const AFTER: [Duration; 6] = [
    Duration::ZERO,
    Duration::from_secs(5),
    Duration::from_secs(15),
    Duration::from_secs(30),
    Duration::from_secs(60),
    Duration::from_secs(120),
];
/// More messages than this are not tried one by one.
const ONE_BY_ONE_MAX: usize = 1_000;
/// How long a command may run.
const COMMAND_MAX: Duration = Duration::from_secs(60);
/// Longest list of a queue that is read, in octets: some 200,000 messages.
const LISTED_BYTES_MAX: usize = 128 << 20;

/// How to have Postfix try again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Postqueue {
    /// The program, postqueue(1).
    pub program: PathBuf,
    /// Postfix's configuration directory, if it is not the usual one.
    pub config: Option<PathBuf>,
    /// Messages a second.
    pub per_second: u32,
}

/// What a change of routes is told to.
#[derive(Clone, Debug)]
pub(super) struct Changes {
    /// How things were when the mail that is now deferred was last tried.
    before: Arc<Mutex<Option<Arc<Known>>>>,
    wake: Arc<Notify>,
}

pub(super) fn channel() -> (Changes, Changes) {
    let changes = Changes {
        before: Arc::default(),
        wake: Arc::new(Notify::new()),
    };
    (changes.clone(), changes)
}

impl Changes {
    /// The routes were `before` and are not any more. The oldest that was not dealt with counts.
    pub(super) fn note(&self, before: Arc<Known>) {
        self.lock().get_or_insert(before);
        self.wake.notify_one();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Arc<Known>>> {
        self.before.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits for changes and has the affected mail tried again. Ends only by being dropped.
pub(super) async fn run(settings: &Settings, routes: &Routes, changes: Changes) {
    let Some(postqueue) = &settings.postqueue else {
        return;
    };
    changes.wake.notified().await;
    loop {
        tokio::select! {
            () = series(postqueue, routes, &changes) => {
                changes.lock().take();
                changes.wake.notified().await;
            }
            () = changes.wake.notified() => {}
        }
    }
}

async fn series(postqueue: &Postqueue, routes: &Routes, changes: &Changes) {
    let Some(before) = changes.lock().clone() else {
        return;
    };
    let start = Instant::now();
    for after in AFTER {
        sleep_until(start + after).await;
        match once(postqueue, routes, &before).await {
            Ok(0) => {}
            Ok(messages) => tracing::info!(messages, "Postfix tries deferred mail again"),
            Err(error) => {
                tracing::error!(error, "deferred mail waits for Postfix's own retry");
            }
        }
    }
}

async fn once(
    postqueue: &Postqueue,
    routes: &Routes,
    before: &Arc<Known>,
) -> Result<usize, String> {
    let listed = call(postqueue, &["-j"]).await?;
    // A long list must not keep Postfix waiting for an answer.
    let (routes, before) = (routes.clone(), before.clone());
    let reading =
        tokio::task::spawn_blocking(move || affected(&listed, &routes, &before, SystemClock.now()));
    let ids = reading.await.map_err(|error| panics::how(&error))?;
    if ids.len() > ONE_BY_ONE_MAX {
        call(postqueue, &["-f"]).await?;
        return Ok(ids.len());
    }
    let pause = Duration::from_secs(1) / postqueue.per_second.max(1);
    for id in &ids {
        call(postqueue, &["-i", id]).await?;
        sleep(pause).await;
    }
    Ok(ids.len())
}

/// A message of `postqueue -j`.
#[derive(Deserialize)]
pub(super) struct Queued {
    pub(super) queue_name: String,
    pub(super) queue_id: String,
    /// Seconds since 1970.
    #[serde(default)]
    pub(super) arrival_time: i64,
    pub(super) recipients: Vec<Recipient>,
}

#[derive(Deserialize)]
pub(super) struct Recipient {
    pub(super) address: String,
}

/// The deferred messages with a recipient whose route is another than `before`. A line that is not
/// understood is left out, and so is an id that Postfix could not have made.
pub(super) fn affected(
    listed: &[u8],
    routes: &Routes,
    before: &Known,
    now: Timestamp,
) -> Vec<String> {
    let (known, directory) = (routes.known(), routes.directory());
    let changed = |address: &str| {
        address.parse::<Address>().is_ok_and(|recipient| {
            let route = |known: &Known| decide(known, directory.as_deref(), &recipient, now);
            let (was, is) = (route(before), route(&known));
            // Whoever was unknown and whoever is at home have the same way.
            let at_home = |route| {
                use crate::route::Route::{Primary, Unknown};
                matches!(route, Primary | Unknown)
            };
            was != is && !(at_home(was) && at_home(is))
        })
    };
    let mut seen = HashSet::new();
    let lines = listed.split(|&byte| byte == b'\n');
    lines
        .filter_map(|line| serde_json::from_slice::<Queued>(line).ok())
        .filter(|queued| queued.queue_name == "deferred")
        .filter(|queued| queued.recipients.iter().any(|r| changed(&r.address)))
        .map(|queued| queued.queue_id)
        .filter(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric()))
        .filter(|id| seen.insert(id.clone()))
        .collect()
}

pub(super) async fn call(postqueue: &Postqueue, arguments: &[&str]) -> Result<Vec<u8>, String> {
    run_program(postqueue, &postqueue.program, arguments).await
}

/// A program of Postfix's, with the same configuration.
pub(super) async fn run_program(
    postqueue: &Postqueue,
    program: &Path,
    arguments: &[&str],
) -> Result<Vec<u8>, String> {
    let mut command = Command::new(program);
    if let Some(config) = &postqueue.config {
        command.arg("-c").arg(config);
    }
    let running = command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .output();
    let shown = program.display();
    let output = timeout(COMMAND_MAX, running)
        .await
        .map_err(|_| format!("{shown} did not end within {} s", COMMAND_MAX.as_secs()))?
        .map_err(|error| format!("{shown} cannot be run: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said: String = said.chars().take(200).collect();
        return Err(format!("{shown} ended with {}: {said}", output.status));
    }
    let mut listed = output.stdout;
    listed.truncate(LISTED_BYTES_MAX);
    Ok(listed)
}
