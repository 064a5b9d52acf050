use super::*;
use crate::mail::summarize;

const OWN: &[&str] = &["ann@example.com", "sales@example.com"];

fn asked(reverse_path: Option<&str>, header: &str) -> Result<String, Silence> {
    let own: Vec<String> = OWN.iter().map(|own| (*own).to_owned()).collect();
    let header = format!("{}\r\n\r\nx\r\n", header.replace('\n', "\r\n"));
    let question = Question {
        reverse_path,
        summary: &summarize(header.as_bytes()),
        own: &own,
    };
    whom(&question).map(|to| to.to_string())
}

#[test]
fn only_people_who_wrote_to_the_mailbox_are_answered() {
    let bob = Some("bob@x.example");
    let plain = "From: Bob <bob@x.example>\nTo: ann@example.com\nSubject: Hi";
    let with = |more: &str| format!("{plain}\n{more}");
    let to_bob = Ok("bob@x.example".to_owned());
    let cases: &[(Option<&str>, String, Result<String, Silence>)] = &[
        (bob, plain.into(), to_bob.clone()),
        (
            bob,
            "From: b@x.example\nTo: c@x.example\nCc: Sales <SALES@example.com>".into(),
            to_bob.clone(),
        ),
        (bob, with("Auto-Submitted: no"), to_bob),
        // The answer goes to the reverse-path, whoever stands in From.
        (
            Some("real@y.example"),
            plain.into(),
            Ok("real@y.example".to_owned()),
        ),
        (None, plain.into(), Err(Silence::NoSender)),
        (Some("not an address"), plain.into(), Err(Silence::NoSender)),
        (Some("Ann@example.com"), plain.into(), Err(Silence::Own)),
        (Some("sales@example.com"), plain.into(), Err(Silence::Own)),
        (bob, with("List-Id: <l.x.example>"), Err(Silence::List)),
        (
            bob,
            with("List-Unsubscribe: <https://x.example/u>"),
            Err(Silence::List),
        ),
        (bob, with("Precedence: bulk"), Err(Silence::List)),
        (bob, with("Precedence: list"), Err(Silence::List)),
        (bob, with("Precedence: junk"), Err(Silence::List)),
        (
            bob,
            with("Auto-Submitted: auto-replied"),
            Err(Silence::Machine),
        ),
        (
            bob,
            with("Auto-Submitted: auto-generated; x=y"),
            Err(Silence::Machine),
        ),
        (bob, with("Precedence: auto_reply"), Err(Silence::Machine)),
        (bob, with("X-Autoreply: yes"), Err(Silence::Machine)),
        (
            bob,
            with("X-Auto-Response-Suppress: OOF, DR"),
            Err(Silence::Machine),
        ),
        (
            bob,
            with("X-Auto-Response-Suppress: All"),
            Err(Silence::Machine),
        ),
        (
            bob,
            with("Content-Type: multipart/report; report-type=delivery-status"),
            Err(Silence::Machine),
        ),
        (bob, with("X-Spam-Flag: YES"), Err(Silence::Spam)),
        (
            bob,
            "From: b@x.example\nTo: all@example.com".into(),
            Err(Silence::NotNamed),
        ),
        (bob, "From: b@x.example".into(), Err(Silence::NotNamed)),
    ];
    for (reverse_path, header, expected) in cases {
        assert_eq!(
            asked(*reverse_path, header),
            *expected,
            "{reverse_path:?} {header}"
        );
    }
    for machine in [
        "MAILER-DAEMON",
        "owner-list",
        "list-owner",
        "list-request",
        "list-bounces+ann=example.com",
        "noreply",
        "No-Reply",
        "no-reply+abc",
        "bounces-123",
        "postmaster",
    ] {
        let sender = format!("{machine}@x.example");
        assert_eq!(
            asked(Some(&sender), plain),
            Err(Silence::Machine),
            "{machine}"
        );
    }
}

#[test]
fn an_answer_cannot_be_answered() {
    let header = b"From: bob@x.example\r\nTo: ann@example.com\r\nMessage-ID: <2@x>\r\n\
                   References: <1@x>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\n";
    let answered = summarize(header);
    let from = Person {
        name: Some("Änn".into()),
        address: "ann@example.com".into(),
    };
    let answer = write(&Writing {
        from: &from,
        to: &"bob@x.example".parse().unwrap(),
        answered: &answered,
        text: "I am away.\nBack on Monday. Grüße",
        message_id: "a@example.com",
        now: Timestamp::from_secs(1_700_000_000),
    })
    .unwrap();
    let bytes = [&answer.header[..], &answer.text[..]].concat();
    assert!(
        !answer
            .header
            .iter()
            .chain(&answer.text)
            .any(|b| !b.is_ascii())
    );
    let summary = summarize(&bytes);
    assert!(summary.hints.automatic && summary.hints.quiet);
    assert_eq!(summary.subject, "Auto: Grüße");
    assert_eq!(summary.in_reply_to.as_deref(), Some("2@x"));
    assert_eq!(summary.references, ["1@x", "2@x"]);
    assert_eq!(summary.message_id.as_deref(), Some("a@example.com"));
    let own = ["bob@x.example".to_owned()];
    let question = Question {
        reverse_path: None,
        summary: &summary,
        own: &own,
    };
    assert_eq!(whom(&question), Err(Silence::NoSender));
    let given = Question {
        reverse_path: Some("ann@example.com"),
        ..question
    };
    assert_eq!(
        whom(&given),
        Err(Silence::Machine),
        "even if a relay put a path in"
    );
    let text = mail_parser::MessageParser::default().parse(&bytes).unwrap();
    let text = text.body_text(0).unwrap().into_owned();
    assert!(
        text.contains("I am away.") && text.contains("Grüße"),
        "{text}"
    );
}

#[test]
fn nothing_in_a_subject_becomes_a_header() {
    let answered = Summary {
        subject: "x\r\nBcc: victim@y.example".into(),
        ..Summary::default()
    };
    let answer = write(&Writing {
        from: &Person {
            name: None,
            address: "ann@example.com".into(),
        },
        to: &"bob@x.example".parse().unwrap(),
        answered: &answered,
        text: ".\r\n.\r\nx",
        message_id: "a@example.com",
        now: Timestamp::from_secs(1_700_000_000),
    })
    .unwrap();
    let header = String::from_utf8(answer.header).unwrap();
    assert!(!header.to_lowercase().contains("\r\nbcc:"), "{header}");
}
