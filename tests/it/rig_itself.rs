//! The rig works: mail flows through its servers, and its faults are the faults they claim to be.

use std::time::{Duration, Instant};

use crate::rig::{
    Dovecot, DovecotOptions, LmtpProxy, Mbsync, Postfix, PostfixOptions, ProxyMode, RigDir, Sink,
    Syncs, TestMessage, User, wait_until,
};

const ANN: &str = "ann@example.com";

fn with_ann() -> DovecotOptions {
    DovecotOptions {
        users: vec![User::plain(ANN, "pw")],
        ..DovecotOptions::default()
    }
}

fn message(token: &str) -> TestMessage {
    TestMessage::plain("bob@elsewhere.test", ANN, token, 0)
}

#[test]
fn mail_flows_from_postfix_through_dovecot_to_mbsync_and_out_to_the_sink() {
    let dir = RigDir::new("flow");
    let a1 = Dovecot::start("a1", &dir.sub("a1"), with_ann());
    let sink = Sink::start();
    let postfix = Postfix::start(
        &dir.sub("mx"),
        PostfixOptions {
            domains: vec!["example.com".into()],
            routes: vec![(ANN.into(), "a1".into())],
            mailstores: vec![("a1".into(), a1.lmtp().addr())],
            relayhost: Some(sink.port().addr()),
            ..PostfixOptions::default()
        },
    );

    let mut session = a1.session(ANN);
    let old = message("old-one");
    session.append(
        "INBOX",
        &["\\Seen"],
        Some("01-Oct-2026 08:00:00 +0000"),
        &old.bytes,
    );
    let copy = Mbsync::new(&dir.sub("mbsync"), &a1, ANN, "pw");
    copy.sync().expect("first sync");
    let before = copy.messages();
    assert_eq!(before.len(), 1);

    postfix.submit("bob@elsewhere.test", &[ANN], &message("new-one").bytes);
    wait_until(
        "the message is in the inbox",
        Duration::from_secs(20),
        || a1.session(ANN).fetch_all("INBOX").len() == 2,
    );
    let inbox = a1.session(ANN).fetch_all("INBOX");
    assert_eq!(inbox[0].body, old.bytes);
    assert_eq!(inbox[0].flags, ["\\Seen"]);
    assert!(inbox[1].contains("new-one"));

    copy.sync().expect("second sync");
    let after = copy.messages();
    assert_eq!(after.len(), 2);
    wait_until("Dovecot counts two bodies", Duration::from_secs(5), || {
        a1.bodies_fetched(ANN) == 2
    });
    assert!(before.is_subset(&after), "nothing is downloaded again");

    postfix.submit(ANN, &["carol@internet.test"], &message("outgoing").bytes);
    let sent = sink.wait_for("outgoing", Duration::from_secs(20));
    assert_eq!(sent.to, ["carol@internet.test"]);
}

#[test]
fn a_killed_dovecot_comes_back_with_its_ports_users_and_uids() {
    let dir = RigDir::new("kill");
    let mut a1 = Dovecot::start("a1", &dir.sub("a1"), with_ann());
    a1.session(ANN)
        .append("INBOX", &[], None, &message("kept").bytes);
    let before = a1.session(ANN).select("INBOX");
    a1.kill();
    assert!(crate::rig::ImapSession::connect(a1.imap().addr()).is_err());
    a1.restart();
    assert_eq!(a1.session(ANN).select("INBOX"), before);
}

#[test]
fn hanging_after_the_dot_leaves_a_message_in_doubt_that_dovecot_has() {
    let dir = RigDir::new("doubt");
    let a1 = Dovecot::start("a1", &dir.sub("a1"), with_ann());
    let proxy = LmtpProxy::start(a1.lmtp().addr());
    let postfix = Postfix::start(
        &dir.sub("mx"),
        PostfixOptions {
            domains: vec!["example.com".into()],
            routes: vec![(ANN.into(), "a1".into())],
            mailstores: vec![("a1".into(), proxy.port().addr())],
            data_done_timeout_secs: 2,
            ..PostfixOptions::default()
        },
    );
    proxy.set_mode(ProxyMode::HangAfterDot);
    let id = postfix.submit("bob@elsewhere.test", &[ANN], &message("doubt").bytes);
    wait_until("Dovecot stored it", Duration::from_secs(20), || {
        a1.session(ANN).fetch_all("INBOX").len() == 1
    });
    wait_until("Postfix deferred it", Duration::from_secs(20), || {
        let queue = postfix.queue();
        queue
            .iter()
            .any(|m| m.queue_name == "deferred" && m.queue_id == id)
    });
    assert!(proxy.in_doubt() >= 1);
    // The retry doubles it: this is the fault that a merge must see through.
    proxy.set_mode(ProxyMode::Pass);
    wait_until("the retry arrives", Duration::from_secs(30), || {
        a1.session(ANN).fetch_all("INBOX").len() >= 2
    });
    let inbox = a1.session(ANN).fetch_all("INBOX");
    assert!(
        inbox.iter().all(|m| m.contains(&id)),
        "both carry the queue id"
    );
}

#[test]
fn a_frozen_dovecot_accepts_connections_and_says_nothing() {
    let dir = RigDir::new("freeze");
    let a1 = Dovecot::start("a1", &dir.sub("a1"), with_ann());
    a1.freeze();
    let stream = std::net::TcpStream::connect(a1.imap().addr()).expect("the kernel accepts");
    stream
        .set_read_timeout(Some(Duration::from_millis(500)))
        .expect("set a timeout");
    let mut byte = [0];
    let answer = std::io::Read::read(&mut &stream, &mut byte);
    assert!(answer.is_err(), "a frozen server answers nothing");
    a1.thaw();
    wait_until("it answers again", Duration::from_secs(10), || {
        crate::rig::ImapSession::connect(a1.imap().addr()).is_ok()
    });
}

#[test]
fn the_sink_refuses_whom_it_is_told_to() {
    let sink = Sink::start();
    sink.refuse("nobody@", "550 5.1.1 No such user");
    let mut client = crate::rig::SmtpClient::connect(sink.port().addr(), crate::rig::Dialect::Smtp)
        .expect("connect");
    let replies = client
        .send(
            ANN,
            &["nobody@x.test", "carol@x.test"],
            &message("half").bytes,
        )
        .expect("send");
    assert_eq!(replies[0].code, 550);
    assert_eq!(replies[1].code, 250);
    assert_eq!(sink.messages()[0].to, ["carol@x.test"]);
}

#[test]
fn a_slow_disk_is_slow_and_its_syncs_are_counted() {
    let dir = RigDir::new("slow");
    let syncs = Syncs {
        delay: Duration::from_millis(100),
        log: dir.path().join("syncs"),
    };
    let options = DovecotOptions {
        syncs: Some(syncs.clone()),
        ..with_ann()
    };
    let a1 = Dovecot::start("a1", &dir.sub("a1"), options);
    let mut session = a1.session(ANN);
    session.select("INBOX");
    let (before, begun) = (syncs.count(), Instant::now());
    session.append("INBOX", &[], None, &message("slow").bytes);
    let took = begun.elapsed();
    let counted = syncs.count() - before;
    assert!(counted >= 1, "an APPEND syncs");
    assert!(
        took >= Duration::from_millis(100),
        "{counted} syncs in {took:?}"
    );
}
