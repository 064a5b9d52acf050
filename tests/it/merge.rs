//! Merging into a real Dovecot: what goes where, and that it goes there exactly once whatever breaks.

pub mod home;

use std::sync::atomic::Ordering;
use std::time::Duration;

use lifeboat::clock::{Clock, SystemClock, Timestamp};
use lifeboat::ids::{QueueId, StandbyId};
use lifeboat::mail::{Flags, Role};
use lifeboat::store::merge::ParkReason;
use lifeboat::store::messages::{self, Hold, Origin, Written};
use lifeboat::store::written;

use home::{Home, accepted, own, token};

use crate::rig::{Cut, Dialect, SmtpClient, TestMessage};

const ANN: &str = "ann@example.com";
const BEN: &str = "ben@example.com";

fn names(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|n| format!("{prefix}-{n:03}")).collect()
}

fn receive_all(home: &mut Home, to: &str, tokens: &[String]) {
    for token in tokens {
        home.receive(to, token, None);
    }
}

#[test]
fn everything_goes_home_in_order_with_its_flags_dates_and_folders() {
    let mut home = Home::new("merge", &[ANN], "");
    let old = TestMessage::plain("x@y.test", ANN, "old", 0);
    home.a1
        .session(ANN)
        .append("INBOX", &["\\Flagged"], None, &old.bytes);
    let before = home.a1.session(ANN).examine("INBOX");

    let tokens = names("in", 45);
    let mut bytes = Vec::new();
    for token in &tokens {
        bytes.push(home.receive(ANN, token, None));
    }
    let read = Flags {
        seen: true,
        answered: true,
        forwarded: true,
        ..Flags::default()
    };
    home.change(
        ANN,
        bytes[3].0,
        read,
        own(Role::Inbox),
        &["$label1", "not\r\nsane", "ä"],
    );
    home.change(ANN, bytes[4].0, Flags::default(), own(Role::Trash), &[]);
    let project = home.create_folder(ANN, "Projekte/Größe & Co");
    home.change(ANN, bytes[5].0, Flags::default(), project, &[]);
    let seen = Flags {
        seen: true,
        ..Flags::default()
    };
    home.file(ANN, own(Role::Sent), "sent", Origin::Sent, seen);
    let draft = Flags {
        draft: true,
        ..seen
    };
    home.file(ANN, own(Role::Drafts), "draft", Origin::Draft, draft);
    home.merge_all();

    let mut session = home.a1.session(ANN);
    let after = session.examine("INBOX");
    assert_eq!(after.uid_validity, before.uid_validity);
    let inbox = session.fetch_all("INBOX");
    assert_eq!(
        (inbox[0].uid, &inbox[0].flags[..]),
        (1, &["\\Flagged".to_owned()][..])
    );
    let expected: Vec<_> = std::iter::once("old".to_owned())
        .chain(
            tokens
                .iter()
                .enumerate()
                .filter(|(n, _)| *n != 4 && *n != 5)
                .map(|(_, t)| t.clone()),
        )
        .collect();
    assert_eq!(
        inbox.iter().map(|m| token(&m.body)).collect::<Vec<_>>(),
        expected
    );
    assert_eq!(inbox[1].body, bytes[0].1);
    assert_eq!(inbox[1].internal_date, "02-Nov-2026 09:00:00 +0000");
    assert!(inbox[1].flags.is_empty());
    let mut flags = inbox[4].flags.clone();
    flags.sort();
    assert_eq!(flags, ["$Forwarded", "$label1", "\\Answered", "\\Seen"]);
    drop(session);
    assert_eq!(home.tokens(ANN, "Trash"), ["in-004"]);
    assert_eq!(home.tokens(ANN, "Projekte.Gr&APYA3w-e &- Co"), ["in-005"]);
    assert_eq!(home.tokens(ANN, "Sent"), ["sent"]);
    assert_eq!(home.a1.session(ANN).fetch_all("Sent")[0].flags, ["\\Seen"]);
    assert_eq!(home.tokens(ANN, "Drafts"), ["draft"]);
    let subscribed = home.a1.session(ANN).command("LSUB \"\" \"*\"");
    assert!(
        subscribed.iter().any(|line| line.contains("Gr&APYA3w-e")),
        "{subscribed:?}"
    );

    let state = home.state(ANN);
    assert!(state.verified_at.is_some() && state.parked.is_none());
    assert_eq!(
        (
            state.counts.received,
            state.counts.sent,
            state.counts.drafts
        ),
        (45, 1, 1)
    );
    let mark = &state.folders["INBOX"];
    assert_eq!(
        (mark.uid_next_before.0.get(), mark.uid_next_after.0.get()),
        (2, 45)
    );

    // Once more changes nothing; a late message goes after the others.
    home.receive(ANN, "late", None);
    home.merge_all();
    assert_eq!(home.tokens(ANN, "INBOX").len(), expected.len() + 1);
    assert_eq!(home.tokens(ANN, "INBOX").last().unwrap(), "late");
}

/// Runs a merge into a connection that is cut, and then one that is not.
fn cut(name: &str, cut: Cut) -> (Home, Vec<String>) {
    let mut home = Home::new(name, &[ANN], "");
    let tokens = names("m", 30);
    receive_all(&mut home, ANN, &tokens);
    home.proxy.set(cut);
    home.merge_until("the merge waits", |home| home.status().blocked.len() == 1);
    assert!(home.proxy.cuts() > 0);
    assert_eq!(home.status().blocked[0].reason, ParkReason::Unavailable);
    home.proxy.set(Cut::Never);
    (home, tokens)
}

#[test]
fn a_connection_that_is_cut_before_the_ok_doubles_nothing() {
    let (home, tokens) = cut("cut-ok", Cut::BeforeOk);
    assert_eq!(
        home.tokens(ANN, "INBOX").len(),
        20,
        "the first batch was stored"
    );
    home.hurry(ANN);
    home.merge_all();
    assert_eq!(home.tokens(ANN, "INBOX"), tokens);
    assert_eq!(home.state(ANN).counts.received, 30);
}

#[test]
fn a_connection_that_is_cut_in_a_message_loses_nothing() {
    let (home, tokens) = cut("cut-mid", Cut::MidLiteral);
    home.hurry(ANN);
    home.merge_all();
    assert_eq!(home.tokens(ANN, "INBOX"), tokens);
}

#[test]
fn what_a_user_moved_before_the_merge_knew_of_it_is_found() {
    let (home, tokens) = cut("cut-move", Cut::BeforeOk);
    let mut session = home.a1.session(ANN);
    session.select("INBOX");
    session.command("UID MOVE 3:4 Archive");
    drop(session);
    home.hurry(ANN);
    home.merge_all();
    assert_eq!(home.tokens(ANN, "Archive"), tokens[2..4]);
    let inbox = home.tokens(ANN, "INBOX");
    assert_eq!(inbox, [&tokens[..2], &tokens[4..]].concat());
}

#[test]
fn what_a_user_deleted_before_the_merge_knew_of_it_waits_for_a_person() {
    let (home, tokens) = cut("cut-del", Cut::BeforeOk);
    let mut session = home.a1.session(ANN);
    session.select("INBOX");
    session.command("UID STORE 7 +FLAGS (\\Deleted)");
    session.command("EXPUNGE");
    drop(session);
    home.hurry(ANN);
    home.merge_until("all but one is merged", |home| home.status().unmerged == 1);
    home.merge_until("it says why", |home| home.status().blocked.len() == 1);
    assert_eq!(home.status().blocked[0].reason, ParkReason::Unsure);
    assert_eq!(
        home.tokens(ANN, "INBOX"),
        [&tokens[..6], &tokens[7..]].concat()
    );
}

#[test]
fn a_full_mailbox_waits_and_holds_nobody() {
    let quota = "mail_plugins = quota\nprotocol imap {\n mail_plugins = quota imap_quota\n}\n\
                 plugin {\n quota = maildir:User quota\n quota_rule = *:storage=60K\n quota_grace = 0\n}\n";
    let mut home = Home::new("quota", &[ANN, BEN], quota);
    for n in 0..8 {
        home.receive_sized(ANN, &format!("big-{n}"), None, 15_000);
    }
    home.receive(BEN, "small", None);
    home.merge_until("ann waits", |home| !home.status().blocked.is_empty());
    home.merge_until("ben is done", |home| home.status().mailboxes == 1);
    let blocked = &home.status().blocked[0];
    assert_eq!(
        (blocked.reason, blocked.mailbox.as_ref().unwrap().as_str()),
        (ParkReason::OverQuota, ANN)
    );
    let there = home.tokens(ANN, "INBOX");
    assert_eq!(
        there,
        names("big", 8)
            .iter()
            .map(|t| t.replace("-00", "-"))
            .take(there.len())
            .collect::<Vec<_>>()
    );
    assert!((1..8).contains(&there.len()), "{there:?}");
    assert_eq!(home.status().unmerged, 8 - there.len() as u64);

    // The user makes room.
    let mut session = home.a1.session(ANN);
    session.select("INBOX");
    session.command("UID STORE 1:* +FLAGS (\\Deleted)");
    session.command("EXPUNGE");
    drop(session);
    home.hurry(ANN);
    home.merge_until("more is merged", |home| {
        home.status().unmerged < 8 - there.len() as u64
    });
    let more = home.tokens(ANN, "INBOX");
    assert!(
        !more.iter().any(|token| there.contains(token)),
        "{more:?} after {there:?}"
    );
}

#[test]
fn what_the_mailstore_took_before_it_failed_is_recognised() {
    let mut home = Home::new("taken", &[ANN], "");
    let mut lmtp = SmtpClient::connect(home.a1.lmtp().addr(), Dialect::Lmtp).unwrap();
    let taken = accepted(ANN, "taken", Some("4QueueId1"), 2_000);
    lmtp.send("bob@elsewhere.test", &[ANN], &taken).unwrap();
    let other = accepted(ANN, "same-id", Some("4QueueId2"), 2_000);
    lmtp.send("bob@elsewhere.test", &[ANN], &other).unwrap();
    drop(lmtp);
    home.receive(ANN, "before", Some("4QueueId0"));
    home.receive(ANN, "taken", Some("4QueueId1"));
    // The same queue id with another content is another message.
    home.receive(ANN, "other-content", Some("4QueueId2"));
    // The same content twice for the same recipient is two messages, of which one is there.
    home.receive(ANN, "taken", Some("4QueueId1"));
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
fn what_a_user_does_after_the_merge_is_carried_to_the_copy() {
    let mut home = Home::new("carry", &[ANN], "");
    let (id, _) = home.receive(ANN, "one", None);
    home.receive(ANN, "two", None);
    home.merge_all();
    let flagged = Flags {
        flagged: true,
        seen: true,
        ..Flags::default()
    };
    home.change(ANN, id, flagged, own(Role::Inbox), &[]);
    home.merge_all();
    let mut flags = home.a1.session(ANN).fetch_all("INBOX")[0].flags.clone();
    flags.sort();
    assert_eq!(flags, ["\\Flagged", "\\Seen"]);
    let seen = Flags {
        seen: true,
        ..Flags::default()
    };
    home.change(ANN, id, seen, own(Role::Archive), &[]);
    home.merge_all();
    assert_eq!(home.tokens(ANN, "INBOX"), ["two"]);
    let archive = home.a1.session(ANN).fetch_all("Archive");
    assert_eq!(
        (archive.len(), &archive[0].flags[..]),
        (1, &["\\Seen".to_owned()][..])
    );
    home.change(ANN, id, seen, own(Role::Inbox), &[]);
    home.merge_all();
    assert_eq!(home.tokens(ANN, "INBOX"), ["two", "one"]);
    assert_eq!(home.state(ANN).counts.received, 2);
}

#[test]
fn nothing_is_merged_into_a_folder_that_is_not_what_it_was() {
    let mut home = Home::new("moved", &[ANN], "");
    home.receive(ANN, "one", None);
    home.merge_all();
    home.a1.stop();
    let maildir = home.a1.home(ANN).join("Maildir");
    std::fs::rename(&maildir, maildir.with_extension("away")).unwrap();
    home.a1.restart();
    home.receive(ANN, "two", None);
    home.merge_until("the merge waits", |home| home.status().blocked.len() == 1);
    let blocked = home.status().blocked.remove(0);
    assert_eq!(
        blocked.reason,
        ParkReason::GroundMoved,
        "{}",
        blocked.detail
    );
    assert!(home.tokens(ANN, "INBOX").is_empty());
}

#[test]
fn nothing_is_merged_while_the_gate_is_closed_or_the_mailstore_is_down() {
    let mut home = Home::new("gate", &[ANN], "");
    home.receive(ANN, "one", None);
    home.gate.store(false, Ordering::SeqCst);
    let since = std::time::Instant::now();
    home.merge_until("time passes", |_| {
        since.elapsed() > Duration::from_millis(300)
    });
    assert!(home.tokens(ANN, "INBOX").is_empty());
    home.gate.store(true, Ordering::SeqCst);
    home.a1.kill();
    let since = std::time::Instant::now();
    home.merge_until("time passes", |_| {
        since.elapsed() > Duration::from_millis(300)
    });
    assert_eq!(home.status().blocked, [], "the mailbox is not to blame");
    home.a1.restart();
    home.merge_all();
    assert_eq!(home.tokens(ANN, "INBOX"), ["one"]);
}

#[test]
fn a_folder_that_its_user_made_anew_is_no_changed_ground() {
    let mut home = Home::new("anew", &[ANN], "");
    let folder = home.create_folder(ANN, "Project");
    let (id, _) = home.receive(ANN, "one", None);
    home.change(ANN, id, Flags::default(), folder, &[]);
    home.merge_all();
    assert_eq!(home.tokens(ANN, "Project"), ["one"]);
    let mut session = home.a1.session(ANN);
    session.command("DELETE Project");
    std::thread::sleep(Duration::from_millis(1_100));
    session.command("CREATE Project");
    drop(session);
    let (id, _) = home.receive(ANN, "two", None);
    home.change(ANN, id, Flags::default(), folder, &[]);
    home.merge_all();
    assert_eq!(home.tokens(ANN, "Project"), ["two"]);
}

#[test]
fn prefixes_and_folders_without_special_use_are_respected() {
    let shape = "namespace inbox {\n prefix = INBOX.\n separator = .\n \
                 mailbox Sent {\n special_use =\n auto = no\n }\n \
                 mailbox Trash {\n special_use =\n auto = no\n }\n}\n";
    let mut home = Home::new("shape", &[ANN], shape);
    home.a1.session(ANN).command("CREATE \"INBOX.Sent Items\"");
    home.receive(ANN, "in", Some("4QueueId9"));
    home.file(ANN, own(Role::Sent), "sent", Origin::Sent, Flags::default());
    home.file(
        ANN,
        own(Role::Trash),
        "trash",
        Origin::Sent,
        Flags::default(),
    );
    let folder = home.create_folder(ANN, "A/B.C");
    home.file(ANN, folder, "own", Origin::Sent, Flags::default());
    home.merge_all();
    assert_eq!(home.tokens(ANN, "INBOX"), ["in"]);
    assert_eq!(home.tokens(ANN, "INBOX.Sent Items"), ["sent"]);
    assert_eq!(home.tokens(ANN, "INBOX.Trash"), ["trash"]);
    assert_eq!(home.tokens(ANN, "INBOX.A.B_C"), ["own"]);
}

#[test]
fn a_merge_that_is_cut_off_anywhere_loses_and_doubles_nothing() {
    let mut home = Home::new("dropped", &[ANN, BEN], "");
    let tokens = names("m", 150);
    receive_all(&mut home, ANN, &tokens);
    receive_all(&mut home, BEN, &tokens);
    let mut rounds = 0;
    while home.status().unmerged > 0 && rounds < 60 {
        rounds += 1;
        // Now too short to sign in, now long enough to resolve a doubt and go on.
        let after = if rounds % 3 == 0 { 450 } else { 15 };
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
    let mut home = Home::new("restored", &[ANN], "");
    let tokens = names("m", 25);
    receive_all(&mut home, ANN, &tokens);
    home.file(ANN, own(Role::Sent), "sent", Origin::Sent, Flags::default());
    let backup = home.back_up();
    home.merge_all();
    let mut session = home.a1.session(ANN);
    session.select("INBOX");
    session.command("UID MOVE 3 Archive");
    drop(session);
    home.restore(&backup);
    assert_eq!(home.status().unmerged, 26);
    home.receive(ANN, "new", None);
    home.merge_all();
    let mut expected = tokens.clone();
    assert_eq!(home.tokens(ANN, "Archive"), [expected.remove(2)]);
    expected.push("new".to_owned());
    assert_eq!(home.tokens(ANN, "INBOX"), expected);
    assert_eq!(home.tokens(ANN, "Sent"), ["sent"]);
    let counts = home.state(ANN).counts;
    assert_eq!((counts.found, counts.received), (26, 1));
}

#[test]
fn a_large_message_goes_home_alone_and_whole() {
    let mut home = Home::new("large", &[ANN], "");
    home.receive(ANN, "small", None);
    let (_, bytes) = home.receive_sized(ANN, "large", None, 25_000_000);
    home.receive(ANN, "after", None);
    home.merge_all();
    assert_eq!(home.tokens(ANN, "INBOX"), ["small", "large", "after"]);
    assert!(home.a1.session(ANN).fetch_all("INBOX")[1].body == bytes);
}

/// Sets until when a message can be taken back, or that it cannot any more.
fn hold(home: &Home, id: StandbyId, until: Option<Timestamp>) {
    let mailbox = home.mailbox(ANN);
    let hold = until.map(|until| Hold {
        entry: QueueId::generate(until),
        until,
        marked: false,
    });
    home.write(move |tx| {
        messages::update(tx, &mailbox, id, |message| {
            message.written = Some(Written {
                hold,
                ..Written::default()
            });
        })
    });
}

#[test]
fn what_can_be_taken_back_stays_until_it_is_on_its_way() {
    let mut home = Home::new("held", &[ANN], "");
    let now = SystemClock.now();
    let minute = Duration::from_secs(60);
    let sent =
        |home: &Home, token| home.file(ANN, own(Role::Sent), token, Origin::Sent, Flags::default());
    let (held, forgotten) = (sent(&home, "held"), sent(&home, "forgotten"));
    hold(&home, held, Some(now.after(minute)));
    // Nobody ended this one when it was over: the merge does.
    hold(&home, forgotten, Some(now.before(minute)));
    home.receive(ANN, "received", None);
    home.merge_until("the rest is merged", |home| home.status().unmerged == 1);
    assert_eq!(home.tokens(ANN, "INBOX"), ["received"]);
    assert_eq!(home.tokens(ANN, "Sent"), ["forgotten"]);

    // Taken back it is a draft, and goes home as one.
    let mailbox = home.mailbox(ANN);
    home.write(move |tx| {
        messages::update(tx, &mailbox, held, |message| {
            message.origin = Origin::Draft;
            message.folder = own(Role::Drafts);
            message.written = Some(Written::default());
        })
    });
    let last = sent(&home, "last");
    hold(&home, last, Some(now.after(minute)));
    home.merge_until("the draft is merged", |home| home.status().unmerged == 1);
    assert_eq!(home.tokens(ANN, "Drafts"), ["held"]);
    let mailbox = home.mailbox(ANN).record.id;
    home.write(move |tx| written::end_hold(tx, mailbox, last));
    home.merge_all();
    assert_eq!(home.tokens(ANN, "Sent"), ["forgotten", "last"]);
}
