use std::collections::BTreeSet;

use super::*;
use crate::ids::PrimaryUid;
use crate::mail::Role;

fn uid(n: u32) -> PrimaryUid {
    PrimaryUid(n.try_into().unwrap())
}

fn layout(prefix: &str, separator: char, folders: &[(&str, Option<Role>)]) -> Layout {
    Layout {
        folders: folders
            .iter()
            .map(|(name, role)| ListedFolder {
                name: (*name).to_owned(),
                role: *role,
                selectable: !name.ends_with("noselect"),
            })
            .collect(),
        separator: Some(separator),
        prefix: prefix.to_owned(),
        named: Vec::new(),
    }
}

#[test]
fn folders() {
    let plain = layout(
        "",
        '/',
        &[
            ("INBOX", Some(Role::Inbox)),
            ("Sent Items", Some(Role::Sent)),
            ("Sent", None),
            ("deleted items", None),
            ("Entwürfe", None),
            ("Projekte/2026", None),
            ("noselect", None),
        ],
    );
    let dotted = layout(
        "INBOX.",
        '.',
        &[("INBOX", Some(Role::Inbox)), ("INBOX.Spam", None)],
    );
    let existing = |name: &str| Target::Existing(name.to_owned());
    let create = |name: &str| Target::Create(name.to_owned());
    let check = |layout: &Layout, role, name, expected| {
        assert_eq!(
            layout.target(StandbyFolder { name, role }),
            expected,
            "{role:?} {name}"
        );
    };
    // What the directory says goes first, if it is there; to create, only if nothing else is.
    let named = |layout: &Layout, name: &str| Layout {
        named: vec![(Role::Sent, name.to_owned())],
        ..layout.clone()
    };
    let sent = |layout: &Layout, expected| check(layout, Some(Role::Sent), "Sent", expected);
    sent(&named(&plain, "Sent"), existing("Sent"));
    sent(&named(&plain, "Projekte/2026"), existing("Projekte/2026"));
    sent(&named(&plain, "Verschickt"), existing("Sent Items"));
    sent(&named(&dotted, "Verschickt"), create("INBOX.Verschickt"));
    sent(&named(&dotted, "INBOX.Spam"), existing("INBOX.Spam"));
    sent(&named(&dotted, "Spam"), existing("INBOX.Spam"));
    check(&plain, Some(Role::Inbox), "INBOX", existing("INBOX"));
    check(&plain, Some(Role::Sent), "Sent", existing("Sent Items"));
    check(
        &plain,
        Some(Role::Trash),
        "Trash",
        existing("deleted items"),
    );
    check(&plain, Some(Role::Drafts), "Drafts", existing("Entwürfe"));
    check(&plain, Some(Role::Archive), "Archive", create("Archive"));
    check(&plain, None, "Projekte/2026", existing("Projekte/2026"));
    check(&plain, None, "Projekte/2027", create("Projekte/2027"));
    check(&plain, None, "noselect", create("noselect"));
    check(&plain, None, " /~a//b*%c/", create("_a/b__c"));
    check(&plain, None, "Inbox", existing("INBOX"));
    check(&dotted, Some(Role::Junk), "Junk", existing("INBOX.Spam"));
    check(&dotted, Some(Role::Sent), "Sent", create("INBOX.Sent"));
    check(&dotted, None, "v1.2/x", create("INBOX.v1_2.x"));
}

#[test]
fn batches_keep_the_order_within_a_folder() {
    let due = |id, folder: &str, size_bytes| Due {
        id: StandbyId(id),
        target: Target::Existing(folder.to_owned()),
        size_bytes,
    };
    let check = |due: &[Due], expected: &[(&str, &[u64])]| {
        let limits = BatchLimits {
            messages_max: 3,
            bytes_max: 100,
        };
        let cut: Vec<_> = batches(due, limits)
            .into_iter()
            .map(|b| {
                (
                    b.target.name().to_owned(),
                    b.messages.iter().map(|m| m.0).collect::<Vec<_>>(),
                )
            })
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(n, ids)| ((*n).to_owned(), ids.to_vec()))
            .collect();
        assert_eq!(cut, expected);
    };
    check(&[], &[]);
    check(
        &[
            due(1, "S", 1),
            due(2, "I", 1),
            due(3, "I", 1),
            due(4, "S", 1),
            due(5, "I", 1),
            due(6, "I", 1),
        ],
        &[("S", &[1, 4]), ("I", &[2, 3, 5]), ("I", &[6])],
    );
    check(
        &[
            due(1, "I", 60),
            due(2, "I", 40),
            due(3, "I", 1),
            due(4, "I", 500),
            due(5, "I", 1),
        ],
        &[("I", &[1, 2]), ("I", &[3]), ("I", &[4]), ("I", &[5])],
    );
}

#[test]
fn queue_ids() {
    let received = b"Received: from a (b [1.2.3.4])\r\n\tby mx (Postfix) with ESMTPS id 4ZxYk1\r\n\tfor <a@b>;";
    for (id, expected) in [
        ("4ZxYk1", true),
        ("4ZxYk", false),
        ("ZxYk1", false),
        ("", false),
        ("4ZxYk11", false),
    ] {
        assert_eq!(names_queue_id(received, id), expected, "{id}");
    }
}

#[test]
fn the_same_below_the_trace_headers() {
    let accepted = b"Received: by mx id 1\r\nSubject: x\r\n\r\nbody\r\n";
    let with = |added: &str| [added.as_bytes(), accepted].concat();
    for (added, expected) in [
        ("", true),
        ("Return-Path: <a@b>\r\nDelivered-To: c@d\r\n", true),
        (
            "Received: from mx (x)\r\n\tby here (Lifeboat) with LMTP id 1\r\n",
            false,
        ),
        ("X: unfinished", false),
        ("Subject: other\r\n\r\nforwarded:\r\n", false),
    ] {
        assert_eq!(
            is_same_below_trace(&with(added), accepted),
            expected,
            "{added:?}"
        );
    }
    assert!(!is_same_below_trace(
        b"Subject: y\r\n\r\nbody\r\n",
        accepted
    ));
}

/// Items are letters; the folder is written as text: a letter is a message with that content, `?` some
/// other message, `_` a hole. The batch began at its first place.
fn recovered(items: &str, folder: &str, elsewhere: &str) -> String {
    let digest = |c: u8| [c; 32];
    let items: Vec<_> = items
        .bytes()
        .map(|c| Item {
            size_bytes: 1,
            sha256: digest(c),
        })
        .collect();
    let places: Vec<_> = folder.bytes().zip(100..).collect();
    let view = TargetView {
        uid_next_before: uid(100),
        uid_next_now: uid(100 + u32::try_from(folder.len()).unwrap()),
        present: places
            .iter()
            .filter(|(c, _)| *c != b'_')
            .map(|(_, n)| uid(*n))
            .collect::<BTreeSet<_>>(),
        seen: places
            .iter()
            .filter(|(c, _)| c.is_ascii_alphabetic())
            .map(|(c, n)| Seen {
                uid: uid(*n),
                sha256: digest(*c),
            })
            .collect(),
    };
    let elsewhere: Vec<_> = elsewhere
        .bytes()
        .zip(500..)
        .map(|(c, n)| Seen {
            uid: uid(n),
            sha256: digest(c),
        })
        .collect();
    recover(&items, &view, &[elsewhere])
        .into_iter()
        .map(|finding| match finding {
            Finding::InTarget(uid) => format!("{} ", uid.0.get() - 100),
            Finding::Elsewhere(..) => "e ".to_owned(),
            Finding::Missing => "- ".to_owned(),
            Finding::Unsure => "? ".to_owned(),
        })
        .collect::<String>()
        .trim_end()
        .to_owned()
}

#[test]
fn what_became_of_a_batch() {
    for (items, folder, elsewhere, expected) in [
        ("abc", "", "", "- - -"),
        ("abc", "abc", "", "0 1 2"),
        ("abc", "??abc?", "", "2 3 4"),
        // Killed in the commit: the first few.
        ("abc", "ab", "", "0 1 -"),
        ("abc", "ab?", "", "0 1 -"),
        // Twice the same content is twice the same message.
        ("aab", "aa", "", "0 1 -"),
        ("aab", "a", "", "0 - -"),
        ("aa", "aaa", "", "0 1"),
        // The user was faster.
        ("abc", "a_c", "", "0 ? 2"),
        ("abc", "a_c", "b", "0 e 2"),
        ("abc", "__c", "ab", "e e 2"),
        ("abc", "ab_", "", "0 1 ?"),
        ("abc", "_", "", "? - -"),
        ("abc", "_?_", "", "? - -"),
        ("abc", "___", "", "? ? ?"),
        ("abc", "__", "ab", "e e ?"),
        ("abc", "?", "", "- - -"),
        // Somebody else's hole beside a stored batch says nothing about it.
        ("abc", "_abc", "", "1 2 3"),
        ("abc", "_ab", "", "1 2 -"),
    ] {
        assert_eq!(
            recovered(items, folder, elsewhere),
            expected,
            "{items} in {folder:?} and {elsewhere:?}"
        );
    }
}
