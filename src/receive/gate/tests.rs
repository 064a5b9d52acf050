use proptest::prelude::*;

use super::*;

/// Feeds `wire` in pieces of `step` octets; the content, what follows the end, and the fault.
fn decode(wire: &[u8], step: usize) -> (Vec<u8>, Option<Vec<u8>>, Option<DataFault>) {
    let mut gate = DataGate::default();
    let mut body = Vec::new();
    let mut at = 0;
    for piece in wire.chunks(step) {
        let fed = gate.feed(piece, &mut body);
        at += fed.used;
        if fed.ended {
            return (body, Some(wire[at..].to_vec()), gate.fault());
        }
        assert_eq!(fed.used, piece.len());
    }
    (body, None, gate.fault())
}

/// Wire; content and what follows it, if the data ends; fault.
type EndOfData = (
    &'static str,
    Option<(&'static str, &'static str)>,
    Option<DataFault>,
);

#[test]
fn data_ends_at_crlf_dot_crlf_only() {
    use DataFault::{BareCr, BareLf};
    let cases: &[EndOfData] = &[
        (".\r\n", Some(("", "")), None),
        (".\r\nQUIT\r\n", Some(("", "QUIT\r\n")), None),
        ("a\r\n.\r\n", Some(("a\r\n", "")), None),
        ("a\r\n\r\n.\r\nMAIL", Some(("a\r\n\r\n", "MAIL")), None),
        ("..\r\n.\r\n", Some((".\r\n", "")), None),
        (
            "...\r\n..a\r\n.b\r\n.\r\n",
            Some(("..\r\n.a\r\nb\r\n", "")),
            None,
        ),
        ("a.\r\n.\r\n", Some(("a.\r\n", "")), None),
        ("a\0b\r\n.\r\n", Some(("a\0b\r\n", "")), None),
        ("a\r\n. \r\n.\r\n", Some(("a\r\n \r\n", "")), None),
        // None of these is an end.
        ("a\n.\n", None, Some(BareLf)),
        ("a\n.\r\n", None, Some(BareLf)),
        ("a\r\n.\n", None, Some(BareLf)),
        ("a\r.\r", None, Some(BareCr)),
        ("a\r\n.\r", None, None),
        ("a\r\n.\rb", None, Some(BareCr)),
        ("a\r.\r\n", None, Some(BareCr)),
        ("a\r\r\n", None, Some(BareCr)),
        ("a\r\n.\r\r\n", None, Some(BareCr)),
        (".\n", None, Some(BareLf)),
        ("a\r\n..\n", None, Some(BareLf)),
        ("a\r\0\n.\r\n", None, Some(BareCr)),
    ];
    for (wire, end, fault) in cases {
        for step in [1, 2, 3, wire.len()] {
            let (body, rest, found) = decode(wire.as_bytes(), step);
            assert_eq!(found, *fault, "{wire:?} by {step}");
            assert_eq!(rest.is_some(), end.is_some(), "{wire:?} by {step}");
            if let (Some((content, follows)), None) = (end, fault) {
                assert_eq!(body, content.as_bytes(), "{wire:?} by {step}");
                if step == wire.len() {
                    assert_eq!(rest.as_deref(), Some(follows.as_bytes()), "{wire:?}");
                }
            }
        }
    }
}

#[test]
fn data_after_a_fault_still_ends_at_its_end() {
    let (_, rest, fault) = decode(b"a\n.\nMAIL FROM:<x@y>\r\n.\r\nRSET\r\n", 1000);
    assert_eq!(fault, Some(DataFault::BareLf));
    assert_eq!(rest.as_deref(), Some(&b"RSET\r\n"[..]));
}

#[test]
fn command_lines() {
    use CommandLine::{Complete, Fault, Partial};
    let long = [b'x'; COMMAND_OCTETS_MAX + 1];
    let cases: &[(&[u8], CommandLine)] = &[
        (b"", Partial),
        (b"NOOP", Partial),
        (b"NOOP\r", Partial),
        (b"NOOP\r\n", Complete(b"NOOP", 6)),
        (b"\r\nX", Complete(b"", 2)),
        (b"DATA\r\nx\r\n", Complete(b"DATA", 6)),
        (b"DATA\n", Fault(LineFault::BareLf)),
        (b"\n", Fault(LineFault::BareLf)),
        (b"DA\rTA\r\n", Fault(LineFault::BareCr)),
        (b"DATA\r\r\n", Fault(LineFault::BareCr)),
        (b"DA\0TA\r\n", Fault(LineFault::Nul)),
        (&long, Fault(LineFault::TooLong)),
        (&long[..COMMAND_OCTETS_MAX - 1], Partial),
    ];
    for (input, expected) in cases {
        assert_eq!(
            &command_line(input),
            expected,
            "{:?}",
            input.escape_ascii().to_string()
        );
    }
}

proptest! {
    /// What was stuffed as RFC 5321 §4.5.2 says comes out as it was, however the wire splits it.
    #[test]
    fn round_trip(lines in proptest::collection::vec("[.a\\x00é ]{0,4}", 0..8), step in 1usize..9) {
        let mut content = Vec::new();
        let mut wire = Vec::new();
        for line in &lines {
            if line.starts_with('.') {
                wire.push(b'.');
            }
            for out in [&mut wire, &mut content] {
                out.extend_from_slice(line.as_bytes());
                out.extend_from_slice(b"\r\n");
            }
        }
        wire.extend_from_slice(b".\r\n");
        let (body, rest, fault) = decode(&wire, step);
        prop_assert_eq!(body, content);
        prop_assert!(rest.is_some());
        prop_assert_eq!(fault, None);
    }

    /// An independent, naive reading agrees on where data ends, for any soup of CR, LF and dots.
    #[test]
    fn ends_where_the_bytes_say(soup in "[\\r\\n.a]{0,24}", step in 1usize..6) {
        let framed = format!("\r\n{soup}");
        let expected = framed.find("\r\n.\r\n").map(|at| at + 3);
        let mut gate = DataGate::default();
        let mut body = Vec::new();
        let mut used = 0;
        let mut end = None;
        for piece in soup.as_bytes().chunks(step) {
            let fed = gate.feed(piece, &mut body);
            used += fed.used;
            if fed.ended {
                end = Some(used);
                break;
            }
        }
        prop_assert_eq!(end, expected);
    }
}
