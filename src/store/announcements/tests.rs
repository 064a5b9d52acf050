use super::*;
use crate::store::{Store, StoreOptions};

const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

fn record(state: AnnouncementState) -> AnnouncementRecord {
    AnnouncementRecord {
        event: "test".into(),
        created: NOW,
        message: Message::Payload("{}".into()),
        attempts: 0,
        state,
        last: None,
    }
}

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(NOW.as_secs() + secs)
}

#[tokio::test]
async fn each_destination_has_its_own_turn_and_a_log_that_stays_short() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    let [slow, quick, later] = [1, 2, 3].map(|n| DestinationId::from_bytes([n; 16]));
    let id = |n: u128| AnnouncementId::from_bytes(n.to_be_bytes());
    store
        .write(move |tx| {
            for n in 0..50 {
                add(
                    tx,
                    slow,
                    id(n),
                    record(AnnouncementState::Due(at(-50 + n as i64))),
                )?;
            }
            add(tx, quick, id(900), record(AnnouncementState::Due(NOW)))?;
            add(tx, later, id(901), record(AnnouncementState::Due(at(1))))
        })
        .await
        .unwrap();
    let due_at = |now| store.read(|tx| due(tx, now)).unwrap();
    assert_eq!(due_at(NOW), [(slow, id(0)), (quick, id(900))]);
    assert_eq!(due_at(at(1)).len(), 3);
    store
        .write(move |tx| {
            put(tx, slow, id(0), &record(AnnouncementState::Told(NOW)))?;
            for n in 1000..1300 {
                put(tx, quick, id(n), &record(AnnouncementState::Told(NOW)))?;
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    assert_eq!(due_at(NOW), [(slow, id(1)), (quick, id(900))]);
    let kept = store.read(|tx| log(tx, quick, 1000)).unwrap();
    assert_eq!(
        kept.len(),
        OVER_KEPT_MAX + 1,
        "those that are over, and one that waits"
    );
    assert_eq!(kept.first().unwrap().0, id(1299));
    store
        .write(move |tx| give_up(tx, slow, NOW, "gone"))
        .await
        .unwrap();
    assert_eq!(due_at(NOW), [(quick, id(900))]);
    store.write(move |tx| remove_all(tx, quick)).await.unwrap();
    assert!(due_at(NOW).is_empty());
    assert!(store.read(|tx| log(tx, quick, 10)).unwrap().is_empty());
}

#[tokio::test]
async fn what_waits_is_bounded() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    let to = DestinationId::from_bytes([1; 16]);
    store
        .write(move |tx| {
            for n in 0..=WAITING_MAX as u128 {
                let id = AnnouncementId::from_bytes(n.to_be_bytes());
                add(tx, to, id, record(AnnouncementState::Due(NOW)))?;
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    assert_eq!(store.read(|tx| waiting(tx, to)).unwrap(), WAITING_MAX);
    let newest = store.read(|tx| log(tx, to, 1)).unwrap();
    assert_eq!(newest[0].1.state, AnnouncementState::Failed(NOW));
}
