//! What must hold for any octets whatever that come in: a function for each place that reads them.
//!
//! They run in the test suite on mutations of the seeds in `tests.rs`, the same ones each time;
//! `LIFEBOAT_FUZZ_CASES` says how many (`make soak`: millions). A build with `--cfg fuzzing`, as cargo-fuzz makes
//! it, has them too. Each panics on a finding.

use super::acceptor::Peer;
use super::command::{self, Command};
use super::gate::{ChunkGate, DataFault, DataGate};
use super::session::player::Player;
use super::{Limits, Protocol, SessionConfig, StartTls, dsn, proxy, trace, xclient};
use crate::ids::Address;
use crate::mail;

/// Something that takes any octets.
pub type Target = fn(&[u8]);

/// All of them, by name.
pub const TARGETS: [(&str, Target); 8] = [
    ("session", session),
    ("data", data),
    ("command", command),
    ("address", address),
    ("dsn", dsn_parameters),
    ("proxy", proxy_header),
    ("xclient", xclient_command),
    ("head", head),
];

/// Mailboxes that the session's house has: nobody else's mail may be taken.
const KNOWN: [&str; 6] = ["ann", "bob", "full", "gone", "a+b", "info"];

/// A session of a listener that the first octet chooses, cut as the second says: it never panics, says the
/// same however its input was cut, says it in lines of SMTP, and takes in only mail for its mailboxes with
/// sound line ends.
pub fn session(input: &[u8]) {
    let [kind, step, wire @ ..] = input else {
        return;
    };
    let config = listener(*kind);
    let peer = match kind & 1 {
        0 => Peer::Unix,
        _ => Peer::Tcp(([10, 0, 0, 7], 4711).into()),
    };
    let mut whole = Player::new(&config, peer);
    whole.feed(&mut Vec::new(), wire);
    let mut cut = Player::new(&config, peer);
    let mut pending = Vec::new();
    for piece in wire.chunks(usize::from(*step) + 1) {
        cut.feed(&mut pending, piece);
    }
    if wire.is_empty() {
        cut.feed(&mut pending, b"");
    }
    // What is in one piece with STARTTLS is thrown away, so there the cut matters.
    if whole.secured == 0 && cut.secured == 0 {
        assert_eq!(
            whole.stored, cut.stored,
            "what is stored depends on the cut"
        );
        assert!(whole.said == cut.said, "what is said depends on the cut");
    }
    for player in [whole, cut] {
        assert_replies(&player.said);
        for body in &player.bodies {
            assert_eq!(naive_fault(body), None, "a bare CR or LF came in");
        }
        for mailbox in player.taken {
            let is_known = KNOWN
                .iter()
                .any(|known| mailbox == format!("{known}@example.com"));
            assert!(is_known, "relayed to {mailbox}");
        }
    }
}

fn listener(kind: u8) -> SessionConfig {
    let is = |bit: u8| kind & (1 << bit) != 0;
    let network = |text: &str| text.parse().into_iter().collect::<Vec<_>>();
    SessionConfig {
        hostname: "standby.example.com".to_owned(),
        delimiter: Some('+'),
        limits: Limits {
            message_octets_max: if is(5) { 60 } else { 10_000 },
            recipients_max: if is(6) { 2 } else { 100 },
            ..Limits::default()
        },
        protocol: if is(0) || is(1) {
            Protocol::Smtp
        } else {
            Protocol::Lmtp
        },
        strangers: is(1),
        trusted: if is(2) {
            network("10.0.0.0/8")
        } else {
            Vec::new()
        },
        xclient: if is(3) {
            network("10.0.0.0/8")
        } else {
            Vec::new()
        },
        start_tls: match (is(4), is(5)) {
            (true, true) => StartTls::Required,
            (true, false) => StartTls::Offered,
            _ => StartTls::Off,
        },
        dsn: is(7),
        postmaster: "ann@example.com".parse().ok(),
    }
}

/// RFC 5321 §4.2: lines of a code, a blank or hyphen, text; none longer than 512 octets.
fn assert_replies(said: &[u8]) {
    let text = String::from_utf8_lossy(said);
    assert!(text.is_empty() || text.ends_with("\r\n"), "{text:?}");
    for line in text.split_terminator("\r\n") {
        let mut start = line.bytes();
        let code = [start.next(), start.next(), start.next()];
        let is_code = code
            .iter()
            .all(|byte| byte.is_some_and(|b| b.is_ascii_digit()));
        let is_apart = matches!(start.next(), Some(b' ' | b'-'));
        assert!(is_code && is_apart, "no reply: {line:?}");
        assert!(!line.contains(|c: char| c.is_control()), "{line:?}");
        assert!(line.len() <= 510, "{} octets", line.len());
    }
}

/// The first fault of a text's line ends, read without cleverness.
fn naive_fault(text: &[u8]) -> Option<DataFault> {
    let is_at = |at: usize, octet: u8| text.get(at) == Some(&octet);
    text.iter().enumerate().find_map(|(at, octet)| match octet {
        b'\r' if !is_at(at + 1, b'\n') => Some(DataFault::BareCr),
        b'\n' if at == 0 || !is_at(at - 1, b'\r') => Some(DataFault::BareLf),
        _ => None,
    })
}

/// The DATA decoder: data ends where CR LF `.` CR LF stands and nowhere else, and what comes out is what went
/// in without the dots. Chunks: a fault wherever a naive reader finds one.
pub fn data(input: &[u8]) {
    let Some((step, wire)) = input.split_first() else {
        return;
    };
    let step = usize::from(*step) + 1;
    let framed = [b"\r\n", wire].concat();
    let expected = memchr::memmem::find(&framed, b"\r\n.\r\n").map(|at| at + 3);
    let mut gate = DataGate::default();
    let (mut body, mut used, mut end) = (Vec::new(), 0, None);
    for piece in wire.chunks(step) {
        let fed = gate.feed(piece, &mut body);
        used += fed.used;
        if fed.ended {
            end = Some(used);
            break;
        }
    }
    assert_eq!(end, expected, "where the data ends");
    if let (Some(end), None) = (end, gate.fault()) {
        let content = wire.get(..end.saturating_sub(3)).unwrap_or_default();
        assert_eq!(naive_fault(content), None);
        assert_eq!(body, unstuffed(content));
    }

    let mut gate = ChunkGate::default();
    wire.chunks(step).for_each(|chunk| gate.feed(chunk));
    assert_eq!(
        gate.finish(),
        naive_fault(wire),
        "what is wrong with chunks"
    );
}

/// RFC 5321 §4.5.2, line by line.
fn unstuffed(content: &[u8]) -> Vec<u8> {
    content
        .split_inclusive(|octet| *octet == b'\n')
        .flat_map(|line| line.strip_prefix(b".").unwrap_or(line))
        .copied()
        .collect()
}

/// The grammar of command lines; what the gate keeps out is not given to it.
pub fn command(input: &[u8]) {
    if input.iter().any(|octet| matches!(octet, b'\r' | b'\n' | 0)) {
        return;
    }
    match command::parse(input) {
        Ok(Command::Mail(mail)) => {
            let path = mail.reverse_path.as_str();
            assert!(path.len() <= command::PATH_OCTETS_MAX);
            assert_one_line(path);
        }
        Ok(Command::Rcpt(rcpt)) => {
            assert!(rcpt.given.len() <= command::PATH_OCTETS_MAX);
            assert_one_line(&rcpt.given);
            address(rcpt.given.as_bytes());
        }
        Ok(_) | Err(_) => {}
    }
}

/// It goes into a header line.
fn assert_one_line(text: &str) {
    assert!(!text.contains(['\r', '\n', '\0']), "{text:?}");
}

/// Addresses: what is one stays the same one, has both its parts, and fits where it is kept.
pub fn address(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    let Ok(address) = text.parse::<Address>() else {
        return;
    };
    let again = address.as_str().parse::<Address>();
    assert_eq!(again.ok().as_ref(), Some(&address), "{text:?}");
    assert!(!address.local().is_empty() && !address.domain().is_empty());
    let is_bad = |c: char| c.is_control() || c.is_whitespace() || "<>".contains(c);
    assert!(!address.as_str().contains(is_bad), "{text:?}");
    let base = address.without_extension(Some('+'));
    assert_eq!(base.without_extension(Some('+')), base);
    assert_eq!(base.domain(), address.domain());
}

/// RET, ENVID, NOTIFY and ORCPT: what is decoded can stand in a header line.
pub fn dsn_parameters(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    let _ = (text.parse::<dsn::Return>(), text.parse::<dsn::Notify>());
    if let Ok(id) = text.parse::<dsn::EnvelopeId>() {
        assert!(
            id.as_str()
                .bytes()
                .all(|byte| (b' '..=b'~').contains(&byte))
        );
    }
    if let Ok(original) = text.parse::<dsn::OriginalRecipient>() {
        let shown = original.to_string();
        assert!(!shown.contains(|c: char| c.is_control()), "{shown:?}");
        assert!(shown.len() <= text.len() * 4 + 1);
    }
}

/// The PROXY protocol's header: never read further than it says, and never further than it may.
pub fn proxy_header(input: &[u8]) {
    let Some((fixed, rest)) = input.split_first_chunk::<{ proxy::FIXED_OCTETS }>() else {
        return;
    };
    let Ok(octets) = proxy::rest_octets(fixed) else {
        return;
    };
    assert!(octets <= proxy::REST_OCTETS_MAX);
    let rest = rest.get(..octets).unwrap_or(rest);
    let said = proxy::parse(fixed, rest);
    // Additions behind the addresses change nothing.
    if said.is_ok() {
        assert_eq!(proxy::parse(fixed, &[rest, b"\x04\0\0"].concat()), said);
    }
}

/// XCLIENT's attributes.
pub fn xclient_command(input: &[u8]) {
    if let Some(said) = xclient::parse(input) {
        assert_one_line(said.helo.as_deref().unwrap_or_default());
    }
}

/// What is read of a message's head when it comes in.
pub fn head(input: &[u8]) {
    assert!(trace::fields(input).count() <= input.len());
    if let Some(id) = trace::mx_queue_id(input) {
        assert!(!id.is_empty() && id.is_ascii());
    }
    let _ = trace::goes_round(input, "standby.example.com", &[]);
    let summary = mail::summarize_start(input, input.len() as u64);
    for text in [Some(summary.subject), summary.message_id]
        .into_iter()
        .flatten()
    {
        assert_one_line(&text);
    }
}

#[cfg(test)]
mod tests;
