//! What failover keeps survives the process.

use tempfile::TempDir;

use super::*;
use crate::failover::{Command, Event, Phase, Serving, Settings, Share, Surroundings, step};
use crate::route::{Author, Setting};
use crate::store::Store;
use crate::store::tests::reopen;

fn open(dir: &TempDir) -> Store {
    reopen(dir.path())
}

fn a1() -> MailstoreId {
    "a1".parse().unwrap()
}

async fn order(store: &Store, order: crate::failover::Order, at: i64) -> Vec<Action> {
    let record = store.read(|tx| mailstore(tx, &a1())).unwrap();
    let settings = Settings {
        has_sentinel: false,
        ..Settings::default()
    };
    let around = Surroundings {
        settings: &settings,
        automatic_elsewhere: 0,
        share: Share::default(),
        new_outage: OutageId::from_bytes([u8::try_from(at).unwrap(); 16]),
    };
    let command = Command {
        order,
        by: "root".into(),
        reason: "a drill".into(),
    };
    let now = Timestamp::from_secs(at);
    let (state, actions) = step(record.state, Event::Command(command), &around, now);
    let kept = actions.clone();
    store
        .write(move |tx| record_step(tx, &a1(), &state, &kept))
        .await
        .unwrap();
    actions
}

#[tokio::test]
async fn a_step_is_kept_with_its_actions_its_outage_and_its_decisions() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir);
    order(&store, crate::failover::Order::Activate, 5).await;
    drop(store);

    let store = open(&dir);
    let record = store.read(|tx| mailstore(tx, &a1())).unwrap();
    assert_eq!(record.state.serving(), Serving::Standby);
    assert_eq!(record.pending, [Action::PublishRoute, Action::FlushMx]);
    assert_eq!(record.recent.len(), 1);

    let done = record.pending.clone();
    store
        .write(move |tx| clear_pending(tx, &a1(), &done))
        .await
        .unwrap();
    order(
        &store,
        crate::failover::Order::Return {
            accept_changed: false,
            restored: false,
        },
        9,
    )
    .await;
    let record = store.read(|tx| mailstore(tx, &a1())).unwrap();
    assert!(matches!(record.state.phase, Phase::Returning { .. }));
    let outages = store.read(|tx| outages(tx, None, 10)).unwrap();
    let [(id, outage)] = outages.as_slice() else {
        panic!("one outage, not {outages:?}");
    };
    assert_eq!(outage.activated_at, Timestamp::from_secs(5));
    assert_eq!(outage.returned_at, Some(Timestamp::from_secs(9)));
    let entries = store.read(|tx| timeline(tx, *id)).unwrap();
    let names: Vec<_> = entries.iter().map(|d| d.verb.name()).collect();
    assert_eq!(names, ["activated", "returned"]);
}

#[tokio::test]
async fn overrides_are_kept_by_rank_and_removed() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir);
    let scope: Scope = "domain:example.com".parse().unwrap();
    let new = Override {
        setting: Setting::Standby,
        reason: "a drill".into(),
        author: Author::Operator {
            name: "root".into(),
        },
        set_at: Timestamp::from_secs(1),
        expires_at: None,
    };
    let (kept, at) = (new.clone(), scope.clone());
    store
        .write(move |tx| {
            set_override(
                tx,
                &at,
                Rank::Operator,
                Some(kept.clone()),
                Timestamp::from_secs(1),
            )
        })
        .await
        .unwrap();
    let table = store.read(all_overrides).unwrap();
    let found = table.domains.get(&"example.com".parse().unwrap()).unwrap();
    assert_eq!(found.operator.as_ref(), Some(&new));
    assert_eq!(found.reseller, None);
    let at = scope.clone();
    let old = store
        .write(move |tx| set_override(tx, &at, Rank::Operator, None, Timestamp::from_secs(2)))
        .await
        .unwrap();
    assert_eq!(old, Some(new));
    assert!(store.read(all_overrides).unwrap().domains.is_empty());
    let told = store.read(|tx| events::after(tx, 0, 10)).unwrap();
    let told: Vec<Happened> = told.into_iter().map(|(_, event)| event.what).collect();
    let change = |setting| Happened::Override {
        scope: scope.clone(),
        setting,
    };
    assert_eq!(told, [change(Some(Setting::Standby)), change(None)]);
}

#[tokio::test]
async fn sentinel_numbers_are_never_given_twice() {
    let dir = TempDir::new().unwrap();
    for expected in 1..4 {
        let store = open(&dir);
        let number = store
            .write(|tx| next_sentinel_number(tx, &a1()))
            .await
            .unwrap();
        assert_eq!(number, expected);
        store
            .write(|tx| learn_sentinel(tx, &a1(), None))
            .await
            .unwrap();
    }
}
