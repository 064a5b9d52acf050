//! The targets on mutations of known inputs: the same ones each time.

use std::fs;
use std::path::Path;

use super::*;

/// How many inputs each target gets.
const CASES: u64 = 4_000;
/// Longest input, in octets.
const OCTETS_MAX: usize = 4_096;

/// Words that mean something somewhere.
const WORDS: &[&[u8]] = &[
    b"\r\n",
    b"\r\n.\r\n",
    b"\n.\n",
    b"\r.\r",
    b"\n.\r\n",
    b"\r\n.\n",
    b"\0",
    b".",
    b"..",
    b"\r",
    b"\n",
    b"EHLO x\r\n",
    b"LHLO x\r\n",
    b"HELO x\r\n",
    b"MAIL FROM:<>\r\n",
    b"MAIL FROM:<c@d.example> SIZE=10 BODY=8BITMIME SMTPUTF8\r\n",
    b"RCPT TO:<ann@example.com>\r\n",
    b"RCPT TO:<victim@elsewhere.example>\r\n",
    b"RCPT TO:<@example.com:victim@elsewhere.example>\r\n",
    b"DATA\r\n",
    b"BDAT 3\r\n",
    b"BDAT 2 LAST\r\nx\n",
    b"BDAT 0 LAST\r\n",
    b"BDAT 18446744073709551615 LAST\r\n",
    b"STARTTLS\r\n",
    b"RSET\r\n",
    b"QUIT\r\n",
    b"XCLIENT ADDR=192.0.2.7 NAME=x\r\n",
    b" NOTIFY=SUCCESS,DELAY",
    b" ORCPT=rfc822;a+2Bb@example.com",
    b" ORCPT=utf-8;\\x{1F600}@example.com",
    b" ENVID=QQ+0A",
    b" RET=HDRS",
    b"\\x{",
    b"}",
    b"+",
    b"@",
    b"\"",
    b"<",
    b">",
    b":",
    b";",
    b"\xc4\xb0",
    b"\xff",
    b"\xf0\x9f\x98\x80",
    b"Received: from a by b (c) with ESMTP id X;\r\n",
    b"Subject: =?utf-8?Q?=00=0d=0a?=\r\n",
    b"Message-ID: <a\r\n b@c>\r\n",
    b"[UNAVAILABLE]",
    b"IPV6:",
];

/// Chance that a seed repeats (splitmix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
}

/// The next input: a seed with some changes, now and then with a piece of another one.
fn mutated(dice: &mut Dice, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut input = seeds[dice.below(seeds.len())].clone();
    for _ in 0..=dice.below(6) {
        let at = dice.below(input.len() + 1);
        let to = (at + dice.below(12)).min(input.len());
        match dice.below(7) {
            0 => drop(input.drain(at..to)),
            1 => input
                .splice(at..at, WORDS[dice.below(WORDS.len())].iter().copied())
                .for_each(drop),
            2 => input
                .splice(at..to, WORDS[dice.below(WORDS.len())].iter().copied())
                .for_each(drop),
            3 => {
                if let Some(octet) = input.get_mut(at) {
                    *octet ^= 1 << dice.below(8);
                }
            }
            4 => input.insert(at, dice.next() as u8),
            5 => {
                let piece = input[at..to].to_vec();
                input.splice(at..at, piece).for_each(drop);
            }
            _ => {
                let other = &seeds[dice.below(seeds.len())];
                let from = dice.below(other.len() + 1);
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
        }
    }
    input.truncate(OCTETS_MAX);
    input
}

/// What the clients of the transcripts say, each for some listeners.
fn transcripts() -> Vec<Vec<u8>> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut seeds = Vec::new();
    for protocol in ["lmtp", "smtp"] {
        let mut paths: Vec<_> = fs::read_dir(data.join(protocol))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        paths.sort();
        for path in paths {
            let text = fs::read_to_string(&path).unwrap();
            let mut said = Vec::new();
            for line in text.lines() {
                if let Some(line) = line.strip_prefix("C: ") {
                    said.extend_from_slice(
                        line.replace("\\r", "\r").replace("\\n", "\n").as_bytes(),
                    );
                    said.extend_from_slice(b"\r\n");
                }
            }
            let kinds: &[u8] = if protocol == "lmtp" {
                &[0, 32]
            } else {
                &[3, 7, 23, 143, 255]
            };
            for kind in kinds {
                seeds.push([&[*kind, 6], &said[..]].concat());
            }
        }
    }
    assert!(seeds.len() > 100, "only {} seeds", seeds.len());
    seeds
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let own = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    match target {
        "session" => transcripts(),
        "data" => own(&[
            "\u{6}line\r\n..dot\r\n.\r\nQUIT\r\n",
            "\u{1}\r\n.\r\n",
            "\u{0}a\n.\nb\r.\r\n.\r\n",
        ]),
        "command" => WORDS
            .iter()
            .map(|word| word.trim_ascii_end().to_vec())
            .chain(transcripts().iter().flat_map(|said| {
                let lines = said[2..].split(|octet| *octet == b'\n');
                lines.map(|line| line.trim_ascii_end().to_vec())
            }))
            .collect(),
        "address" => own(&[
            "ann@example.com",
            "a+b@example.com",
            "\"a b\"@example.com",
            "grün@müller.example",
            "x@[192.0.2.1]",
            "İstanbul@EXAMPLE.COM",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@e.example",
        ]),
        "dsn" => own(&[
            "NEVER",
            "SUCCESS,FAILURE,DELAY",
            "HDRS",
            "rfc822;ann+40example.com",
            "utf-8;gr\\x{FC}n@example.com",
            "QQ314159",
        ]),
        "proxy" => {
            let head = |family: u8, length: u8| {
                [&proxy::SIGNATURE[..], &[0x21, family, 0, length]].concat()
            };
            vec![
                [head(0x11, 12), vec![7; 12]].concat(),
                [head(0x21, 36), vec![7; 36]].concat(),
                [head(0, 0), vec![]].concat(),
                [head(0x11, 15), vec![7; 15]].concat(),
            ]
        }
        "xclient" => own(&[
            "ADDR=192.0.2.7 PORT=4711 HELO=mx.example.net",
            "NAME=[UNAVAILABLE] ADDR=IPV6:2001:db8::1 PROTO=ESMTP",
        ]),
        "head" => {
            let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/torture");
            let mut paths: Vec<_> = fs::read_dir(data)
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.extension().is_some_and(|ext| ext == "eml"))
                .collect();
            paths.sort();
            let start = |path| {
                let mut bytes = fs::read(path).unwrap();
                bytes.truncate(OCTETS_MAX);
                bytes
            };
            paths.iter().map(start).collect()
        }
        other => panic!("no seeds for {other}"),
    }
}

/// Shows the input when its target panics.
struct Shown<'a>(&'a str, &'a [u8]);

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}: b\"{}\"", self.0, self.1.escape_ascii());
        }
    }
}

#[test]
fn nothing_that_comes_in_breaks_anything() {
    let cases = std::env::var("LIFEBOAT_FUZZ_CASES").ok();
    let cases = cases.map_or(CASES, |text| text.parse().expect("a number"));
    for (number, (name, target)) in TARGETS.into_iter().enumerate() {
        let seeds = seeds(name);
        for seed in &seeds {
            let _shown = Shown(name, seed);
            target(seed);
        }
        let mut dice = Dice(2026 + number as u64);
        for _ in 0..cases {
            let input = mutated(&mut dice, &seeds);
            let _shown = Shown(name, &input);
            target(&input);
        }
    }
}

/// The targets can find something.
#[test]
fn what_is_wrong_is_found() {
    for (fault, text) in [
        (Some(DataFault::BareLf), "a\nb"),
        (Some(DataFault::BareCr), "a\rb"),
        (Some(DataFault::BareCr), "a\r"),
        (None, "a\r\nb\r\n"),
    ] {
        assert_eq!(naive_fault(text.as_bytes()), fault, "{text:?}");
    }
    for said in ["250 a\r\n25 b\r\n", "250 a\nb\r\n", "250 a"] {
        let found = std::panic::catch_unwind(|| assert_replies(said.as_bytes()));
        assert!(found.is_err(), "{said:?}");
    }
}
