use super::*;
use crate::store::{Store, StoreOptions};

#[tokio::test]
async fn beginning_anew_keeps_who_was_told() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    let on: MailstoreId = "a1".parse().unwrap();
    let (outage, letter) = (OutageId::from_bytes([1; 16]), QueueId::from_bytes([2; 16]));
    let ids: Vec<MailboxId> = (1..=3).map(|n| MailboxId::from_bytes([n; 16])).collect();
    let record = TellingRecord {
        stage: TellingStage::All,
        counts: TellingCounts {
            told: 3,
            unreachable: 1,
            told_back: 0,
        },
        ..TellingRecord::of(outage)
    };
    let (all, of) = (ids.clone(), on.clone());
    let written: Result<(), StoreError> = store
        .write(move |tx| {
            put_telling(tx, &of, &record)?;
            for id in &all {
                let told = ToldRecord {
                    address: "ann@example.com".parse().unwrap(),
                    outage,
                    letter,
                };
                put_told(tx, &of, *id, &told)?;
            }
            // Another mailstore whose name begins alike.
            let other: MailstoreId = "a10".parse().unwrap();
            put_told(
                tx,
                &other,
                all[0],
                &ToldRecord {
                    address: "bob@example.com".parse().unwrap(),
                    outage,
                    letter,
                },
            )?;
            begin_anew(tx)
        })
        .await;
    written.unwrap();
    let found = |after, limit| {
        let rows = store.read(|tx| all_told(tx, &on, after, limit)).unwrap();
        rows.into_iter().map(|(id, _)| id).collect::<Vec<_>>()
    };
    assert_eq!(found(None, 10), ids);
    assert_eq!(found(None, 2), ids[..2]);
    assert_eq!(found(Some(ids[1]), 2), ids[2..]);
    let record = store.read(|tx| telling(tx, &on)).unwrap().unwrap();
    assert_eq!(record.stage, TellingStage::First);
    assert_eq!(record.round, 1);
    assert_eq!((record.counts.told, record.counts.unreachable), (3, 0));
}
