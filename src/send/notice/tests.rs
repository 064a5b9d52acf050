use super::*;
use crate::ids::{BodyId, MailboxId, QueueId};
use crate::store::queue::{QueueState, Tell};

fn entry() -> QueueEntry {
    QueueEntry {
        id: QueueId::from_bytes([0xcd; 16]),
        mailbox: MailboxId::from_bytes([1; 16]),
        sender: "ann@example.com".parse().unwrap(),
        reverse_path: Some("ann@example.com".to_owned()),
        recipients: Vec::new(),
        copy: None,
        prefix: Vec::new(),
        body: BodyId::from_bytes([2; 16]),
        created_at: Timestamp::from_secs(1_700_000_000),
        expires_at: Timestamp::from_secs(1_700_000_000 + 5 * 86_400),
        tell: Tell::default(),
        attempts: 3,
        claim: 3,
        state: QueueState::Done {
            at: Timestamp::from_secs(1_700_000_100),
        },
    }
}

fn failed(address: &str, code: Option<u16>, text: &str) -> QueuedRecipient {
    QueuedRecipient {
        address: address.to_owned(),
        state: RecipientState::Failed {
            at: Timestamp::from_secs(1_700_000_100),
            reply: RemoteReply {
                code,
                text: text.to_owned(),
            },
        },
    }
}

fn message(failed: &[QueuedRecipient], original: &[u8]) -> String {
    let told: Vec<_> = failed.iter().map(|to| (Told::Failed, to.clone())).collect();
    report(&told, original)
}

fn report(told: &[(Told, QueuedRecipient)], original: &[u8]) -> String {
    let notice = Notice {
        hostname: "standby.example.com",
        entry: &entry(),
        told,
        original,
        now: Timestamp::from_secs(1_700_000_100),
    };
    String::from_utf8(notice.message()).unwrap()
}

#[test]
fn a_report_as_programs_read_it() {
    let recipients = [
        failed("bob@x.example", Some(550), "5.1.1 No such user"),
        failed("grün@x.example", Some(450), "4.2.0 Später"),
        failed("carol@x.example", None, "5.6.7 not such characters"),
    ];
    let text = message(
        &recipients,
        b"Subject: plan\r\nFrom: <ann@example.com>\r\n\r\nsecret body\r\n",
    );
    let parsed = mail_parser::MessageParser::default()
        .parse(text.as_bytes())
        .unwrap();
    assert_eq!(parsed.parts.len(), 4, "{text}");
    let status = parsed.parts[2].text_contents().unwrap();
    assert_eq!(
        status,
        "Reporting-MTA: dns; standby.example.com\r\n\
         X-Queue-ID: cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd\r\n\
         Arrival-Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n\r\n\
         Final-Recipient: rfc822; bob@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\
         Diagnostic-Code: smtp; 550 5.1.1 No such user\r\n\
         Last-Attempt-Date: Tue, 14 Nov 2023 22:15:00 +0000\r\n\r\n\
         Final-Recipient: utf-8; gr\\x{FC}n@x.example\r\nAction: failed\r\nStatus: 4.4.7\r\n\
         Diagnostic-Code: smtp; 450 4.2.0 Sp?ter\r\n\
         Last-Attempt-Date: Tue, 14 Nov 2023 22:15:00 +0000\r\n\r\n\
         Final-Recipient: rfc822; carol@x.example\r\nAction: failed\r\nStatus: 5.6.7\r\n\
         Diagnostic-Code: x-lifeboat; 5.6.7 not such characters\r\n\
         Last-Attempt-Date: Tue, 14 Nov 2023 22:15:00 +0000\r\n"
    );
    let people = parsed.parts[1].text_contents().unwrap();
    assert!(
        people.contains("grün@x.example\r\n    It was tried for 5 days."),
        "{people}"
    );
    assert!(
        people.contains("bob@x.example\r\n    550 5.1.1 No such user\r\n"),
        "{people}"
    );
    let returned = parsed.parts[3].text_contents().unwrap();
    assert!(returned.contains("Subject: plan"));
    assert!(!text.contains("secret body"));
    assert!(text.contains("Auto-Submitted: auto-replied\r\n"));
}

#[test]
fn long_headers_are_cut_at_a_line() {
    let original = format!("{}\r\nbody", "X-Long: 0123456789\r\n".repeat(10_000));
    let text = message(
        &[failed("bob@x.example", Some(550), "no")],
        original.as_bytes(),
    );
    assert!(text.len() < RETURNED_OCTETS_MAX + 4096);
    assert!(text.contains("X-Long: 0123456789\r\n\r\n--=_report"));
    assert_eq!(headers_of(b"no line end"), b"no line end");
    assert_eq!(headers_of(b""), b"");
}

fn recipient(state: RecipientState) -> QueuedRecipient {
    QueuedRecipient {
        address: "bob@x.example".to_owned(),
        state,
    }
}

#[test]
fn each_kind_of_news_has_its_words_and_its_fields() {
    let reply = |code: Option<u16>, text: &str| RemoteReply {
        code,
        text: text.to_owned(),
    };
    let at = Timestamp::from_secs(1_700_000_100);
    let waits = |code, text| {
        recipient(RecipientState::Pending {
            last: Some(reply(code, text)),
        })
    };
    let sent = recipient(RecipientState::Relayed {
        at,
        reply: reply(Some(250), "2.0.0 ok"),
    });
    let cases: &[(Told, QueuedRecipient, &[&str], &[&str])] = &[
        (
            Told::Delayed,
            waits(Some(450), "4.2.0 grey"),
            &[
                "Subject: Your message is delayed\r\n",
                "Action: delayed\r\nStatus: 4.2.0\r\nDiagnostic-Code: smtp; 450 4.2.0 grey\r\n",
                "Will-Retry-Until: Sun, 19 Nov 2023 22:13:20 +0000\r\n",
                "need not send it again",
            ],
            &["It was tried for"],
        ),
        (
            Told::Delayed,
            waits(None, "4.4.1 connecting to 10.1.1.1:25"),
            &["Action: delayed\r\nStatus: 4.4.1\r\n"],
            &["10.1.1.1"],
        ),
        (
            Told::Relayed,
            sent,
            &[
                "Subject: Your message was sent on\r\n",
                "Action: relayed\r\nStatus: 2.0.0\r\nDiagnostic-Code: smtp; 250 2.0.0 ok\r\n",
            ],
            &["Will-Retry-Until"],
        ),
    ];
    for (told, recipient, has, has_not) in cases {
        let text = report(&[(*told, recipient.clone())], b"Subject: x\r\n\r\n");
        for part in *has {
            assert!(text.contains(part), "{part} in {text}");
        }
        for part in *has_not {
            assert!(!text.contains(part), "{part} not in {text}");
        }
    }
    let both = [
        (Told::Failed, failed("a@x.example", Some(550), "5.1.1 no")),
        (Told::Delayed, waits(Some(450), "4.2.0 grey")),
    ];
    let text = report(&both, b"");
    assert!(text.contains("Subject: Your message could not be delivered"));
    assert!(text.contains("Action: failed") && text.contains("Action: delayed"));
}

#[test]
fn the_sender_is_told_what_was_asked_and_nothing_about_a_null_reverse_path() {
    let at = Timestamp::from_secs(1_700_000_100);
    let reply = RemoteReply {
        code: Some(250),
        text: "ok".to_owned(),
    };
    let sent = recipient(RecipientState::Relayed { at, reply });
    for (reverse_path, success, passed_on, expected) in [
        (
            Some("ann@example.com"),
            false,
            false,
            &[Told::Failed, Told::Delayed][..],
        ),
        (
            Some("ann@example.com"),
            true,
            true,
            &[Told::Failed, Told::Delayed],
        ),
        (
            Some("ann@example.com"),
            true,
            false,
            &[Told::Failed, Told::Delayed, Told::Relayed],
        ),
        (None, true, false, &[]),
    ] {
        let mut entry = entry();
        entry.reverse_path = reverse_path.map(str::to_owned);
        entry.tell.success = success;
        let recorded = Recorded {
            entry,
            failed: vec![failed("a@x.example", Some(550), "no")],
            delayed: vec![recipient(RecipientState::Pending { last: None })],
            relayed: vec![sent.clone()],
        };
        let told: Vec<Told> = told(&recorded, passed_on).iter().map(|(t, _)| *t).collect();
        assert_eq!(told, expected);
    }
}
