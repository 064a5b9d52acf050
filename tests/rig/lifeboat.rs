//! Lifeboat itself, as a process: the built binary with a generated lifeboat.toml.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use rustix::process::Signal;

use super::dovecot::{Dovecot, MASTER_USER};
use super::http;
use super::port::Port;
use super::process::{Group, Server};
use super::syncs::{self, Syncs};
use super::wait::wait_until;

/// One mailstore, as Lifeboat shall reach it.
#[derive(Clone, Debug)]
pub struct MailstoreOptions {
    /// Its id.
    pub id: String,
    /// `host:port` of IMAP.
    pub imap: String,
    /// `host:port` or `unix:path` of LMTP.
    pub lmtp: String,
    /// Where the master password lies.
    pub master_password_file: PathBuf,
    /// The sentinel's mailbox, if it has one.
    pub sentinel: Option<String>,
    /// Lines added to its table.
    pub extra: String,
}

impl MailstoreOptions {
    /// The options for a Dovecot of the rig, without a proxy and without a sentinel.
    pub fn of(dovecot: &Dovecot) -> Self {
        Self {
            id: dovecot.name().to_owned(),
            imap: dovecot.imap().to_string(),
            lmtp: dovecot.lmtp().to_string(),
            master_password_file: dovecot.master_password_file(),
            sentinel: None,
            extra: String::new(),
        }
    }
}

/// How Lifeboat is wired.
#[derive(Clone, Debug, Default)]
pub struct LifeboatOptions {
    /// The mailstores.
    pub mailstores: Vec<MailstoreOptions>,
    /// `host:port` of the smarthost.
    pub smarthost: Option<String>,
    /// Lines put between the fixed sections and the mailstores.
    pub extra: String,
    /// Environment of the server, for instance `FAILPOINTS`.
    pub env: Vec<(String, String)>,
    /// Counts or slows what it syncs.
    pub syncs: Option<Syncs>,
}

/// A Lifeboat server below one directory.
pub struct Lifeboat {
    dir: PathBuf,
    binary: PathBuf,
    http: Port,
    lmtp: Port,
    socketmap: Port,
    options: LifeboatOptions,
    server: Option<Server>,
}

impl Lifeboat {
    /// Writes the configuration below `dir` without starting: the ports are known from here on.
    pub fn prepare(binary: &Path, dir: &Path, options: LifeboatOptions) -> Self {
        std::fs::create_dir_all(dir).expect("create Lifeboat's directory");
        let lifeboat = Self {
            dir: dir.to_owned(),
            binary: binary.to_owned(),
            http: Port::reserve(),
            lmtp: Port::reserve(),
            socketmap: Port::reserve(),
            options,
            server: None,
        };
        lifeboat.write_config();
        lifeboat
    }

    /// Writes the configuration below `dir` and starts.
    pub fn start(binary: &Path, dir: &Path, options: LifeboatOptions) -> Self {
        let mut lifeboat = Self::prepare(binary, dir, options);
        lifeboat.restart();
        lifeboat
    }

    /// Changes the options; a running server reads them at its next start or reload.
    pub fn set_options(&mut self, change: impl FnOnce(&mut LifeboatOptions)) {
        change(&mut self.options);
        self.write_config();
    }

    fn write_config(&self) {
        let mut text = format!(
            "[store]\npath = \"{dir}/store\"\n\n\
             [http]\nlisten = \"{http}\"\npublic_url = \"http://{http}\"\n\n\
             [lmtp]\nlisten = \"{lmtp}\"\nadvertise = \"{lmtp}\"\n\
             listen_also = [\"unix:{dir}/lmtp.sock\"]\n\n\
             [socketmap]\nlisten = \"{socketmap}\"\n\n",
            dir = self.dir.display(),
            http = self.http,
            lmtp = self.lmtp,
            socketmap = self.socketmap,
        );
        if let Some(smarthost) = &self.options.smarthost {
            let _ = writeln!(text, "[relay]\nsmarthost = \"{smarthost}\"\n");
        }
        if !self.options.extra.contains("[smtp]") {
            // The disks of tests are small: loop mounts, and the memory of a guest.
            text.push_str("[smtp]\ndisk_free_min = \"1MB\"\ndisk_free_low = \"2MB\"\n\n");
        }
        let _ = writeln!(text, "{}", self.options.extra);
        for mailstore in &self.options.mailstores {
            let _ = writeln!(
                text,
                "[[mailstore]]\nid = \"{}\"\nimap = \"{}\"\nlmtp = \"{}\"\n\
                 master_user = \"{MASTER_USER}\"\nmaster_password_file = \"{}\"\ntls = \"off\"",
                mailstore.id,
                mailstore.imap,
                mailstore.lmtp,
                mailstore.master_password_file.display(),
            );
            if let Some(sentinel) = &mailstore.sentinel {
                let _ = writeln!(text, "sentinel = \"{sentinel}\"");
            }
            let _ = writeln!(text, "{}", mailstore.extra);
        }
        std::fs::write(self.config_path(), text).expect("write lifeboat.toml");
    }

    /// Starts a stopped or killed server on the same ports and store, and waits until it is ready.
    pub fn restart(&mut self) {
        self.launch();
        let what = format!("Lifeboat is ready (log: {})", self.log_path().display());
        wait_until(&what, Duration::from_secs(30), || {
            let log = self.dir.join("lifeboat.log");
            let server = self.server.as_mut().expect("just started");
            assert!(
                server.is_running(),
                "Lifeboat ended at once; its log {} ends with:\n{}",
                log.display(),
                tail(&log, 15)
            );
            http::get(self.http.addr(), "/readyz").is_ok_and(|page| page.status == 200)
        });
    }

    /// Starts the process without waiting.
    pub fn launch(&mut self) {
        assert!(self.server.is_none(), "Lifeboat runs already");
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.log_path())
            .expect("open Lifeboat's log");
        let mut command = syncs::command(&self.binary, self.options.syncs.as_ref());
        command
            .arg("serve")
            .arg("--config")
            .arg(self.config_path())
            .envs(self.options.env.iter().map(|(k, v)| (k, v)))
            .stdout(log.try_clone().expect("clone a file"))
            .stderr(log);
        self.server = Some(Server::spawn("Lifeboat", &mut command, Group::Ours));
    }

    /// Kills it with -9.
    pub fn kill(&mut self) {
        if let Some(server) = self.server.take() {
            server.kill();
        }
    }

    /// SIGTERM: drains and stops. Returns whether it stopped by itself.
    pub fn stop(&mut self) -> bool {
        match self.server.take() {
            Some(server) => server.stop(Duration::from_secs(15)),
            None => true,
        }
    }

    /// Whether the process runs.
    pub fn is_running(&mut self) -> bool {
        self.server.as_mut().is_some_and(Server::is_running)
    }

    /// Whether it was started and not stopped or killed since.
    pub fn is_started(&self) -> bool {
        self.server.is_some()
    }

    /// Sends a signal to the server.
    pub fn signal(&self, signal: Signal) {
        if let Some(server) = &self.server {
            server.signal(signal);
        }
    }

    /// The server's process id.
    pub fn pid(&self) -> Option<u32> {
        self.server.as_ref().map(Server::pid)
    }

    /// The web pages and the API.
    pub fn http(&self) -> &Port {
        &self.http
    }

    /// The LMTP port.
    pub fn lmtp(&self) -> &Port {
        &self.lmtp
    }

    /// The LMTP unix socket.
    pub fn lmtp_socket(&self) -> PathBuf {
        self.dir.join("lmtp.sock")
    }

    /// The socketmap port.
    pub fn socketmap(&self) -> &Port {
        &self.socketmap
    }

    /// The log.
    pub fn log_path(&self) -> PathBuf {
        self.dir.join("lifeboat.log")
    }

    /// The store's directory.
    pub fn store_path(&self) -> PathBuf {
        self.dir.join("store")
    }

    /// The configuration file.
    pub fn config_path(&self) -> PathBuf {
        self.dir.join("lifeboat.toml")
    }

    /// The binary under test.
    pub fn binary(&self) -> &Path {
        &self.binary
    }

    /// Runs a subcommand with `--config` and gives what it says, also when it fails.
    pub fn cli_output(&self, args: &[&str]) -> Output {
        Command::new(&self.binary)
            .args(args)
            .arg("--config")
            .arg(self.config_path())
            .output()
            .expect("run lifeboat")
    }

    /// Runs a subcommand and gives its output. Panics when it fails.
    pub fn cli(&self, args: &[&str]) -> String {
        let output = self.cli_output(args);
        assert!(
            output.status.success(),
            "lifeboat {args:?} ended with {}: {}{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Runs a subcommand that prints JSON. Panics when it fails or prints something else.
    pub fn cli_json(&self, args: &[&str]) -> serde_json::Value {
        let text = self.cli(args);
        serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("lifeboat {args:?} printed no JSON ({error}): {text}"))
    }
}

/// The last lines of a file.
pub fn tail(path: &Path, lines: usize) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}
