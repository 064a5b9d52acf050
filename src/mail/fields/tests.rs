use proptest::prelude::*;

use super::{Fields, date, mailboxes, message_id, message_ids};
use crate::mail::Mailbox;

fn names(message: &[u8]) -> Vec<String> {
    Fields::new(message)
        .map(|field| String::from_utf8_lossy(field.name).into_owned())
        .collect()
}

#[test]
fn fields_end_where_the_block_ends() {
    let cases: &[(&[u8], &[&str])] = &[
        (b"A: 1\r\nB: 2\r\n\r\nC: 3\r\n", &["A", "B"]),
        (b"A: 1\nB: 2\n\nC: 3\n", &["A", "B"]),
        (b"A: 1\r\n folded\r\n\tagain\r\nB: 2", &["A", "B"]),
        (b"From x@y Mon\r\nA: 1\r\n\r\n", &["A"]),
        (b"no colon\r\nA : 1\r\n\r\n", &["A"]),
        (b"\r\nA: 1\r\n", &[]),
        (b"", &[]),
        (b": x\r\nA: 1", &["A"]),
    ];
    for (message, expected) in cases {
        assert_eq!(
            names(message),
            *expected,
            "{:?}",
            String::from_utf8_lossy(message)
        );
    }
}

#[test]
fn address_lists_are_read() {
    let mailbox = |name: &str, address: &str| Mailbox {
        name: (!name.is_empty()).then(|| name.to_owned()),
        address: address.to_owned(),
    };
    let cases: &[(&[u8], Vec<Mailbox>)] = &[
        (b" ann@example.com", vec![mailbox("", "ann@example.com")]),
        (
            b"Ann <ann@example.com>",
            vec![mailbox("Ann", "ann@example.com")],
        ),
        (
            b"\"Doe, John\" <j@x.org>, b@y",
            vec![mailbox("Doe, John", "j@x.org"), mailbox("", "b@y")],
        ),
        (b"ann@x.org (Ann)", vec![mailbox("Ann", "ann@x.org")]),
        (b"'Bob' <b@x.org>", vec![mailbox("Bob", "b@x.org")]),
        (
            b"=?iso-8859-1?Q?J=F6rg?= <j@x>",
            vec![mailbox("Jörg", "j@x")],
        ),
        (
            b"\"=?utf-8?Q?J=C3=B6rg?=\" <j@x>",
            vec![mailbox("Jörg", "j@x")],
        ),
        (
            b"=?utf-8?Q?a=22_=3Cevil=40x=3E=2C?= <j@x>",
            vec![mailbox("a\" <evil@x>,", "j@x")],
        ),
        (b"J\xf6rg <j@x>", vec![mailbox("Jörg", "j@x")]),
        (
            b"team: a@x, b@x;",
            vec![mailbox("", "a@x"), mailbox("", "b@x")],
        ),
        (b"undisclosed-recipients:;", vec![]),
        (b"", vec![]),
    ];
    for (value, expected) in cases {
        let (found, more) = mailboxes(value, 9);
        assert_eq!(found, *expected, "{:?}", String::from_utf8_lossy(value));
        assert_eq!(more, 0);
    }
    let (found, more) = mailboxes(b"a@x, b@x, c@x", 2);
    assert_eq!((found.len(), more), (2, 1));
}

#[test]
fn dates_are_read() {
    let cases: &[(&str, Option<i64>)] = &[
        ("Thu, 01 Jan 1970 00:00:10 +0000", Some(10)),
        (
            " Sun, 22 Nov 2026 18:00:00 +0100 (CET)",
            Some(1_795_366_800),
        ),
        ("22 Nov 2026 17:00:00 GMT", Some(1_795_366_800)),
        ("yesterday", None),
        ("", None),
        ("99 Nov 2026 17:00:00 GMT", None),
    ];
    for (value, expected) in cases {
        assert_eq!(
            date(value.as_bytes()).map(|t| t.as_secs()),
            *expected,
            "{value}"
        );
    }
}

#[test]
fn message_ids_are_read() {
    let all = |value: &[u8]| message_ids(value).collect::<Vec<_>>();
    assert_eq!(all(b"<a@x> <b@x>\r\n <c@x>"), ["a@x", "b@x", "c@x"]);
    assert_eq!(all(b"Your message <a@x> of today"), ["a@x"]);
    assert_eq!(all(b"<a\r\n @x>"), ["a@x"]);
    assert_eq!(all(b"<> <a<b> <unfinished"), Vec::<String>::new());
    assert_eq!(message_id(b" bare@x "), Some("bare@x".to_owned()));
    assert_eq!(message_id(b" two words "), None);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(value in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Fields::new(&value).count();
        let _ = mailboxes(&value, 5);
        let _ = date(&value);
        let _ = message_ids(&value).count();
        let _ = message_id(&value);
    }

    #[test]
    fn no_addresses_make_it_panic(value in "(<|>|@|,|;|:|\"|\\(|\\)|\\\\|\r\n |=\\?utf-8\\?Q\\?a\\?=|[a-zé. ]){0,60}") {
        let _ = mailboxes(value.as_bytes(), 5);
    }
}
