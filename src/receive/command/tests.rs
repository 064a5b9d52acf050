use super::*;

fn mail_of(line: &str) -> Result<MailCommand, CommandError> {
    match parse(line.as_bytes())? {
        Command::Mail(mail) => Ok(mail),
        other => panic!("{other:?}"),
    }
}

#[test]
fn reverse_paths_are_kept_as_written() {
    let cases = [
        ("MAIL FROM:<>", ""),
        ("mail from:<a@b.example>", "a@b.example"),
        ("MAIL FROM: <a@b.example>", "a@b.example"),
        ("MAIL FROM:<A.b+C@B.Example> SIZE=12", "A.b+C@B.Example"),
        (
            r#"MAIL FROM:<"a b>\"c"@b.example>"#,
            r#""a b>\"c"@b.example"#,
        ),
        (
            "MAIL FROM:<@relay.example,@other.example:a@b.example>",
            "a@b.example",
        ),
        (
            "MAIL FROM:<bounce=ann=x.example@lists.example>",
            "bounce=ann=x.example@lists.example",
        ),
        (
            "MAIL FROM:<grün@müller.example> SMTPUTF8",
            "grün@müller.example",
        ),
        ("MAIL FROM:<postmaster>", "postmaster"),
        ("MAIL FROM:<a@[192.0.2.1]>", "a@[192.0.2.1]"),
    ];
    for (line, path) in cases {
        assert_eq!(mail_of(line).unwrap().reverse_path.as_str(), path, "{line}");
    }
}

#[test]
fn mail_parameters() {
    let mail = mail_of("MAIL FROM:<> size=4000 BODY=8bitmime smtputf8").unwrap();
    assert_eq!(mail.size, 4000);
    assert!(mail.smtp_utf8);
    assert_eq!(mail.reverse_path.address(), None);
    for line in [
        "MAIL FROM:<> RET=NONE",
        "MAIL FROM:<> RET=HDRS RET=FULL",
        "MAIL FROM:<> ENVID",
        "MAIL FROM:<> SIZE=",
        "MAIL FROM:<> SIZE=+1",
        "MAIL FROM:<> SIZE=-1",
        "MAIL FROM:<> SIZE=99999999999999999999999",
        "MAIL FROM:<> BODY=BINARYMIME",
        "MAIL FROM:<> SMTPUTF8=1",
        "MAIL FROM:<> SIZE",
    ] {
        assert_eq!(mail_of(line), Err(CommandError::Parameter), "{line}");
    }
}

#[test]
fn wrong_frames_and_paths() {
    use CommandError::{ForwardPath, Parameter, ReversePath, Syntax, Unknown};
    let long = format!("MAIL FROM:<{}@b.example>", "a".repeat(PATH_OCTETS_MAX));
    let cases = [
        ("", Unknown),
        ("EXPN staff", Unknown),
        ("MAILFROM:<a@b>", Unknown),
        ("STARTTLSNOW", Unknown),
        ("DATA now", Syntax("DATA takes no argument")),
        ("LHLO", Syntax("LHLO needs the name of the client")),
        ("LHLO a b", Syntax("LHLO needs the name of the client")),
        ("MAIL", Syntax("expected MAIL FROM:<address>")),
        ("MAIL TO:<a@b>", Syntax("expected MAIL FROM:<address>")),
        ("MAIL FROM:a@b", Syntax("expected MAIL FROM:<address>")),
        ("MAIL FROM:<a@b", Syntax("expected MAIL FROM:<address>")),
        (
            "MAIL FROM:<a@b>SIZE=1",
            Syntax("expected MAIL FROM:<address>"),
        ),
        (
            r#"MAIL FROM:<"a@b>"#,
            Syntax("expected MAIL FROM:<address>"),
        ),
        ("MAIL FROM:<a b@c>", ReversePath),
        ("MAIL FROM:<a\x01b@c>", ReversePath),
        (&long, ReversePath),
        ("RCPT TO:<>", ForwardPath),
        ("RCPT TO:<ann@x.example> NOTIFY=SOMETIMES", Parameter),
        ("RCPT TO:<ann@x.example> SIZE=1", Parameter),
        ("STARTTLS now", Syntax("STARTTLS takes no argument")),
        ("XCLIENT ", Syntax("expected XCLIENT NAME=value ...")),
        ("BDAT", Syntax("expected BDAT octets [LAST]")),
        ("BDAT -1", Syntax("expected BDAT octets [LAST]")),
        ("BDAT +1", Syntax("expected BDAT octets [LAST]")),
        ("BDAT 1 FIRST", Syntax("expected BDAT octets [LAST]")),
        ("BDAT 1 LAST LAST", Syntax("expected BDAT octets [LAST]")),
        (
            "BDAT 99999999999999999999",
            Syntax("expected BDAT octets [LAST]"),
        ),
        (
            "RCPT FROM:<ann@x.example>",
            Syntax("expected RCPT TO:<address>"),
        ),
    ];
    for (line, error) in cases {
        assert_eq!(parse(line.as_bytes()), Err(error), "{line}");
    }
    assert_eq!(parse(b"MAIL FROM:<\xff@x>"), Err(ReversePath));
    assert_eq!(
        parse(b"LHLO \xff"),
        Err(Syntax("LHLO needs the name of the client"))
    );
}

#[test]
fn plain_commands() {
    for (line, command) in [
        (
            "lhlo mx.example.com ",
            Command::Hello(Hello::Lhlo, "mx.example.com"),
        ),
        ("EHLO x", Command::Hello(Hello::Ehlo, "x")),
        ("helo x", Command::Hello(Hello::Helo, "x")),
        ("data", Command::Data),
        (
            "bdat 86400 last",
            Command::Bdat {
                octets: 86_400,
                last: true,
            },
        ),
        (
            "BDAT  0",
            Command::Bdat {
                octets: 0,
                last: false,
            },
        ),
        ("StartTLS", Command::StartTls),
        ("NOOP anything at all", Command::Noop),
        ("VRFY ann", Command::Vrfy),
        ("HELP me", Command::Help),
        ("QUIT ", Command::Quit),
    ] {
        assert_eq!(parse(line.as_bytes()), Ok(command), "{line}");
    }
}

#[test]
fn recipients_with_what_they_ask_for() {
    let rcpt = |line: &str| match parse(line.as_bytes()) {
        Ok(Command::Rcpt(rcpt)) => rcpt,
        other => panic!("{other:?}"),
    };
    let plain = rcpt("RCPT TO:<Ann+lists@X.example>");
    assert_eq!(plain.given, "Ann+lists@X.example");
    assert!(!plain.has_dsn);
    let asks = rcpt("RCPT TO:<ann@x.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;info@x.example");
    assert!(asks.has_dsn);
    assert!(asks.notify.unwrap().success);
    assert_eq!(asks.original.unwrap().to_string(), "rfc822; info@x.example");
    let mail = mail_of("MAIL FROM:<> RET=HDRS ENVID=QQ1").unwrap();
    assert!(mail.has_dsn);
    assert_eq!(mail.ret, Some(Return::Headers));
}
