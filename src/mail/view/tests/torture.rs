//! Every message of `tests/data/torture` gives what its line in `expected.txt` says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::mail::summarize;
use crate::mail::view::{Protection, TEXT_BYTES_MAX, View};

/// The directory of the messages.
pub(crate) fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/torture")
}

/// The messages by name, with their bytes.
pub(crate) fn messages() -> BTreeMap<String, Vec<u8>> {
    std::fs::read_dir(directory())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read(&path).unwrap())
        })
        .collect()
}

fn list(text: &str) -> Vec<&str> {
    text.split(" ; ")
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .collect()
}

/// What a message is, in the words of `expected.txt`.
fn kind(view: &View, message: &[u8]) -> String {
    let mut kinds = Vec::new();
    match view.protection {
        Some(Protection::Encrypted) => kinds.push("encrypted"),
        Some(Protection::Signed) => kinds.push("signed"),
        None => {}
    }
    if view.invitation(message).is_some() {
        kinds.push("calendar");
    }
    if view.is_limited {
        kinds.push("limited");
    }
    kinds.join(" ")
}

#[test]
fn odd_messages_are_shown_or_offered() {
    let expected = std::fs::read_to_string(directory().join("expected.txt")).unwrap();
    let mut messages = messages();
    assert!(messages.len() >= 40);
    let mut wrong = Vec::new();
    for line in expected.lines().filter(|line| !line.starts_with('#')) {
        let [name, shows, files, is] = line.split('|').map(str::trim).collect::<Vec<_>>()[..]
        else {
            panic!("{line}");
        };
        let message = messages
            .remove(name)
            .unwrap_or_else(|| panic!("{name} is missing"));
        let view = View::parse(&message);
        let text = view.plain_text();
        for wanted in list(shows) {
            if !text.contains(wanted) {
                wrong.push(format!("{name}: shows {text:?}, not {wanted:?}"));
            }
        }
        let offered: Vec<&str> = view
            .attachments
            .iter()
            .map(|f| f.file_name.as_str())
            .collect();
        if files != "*" && offered != list(files) {
            wrong.push(format!("{name}: offers {offered:?}"));
        }
        if kind(&view, &message) != is {
            wrong.push(format!("{name}: is {:?}", kind(&view, &message)));
        }
        for file in &view.attachments {
            let bytes = match file.inside {
                Some(number) => view.inside(&message, file.part, number).map(|(_, b)| b),
                None => view.part_bytes(&message, file.part, usize::MAX / 2),
            };
            if bytes.is_none() {
                wrong.push(format!("{name}: {} cannot be had", file.file_name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(
        messages.is_empty(),
        "without expectation: {:?}",
        messages.keys()
    );
}

#[test]
fn large_odd_messages_cost_no_more_than_their_bytes() {
    let head = "From: b@x.example\r\nMIME-Version: 1.0\r\n";
    let line = "x".repeat(10 * 1024 * 1024);
    let cases = [
        ("one line", format!("{head}\r\n{line}")),
        (
            "a header of 10 MB",
            format!("{head}X-A: {line}\r\n\r\ntext\r\n"),
        ),
        (
            "a million fields",
            format!("{head}{}\r\ntext", "A: b\r\n".repeat(100_000)),
        ),
        (
            "a million parts",
            format!(
                "{head}Content-Type: multipart/mixed; boundary=b\r\n\r\n{}",
                "--b\r\n\r\nx\r\n".repeat(50_000)
            ),
        ),
        (
            "nesting",
            (0..5_000)
                .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n"))
                .collect(),
        ),
        (
            "base64 without end",
            format!(
                "{head}Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n{line}"
            ),
        ),
        (
            "dashes",
            format!(
                "{head}Content-Type: multipart/mixed; boundary=b\r\n\r\n{}",
                "--\r\n".repeat(200_000)
            ),
        ),
    ];
    for (name, message) in cases {
        let begun = Instant::now();
        let view = View::parse(message.as_bytes());
        let summary = summarize(message.as_bytes());
        assert!(summary.subject.is_empty());
        let shown: usize = view.plain_text().len();
        assert!(shown <= 2 * TEXT_BYTES_MAX, "{name}: {shown}");
        // Not optimised, beside other tests.
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "{name}: {:?}",
            begun.elapsed()
        );
    }
}
