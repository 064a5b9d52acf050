//! Having Postfix try deferred mail again, by a configured command.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// Why the command did not do it.
#[derive(Debug, thiserror::Error)]
pub enum FlushError {
    /// It could not be started.
    #[error("the flush command {program} cannot be run: {source}")]
    Start {
        /// The program.
        program: String,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// It took too long and was killed.
    #[error("the flush command {program} did not end within {} s", timeout.as_secs())]
    Timeout {
        /// The program.
        program: String,
        /// How long was waited.
        timeout: Duration,
    },
    /// It failed.
    #[error("the flush command {program} ended with {status}: {stderr}")]
    Failed {
        /// The program.
        program: String,
        /// How it ended.
        status: std::process::ExitStatus,
        /// The beginning of what it said.
        stderr: String,
    },
}

/// Runs the command, not too often and one at a time.
#[derive(Debug)]
pub struct Flusher {
    command: Vec<String>,
    interval: Duration,
    timeout: Duration,
    last: Mutex<Option<Instant>>,
}

impl Flusher {
    /// Runs `command`, a program and its arguments, at most once per `interval` and for at most
    /// `timeout`. An empty command does nothing.
    pub fn new(command: Vec<String>, interval: Duration, timeout: Duration) -> Self {
        Self {
            command,
            interval,
            timeout,
            last: Mutex::new(None),
        }
    }

    /// Whether there is anything to run.
    pub fn is_configured(&self) -> bool {
        !self.command.is_empty()
    }

    /// Runs the command; waits first if it was run a short time ago.
    ///
    /// # Errors
    /// When it cannot be started, fails, or takes too long.
    pub async fn flush(&self) -> Result<(), FlushError> {
        let Some((program, arguments)) = self.command.split_first() else {
            return Ok(());
        };
        let mut last = self.last.lock().await;
        if let Some(last) = *last {
            tokio::time::sleep_until(last + self.interval).await;
        }
        *last = Some(Instant::now());
        let running = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .output();
        let output = tokio::time::timeout(self.timeout, running)
            .await
            .map_err(|_| FlushError::Timeout {
                program: program.clone(),
                timeout: self.timeout,
            })?
            .map_err(|source| FlushError::Start {
                program: program.clone(),
                source,
            })?;
        if output.status.success() {
            return Ok(());
        }
        let stderr = String::from_utf8_lossy(&output.stderr);
        Err(FlushError::Failed {
            program: program.clone(),
            status: output.status,
            stderr: stderr.chars().take(200).collect(),
        })
    }
}

#[cfg(test)]
mod tests;
