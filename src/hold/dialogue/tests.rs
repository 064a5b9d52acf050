use super::*;

const TEXT: &str = "Use https://webmail.example.com";
/// What no reply may ever hold: a client would take its password for wrong, or a mailbox for empty.
const NEVER: &[&str] = &[
    "AUTHENTICATIONFAILED",
    "[AUTH]",
    "535",
    "530",
    "EXISTS",
    "LISTED",
    "ALERT",
];

fn play(mut dialogue: Dialogue, lines: &[&str]) -> (String, Next) {
    let mut said = String::new();
    let mut turn = dialogue.greeting();
    for line in lines {
        said.push_str(&turn.reply);
        assert_eq!(turn.next, Next::Read, "before {line:?}: {said}");
        turn = dialogue.line(line.as_bytes());
    }
    said.push_str(&turn.reply);
    for word in NEVER {
        assert!(!said.contains(word), "{word} in {said}");
    }
    (said, turn.next)
}

fn dialogue(protocol: Protocol, say: Say, starttls: bool) -> Dialogue {
    Dialogue::new(protocol, say, TEXT, false, starttls)
}

#[test]
fn at_the_greeting_the_connection_ends_with_the_address() {
    for (protocol, expected) in [
        (Protocol::Imap, format!("* BYE [UNAVAILABLE] {TEXT}\r\n")),
        (Protocol::Pop3, format!("-ERR [SYS/TEMP] {TEXT}\r\n")),
        (Protocol::Submission, format!("421 4.3.2 {TEXT}\r\n")),
        (Protocol::Sieve, format!("BYE (TRYLATER) \"{TEXT}\"\r\n")),
    ] {
        for starttls in [false, true] {
            let (said, next) = play(dialogue(protocol, Say::Greeting, starttls), &[]);
            assert_eq!((said, next), (expected.clone(), Next::Close));
        }
    }
}

#[test]
fn signing_in_is_refused_for_now_in_each_protocol() {
    for (protocol, lines, last, next) in [
        (
            Protocol::Imap,
            &["a1 CAPABILITY", "a2 LOGIN ann secret"][..],
            "a2 NO [UNAVAILABLE] Use https://webmail.example.com\r\n",
            Next::Read,
        ),
        (
            Protocol::Imap,
            &["a1 authenticate PLAIN"],
            "a1 NO [UNAVAILABLE] Use https://webmail.example.com\r\n",
            Next::Read,
        ),
        (
            Protocol::Imap,
            &["a1 LOGIN ann {6}"],
            "a1 NO [UNAVAILABLE] Use https://webmail.example.com\r\n",
            Next::Read,
        ),
        (
            Protocol::Imap,
            &["a1 LOGIN ann {6+}"],
            "a1 NO [UNAVAILABLE] Use https://webmail.example.com\r\n",
            Next::Drop(6),
        ),
        (
            Protocol::Imap,
            &["a1 SELECT INBOX"],
            "a1 NO [UNAVAILABLE] Use https://webmail.example.com\r\n",
            Next::Read,
        ),
        (
            Protocol::Imap,
            &["a1 LOGIN a b", "a2 LOGOUT"],
            "* BYE bye\r\na2 OK done\r\n",
            Next::Close,
        ),
        (
            Protocol::Imap,
            &["a1 AUTHENTICATE PLAIN", "AGFubgBzZWNyZXQ="],
            "\r\n* BYE [UNAVAILABLE] Use https://webmail.example.com\r\n",
            Next::Close,
        ),
        (
            Protocol::Pop3,
            &["CAPA", "USER ann"],
            "-ERR [SYS/TEMP] Use https://webmail.example.com\r\n",
            Next::Read,
        ),
        (
            Protocol::Pop3,
            &["AUTH PLAIN"],
            "-ERR [SYS/TEMP] Use https://webmail.example.com\r\n",
            Next::Read,
        ),
        (
            Protocol::Submission,
            &["EHLO x", "AUTH PLAIN AGFubgBzZWNyZXQ="],
            "421 4.3.2 Use https://webmail.example.com\r\n",
            Next::Read,
        ),
        (
            Protocol::Submission,
            &["EHLO x", "MAIL FROM:<ann@example.com>"],
            "421 4.3.2 Use https://webmail.example.com\r\n",
            Next::Read,
        ),
        (
            Protocol::Sieve,
            &["AUTHENTICATE \"PLAIN\" \"AGFubgBzZWNyZXQ=\""],
            "NO (TRYLATER) \"Use https://webmail.example.com\"\r\n",
            Next::Read,
        ),
        (
            Protocol::Sieve,
            &["AUTHENTICATE \"PLAIN\" {16+}"],
            "NO (TRYLATER) \"Use https://webmail.example.com\"\r\n",
            Next::Drop(16),
        ),
    ] {
        let (said, after) = play(dialogue(protocol, Say::Login, false), lines);
        assert!(said.ends_with(last), "{lines:?}: {said}");
        assert_eq!(after, next, "{lines:?}");
    }
}

#[test]
fn what_a_client_sends_to_prove_itself_is_never_repeated() {
    let lines: &[(Protocol, &[&str])] = &[
        (Protocol::Imap, &["a LOGIN topsecret topsecret"]),
        (Protocol::Imap, &["a AUTHENTICATE PLAIN topsecret"]),
        (Protocol::Imap, &["a AUTHENTICATE PLAIN", "(topsecret)"]),
        (Protocol::Imap, &["a AUTHENTICATE PLAIN", "topsecret"]),
        (Protocol::Pop3, &["PASS topsecret"]),
        (Protocol::Submission, &["AUTH PLAIN topsecret"]),
        (Protocol::Sieve, &["AUTHENTICATE \"PLAIN\" \"topsecret\""]),
        (Protocol::Sieve, &["\"topsecret\""]),
    ];
    for (protocol, lines) in lines {
        let (said, _) = play(dialogue(*protocol, Say::Login, false), lines);
        assert!(!said.contains("topsecret"), "{said}");
    }
}

#[test]
fn no_way_to_sign_in_is_offered_before_tls() {
    for (protocol, ask, begin) in [
        (Protocol::Imap, "a CAPABILITY", "a STARTTLS"),
        (Protocol::Pop3, "CAPA", "STLS"),
        (Protocol::Submission, "EHLO x", "STARTTLS"),
        (Protocol::Sieve, "CAPABILITY", "STARTTLS"),
    ] {
        let mut dialogue = dialogue(protocol, Say::Login, true);
        let before = dialogue.greeting().reply + &dialogue.line(ask.as_bytes()).reply;
        assert!(!before.contains("PLAIN"), "{before}");
        assert_eq!(dialogue.line(begin.as_bytes()).next, Next::StartTls);
        let said = dialogue.tls_began();
        let after = said + &dialogue.line(ask.as_bytes()).reply;
        assert!(after.contains("PLAIN"), "{after}");
        assert!(!after.contains("STARTTLS") && !after.contains("STLS"));
        assert_ne!(dialogue.line(begin.as_bytes()).next, Next::StartTls);
    }
}

#[test]
fn a_literal_and_the_rest_of_its_command_are_dropped() {
    let mut dialogue = dialogue(Protocol::Imap, Say::Login, false);
    assert_eq!(dialogue.line(b"a LOGIN {3+}").next, Next::Drop(3));
    let rest = dialogue.line(b" {6+}");
    assert_eq!((rest.reply.as_str(), rest.next), ("", Next::Drop(6)));
    let rest = dialogue.line(b"");
    assert_eq!((rest.reply.as_str(), rest.next), ("", Next::Read));
    assert_eq!(dialogue.line(b"b NOOP").reply, "b OK done\r\n");
    assert_eq!(dialogue.line(b"c LOGIN {99999999+}").next, Next::Close);
}

#[test]
fn nobody_talks_for_ever() {
    for protocol in Protocol::ALL {
        let mut dialogue = dialogue(protocol, Say::Login, false);
        let turns = (0..1000).find(|_| dialogue.line(b"NOOP NOOP").next == Next::Close);
        assert!(turns.is_some_and(|turns| turns <= LINES_MAX), "{turns:?}");
    }
}

#[test]
fn nonsense_is_answered_and_nothing_panics() {
    for protocol in Protocol::ALL {
        for line in [
            &b""[..],
            b" ",
            b"\0\xff\xfe",
            b"{",
            b"{+}",
            b"{-1+}",
            b"a {18446744073709551616+}",
            b"+ +",
            &[b'a'; 16_000],
        ] {
            let turn = dialogue(protocol, Say::Login, true).line(line);
            assert!(turn.reply.len() < 1_000, "{protocol:?} {line:?}");
        }
    }
}
