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
        "MAIL FROM:<> RET=HDRS",
        "MAIL FROM:<> SIZE=",
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
        ("HELP", Unknown),
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
        ("RCPT TO:<ann@x.example> NOTIFY=NEVER", Parameter),
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
    assert_eq!(
        parse(b"lhlo mx.example.com "),
        Ok(Command::Lhlo("mx.example.com"))
    );
    assert_eq!(parse(b"EHLO x"), Ok(Command::HeloOrEhlo));
    assert_eq!(parse(b"data"), Ok(Command::Data));
    assert_eq!(parse(b"NOOP anything at all"), Ok(Command::Noop));
    assert_eq!(parse(b"VRFY ann"), Ok(Command::Vrfy));
    assert_eq!(parse(b"QUIT "), Ok(Command::Quit));
    assert_eq!(
        parse(b"RCPT TO:<Ann+lists@X.example>"),
        Ok(Command::Rcpt("Ann+lists@X.example".to_owned()))
    );
}
