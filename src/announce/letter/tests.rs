use super::*;

#[test]
fn a_letter_says_that_a_machine_wrote_it_and_what_is_in_it_adds_no_header() {
    let (from, to) = (
        "lifeboat@ops.test".parse().unwrap(),
        "eve@else.test".parse().unwrap(),
    );
    let letter = Letter {
        from: &from,
        to: &to,
        subject: "Störung\r\nBcc: x@y.test",
        text: "Seit 10:00.\n.\nBald wieder da.\n",
        id: "msg_1",
        hostname: "mx.test",
        now: Timestamp::from_secs(1_800_000_000),
    };
    let message = letter.message().unwrap();
    let text = String::from_utf8(message.clone()).unwrap();
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    assert!(
        head.contains("Auto-Submitted: auto-generated\r\n"),
        "{head}"
    );
    assert!(head.contains("Message-ID: <msg_1@mx.test>\r\n"), "{head}");
    assert!(head.contains("Date: Fri, 15 Jan 2027 08:00:00"), "{head}");
    assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
    assert!(Content::of(message.into()).has_strict_line_ends());
}
