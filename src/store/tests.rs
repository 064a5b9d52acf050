use std::time::Duration;

use super::delivery::{Acceptance, Delivered, Recipient};
use super::directory::{Mailbox, MailboxRecord};
use super::engine::segments;
use super::messages::{Cursor, MergedCopy, NewMessage, Origin, folder_of};
use super::*;
use crate::ids::{Address, BatchId, DeliveryId, IngestId, MailboxId, MailstoreId, StandbyId};
use crate::mail::{Flags, Role, Summary};

pub(super) const NOW: Timestamp = Timestamp::from_secs(1_790_000_000);

pub(super) fn open(directory: &Path) -> Store {
    Store::open(directory, &StoreOptions { now: NOW }).unwrap()
}

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

pub(super) async fn provision(store: &Store, text: &str, mailstore: &str) -> Mailbox {
    let mailbox = Mailbox {
        address: address(text),
        record: MailboxRecord {
            id: MailboxId::generate(),
            mailstore: mailstore.parse().unwrap(),
            password_hash: None,
            name: None,
            aliases: vec![],
        },
    };
    let row = mailbox.clone();
    store
        .write(move |tx| directory::put_mailbox(tx, &row.address, &row.record))
        .await
        .unwrap();
    mailbox
}

fn acceptance(to: &[&str]) -> Acceptance {
    Acceptance {
        ingest: IngestId::generate(NOW),
        received_at: NOW,
        reverse_path: Some("sender@example.net".into()),
        client: "127.0.0.1".into(),
        mx_queue_id: Some("4XYZ".into()),
        envelope_id: None,
        summary: Summary {
            subject: "Hello".into(),
            ..Summary::default()
        },
        recipients: to
            .iter()
            .map(|to| Recipient {
                mailbox: address(to),
                delivery: DeliveryId::generate(NOW),
                prefix: format!("Delivered-To: {to}\r\n").into_bytes(),
                role: Role::Inbox,
                handover: None,
                notices: Default::default(),
            })
            .collect(),
    }
}

pub(super) async fn accept(store: &Store, to: &[&str], bytes: &[u8]) -> Vec<Delivered> {
    let body = store.new_body(NOW, bytes).unwrap();
    let results = store.accept_message(body, acceptance(to)).await.unwrap();
    results.into_iter().map(Result::unwrap).collect()
}

/// Bodies of every way of being stored: inline, in a shared segment, spooled.
fn bodies_of_all_sizes() -> Vec<Vec<u8>> {
    [0, 1, 4_096, 4_097, 50_000, 1_048_576, 3_000_000]
        .into_iter()
        .map(|size| (0..size).map(|i: usize| (i * 31 % 251) as u8).collect())
        .collect()
}

#[tokio::test]
async fn accepted_mail_is_there_after_reopening() {
    let directory = tempfile::tempdir().unwrap();
    let bodies = bodies_of_all_sizes();
    let ann = {
        let store = open(directory.path());
        let ann = provision(&store, "ann@example.com", "a1").await;
        for body in &bodies {
            accept(&store, &["ann@example.com"], body).await;
        }
        ann
    };
    // The writer's thread lets go of the files just after the last clone is dropped.
    let store = reopen(directory.path());
    let messages = store
        .read(|tx| {
            messages::list(
                tx,
                ann.record.id,
                folder_of(Role::Inbox),
                Cursor::Newest,
                100,
            )
        })
        .unwrap();
    assert_eq!(messages.len(), bodies.len());
    for (message, body) in messages.iter().rev().zip(&bodies) {
        assert_eq!(store.load_body(message.body).await.unwrap(), body);
        assert_eq!(
            message.size_bytes,
            (body.len() + message.prefix.len()) as u64
        );
    }
    let state = store
        .read(|tx| messages::state(tx, ann.record.id))
        .unwrap()
        .unwrap();
    let inbox = state.folder(folder_of(Role::Inbox)).unwrap();
    assert_eq!((inbox.total, inbox.unread), (7, 7));
    let leftovers = std::fs::read_dir(directory.path().join("bodies")).unwrap();
    assert!(
        leftovers
            .flatten()
            .all(|entry| segments::segment_of(&entry.path()).is_some())
    );
}

pub(super) fn reopen(directory: &Path) -> Store {
    for _ in 0..200 {
        match Store::open(directory, &StoreOptions { now: NOW }) {
            Ok(store) => return store,
            Err(OpenError::InUse { .. }) => std::thread::sleep(Duration::from_millis(10)),
            Err(error) => panic!("{error}"),
        }
    }
    panic!("the store stays in use");
}

#[tokio::test]
async fn a_second_opener_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let _store = open(directory.path());
    let second = Store::open(directory.path(), &StoreOptions::default());
    assert!(matches!(second, Err(OpenError::InUse { .. })), "{second:?}");
}

#[tokio::test]
async fn one_recipient_that_is_gone_does_not_touch_the_others() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    provision(&store, "ann@example.com", "a1").await;
    let results = accept(&store, &["gone@example.com", "ann@example.com"], b"x").await;
    assert_eq!(results[0], Delivered::UnknownMailbox);
    assert!(matches!(
        results[1],
        Delivered::Filed {
            id: StandbyId(1),
            ..
        }
    ));
}

#[tokio::test]
async fn a_failing_closure_leaves_nothing_and_does_not_touch_its_group() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let writes = (0..100u8).map(|n| {
        store.write(move |tx| {
            tx.put(vec![0xf0, n], vec![n]);
            if n % 3 == 0 {
                Err(StoreError::Conflict("no"))
            } else {
                Ok(n)
            }
        })
    });
    let results = futures_util::future::join_all(writes).await;
    let mut kept = 0;
    store
        .read(|tx| {
            tx.scan(&[0xf0], &[0xf1], Order::Ascending, &mut |_, _| {
                kept += 1;
                Ok(std::ops::ControlFlow::Continue(()))
            })
        })
        .unwrap();
    assert_eq!(kept, results.iter().filter(|result| result.is_ok()).count());
    assert_eq!(kept, 66);
    assert!(store.stats().commits < 100, "the writes shared commits");
}

#[tokio::test]
async fn a_panicking_closure_fails_alone() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let panicking = store
        .write(|_| -> Result<(), StoreError> { panic!("on purpose") })
        .await;
    assert!(panicking.is_err());
    store
        .write(|tx| -> Result<(), StoreError> {
            tx.put(vec![0xf0], vec![]);
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn damage_is_detected() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let ann = provision(&store, "ann@example.com", "a1").await;
    accept(&store, &["ann@example.com"], &vec![b'x'; 10_000]).await;
    let segment = std::fs::read_dir(directory.path().join("bodies"))
        .unwrap()
        .flatten()
        .next()
        .unwrap()
        .path();
    let mut bytes = std::fs::read(&segment).unwrap();
    bytes[5_000] ^= 1;
    std::fs::write(&segment, bytes).unwrap();
    let message = store
        .read(|tx| messages::get(tx, ann.record.id, StandbyId(1)))
        .unwrap()
        .unwrap();
    let read = store.load_body(message.body).await;
    assert!(
        matches!(read, Err(StoreError::Corrupt { what: "body", .. })),
        "{read:?}"
    );
}

#[tokio::test]
async fn moves_flags_and_mailstores_keep_index_counts_and_unmerged_in_step() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let ann = provision(&store, "ann@example.com", "a1").await;
    for _ in 0..3 {
        accept(&store, &["ann@example.com"], b"x").await;
    }
    let (a1, a2): (MailstoreId, MailstoreId) = ("a1".parse().unwrap(), "a2".parse().unwrap());
    let mailbox = ann.clone();
    store
        .write(move |tx| -> Result<(), StoreError> {
            messages::update(tx, &mailbox, StandbyId(2), |message| {
                message.flags.seen = true;
                message.folder = folder_of(Role::Archive);
            })?;
            let own = messages::create_folder(tx, &mailbox, "Projects/2026", NOW)?;
            messages::update(tx, &mailbox, StandbyId(3), |message| message.folder = own)?;
            Ok(())
        })
        .await
        .unwrap();
    let id = ann.record.id;
    let counts = |store: &Store| {
        let state = store.read(|tx| messages::state(tx, id)).unwrap().unwrap();
        state
            .folders
            .iter()
            .map(|f| (f.id.0, f.total, f.unread))
            .filter(|f| f.1 > 0)
            .collect::<Vec<_>>()
    };
    assert_eq!(counts(&store), vec![(1, 1, 1), (4, 1, 0), (100, 1, 1)]);
    let unmerged = |mailstore: &MailstoreId| {
        store
            .read(|tx| messages::unmerged(tx, mailstore, id, None, 10))
            .unwrap()
            .len()
    };
    assert_eq!((unmerged(&a1), unmerged(&a2)), (3, 0));
    let mut moved = ann.clone();
    moved.record.mailstore = a2.clone();
    store
        .write(move |tx| directory::put_mailbox(tx, &moved.address, &moved.record))
        .await
        .unwrap();
    assert_eq!((unmerged(&a1), unmerged(&a2)), (0, 3));
    let found = store
        .read(|tx| messages::unmerged_mailboxes(tx, &a2, None, 10))
        .unwrap();
    assert_eq!(found, vec![id]);
}

#[tokio::test]
async fn accepted_mail_cannot_be_discarded_and_drafts_can() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let ann = provision(&store, "ann@example.com", "a1").await;
    accept(&store, &["ann@example.com"], b"x").await;
    let body = store.new_body(NOW, b"draft").unwrap();
    let mailbox = ann.clone();
    let draft = store
        .write_with_body(body, move |tx, body| {
            messages::insert(
                tx,
                &mailbox,
                NewMessage {
                    folder: folder_of(Role::Drafts),
                    flags: Flags {
                        draft: true,
                        seen: true,
                        ..Flags::default()
                    },
                    received_at: NOW,
                    prefix: vec![],
                    body,
                    body_bytes: 5,
                    origin: Origin::Draft,
                    summary: Summary::default(),
                },
            )
        })
        .await
        .unwrap();
    let discard = |id| {
        let mailbox = ann.clone();
        store.write(move |tx| messages::discard_draft(tx, &mailbox, id))
    };
    assert!(matches!(
        discard(StandbyId(1)).await,
        Err(StoreError::Conflict(_))
    ));
    discard(draft.id).await.unwrap();
    assert!(
        store
            .read(|tx| messages::get(tx, ann.record.id, draft.id))
            .unwrap()
            .is_none()
    );
    assert_eq!(
        store.read_body(draft.body),
        Err(StoreError::Missing("body"))
    );
}

#[tokio::test]
async fn a_merged_draft_that_was_sent_and_is_saved_again_leaves_the_body_to_what_was_sent() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let ann = provision(&store, "ann@example.com", "a1").await;
    let body = store.new_body(NOW, b"with files").unwrap();
    let mailbox = ann.clone();
    let filed = store.write_with_body(body, move |tx, body| {
        let new = |role, origin| NewMessage {
            folder: folder_of(role),
            flags: Flags::default(),
            received_at: NOW,
            prefix: vec![],
            body,
            body_bytes: 10,
            origin,
            summary: Summary::default(),
        };
        let draft = messages::insert(tx, &mailbox, new(Role::Drafts, Origin::Draft))?;
        // It went home between the reading of the form and its sending, which takes its body over.
        let copy = MergedCopy {
            mailstore: mailbox.record.mailstore.clone(),
            batch: BatchId::generate(NOW),
            folder: "Drafts".to_owned(),
            uid_validity: "1".parse().unwrap(),
            uid: "1".parse().unwrap(),
            at: NOW,
            flags: Flags::default(),
            standby_folder: folder_of(Role::Drafts),
        };
        messages::record_merged(tx, mailbox.record.id, draft.id, copy)?;
        let sent = messages::insert(tx, &mailbox, new(Role::Sent, Origin::Sent))?;
        Ok::<_, StoreError>((draft, sent))
    });
    let (draft, sent) = filed.await.unwrap();
    let other = store.new_body(NOW, b"with others").unwrap();
    let mailbox = ann.clone();
    store
        .write_with_body(other, move |tx, other| {
            messages::update(tx, &mailbox, draft.id, |message| message.body = other).map(drop)
        })
        .await
        .unwrap();
    assert_eq!(&store.read_body(sent.body).unwrap()[..], b"with files");
    let saved: Result<_, StoreError> = store.read(|tx| messages::get(tx, ann.record.id, draft.id));
    let saved = saved.unwrap().unwrap();
    assert_eq!(&store.read_body(saved.body).unwrap()[..], b"with others");
}

#[tokio::test]
async fn pages_are_stable_under_new_mail() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let ann = provision(&store, "ann@example.com", "a1").await;
    for _ in 0..7 {
        accept(&store, &["ann@example.com"], b"x").await;
    }
    let page = |cursor| -> Vec<u64> {
        let inbox = folder_of(Role::Inbox);
        let list = store
            .read(|tx| messages::list(tx, ann.record.id, inbox, cursor, 3))
            .unwrap();
        list.iter().map(|message| message.id.0).collect()
    };
    assert_eq!(page(Cursor::Newest), vec![7, 6, 5]);
    accept(&store, &["ann@example.com"], b"x").await;
    assert_eq!(page(Cursor::Before(StandbyId(5))), vec![4, 3, 2]);
    assert_eq!(page(Cursor::Before(StandbyId(2))), vec![1]);
    assert_eq!(page(Cursor::After(StandbyId(4))), vec![7, 6, 5]);
}
