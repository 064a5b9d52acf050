use tempfile::TempDir;

use super::*;
use crate::store::{Store, StoreOptions};

fn uid(n: u32) -> PrimaryUid {
    PrimaryUid(n.try_into().unwrap())
}

#[tokio::test]
async fn what_was_raised_counts_for_its_epoch_until_it_is_swept_away() {
    let dir = TempDir::new().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    let a1: MailstoreId = "a1".parse().unwrap();
    let a10: MailstoreId = "a10".parse().unwrap();
    let ann: Address = "ann@example.com".parse().unwrap();
    let ben: Address = "ben@example.com".parse().unwrap();
    let at = Timestamp::from_secs(5);
    let blocked_record = RaiseRecord::Blocked {
        since: at,
        why: "INBOX: its UIDVALIDITY was 7 and is 9".into(),
        attempts: 1,
        next_attempt_at: at,
    };
    let targets = BTreeMap::from([("INBOX".to_owned(), uid(100_606))]);
    let put = |mailstore: &MailstoreId, epoch: u64, mailbox: &Address, record: &RaiseRecord| {
        let (mailstore, mailbox, record) = (mailstore.clone(), mailbox.clone(), record.clone());
        store.write(move |tx| put_raise(tx, &mailstore, Epoch(epoch), &mailbox, &record))
    };
    let raised = |mailstore: &MailstoreId, epoch: u64, mailbox: &Address| {
        let read = store.read(|tx| is_raised(tx, mailstore, Epoch(epoch), mailbox));
        read.unwrap()
    };
    let intended_record = RaiseRecord::Intended {
        targets: targets.clone(),
    };
    put(&a1, 3, &ann, &intended_record).await.unwrap();
    put(&a1, 3, &ann, &blocked_record).await.unwrap();
    assert!(!raised(&a1, 3, &ann));
    let known = store.read(|tx| intended(tx, &a1, Epoch(3), &ann)).unwrap();
    assert_eq!(known, targets, "what was intended outlives a failure");
    let waiting = store.read(|tx| blocked(tx, &a1, Epoch(3), 10)).unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].mailbox, ann);

    put(&a1, 3, &ann, &RaiseRecord::Raised { at })
        .await
        .unwrap();
    assert!(raised(&a1, 3, &ann));
    assert!(!raised(&a1, 4, &ann), "another epoch");
    assert!(!raised(&a10, 3, &ann), "another mailstore");
    assert!(!raised(&a1, 3, &ben));
    assert!(
        store
            .read(|tx| blocked(tx, &a1, Epoch(3), 10))
            .unwrap()
            .is_empty()
    );
    put(&a1, 3, &ann, &blocked_record).await.unwrap();
    assert!(raised(&a1, 3, &ann), "what is done stays done");
    assert_eq!(store.read(|tx| count_raised(tx, &a1, Epoch(3))).unwrap(), 1);

    put(&a1, 4, &ben, &RaiseRecord::Raised { at })
        .await
        .unwrap();
    put(&a10, 3, &ben, &RaiseRecord::Raised { at })
        .await
        .unwrap();
    let id = a1.clone();
    let more = store.write(move |tx| sweep(tx, &id, Some(Epoch(4))));
    assert!(!more.await.unwrap());
    assert!(!raised(&a1, 3, &ann));
    assert!(raised(&a1, 4, &ben));
    let id = a1.clone();
    store.write(move |tx| sweep(tx, &id, None)).await.unwrap();
    assert!(!raised(&a1, 4, &ben));
    assert!(raised(&a10, 3, &ben), "another mailstore's rows stay");
}

#[tokio::test]
async fn a_watermark_belongs_to_one_mailstore() {
    let dir = TempDir::new().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    let mailbox = MailboxId::generate();
    let record = WatermarkRecord {
        mailstore: "a1".parse().unwrap(),
        at: Timestamp::from_secs(9),
        folders: BTreeMap::from([(
            "INBOX".to_owned(),
            FolderWatermark {
                uid_validity: UidValidity(7.try_into().unwrap()),
                uid_next: uid(606),
                canaries: vec![FolderCanary {
                    uid: uid(1),
                    sha256: [3; 32],
                }],
                at: Timestamp::from_secs(9),
            },
        )]),
    };
    let kept = record.clone();
    let write = store.write(move |tx| {
        put_watermark(tx, mailbox, &kept)?;
        let ann = "ann@example.com".parse().unwrap();
        set_cursor(tx, &kept.mailstore, Some(&ann))
    });
    write.await.unwrap();
    let of = |id: &str| {
        let id = id.parse().unwrap();
        store.read(|tx| watermark(tx, &id, mailbox)).unwrap()
    };
    assert_eq!(of("a1"), Some(record));
    assert_eq!(of("a2"), None);
    let at = |id: &str| {
        let id = id.parse().unwrap();
        store.read(|tx| cursor(tx, &id)).unwrap()
    };
    assert_eq!(at("a1"), Some("ann@example.com".parse().unwrap()));
    assert_eq!(at("a2"), None);
}
