//! A Dovecot proxy in front of a mailstore: it checks passwords itself and hands each user on.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::dovecot::{Dovecot, MAIL_UID};
use super::imap::ImapSession;
use super::port::Port;
use super::process::{Group, Server};
use super::wait::wait_until;

/// A running proxy for IMAP and POP3.
pub struct DovecotProxy {
    dir: PathBuf,
    imap: Port,
    pop3: Port,
    _server: Server,
}

impl DovecotProxy {
    /// Starts a proxy below `dir` for the users of `mailstore`; their passwords are in plain text there.
    /// `passdb` follows its own passdb, as it would in an operator's dovecot.conf.
    pub fn start(dir: &Path, mailstore: &Dovecot, passdb: &str) -> Self {
        for sub in ["run", "state"] {
            std::fs::create_dir_all(dir.join(sub)).expect("create the proxy's directories");
        }
        for (service, port) in [("imap", mailstore.imap()), ("pop3", mailstore.pop3())] {
            let line = |user: &super::User| {
                format!(
                    "{}:{}::::::proxy=y host=127.0.0.1 port={}\n",
                    user.address,
                    user.password_hash,
                    port.number()
                )
            };
            let users: String = mailstore.users().iter().map(line).collect();
            std::fs::write(dir.join(format!("users-{service}")), users).expect("write users");
        }
        let (imap, pop3) = (Port::reserve(), Port::reserve());
        let text = config(dir, &imap, &pop3, passdb);
        let path = dir.join("dovecot.conf");
        std::fs::write(&path, text).expect("write dovecot.conf");
        let out = std::fs::File::create(dir.join("dovecot.out")).expect("create an output file");
        let mut command = Command::new("/usr/sbin/dovecot");
        command
            .arg("-F")
            .arg("-c")
            .arg(&path)
            .stdout(out.try_clone().expect("clone a file"))
            .stderr(out);
        let server = Server::spawn("the proxy", &mut command, Group::Ours);
        let what = format!("the proxy answers (logs: {})", dir.display());
        wait_until(&what, Duration::from_secs(20), || {
            ImapSession::connect(imap.addr()).is_ok()
        });
        Self {
            dir: dir.to_owned(),
            imap,
            pop3,
            _server: server,
        }
    }

    /// The IMAP port.
    pub fn imap(&self) -> &Port {
        &self.imap
    }

    /// The POP3 port.
    pub fn pop3(&self) -> &Port {
        &self.pop3
    }

    /// Its log.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.dir.join("dovecot.log")).unwrap_or_default()
    }
}

fn config(dir: &Path, imap: &Port, pop3: &Port, passdb: &str) -> String {
    format!(
        "instance_name = lifeboat-rig-proxy\n\
         base_dir = {dir}/run\n\
         state_dir = {dir}/state\n\
         log_path = {dir}/dovecot.log\n\
         protocols = imap pop3\n\
         listen = 127.0.0.1\n\
         ssl = no\n\
         disable_plaintext_auth = no\n\
         auth_mechanisms = plain login\n\
         auth_failure_delay = 0\n\
         first_valid_uid = {MAIL_UID}\n\
         mail_max_userip_connections = 1000\n\
         passdb {{\n  driver = passwd-file\n  args = username_format=%u {dir}/users-%s\n  \
         result_success = continue-ok\n}}\n\
         {passdb}\n\
         userdb {{\n  driver = static\n  args = uid={MAIL_UID} gid={MAIL_UID} home=/nonexistent\n}}\n\
         service imap-login {{\n  inet_listener imap {{\n    port = {imap}\n  }}\n  \
         inet_listener imaps {{\n    port = 0\n  }}\n}}\n\
         service pop3-login {{\n  inet_listener pop3 {{\n    port = {pop3}\n  }}\n  \
         inet_listener pop3s {{\n    port = 0\n  }}\n}}\n",
        dir = dir.display(),
        imap = imap.number(),
        pop3 = pop3.number(),
    )
}
