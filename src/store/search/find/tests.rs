use super::*;
use crate::clock::Timestamp;
use crate::ids::Address;
use crate::mail::{Flags, Role, Summary};
use crate::store::directory::{Mailbox, MailboxRecord};
use crate::store::messages::{NewMessage, Origin, folder_of};
use crate::store::search::{self, Covered, Words};
use crate::store::{Store, StoreOptions, Tx};

const MESSAGES: u64 = 2_000;

struct Desk {
    store: Store,
    mailbox: MailboxId,
    _dir: tempfile::TempDir,
}

/// What message `number` is, apart from its words.
fn nature(number: u64) -> (Role, bool) {
    let role = if number.is_multiple_of(7) {
        Role::Sent
    } else {
        Role::Inbox
    };
    (role, number.is_multiple_of(11))
}

/// Where a word stands in message `number`, if it does.
fn places(number: u64, word: &str) -> Option<Places> {
    let is = match word {
        "all" => true,
        "third" => number.is_multiple_of(3),
        "fifth" => number.is_multiple_of(5),
        "rare" => number == 1 || number == 1_400,
        "said" => {
            return Some(if number.is_multiple_of(2) {
                Places::SUBJECT
            } else {
                Places::TEXT
            });
        }
        _ => word.strip_prefix('n').and_then(|n| n.parse().ok()) == Some(number % 301),
    };
    is.then_some(Places::TEXT)
}

fn all_words() -> Vec<String> {
    let named = ["all", "third", "fifth", "rare", "said"].map(str::to_owned);
    named
        .into_iter()
        .chain((0..301).map(|n| format!("n{n}")))
        .collect()
}

impl Desk {
    async fn new() -> Self {
        Self::holding(MESSAGES, true).await
    }

    /// A mailbox with messages, indexed or not.
    async fn holding(messages: u64, indexed: bool) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
        let address: Address = "ann@example.com".parse().unwrap();
        let record = MailboxRecord {
            id: MailboxId::generate(),
            mailstore: "a1".parse().unwrap(),
            password_hash: None,
            name: None,
            aliases: Vec::new(),
        };
        let mailbox = Mailbox { address, record };
        let id = mailbox.record.id;
        let body = store.new_body(Timestamp::EPOCH, b"x").unwrap();
        store
            .write_with_body(body, move |tx, body| {
                let words = all_words();
                for number in 1..=messages {
                    let (role, has_attachment) = nature(number);
                    let new = NewMessage {
                        folder: folder_of(role),
                        flags: Flags::default(),
                        received_at: Timestamp::EPOCH,
                        prefix: Vec::new(),
                        body,
                        body_bytes: 1,
                        origin: Origin::Sent,
                        summary: Summary {
                            has_attachment,
                            ..Summary::default()
                        },
                    };
                    let filed = messages::insert(tx, &mailbox, new)?.id;
                    assert_eq!(filed, StandbyId(number));
                    let mut found = Words::default();
                    for word in &words {
                        if let Some(places) = places(number, word) {
                            found.add(word, places);
                        }
                    }
                    if has_attachment {
                        found.add_attachments();
                    }
                    if indexed {
                        search::add(tx, id, &[(filed, found)])?;
                    }
                }
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
        Self {
            store,
            mailbox: id,
            _dir: dir,
        }
    }

    /// What is found, and how many rows were read for it.
    fn find(&self, query: &Query, before: Option<u64>, limit: usize) -> (Vec<u64>, usize) {
        self.store
            .read(|tx| {
                let mut reading = Reading { tx, rows: 0 };
                let before = before.map(StandbyId);
                let found = reading.find(self.mailbox, query, before, limit)?;
                let ids = found.iter().map(|message| message.id.0).collect();
                Ok::<_, StoreError>((ids, reading.rows))
            })
            .unwrap()
    }
}

/// The same without an index.
fn by_hand(query: &Query, before: Option<u64>, limit: usize) -> Vec<u64> {
    let words = all_words();
    let has = |number: u64, beginning: &str, wanted: Places| {
        let mut all = words.iter().filter(|word| word.starts_with(beginning));
        all.any(|word| places(number, word).is_some_and(|places| places.overlaps(wanted)))
    };
    (1..=MESSAGES)
        .rev()
        .filter(|number| before.is_none_or(|before| *number < before))
        .filter(|&number| {
            let (role, has_attachment) = nature(number);
            let mut words = query.words.iter();
            query.folder.is_none_or(|folder| folder == folder_of(role))
                && (!query.has_attachment || has_attachment)
                && words.all(|(word, wanted)| has(number, word, *wanted))
        })
        .take(limit)
        .collect()
}

#[tokio::test]
async fn a_query_finds_what_looking_at_each_message_finds() {
    let desk = Desk::new().await;
    let sent = Some(folder_of(Role::Sent));
    let cases: &[(&[&str], bool, Option<FolderId>)] = &[
        (&["all"], false, None),
        (&["third"], false, None),
        (&["third", "fifth"], false, None),
        (&["third", "fifth", "all"], true, sent),
        (&["rare", "all"], false, None),
        (&["all", "rare"], false, sent),
        (&["n7"], false, None),
        (&["n7", "third"], false, None),
        (&["n"], false, None),
        (&["n", "fifth"], true, None),
        (&["nothing"], false, None),
        (&["all", "nothing"], false, None),
        (&["subject:said"], false, None),
        (&["subject:said", "third"], false, sent),
        (&[], true, None),
        (&[], false, sent),
        (&[], true, sent),
        (&[], false, None),
    ];
    for (words, has_attachment, folder) in cases {
        let word = |word: &&str| match word.strip_prefix("subject:") {
            Some(word) => (word.to_owned(), Places::SUBJECT),
            None => ((*word).to_owned(), Places::ANY),
        };
        let query = Query {
            words: words.iter().map(word).collect(),
            has_attachment: *has_attachment,
            folder: *folder,
        };
        for (before, limit) in [
            (None, 50),
            (Some(1_401), 51),
            (Some(2), 50),
            (Some(1), 9),
            (None, 5_000),
        ] {
            let (found, _) = desk.find(&query, before, limit);
            assert_eq!(
                found,
                by_hand(&query, before, limit),
                "{query:?} {before:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_page_reads_rows_for_what_it_shows_and_not_for_what_there_is() {
    let desk = Desk::new().await;
    let sent = Some(folder_of(Role::Sent));
    let cases: &[(&[&str], bool, Option<FolderId>, usize)] = &[
        (&["all"], false, None, 300),
        (&["all", "third"], false, None, 700),
        (&["rare", "all"], false, None, 100),
        (&[], true, None, 300),
        (&[], false, sent, 300),
    ];
    for (words, has_attachment, folder, rows_max) in cases {
        let query = Query {
            words: words
                .iter()
                .map(|word| ((*word).to_owned(), Places::ANY))
                .collect(),
            has_attachment: *has_attachment,
            folder: *folder,
        };
        let (_, rows) = desk.find(&query, None, 50);
        assert!(rows <= *rows_max, "{query:?} read {rows} rows");
    }
}

#[tokio::test]
async fn what_is_newest_is_indexed_first_and_then_what_came_meanwhile() {
    let desk = Desk::holding(10, false).await;
    let id = desk.mailbox;
    let expected: &[&[u64]] = &[&[10, 9, 8], &[7, 6, 5], &[4, 3, 2], &[1], &[]];
    for batch in expected {
        let next = desk.store.read(|tx| search::pending(tx, id, 3)).unwrap();
        let numbers: Vec<u64> = next.iter().map(|one| one.0).collect();
        assert_eq!(numbers, *batch);
        let found: Vec<_> = next
            .into_iter()
            .map(|one| (one, Words::default()))
            .collect();
        let add = move |tx: &mut dyn Tx| search::add(tx, id, &found);
        desk.store.write(add).await.unwrap();
    }
    // As if the two newest had come after the rest was indexed.
    let covered = Covered {
        from: StandbyId(4),
        to: StandbyId(8),
    };
    desk.store
        .write(move |tx| search::put_covered(tx, id, covered))
        .await
        .unwrap();
    let next = desk.store.read(|tx| search::pending(tx, id, 3)).unwrap();
    assert_eq!(next, [StandbyId(9), StandbyId(10)]);
}
