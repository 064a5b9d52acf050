use super::*;
use crate::store::{Store, StoreOptions};

/// The first parts of a job are forgotten before the job itself: the others are still taken back to their own.
#[tokio::test]
async fn a_part_is_taken_back_to_what_came_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    let of = JobId::generate(Timestamp::from_secs(1_800_000_000));
    let scope = |n: u32| {
        format!("mailbox:u{n}@example.com")
            .parse::<Scope>()
            .unwrap()
    };
    let outcome = |n: u32| Outcome::Failed(n.to_string());
    let job = JobRecord {
        owner: None,
        by: "test".into(),
        reason: "test".into(),
        task: Task::Set(None, None),
        created: Timestamp::from_secs(1_800_000_000),
        ended: None,
        total: 4,
        next: 4,
        failed: 0,
        undone_by: None,
    };
    let write = move |tx: &mut dyn Tx| {
        kept::put(tx, of, &job)?;
        (1..4).try_for_each(|n| {
            let (scope, outcome) = (scope(n), outcome(n));
            kept::put_item(tx, of, n, &ItemRecord { scope, outcome })
        })
    };
    store.write(write).await.unwrap();
    let cases = [
        // part of the undo, whose, what came of it
        (0, 3, Some(3)),
        (1, 2, Some(2)),
        (2, 1, Some(1)),
        (0, 2, None),
        (3, 0, None),
        (4, 0, None),
    ];
    for (number, whose, expected) in cases {
        let found = store.read(|tx| undone(tx, of, &scope(whose), number));
        assert_eq!(found.unwrap(), expected.map(outcome), "{number} {whose}");
    }
}
