//! When there is too little of something, mail waits with its sender, and the metrics say why.

use std::net::TcpStream;
use std::time::Duration;

use super::bed::Bed;
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
