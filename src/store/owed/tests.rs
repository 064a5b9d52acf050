use super::*;
use crate::store::{Store, StoreOptions};

const ANN: MailboxId = MailboxId::from_bytes([1; 16]);

#[tokio::test]
async fn a_sender_is_answered_once_in_seven_days_and_a_mailbox_answers_so_many_a_day() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    let ask_of = async |kind: Kind, sender: &str, hours: i64| {
        let (sender, now) = (sender.to_owned(), Timestamp::from_secs(hours * 3600));
        let asked: Result<bool, StoreError> = store
            .write(move |tx| answer_now(tx, ANN, kind, &sender, now))
            .await;
        asked.unwrap()
    };
    let ask = async |sender: &str, hours: i64| ask_of(Kind::Away, sender, hours).await;
    assert!(ask("bob@x.example", 1000).await);
    assert!(!ask("Bob@X.example", 1001).await);
    assert!(!ask("bob@x.example", 1000 + 7 * 24 - 1).await);
    assert!(ask("bob@x.example", 1000 + 7 * 24).await);
    for n in 0..ANSWERS_TO_DOMAIN_MAX {
        assert!(ask(&format!("u{n}@x.example"), 5000).await, "{n}");
    }
    // Made up in one domain, they leave room for others.
    assert!(!ask("one-more@x.example", 5001).await);
    for n in ANSWERS_TO_DOMAIN_MAX..ANSWERS_PER_DAY_MAX {
        assert!(ask(&format!("u@x{n}.example"), 5000).await, "{n}");
    }
    assert!(!ask("one-more@y.example", 5001).await);
    assert!(
        ask_of(Kind::Delay, "one-more@x.example", 5001).await,
        "each kind has its own"
    );
    assert!(ask("one-more@x.example", 5024).await, "the next day");
}

#[tokio::test]
async fn what_is_owed_comes_when_it_is_due_until_it_is_settled() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    let owed = |due, message| Owed {
        due: Timestamp::from_secs(due),
        mailbox: ANN,
        message: StandbyId(message),
        kind: Kind::Away,
    };
    let all = [owed(20, 1), owed(10, 2)];
    let put: Result<(), StoreError> = store
        .write(move |tx| all.iter().try_for_each(|owed| owe(tx, owed)))
        .await;
    put.unwrap();
    let due_at = |secs| {
        let found = store.read(|tx| due(tx, Timestamp::from_secs(secs), 10));
        found.unwrap()
    };
    assert_eq!(due_at(9), []);
    assert_eq!(due_at(10), [all[1]]);
    assert_eq!(due_at(20), [all[1], all[0]]);
    let settled: Result<(), StoreError> = store
        .write(move |tx| {
            settle(tx, &all[1]);
            Ok(())
        })
        .await;
    settled.unwrap();
    assert_eq!(due_at(20), [all[0]]);
}
