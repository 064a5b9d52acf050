use proptest::prelude::*;

use super::{Trace, below_trace, mx_queue_id, names_id};
use crate::clock::Timestamp;
use crate::ids::{Address, DeliveryId};

fn trace_with<'a>(to: &'a Address, reverse_path: &'a str, client: &'a str) -> Trace<'a> {
    Trace {
        reverse_path,
        delivered_to: to,
        client_name: client,
        client_address: "[192.0.2.1]",
        host: "standby.example.net",
        protocol: "LMTP",
        delivery: DeliveryId::from_bytes([0xab; 16]),
        at: Timestamp::from_secs(1_795_366_800),
    }
}

#[test]
fn the_trace_names_the_delivery_and_comes_off_again() {
    let to: Address = "ann@example.com".parse().unwrap();
    let trace = trace_with(&to, "bob@example.org", "mx1.example.net").to_bytes();
    let text = String::from_utf8(trace.clone()).unwrap();
    assert_eq!(
        text,
        "Return-Path: <bob@example.org>\r\n\
         Delivered-To: ann@example.com\r\n\
         Received: from mx1.example.net ([192.0.2.1])\r\n\
         \tby standby.example.net (Lifeboat) with LMTP id abababababababababababababababab\r\n\
         \tfor <ann@example.com>;\r\n\
         \tSun, 22 Nov 2026 17:00:00 +0000\r\n"
    );
    let message = [trace.as_slice(), b"From: x\r\n\r\nbody"].concat();
    assert_eq!(below_trace(&message), b"From: x\r\n\r\nbody");
    assert!(names_id(&message, &"ab".repeat(16)));
    assert!(!names_id(&message, &"ac".repeat(16)));
}

#[test]
fn queue_ids_of_the_usual_mtas_are_found() {
    let cases: &[(&str, Option<&str>)] = &[
        (
            "from a (b [1.2.3.4])\r\n\tby mx (Postfix) with ESMTPS id 4XYZ12abcD\r\n\tfor <ann@x>; Sun, 22 Nov",
            Some("4XYZ12abcD"),
        ),
        (
            "by mx (Postfix, from userid 0)\r\n\tid DEADBEEF01; Sun",
            Some("DEADBEEF01"),
        ),
        (
            "from a by mx with esmtps  (TLS1.3) tls X\r\n\t(Exim 4.96)\r\n\t(envelope-from <a@b>)\r\n\tid 1r5abc-0003Xx-2c\r\n\tfor x; Sun",
            Some("1r5abc-0003Xx-2c"),
        ),
        (
            "(qmail 4711 invoked by uid 89); 22 Nov 2026",
            Some("qmail-4711"),
        ),
        ("from a (id spoofed) by b; Sun", None),
        ("from a by b with SMTP; Sun id 5", None),
        ("from a by b id", None),
        ("", None),
    ];
    for (value, expected) in cases {
        let message = format!("Delivered-To: x\r\nReceived: {value}\r\nReceived: id older\r\n\r\n");
        assert_eq!(
            mx_queue_id(message.as_bytes()).as_deref(),
            *expected,
            "{value}"
        );
    }
    assert_eq!(
        mx_queue_id(b"Subject: x\r\n\r\nReceived: by x id 1\r\n"),
        None
    );
}

#[test]
fn only_the_top_of_the_header_is_trace() {
    let cases: &[(&str, &str)] = &[
        (
            "Return-Path: <>\nReceived: x\n y\nFrom: a\nReceived: z\n\nb",
            "From: a\nReceived: z\n\nb",
        ),
        ("From: a\nReceived: x\n\nb", "From: a\nReceived: x\n\nb"),
        (
            "Received: x\nno field\nReceived: y\n\n",
            "no field\nReceived: y\n\n",
        ),
        ("Received: x\n\nb", "\nb"),
        ("Received: x", ""),
        ("", ""),
    ];
    for (message, expected) in cases {
        let below = below_trace(message.as_bytes());
        assert_eq!(below, expected.as_bytes(), "{message}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn nothing_a_client_says_breaks_the_trace(path in any::<String>(), client in any::<String>(), body in any::<Vec<u8>>()) {
        let to: Address = "ann@example.com".parse().unwrap();
        let trace = trace_with(&to, &path, &client).to_bytes();
        let text = String::from_utf8(trace.clone()).unwrap();
        prop_assert_eq!(text.matches("\r\n").count(), 6);
        prop_assert_eq!(text.matches('\n').count(), 6);
        prop_assert!(text.lines().all(|line| line.len() <= 998));
        let message = [trace.as_slice(), b"From: a\r\n", &body].concat();
        let below = below_trace(&message);
        prop_assert_eq!(&below[..9], b"From: a\r\n".as_slice());
        let _ = mx_queue_id(&body);
    }
}
