use super::*;
use crate::store::announcements::WAITING_MAX;
use crate::store::{Store, StoreOptions};

const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
const TO: DestinationId = DestinationId::from_bytes([1; 16]);

fn id(n: u8) -> AnnouncementId {
    AnnouncementId::from_bytes([n; 16])
}

/// A webhook with two announcements that wait.
async fn store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    let destination = DestinationRecord {
        owner: None,
        label: String::new(),
        created: NOW,
        events: Vec::new(),
        place: Place::Webhook {
            url: "https://hook.test/".into(),
            keys: Vec::new(),
        },
        state: DestinationState::On,
        failing_since: None,
    };
    store
        .write(move |tx| {
            destinations::put(tx, TO, &destination)?;
            for n in [1, 2] {
                let record = AnnouncementRecord {
                    event: "test".into(),
                    created: NOW,
                    message: Message::Payload("{}".into()),
                    attempts: 0,
                    state: AnnouncementState::Due(NOW),
                    last: None,
                };
                announcements::put(tx, TO, id(n), &record)?;
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    (dir, store)
}

async fn tried(
    store: &Store,
    n: u8,
    tried: Tried,
    now: Timestamp,
) -> (DestinationRecord, AnnouncementRecord) {
    store
        .write(move |tx| {
            record_try(tx, TO, id(n), &tried, now, 0)?;
            let destination = destinations::get(tx, TO)?.unwrap();
            Ok::<_, StoreError>((destination, announcements::get(tx, TO, id(n))?.unwrap()))
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn what_was_not_taken_is_tried_again_and_given_up_in_the_end() {
    let (_dir, store) = store().await;
    let mut now = NOW;
    for attempt in 1..=9 {
        let (to, record) = tried(&store, 1, Tried::Again("answered 500".into()), now).await;
        let AnnouncementState::Due(due) = record.state else {
            panic!("given up after {attempt}: {record:?}");
        };
        assert_eq!((record.attempts, to.failing_since), (attempt, Some(NOW)));
        now = due;
    }
    let (to, record) = tried(&store, 1, Tried::Again("answered 500\r\n".into()), now).await;
    assert_eq!(record.state, AnnouncementState::Failed(now));
    assert_eq!(record.last.as_deref(), Some("answered 500"));
    assert_eq!(to.state, DestinationState::On);
    let (to, record) = tried(&store, 2, Tried::Told("answered 200".into()), now).await;
    assert_eq!(to.failing_since, None);
    assert_eq!(record.state, AnnouncementState::Told(now));
    assert!(
        store
            .read(|tx| announcements::due(tx, now))
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn who_wants_no_more_or_takes_nothing_for_days_is_told_no_more() {
    for (first, second, at) in [
        (Tried::Unwanted, None, NOW),
        (
            Tried::Again("no connection".into()),
            Some(Tried::Again("no connection".into())),
            NOW.after(DEAD_AFTER),
        ),
    ] {
        let (_dir, store) = store().await;
        let (mut to, _) = tried(&store, 1, first, NOW).await;
        if let Some(second) = second {
            assert_eq!(to.state, DestinationState::On);
            to = tried(&store, 1, second, at).await.0;
        }
        assert!(matches!(to.state, DestinationState::Off { .. }), "{to:?}");
        assert!(!to.wants("outage.began"));
        let log = store
            .read(|tx| announcements::log(tx, TO, WAITING_MAX))
            .unwrap();
        let waits = |record: &AnnouncementRecord| matches!(record.state, AnnouncementState::Due(_));
        assert!(!log.iter().any(|(_, record)| waits(record)), "{log:?}");
    }
}
