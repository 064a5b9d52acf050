use super::*;
use crate::mail::summarize;

#[test]
fn a_receipt_names_what_the_sender_called_things() {
    let original = "From: Bob <bob@x.example>\r\nTo: sales@example.com\r\nSubject: Grün\r\n\
                    Message-ID: <m1@x.example>\r\n\r\nsecret text\r\n";
    let receipts = [
        Receipt {
            given: "ann+news@example.com".into(),
            original: Some("rfc822; sales@example.com".into()),
        },
        Receipt {
            given: "grün@example.com".into(),
            original: Some("utf-8; grün@example.com".into()),
        },
    ];
    let confirmation = Confirmation {
        hostname: "standby.example.com",
        mailbox: &"ann@example.com".parse().unwrap(),
        to: &"bob@x.example".parse().unwrap(),
        answered: &summarize(original.as_bytes()),
        original: original.as_bytes(),
        envelope_id: Some("QQ314159"),
        receipts: &receipts,
        delivered_at: Timestamp::from_secs(1_700_000_000),
        message_id: "abc@example.com",
        now: Timestamp::from_secs(1_700_000_001),
    };
    let answer = confirmation.write();
    let message = [answer.header, answer.text].concat();
    let summary = summarize(&message);
    assert!(summary.hints.automatic, "nothing answers it");
    let text = String::from_utf8(message).unwrap();
    assert_eq!(text.replace("\r\n", "").matches(['\r', '\n']).count(), 0);
    for line in [
        "To: <bob@x.example>",
        "In-Reply-To: <m1@x.example>",
        "Original-Envelope-Id: QQ314159",
        "Reporting-MTA: dns; standby.example.com",
        "Original-Recipient: rfc822; sales@example.com",
        "Final-Recipient: rfc822; ann+news@example.com",
        "Original-Recipient: utf-8; gr\\x{FC}n@example.com",
        "Final-Recipient: utf-8; gr\\x{FC}n@example.com",
        "Action: delivered",
        "Status: 2.0.0",
        "Subject: Grün",
    ] {
        assert!(text.contains(&format!("\r\n{line}\r\n")), "{line}:\n{text}");
    }
    assert!(
        !text.contains("secret text"),
        "of what was delivered only the header is returned"
    );
    assert_eq!(text.matches("Action: delivered").count(), 2);
}
