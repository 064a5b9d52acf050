//! A desktop client: mbsync with its local copy of one mailbox.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::dovecot::Dovecot;
use super::need_packages;

/// What it does about messages that are gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// It only fetches.
    Adds,
    /// Either side follows the other: what is gone there is deleted here.
    Mirrors,
}

/// The local copy of one mailbox.
pub struct Mbsync {
    dir: PathBuf,
    address: String,
}

impl Mbsync {
    /// Prepares an empty copy below `dir`, which signs in with the user's own password.
    pub fn new(dir: &Path, mailstore: &Dovecot, address: &str, password: &str) -> Self {
        Self::at(
            dir,
            mailstore.imap().number(),
            address,
            password,
            Strictness::Adds,
        )
    }

    /// The same over any port, as strict as said.
    pub fn at(dir: &Path, port: u16, address: &str, password: &str, strict: Strictness) -> Self {
        need_packages(&[("/usr/bin/mbsync", "isync")]);
        std::fs::create_dir_all(dir.join("mail")).expect("create the local copy");
        let dir_text = dir.display();
        let ways = match strict {
            Strictness::Adds => "Create Near\nRemove None\nExpunge None\nSync Pull",
            Strictness::Mirrors => "Create Near\nRemove Near\nExpunge Both\nSync All",
        };
        let config = format!(
            "IMAPAccount store\nHost 127.0.0.1\nPort {port}\nUser {address}\nPass {password}\n\
             SSLType None\nAuthMechs LOGIN\n\n\
             IMAPStore remote\nAccount store\n\n\
             MaildirStore local\nPath {dir_text}/mail/\nInbox {dir_text}/mail/INBOX\n\
             SubFolders Verbatim\n\n\
             Channel all\nFar :remote:\nNear :local:\nPatterns *\n{ways}\nSyncState *\n",
        );
        std::fs::write(dir.join("mbsyncrc"), config).expect("write mbsyncrc");
        Self {
            dir: dir.to_owned(),
            address: address.to_owned(),
        }
    }

    /// Whose copy it is.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Synchronises; an error is what mbsync said.
    pub fn sync(&self) -> Result<(), String> {
        let output = Command::new("/usr/bin/mbsync")
            .arg("-c")
            .arg(self.dir.join("mbsyncrc"))
            .arg("-a")
            .env("HOME", &self.dir)
            .output()
            .expect("run mbsync");
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        if output.status.success() {
            Ok(())
        } else {
            Err(said)
        }
    }

    /// The local messages, as `folder/file` with the flags cut off: each file is one download, and a
    /// message that is downloaded again gets a new name.
    pub fn messages(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mail = self.dir.join("mail");
        collect(&mail, &mail, &mut found);
        found
    }
}

fn collect(root: &Path, dir: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(root, &path, found);
            continue;
        }
        let parent = path.parent().unwrap_or(root);
        if !parent.ends_with("cur") && !parent.ends_with("new") {
            continue;
        }
        let folder = parent.parent().unwrap_or(root);
        let folder = folder.strip_prefix(root).unwrap_or(folder).display();
        let name = entry.file_name().to_string_lossy().into_owned();
        let name = name.split(':').next().unwrap_or_default();
        found.insert(format!("{folder}/{name}"));
    }
}
