//! Starts a worker, listens to it, and abandons it when it falls silent.
//!
//! Nothing here touches the volume, and nothing waits for the worker to end: one that hangs on NFS may
//! not even die when it is killed.

use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{Instant, timeout_at};

use super::report::{Finding, Report};
use super::{Line, Settings, Step};

/// So many workers that hang are enough to know.
const HANGING_MAX: usize = 3;
/// Most that a worker may say, in octets.
const SAID_MAX: u64 = 4 << 20;
/// How long a run may take besides waiting for the other host.
const RUN_MAX: Duration = Duration::from_secs(300);

/// Workers that were left to themselves; clones share them.
#[derive(Clone, Debug, Default)]
pub struct Abandoned(Arc<Mutex<Vec<Child>>>);

impl Abandoned {
    /// How many of them have not ended yet. Does not wait.
    pub fn still_hanging(&self) -> usize {
        let mut children = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        children.retain_mut(|child| matches!(child.try_wait(), Ok(None)));
        children.len()
    }

    pub(super) fn take_in(&self, child: Child) {
        let mut children = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        children.push(child);
    }
}

/// Looks at a volume together with whatever other host does the same. Takes as long as the other lets
/// wait (`plan.meet`) and a few seconds; whatever the volume does, it ends.
pub async fn run(settings: &Settings) -> Report {
    let hanging = settings.abandoned.still_hanging();
    if hanging >= HANGING_MAX {
        let workers = u32::try_from(hanging).unwrap_or(u32::MAX);
        return found(settings, Finding::StillHangs { workers });
    }
    let began = Instant::now();
    let mut report = match start(settings) {
        Ok(mut child) => {
            let heard = listen(settings, &mut child, began).await;
            if heard.is_err() {
                // Whether it dies is not waited for.
                let _ = child.start_kill();
            }
            settings.abandoned.take_in(child);
            heard.unwrap_or_else(|finding| found(settings, finding))
        }
        Err(error) => found(
            settings,
            broken(format!("the worker cannot be started: {error}")),
        ),
    };
    report.took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    report
}

fn start(settings: &Settings) -> std::io::Result<Child> {
    let plan = serde_json::to_string(&settings.plan).map_err(std::io::Error::other)?;
    Command::new(&settings.program)
        .args(["probe", "nfs-worker", &plan])
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(false)
        .spawn()
}

/// What the worker reports, or why there is no report.
async fn listen(settings: &Settings, child: &mut Child, began: Instant) -> Result<Report, Finding> {
    let Some(output) = child.stdout.take() else {
        return Err(broken("the worker has no output".to_owned()));
    };
    let mut lines = BufReader::new(output.take(SAID_MAX)).lines();
    let end = began + settings.plan.meet + RUN_MAX;
    let (mut step, mut heard, mut locking) = (Step::Opening, began, false);
    loop {
        let patience = match locking {
            true => settings.lock_hang,
            false => settings.hang,
        };
        let Ok(line) = timeout_at(end.min(heard + patience), lines.next_line()).await else {
            let silent_secs = heard.elapsed().as_secs();
            return Err(match locking {
                true => Finding::LockHangs { silent_secs },
                false => Finding::Hangs { step, silent_secs },
            });
        };
        heard = Instant::now();
        let said = line.ok().flatten().map(|line| serde_json::from_str(&line));
        match said {
            Some(Ok(Line::At(now))) => (step, locking) = (now, false),
            Some(Ok(Line::Lock)) => locking = true,
            Some(Ok(Line::Done(report))) => return Ok(*report),
            Some(Err(error)) => {
                return Err(broken(format!("the worker is not understood: {error}")));
            }
            None => return Err(broken("the worker ended too early".to_owned())),
        }
    }
}

fn found(settings: &Settings, finding: Finding) -> Report {
    Report {
        directory: settings.plan.directory.clone(),
        host: settings.plan.host.clone(),
        findings: vec![finding],
        ..Report::default()
    }
}

fn broken(why: String) -> Finding {
    Finding::Broken { why }
}
