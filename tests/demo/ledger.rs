//! The book of what was accepted: whatever anybody was told is safe, with what must become of it.

use std::path::{Path, PathBuf};

use crate::rig::TestMessage;
use crate::rig::proof::{Accepted, now_secs};

/// Clocks and roundings may differ by this.
const SLACK_SECS: u64 = 2;

/// Accepted messages in the order in which they were.
pub struct Ledger {
    dir: PathBuf,
    entries: Vec<Accepted>,
    open_from: usize,
    count: usize,
}

impl Ledger {
    /// An empty book; contents are kept below `dir`.
    pub fn new(dir: &Path) -> Self {
        std::fs::create_dir_all(dir).expect("create the ledger's directory");
        Self {
            dir: dir.to_owned(),
            entries: Vec::new(),
            open_from: 0,
            count: 0,
        }
    }

    /// A token that no other message has.
    pub fn token(&mut self, what: &str) -> String {
        self.count += 1;
        format!("{what}-{:03}x", self.count)
    }

    /// Books a message that the MX accepted for the inbox of `mailbox`, unread.
    pub fn received(&mut self, mailbox: &str, message: &TestMessage) {
        let content = self.keep(&message.token, mailbox, &message.bytes);
        self.book(&message.token, mailbox, "INBOX", &[], Some(content));
        // An answer quotes the token, but has a Message-ID of its own.
        let id = format!("Message-ID: <{}@", message.token);
        if let Some(entry) = self.entries.last_mut() {
            entry.also = vec![id];
        }
    }

    /// Books a message that the user made in the webmail.
    pub fn written(&mut self, mailbox: &str, token: &str, folder: &str, flags: &[&str]) {
        self.book(token, mailbox, folder, flags, None);
    }

    /// Books the notice that a message to `recipient` could not be delivered.
    pub fn notice(&mut self, mailbox: &str, recipient: &str) {
        self.book(recipient, mailbox, "INBOX", &[], None);
        if let Some(entry) = self.entries.last_mut() {
            entry.also = vec!["delivery-status".to_owned()];
        }
    }

    /// The content that a booked message must end with.
    pub fn set_content(&mut self, mailbox: &str, token: &str, bytes: &[u8]) {
        let content = self.keep(token, mailbox, bytes);
        self.entry(mailbox, token).content_file = Some(content);
    }

    /// The user moved a message.
    pub fn moved(&mut self, mailbox: &str, token: &str, folder: &str) {
        self.entry(mailbox, token).folder = folder.to_owned();
    }

    /// The user changed the flags of a message.
    pub fn flagged(&mut self, mailbox: &str, token: &str, flags: &[&str]) {
        self.entry(mailbox, token).flags = Some(owned(flags));
    }

    /// Nothing that is booked so far arrives later than now.
    pub fn close_dates(&mut self) {
        for entry in self.entries.iter_mut().skip(self.open_from) {
            entry.date_to = now_secs() + SLACK_SECS;
        }
        self.open_from = self.entries.len();
    }

    /// All entries.
    pub fn entries(&self) -> &[Accepted] {
        &self.entries
    }

    /// How many entries a mailbox has.
    pub fn count_of(&self, mailbox: &str) -> usize {
        self.entries
            .iter()
            .filter(|entry| entry.mailbox == mailbox)
            .count()
    }

    fn book(
        &mut self,
        token: &str,
        mailbox: &str,
        folder: &str,
        flags: &[&str],
        content_file: Option<PathBuf>,
    ) {
        self.entries.push(Accepted {
            token: token.to_owned(),
            also: Vec::new(),
            mailbox: mailbox.to_owned(),
            folder: folder.to_owned(),
            date_from: now_secs() - SLACK_SECS,
            date_to: u64::MAX / 2,
            flags: Some(owned(flags)),
            content_file,
        });
    }

    fn entry(&mut self, mailbox: &str, token: &str) -> &mut Accepted {
        self.entries
            .iter_mut()
            .find(|entry| entry.mailbox == mailbox && entry.token == token)
            .unwrap_or_else(|| panic!("{token} of {mailbox} is not in the ledger"))
    }

    fn keep(&self, token: &str, mailbox: &str, bytes: &[u8]) -> PathBuf {
        let path = self.dir.join(format!("{mailbox}-{token}"));
        std::fs::write(&path, bytes).expect("keep a message's content");
        path
    }
}

fn owned(flags: &[&str]) -> Vec<String> {
    flags.iter().map(|flag| (*flag).to_owned()).collect()
}
