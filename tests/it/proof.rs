//! The proof can fail: it accepts a mailbox that is right and finds every kind of damage.

use crate::rig::proof::{Accepted, Proof, now_secs};
use crate::rig::sabotage::Sabotage;
use crate::rig::{Dovecot, DovecotOptions, RigDir, TestMessage, User};

const ANN: &str = "ann@example.com";

struct Scene {
    _dir: RigDir,
    a1: Dovecot,
    proof: Proof,
    accepted: Vec<Accepted>,
}

/// An inbox with two old messages, a snapshot, and two messages appended after it.
fn scene() -> Scene {
    let dir = RigDir::new("proof");
    let a1 = Dovecot::start(
        "a1",
        &dir.sub("a1"),
        DovecotOptions {
            users: vec![User::plain(ANN, "pw")],
            ..DovecotOptions::default()
        },
    );
    let mut session = a1.session(ANN);
    for token in ["old-1", "old-2"] {
        let message = TestMessage::plain("bob@x.test", ANN, token, 0);
        session.append(
            "INBOX",
            &["\\Seen"],
            Some("01-Oct-2026 08:00:00 +0200"),
            &message.bytes,
        );
    }
    let proof = Proof::snapshot(&dir.sub("proof"), &[&a1], |_| true).expect("a snapshot");
    let mut accepted = Vec::new();
    for (token, folder) in [("new-1", "INBOX"), ("new-2", "Sent"), ("new-3", "INBOX")] {
        let message = TestMessage::plain("bob@x.test", ANN, token, 0);
        session.append(folder, &["\\Flagged"], None, &message.bytes);
        let content_file = dir.path().join(token);
        std::fs::write(&content_file, &message.bytes).expect("keep the content");
        accepted.push(Accepted {
            token: token.into(),
            also: Vec::new(),
            mailbox: ANN.into(),
            folder: folder.into(),
            date_from: now_secs() - 60,
            date_to: now_secs() + 60,
            flags: Some(vec!["\\Flagged".into()]),
            content_file: Some(content_file),
        });
    }
    Scene {
        _dir: dir,
        a1,
        proof,
        accepted,
    }
}

/// The names of the demands that do not hold, each once.
fn failures(scene: &Scene) -> Vec<String> {
    let verdict = scene.proof.verify(&scene.accepted).expect("a verdict");
    let mut names: Vec<String> = verdict.failures.into_iter().map(|f| f.check).collect();
    names.sort();
    names.dedup();
    names
}

#[test]
fn what_is_right_is_proven() {
    let scene = scene();
    let verdict = scene.proof.verify(&scene.accepted).expect("a verdict");
    assert!(verdict.ok, "{verdict:?}");
    assert_eq!(verdict.counts["old_messages"], 2);
    assert_eq!(verdict.counts["new_messages"], 3);
}

#[test]
fn every_sabotage_is_found() {
    let expected: [(Sabotage, &[&str]); 3] = [
        (Sabotage::Drop, &["exactly_once"]),
        (Sabotage::Double, &["exactly_once"]),
        (Sabotage::UidValidity, &["uidvalidity_kept"]),
    ];
    for (kind, names) in expected {
        let mut scene = scene();
        kind.apply(&mut scene.a1, ANN);
        assert_eq!(failures(&scene), names, "{kind:?}");
    }
}

#[test]
fn wrong_places_dates_flags_contents_and_strangers_are_found() {
    let mut scene = scene();
    let other = scene.accepted[1].content_file.clone();
    let first = &mut scene.accepted[0];
    first.folder = "Archive".into();
    first.date_from = first.date_to;
    first.flags = Some(Vec::new());
    first.content_file = other;
    scene.accepted.pop();
    let found = failures(&scene);
    let expected = [
        "content",
        "flags",
        "internaldate",
        "nothing_else",
        "right_folder",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_change_to_an_old_message_is_found() {
    let scene = scene();
    let mut session = scene.a1.session(ANN);
    session.select("INBOX");
    session.command("STORE 1 -FLAGS (\\Seen)");
    session.command("STORE 2 +FLAGS (\\Deleted)");
    session.command("EXPUNGE");
    assert_eq!(failures(&scene), ["old_flags_kept", "old_message_kept"]);
}
