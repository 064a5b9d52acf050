//! Transcripts in `tests/data/lmtp/*.txt` and `tests/data/smtp/*.txt`, each played in several ways of
//! cutting the input.
//!
//! `LISTENER:` what is spoken on (`smtp`, `strangers`, `starttls`, `starttls-required`,
//! `no-certificate`, `xclient`, `postmaster`) and `from=` whom; `ONCE` the input is sent as it is cut here and not otherwise.
//!
//! `C:` a line of the client (CR LF is added), `C>` the same without a line end, `S:` a line of the
//! server (`#1` is the first delivery's id), `SHUTDOWN` and `TIMEOUT` what ends the session after all
//! that, `LIMITS:` bounds, `STORED:` what was accepted at the
//! end: reverse-path, mailboxes, content; `END` the server closed the connection. Client lines and
//! stored contents have Rust's escapes `\r \n \t \0 \xNN \\`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::player::{Player, delivery_id, resolve};
use super::*;

/// What a transcript asks for.
#[derive(Default)]
struct Script {
    config: SessionConfig,
    peer: Peer,
    once: bool,
    steps: Vec<(Vec<u8>, String)>,
    stored: String,
    closed: bool,
    no_certificate: bool,
    /// What ends the session from this side, and what is said then.
    end: Option<SmtpReply>,
    last_words: String,
}

fn unescape(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        match chars.next() {
            Some('r') => out.push(b'\r'),
            Some('n') => out.push(b'\n'),
            Some('t') => out.push(b'\t'),
            Some('0') => out.push(0),
            Some('\\') => out.push(b'\\'),
            Some('x') => {
                let hex: String = chars.by_ref().take(2).collect();
                out.push(u8::from_str_radix(&hex, 16).unwrap());
            }
            other => panic!("escape {other:?} in {text:?}"),
        }
    }
    out
}

fn limits(text: &str) -> Limits {
    let mut limits = Limits::default();
    for pair in text.split_whitespace() {
        let (name, value) = pair.split_once('=').unwrap();
        match name {
            "message" => limits.message_octets_max = value.parse().unwrap(),
            "recipients" => limits.recipients_max = value.parse().unwrap(),
            "errors" => limits.errors_max = value.parse().unwrap(),
            "idle" => limits.idle_commands_max = value.parse().unwrap(),
            _ => panic!("limit {name}"),
        }
    }
    limits
}

fn listener(script: &mut Script, text: &str) {
    let config = &mut script.config;
    config.protocol = Protocol::Smtp;
    config.trusted = vec!["10.0.0.0/8".parse().unwrap()];
    script.peer = Peer::Tcp("10.0.0.7:4711".parse().unwrap());
    for word in text.split_whitespace() {
        match word.split_once('=').unwrap_or((word, "")) {
            ("smtp", _) => {}
            ("strangers", _) => config.strangers = true,
            ("starttls", _) => config.start_tls = StartTls::Offered,
            ("starttls-required", _) => config.start_tls = StartTls::Required,
            ("no-certificate", _) => script.no_certificate = true,
            ("xclient", _) => config.xclient.clone_from(&config.trusted),
            ("dsn", _) => config.dsn = true,
            ("postmaster", _) => config.postmaster = "ann@example.com".parse().ok(),
            ("from", peer) => script.peer = Peer::Tcp(peer.parse().unwrap()),
            (other, _) => panic!("listener {other}"),
        }
    }
}

fn read_script(path: &Path) -> Script {
    let mut script = Script {
        config: config(Limits::default()),
        ..Script::default()
    };
    let mut server_spoke = true;
    for line in fs::read_to_string(path).unwrap().lines() {
        let (kind, text) = line.split_at(line.len().min(2));
        let text = text.strip_prefix(' ').unwrap_or(text);
        match kind {
            "C:" | "C>" => {
                if server_spoke {
                    script.steps.push(Default::default());
                    server_spoke = false;
                }
                let input = &mut script.steps.last_mut().unwrap().0;
                input.extend_from_slice(&unescape(text));
                if kind == "C:" {
                    input.extend_from_slice(b"\r\n");
                }
            }
            "S:" => {
                if script.steps.is_empty() {
                    script.steps.push(Default::default());
                }
                server_spoke = true;
                let text = match text.split_once('#') {
                    Some((before, n)) => {
                        format!("{before}{}", delivery_id(n.parse().unwrap()))
                    }
                    None => text.to_owned(),
                };
                let said = match script.end {
                    Some(_) => &mut script.last_words,
                    None => &mut script.steps.last_mut().unwrap().1,
                };
                writeln!(said, "{text}\r").unwrap();
            }
            "LI" => match line.split_once(':').unwrap() {
                ("LIMITS", text) => script.config.limits = limits(text),
                (_, text) => listener(&mut script, text),
            },
            "ON" => script.once = true,
            "ST" => writeln!(script.stored, "{}", line.strip_prefix("STORED: ").unwrap()).unwrap(),
            "SH" => script.end = Some(SmtpReply::SHUTTING_DOWN),
            "TI" => script.end = Some(SmtpReply::TIMEOUT),
            "EN" => script.closed = true,
            "" | "# " => {}
            _ => panic!("{}: {line:?}", path.display()),
        }
    }
    script
}

fn config(limits: Limits) -> SessionConfig {
    SessionConfig {
        hostname: "standby.example.com".to_owned(),
        delimiter: Some('+'),
        limits,
        ..SessionConfig::default()
    }
}

fn play(script: &Script, name: &str, step: Option<usize>) {
    let config = &script.config;
    let player = || {
        let mut player = Player::new(config, script.peer);
        player.can_secure = !script.no_certificate;
        player
    };
    let (mut whole, mut player) = (player(), player());
    let mut pending = Vec::new();
    let mut expected = String::new();
    for (input, replies) in &script.steps {
        let step = step.unwrap_or(input.len()).max(1);
        for piece in input.chunks(step) {
            player.feed(&mut pending, piece);
        }
        if input.is_empty() {
            player.feed(&mut pending, b"");
        }
        expected.push_str(replies);
        assert_eq!(
            String::from_utf8_lossy(&player.said),
            expected,
            "{name} in steps of {step}"
        );
    }
    let mut played = vec![player];
    if !script.once {
        let inputs = script.steps.iter().flat_map(|(input, _)| input.clone());
        whole.feed(&mut Vec::new(), &inputs.collect::<Vec<u8>>());
        played.push(whole);
    }
    if let Some(end) = &script.end {
        played.iter_mut().for_each(|player| player.end(end));
        expected.push_str(&script.last_words);
    }
    for player in played {
        let said = String::from_utf8_lossy(&player.said);
        assert_eq!(said, expected, "{name} step by step or in one piece");
        assert_eq!(player.stored, script.stored, "{name}");
        assert_eq!(player.closed, script.closed, "{name}");
    }
}

#[test]
fn transcripts() {
    for protocol in ["lmtp", "smtp"] {
        let data = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data");
        let mut count = 0;
        for entry in fs::read_dir(data.join(protocol)).unwrap() {
            let path = entry.unwrap().path();
            let script = read_script(&path);
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let steps = [None, Some(1), Some(2), Some(7)];
            for step in steps.into_iter().take(if script.once { 1 } else { 4 }) {
                play(&script, &format!("{protocol}/{name}"), step);
            }
            count += 1;
        }
        assert!(count >= 10, "only {count} transcripts found");
    }
}

/// Every reply there is has its transcript, but those of a connection that gets no session.
#[test]
fn every_reply_is_in_a_transcript() {
    let mut transcripts = String::new();
    for protocol in ["lmtp", "smtp"] {
        let data = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data");
        for entry in fs::read_dir(data.join(protocol)).unwrap() {
            transcripts += &fs::read_to_string(entry.unwrap().path()).unwrap();
        }
    }
    let source = include_str!("../reply.rs").lines();
    let code = source.filter(|line| !line.trim_start().starts_with("//"));
    let texts: Vec<&str> = code
        .flat_map(|line| line.split('"').skip(1).step_by(2))
        .filter(|text| text.starts_with(char::is_uppercase) && text.contains(' '))
        .collect();
    assert!(texts.len() > 40, "{texts:?}");
    let missing: Vec<&str> = texts
        .into_iter()
        .filter(|text| !transcripts.contains(text.split('{').next().unwrap()))
        .collect();
    let refused_at_once = [
        "Too many connections, try again later",
        "Too many connections from your network, try again later",
    ];
    assert_eq!(missing, refused_at_once);
}

proptest! {
    /// Whatever comes, in whatever pieces: no panic, always an answer to "what next", and the same
    /// replies however the input was cut.
    #[test]
    fn any_input(
        parts in proptest::collection::vec(
            prop_oneof![
                Just("LHLO x\r\n".to_owned()),
                Just("MAIL FROM:<a@b.example>\r\n".to_owned()),
                Just("RCPT TO:<ann@example.com>\r\n".to_owned()),
                Just("DATA\r\n".to_owned()),
                Just("\r\n.\r\n".to_owned()),
                Just("RSET\r\n".to_owned()),
                Just("EHLO x\r\n".to_owned()),
                "BDAT [0-9]{1,2}( LAST)?\r\n",
                "[ -~]{0,30}\r\n",
                "\\PC{0,10}",
                "[\\r\\n\\x00.]{0,4}",
            ],
            0..20,
        ),
        step in 1usize..40,
        protocol in prop_oneof![Just(Protocol::Lmtp), Just(Protocol::Smtp)],
    ) {
        let limits = Limits { message_octets_max: 60, ..Limits::default() };
        let config = SessionConfig { protocol, ..config(limits) };
        let input = parts.concat().into_bytes();
        let mut whole = Player::new(&config, Peer::Unix);
        whole.feed(&mut Vec::new(), &input);
        let mut cut = Player::new(&config, Peer::Unix);
        let mut pending = Vec::new();
        for piece in input.chunks(step) {
            cut.feed(&mut pending, piece);
        }
        if input.is_empty() {
            cut.feed(&mut pending, b"");
        }
        prop_assert_eq!(&whole.said, &cut.said);
        prop_assert_eq!(&whole.stored, &cut.stored);
        prop_assert!(whole.said.ends_with(b"\r\n"));
    }
}

#[test]
fn a_large_body_comes_in_pieces_of_bounded_size() {
    let config = config(Limits::default());
    let mut session = Session::new(&config, Peer::Unix, None);
    let mut input = b"LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<ann@example.com>\r\nDATA\r\n".to_vec();
    let content = b"0123456789abcdef\r\n".repeat(20_000);
    input.extend_from_slice(&content);
    input.extend_from_slice(b".\r\n");
    let mut at = 0;
    let mut body = Vec::new();
    loop {
        let (used, event) = session.advance(&input[at..]);
        at += used;
        match event {
            Event::Resolve(address) => session.resolved(resolve(&address)),
            Event::Begin(_) => session.begun(Ok(())),
            Event::Piece => {
                assert!(session.piece().len() < 2 * PIECE_OCTETS);
                body.extend_from_slice(session.piece());
                session.piece_written(Ok(()));
            }
            Event::Accept => break,
            Event::Input | Event::Close | Event::StartTls => panic!("{event:?}"),
        }
    }
    assert_eq!(at, input.len());
    assert_eq!(body, content);
}

#[test]
fn ends_once_and_for_all() {
    let config = config(Limits::default());
    let mut session = Session::new(&config, Peer::Unix, None);
    assert!(session.is_idle());
    session.advance(b"LHLO x\r\nMAIL FROM:<>\r\n");
    assert!(!session.is_idle());
    session.replies().clear();
    session.end(&SmtpReply::SHUTTING_DOWN);
    session.end(&SmtpReply::TIMEOUT);
    assert_eq!(
        session.replies(),
        b"421 4.3.2 Shutting down, try again later\r\n"
    );
    assert_eq!(session.advance(b"RSET\r\n"), (0, Event::Close));
}
