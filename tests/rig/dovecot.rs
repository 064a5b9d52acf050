//! A private Dovecot: one mailstore.
//!
//! Maildir, IMAP and LMTP (and POP3) on loopback, a master user `lifeboat` as the merge uses it, the
//! usual special-use folders, `mail_fsync=always`. It can be stopped, killed, frozen and started
//! again: ports, directories and users stay.

use std::fmt::Write as _;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use rustix::process::Signal;

use super::imap::ImapSession;
use super::port::Port;
use super::process::{Group, Server};
use super::smtp::{Dialect, SmtpClient};
use super::syncs::{self, Syncs};
use super::wait::wait_until;
use super::{need_packages, need_root};

/// The user and group id that own the mail; needs no entry in the machine's own user table.
pub const MAIL_UID: u32 = 5000;
/// The name of the master user.
pub const MASTER_USER: &str = "lifeboat";
/// Its password, also in [`Dovecot::master_password_file`].
pub const MASTER_PASSWORD: &str = "master-secret-of-the-rig";

/// One account: address and Dovecot password hash with its scheme prefix.
#[derive(Clone, Debug)]
pub struct User {
    /// The full address, which is the login name.
    pub address: String,
    /// For instance `{PLAIN}secret` or `{SHA512-CRYPT}$6$…`.
    pub password_hash: String,
}

impl User {
    /// A user with a password in plain text.
    pub fn plain(address: &str, password: &str) -> Self {
        Self {
            address: address.to_owned(),
            password_hash: format!("{{PLAIN}}{password}"),
        }
    }
}

/// What may differ between mailstores.
#[derive(Clone, Debug)]
pub struct DovecotOptions {
    /// Dovecot's `mail_location`.
    pub mail_location: String,
    /// Login processes serve many connections (`service_count = 0`) instead of one each.
    pub reuse_login_processes: bool,
    /// Lines added at the end of dovecot.conf, which override what stands before.
    pub extra: String,
    /// The accounts.
    pub users: Vec<User>,
    /// Counts or slows what it syncs.
    pub syncs: Option<Syncs>,
}

impl Default for DovecotOptions {
    fn default() -> Self {
        Self {
            mail_location: "maildir:~/Maildir".to_owned(),
            reuse_login_processes: true,
            extra: String::new(),
            users: Vec::new(),
            syncs: None,
        }
    }
}

/// A Dovecot instance below one directory.
pub struct Dovecot {
    name: String,
    dir: PathBuf,
    imap: Port,
    lmtp: Port,
    pop3: Port,
    options: DovecotOptions,
    server: Option<Server>,
}

impl Dovecot {
    /// Writes the configuration below `dir` and starts.
    pub fn start(name: &str, dir: &Path, options: DovecotOptions) -> Self {
        let mut dovecot = Self::prepare(name, dir, options);
        dovecot.restart();
        dovecot
    }

    /// Writes the configuration below `dir` without starting.
    pub fn prepare(name: &str, dir: &Path, options: DovecotOptions) -> Self {
        need_root();
        need_packages(&[
            ("/usr/sbin/dovecot", "dovecot-core"),
            ("/usr/lib/dovecot/imap", "dovecot-imapd"),
            ("/usr/lib/dovecot/lmtp", "dovecot-lmtpd"),
            ("/usr/lib/dovecot/pop3", "dovecot-pop3d"),
        ]);
        let dovecot = Self {
            name: name.to_owned(),
            dir: dir.to_owned(),
            imap: Port::reserve(),
            lmtp: Port::reserve(),
            pop3: Port::reserve(),
            options,
            server: None,
        };
        dovecot.write_files();
        dovecot
    }

    fn write_files(&self) {
        for sub in ["run", "state", "mail"] {
            std::fs::create_dir_all(self.dir.join(sub)).expect("create Dovecot's directories");
        }
        chown(self.dir.join("mail"), Some(MAIL_UID), Some(MAIL_UID)).expect("chown mail directory");
        std::fs::write(self.config_path(), self.config()).expect("write dovecot.conf");
        let master = format!("{MASTER_USER}:{{PLAIN}}{MASTER_PASSWORD}\n");
        std::fs::write(self.dir.join("master-users"), master).expect("write master-users");
        let file = self.master_password_file();
        std::fs::write(&file, format!("{MASTER_PASSWORD}\n")).expect("write the master password");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600))
            .expect("close the master password file");
        self.write_users();
    }

    fn write_users(&self) {
        let mut text = String::new();
        for user in &self.options.users {
            let _ = writeln!(text, "{}:{}::::::", user.address, user.password_hash);
        }
        // By rename, so that Dovecot never reads half a file.
        let path = self.passwd_file();
        let fresh = path.with_extension("new");
        std::fs::write(&fresh, text).expect("write the users");
        std::fs::rename(&fresh, &path).expect("install the users");
    }

    fn config(&self) -> String {
        let dir = self.dir.display();
        let count = if self.options.reuse_login_processes {
            "service_count = 0\n  process_min_avail = 1"
        } else {
            "service_count = 1"
        };
        let mut text = format!(
            "instance_name = lifeboat-rig-{name}\n\
             base_dir = {dir}/run\n\
             state_dir = {dir}/state\n\
             log_path = {dir}/dovecot.log\n\
             log_timestamp = \"%Y-%m-%d %H:%M:%S \"\n\
             protocols = imap lmtp pop3\n\
             listen = 127.0.0.1\n\
             ssl = no\n\
             disable_plaintext_auth = no\n\
             auth_mechanisms = plain login\n\
             auth_master_user_separator = *\n\
             first_valid_uid = {MAIL_UID}\n\
             mail_uid = {MAIL_UID}\n\
             mail_gid = {MAIL_UID}\n\
             mail_location = {location}\n\
             mail_fsync = always\n\
             mail_max_userip_connections = 1000\n\
             recipient_delimiter = +\n\
             hostname = {name}.rig.test\n\
             postmaster_address = postmaster@rig.test\n\
             mail_log_prefix = \"%s(%u) by %{{auth_user}}: \"\n\
             imap_logout_format = logout in=%i out=%o body_count=%{{fetch_body_count}} \
             hdr_count=%{{fetch_hdr_count}}\n",
            name = self.name,
            location = self.options.mail_location,
        );
        let _ = write!(
            text,
            "passdb {{\n  driver = passwd-file\n  args = {dir}/master-users\n  master = yes\n  \
             result_success = continue\n}}\n\
             passdb {{\n  driver = passwd-file\n  args = username_format=%u {users}\n}}\n\
             userdb {{\n  driver = passwd-file\n  args = username_format=%u {users}\n  \
             default_fields = uid={MAIL_UID} gid={MAIL_UID} home={dir}/mail/%d/%n\n}}\n",
            users = self.passwd_file().display(),
        );
        text.push_str("namespace inbox {\n  inbox = yes\n");
        for (folder, flag) in [
            ("Drafts", "Drafts"),
            ("Sent", "Sent"),
            ("Archive", "Archive"),
            ("Junk", "Junk"),
            ("Trash", "Trash"),
        ] {
            let _ = writeln!(
                text,
                "  mailbox {folder} {{\n    special_use = \\{flag}\n    auto = subscribe\n  }}"
            );
        }
        text.push_str("}\n");
        let _ = write!(
            text,
            "service imap-login {{\n  {count}\n  inet_listener imap {{\n    port = {imap}\n  }}\n  \
             inet_listener imaps {{\n    port = 0\n  }}\n}}\n\
             service pop3-login {{\n  inet_listener pop3 {{\n    port = {pop3}\n  }}\n  \
             inet_listener pop3s {{\n    port = 0\n  }}\n}}\n\
             service lmtp {{\n  unix_listener lmtp {{\n    mode = 0666\n  }}\n  \
             inet_listener lmtp {{\n    port = {lmtp}\n  }}\n}}\n\
             service imap {{\n  process_limit = 1000\n}}\n{extra}\n",
            imap = self.imap.number(),
            pop3 = self.pop3.number(),
            lmtp = self.lmtp.number(),
            extra = self.options.extra,
        );
        text
    }

    /// Starts a stopped or killed instance on the same ports and directories, and waits until it
    /// answers.
    pub fn restart(&mut self) {
        assert!(self.server.is_none(), "{} runs already", self.name);
        let mut command =
            syncs::command(Path::new("/usr/sbin/dovecot"), self.options.syncs.as_ref());
        command.arg("-F").arg("-c").arg(self.config_path());
        let out = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.dir.join("dovecot.out"))
            .expect("open Dovecot's output file");
        command
            .stdout(out.try_clone().expect("clone a file"))
            .stderr(out);
        self.server = Some(Server::spawn(&self.name, &mut command, Group::Ours));
        let what = format!(
            "Dovecot {} answers (log: {})",
            self.name,
            self.log_path().display()
        );
        wait_until(&what, Duration::from_secs(20), || {
            let server = self.server.as_mut().expect("just started");
            assert!(
                server.is_running(),
                "Dovecot {} ended at once; see {} and dovecot.out beside it",
                self.name,
                self.dir.join("dovecot.log").display()
            );
            ImapSession::connect(self.imap.addr()).is_ok()
                && SmtpClient::connect(self.lmtp.addr(), Dialect::Lmtp).is_ok()
        });
    }

    /// Stops it in an orderly way.
    pub fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop(Duration::from_secs(10));
        }
    }

    /// Kills every process of it with -9.
    pub fn kill(&mut self) {
        if let Some(server) = self.server.take() {
            server.kill();
        }
    }

    /// Freezes every process of it: connections are accepted by the kernel and never answered.
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// Ends a freeze.
    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        let server = self.server.as_ref().expect("a running Dovecot");
        server.signal_all(signal);
    }

    /// The process id of its master, which leads all its processes.
    pub fn pid(&self) -> Option<u32> {
        self.server.as_ref().map(Server::pid)
    }

    /// Whether it was started and not stopped or killed since.
    pub fn is_started(&self) -> bool {
        self.server.is_some()
    }

    /// Replaces the accounts; Dovecot reads them at the next login or delivery.
    pub fn set_users(&mut self, users: Vec<User>) {
        self.options.users = users;
        self.write_users();
    }

    /// Replaces the lines at the end of dovecot.conf; a running instance reads them.
    pub fn set_extra(&mut self, extra: &str) {
        extra.clone_into(&mut self.options.extra);
        std::fs::write(self.config_path(), self.config()).expect("write dovecot.conf");
        if self.is_started() {
            self.doveadm(&["reload"]);
        }
    }

    /// The accounts.
    pub fn users(&self) -> &[User] {
        &self.options.users
    }

    /// The name given at the start, the mailstore's id.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The IMAP port.
    pub fn imap(&self) -> &Port {
        &self.imap
    }

    /// The LMTP port.
    pub fn lmtp(&self) -> &Port {
        &self.lmtp
    }

    /// The POP3 port.
    pub fn pop3(&self) -> &Port {
        &self.pop3
    }

    /// The LMTP unix socket.
    pub fn lmtp_socket(&self) -> PathBuf {
        self.dir.join("run/lmtp")
    }

    /// Dovecot's log.
    pub fn log_path(&self) -> PathBuf {
        self.dir.join("dovecot.log")
    }

    /// The passwd-file with the accounts, as `lifeboat provision --format passwd-file` reads it.
    pub fn passwd_file(&self) -> PathBuf {
        self.dir.join("users")
    }

    /// A file that holds the master user's password.
    pub fn master_password_file(&self) -> PathBuf {
        self.dir.join("master-password")
    }

    /// A user's home directory; `Maildir` lies in it.
    pub fn home(&self, address: &str) -> PathBuf {
        let (local, domain) = address.rsplit_once('@').expect("an address with a domain");
        self.dir.join("mail").join(domain).join(local)
    }

    fn config_path(&self) -> PathBuf {
        self.dir.join("dovecot.conf")
    }

    /// Runs `doveadm` against this instance. Panics when it fails.
    pub fn doveadm(&self, args: &[&str]) -> String {
        let output = self.doveadm_output(args);
        assert!(
            output.status.success(),
            "doveadm {args:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Runs `doveadm` and gives what it says, also when it fails.
    pub fn doveadm_output(&self, args: &[&str]) -> Output {
        Command::new("/usr/bin/doveadm")
            .arg("-c")
            .arg(self.config_path())
            .args(args)
            .output()
            .expect("run doveadm")
    }

    /// A session as `address`, by way of the master user, past all proxies.
    pub fn session(&self, address: &str) -> ImapSession {
        let mut session = ImapSession::connect(self.imap.addr()).expect("connect to Dovecot");
        session.login(&format!("{address}*{MASTER_USER}"), MASTER_PASSWORD);
        session
    }

    /// How many message bodies `address` has fetched so far in sessions of its own, by Dovecot's own
    /// logout lines; sessions of the master user do not count. A session counts when it has ended.
    pub fn bodies_fetched(&self, address: &str) -> u64 {
        let log = std::fs::read_to_string(self.log_path()).unwrap_or_default();
        let user = format!("imap({address}) by {address}:");
        log.lines()
            .filter(|line| line.contains(&user))
            .filter_map(|line| line.split("body_count=").nth(1))
            .filter_map(|rest| rest.split_whitespace().next()?.parse::<u64>().ok())
            .sum()
    }
}
