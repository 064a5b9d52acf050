//! A private Postfix: the MX in front of the mailstores, and the relay for what users send.
//!
//! Configured as the documentation tells hosters to: `transport_maps` asks Lifeboat by socketmap
//! first and the hoster's own table second; every mailstore has an LMTP transport of its own with
//! short timeouts, so that a hung mailstore does not hold the others' mail. Retry times are seconds
//! instead of minutes.

use std::fmt::Write as _;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::port::Port;
use super::process::{Group, Server};
use super::smtp::{Dialect, Reply, SmtpClient};
use super::syncs::{self, Syncs};
use super::wait::wait_until;
use super::{need_packages, need_root};

const DAEMONS: &str = "/usr/lib/postfix/sbin";

/// How Postfix is wired.
#[derive(Clone, Debug, Default)]
pub struct PostfixOptions {
    /// Domains whose mail it takes in, whoever the recipient is.
    pub domains: Vec<String>,
    /// Lifeboat's socketmap, if there is one.
    pub socketmap: Option<SocketAddr>,
    /// The hoster's own table: recipient or domain → mailstore.
    pub routes: Vec<(String, String)>,
    /// Mailstore → its LMTP.
    pub mailstores: Vec<(String, SocketAddr)>,
    /// Where mail for everybody else goes.
    pub relayhost: Option<SocketAddr>,
    /// Seconds that a mailstore's LMTP may take to answer the final dot.
    pub data_done_timeout_secs: u32,
    /// Lines added to main.cf.
    pub extra: String,
    /// Lines added to master.cf, in place of the rig's own transports for the mailstores.
    pub transports: String,
    /// Watches its syncs.
    pub syncs: Option<Syncs>,
}

/// One message in the queue.
#[derive(Clone, Debug, serde::Deserialize)]
pub struct Queued {
    /// `active`, `deferred`, `incoming`, `hold`, `maildrop`.
    pub queue_name: String,
    /// The queue id.
    pub queue_id: String,
    /// Reverse-path.
    pub sender: String,
    /// Those still to be served.
    pub recipients: Vec<QueuedRecipient>,
}

/// One recipient of a queued message.
#[derive(Clone, Debug, serde::Deserialize)]
pub struct QueuedRecipient {
    /// The address.
    pub address: String,
    /// Why it was deferred.
    pub delay_reason: Option<String>,
}

/// A Postfix instance below one directory.
pub struct Postfix {
    dir: PathBuf,
    smtp: Port,
    options: PostfixOptions,
    server: Option<Server>,
}

impl Drop for Postfix {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Postfix {
    /// Writes the configuration below `dir` and starts.
    pub fn start(dir: &Path, options: PostfixOptions) -> Self {
        need_root();
        need_packages(&[
            ("/usr/sbin/postqueue", "postfix"),
            ("/usr/lib/postfix/sbin/master", "postfix"),
        ]);
        let mut postfix = Self {
            dir: dir.to_owned(),
            smtp: Port::reserve(),
            options,
            server: None,
        };
        postfix.make_directories();
        postfix.write_config();
        postfix.restart();
        postfix
    }

    /// Creates the queue with the owners and modes that `postfix check` would give it.
    fn make_directories(&self) {
        let (postfix, _) = user_ids("postfix");
        let postdrop = group_id("postdrop");
        let make = |path: PathBuf, uid, gid, mode| {
            std::fs::create_dir_all(&path).expect("create Postfix's directories");
            chown(&path, Some(uid), gid).expect("chown Postfix's directories");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode))
                .expect("chmod Postfix's directories");
        };
        let queue = self.queue_dir();
        make(self.config_dir(), 0, None, 0o755);
        make(self.dir.join("data"), postfix, None, 0o700);
        make(queue.clone(), 0, None, 0o755);
        make(queue.join("pid"), 0, None, 0o755);
        for sub in [
            "active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming",
            "private", "saved", "trace",
        ] {
            make(queue.join(sub), postfix, None, 0o700);
        }
        make(queue.join("maildrop"), postfix, Some(postdrop), 0o730);
        make(queue.join("public"), postfix, Some(postdrop), 0o710);
    }

    fn write_config(&self) {
        let etc = self.config_dir();
        std::fs::write(etc.join("main.cf"), self.main_cf()).expect("write main.cf");
        std::fs::write(etc.join("master.cf"), self.master_cf()).expect("write master.cf");
        let mut transport = String::new();
        for (pattern, mailstore) in &self.options.routes {
            let (_, lmtp) = self
                .options
                .mailstores
                .iter()
                .find(|(id, _)| id == mailstore)
                .expect("a route names a known mailstore");
            let _ = writeln!(
                transport,
                "{pattern} lmtp-{mailstore}:inet:{}:{}",
                lmtp.ip(),
                lmtp.port()
            );
        }
        std::fs::write(etc.join("transport"), transport).expect("write the transport table");
    }

    fn main_cf(&self) -> String {
        let dir = self.dir.display();
        let socketmap = match self.options.socketmap {
            Some(addr) => format!("socketmap:inet:{}:{}:transport, ", addr.ip(), addr.port()),
            None => String::new(),
        };
        let relayhost = match self.options.relayhost {
            Some(addr) => format!("[{}]:{}", addr.ip(), addr.port()),
            None => String::new(),
        };
        format!(
            "compatibility_level = 3.6\n\
             queue_directory = {dir}/queue\n\
             data_directory = {dir}/data\n\
             command_directory = /usr/sbin\n\
             daemon_directory = {DAEMONS}\n\
             mail_owner = postfix\n\
             setgid_group = postdrop\n\
             maillog_file = {dir}/postfix.log\n\
             maillog_file_prefixes = {dir}\n\
             myhostname = mx.rig.test\n\
             mydestination =\n\
             alias_maps =\n\
             alias_database =\n\
             local_recipient_maps =\n\
             inet_interfaces = 127.0.0.1\n\
             inet_protocols = ipv4\n\
             mynetworks = 127.0.0.0/8\n\
             recipient_delimiter = +\n\
             smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination\n\
             smtpd_client_connection_count_limit = 0\n\
             in_flow_delay = 0\n\
             smtp_tls_security_level = none\n\
             disable_dns_lookups = yes\n\
             smtp_host_lookup = native\n\
             virtual_mailbox_domains = {domains}\n\
             virtual_mailbox_maps =\n\
             virtual_transport = error:5.1.1 no mailstore has this mailbox\n\
             transport_maps = {socketmap}texthash:{dir}/etc/transport\n\
             relayhost = {relayhost}\n\
             defer_transports = lifeboat-queue\n\
             minimal_backoff_time = 5s\n\
             maximal_backoff_time = 10s\n\
             queue_run_delay = 2s\n\
             {extra}\n",
            domains = self.options.domains.join(" "),
            extra = self.options.extra,
        )
    }

    fn master_cf(&self) -> String {
        let mut text = format!("127.0.0.1:{} inet n - n - - smtpd\n", self.smtp.number());
        text.push_str(
            "pickup unix n - n 60 1 pickup\n\
             cleanup unix n - n - 0 cleanup\n\
             qmgr unix n - n 300 1 qmgr\n\
             tlsmgr unix - - n 1000? 1 tlsmgr\n\
             rewrite unix - - n - - trivial-rewrite\n\
             bounce unix - - n - 0 bounce\n\
             defer unix - - n - 0 bounce\n\
             trace unix - - n - 0 bounce\n\
             verify unix - - n - 1 verify\n\
             flush unix n - n 1000? 0 flush\n\
             proxymap unix - - n - - proxymap\n\
             proxywrite unix - - n - 1 proxymap\n\
             smtp unix - - n - - smtp\n\
             relay unix - - n - - smtp\n\
             showq unix n - n - - showq\n\
             error unix - - n - - error\n\
             retry unix - - n - - error\n\
             discard unix - - n - - discard\n\
             local unix - n n - - local\n\
             virtual unix - n n - - virtual\n\
             lmtp unix - - n - - lmtp\n\
             anvil unix - - n - 1 anvil\n\
             scache unix - - n - 1 scache\n\
             postlog unix-dgram n - n - 1 postlogd\n",
        );
        if !self.options.transports.is_empty() {
            // As Debian has it.
            text = text.replace("rewrite unix - - n", "rewrite unix - - y");
            text.push_str(&self.options.transports);
            return text;
        }
        text.push_str("lifeboat-queue unix - - n - - lmtp\n");
        let done = match self.options.data_done_timeout_secs {
            0 => 5,
            secs => secs,
        };
        for (mailstore, _) in &self.options.mailstores {
            let _ = write!(
                text,
                "lmtp-{mailstore} unix - - n - 20 lmtp\n  \
                 -o lmtp_connect_timeout=3s -o lmtp_lhlo_timeout=3s -o lmtp_mail_timeout=5s\n  \
                 -o lmtp_rcpt_timeout=5s -o lmtp_data_init_timeout=5s -o lmtp_data_xfer_timeout=10s\n  \
                 -o lmtp_data_done_timeout={done}s -o lmtp_quit_timeout=1s\n"
            );
        }
        text
    }

    /// Starts a stopped or killed instance with the same port and queue, and waits until it answers.
    pub fn restart(&mut self) {
        assert!(self.server.is_none(), "Postfix runs already");
        let master = PathBuf::from(format!("{DAEMONS}/master"));
        let mut command = syncs::command(&master, self.options.syncs.as_ref());
        command.arg("-c").arg(self.config_dir()).arg("-d");
        let out = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.dir.join("postfix.out"))
            .expect("open Postfix's output file");
        command
            .stdout(out.try_clone().expect("clone a file"))
            .stderr(out);
        self.server = Some(Server::spawn("Postfix", &mut command, Group::Itself));
        let what = format!("Postfix answers (log: {})", self.log_path().display());
        wait_until(&what, Duration::from_secs(20), || {
            let server = self.server.as_mut().expect("just started");
            assert!(
                server.is_running(),
                "Postfix ended at once; see {} and postfix.out beside it",
                self.dir.join("postfix.log").display()
            );
            SmtpClient::connect(self.smtp.addr(), Dialect::Smtp).is_ok()
        });
    }

    /// The id of its main process, whose children the others are.
    pub fn pid(&self) -> u32 {
        self.noted_pid().expect("Postfix notes its pid")
    }

    fn noted_pid(&self) -> Option<u32> {
        let text = std::fs::read_to_string(self.queue_dir().join("pid/master.pid")).ok()?;
        text.trim().parse().ok()
    }

    /// Kills every process of it with -9.
    pub fn kill(&mut self) {
        if self.options.syncs.is_some() && self.server.is_some() {
            // It outlives what watches it; its processes end when it is gone.
            let pid = self.noted_pid().and_then(|pid| i32::try_from(pid).ok());
            let _ = pid
                .and_then(Pid::from_raw)
                .map(|pid| kill_process(pid, Signal::KILL));
        }
        if let Some(server) = self.server.take() {
            server.kill();
        }
    }

    /// The SMTP port.
    pub fn smtp(&self) -> &Port {
        &self.smtp
    }

    /// The log.
    pub fn log_path(&self) -> PathBuf {
        self.dir.join("postfix.log")
    }

    /// The log's text so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    /// The port to which a message was handed for a recipient, once it was.
    pub fn delivered_to(&self, queue_id: &str, recipient: &str) -> Option<u16> {
        let (id, to) = (format!(" {queue_id}: "), format!("to=<{recipient}>"));
        let log = self.log();
        let line = log.lines().find(|line| {
            line.contains(&id) && line.contains(&to) && line.contains("status=sent")
        })?;
        let relay = line.split_once("relay=")?.1.split(',').next()?;
        relay.rsplit_once(':')?.1.parse().ok()
    }

    /// Where the queue lies; a socketmap unix socket for a chrooted Postfix would lie in it.
    pub fn queue_dir(&self) -> PathBuf {
        self.dir.join("queue")
    }

    fn config_dir(&self) -> PathBuf {
        self.dir.join("etc")
    }

    /// The command that has a Postfix below `dir` try its deferred mail, for `[postfix]
    /// flush_command`; known before it starts.
    pub fn flush_command(dir: &Path) -> [String; 4] {
        let etc = dir.join("etc").display().to_string();
        ["/usr/sbin/postqueue", "-c", &etc, "-f"].map(str::to_owned)
    }

    /// Where the hoster's own table lies, of a Postfix below `dir`.
    pub fn own_table(dir: &Path) -> String {
        format!("texthash:{}", dir.join("etc/transport").display())
    }

    /// Hands one message to Postfix and gives its queue id. Tries again for some minutes on 4yz and when
    /// nobody answers, as every sender does: Postfix may ask a table that is just being killed, and its
    /// `master` lets a minute pass (`service_throttle_time`) before it starts a process anew that ended
    /// badly. Panics when it is not accepted, with the end of Postfix's log.
    pub fn submit(&self, from: &str, to: &[&str], message: &[u8]) -> String {
        let until = Instant::now() + Duration::from_secs(180);
        loop {
            let refused = match self.try_submit(from, to, message) {
                Ok(replies) if replies.iter().all(Reply::is_ok) => {
                    let reply = replies.first().expect("a recipient");
                    let id = reply.text.rsplit_once("queued as ");
                    return id.map(|(_, id)| id.to_owned()).unwrap_or_default();
                }
                Ok(replies) => (
                    replies.iter().any(|reply| reply.code / 100 == 4),
                    format!("{replies:?}"),
                ),
                Err(error) => (true, error.to_string()),
            };
            let (again, why) = refused;
            let log = self.log();
            let tail: Vec<&str> = log.lines().rev().take(20).collect();
            assert!(
                again && Instant::now() < until,
                "Postfix refused {to:?}: {why}; the newest of its log first: {tail:#?}"
            );
            std::thread::sleep(Duration::from_secs(1));
        }
    }

    fn try_submit(&self, from: &str, to: &[&str], message: &[u8]) -> io::Result<Vec<Reply>> {
        let patience = Duration::from_secs(20);
        let mut client = SmtpClient::connect_within(self.smtp.addr(), Dialect::Smtp, patience)?;
        // What it says afterwards may be lost with the message accepted: not again, then.
        Ok(client.send(from, to, message).expect("talk to Postfix"))
    }

    /// What is in the queue.
    pub fn queue(&self) -> Vec<Queued> {
        let output = self.run("/usr/sbin/postqueue", &["-j"]);
        output
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// Tries everything that is deferred now.
    pub fn flush(&self) {
        self.run("/usr/sbin/postqueue", &["-f"]);
    }

    /// What `postmap -q` answers for a recipient through the configured transport maps.
    pub fn lookup_transport(&self, recipient: &str) -> Option<String> {
        let maps = self.run("/usr/sbin/postconf", &["-h", "transport_maps"]);
        maps.trim().split(", ").find_map(|map| {
            let output = Command::new("/usr/sbin/postmap")
                .arg("-c")
                .arg(self.config_dir())
                .args(["-q", recipient, map])
                .output()
                .expect("run postmap");
            let found = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            (!found.is_empty()).then_some(found)
        })
    }

    fn run(&self, program: &str, args: &[&str]) -> String {
        let output = Command::new(program)
            .arg("-c")
            .arg(self.config_dir())
            .args(args)
            .output()
            .unwrap_or_else(|error| panic!("run {program}: {error}"));
        assert!(
            output.status.success(),
            "{program} {args:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

fn user_ids(name: &str) -> (u32, u32) {
    let (uid, gid) = (2, 3);
    let fields = entry("/etc/passwd", name);
    let id = |index: usize| fields.get(index).and_then(|field| field.parse().ok());
    match (id(uid), id(gid)) {
        (Some(uid), Some(gid)) => (uid, gid),
        _ => panic!("there is no user {name}: install Debian's postfix package"),
    }
}

fn group_id(name: &str) -> u32 {
    entry("/etc/group", name)
        .get(2)
        .and_then(|field| field.parse().ok())
        .unwrap_or_else(|| panic!("there is no group {name}: install Debian's postfix package"))
}

fn entry(file: &str, name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let line = text
        .lines()
        .find(|line| line.split(':').next() == Some(name))
        .unwrap_or_default();
    line.split(':').map(str::to_owned).collect()
}
