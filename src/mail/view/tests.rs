pub(crate) mod torture;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::{Content, View};
use crate::mail::mime::Structure;
use crate::mail::summarize;

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/mail")
}

/// What a reader gets of a message, a line per thing.
fn describe(message: &[u8]) -> String {
    let summary = summarize(message);
    let view = View::parse(message);
    let mut out = String::new();
    let from = summary.from.as_ref().map_or("", |from| from.label());
    let _ = writeln!(
        out,
        "from {from}\nsubject {}\npreview {}",
        summary.subject, summary.preview
    );
    if summary.has_attachment {
        let _ = writeln!(out, "has attachment");
    }
    for segment in &view.segments {
        let _ = match &segment.content {
            Content::Plain { text, wrapping } => {
                writeln!(out, "{} plain {wrapping:?} {text:?}", segment.part)
            }
            Content::Html { html, alternative } => {
                writeln!(
                    out,
                    "{} html {html:?} instead {alternative:?}",
                    segment.part
                )
            }
        };
    }
    for file in &view.attachments {
        let bytes = view.part_bytes(message, file.part, 1 << 20).unwrap();
        let _ = writeln!(
            out,
            "{} file {:?} {:?} {} of about {} bytes {:?}",
            file.part,
            file.file_name,
            file.content_type,
            bytes.len(),
            file.size_bytes,
            file.preview
        );
    }
    let mut images: Vec<_> = view.inline_images.iter().collect();
    images.sort();
    for (cid, part) in images {
        let _ = writeln!(out, "{part} image {cid}");
    }
    if let Some(part) = view.calendar {
        let _ = writeln!(out, "{part} calendar");
    }
    if let Some(protection) = view.protection {
        let _ = writeln!(out, "{protection:?}");
    }
    if view.is_limited {
        let _ = writeln!(out, "limited");
    }
    if view.is_raw_only() {
        let _ = writeln!(out, "raw only");
    }
    out
}

/// Every odd message is shown as the `.expect` file beside it says. With `LIFEBOAT_BLESS=1` the
/// files are written anew, to be read before they are committed.
#[test]
fn odd_messages_are_shown_or_offered() {
    let bless = std::env::var_os("LIFEBOAT_BLESS").is_some();
    let mut count = 0;
    for entry in fs::read_dir(data()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "eml") {
            continue;
        }
        let found = describe(&fs::read(&path).unwrap());
        let expect = path.with_extension("expect");
        if bless {
            fs::write(&expect, &found).unwrap();
        }
        let expected = fs::read_to_string(&expect).unwrap();
        assert_eq!(found, expected, "{}", path.display());
        count += 1;
    }
    assert!(count >= 25, "only {count} messages");
}

#[test]
fn parts_that_are_not_there_are_none() {
    let message = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n";
    let view = View::parse(message);
    assert_eq!(view.part_bytes(message, 1, 10), Some(b"x".to_vec()));
    assert_eq!(
        view.part_bytes(message, 1, 0),
        None,
        "larger than asked for"
    );
    assert_eq!(
        view.part_bytes(message, 0, 10),
        None,
        "a multipart is no file"
    );
    assert_eq!(view.part_bytes(message, 9, 10), None);
}

#[test]
fn very_long_text_is_offered_as_a_file() {
    let text = "0123456789abcde\n".repeat(400_000);
    let message = format!("Content-Type: text/plain\n\n{text}");
    let view = View::parse(message.as_bytes());
    assert!(view.is_limited && view.segments.is_empty());
    assert_eq!(view.attachments.len(), 1);
}

#[test]
fn many_parts_and_deep_nesting_are_bounded() {
    let many = format!(
        "Content-Type: multipart/mixed; boundary=b\n\n{}",
        "--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nx\n--c--\n".repeat(20_000)
    );
    let view = View::parse(many.as_bytes());
    assert!(view.is_limited);
    let deep: String = (0..200)
        .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n"))
        .collect();
    assert!(View::parse(deep.as_bytes()).is_limited);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_damaged_message_is_still_viewed(which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), bytes in prop::collection::vec(any::<u8>(), 0..12)) {
        let mut paths: Vec<_> = fs::read_dir(data()).unwrap().map(|e| e.unwrap().path()).collect();
        paths.sort();
        let mut message = fs::read(which.get(&paths)).unwrap();
        message.truncate(20_000);
        let at = at.index(message.len());
        let end = (at + bytes.len()).min(message.len());
        message.splice(at..end, bytes);
        let view = View::parse(&message);
        let _ = view.plain_text();
        let _ = describe(&message);
        for index in 0..Structure::parse(&message).parts.len() {
            let _ = view.part_bytes(&message, index, 4096);
        }
    }
}
