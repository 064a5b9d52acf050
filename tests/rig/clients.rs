//! Desktop clients: each keeps a local copy and its own idea of what it has seen.
//!
//! A message that a client takes for new is downloaded, so what it downloads tells whether a mailbox
//! is to it what it was: every new message once, nothing a second time.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::dovecot::Dovecot;
use super::mbsync::Mbsync;
use super::message::token_of;
use super::need_packages;

/// A client with its local copy of one mailbox.
pub trait Client: Send {
    /// What it is.
    fn name(&self) -> &'static str;
    /// Whether it sees the inbox alone.
    fn inbox_only(&self) -> bool;
    /// Fetches what it takes for new; an error is what it said.
    fn fetch(&self) -> Result<(), String>;
    /// The files of its local copy: each is one download.
    fn files(&self) -> Vec<PathBuf>;

    /// The tokens of all that it ever downloaded, sorted; one that came twice is there twice.
    fn tokens(&self) -> Vec<String> {
        let mut tokens: Vec<String> = self
            .files()
            .iter()
            .map(|file| token_of(&std::fs::read(file).expect("read a download")))
            .collect();
        tokens.sort();
        tokens
    }
}

/// All kinds, each with an empty copy of `address` below `dir`.
pub fn all(dir: &Path, mailstore: &Dovecot, address: &str, password: &str) -> Vec<Box<dyn Client>> {
    vec![
        Box::new(Mbsync::new(
            &dir.join("mbsync"),
            mailstore,
            address,
            password,
        )),
        Box::new(Getmail::new(
            &dir.join("getmail"),
            mailstore,
            address,
            password,
        )),
        Box::new(OfflineImap::new(
            &dir.join("offlineimap"),
            mailstore,
            address,
            password,
        )),
        Box::new(UidClient::new(
            &dir.join("uid"),
            mailstore,
            address,
            password,
        )),
    ]
}

impl Client for Mbsync {
    fn name(&self) -> &'static str {
        "mbsync"
    }

    fn inbox_only(&self) -> bool {
        false
    }

    fn fetch(&self) -> Result<(), String> {
        self.sync()
    }

    fn files(&self) -> Vec<PathBuf> {
        files_below(&self.dir().join("mail"), is_maildir_file)
    }
}

fn is_maildir_file(path: &Path) -> bool {
    let parent = path.parent();
    parent.is_some_and(|dir| dir.ends_with("cur") || dir.ends_with("new"))
}

/// OfflineIMAP: keeps the UIDs of each folder and takes every other one for new. It changes nothing on
/// the server.
pub struct OfflineImap {
    dir: PathBuf,
}

impl OfflineImap {
    /// Prepares an empty copy below `dir`.
    pub fn new(dir: &Path, mailstore: &Dovecot, address: &str, password: &str) -> Self {
        need_packages(&[("/usr/bin/offlineimap", "offlineimap3")]);
        std::fs::create_dir_all(dir.join("mail")).expect("create the local copy");
        let config = format!(
            "[general]\naccounts = a\nui = quiet\nmetadata = {dir}/state\n\n\
             [Account a]\nlocalrepository = local\nremoterepository = remote\n\n\
             [Repository local]\ntype = Maildir\nlocalfolders = {dir}/mail\n\n\
             [Repository remote]\ntype = IMAP\nremotehost = 127.0.0.1\nremoteport = {port}\n\
             remoteuser = {address}\nremotepass = {password}\nauth_mechanisms = LOGIN\n\
             ssl = no\nstarttls = no\nreadonly = True\nmaxconnections = 1\n",
            dir = dir.display(),
            port = mailstore.imap().number(),
        );
        std::fs::write(dir.join("config"), config).expect("write OfflineIMAP's configuration");
        Self {
            dir: dir.to_owned(),
        }
    }
}

impl Client for OfflineImap {
    fn name(&self) -> &'static str {
        "offlineimap"
    }

    fn inbox_only(&self) -> bool {
        false
    }

    fn fetch(&self) -> Result<(), String> {
        run(Command::new("offlineimap")
            .arg("-o")
            .arg("-c")
            .arg(self.dir.join("config"))
            .env("HOME", &self.dir))
    }

    fn files(&self) -> Vec<PathBuf> {
        files_below(&self.dir.join("mail"), is_maildir_file)
    }
}

/// Who runs getmail, which refuses to deliver as root.
const NOBODY: u32 = 65_534;

/// getmail6: POP3, messages stay on the server, what was seen is known by its UIDL.
pub struct Getmail {
    dir: PathBuf,
}

impl Getmail {
    /// Prepares an empty copy below `dir`.
    pub fn new(dir: &Path, mailstore: &Dovecot, address: &str, password: &str) -> Self {
        Self::at(dir, mailstore.pop3().number(), address, password)
    }

    /// The same over any port.
    pub fn at(dir: &Path, port: u16, address: &str, password: &str) -> Self {
        need_packages(&[("/usr/bin/getmail", "getmail6")]);
        for sub in ["tmp", "new", "cur"] {
            std::fs::create_dir_all(dir.join("mail").join(sub)).expect("create the local copy");
        }
        let config = format!(
            "[retriever]\ntype = SimplePOP3Retriever\nserver = 127.0.0.1\nport = {port}\n\
             username = {address}\npassword = {password}\n\n\
             [destination]\ntype = Maildir\npath = {dir}/mail/\n\n\
             [options]\nread_all = false\ndelete = false\ndelivered_to = false\nreceived = false\n\
             verbose = 0\n",
            dir = dir.display(),
        );
        std::fs::write(dir.join("getmailrc"), config).expect("write getmailrc");
        // A copy, because the user who runs it may not be able to read the repository.
        std::fs::write(dir.join("getmail.py"), include_str!("../getmail.py"))
            .expect("write getmail.py");
        for place in ["", "mail", "mail/tmp", "mail/new", "mail/cur"] {
            chown(dir.join(place), Some(NOBODY), Some(NOBODY)).expect("chown the local copy");
        }
        Self {
            dir: dir.to_owned(),
        }
    }
}

impl Client for Getmail {
    fn name(&self) -> &'static str {
        "getmail"
    }

    fn inbox_only(&self) -> bool {
        true
    }

    fn fetch(&self) -> Result<(), String> {
        run(Command::new("python3")
            .arg("-B")
            .arg("getmail.py")
            .arg("--getmaildir")
            .arg(&self.dir)
            .args(["--rcfile", "getmailrc"])
            .env("HOME", &self.dir)
            .current_dir(&self.dir)
            .uid(NOBODY)
            .gid(NOBODY))
    }

    fn files(&self) -> Vec<PathBuf> {
        files_below(&self.dir.join("mail"), |_| true)
    }
}

/// `tests/uid_client.py`: keeps UIDVALIDITY and the highest UID of each folder and fetches what lies
/// above, as the simplest of clients do.
pub struct UidClient {
    dir: PathBuf,
    port: u16,
    address: String,
    password: String,
}

impl UidClient {
    /// Prepares an empty copy below `dir`.
    pub fn new(dir: &Path, mailstore: &Dovecot, address: &str, password: &str) -> Self {
        std::fs::create_dir_all(dir.join("mail")).expect("create the local copy");
        Self {
            dir: dir.to_owned(),
            port: mailstore.imap().number(),
            address: address.to_owned(),
            password: password.to_owned(),
        }
    }
}

impl Client for UidClient {
    fn name(&self) -> &'static str {
        "uid_client"
    }

    fn inbox_only(&self) -> bool {
        false
    }

    fn fetch(&self) -> Result<(), String> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/uid_client.py");
        run(Command::new("python3")
            .arg("-B")
            .arg(script)
            .arg(self.port.to_string())
            .args([&self.address, &self.password])
            .arg(&self.dir))
    }

    fn files(&self) -> Vec<PathBuf> {
        files_below(&self.dir.join("mail"), |_| true)
    }
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().expect("run a client");
    if output.status.success() {
        return Ok(());
    }
    let said = [&output.stdout[..], &output.stderr[..]].concat();
    Err(String::from_utf8_lossy(&said).trim().to_owned())
}

fn files_below(dir: &Path, wanted: impl Fn(&Path) -> bool + Copy) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(files_below(&path, wanted));
        } else if wanted(&path) {
            files.push(path);
        }
    }
    files
}
