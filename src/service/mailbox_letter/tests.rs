use super::*;
use crate::mail::attachment::safe_file_name;
use crate::mail::summarize;
use crate::mail::view::View;

fn own() -> Vec<Person> {
    ["ann@example.com", "sales@example.com"]
        .map(|address| Person {
            name: Some("Ann Schmidt".into()),
            address: address.into(),
        })
        .into()
}

fn letter(to: &str) -> Letter {
    Letter {
        from: "ann@example.com".into(),
        to: to.into(),
        subject: "Grüße aus Köln".into(),
        text: "Hello\n.\nFrom here\n".into(),
        ..Letter::default()
    }
}

#[test]
fn recipients_are_read_as_people_type_them() {
    let cases: &[(&str, &[&str])] = &[
        ("bob@remote.example", &["bob@remote.example"]),
        (
            "Bob Marley <bob@remote.example>, carl@x.example",
            &["bob@remote.example", "carl@x.example"],
        ),
        (
            "bob@x.example; carl@x.example;",
            &["bob@x.example", "carl@x.example"],
        ),
        ("\"Marley, Bob\" <bob@x.example>", &["bob@x.example"]),
        ("bob@x.example, BOB@x.example", &["bob@x.example"]),
    ];
    for (typed, expected) in cases {
        let envelope = Envelope::of(&letter(typed), &own()).unwrap();
        assert_eq!(envelope.recipients(), *expected, "{typed}");
    }
}

#[test]
fn what_is_no_address_is_named() {
    for typed in ["bob", "bob@", "@x.example", "bob@x y", "a b c"] {
        let refused = Envelope::of(&letter(typed), &own()).unwrap_err();
        let field = Field::To;
        assert!(
            matches!(refused, LetterError::NotAnAddress { field: f, .. } if f == field),
            "{typed}: {refused:?}"
        );
    }
    assert_eq!(
        Envelope::of(&letter(" , "), &own()),
        Err(LetterError::NoRecipient)
    );
    let many: String = (0..=RECIPIENTS_MAX)
        .map(|n| format!("u{n}@x.example,"))
        .collect();
    let count = RECIPIENTS_MAX + 1;
    assert_eq!(
        Envelope::of(&letter(&many), &own()),
        Err(LetterError::TooMany { count })
    );
}

#[test]
fn nothing_typed_adds_a_header() {
    for hostile in [
        "a@x.example\r\nBcc: evil@x.example",
        "a@x.example\n",
        "a\0@x.example",
    ] {
        let refused = Envelope::of(&letter(hostile), &own());
        assert_eq!(refused, Err(LetterError::Control { field: Field::To }));
    }
    let mut subject = letter("a@x.example");
    subject.subject = "x\r\nBcc: evil@x.example".into();
    assert!(Envelope::of(&subject, &own()).is_err());
    let mut from = letter("a@x.example");
    from.from = "boss@example.com".into();
    assert_eq!(Envelope::of(&from, &own()), Err(LetterError::NotOwn));
    let now = Timestamp::from_secs(1_795_390_200);
    // A draft takes whatever was typed, and still nothing becomes a header of its own.
    for field in ["to", "cc", "bcc", "subject"] {
        let mut typed = Letter {
            from: "ann@example.com".into(),
            ..Letter::default()
        };
        let place = match field {
            "to" => &mut typed.to,
            "cc" => &mut typed.cc,
            "bcc" => &mut typed.bcc,
            _ => &mut typed.subject,
        };
        *place = "x\r\nX-Evil: evil@x.example".into();
        let envelope = Envelope::of_draft(&typed, &own());
        let built = header(
            &typed,
            &envelope,
            &Thread::default(),
            Stage::Draft,
            "m@x",
            now,
        );
        let text = String::from_utf8(built.unwrap()).unwrap().to_lowercase();
        assert!(!text.contains("\nx-evil"), "{field}: {text}");
    }
    let file = WrittenFile {
        id: 1,
        name: safe_file_name(Some("a\r\nBcc: evil@x.example\r\n.pdf"), 1, ""),
        content_type: plain_type("text/html\r\nBcc: evil@x.example"),
        size_bytes: 1,
    };
    let text = String::from_utf8(file_head("b", &file)).unwrap();
    assert!(!text.to_lowercase().contains("\nbcc:"), "{text}");
    assert!(text.ends_with("base64\r\n\r\n"), "{text}");
}

#[test]
fn a_letter_becomes_a_message() {
    let mut written = letter("Bob <bob@remote.example>");
    written.bcc = "secret@x.example".into();
    let envelope = Envelope::of(&written, &own()).unwrap();
    let answered = Summary {
        message_id: Some("m2@x".into()),
        references: vec!["m1@x".into()],
        ..Summary::default()
    };
    let file = WrittenFile {
        id: 1,
        name: "Plan für März.pdf".into(),
        content_type: "application/pdf".into(),
        size_bytes: 4,
    };
    let thread = Thread::answering(&answered);
    let now = Timestamp::from_secs(1_795_390_200);
    let built = [
        header(&written, &envelope, &thread, Stage::Final, "m3@x", now).unwrap(),
        multipart_head("bb"),
        text_part(&written),
        file_head("bb", &file),
        b"AAEC/w==\r\n--bb--\r\n".to_vec(),
    ]
    .concat();
    let summary = summarize(&built);
    assert_eq!(summary.subject, "Grüße aus Köln");
    assert_eq!(summary.from.unwrap().name.as_deref(), Some("Ann Schmidt"));
    assert_eq!(summary.in_reply_to.as_deref(), Some("m2@x"));
    assert_eq!(summary.references, ["m1@x", "m2@x"]);
    assert_eq!(summary.date, Some(now));
    let view = View::parse(&built);
    assert_eq!(
        view.plain_text().replace('\r', "").trim_end(),
        "Hello\n.\nFrom here"
    );
    let file = &view.attachments[0];
    assert_eq!(file.file_name, "Plan für März.pdf");
    assert_eq!(
        view.part_bytes(&built, file.part, 100).unwrap(),
        [0, 1, 2, 255]
    );
    assert!(!String::from_utf8_lossy(&built).contains("secret"));
    assert_eq!(envelope.bcc_field(), b"Bcc: <secret@x.example>\r\n");
    assert!(!built.windows(1).any(|w| w == b"\0"));
    let bare = built
        .split(|&b| b == b'\n')
        .rev()
        .skip(1)
        .all(|line| line.ends_with(b"\r"));
    assert!(bare, "every line ends in CR LF");
}

#[test]
fn answers_go_to_whom_they_should() {
    let message = b"From: Bob <bob@x.example>\r\nTo: Ann <ann@example.com>, carl@x.example\r\n\
        Cc: SALES@example.com, dora@x.example, bob@x.example\r\n\r\nhi";
    let addresses = |people: Vec<Person>| people.into_iter().map(|p| p.address).collect::<Vec<_>>();
    let (to, cc) = answer_to(message, &own(), false);
    assert_eq!(
        (addresses(to), cc.len()),
        (vec!["bob@x.example".to_owned()], 0)
    );
    let (to, cc) = answer_to(message, &own(), true);
    assert_eq!(addresses(to), ["bob@x.example"]);
    assert_eq!(addresses(cc), ["carl@x.example", "dora@x.example"]);
    let own_message = b"From: ann@example.com\r\nTo: bob@x.example\r\n\r\nhi";
    let (to, _) = answer_to(own_message, &own(), false);
    assert_eq!(addresses(to), ["bob@x.example"]);
    let list = b"From: bob@x.example\r\nReply-To: list@x.example\r\nTo: ann@example.com\r\n\r\n";
    assert_eq!(
        addresses(answer_to(list, &own(), false).0),
        ["list@x.example"]
    );
}
