use super::*;
use crate::ids::MailboxId;
use crate::receive::acceptor::KnownMailbox;
use crate::receive::command::{Command, parse};

fn envelope(mail: &str, client_name: &str) -> Envelope {
    let Ok(Command::Mail(mail)) = parse(mail.as_bytes()) else {
        panic!("not a MAIL command");
    };
    Envelope {
        reverse_path: mail.reverse_path,
        recipients: vec![Recipient {
            given: "Info+x@example.com".to_owned(),
            mailbox: KnownMailbox {
                id: MailboxId::from_bytes([7; 16]),
                address: "ann@example.com".parse().unwrap(),
            },
            notify: None,
            original: None,
        }],
        client_name: client_name.to_owned(),
        smtp_utf8: mail.smtp_utf8,
        ..Envelope::default()
    }
}

fn headers(envelope: &Envelope, peer: Peer) -> String {
    let envelope = &Envelope {
        client: peer,
        ..envelope.clone()
    };
    let trace = Trace {
        hostname: "standby.example.com",
        envelope,
        authenticity: None,
        now: Timestamp::from_secs(1_700_000_000),
    };
    let delivery = DeliveryId::from_bytes([0xab; 16]);
    String::from_utf8(trace.headers(&envelope.recipients[0], delivery)).unwrap()
}

#[test]
fn headers_of_a_delivery() {
    assert_eq!(
        headers(
            &envelope("MAIL FROM:<bob@elsewhere.example>", "mx.example.com"),
            Peer::Tcp("192.0.2.7:2525".parse().unwrap())
        ),
        "Return-Path: <bob@elsewhere.example>\r\n\
         Delivered-To: ann@example.com\r\n\
         Received: from mx.example.com ([192.0.2.7])\r\n\
         \tby standby.example.com (Lifeboat) with LMTP id abababababababababababababababab\r\n\
         \tfor <Info+x@example.com>; Tue, 14 Nov 2023 22:13:20 +0000\r\n"
    );
}

#[test]
fn headers_of_odd_clients() {
    let text = headers(
        &envelope("MAIL FROM:<> SMTPUTF8", "a(b)\"c;<d>"),
        Peer::Tcp("[2001:db8::1]:25".parse().unwrap()),
    );
    assert!(text.starts_with("Return-Path: <>\r\n"), "{text}");
    assert!(
        text.contains("Received: from abcd ([IPv6:2001:db8::1])\r\n"),
        "{text}"
    );
    assert!(text.contains(" with UTF8LMTP id "), "{text}");
    let text = headers(&envelope("MAIL FROM:<>", "()"), Peer::Unix);
    assert!(text.contains("Received: from unknown\r\n"), "{text}");
}

#[test]
fn queue_ids() {
    let cases: &[(&str, Option<&str>)] = &[
        (
            "Received: from a.example (a.example [192.0.2.1])\r\n\tby mx.example.com (Postfix) \
             with ESMTPS id 4ABC12D3\r\n\tfor <ann@example.com>; Mon, 1 Jan 2024 00:00:00 +0000\r\n\r\nx",
            Some("4ABC12D3"),
        ),
        (
            "Received: by mx.example.com (Postfix, from userid 0)\r\n\tid 4XYZ; Mon\r\nSubject: x\r\n",
            Some("4XYZ"),
        ),
        (
            "Return-Path: <a@b>\r\nReceived: from x by y with esmtp (Exim 4.96)\r\n\t(envelope-from \
             <a@b>)\r\n\tid 1qABCD-0001Ab-2C; Mon\r\n\r\n",
            Some("1qABCD-0001Ab-2C"),
        ),
        ("RECEIVED: from id by y ID <q@y>; Mon\r\n\r\n", Some("q@y")),
        (
            "Received: from x by y (id nested (id twice) \\) id) id Q1; d\r\n\r\n",
            Some("Q1"),
        ),
        // Not the MX's, or not believable.
        ("Subject: x\r\nReceived: by y id Q1; d\r\n\r\n", None),
        ("Received: from x by y with SMTP; d\r\n\r\n", None),
        ("Received: from x by y id; d\r\n\r\n", None),
        ("Received: from x by y id \r\n\r\n", None),
        ("Received: from x by y id a\u{e9}b; d\r\n\r\n", None),
        ("\r\nReceived: by y id Q1; d\r\n", None),
        ("Received", None),
        ("", None),
        ("Received: by y id Q1; d", None),
    ];
    for (message, expected) in cases {
        assert_eq!(
            mx_queue_id(message.as_bytes()).as_deref(),
            *expected,
            "{message:?}"
        );
    }
    let long = format!("Received: by y id {}; d\r\n\r\n", "a".repeat(65));
    assert_eq!(mx_queue_id(long.as_bytes()), None);
    let deep = format!("Received: by y {} id Q1; d\r\n\r\n", "(".repeat(3000));
    assert_eq!(mx_queue_id(deep.as_bytes()), None);
}

#[test]
fn how_it_came() {
    let base = envelope("MAIL FROM:<bob@elsewhere.example>", "mx.example.com");
    let of = |protocol, is_extended, smtp_utf8, tls: Option<&str>| {
        with(&Envelope {
            protocol,
            is_extended,
            smtp_utf8,
            tls: tls.map(str::to_owned),
            ..base.clone()
        })
    };
    let tls = Some("TLSv1.3 with cipher X");
    assert_eq!(of(Protocol::Lmtp, true, false, None), "LMTP");
    assert_eq!(of(Protocol::Smtp, false, false, None), "SMTP");
    assert_eq!(of(Protocol::Smtp, true, false, None), "ESMTP");
    assert_eq!(of(Protocol::Smtp, true, false, tls), "ESMTPS");
    assert_eq!(of(Protocol::Smtp, true, true, tls), "UTF8SMTPS");
    assert_eq!(of(Protocol::Lmtp, true, true, None), "UTF8LMTP");
    let secured = Envelope {
        protocol: Protocol::Smtp,
        is_extended: true,
        tls: tls.map(str::to_owned),
        ..base
    };
    let text = headers(&secured, Peer::Unix);
    let expected = "Received: from mx.example.com\r\n\t(using TLSv1.3 with cipher X)\r\n\
                    \tby standby.example.com (Lifeboat) with ESMTPS id ";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn loops() {
    let recipients = envelope("MAIL FROM:<>", "x").recipients;
    let round = |head: &str| goes_round(head.as_bytes(), "standby.example.com", &recipients);
    let ours =
        "Received: from x\r\n\tby standby.example.com (Lifeboat) with LMTP id 1;\r\n\tnow\r\n";
    let hop = "Received: from a by b; now\r\n";
    let theirs = "Delivered-To: Ann@example.com\r\n";
    for (head, expected) in [
        (String::new(), false),
        (format!("{hop}\r\n"), false),
        (hop.repeat(100), false),
        (hop.repeat(101), true),
        (format!("{}\r\n{hop}", hop.repeat(100)), false),
        (format!("{ours}Subject: x\r\n"), false),
        (format!("{theirs}Subject: x\r\n"), false),
        (format!("{theirs}{ours}Subject: x\r\n"), true),
        (format!("{ours}Delivered-To: bob@example.com\r\n"), false),
        (format!("{ours}Subject: x\r\n\r\n{theirs}"), false),
    ] {
        assert_eq!(round(&head), expected, "{head}");
    }
}
