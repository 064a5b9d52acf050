mod whole;

use std::convert::Infallible;

use super::lines::Lines;
use super::*;
use crate::store::{StoreOptions, directory};

struct Env {
    _dir: tempfile::TempDir,
    store: Store,
}

impl Env {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
        Self { _dir: dir, store }
    }

    /// Applies a file in chunks of `chunk` bytes; returns the summary and the errors and warnings.
    async fn apply(
        &self,
        format: Format,
        text: &[u8],
        chunk: usize,
    ) -> (Summary, Vec<(u64, String)>) {
        let (sender, mut receiver) = mpsc::channel(8);
        let defaults = Defaults {
            mailstore: (format == Format::PasswdFile).then(|| "a1".parse().unwrap()),
            reseller: None,
        };
        let mailstores = ["a1", "a2"].iter().map(|id| id.parse().unwrap()).collect();
        let job = Provisioning::new(self.store.clone(), defaults, mailstores, NOW, sender);
        let chunks: Vec<Result<Bytes, Infallible>> = text
            .chunks(chunk)
            .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
            .collect();
        let reports = async {
            let mut rows = Vec::new();
            while let Some(report) = receiver.recv().await {
                match report {
                    Report::Error { line, reason } | Report::Warning { line, reason } => {
                        rows.push((line, reason));
                    }
                    _ => {}
                }
            }
            rows
        };
        let (summary, rows) = tokio::join!(
            job.run_text(
                format,
                Reading::default(),
                futures_util::stream::iter(chunks)
            ),
            reports
        );
        (summary.unwrap().summary, rows)
    }

    fn resolve(&self, address: &str) -> Option<directory::Mailbox> {
        self.store
            .read(|tx| directory::resolve(tx, &address.parse().unwrap()))
            .unwrap()
    }
}

const NOW: Timestamp = Timestamp::EPOCH;
const HASH: &str = "{PLAIN}secret";

#[tokio::test]
async fn a_file_is_applied_once_and_again() {
    let env = Env::new();
    let text = format!(
        r#"{{"mailbox":"Ann@Example.com","mailstore":"a1","reseller":"acme","password_hash":"{HASH}","name":"Ann","aliases":["sales@example.com"]}}

{{"mailbox":"bob@example.com","mailstore":"a2"}}"#
    );
    for chunk in [1, 7, 10_000] {
        let (summary, reports) = env.apply(Format::Ndjson, text.as_bytes(), chunk).await;
        let expected = match chunk {
            1 => Summary {
                rows: 2,
                created: 2,
                ..Summary::default()
            },
            _ => Summary {
                rows: 2,
                unchanged: 2,
                ..Summary::default()
            },
        };
        assert_eq!((summary, reports), (expected, Vec::new()));
    }
    let ann = env.resolve("sales@example.com").unwrap();
    assert_eq!(ann.address.as_str(), "ann@example.com");
    assert_eq!(ann.record.name.as_deref(), Some("Ann"));
    assert_eq!(ann.record.password_hash.as_deref(), Some(HASH));
    let domain = env
        .store
        .read(|tx| directory::domain(tx, &"example.com".parse().unwrap()))
        .unwrap()
        .unwrap();
    assert_eq!(domain.reseller, Some("acme".parse().unwrap()));
}

#[tokio::test]
async fn what_a_row_does_not_say_stays_and_null_removes() {
    let env = Env::new();
    let first = format!(
        r#"{{"mailbox":"ann@example.com","mailstore":"a1","password_hash":"{HASH}","name":"Ann","aliases":["sales@example.com"]}}"#
    );
    env.apply(Format::Ndjson, first.as_bytes(), 100).await;
    let id = env.resolve("ann@example.com").unwrap().record.id;
    let second = br#"{"mailbox":"ann@example.com","mailstore":"a2","name":null,"aliases":["info@example.com"]}"#;
    let (summary, _) = env.apply(Format::Ndjson, second, 100).await;
    assert_eq!(summary.changed, 1);
    let ann = env.resolve("info@example.com").unwrap().record;
    assert_eq!(ann.id, id);
    assert_eq!(ann.mailstore.as_str(), "a2");
    assert_eq!(ann.name, None);
    assert_eq!(ann.password_hash.as_deref(), Some(HASH));
    assert!(env.resolve("sales@example.com").is_none());
}

#[tokio::test]
async fn a_wrong_row_names_its_line_and_stops_nothing() {
    let env = Env::new();
    let long = format!(
        r#"{{"mailbox":"long@example.com","name":"{}"}}"#,
        "x".repeat(70_000)
    );
    let rows: &[(&str, Option<&str>)] = &[
        (
            r#"{"mailbox":"ann@example.com","mailstore":"a1","reseller":"acme","aliases":["sales@example.com"]}"#,
            None,
        ),
        (
            r#"{"mailbox":"no address","mailstore":"a1"}"#,
            Some("name@domain"),
        ),
        (
            r#"{"mailbox":"x@example.com","mailstore":"a9"}"#,
            Some("a9 is not configured"),
        ),
        (r#"{"mailbox":"x@example.com"}"#, Some("no mailstore")),
        (
            r#"{"mailbox":"x@example.com","mailstore":"a1","reseller":"other"}"#,
            Some("belongs to reseller acme"),
        ),
        (
            r#"{"mailbox":"sales@example.com","mailstore":"a1"}"#,
            Some("is an alias of ann@example.com"),
        ),
        (
            r#"{"mailbox":"bob@example.com","mailstore":"a1","aliases":["ann@example.com"]}"#,
            Some("a mailbox itself"),
        ),
        (
            r#"{"mailbox":"bob@example.com","mailstore":"a1","aliases":["sales@example.com"]}"#,
            Some("is an alias of ann@example.com"),
        ),
        (
            r#"{"mailbox":"eve@other.com","mailstore":"a1","aliases":["eve@example.com"]}"#,
            Some("example.com belongs to reseller acme"),
        ),
        (
            r#"{"mailbox":"x@example.com","mailstore":"a1","surname":"X"}"#,
            Some("surname"),
        ),
        (r#"{"mailbox":"x@example.com","#, Some("not a valid row")),
        (&long, Some("longer than 64 KB")),
        (
            r#"{"mailbox":"cat@example.com","mailstore":"a1","password_hash":"{SCRAM-SHA-1}x"}"#,
            Some("cannot sign in"),
        ),
        (r#"{"mailbox":"dan@example.com","mailstore":"a1"}"#, None),
    ];
    let text: Vec<&str> = rows.iter().map(|(row, _)| *row).collect();
    let (summary, reports) = env
        .apply(Format::Ndjson, text.join("\n").as_bytes(), 999)
        .await;
    let expected: Vec<(u64, &str)> = (1..)
        .zip(rows)
        .filter_map(|(line, (_, reason))| reason.map(|reason| (line, reason)))
        .collect();
    let mut reports = reports;
    reports.sort();
    assert_eq!(reports.len(), expected.len(), "{reports:?}");
    for ((line, reason), (expected_line, part)) in reports.iter().zip(&expected) {
        assert_eq!(line, expected_line, "{reason}");
        assert!(reason.contains(part), "line {line}: {reason}");
    }
    assert_eq!(
        (
            summary.rows,
            summary.created,
            summary.errors,
            summary.passwords_unusable
        ),
        (14, 3, 11, 1)
    );
    assert!(
        env.resolve("bob@example.com").is_none(),
        "a refused row leaves no trace"
    );
    assert!(env.resolve("dan@example.com").is_some());
}

#[tokio::test]
async fn a_passwd_file_is_applied() {
    let env = Env::new();
    let text = "# users\nann@example.com:{PLAIN}x:1000:1000:Ann Example,room 1:/home/ann::userdb_quota=1\n\
                bob@example.com:$1$ab$c:::::\nroot:x:0:0\ncat@example.com\n";
    let (summary, reports) = env.apply(Format::PasswdFile, text.as_bytes(), 5).await;
    assert_eq!((summary.created, summary.errors), (3, 1));
    assert_eq!(reports[0].0, 4);
    let ann = env.resolve("ann@example.com").unwrap().record;
    assert_eq!(ann.name.as_deref(), Some("Ann Example"));
    assert_eq!(ann.password_hash.as_deref(), Some("{PLAIN}x"));
    let bob = env.resolve("bob@example.com").unwrap().record;
    assert_eq!(bob.password_hash.as_deref(), Some("{CRYPT}$1$ab$c"));
    assert_eq!(
        env.resolve("cat@example.com").unwrap().record.password_hash,
        None
    );
}

#[test]
fn no_line_panics() {
    use proptest::prelude::*;
    proptest!(|(line in ".{0,200}")| {
        let _ = ndjson::parse(&line, &Reading::default());
        let _ = passwd_file::parse(&line, &Reading::default());
    });
}

#[test]
fn lines_are_cut_wherever_chunks_end() {
    use proptest::prelude::*;
    proptest!(|(text in "[ab\n]{0,60}", chunk in 1..10usize)| {
        let mut lines = Lines::default();
        let mut found = Vec::new();
        for chunk in text.as_bytes().chunks(chunk) {
            let mut rest = chunk;
            while let Some(line) = lines.next(&mut rest) {
                found.push(String::from_utf8(line.text.unwrap()).unwrap());
            }
        }
        found.extend(lines.last().map(|line| String::from_utf8(line.text.unwrap()).unwrap()));
        let expected: Vec<&str> = text.lines().collect();
        prop_assert_eq!(found, expected);
    });
}
