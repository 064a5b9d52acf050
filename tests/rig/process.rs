//! A server process with all its children.
//!
//! A server leads its own process group, so one signal reaches all of it. A guard process waits on
//! a pipe from us and kills the group when the pipe closes: also when we are killed with -9, which
//! no `Drop` survives, and whichever thread started the server (unlike `PR_SET_PDEATHSIG`).

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// Who makes the process the leader of its group.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// We do, at the start.
    Ours,
    /// The server does (`setsid`, which fails for one that leads a group already).
    Itself,
}

/// A running server; killed with all its children when dropped.
pub struct Server {
    name: String,
    child: Child,
    guard: Child,
}

impl Server {
    /// Starts `command`. Panics with the reason when it cannot be started.
    pub fn spawn(name: &str, command: &mut Command, group: Group) -> Self {
        if group == Group::Ours {
            command.process_group(0);
        }
        let child = command
            .stdin(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {name} ({command:?}): {error}"));
        let pid = child.id();
        let guard = Command::new("/bin/sh")
            .arg("-c")
            .arg(format!("read -r _; kill -KILL -- -{pid} {pid} 2>/dev/null"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("start the guard of a server");
        Self {
            name: name.to_owned(),
            child,
            guard,
        }
    }

    /// The process id of the server's main process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether the main process still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits until the main process has ended by itself.
    pub fn wait(mut self) -> std::process::ExitStatus {
        self.child.wait().expect("wait for a server")
    }

    /// Sends a signal to the main process and all its children.
    pub fn signal_all(&self, signal: Signal) {
        let pid = self.raw_pid();
        if kill_process_group(pid, signal).is_err() {
            // Not the leader of a group yet, or gone.
            let _ = kill_process(pid, signal);
        }
    }

    /// Sends a signal to the main process alone.
    pub fn signal(&self, signal: Signal) {
        let _ = kill_process(self.raw_pid(), signal);
    }

    /// Kills everything at once, as a power cut would, and returns when it is gone.
    pub fn kill(mut self) {
        self.kill_all();
    }

    /// Asks the server to stop and waits; kills it when it has not stopped in time. Returns whether it
    /// stopped by itself.
    pub fn stop(mut self, patience: Duration) -> bool {
        self.signal(Signal::TERM);
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            if !self.is_running() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        eprintln!("rig: {} did not stop within {patience:?}", self.name);
        false
    }

    fn raw_pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    fn kill_all(&mut self) {
        self.signal_all(Signal::KILL);
        let _ = self.child.kill();
        let _ = self.child.wait();
        // The children may outlive the leader by a moment; their ports must be free when we return.
        let deadline = Instant::now() + Duration::from_secs(5);
        while rustix::process::test_kill_process_group(self.raw_pid()).is_ok()
            && Instant::now() < deadline
        {
            let _ = kill_process_group(self.raw_pid(), Signal::KILL);
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill_all();
        let _ = self.guard.kill();
        let _ = self.guard.wait();
    }
}
