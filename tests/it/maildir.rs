//! Merging as files into the Maildirs of a real Dovecot, whose IMAP is there only later: what goes
//! where, that it goes there exactly once, and that clients see nothing but new messages.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use lifeboat::mail::{Flags, Role};
use lifeboat::merge::Files;
use lifeboat::store::merge as journal;
use lifeboat::store::merge::ParkReason;
use lifeboat::store::messages::Origin;

use crate::merge::home::{Home, accepted, own, token};
use crate::rig::{
    Dialect, Dovecot, DovecotOptions, Lifeboat, LifeboatOptions, MailstoreOptions, Mbsync, RigDir,
    SmtpClient, TestMessage, User, wait_until,
};

const ANN: &str = "ann@example.com";
const BEN: &str = "ben@example.com";
const SEEN: Flags = Flags {
    seen: true,
    answered: false,
    flagged: false,
    draft: false,
    forwarded: false,
};

/// A home whose mailstore's volume is mounted here; every user has had a look at it once.
fn home(name: &str, users: &[&str]) -> Home {
    let mut home = Home::new(name, users, "");
    for user in users {
        home.a1.session(user).select("INBOX");
    }
    let above = home.a1.home("n@d");
    let above = above.parent().and_then(|p| p.parent()).unwrap();
    let path = format!("{}/%d/%n/Maildir", above.display());
    home.files = Some(Files::new(path.parse().unwrap(), true));
    home
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("m-{n:03}")).collect()
}

fn maildir(home: &Home) -> PathBuf {
    home.a1.home(ANN).join("Maildir")
}

fn provisional(home: &Home, address: &str) -> u64 {
    let id = home.mailbox(address).record.id;
    home.store.read(|tx| journal::provisional(tx, id)).unwrap()
}

/// Places everything while the mailstore's IMAP is down, and starts that again.
fn place(home: &mut Home, address: &str) {
    home.a1.stop();
    home.merge_until("everything is placed", |home| {
        provisional(home, address) == home.status().unmerged
    });
    home.a1.restart();
}

fn files(home: &Home, part: &str) -> Vec<String> {
    let listing = std::fs::read_dir(maildir(home).join(part)).unwrap();
    let mut names: Vec<_> = listing
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn everything_goes_home_as_files_and_clients_fetch_only_what_is_new() {
    let mut home = home("maildir", &[ANN]);
    for n in 0..5 {
        let old = TestMessage::plain("x@y.test", ANN, &format!("old-{n}"), 900);
        home.a1
            .session(ANN)
            .append("INBOX", &["\\Flagged"], None, &old.bytes);
    }
    let dir = RigDir::new("maildir-mbsync");
    let client = Mbsync::new(dir.path(), &home.a1, ANN, "pw");
    client.sync().unwrap();
    let had = client.messages();
    let before = home.a1.session(ANN).examine("INBOX");

    let mut received = Vec::new();
    for token in names(45) {
        received.push(home.receive(ANN, &token, None));
    }
    let big = home.receive_sized(ANN, "big", None, 25_000_000);
    let all = Flags {
        answered: true,
        forwarded: true,
        ..SEEN
    };
    let inbox = own(Role::Inbox);
    home.change(
        ANN,
        received[3].0,
        all,
        inbox,
        &["$label1", "not\r\nsane", "ä"],
    );
    home.change(ANN, received[4].0, Flags::default(), own(Role::Trash), &[]);
    let project = home.create_folder(ANN, "Projekte/Größe & Co");
    home.change(ANN, received[5].0, Flags::default(), project, &["$label1"]);
    home.file(ANN, own(Role::Sent), "sent", Origin::Sent, SEEN);
    let draft = Flags {
        draft: true,
        ..SEEN
    };
    home.file(ANN, own(Role::Drafts), "draft", Origin::Draft, draft);
    place(&mut home, ANN);
    assert_eq!(provisional(&home, ANN), 48);
    assert_eq!(files(&home, "new").len(), 44);
    assert!(files(&home, "tmp").is_empty());
    home.merge_all();
    assert_eq!(provisional(&home, ANN), 0);

    let mut session = home.a1.session(ANN);
    let after = session.examine("INBOX");
    assert_eq!(after.uid_validity, before.uid_validity);
    let there = session.fetch_all("INBOX");
    let old: Vec<_> = there[..5].iter().map(|m| (m.uid, token(&m.body))).collect();
    let expected: Vec<_> = (0..5).map(|n| (n + 1, format!("old-{n}"))).collect();
    assert_eq!(old, expected);
    let new: Vec<_> = there[5..].iter().map(|m| token(&m.body)).collect();
    let expected: Vec<_> = names(45)
        .into_iter()
        .enumerate()
        .filter(|(n, _)| *n != 4 && *n != 5)
        .map(|(_, token)| token)
        .chain(["big".to_owned()])
        .collect();
    assert_eq!(new, expected, "in the order of arrival");
    assert_eq!(there[5].uid, before.uid_next);
    assert_eq!(there[5].body, received[0].1);
    assert_eq!(there[48].body, big.1);
    assert_eq!(there[5].internal_date, "02-Nov-2026 09:00:00 +0000");
    assert_eq!(there[48].internal_date, "02-Nov-2026 09:00:45 +0000");
    assert!(there[5].flags.is_empty());
    let mut flags = there[8].flags.clone();
    flags.sort();
    assert_eq!(flags, ["$Forwarded", "$label1", "\\Answered", "\\Seen"]);
    session.select("INBOX");
    let sizes = session.command("UID FETCH 1:* (RFC822.SIZE)");
    for message in &there {
        let expected = format!("UID {} RFC822.SIZE {})", message.uid, message.body.len());
        assert!(
            sizes.iter().any(|line| line.contains(&expected)),
            "{expected}"
        );
    }
    drop(session);
    assert_eq!(home.tokens(ANN, "Trash"), ["m-004"]);
    let folder = "Projekte.Gr&APYA3w-e &- Co";
    assert_eq!(home.tokens(ANN, folder), ["m-005"]);
    assert_eq!(home.a1.session(ANN).fetch_all(folder)[0].flags, ["$label1"]);
    assert_eq!(home.tokens(ANN, "Sent"), ["sent"]);
    assert_eq!(home.tokens(ANN, "Drafts"), ["draft"]);
    let subscribed = home.a1.session(ANN).command("LSUB \"\" \"*\"");
    assert!(
        subscribed.iter().any(|line| line.contains("Gr&APYA3w-e")),
        "{subscribed:?}"
    );

    let state = home.state(ANN);
    assert!(state.verified_at.is_some() && state.parked.is_none());
    let counts = (
        state.counts.received,
        state.counts.sent,
        state.counts.drafts,
    );
    assert_eq!(counts, (46, 1, 1));
    let mark = &state.folders["INBOX"];
    let marked = (mark.uid_next_before.0.get(), mark.uid_next_after.0.get());
    assert_eq!(marked, (before.uid_next, after.uid_next));
    client.sync().unwrap();
    assert!(client.messages().is_superset(&had));
    assert_eq!(client.messages().len(), had.len() + 48);

    // Once more changes nothing; a late message goes after the others.
    home.receive(ANN, "late", None);
    home.merge_all();
    assert_eq!(home.tokens(ANN, "INBOX").len(), there.len() + 1);
    assert_eq!(home.tokens(ANN, "INBOX").last().unwrap(), "late");
    let log = std::fs::read_to_string(home.a1.log_path()).unwrap();
    assert!(
        !log.contains("Error:") && !log.contains("Corrupted"),
        "{log}"
    );
}

#[test]
fn what_a_user_does_before_the_merge_has_seen_it_is_respected() {
    let mut home = home("maildir-user", &[ANN]);
    let mut ids = Vec::new();
    for token in names(6) {
        ids.push(home.receive(ANN, &token, None).0);
    }
    place(&mut home, ANN);
    let mut session = home.a1.session(ANN);
    session.command("CREATE Own");
    session.select("INBOX");
    session.command("UID MOVE 2 Own");
    session.command("UID STORE 3 +FLAGS (\\Flagged)");
    session.command("UID STORE 4 +FLAGS (\\Deleted)");
    session.command("EXPUNGE");
    session.command("UID COPY 5 Archive");
    drop(session);
    home.merge_all();
    let left = ["m-000", "m-002", "m-004", "m-005"];
    assert_eq!(home.tokens(ANN, "INBOX"), left);
    assert_eq!(home.tokens(ANN, "Own"), ["m-001"]);
    assert_eq!(home.tokens(ANN, "Archive"), ["m-004"]);
    assert_eq!(
        home.a1.session(ANN).fetch_all("INBOX")[1].flags,
        ["\\Flagged"]
    );
    let counts = home.state(ANN).counts;
    assert_eq!((counts.received, counts.gone), (6, 1));
    // What its user deleted there does not come back when he touches it here.
    home.change(ANN, ids[3], SEEN, own(Role::Inbox), &[]);
    home.change(ANN, ids[1], SEEN, own(Role::Inbox), &[]);
    home.merge_all();
    assert_eq!(home.tokens(ANN, "INBOX"), left);
    assert_eq!(home.a1.session(ANN).fetch_all("Own")[0].flags, ["\\Seen"]);
    assert_eq!(home.state(ANN).counts, counts);
}

#[test]
fn what_the_mailstore_took_before_it_failed_is_not_placed() {
    let mut home = home("maildir-taken", &[ANN]);
    let mut lmtp = SmtpClient::connect(home.a1.lmtp().addr(), Dialect::Lmtp).unwrap();
    let taken = accepted(ANN, "taken", Some("4QueueId1"), 2_000);
    lmtp.send("bob@elsewhere.test", &[ANN], &taken).unwrap();
    let other = accepted(ANN, "same-id", Some("4QueueId2"), 2_000);
    lmtp.send("bob@elsewhere.test", &[ANN], &other).unwrap();
    drop(lmtp);
    home.receive(ANN, "before", Some("4QueueId0"));
    home.receive(ANN, "taken", Some("4QueueId1"));
    home.receive(ANN, "other-content", Some("4QueueId2"));
    // The same content twice for the same recipient is two messages, of which one is there.
    home.receive(ANN, "taken", Some("4QueueId1"));
    home.a1.stop();
    home.merge_until("three are placed", |home| provisional(home, ANN) == 3);
    home.a1.restart();
    home.merge_all();
    let mut inbox = home.tokens(ANN, "INBOX");
    inbox.sort();
    assert_eq!(
        inbox,
        ["before", "other-content", "same-id", "taken", "taken"]
    );
    let counts = home.state(ANN).counts;
    assert_eq!((counts.received, counts.found), (3, 1));
}

#[test]
fn nothing_is_placed_into_the_void() {
    let mut home = home("maildir-void", &[ANN, BEN]);
    home.receive(ANN, "one", None);
    home.receive(BEN, "two", None);
    let away = maildir(&home).with_extension("away");
    home.a1.stop();
    std::fs::rename(maildir(&home), &away).unwrap();
    home.merge_until("ann waits", |home| !home.status().blocked.is_empty());
    let blocked = home.status().blocked.remove(0);
    assert_eq!(
        blocked.reason,
        ParkReason::GroundMoved,
        "{}",
        blocked.detail
    );
    assert!(blocked.detail.contains("mounted"), "{}", blocked.detail);
    assert!(!maildir(&home).exists());
    home.merge_until("ben's is placed", |home| provisional(home, BEN) == 1);
    std::fs::rename(&away, maildir(&home)).unwrap();
    home.a1.restart();
    home.hurry(ANN);
    home.merge_all();
    assert_eq!(home.tokens(ANN, "INBOX"), ["one"]);

    // Another Maildir lies where the mailbox was: it has another UIDVALIDITY.
    home.a1.stop();
    std::fs::rename(maildir(&home), maildir(&home).with_extension("away")).unwrap();
    std::thread::sleep(Duration::from_millis(1_100));
    home.a1.restart();
    home.a1.session(ANN).select("INBOX");
    home.receive(ANN, "three", None);
    home.merge_until("ann waits", |home| !home.status().blocked.is_empty());
    assert_eq!(home.status().blocked[0].reason, ParkReason::GroundMoved);
    assert!(files(&home, "new").is_empty());
}

#[test]
fn a_merge_that_is_cut_off_anywhere_loses_and_doubles_nothing() {
    let mut home = home("maildir-dropped", &[ANN, BEN]);
    let tokens = names(150);
    for token in &tokens {
        home.receive(ANN, token, Some("4QueueId"));
        home.receive(BEN, token, None);
    }
    let (mut rounds, begun) = (0, Instant::now());
    while home.status().unmerged > 0 && begun.elapsed() < Duration::from_secs(20) {
        rounds += 1;
        let after = if rounds % 3 == 0 { 150 } else { 5 };
        home.merge_and_drop(Duration::from_millis(after + rounds * 7 % 60));
    }
    home.merge_all();
    assert!(rounds > 3, "it was cut off {rounds} times");
    assert_eq!(home.tokens(ANN, "INBOX"), tokens);
    assert_eq!(home.tokens(BEN, "INBOX"), tokens);
    let counts = home.state(ANN).counts;
    assert_eq!((counts.received, counts.found, counts.gone), (150, 0, 0));
}

#[test]
fn a_standby_that_is_restored_from_its_backup_doubles_nothing() {
    let mut home = home("maildir-restored", &[ANN]);
    let tokens = names(25);
    for token in &tokens {
        home.receive(ANN, token, None);
    }
    let backup = home.back_up();
    home.merge_all();
    let mut session = home.a1.session(ANN);
    session.select("INBOX");
    session.command("UID MOVE 3 Archive");
    drop(session);
    home.restore(&backup);
    home.receive(ANN, "after", None);
    home.merge_all();
    let inbox = home.tokens(ANN, "INBOX");
    let after = ["after".to_owned()];
    assert_eq!(inbox, [&tokens[..2], &tokens[3..], &after].concat());
    assert_eq!(home.tokens(ANN, "Archive"), tokens[2..3]);
    assert_eq!(home.state(ANN).counts.found, 25);
}

#[test]
fn other_mailstores_and_drivers_are_told_apart() {
    let mut home = home("maildir-switch", &[ANN]);
    for token in names(3) {
        home.receive(ANN, &token, None);
    }
    place(&mut home, ANN);
    // The operator has gone back to IMAP meanwhile; what is placed is placed.
    home.files = None;
    home.receive(ANN, "appended", None);
    home.merge_all();
    let expected = [names(3), vec!["appended".to_owned()]].concat();
    assert_eq!(home.tokens(ANN, "INBOX"), expected);
    assert_eq!(home.state(ANN).counts.received, 4);
}

/// A mailstore with a sentinel, and the program, which has its volume mounted.
#[test]
fn an_operator_has_everything_placed_while_imap_is_still_closed() {
    const SENTINEL: &str = "sentinel@a1.test";
    let dir = RigDir::new("maildir-order");
    let users = [ANN, BEN, SENTINEL];
    let options = DovecotOptions {
        users: users.iter().map(|user| User::plain(user, "pw")).collect(),
        ..DovecotOptions::default()
    };
    let mut a1 = Dovecot::start("a1", &dir.sub("a1"), options);
    a1.session(ANN).select("INBOX");
    let above = a1.home("n@d");
    let above = above.parent().and_then(|p| p.parent()).unwrap().display();
    let mut mailstore = MailstoreOptions::of(&a1);
    mailstore.sentinel = Some(SENTINEL.into());
    mailstore.extra = format!("maildir = \"{above}/%d/%n/Maildir\"");
    let lifeboat = Lifeboat::start(
        crate::binary(),
        &dir.sub("lifeboat"),
        LifeboatOptions {
            mailstores: vec![mailstore],
            ..LifeboatOptions::default()
        },
    );
    let users = a1.passwd_file().display().to_string();
    lifeboat.cli(&[
        "provision",
        &users,
        "--format",
        "passwd-file",
        "--mailstore",
        "a1",
    ]);
    let status = || lifeboat.cli_json(&["merge", "status", "--json"])["mailstores"][0].clone();
    let patience = Duration::from_secs(60);
    wait_until("it may be merged into", patience, || {
        status()["open"] == true
    });
    let failover = |what: &str| {
        lifeboat.cli(&["failover", what, "mailstore:a1", "--reason", "a test"]);
    };
    let order = [
        "merge",
        "run",
        "mailstore:a1",
        "--driver",
        "maildir",
        "--reason",
        "a test",
        "--wait",
        "--json",
    ];
    let refused = |why: &str| {
        let output = lifeboat.cli_output(&order);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && text.contains(why),
            "{why}: {text}"
        );
    };
    refused("not failed over");
    failover("activate");
    let mut lmtp = SmtpClient::connect(lifeboat.lmtp().addr(), Dialect::Lmtp).unwrap();
    for (to, token) in [(ANN, "one"), (ANN, "two"), (BEN, "three")] {
        let message = TestMessage::plain("bob@elsewhere.test", to, token, 2_000);
        let replies = lmtp
            .send("bob@elsewhere.test", &[to], &message.bytes)
            .unwrap();
        assert!(replies.iter().all(|reply| reply.is_ok()), "{replies:?}");
    }
    a1.stop();
    let sentinel = a1.home(SENTINEL).join("Maildir");
    let away = sentinel.with_extension("away");
    std::fs::rename(&sentinel, &away).unwrap();
    refused("may not be mounted");
    std::fs::rename(&away, &sentinel).unwrap();

    // Nobody has ever been in ben's mailbox: it waits for IMAP.
    let output = lifeboat.cli_output(&order);
    assert!(!output.status.success());
    let placing = status()["placing"].clone();
    assert_eq!(placing["provisional"], 2, "{placing}");
    assert_eq!(
        (&placing["waiting"], &placing["running"]),
        (&1.into(), &false.into())
    );
    assert_eq!(status()["unmerged"], 3);
    let new = std::fs::read_dir(a1.home(ANN).join("Maildir/new")).unwrap();
    assert_eq!(new.count(), 2);
    let of = format!("mailbox:{ANN}");
    let receipts = lifeboat
        .cli_json(&["merge", "receipt", &of, "--json"])
        .to_string();
    assert!(receipts.contains("\"provisional\""), "{receipts}");
    // Once more places nothing twice.
    lifeboat.cli_output(&order);
    let new = std::fs::read_dir(a1.home(ANN).join("Maildir/new")).unwrap();
    assert_eq!(new.count(), 2);

    a1.restart();
    a1.session(BEN).select("INBOX");
    failover("return");
    wait_until("everything is merged", patience, || {
        status()["unmerged"] == 0
    });
    let tokens = |of: &str| -> Vec<String> {
        let all = a1.session(of).fetch_all("INBOX");
        all.iter().map(|message| token(&message.body)).collect()
    };
    assert_eq!(
        (tokens(ANN), tokens(BEN)),
        (vec!["one".into(), "two".into()], vec!["three".into()])
    );
    let receipts = lifeboat
        .cli_json(&["merge", "receipt", &of, "--json"])
        .to_string();
    assert!(receipts.contains("\"verified\""), "{receipts}");
}

/// A small volume of its own for a directory, for as long as this lives.
struct SmallVolume(PathBuf);

impl SmallVolume {
    fn mount(at: &Path, kilobytes: u32) -> Self {
        let kept = at.with_extension("kept");
        std::fs::rename(at, &kept).unwrap();
        std::fs::create_dir(at).unwrap();
        let size = format!("size={kilobytes}k");
        shell(&["mount", "-t", "tmpfs", "-o", &size, "none"], at);
        let all = format!("{}/.", kept.display());
        shell(&["cp", "-a", &all], at);
        Self(at.to_owned())
    }

    fn grow(&self, kilobytes: u32) {
        let size = format!("remount,size={kilobytes}k");
        shell(&["mount", "-o", &size], &self.0);
    }
}

impl Drop for SmallVolume {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn shell(command: &[&str], last: &Path) {
    let done = Command::new(command[0])
        .args(&command[1..])
        .arg(last)
        .output();
    let done = done.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{command:?} (needs root): {said}");
}

#[test]
fn a_full_volume_takes_what_fits_and_the_rest_waits_for_room() {
    let mut home = home("maildir-full", &[ANN]);
    home.a1.stop();
    let volume = SmallVolume::mount(&home.a1.home(ANN), 1_200);
    for token in names(8) {
        home.receive_sized(ANN, &token, None, 200_000);
    }
    let id = home.mailbox(ANN).record.id;
    home.merge_until("the volume is full", |home| {
        let state = home.store.read(|tx| journal::mailbox(tx, id)).unwrap();
        let parked = state.and_then(|state| state.parked);
        parked.is_some_and(|parked| parked.reason == ParkReason::OverQuota)
    });
    let placed = provisional(&home, ANN);
    assert!((1..8).contains(&placed), "{placed} of 8 placed");
    assert!(files(&home, "tmp").is_empty(), "nothing half written stays");
    volume.grow(8_000);
    home.a1.restart();
    home.hurry(ANN);
    home.merge_all();
    let mut there = home.tokens(ANN, "INBOX");
    there.sort();
    assert_eq!(there, names(8));
    assert_eq!(home.state(ANN).counts.received, 8);
    home.a1.stop();
}
