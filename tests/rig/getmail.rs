//! A POP3 client that leaves mail on the server: getmail, which remembers UIDLs.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::dovecot::Dovecot;
use super::need_packages;

/// The user `nobody` of Debian, and its group.
const NOBODY: u32 = 65_534;

/// The local copy of one mailbox.
pub struct Getmail {
    dir: PathBuf,
}

impl Getmail {
    /// Prepares an empty copy below `dir`, which signs in with the user's own password.
    pub fn new(dir: &Path, mailstore: &Dovecot, address: &str, password: &str) -> Self {
        need_packages(&[("/usr/bin/getmail", "getmail6")]);
        for sub in ["cur", "new", "tmp"] {
            std::fs::create_dir_all(dir.join("mail").join(sub)).expect("create the local copy");
        }
        let config = format!(
            "[retriever]\ntype = SimplePOP3Retriever\nserver = 127.0.0.1\nport = {port}\n\
             username = {address}\npassword = {password}\n\n\
             [destination]\ntype = Maildir\npath = {dir}/mail/\n\n\
             [options]\nread_all = false\ndelete = false\nverbose = 0\n",
            port = mailstore.pop3().number(),
            dir = dir.display(),
        );
        std::fs::write(dir.join("getmailrc"), config).expect("write getmailrc");
        // It delivers nothing as root.
        let owned = Command::new("chown")
            .arg("-R")
            .arg("nobody")
            .arg(dir)
            .status();
        assert!(owned.expect("run chown").success(), "chown failed");
        Self {
            dir: dir.to_owned(),
        }
    }

    /// Fetches what is new; an error is what getmail said. getmail sometimes waits for ever for a child
    /// that has ended: then it is started again, and may fetch twice what it had not noted.
    pub fn fetch(&self) -> Result<(), String> {
        let mut said = Ok(());
        for _ in 0..3 {
            said = self.fetch_once();
            if said.is_ok() {
                break;
            }
        }
        said
    }

    fn fetch_once(&self) -> Result<(), String> {
        let output = Command::new("/usr/bin/timeout")
            .args(["30", "/usr/bin/getmail", "--getmaildir"])
            .arg(&self.dir)
            .arg("--rcfile")
            .arg(self.dir.join("getmailrc"))
            .env("HOME", &self.dir)
            .uid(NOBODY)
            .gid(NOBODY)
            .output()
            .expect("run getmail");
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("{}: {}", output.status, said.trim()))
    }

    /// Where its local copy lies.
    pub fn mail(&self) -> PathBuf {
        self.dir.join("mail")
    }
}
