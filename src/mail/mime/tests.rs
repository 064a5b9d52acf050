use proptest::prelude::*;

use super::{DEPTH_MAX, Kind, PARTS_MAX, Structure};

/// One line per part: its depth, type and body.
fn outline(message: &str) -> Vec<String> {
    let structure = Structure::parse(message.as_bytes());
    let depth = |mut index: usize| {
        let mut depth = 0;
        while let Some(parent) = structure.parts[index].parent {
            index = parent;
            depth += 1;
        }
        depth
    };
    structure
        .parts
        .iter()
        .enumerate()
        .map(|(index, part)| {
            let body = match part.kind {
                Kind::Leaf => part.text(message.as_bytes(), 1000),
                Kind::Multipart | Kind::Message => "-".to_owned(),
            };
            format!("{} {} {body}", depth(index), part.content_type.value)
        })
        .collect()
}

#[test]
fn structures_are_found() {
    let cases: &[(&str, &[&str])] = &[
        ("A: 1\r\n\r\nhi\r\n", &["0 text/plain hi\r\n"]),
        ("no header at all", &["0 text/plain no header at all"]),
        ("", &["0 text/plain "]),
        (
            "Content-Type: multipart/mixed; boundary=b\n\npreamble\n--b\n\none\n--b\nContent-Type: text/html\n\ntwo\n--b--\nepilogue\n",
            &["0 multipart/mixed -", "1 text/plain one", "1 text/html two"],
        ),
        // No end.
        (
            "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo",
            &[
                "0 multipart/mixed -",
                "1 text/plain one",
                "1 text/plain two",
            ],
        ),
        // An outer boundary ends the inner parts.
        (
            "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\none\n--a\n\ntwo\n--a--\n",
            &[
                "0 multipart/mixed -",
                "1 multipart/alternative -",
                "2 text/plain one",
                "1 text/plain two",
            ],
        ),
        // A boundary that is the start of another.
        (
            "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=aa\n\n--aa\n\none\n--aa--\n--a--\n",
            &[
                "0 multipart/mixed -",
                "1 multipart/mixed -",
                "2 text/plain one",
            ],
        ),
        // Never used, or not given: text like any other.
        (
            "Content-Type: multipart/mixed\n\n--b\n\none",
            &["0 multipart/mixed --b\n\none"],
        ),
        // No blank line after the part's header.
        (
            "Content-Type: multipart/mixed; boundary=b\n\n--b\nX: y\n--b\n\ntwo\n--b--\n",
            &["0 multipart/mixed -", "1 text/plain ", "1 text/plain two"],
        ),
        (
            "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\nhi\n--b--\n",
            &[
                "0 multipart/digest -",
                "1 message/rfc822 -",
                "2 text/plain hi",
            ],
        ),
        (
            "Content-Transfer-Encoding: quoted-printable\nContent-Type: text/plain; charset=utf-8\n\na=C3=BC=\nb=ZZ =\n\nc  \n",
            &["0 text/plain aüb=ZZ \nc\n"],
        ),
        (
            "Content-Transfer-Encoding: BASE64\n\naGVs\nbG8=\n",
            &["0 text/plain hello"],
        ),
        // White space after a boundary is none of it.
        (
            "Content-Type: multipart/mixed; boundary=\"b c\"\n\n--b c \t\n\none\n--b c-- \n",
            &["0 multipart/mixed -", "1 text/plain one"],
        ),
    ];
    for (message, expected) in cases {
        assert_eq!(outline(message), *expected, "{message}");
        let crlf = message.replace('\n', "\r\n").replace("\r\r\n", "\r\n");
        let found = outline(&crlf).join("|").replace('\r', "");
        assert_eq!(found, expected.join("|").replace('\r', ""), "{crlf}");
    }
}

#[test]
fn nesting_and_number_are_bounded() {
    let nested = "Content-Type: message/rfc822\n\n".repeat(100_000);
    let structure = Structure::parse(nested.as_bytes());
    assert!(structure.is_limited);
    assert_eq!(structure.parts.len(), DEPTH_MAX + 1);

    let many = format!(
        "Content-Type: multipart/mixed; boundary=b\n\n{}",
        "--b\n\nx\n".repeat(PARTS_MAX * 3)
    );
    let structure = Structure::parse(many.as_bytes());
    assert!(structure.is_limited);
    assert_eq!(structure.parts.len(), PARTS_MAX);
}

#[test]
fn boundaries_that_never_come_cost_no_more_than_their_bytes() {
    // Quadratic, this is hours; linear, it is nothing.
    let part = "--a\nContent-Type: multipart/mixed; boundary=never\n\n--x\n";
    let message = format!(
        "Content-Type: multipart/mixed; boundary=a\n\n{}",
        part.repeat(200_000)
    );
    assert!(Structure::parse(message.as_bytes()).is_limited);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn ranges_lie_inside_the_message(message in "(--a|--b|--a--|--b--|\r?\n|\n\n|Content-Type: (multipart/mixed; boundary=[ab]|message/rfc822|text/html)\n|Content-Transfer-Encoding: (base64|quoted-printable)\n|=C3|[a-zA-Z=é -]){0,60}") {
        let bytes = message.as_bytes();
        for part in &Structure::parse(bytes).parts {
            prop_assert!(part.header.end <= bytes.len() && part.body.end <= bytes.len());
            prop_assert!(part.header.start <= part.header.end);
            prop_assert!(part.header.end <= part.body.start && part.body.start <= part.body.end);
            let _ = part.text(bytes, 50);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(message in prop::collection::vec(any::<u8>(), 0..500)) {
        let _ = Structure::parse(&message);
    }
}
