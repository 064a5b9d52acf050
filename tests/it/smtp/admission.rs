//! When there is too little of something, mail waits with its sender, and the metrics say why.

use std::net::TcpStream;
use std::time::Duration;

use super::bed::Bed;
use super::perimeter::{OTHER, header, stranger};
use crate::rig::smtp::Reply;
use crate::rig::{Dialect, SmtpClient, TestMessage, wait_until};

#[test]
fn too_little_disk_is_said_and_counted() {
    let bed = Bed::start(
        "smtp-disk",
        "disk_free_low = \"1000TB\"\ndisk_free_min = \"1000TB\"",
    );
    bed.provision();
    let message = TestMessage::plain("bob@elsewhere.test", "ann@example.com", "full", 2_000);
    for (address, dialect) in [
        (bed.lifeboat.lmtp().addr(), Dialect::Lmtp),
        (bed.trusted.addr(), Dialect::Smtp),
    ] {
        let mut client = SmtpClient::connect(address, dialect).expect("connect");
        let replies = client.send("bob@elsewhere.test", &["ann@example.com"], &message.bytes);
        let reply = replies.expect("hand over").remove(0);
        assert_eq!(
            (reply.code, reply.text.get(..5)),
            (452, Some("4.3.1")),
            "{reply:?}"
        );
    }
    let refused = bed.metric("lifeboat_intake_refused_total{reason=\"disk-full\"}");
    assert_eq!(refused, 2);
    let taken = bed.metric("lifeboat_intake_messages_total{way=\"lmtp\"}");
    assert_eq!(taken, 0);
}

/// Below the low mark small mail still comes in; what is large is refused when it says so, and as soon as it is when not.
#[test]
fn a_disk_that_runs_low_takes_small_mail_only() {
    let bed = Bed::start("smtp-low", "disk_free_low = \"1000TB\"");
    bed.provision();
    let letter = |octets| TestMessage::plain("bob@elsewhere.test", "ann@example.com", "x", octets);
    let (small, large) = (letter(2_000), letter(4 << 20));
    for (address, dialect) in [
        (bed.lifeboat.lmtp().addr(), Dialect::Lmtp),
        (bed.trusted.addr(), Dialect::Smtp),
    ] {
        let mut client = SmtpClient::connect(address, dialect).expect("connect");
        let mut send = |message: &TestMessage| {
            let sent = client.send("bob@elsewhere.test", &["ann@example.com"], &message.bytes);
            codes(&sent.expect("hand over").remove(0))
        };
        assert!(send(&small).starts_with("250 2."));
        assert_eq!(send(&large), "452 4.3.1");
        assert!(send(&small).starts_with("250 2."), "the session goes on");
        let mut say = |line: &str| codes(&client.command(line).expect("talk"));
        say("MAIL FROM:<bob@elsewhere.test> SIZE=4194304");
        say("RCPT TO:<ann@example.com>");
        assert_eq!(say("DATA"), "452 4.3.1", "before it is sent");
    }
    assert_eq!(refused(&bed, "disk-full"), 4);
    let inside = bed.into_store();
    // The same message twice is one, by whichever way it comes.
    assert_eq!(inside.messages("ann@example.com").len(), 1);
}

#[test]
fn connections_are_bounded_and_counted() {
    let bed = Bed::start("smtp-connections", "connections_max = 3");
    let open = || SmtpClient::connect(bed.trusted.addr(), Dialect::Smtp);
    let held: Vec<SmtpClient> = (0..3).map(|_| open().expect("a slot")).collect();
    assert_eq!(bed.metric("lifeboat_intake_connections{way=\"smtp\"}"), 3);
    let said = open().err().expect("no slot is left").to_string();
    assert!(said.contains("421"), "{said}");
    // LMTP has slots of its own.
    SmtpClient::connect(bed.lifeboat.lmtp().addr(), Dialect::Lmtp).expect("LMTP is not touched");
    assert_eq!(
        bed.metric("lifeboat_intake_refused_total{reason=\"connections\"}"),
        1
    );
    drop(held);
    wait_until("a slot is free", Duration::from_secs(60), || open().is_ok());
}

/// What a reply begins with: its code and its enhanced code.
fn codes(reply: &Reply) -> String {
    let text = reply.text.split(' ').next().unwrap_or_default();
    format!("{} {text}", reply.code)
}

fn refused(bed: &Bed, reason: &str) -> u64 {
    bed.metric(&format!(
        "lifeboat_intake_refused_total{{reason=\"{reason}\"}}"
    ))
}

#[test]
fn a_mailbox_that_is_full_is_said_and_counted_and_others_go_on() {
    let bed = Bed::start("smtp-quota", "mailbox_size_max = \"100KB\"");
    bed.provision();
    let mut client = SmtpClient::connect(bed.trusted.addr(), Dialect::Smtp).expect("connect");
    let mut send = |to: &[&str], subject: &str| {
        let message = TestMessage::plain("bob@elsewhere.test", to[0], subject, 60_000);
        let replies = client.send("bob@elsewhere.test", to, &message.bytes);
        replies
            .expect("hand over")
            .iter()
            .map(codes)
            .collect::<Vec<_>>()
    };
    let (ann, bob) = ("ann@example.com", "bob@example.com");
    assert_eq!(send(&[ann], "one"), ["250 2.1.5"]);
    assert_eq!(send(&[ann], "two"), ["250 2.1.5"], "it is not full yet");
    assert_eq!(send(&[ann, bob], "three"), ["452 4.2.2", "250 2.1.5"]);
    assert_eq!(refused(&bed, "mailbox-full"), 1);
}

#[test]
fn bodies_under_way_are_bounded_by_memory_and_it_is_said_and_counted() {
    let bed = Bed::start("smtp-memory", "memory_max = \"8MB\"");
    bed.provision();
    let begin = || {
        let mut client = SmtpClient::connect(bed.trusted.addr(), Dialect::Smtp).expect("connect");
        client
            .command("MAIL FROM:<x@elsewhere.test>")
            .expect("talk");
        client.command("RCPT TO:<ann@example.com>").expect("talk");
        let reply = client.command("DATA").expect("talk");
        (client, reply)
    };
    let mut under_way = Vec::new();
    let refusal = loop {
        let (client, reply) = begin();
        if reply.code != 354 {
            break reply;
        }
        under_way.push(client);
        assert!(under_way.len() < 200, "never refused");
    };
    assert_eq!(codes(&refusal), "452 4.3.1");
    assert_eq!(refused(&bed, "memory"), 1);
    let held = bed.metric("lifeboat_intake_memory_bytes ");
    assert!((1..=8 << 20).contains(&held), "{held}");
    // Who has begun finishes, and then there is room.
    let mut one = under_way.remove(0);
    one.write(b"Subject: x\r\n\r\nx\r\n.\r\n").expect("write");
    assert!(one.read_reply().expect("a reply").is_ok());
    wait_until("there is room", Duration::from_secs(30), || {
        begin().1.code == 354
    });
}

#[test]
fn strangers_are_bounded_and_their_guesses_too() {
    let bed = Bed::start(
        "smtp-rate",
        "verify_senders = false\nclient_messages_per_minute = 3\nclient_connections_max = 2",
    );
    let (mut one, _two) = (stranger(&bed, OTHER), stranger(&bed, OTHER));
    let third = SmtpClient::connect_behind(bed.perimeter.addr(), Dialect::Smtp, &header(OTHER));
    let said = third.err().expect("two are open").to_string();
    assert!(said.contains("421"), "{said}");
    assert_eq!(refused(&bed, "client-connections"), 1);

    // The directory is not known to be whole: nobody is told for good who exists, and guesses count all the same.
    bed.provision_with(&[]);
    one.command("MAIL FROM:<x@elsewhere.test>").expect("talk");
    let mut rcpt = |to: &str| codes(&one.command(&format!("RCPT TO:<{to}>")).expect("talk"));
    for guess in ["a@example.com", "b@example.com", "c@example.com"] {
        assert_eq!(rcpt(guess), "450 4.1.1");
    }
    assert_eq!(rcpt("d@example.com"), "452 4.7.0");
    assert_eq!(rcpt("ann@example.com"), "452 4.7.0", "nor who does exist");
    assert_eq!(refused(&bed, "client-rate"), 2);
}

/// Who sends an octet now and then is sent away after the minute of grace, and leaves nothing.
#[test]
fn who_is_too_slow_is_sent_away() {
    let bed = Bed::start("smtp-slow", "");
    bed.provision();
    let mut client = SmtpClient::connect(bed.trusted.addr(), Dialect::Smtp).expect("connect");
    client
        .command("MAIL FROM:<x@elsewhere.test>")
        .expect("talk");
    client.command("RCPT TO:<ann@example.com>").expect("talk");
    assert_eq!(client.command("DATA").expect("talk").code, 354);
    wait_until("it is sent away", Duration::from_secs(180), || {
        std::thread::sleep(Duration::from_secs(1));
        client.write(b"x").is_err() || refused(&bed, "slow") == 1
    });
    assert_eq!(
        codes(&client.read_reply().expect("a last word")),
        "421 4.4.2"
    );
    assert_eq!(refused(&bed, "slow"), 1);
    assert!(bed.into_store().messages("ann@example.com").is_empty());
}

/// A listener behind a load balancer hears nobody who does not begin with its header.
#[test]
fn without_the_header_nothing_is_said() {
    use std::io::{Read, Write};
    let bed = Bed::start("smtp-header", "");
    for first in [
        &b"EHLO spammer.test\r\n"[..],
        b"PROXY TCP4 192.0.2.7 192.0.2.1 1 25\r\n",
    ] {
        let mut stream = TcpStream::connect(bed.perimeter.addr()).expect("connect");
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        stream.write_all(first).unwrap();
        let mut said = Vec::new();
        // Closed or reset: either way without a word.
        let _ = stream.read_to_end(&mut said);
        assert_eq!(String::from_utf8_lossy(&said), "");
    }
}
