//! Damage done to a mailstore by hand, which the proof must find.

use super::dovecot::Dovecot;

/// What to break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// Expunge a message.
    Drop,
    /// Append a message a second time.
    Double,
    /// Give the inbox another UIDVALIDITY.
    UidValidity,
}

impl Sabotage {
    /// All kinds with the names that `DEMO_BREAK` takes.
    pub const ALL: [(&str, Self); 3] = [
        ("drop", Self::Drop),
        ("double", Self::Double),
        ("uidvalidity", Self::UidValidity),
    ];

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, kind)| *kind)
    }

    /// Breaks the inbox of `address`; for the first two kinds, its newest message.
    pub fn apply(self, mailstore: &mut Dovecot, address: &str) {
        match self {
            Self::Drop => {
                let newest = newest(mailstore, address).uid;
                let mut session = mailstore.session(address);
                session.select("INBOX");
                session.command(&format!("UID STORE {newest} +FLAGS.SILENT (\\Deleted)"));
                session.command(&format!("UID EXPUNGE {newest}"));
            }
            Self::Double => {
                let newest = newest(mailstore, address);
                let flags: Vec<&str> = newest.flags.iter().map(String::as_str).collect();
                let date = Some(newest.internal_date.as_str());
                mailstore
                    .session(address)
                    .append("INBOX", &flags, date, &newest.body);
            }
            Self::UidValidity => change_uid_validity(mailstore, address),
        }
    }
}

fn newest(mailstore: &Dovecot, address: &str) -> super::imap::Fetched {
    let mut inbox = mailstore.session(address).fetch_all("INBOX");
    inbox.pop().expect("a message in the inbox to break")
}

/// Rewrites the header of `dovecot-uidlist`, `3 V<uidvalidity> …`, while Dovecot is down, and drops
/// the indexes, which remember the old value.
fn change_uid_validity(mailstore: &mut Dovecot, address: &str) {
    mailstore.stop();
    let maildir = mailstore.home(address).join("Maildir");
    let path = maildir.join("dovecot-uidlist");
    let text = std::fs::read_to_string(&path).expect("read dovecot-uidlist");
    let (header, rest) = text.split_once('\n').expect("a header in dovecot-uidlist");
    let changed: Vec<String> = header
        .split(' ')
        .map(|field| match field.strip_prefix('V') {
            Some(value) => {
                let value: u32 = value.parse().expect("a number in dovecot-uidlist");
                format!("V{}", value + 1)
            }
            None => field.to_owned(),
        })
        .collect();
    std::fs::write(&path, format!("{}\n{rest}", changed.join(" "))).expect("write dovecot-uidlist");
    for entry in std::fs::read_dir(&maildir)
        .expect("list the Maildir")
        .flatten()
    {
        let name = entry.file_name();
        if name.to_string_lossy().starts_with("dovecot.index")
            || name.to_string_lossy().starts_with("dovecot.list.index")
        {
            let _ = std::fs::remove_file(entry.path());
        }
    }
    mailstore.restart();
}
