//! Runs the proof, `tests/proof.py`, which reads Dovecot and nothing else.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::dovecot::{Dovecot, MASTER_USER};
use super::need_packages;

/// A message that somebody was told is accepted, and what must have become of it.
#[derive(Clone, Debug, Serialize)]
pub struct Accepted {
    /// Text that stands in this message and in no other of its mailbox.
    pub token: String,
    /// More texts that must stand in it, where the token alone is not enough to tell it.
    pub also: Vec<String>,
    /// Whose it is.
    pub mailbox: String,
    /// Where it must lie.
    pub folder: String,
    /// Earliest INTERNALDATE, epoch seconds.
    pub date_from: u64,
    /// Latest INTERNALDATE, epoch seconds.
    pub date_to: u64,
    /// Its flags and keywords, exactly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flags: Option<Vec<String>>,
    /// File whose bytes the message must end with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_file: Option<PathBuf>,
}

/// What the proof found.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Verdict {
    /// Proven.
    pub ok: bool,
    /// How much was looked at.
    pub counts: std::collections::BTreeMap<String, u64>,
    /// What does not hold.
    pub failures: Vec<Failure>,
}

/// One demand that does not hold.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Failure {
    /// The name of the demand.
    pub check: String,
    /// The mailbox.
    pub mailbox: String,
    /// The folder.
    pub folder: String,
    /// What was found.
    pub detail: String,
}

#[derive(Serialize)]
struct Mailstore {
    id: String,
    host: &'static str,
    port: u16,
    master_user: &'static str,
    master_password_file: PathBuf,
    mailboxes: Vec<String>,
}

/// A proof in the making: a snapshot before, a verdict after.
pub struct Proof {
    dir: PathBuf,
}

impl Proof {
    /// A proof that has looked at nothing yet and proves nothing.
    pub fn none(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
        }
    }

    /// Looks at all mailboxes of the mailstores for which `wanted` holds, before anything happens.
    pub fn snapshot(
        dir: &Path,
        mailstores: &[&Dovecot],
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Self, String> {
        need_packages(&[("/usr/bin/env", "coreutils")]);
        std::fs::create_dir_all(dir).expect("create the proof's directory");
        let list: Vec<Mailstore> = mailstores
            .iter()
            .map(|dovecot| Mailstore {
                id: dovecot.name().to_owned(),
                host: "127.0.0.1",
                port: dovecot.imap().number(),
                master_user: MASTER_USER,
                master_password_file: dovecot.master_password_file(),
                mailboxes: dovecot
                    .users()
                    .iter()
                    .map(|user| user.address.clone())
                    .filter(|address| wanted(address))
                    .collect(),
            })
            .collect();
        let proof = Self {
            dir: dir.to_owned(),
        };
        write_json(&proof.file("mailstores.json"), &list);
        match proof.run("snapshot", "before.json", &[])? {
            0 => Ok(proof),
            status => Err(format!("the snapshot ended with status {status}")),
        }
    }

    /// Looks again and compares.
    pub fn verify(&self, accepted: &[Accepted]) -> Result<Verdict, String> {
        write_json(&self.file("accepted.json"), &accepted);
        let (before, accepted) = (self.file("before.json"), self.file("accepted.json"));
        let args = [
            "--before".as_ref(),
            before.as_os_str(),
            "--accepted".as_ref(),
            accepted.as_os_str(),
        ];
        let status = self.run("verify", "proof.json", &args)?;
        let text = std::fs::read_to_string(self.file("proof.json"))
            .map_err(|error| format!("the proof left no verdict: {error}"))?;
        let verdict: Verdict =
            serde_json::from_str(&text).map_err(|error| format!("the verdict: {error}"))?;
        if verdict.ok == (status == 0) {
            Ok(verdict)
        } else {
            Err(format!("verdict {} with exit status {status}", verdict.ok))
        }
    }

    fn run(&self, command: &str, out: &str, args: &[&std::ffi::OsStr]) -> Result<i32, String> {
        let output = Command::new("python3")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/proof.py"))
            .arg(command)
            .arg("--mailstores")
            .arg(self.file("mailstores.json"))
            .arg("--out")
            .arg(self.file(out))
            .args(args)
            .output()
            .map_err(|error| format!("python3: {error}"))?;
        match output.status.code() {
            Some(status @ (0 | 1)) if output.stderr.is_empty() => Ok(status),
            _ => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }
}

/// The time, in epoch seconds.
pub fn now_secs() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

fn write_json(path: &Path, value: &impl Serialize) {
    let text = serde_json::to_vec_pretty(value).expect("JSON of the rig's own values");
    std::fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
