//! Transcripts in `tests/data/lmtp/*.txt`, each played in several ways of cutting the input.
//!
//! `C:` a line of the client (CR LF is added), `C>` the same without a line end, `S:` a line of the
//! server (`#1` is the first delivery's id), `LIMITS:` bounds, `STORED:` what was accepted at the
//! end: reverse-path, mailboxes, content; `END` the server closed the connection. Client lines and
//! stored contents have Rust's escapes `\r \n \t \0 \xNN \\`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;
use crate::ids::{DeliveryId, MailboxId};

/// What a transcript asks for.
#[derive(Default)]
struct Script {
    limits: Limits,
    steps: Vec<(Vec<u8>, String)>,
    stored: String,
    closed: bool,
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

fn read_script(path: &Path) -> Script {
    let mut script = Script::default();
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
                writeln!(script.steps.last_mut().unwrap().1, "{text}\r").unwrap();
            }
            "LI" => script.limits = limits(line.strip_prefix("LIMITS:").unwrap()),
            "ST" => writeln!(script.stored, "{}", line.strip_prefix("STORED: ").unwrap()).unwrap(),
            "EN" => script.closed = true,
            "" | "# " => {}
            _ => panic!("{}: {line:?}", path.display()),
        }
    }
    script
}

fn delivery_id(number: u8) -> DeliveryId {
    let mut bytes = [0; 16];
    bytes[15] = number;
    DeliveryId::from_bytes(bytes)
}

fn resolve(address: &Address) -> Result<Option<KnownMailbox>, RefusedBy> {
    let address = match address.as_str() {
        "info@example.com" => "ann@example.com".parse().unwrap(),
        "trouble@example.com" => return Err(RefusedBy::Trouble),
        "ann@example.com" | "bob@example.com" | "full@example.com" | "gone@example.com"
        | "a+b@example.com" => address.clone(),
        _ => return Ok(None),
    };
    Ok(Some(KnownMailbox {
        id: MailboxId::from_bytes([1; 16]),
        address,
    }))
}

/// The house for one session: carries out events, records what was stored.
struct Player<'c> {
    session: Session<'c>,
    body: Vec<u8>,
    deliveries: u8,
    stored: String,
    said: Vec<u8>,
    closed: bool,
}

impl<'c> Player<'c> {
    fn new(config: &'c SessionConfig) -> Self {
        Self {
            session: Session::new(config),
            body: Vec::new(),
            deliveries: 0,
            stored: String::new(),
            said: Vec::new(),
            closed: false,
        }
    }

    /// Feeds all of `input` until the session wants more or is over.
    fn feed(&mut self, pending: &mut Vec<u8>, input: &[u8]) {
        pending.extend_from_slice(input);
        loop {
            let (used, event) = self.session.advance(pending);
            pending.drain(..used);
            match event {
                Event::Input | Event::Close => {
                    self.closed = event == Event::Close;
                    self.said.append(self.session.replies());
                    return;
                }
                Event::Resolve(address) => self.session.resolved(resolve(&address)),
                Event::Begin(666) => self.session.begun(Err(RefusedBy::Full)),
                Event::Begin(_) => {
                    self.body.clear();
                    self.session.begun(Ok(()));
                }
                Event::Piece => {
                    self.body.extend_from_slice(self.session.piece());
                    let poison = self.body.windows(6).any(|w| w == b"POISON");
                    self.session
                        .piece_written(if poison { Err(RefusedBy::Full) } else { Ok(()) });
                }
                Event::Accept => self.accept(),
            }
        }
    }

    fn accept(&mut self) {
        let envelope = self.session.envelope().clone();
        let mut mailboxes = Vec::new();
        let results: Vec<_> = envelope
            .recipients
            .iter()
            .map(|recipient| match recipient.mailbox.address.local() {
                "full" => Err(RefusedBy::Full),
                "gone" => Err(RefusedBy::Gone),
                _ => {
                    self.deliveries += 1;
                    mailboxes.push(recipient.mailbox.address.to_string());
                    Ok(Accepted::after_commit(delivery_id(self.deliveries)))
                }
            })
            .collect();
        writeln!(
            self.stored,
            "{} {} {}",
            envelope.reverse_path,
            mailboxes.join(","),
            String::from_utf8_lossy(&self.body).escape_debug()
        )
        .unwrap();
        self.session.accepted(&results);
    }
}

fn config(limits: Limits) -> SessionConfig {
    SessionConfig {
        hostname: "standby.example.com".to_owned(),
        delimiter: Some('+'),
        limits,
    }
}

fn play(script: &Script, name: &str, step: Option<usize>) {
    let config = config(script.limits);
    let mut player = Player::new(&config);
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
    let whole: Vec<u8> = script
        .steps
        .iter()
        .flat_map(|(input, _)| input.clone())
        .collect();
    let mut pipelined = Player::new(&config);
    pipelined.feed(&mut Vec::new(), &whole);
    assert_eq!(
        String::from_utf8_lossy(&pipelined.said),
        expected,
        "{name} in one piece"
    );
    for player in [player, pipelined] {
        assert_eq!(player.stored, script.stored, "{name}");
        assert_eq!(player.closed, script.closed, "{name}");
    }
}

#[test]
fn transcripts() {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/lmtp");
    let mut count = 0;
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let script = read_script(&path);
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        for step in [None, Some(1), Some(2), Some(7)] {
            play(&script, &name, step);
        }
        count += 1;
    }
    assert!(count >= 10, "only {count} transcripts found");
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
                "[ -~]{0,30}\r\n",
                "\\PC{0,10}",
                "[\\r\\n\\x00.]{0,4}",
            ],
            0..20,
        ),
        step in 1usize..40,
    ) {
        let config = config(Limits { message_octets_max: 60, ..Limits::default() });
        let input = parts.concat().into_bytes();
        let mut whole = Player::new(&config);
        whole.feed(&mut Vec::new(), &input);
        let mut cut = Player::new(&config);
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
    let mut session = Session::new(&config);
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
            Event::Input | Event::Close => panic!("{event:?}"),
        }
    }
    assert_eq!(at, input.len());
    assert_eq!(body, content);
}

#[test]
fn ends_once_and_for_all() {
    let config = config(Limits::default());
    let mut session = Session::new(&config);
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
