use proptest::prelude::*;

use super::summarize;
use crate::mail::summary::{RECIPIENTS_MAX, REFERENCES_MAX, SUBJECT_BYTES_MAX};

const MESSAGE: &[u8] = b"Return-Path: <ann@example.com>\r\n\
Received: from a by b; Sun, 22 Nov 2026 18:00:00 +0100\r\n\
From: =?utf-8?Q?Ann_M=C3=BCller?= <ann@example.com>\r\n\
To: Bob <bob@example.org>,\r\n cleo@example.org\r\n\
Cc: \"D, E\" <d@example.org>\r\n\
Subject: =?iso-8859-1?Q?Gr=FC=DFe?=\r\n\
Date: Sun, 22 Nov 2026 18:00:00 +0100\r\n\
Message-ID: <1@example.com>\r\n\
In-Reply-To: <0@example.com>\r\n\
References: <00@example.com> <0@example.com>\r\n\
MIME-Version: 1.0\r\n\
Content-Type: multipart/mixed; boundary=b\r\n\
\r\n\
--b\r\n\
Content-Type: text/plain; charset=utf-8\r\n\
\r\n\
Hello Bob,\r\nhere it is.\r\n\
--b\r\n\
Content-Type: application/pdf; name=a.pdf\r\n\
Content-Transfer-Encoding: base64\r\n\
\r\n\
AAAA\r\n\
--b--\r\n";

#[test]
fn a_message_is_summarized() {
    let summary = summarize(MESSAGE);
    let from = summary
        .from
        .as_ref()
        .map(|from| (from.label(), from.address.as_str()));
    assert_eq!(from, Some(("Ann Müller", "ann@example.com")));
    let to: Vec<&str> = summary.to.iter().map(|to| to.label()).collect();
    assert_eq!(to, ["Bob", "cleo@example.org"]);
    assert_eq!(summary.cc[0].label(), "D, E");
    assert_eq!(summary.subject, "Grüße");
    assert_eq!(summary.date.map(|date| date.as_secs()), Some(1_795_366_800));
    assert_eq!(summary.message_id.as_deref(), Some("1@example.com"));
    assert_eq!(summary.in_reply_to.as_deref(), Some("0@example.com"));
    assert_eq!(summary.references, ["00@example.com", "0@example.com"]);
    assert_eq!(summary.preview, "Hello Bob, here it is.");
    assert!(summary.has_attachment);
    assert_eq!(summary.hints, crate::mail::Hints::default());
}

#[test]
fn hints_are_read() {
    let cases: &[(&str, &str)] = &[
        ("List-Id: <x>", "list"),
        ("list-unsubscribe: <mailto:x>", "list"),
        ("Precedence: BULK", "list"),
        ("Precedence: first-class", ""),
        ("Auto-Submitted: auto-replied", "automatic"),
        ("Auto-Submitted: no", ""),
        ("Content-Type: multipart/report; boundary=x", "automatic"),
        ("X-Spam-Flag: YES", "spam"),
        ("X-Spam-Status: Yes, score=9", "spam"),
        ("X-Spam-Status: No, score=1", ""),
        ("Content-Type: text/calendar", "calendar"),
        ("Content-Type: application/pdf", "attachment"),
        ("Content-Type: application/pgp-signature", ""),
        (
            "Content-Disposition: attachment; filename=x.txt",
            "attachment",
        ),
        ("Content-Type: text/plain; name=x.txt", ""),
    ];
    for (field, expected) in cases {
        let summary = summarize(format!("{field}\r\n\r\nbody").as_bytes());
        let hints = summary.hints;
        let found: Vec<&str> = [
            (hints.list, "list"),
            (hints.automatic, "automatic"),
            (hints.spam, "spam"),
            (hints.calendar, "calendar"),
            (summary.has_attachment, "attachment"),
        ]
        .into_iter()
        .filter_map(|(set, name)| set.then_some(name))
        .collect();
        assert_eq!(found.join(" "), *expected, "{field}");
    }
}

#[test]
fn summaries_are_bounded() {
    let many = "a@x.org, ".repeat(1000);
    let ids = "<1@x> ".repeat(900);
    let message = format!(
        "From: {}\nTo: {many}\nSubject: {}\nReferences: <first@x> {ids} <last@x>\n\n{}",
        "y".repeat(5000),
        "ü".repeat(20_000),
        "z".repeat(9000)
    );
    let summary = summarize(message.as_bytes());
    assert_eq!(summary.to.len(), RECIPIENTS_MAX);
    assert_eq!(summary.recipients_more as usize, 1000 - RECIPIENTS_MAX);
    assert!(summary.subject.len() <= SUBJECT_BYTES_MAX);
    assert_eq!(summary.references.len(), REFERENCES_MAX);
    assert_eq!(summary.references[0], "first@x");
    assert_eq!(summary.references[REFERENCES_MAX - 1], "last@x");
    let stored = postcard::to_stdvec(&summary).unwrap();
    assert!(stored.len() < 8 * 1024, "{}", stored.len());
}

#[test]
fn a_large_attachment_is_guessed_from_what_is_seen() {
    let text = "words and words\r\n".repeat(10_000);
    let message = format!(
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n{text}--b\r\nContent-Type: image/png\r\n\r\nx\r\n--b--\r\n"
    );
    assert!(summarize(message.as_bytes()).has_attachment);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_bytes_make_it_panic(message in prop::collection::vec(any::<u8>(), 0..1000)) {
        let _ = summarize(&message);
    }

    #[test]
    fn a_broken_message_does_not_panic(at in 0_usize..800, byte in any::<u8>(), cut in 0_usize..800) {
        let mut message = MESSAGE.to_vec();
        if let Some(place) = message.get_mut(at) {
            *place = byte;
        }
        let _ = summarize(&message[cut.min(message.len())..]);
        message.truncate(cut);
        let _ = summarize(&message);
    }
}
