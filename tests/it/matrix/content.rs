//! What is in the mailbox before the outage, and what came to be in the standby during it.

use lifeboat::ids::FolderId;
use lifeboat::mail::{Flags, Role};
use lifeboat::store::messages::Origin;

use super::Driver;
use super::bed::{ANN, Bed};
use crate::dice::number_from_environment;
use crate::rig::TestMessage;
use crate::rig::proof::Accepted;
use crate::standby::{OWN_AFTER_SECS, START, accepted, own};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Two batches into the inbox.
    Inbox,
    /// A folder that is there, one that is not, sent mail, a draft, a deleted message.
    Folders,
    /// Every flag, and keywords.
    Flags,
    /// A message of 25 MB between two small ones.
    Large,
    /// More than the mailbox may hold, until somebody makes room.
    OverQuota,
    /// Very many.
    Many,
    /// Folders whose names are not ASCII.
    NonAscii,
    /// The user's own client waits for news of the inbox.
    Idling,
}

/// The quota while it is too small, and after.
pub const QUOTA: [&str; 2] = ["*:storage=60K", "*:storage=60M"];

impl Content {
    pub const ALL: [Self; 8] = [
        Self::Inbox,
        Self::Folders,
        Self::Flags,
        Self::Large,
        Self::OverQuota,
        Self::Many,
        Self::NonAscii,
        Self::Idling,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Inbox => "inbox",
            Self::Folders => "folders",
            Self::Flags => "flags",
            Self::Large => "25mb",
            Self::OverQuota => "over-quota",
            Self::Many => "many",
            Self::NonAscii => "non-ascii",
            Self::Idling => "idling",
        }
    }

    /// Whether it is a case for a driver: files are placed whatever Dovecot's quota says.
    pub fn takes(self, driver: Driver) -> bool {
        driver == Driver::Imap || self != Self::OverQuota
    }

    /// Whether a fault may find nothing to strike at: a mailstore that takes nothing says no OK.
    pub fn may_not_be_struck(self) -> bool {
        self == Self::OverQuota
    }

    /// The lines of dovecot.conf for it, with `room` for what comes or without.
    pub fn config(self, room: bool) -> String {
        if self != Self::OverQuota {
            return String::new();
        }
        format!(
            "mail_plugins = $mail_plugins quota\nprotocol imap {{\n mail_plugins = $mail_plugins imap_quota\n}}\n\
             plugin {{\n quota = maildir:User quota\n quota_rule = {}\n quota_grace = 0\n}}\n",
            QUOTA[usize::from(room)]
        )
    }

    /// Mail from before the outage.
    pub fn put_old_mail(self, bed: &Bed) {
        let folder = |plain: &str| bed.case.shape.folder(plain);
        let mut session = bed.a1.session(ANN);
        let mut own_folders = vec![];
        match self {
            Self::Folders => own_folders.push(folder("Projects")),
            Self::NonAscii => own_folders.push(folder("&AMQ-lteres")),
            _ => {}
        }
        if bed.case.shape == super::Shape::SentItems {
            own_folders.push(folder("Sent"));
        }
        for name in &own_folders {
            session.command(&format!("CREATE \"{name}\""));
        }
        let old = |token: &str| TestMessage::plain("x@y.test", ANN, token, 0).bytes;
        for (n, flags) in [&["\\Seen"][..], &["\\Flagged", "$label3"], &[]]
            .iter()
            .enumerate()
        {
            let date = format!("0{}-Oct-2026 08:00:00 +0200", n + 1);
            session.append("INBOX", flags, Some(&date), &old(&format!("old-{n}")));
        }
        for (n, name) in own_folders.iter().enumerate() {
            session.append(name, &["\\Seen"], None, &old(&format!("old-own-{n}")));
        }
    }

    /// What came during the outage.
    pub fn put_new_mail(self, bed: &mut Bed) {
        match self {
            Self::Inbox => drop(arrive(bed, 60, 400)),
            Self::Idling => drop(arrive(bed, 20, 400)),
            Self::Many => {
                let many = number_from_environment("LIFEBOAT_MATRIX_MANY", 300);
                drop(arrive(bed, many as usize, 400));
            }
            Self::OverQuota => drop(arrive(bed, 8, 15_000)),
            Self::Large => {
                drop(arrive(bed, 1, 400));
                drop(arrive(bed, 1, 25_000_000));
                drop(arrive(bed, 1, 400));
            }
            Self::Flags => put_flags(bed),
            Self::Folders => put_folders(bed),
            Self::NonAscii => {
                let ids = arrive(bed, 6, 400);
                // The names as a user types them, and as IMAP writes them (RFC 3501 §5.1.3).
                for (ids, name, plain) in [
                    (&ids[..2], "Älteres", "&AMQ-lteres"),
                    (&ids[2..4], "Größe & Co", "Gr&APYA3w-e &- Co"),
                ] {
                    let folder = bed.standby().create_folder(ANN, name);
                    for id in ids {
                        put_into(bed, *id, folder, plain);
                    }
                }
            }
        }
    }
}

/// Which of the case's accepted messages.
type Index = usize;

/// Messages arrive in the inbox.
fn arrive(bed: &mut Bed, count: usize, size_bytes: usize) -> Vec<Index> {
    let first = bed.accepted.len();
    let tokens: Vec<String> = (first..first + count)
        .map(|n| format!("new-{n:05}"))
        .collect();
    let bodies = tokens
        .iter()
        .map(|token| accepted(ANN, token, None, size_bytes))
        .collect();
    let received = bed.standby().receive_bodies(ANN, None, bodies);
    for (token, received) in tokens.into_iter().zip(received) {
        // Content is compared by file; thousands of files would show nothing more.
        let content_file = (bed.accepted.len() < 100).then(|| {
            let path = bed.contents().join(&token);
            std::fs::write(&path, &received.bytes).expect("keep the content");
            path
        });
        let at = u64::try_from(received.at).expect("a time after 1970");
        bed.accepted.push(Accepted {
            token,
            also: Vec::new(),
            mailbox: ANN.into(),
            folder: "INBOX".into(),
            date_from: at,
            date_to: at,
            flags: Some(Vec::new()),
            content_file,
        });
        bed.ids.push(Some(received.id));
    }
    (first..first + count).collect()
}

fn put_into(bed: &mut Bed, index: Index, folder: FolderId, plain: &str) {
    let id = bed.ids[index].expect("a message that arrived");
    bed.standby().change(ANN, id, Flags::default(), folder, &[]);
    bed.accepted[index].folder = bed.case.shape.folder(plain);
}

fn put_flags(bed: &mut Bed) {
    let indexes = arrive(bed, 10, 400);
    let kinds: [(Flags, &[&str], &[&str]); 5] = [
        (
            Flags {
                seen: true,
                ..Flags::default()
            },
            &[],
            &["\\Seen"],
        ),
        (
            Flags {
                flagged: true,
                ..Flags::default()
            },
            &["$label1"],
            &["\\Flagged", "$label1"],
        ),
        (
            Flags {
                seen: true,
                answered: true,
                ..Flags::default()
            },
            &["work", "$label2"],
            &["\\Seen", "\\Answered", "work", "$label2"],
        ),
        (
            Flags {
                seen: true,
                forwarded: true,
                ..Flags::default()
            },
            &[],
            &["\\Seen", "$Forwarded"],
        ),
        (Flags::default(), &["NonJunk"], &["NonJunk"]),
    ];
    for (index, (flags, keywords, expected)) in indexes.into_iter().zip(kinds) {
        let id = bed.ids[index].expect("a message that arrived");
        bed.standby()
            .change(ANN, id, flags, own(Role::Inbox), keywords);
        bed.accepted[index].flags = Some(expected.iter().map(|f| (*f).to_owned()).collect());
    }
}

fn put_folders(bed: &mut Bed) {
    let indexes = arrive(bed, 12, 400);
    let there = bed.standby().create_folder(ANN, "Projects");
    let anew = bed.standby().create_folder(ANN, "Outage");
    for index in &indexes[..3] {
        put_into(bed, *index, there, "Projects");
    }
    for index in &indexes[3..6] {
        put_into(bed, *index, anew, "Outage");
    }
    put_into(bed, indexes[6], own(Role::Trash), "Trash");
    put_into(bed, indexes[7], own(Role::Junk), "Junk");
    let seen = Flags {
        seen: true,
        ..Flags::default()
    };
    let draft = Flags {
        draft: true,
        ..seen
    };
    for (role, plain, origin, flags, names) in [
        (Role::Sent, "Sent", Origin::Sent, seen, &["\\Seen"][..]),
        (Role::Sent, "Sent", Origin::Sent, seen, &["\\Seen"]),
        (
            Role::Drafts,
            "Drafts",
            Origin::Draft,
            draft,
            &["\\Draft", "\\Seen"],
        ),
    ] {
        let token = format!("own-{:02}", bed.accepted.len());
        bed.standby().file(ANN, own(role), &token, origin, flags);
        let at = u64::try_from(START + OWN_AFTER_SECS).expect("a time after 1970");
        bed.accepted.push(Accepted {
            token,
            also: Vec::new(),
            mailbox: ANN.into(),
            folder: bed.case.shape.folder(plain),
            date_from: at,
            date_to: at,
            flags: Some(names.iter().map(|f| (*f).to_owned()).collect()),
            content_file: None,
        });
        bed.ids.push(None);
    }
}
