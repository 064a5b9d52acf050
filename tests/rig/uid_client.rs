//! A desktop client in small, which remembers the highest UID that it has seen.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::dovecot::Dovecot;

/// The local copy of one INBOX.
pub struct UidClient {
    dir: PathBuf,
    arguments: [String; 3],
}

impl UidClient {
    /// Prepares an empty copy below `dir`, which signs in with the user's own password.
    pub fn new(dir: &Path, mailstore: &Dovecot, address: &str, password: &str) -> Self {
        std::fs::create_dir_all(dir).expect("create the local copy");
        let port = mailstore.imap().number().to_string();
        Self {
            dir: dir.to_owned(),
            arguments: [port, address.to_owned(), password.to_owned()],
        }
    }

    /// Fetches what is new; an error is what it said.
    pub fn fetch(&self) -> Result<(), String> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rig/uid_client.py");
        let output = Command::new("python3")
            .arg(script)
            .args(&self.arguments)
            .arg(&self.dir)
            .output()
            .expect("run python3");
        if output.status.success() {
            return Ok(());
        }
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }

    /// Where its local copy lies.
    pub fn mail(&self) -> PathBuf {
        self.dir.clone()
    }
}
