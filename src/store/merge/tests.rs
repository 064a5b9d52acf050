use super::*;
use crate::ids::{Address, IngestId};
use crate::mail::{Role, Summary};
use crate::store::directory::{self, Mailbox, MailboxRecord};
use crate::store::messages::{NewMessage, folder_of};
use crate::store::{Store, StoreOptions};

pub(super) const NOW: Timestamp = Timestamp::from_secs(1_793_610_000);

pub(super) async fn with_messages(
    store: &Store,
    address: &str,
    count: usize,
) -> (Mailbox, Vec<StandbyId>) {
    let mailbox = Mailbox {
        address: address.parse::<Address>().unwrap(),
        record: MailboxRecord {
            id: MailboxId::generate(),
            mailstore: "a1".parse().unwrap(),
            password_hash: None,
            name: None,
            aliases: Vec::new(),
        },
    };
    let mut ids = Vec::new();
    for n in 0..count {
        let (mailbox, body) = (mailbox.clone(), store.new_body(NOW, b"x").unwrap());
        let filed = store.write_with_body(body, move |tx, body| -> Result<_, StoreError> {
            directory::put_mailbox(tx, &mailbox.address, &mailbox.record)?;
            let new = NewMessage {
                folder: folder_of(Role::Inbox),
                flags: Flags::default(),
                received_at: NOW,
                prefix: Vec::new(),
                body,
                body_bytes: 1,
                origin: Origin::Received {
                    delivery: DeliveryId::from_bytes([u8::try_from(n).unwrap(); 16]),
                    ingest: IngestId::from_bytes([0; 16]),
                    mx_queue_id: None,
                },
                summary: Summary::default(),
            };
            Ok(messages::insert(tx, &mailbox, new)?.id)
        });
        ids.push(filed.await.unwrap());
    }
    (mailbox, ids)
}

pub(super) fn place(uid: u32) -> Place {
    Place {
        folder: "INBOX".into(),
        uid_validity: "7".parse().unwrap(),
        uid: PrimaryUid(uid.try_into().unwrap()),
    }
}

pub(super) fn intent(ids: &[StandbyId]) -> BatchRecord {
    BatchRecord {
        mailstore: "a1".parse().unwrap(),
        epoch: Epoch(1),
        kind: BatchKind::Appended,
        folder: "INBOX".into(),
        uid_validity: "7".parse().unwrap(),
        uid_next_before: "10".parse().unwrap(),
        at: NOW,
        items: ids
            .iter()
            .map(|id| BatchItem {
                id: *id,
                delivery: None,
                size_bytes: 1,
                sha256: [0; 32],
                flags: Flags::default(),
                standby_folder: folder_of(Role::Inbox),
                fate: Fate::InDoubt,
            })
            .collect(),
    }
}

#[tokio::test]
async fn a_batch_is_in_doubt_until_every_fate_is_known_and_a_fate_stays() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    let (ann, ids) = with_messages(&store, "ann@example.com", 2).await;
    let (mailbox, id) = (ann.record.id, BatchId::generate(NOW));
    let batch_now = || store.read(|tx| batch(tx, mailbox, id)).unwrap().unwrap();

    let record = intent(&ids);
    store
        .write(move |tx| intend(tx, mailbox, id, &record))
        .await
        .unwrap();
    assert!(batch_now().is_in_doubt());

    let fates = [(ids[0], Fate::Stored(place(10)))];
    store
        .write(move |tx| record_fates(tx, mailbox, id, &fates, NOW))
        .await
        .unwrap();
    assert!(batch_now().is_in_doubt());
    let fates = [(ids[0], Fate::NotStored), (ids[1], Fate::NotStored)];
    store
        .write(move |tx| record_fates(tx, mailbox, id, &fates, NOW))
        .await
        .unwrap();
    let known: Vec<_> = batch_now()
        .items
        .into_iter()
        .map(|item| item.fate)
        .collect();
    assert_eq!(known, [Fate::Stored(place(10)), Fate::NotStored]);
    let merged = store
        .read(|tx| messages::get(tx, mailbox, ids[0]))
        .unwrap()
        .unwrap()
        .merged;
    assert_eq!(
        merged.map(|copy| (copy.uid, copy.batch)),
        Some((place(10).uid, id))
    );
    let merged = store
        .read(|tx| messages::get(tx, mailbox, ids[1]))
        .unwrap()
        .unwrap()
        .merged;
    assert_eq!(merged, None);
}

#[tokio::test]
async fn settling_counts_once_and_leaves_what_changed_meanwhile() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    let (ann, ids) = with_messages(&store, "ann@example.com", 2).await;
    let (mailbox, id) = (ann.record.id, BatchId::generate(NOW));
    let record = intent(&ids);
    let fates = [
        (ids[0], Fate::Stored(place(10))),
        (ids[1], Fate::Stored(place(11))),
    ];
    store
        .write(move |tx| {
            intend(tx, mailbox, id, &record)?;
            record_fates(tx, mailbox, id, &fates, NOW)
        })
        .await
        .unwrap();
    let read = |id| {
        store
            .read(|tx| messages::get(tx, mailbox, id))
            .unwrap()
            .unwrap()
    };
    let read_back: Vec<_> = ids
        .iter()
        .map(|message| ReadBack {
            message: read(*message),
            batch: id,
            gone: false,
        })
        .collect();
    let (changed, who) = (ids[1], ann.clone());
    store
        .write(move |tx| messages::update(tx, &who, changed, |m| m.flags.seen = true))
        .await
        .unwrap();

    let mut counts = Counts::default();
    for (expected, received) in [(1, 2), (1, 2)] {
        let (mailstore, read_back) = (ann.record.mailstore.clone(), read_back.clone());
        let (settled, after) = store
            .write(move |tx| -> Result<_, StoreError> {
                let mut counts = counts;
                let settled = settle(tx, &mailstore, mailbox, &read_back, &mut counts)?;
                Ok((settled, counts))
            })
            .await
            .unwrap();
        counts = after;
        assert_eq!((settled, counts.received), (expected, received));
    }
    let left = store.read(|tx| messages::unmerged(tx, &ann.record.mailstore, mailbox, None, 9));
    assert_eq!(left.unwrap(), [ids[1]]);
}

#[tokio::test]
async fn the_status_counts_all_and_names_who_waits() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    let (ann, _) = with_messages(&store, "ann@example.com", 3).await;
    with_messages(&store, "ben@example.com", 1).await;
    let mut state = MailboxMerge::new(&ann.record.mailstore, NOW);
    state.parked = Some(Parked {
        reason: ParkReason::OverQuota,
        detail: "full".into(),
        attempts: 2,
        next_attempt_at: NOW,
    });
    let id = ann.record.id;
    store
        .write(move |tx| put_mailbox(tx, id, &state))
        .await
        .unwrap();
    let status = store.read(status).unwrap();
    assert_eq!((status.unmerged, status.mailboxes), (4, 2));
    let json = serde_json::to_value(&status.blocked).unwrap();
    assert_eq!(json[0]["mailbox"], "ann@example.com");
    assert_eq!(json[0]["reason"], "over-quota");
    assert_eq!(
        (&json[0]["unmerged"], json.as_array().unwrap().len()),
        (&3.into(), 1)
    );
}

#[tokio::test]
async fn a_mailbox_that_the_directory_does_not_know_any_more_is_listed_as_blocked() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    let (ann, _) = with_messages(&store, "ann@example.com", 2).await;
    assert_eq!(store.read(status).unwrap().blocked, []);
    let address = ann.address.clone();
    let replaced = MailboxRecord {
        id: MailboxId::generate(),
        ..ann.record
    };
    store
        .write(move |tx| directory::put_mailbox(tx, &address, &replaced))
        .await
        .unwrap();
    let found = store.read(status).unwrap();
    assert_eq!((found.unmerged, found.blocked.len()), (2, 1));
    assert_eq!(found.blocked[0].reason, ParkReason::NoMailbox);
    assert_eq!(found.blocked[0].mailbox, Some(ann.address));
}

#[tokio::test]
async fn a_new_mailstore_of_record_takes_what_is_unmerged_along() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    let (ann, ids) = with_messages(&store, "ann@example.com", 2).await;
    let moved = MailboxRecord {
        mailstore: "b2".parse().unwrap(),
        ..ann.record.clone()
    };
    let (address, to) = (ann.address.clone(), moved.mailstore.clone());
    store
        .write(move |tx| directory::put_mailbox(tx, &address, &moved))
        .await
        .unwrap();
    let left = |mailstore: &MailstoreId| {
        let id = ann.record.id;
        store
            .read(|tx| messages::unmerged(tx, mailstore, id, None, 10))
            .unwrap()
    };
    assert_eq!((left(&ann.record.mailstore), left(&to)), (Vec::new(), ids));
    let status = store.read(status).unwrap();
    assert_eq!(status.mailstores, [(to, (2, 1))].into());
    assert_eq!(status.blocked, []);
}

#[tokio::test]
async fn what_is_not_listed_of_those_that_wait_is_counted_for_each_owner() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    let unlisted = 3;
    let written = store.write(move |tx| -> Result<(), StoreError> {
        let reseller = Some("acme".parse().unwrap());
        let acme = "acme.example".parse().unwrap();
        directory::put_domain(tx, &acme, &directory::DomainRecord { reseller })?;
        let many = (0..BLOCKED_LISTED_MAX + unlisted).map(|n| format!("u{n:04}@many.example"));
        for address in many.chain(["a@acme.example".to_owned(), "b@acme.example".to_owned()]) {
            // The directory knows none of them: that is what they wait for.
            let mailbox = Mailbox {
                address: address.parse().unwrap(),
                record: MailboxRecord {
                    id: MailboxId::generate(),
                    mailstore: "a1".parse().unwrap(),
                    password_hash: None,
                    name: None,
                    aliases: Vec::new(),
                },
            };
            let state = messages::state_or_new(tx, &mailbox, NOW)?;
            messages::put_state(tx, mailbox.record.id, &state)?;
            crate::store::unmerged::list_unmerged(tx, &mailbox, 1..=1);
        }
        Ok(())
    });
    written.await.unwrap();
    let found = store.read(status).unwrap();
    assert_eq!(
        found.blocked.len(),
        BLOCKED_LISTED_MAX + 2,
        "acme's among them"
    );
    assert_eq!(found.unlisted, [(None, unlisted as u64)].into());
}
