//! What is on the wire at STARTTLS and at the end of data, and a hand-over whose 250 was lost.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use lifeboat::net::{self, Endpoint, TlsConnector};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use super::bed::Bed;
use super::perimeter::header;
use crate::rig::{Dialect, SmtpClient, TestMessage};

/// What other servers have taken for the end of data.
const FALSE_ENDS: [&str; 11] = [
    "\n.\n",
    "\n.\r\n",
    "\r\n.\n",
    "\r.\r",
    "\r.\r\n",
    "\r\n.\r",
    "\r.\n",
    "\n.\r",
    "\r\n.\r\r\n",
    "\n\n.\r\n",
    "\r\n\0.\n",
];
/// What somebody would smuggle behind it.
const SMUGGLED: &str = "MAIL FROM:<evil@elsewhere.test>\r\nRCPT TO:<bob@example.com>\r\nDATA\r\n\
                        Subject: smuggled\r\n\r\nhello";

/// Every false end × {LMTP, trusted, perimeter} × {DATA, BDAT} × {one piece, octet by octet}: the message
/// is refused, nothing behind its false end is heard, and the session stays in step.
#[test]
fn no_false_end_of_data_ends_it() {
    let bed = Bed::start("smtp-smuggling", "verify_senders = false");
    bed.provision();
    let doors = [
        (bed.lifeboat.lmtp().addr(), Dialect::Lmtp, Vec::new()),
        (bed.trusted.addr(), Dialect::Smtp, Vec::new()),
        (
            bed.perimeter.addr(),
            Dialect::Smtp,
            header([198, 51, 100, 9]),
        ),
    ];
    for (address, dialect, header) in doors {
        for by_octets in [false, true] {
            let connect = || SmtpClient::connect_behind(address, dialect, &header);
            let mut client = connect().expect("connect");
            for end in FALSE_ENDS {
                let content = format!("Subject: x\r\n\r\nhi{end}{SMUGGLED}\r\n");
                begin_message(&mut client);
                assert_eq!(client.command("DATA").expect("talk").code, 354);
                write(&mut client, format!("{content}.\r\n").as_bytes(), by_octets);
                assert_refused(&mut client, end);
            }
            if dialect == Dialect::Lmtp {
                continue;
            }
            let mut client = connect().expect("connect");
            for end in FALSE_ENDS {
                let content = format!("Subject: x\r\n\r\nhi{end}{SMUGGLED}\r\n");
                begin_message(&mut client);
                let chunk = format!("BDAT {} LAST\r\n{content}", content.len());
                write(&mut client, chunk.as_bytes(), by_octets);
                assert_refused(&mut client, end);
            }
        }
    }
    let inside = bed.into_store();
    for mailbox in ["ann@example.com", "bob@example.com"] {
        assert!(inside.messages(mailbox).is_empty(), "{mailbox}");
    }
}

fn begin_message(client: &mut SmtpClient) {
    for line in [
        "MAIL FROM:<carol@elsewhere.test>",
        "RCPT TO:<ann@example.com>",
    ] {
        assert_eq!(client.command(line).expect("talk").code, 250, "{line}");
    }
}

fn write(client: &mut SmtpClient, octets: &[u8], one_by_one: bool) {
    let step = if one_by_one { 1 } else { octets.len() };
    for piece in octets.chunks(step) {
        client.write(piece).expect("talk");
    }
}

/// One reply, which refuses because of the line ends; the next one is to the next command.
fn assert_refused(client: &mut SmtpClient, end: &str) {
    let reply = client.read_reply().expect("a reply");
    assert!(matches!(reply.code, 451 | 554), "{end:?}: {reply:?}");
    assert!(
        reply.text.contains("6.0 Message has a bare "),
        "{end:?}: {reply:?}"
    );
    let reply = client.command("NOOP").expect("talk");
    assert_eq!((reply.code, &*reply.text), (250, "2.0.0 OK"), "{end:?}");
}

/// What somebody in between put behind STARTTLS is heard neither before nor after TLS (RFC 3207 §4.2).
#[test]
fn what_is_injected_behind_starttls_is_dropped() {
    let bed = Bed::start("smtp-injection", "");
    bed.provision();
    let injected = b"STARTTLS\r\nEHLO injected\r\nMAIL FROM:<evil@elsewhere.test>\r\n\
                     RCPT TO:<ann@example.com>\r\nDATA\r\nSubject: injected\r\n\r\n.\r\n";
    // In one piece: nothing but the reply to STARTTLS comes back.
    let mut plain = TcpStream::connect(bed.trusted.addr()).expect("connect");
    read_reply(&mut plain);
    plain.write_all(b"EHLO client\r\n").unwrap();
    read_reply(&mut plain);
    plain.write_all(injected).unwrap();
    assert_eq!(read_reply(&mut plain), "220 2.0.0 Ready to start TLS\r\n");
    plain
        .set_read_timeout(Some(Duration::from_millis(500)))
        .unwrap();
    let more = plain.read(&mut [0; 100]);
    assert!(!matches!(more, Ok(1..)), "said before TLS: {more:?}");
    drop(plain);
    // And the session that follows TLS begins anew.
    let said = runtime().block_on(inside_tls(&bed, injected));
    assert_eq!(said, ["503 5.5.1 EHLO first", "221 2.0.0 Bye"]);
    assert!(bed.into_store().messages("ann@example.com").is_empty());
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Runtime::new().expect("a runtime")
}

fn read_reply(stream: &mut TcpStream) -> String {
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let mut all = Vec::new();
    loop {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("a reply");
        all.push(byte[0]);
        let start = all[..all.len() - 1].iter().rposition(|&b| b == b'\n');
        let last = &all[start.map_or(0, |at| at + 1)..];
        if last.ends_with(b"\r\n") && last.get(3) == Some(&b' ') {
            return String::from_utf8(all).unwrap();
        }
    }
}

/// What is said to `MAIL` and `QUIT` after TLS was started with `injected` behind STARTTLS.
async fn inside_tls(bed: &Bed, injected: &[u8]) -> Vec<String> {
    let address = bed.trusted.addr();
    let endpoint = Endpoint::tcp(address.ip().to_string(), address.port());
    let patience = Duration::from_secs(60);
    let mut stream = BufReader::new(net::connect(&endpoint, patience).await.expect("connect"));
    let mut line = String::new();
    stream.read_line(&mut line).await.unwrap();
    stream.write_all(injected).await.unwrap();
    line.clear();
    stream.read_line(&mut line).await.unwrap();
    assert!(line.starts_with("220 "), "{line}");
    assert!(stream.buffer().is_empty(), "more than the reply came");
    let connector = TlsConnector::new(Some(&bed.dir.path().join("tls.pem"))).expect("a CA file");
    let stream = connector
        .handshake(stream.into_inner(), "localhost", patience)
        .await
        .expect("shake hands");
    let mut stream = BufReader::new(stream);
    let mut said = Vec::new();
    for command in ["MAIL FROM:<carol@elsewhere.test>\r\n", "QUIT\r\n"] {
        stream.write_all(command.as_bytes()).await.unwrap();
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        said.push(line.trim_end().to_owned());
    }
    said
}

/// The sender is gone after the final dot and comes again: one message (FAULTS.md).
#[test]
fn a_hand_over_whose_250_was_lost_is_recognised() {
    let bed = Bed::start("smtp-repeated", "");
    bed.provision();
    let message = TestMessage::plain("bob@elsewhere.test", "ann@example.com", "again", 2_000);
    let received: &[u8] = b"Received: from a by mx.rig.test (Postfix) with ESMTP id 4XYZ; now\r\n";
    let message = [received, &message.bytes].concat();
    let ways = [
        (bed.lifeboat.lmtp().addr(), Dialect::Lmtp),
        (bed.trusted.addr(), Dialect::Smtp),
        (bed.trusted.addr(), Dialect::Smtp),
    ];
    let said: Vec<String> = ways
        .into_iter()
        .map(|(address, dialect)| {
            let mut client = SmtpClient::connect(address, dialect).expect("connect");
            let replies = client.send("bob@elsewhere.test", &["ann@example.com"], &message);
            let reply = replies.expect("hand over").remove(0);
            assert!(reply.is_ok(), "{reply:?}");
            reply.text
        })
        .collect();
    assert!(said.iter().all(|text| *text == said[0]), "{said:?}");
    assert_eq!(bed.metric("lifeboat_intake_repeated_total"), 2);
    assert_eq!(bed.into_store().messages("ann@example.com").len(), 1);
}
