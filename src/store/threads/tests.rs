use proptest::prelude::*;

use super::*;
use crate::clock::Timestamp;
use crate::ids::Address;
use crate::mail::{Flags, Role};
use crate::store::directory::{Mailbox, MailboxRecord};
use crate::store::messages::{NewMessage, Origin, folder_of};
use crate::store::{Store, StoreOptions};

struct Desk {
    store: Store,
    mailbox: Mailbox,
    _dir: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
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
        Self {
            store,
            mailbox: Mailbox { address, record },
            _dir: dir,
        }
    }

    /// Files a message that calls itself `name` and names `references`.
    async fn file(&self, role: Role, name: &str, references: &[&str]) -> StandbyId {
        let summary = Summary {
            message_id: Some(name.into()),
            in_reply_to: references.last().map(|id| (*id).to_owned()),
            references: references.iter().map(|id| (*id).to_owned()).collect(),
            ..Summary::default()
        };
        let mailbox = self.mailbox.clone();
        let body = self.store.new_body(Timestamp::EPOCH, b"x").unwrap();
        self.store
            .write_with_body(body, move |tx, body| {
                let new = NewMessage {
                    folder: folder_of(role),
                    flags: Flags::default(),
                    received_at: Timestamp::EPOCH,
                    prefix: Vec::new(),
                    body,
                    body_bytes: 1,
                    origin: Origin::Sent,
                    summary: summary.clone(),
                };
                messages::insert(tx, &mailbox, new).map(|record| record.id)
            })
            .await
            .unwrap()
    }

    async fn catch_up(&self, limit: usize) -> bool {
        let id = self.mailbox.record.id;
        let more: Result<_, StoreError> = self.store.write(move |tx| catch_up(tx, id, limit)).await;
        more.unwrap()
    }

    fn members(&self, id: StandbyId) -> Vec<u64> {
        let mailbox = self.mailbox.record.id;
        let found: Result<_, StoreError> = self.store.read(|tx| members(tx, mailbox, id));
        found.unwrap().into_iter().map(|id| id.0).collect()
    }

    fn heads(&self, role: Role, cursor: Cursor, limit: usize) -> Heads {
        let mailbox = self.mailbox.record.id;
        let found: Result<_, StoreError> = self
            .store
            .read(|tx| heads(tx, mailbox, folder_of(role), cursor, limit));
        found.unwrap()
    }
}

fn numbers(heads: &Heads) -> Vec<u64> {
    heads.ids.iter().map(|id| id.0).collect()
}

#[tokio::test]
async fn what_names_each_other_belongs_together_in_whatever_order_it_comes() {
    let desk = Desk::new();
    let cases: &[(&str, &[&str])] = &[
        ("a", &[]),
        ("d", &["c"]),
        ("e", &["c", "d"]),
        ("other", &[]),
        // The middle that joins what came before it.
        ("c", &["a", "b"]),
        ("f", &["never-seen"]),
        ("g", &["never-seen"]),
    ];
    let mut ids = Vec::new();
    for (name, references) in cases {
        ids.push(desk.file(Role::Inbox, name, references).await);
    }
    assert_eq!(
        desk.members(ids[1]),
        [2],
        "nothing is known before somebody looks"
    );
    while desk.catch_up(2).await {}
    assert!(!desk.catch_up(2).await);
    for id in [0, 1, 2, 4] {
        assert_eq!(desk.members(ids[id]), [1, 2, 3, 5], "{id}");
    }
    assert_eq!(desk.members(ids[3]), [4]);
    assert_eq!(
        desk.members(ids[5]),
        [6, 7],
        "both name a message that never came"
    );
    let late = desk.file(Role::Sent, "h", &["g", "other"]).await;
    desk.catch_up(100).await;
    assert_eq!(desk.members(late), [4, 6, 7, 8]);
    assert_eq!(desk.members(ids[3]), [4, 6, 7, 8]);
}

#[tokio::test]
async fn a_conversation_does_not_grow_without_end() {
    let desk = Desk::new();
    let mut ids = Vec::new();
    for number in 0..MEMBERS_MAX + 3 {
        ids.push(
            desk.file(Role::Inbox, &format!("m{number}"), &["start"])
                .await,
        );
    }
    while desk.catch_up(500).await {}
    let full = usize::try_from(MEMBERS_MAX).unwrap();
    assert_eq!(desk.members(ids[0]).len(), full);
    let last = *ids.last().unwrap();
    assert!(desk.members(last).contains(&last.0));
    assert!(desk.members(last).len() < 10);
}

#[tokio::test]
async fn a_folder_is_paged_by_conversations() {
    let desk = Desk::new();
    // Ten conversations, three messages each, in turns; the second of each in Sent.
    for round in 0..3 {
        for number in 0..10 {
            let role = if round == 1 { Role::Sent } else { Role::Inbox };
            let name = format!("{number}.{round}");
            desk.file(role, &name, &[&format!("{number}.0")]).await;
        }
    }
    while desk.catch_up(7).await {}
    let first = desk.heads(Role::Inbox, Cursor::Newest, 4);
    assert_eq!(numbers(&first), [30, 29, 28, 27]);
    assert_eq!(first.newer, None);
    let second = desk.heads(Role::Inbox, first.older.unwrap(), 4);
    assert_eq!(numbers(&second), [26, 25, 24, 23]);
    let third = desk.heads(Role::Inbox, second.older.unwrap(), 4);
    assert_eq!(numbers(&third), [22, 21]);
    assert_eq!(third.older, None, "the oldest ten are hidden by newer ones");
    let back = desk.heads(Role::Inbox, third.newer.unwrap(), 4);
    assert_eq!(numbers(&back), [26, 25, 24, 23]);
    let front = desk.heads(Role::Inbox, back.newer.unwrap(), 4);
    assert_eq!(numbers(&front), [30, 29, 28, 27]);
    assert_eq!(front.newer, None);
    // A new message of an old conversation leaves the other pages as they were.
    desk.file(Role::Inbox, "late", &["4.0"]).await;
    desk.catch_up(7).await;
    assert_eq!(
        numbers(&desk.heads(Role::Inbox, Cursor::Newest, 2)),
        [31, 30]
    );
    let again = desk.heads(Role::Inbox, first.older.unwrap(), 4);
    assert_eq!(numbers(&again), [26, 24, 23, 22], "25 moved to the front");
    assert_eq!(
        numbers(&desk.heads(Role::Sent, Cursor::Newest, 3)),
        [20, 19, 18]
    );
    assert_eq!(desk.heads(Role::Junk, Cursor::Newest, 3), Heads::default());
}

#[tokio::test]
async fn rows_of_an_empty_mailbox_go() {
    let desk = Desk::new();
    desk.file(Role::Inbox, "a", &[]).await;
    desk.file(Role::Inbox, "b", &["a"]).await;
    desk.catch_up(10).await;
    let id = desk.mailbox.record.id;
    let mut removed = 0;
    loop {
        let count: Result<_, StoreError> = desk.store.write(move |tx| clear(tx, id, 2)).await;
        match count.unwrap() {
            0 => break,
            count => removed += count,
        }
    }
    assert_eq!(removed, 6, "two names, two members, two nodes");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever names whatever, in any order: together is who is connected, each conversation shows once
    /// in its folder, and paging by any size shows the same.
    #[test]
    fn conversations_are_the_connected_messages(
        links in prop::collection::vec((0_usize..12, prop::collection::vec(0_usize..12, 0..3), prop::bool::ANY), 1..24),
        limit in 1_usize..6,
        step in 1_usize..5,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let desk = Desk::new();
            for (own, others, inbox) in &links {
                let others: Vec<String> = others.iter().map(|n| format!("n{n}")).collect();
                let others: Vec<&str> = others.iter().map(String::as_str).collect();
                let role = if *inbox { Role::Inbox } else { Role::Sent };
                desk.file(role, &format!("n{own}"), &others).await;
            }
            while desk.catch_up(step).await {}
            // The model: names joined until nothing changes.
            let mut group: Vec<usize> = (0..12).collect();
            for _ in 0..12 {
                for (own, others, _) in &links {
                    let lowest = others.iter().chain([own]).map(|n| group[*n]).min().unwrap();
                    for name in others.iter().chain([own]) {
                        group[*name] = lowest;
                    }
                }
            }
            let id_of = |at: usize| u64::try_from(at).unwrap() + 1;
            for (at, (own, ..)) in links.iter().enumerate() {
                let together: Vec<u64> = (0..links.len())
                    .filter(|other| group[links[*other].0] == group[*own])
                    .map(id_of)
                    .collect();
                assert_eq!(desk.members(StandbyId(id_of(at))), together);
            }
            let mut heads: Vec<u64> = Vec::new();
            let mut seen = Vec::new();
            for (at, (own, _, inbox)) in links.iter().enumerate().rev() {
                if *inbox && !seen.contains(&group[*own]) {
                    seen.push(group[*own]);
                    heads.push(id_of(at));
                }
            }
            let (mut paged, mut cursor) = (Vec::new(), Some(Cursor::Newest));
            while let Some(from) = cursor {
                let page = desk.heads(Role::Inbox, from, limit);
                paged.extend(numbers(&page));
                cursor = page.older;
            }
            assert_eq!(paged, heads);
            let (mut upward, mut cursor) = (Vec::new(), Some(Cursor::After(StandbyId(0))));
            while let Some(from) = cursor {
                let page = desk.heads(Role::Inbox, from, limit);
                upward.extend(numbers(&page).into_iter().rev());
                cursor = page.newer;
            }
            upward.reverse();
            assert_eq!(upward, heads);
        });
    }
}
