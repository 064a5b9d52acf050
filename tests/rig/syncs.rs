//! What a server waits for on disk: its syncs counted, or each made slower, as on a real filer.
//!
//! The server runs under strace, which stops it at the sync calls alone (`--seccomp-bpf`), so that
//! the rest runs at full speed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::need_packages;

/// Watches and slows the syncs of a server.
#[derive(Clone, Debug)]
pub struct Syncs {
    /// Added to every sync; zero to count alone.
    pub delay: Duration,
    /// Where the calls are noted, a line each.
    pub log: PathBuf,
}

impl Syncs {
    /// The command that runs `program` so.
    pub fn command(&self, program: &Path) -> Command {
        need_packages(&[("/usr/bin/strace", "strace")]);
        const CALLS: &str = "fsync,fdatasync,sync_file_range,msync";
        let mut command = Command::new("/usr/bin/strace");
        command
            .args(["-f", "-qq", "--seccomp-bpf", "-o"])
            .arg(&self.log)
            .arg("-e")
            .arg(format!("trace={CALLS}"));
        if !self.delay.is_zero() {
            let micros = self.delay.as_micros();
            command
                .arg("-e")
                .arg(format!("inject={CALLS}:delay_exit={micros}"));
        }
        command.arg(program);
        command
    }

    /// How many syncs there were so far.
    pub fn count(&self) -> usize {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        text.lines().filter(|line| line.contains("sync")).count()
    }
}

/// The command that runs `program`, under watch if asked.
pub fn command(program: &Path, syncs: Option<&Syncs>) -> Command {
    match syncs {
        Some(syncs) => syncs.command(program),
        None => Command::new(program),
    }
}
