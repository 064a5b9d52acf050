use super::*;
use crate::store::{Store, StoreOptions};

fn store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    (dir, store)
}

fn cleared(key: &str) -> Happened {
    Happened::Alert {
        key: key.into(),
        step: AlertStep::Cleared,
        text: String::new(),
    }
}

#[tokio::test]
async fn events_are_numbered_in_order_and_begin_where_one_asks() {
    let (_dir, store) = store();
    let numbers = store
        .write(|tx| {
            ["a", "b", "c"]
                .map(|key| append(tx, Timestamp::EPOCH, cleared(key)))
                .into_iter()
                .collect::<Result<Vec<_>, StoreError>>()
        })
        .await
        .unwrap();
    assert_eq!(numbers, [1, 2, 3]);
    let keys = |from, limit| {
        let found = store.read(|tx| after(tx, from, limit)).unwrap();
        let names = found.into_iter().map(|(number, event)| match event.what {
            Happened::Alert { key, .. } => format!("{number}{key}"),
            other => panic!("{other:?}"),
        });
        names.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(keys(0, 10), "1a 2b 3c");
    assert_eq!(keys(1, 1), "2b");
    assert_eq!(keys(3, 10), "");
    assert_eq!(keys(u64::MAX, 10), "");
}

#[tokio::test]
async fn what_fails_leaves_no_event_and_how_far_was_told_is_kept() {
    let (_dir, store) = store();
    let failed: Result<(), StoreError> = store
        .write(|tx| {
            append(tx, Timestamp::EPOCH, cleared("x"))?;
            Err(StoreError::Conflict("no"))
        })
        .await;
    assert!(failed.is_err());
    assert_eq!(store.read(|tx| last(tx)).unwrap(), 0);
    assert_eq!(store.read(|tx| announced(tx)).unwrap(), 0);
    store.write(|tx| set_announced(tx, 7)).await.unwrap();
    assert_eq!(store.read(|tx| announced(tx)).unwrap(), 7);
}

#[test]
fn each_step_has_a_name_that_receivers_can_ask_for() {
    for step in [
        OutageStep::Advised,
        OutageStep::Began,
        OutageStep::Returned,
        OutageStep::Resumed,
        OutageStep::Ended,
        OutageStep::Merged,
    ] {
        let what = Happened::Outage {
            outage: None,
            mailstore: "a1".parse().unwrap(),
            step,
            text: String::new(),
        };
        assert!(NAMES.contains(&what.name()), "{}", what.name());
    }
    for step in [
        AlertStep::Raised,
        AlertStep::Repeated,
        AlertStep::Acknowledged,
        AlertStep::Cleared,
    ] {
        let what = Happened::Alert {
            key: String::new(),
            step,
            text: String::new(),
        };
        assert!(NAMES.contains(&what.name()), "{}", what.name());
    }
}

#[tokio::test]
async fn a_million_that_move_at_once_drive_out_nothing() {
    let (_dir, store) = store();
    let begun = Timestamp::from_secs(1_800_000_000);
    let later = begun.after(NAMED_WINDOW);
    let named = async |at: Timestamp, count: u32| {
        store
            .write(move |tx| {
                for n in 0..count {
                    let address = format!("u{n}@example.com").parse().unwrap();
                    append_of_mailbox(tx, at, &address, MailboxStep::Deleted)?;
                }
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
        store.read(last).unwrap()
    };
    let (most, more) = (u64::from(NAMED_MAX), NAMED_MAX + 100);
    assert_eq!(named(begun, more).await, most + 1, "and one that says so");
    let all = store.read(|tx| after(tx, most, 10)).unwrap();
    assert_eq!(all[0].1.what, Happened::MailboxesChanged { until: later });
    assert_eq!(named(begun, 100).await, most + 1);
    assert_eq!(named(later, 3).await, most + 4, "then they are named again");
}

#[test]
fn what_was_not_told_on_yet_is_kept_as_far_as_there_is_place() {
    let cases = [
        // number, announced, forgettable
        (1, 0, 0),
        (KEPT_MAX, KEPT_MAX, 0),
        (KEPT_MAX + 9, KEPT_MAX + 9, 9),
        (KEPT_MAX + 9, 5, 5),
        (KEPT_MAX + 9, 0, 0),
        (UNTOLD_MAX + 9, 0, 9),
        (UNTOLD_MAX + 9, 8, 9),
        (UNTOLD_MAX + 9, 10, 10),
    ];
    for (number, announced, expected) in cases {
        let found = forgettable(number, announced);
        assert_eq!(found, expected, "{number} {announced}");
    }
}

#[tokio::test]
async fn what_was_kept_for_long_is_forgotten_faster_than_more_comes() {
    let (_dir, store) = store();
    let at = Timestamp::from_secs(1_800_000_000);
    let grow = async |count: u64| {
        let write = move |tx: &mut dyn Tx| {
            (0..count).try_for_each(|_| append(tx, at, cleared("a")).map(drop))
        };
        store.write(write).await.unwrap();
    };
    let first = || store.read(|tx| after(tx, 0, 1)).unwrap()[0].0;
    grow(100).await;
    store.write(|tx| forget_until(tx, 10)).await.unwrap();
    assert_eq!(first(), 1 + FORGOTTEN_WITH_EACH as u64);
    for _ in 0..9 {
        store.write(|tx| forget_until(tx, 10)).await.unwrap();
    }
    assert_eq!(first(), 11, "and no more");
}

#[tokio::test]
async fn settings_of_mailboxes_are_named_as_seldom_as_what_becomes_of_them() {
    let (_dir, store) = store();
    let at = Timestamp::from_secs(1_800_000_000);
    let set = |scope: String, count: u32| {
        store.write(move |tx| {
            for n in 0..count {
                let scope: Scope = scope.replace('#', &n.to_string()).parse().unwrap();
                let setting = None;
                let what = Happened::OverrideExpired {
                    scope: scope.clone(),
                    setting,
                };
                append_setting(tx, at, &scope, what)?;
            }
            last(tx)
        })
    };
    let most = u64::from(NAMED_MAX);
    let named = set("mailbox:u#@example.com".into(), NAMED_MAX + 100).await;
    assert_eq!(named.unwrap(), most + 1, "and one that says so");
    let named = set("domain:d#.example".into(), 100).await;
    assert_eq!(named.unwrap(), most + 101);
}
