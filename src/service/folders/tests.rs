use super::*;

#[test]
fn names_are_what_a_mailstore_can_have() {
    let long = "ä".repeat(NAME_CHARS_MAX);
    for (text, name) in [
        ("Projects", Ok("Projects")),
        (" Projects / 2027 ", Ok("Projects/2027")),
        ("مشاريع/٢٠٢٧", Ok("مشاريع/٢٠٢٧")),
        (long.as_str(), Ok(long.as_str())),
        ("v1.2", Ok("v1.2")),
        ("", Err(Problem::Empty)),
        ("  ", Err(Problem::Empty)),
        ("/", Err(Problem::Name)),
        ("a//b", Err(Problem::Name)),
        ("a/", Err(Problem::Name)),
        ("../a", Err(Problem::Name)),
        ("a/./b", Err(Problem::Name)),
        ("a\nb", Err(Problem::Name)),
        ("a\0b", Err(Problem::Name)),
        ("1/2/3/4/5/6/7/8/9", Err(Problem::Name)),
    ] {
        assert_eq!(name_of(text), name.map(str::to_owned), "{text:?}");
    }
    assert_eq!(name_of(&format!("{long}x")), Err(Problem::Name));
}

fn folder(id: u32, name: &str, role: Option<Role>) -> FolderRecord {
    FolderRecord {
        id: FolderId(id),
        name: name.into(),
        role,
        total: 0,
        unread: 0,
    }
}

#[test]
fn a_name_is_taken_whatever_its_case() {
    let folders = [folder(100, "Projects", None)];
    for (name, except, taken) in [
        ("projects", None, true),
        ("projects", Some(100), false),
        ("Projects/2027", None, false),
        ("inbox", None, true),
        ("TRASH", None, true),
    ] {
        let found = is_taken(&folders, name, except.map(FolderId));
        assert_eq!(found, taken, "{name} {except:?}");
    }
}

#[test]
fn the_usual_mailboxs_names_are_found_by_what_was_seen_of_it() {
    let plain = ["INBOX", "Gesendete Objekte", "Papierkorb", "Projects/2027"];
    let inside = [
        "INBOX",
        "INBOX.Sent",
        "INBOX.Projects.2027",
        "INBOX.Entw&APw-rfe",
    ];
    for (names, folder, name) in [
        (
            &plain,
            folder(3, "Sent", Some(Role::Sent)),
            Some("Gesendete Objekte"),
        ),
        (
            &plain,
            folder(6, "Trash", Some(Role::Trash)),
            Some("Papierkorb"),
        ),
        (&plain, folder(5, "Junk", Some(Role::Junk)), None),
        (&plain, folder(1, "Inbox", Some(Role::Inbox)), None),
        (
            &plain,
            folder(100, "Projects/2027", None),
            Some("Projects/2027"),
        ),
        (&plain, folder(101, "Other", None), None),
        (
            &inside,
            folder(3, "Sent", Some(Role::Sent)),
            Some("INBOX.Sent"),
        ),
        (
            &inside,
            folder(2, "Drafts", Some(Role::Drafts)),
            Some("INBOX.Entwürfe"),
        ),
        (
            &inside,
            folder(100, "Projects/2027", None),
            Some("INBOX.Projects.2027"),
        ),
    ] {
        let layout = layout(names.iter().copied());
        assert_eq!(
            at_home(&layout, &folder).as_deref(),
            name,
            "{}",
            folder.name
        );
    }
}
