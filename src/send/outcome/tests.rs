use super::*;

#[test]
fn what_replies_mean() {
    use Step::{Body, Data, Mail, Rcpt};
    let cases: &[(Step, u16, &str, bool)] = &[
        (Rcpt, 550, "5.1.1 No such user", true),
        (Rcpt, 450, "4.2.0 Greylisted", false),
        (Rcpt, 421, "4.3.2 Shutting down", false),
        (Rcpt, 553, "Relaying denied", false),
        (Rcpt, 554, "5.7.1 <a@b.test>: Relay access denied", false),
        (Rcpt, 550, "relay not permitted", false),
        (Rcpt, 550, "5.7.54 SMTP; Unable to relay recipient", false),
        (
            Mail,
            554,
            "5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied",
            false,
        ),
        (
            Rcpt,
            553,
            "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
            false,
        ),
        (
            Rcpt,
            550,
            "5.7.1 <relay@b.test>: Recipient address rejected: Access denied",
            true,
        ),
        (Body, 554, "5.7.1 Relay access denied", true),
        (Rcpt, 552, "5.2.2 Mailbox full", true),
        (Rcpt, 552, "5.5.3 Too many recipients", false),
        (Rcpt, 501, "5.1.3 Bad recipient address syntax", true),
        (Mail, 550, "5.7.1 Sender rejected", true),
        (
            Mail,
            530,
            "5.7.0 Must issue a STARTTLS command first",
            false,
        ),
        (Mail, 535, "5.7.8 Authentication failed", false),
        (Mail, 503, "5.5.1 Error: nested MAIL command", false),
        (Mail, 502, "Not implemented", false),
        (Mail, 452, "4.3.1 Insufficient system storage", false),
        (Data, 554, "5.5.1 No valid recipients", true),
        (Body, 554, "5.7.1 Spam", true),
        (Body, 552, "5.3.4 Message too big", true),
        (Body, 451, "4.3.0 Queue file write error", false),
    ];
    for (step, code, text, is_failed) in cases {
        let outcome = refused(*step, *code, text);
        let failed = matches!(outcome, Outcome::Failed(_));
        assert_eq!(failed, *is_failed, "{step:?} {code} {text}");
    }
}

#[test]
fn status_codes() {
    let cases = [
        (Some(550), "5.1.1 No such user", "5.1.1"),
        (Some(550), "No such user", "5.0.0"),
        (Some(550), "5.1 odd", "5.0.0"),
        (Some(550), "5.1.1.1 odd", "5.0.0"),
        (Some(550), "2.1.5 odd", "5.0.0"),
        (Some(450), "4.7.25 Client host rejected", "4.7.25"),
        (Some(450), "", "4.0.0"),
        (None, "no connection", "4.0.0"),
        (Some(550), "5.1234.1 odd", "5.0.0"),
    ];
    for (code, text, status) in cases {
        let reply = RemoteReply {
            code,
            text: text.to_owned(),
        };
        assert_eq!(status_of(&reply), status, "{code:?} {text}");
    }
}

#[test]
fn replies_are_one_bounded_line() {
    assert_eq!(said(550, " 5.1.1 a\r\nb\u{7} ").text, "5.1.1 a  b");
    let long = "ü".repeat(REPLY_BYTES_MAX);
    assert_eq!(ours(&long).text.len(), REPLY_BYTES_MAX);
}
