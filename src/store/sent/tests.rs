use std::time::Duration;

use super::*;
use crate::ids::{BodyId, QueueId};
use crate::store::queue::Tell;
use crate::store::{Store, StoreOptions};

const ANN: MailboxId = MailboxId::from_bytes([1; 16]);
const START: Timestamp = Timestamp::from_secs(1_700_000_000);

fn entry(recipients: &[&str], reverse_path: Option<&str>, at: Timestamp) -> NewEntry {
    NewEntry {
        id: QueueId::generate(at),
        mailbox: ANN,
        sender: "ann@example.com".parse().unwrap(),
        reverse_path: reverse_path.map(str::to_owned),
        recipients: recipients.iter().map(|to| (*to).to_owned()).collect(),
        copy: None,
        prefix: Vec::new(),
        body: BodyId::from_bytes([9; 16]),
        created_at: at,
        not_before: at,
        expires_at: at.after(Duration::from_secs(86_400)),
        tell: Tell::default(),
    }
}

fn hours(count: u64) -> Timestamp {
    START.after(Duration::from_secs(count * 3600))
}

#[tokio::test]
async fn a_day_is_the_last_24_hours_of_each_scope() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    let reseller: ResellerId = "acme".parse().unwrap();
    let owner = reseller.clone();
    let put: Result<(), StoreError> = store
        .write(move |tx| {
            let record = directory::DomainRecord {
                reseller: Some(owner.clone()),
            };
            directory::put_domain(tx, &"example.com".parse().unwrap(), &record)
        })
        .await;
    put.unwrap();
    let send = async |recipients: &[&str], path: Option<&str>, at: Timestamp| {
        let entry = entry(recipients, path, at);
        let counted: Result<(), StoreError> = store.write(move |tx| count(tx, &entry)).await;
        counted.unwrap();
    };
    let used = |scope: &Scope, now| {
        let day = store.read(|tx| of_day(tx, scope, now)).unwrap();
        (day.recipients, day.new)
    };
    let own = Some("ann@example.com");
    let mailbox = Scope::Mailbox(ANN);
    send(&["a@x.example", "b@x.example"], own, hours(0)).await;
    send(&["A@x.example", "c@x.example"], own, hours(0)).await;
    send(&["d@x.example"], None, hours(0)).await;
    assert_eq!(used(&mailbox, hours(0)), (4, 3));
    send(&["b@x.example"], own, hours(5)).await;
    assert_eq!(used(&mailbox, hours(5)), (5, 3));
    for scope in [
        Scope::Domain("example.com".into()),
        Scope::Reseller(reseller),
    ] {
        assert_eq!(used(&scope, hours(5)), (5, 3), "{scope:?}");
    }
    assert_eq!(used(&mailbox, hours(23)), (5, 3));
    assert_eq!(used(&mailbox, hours(24)), (1, 0), "the first hour is over");
    assert_eq!(
        used(&Scope::Mailbox(MailboxId::from_bytes([2; 16])), hours(5)),
        (0, 0)
    );
    // What no day holds any more is removed when a new hour begins.
    send(&["b@x.example"], own, hours(30)).await;
    assert_eq!(used(&mailbox, hours(0)), (1, 0));
}

#[tokio::test]
async fn who_came_to_a_limit_is_known_for_a_day() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    let note = async |scope: &Scope, now| {
        let scope = scope.clone();
        let noted: Result<Limited, StoreError> =
            store.write(move |tx| note_limited(tx, &scope, now)).await;
        noted.unwrap()
    };
    let (ann, domain) = (Scope::Mailbox(ANN), Scope::Domain("example.com".into()));
    assert_eq!(note(&ann, hours(0)).await, Limited::FirstOfDay);
    assert_eq!(note(&ann, hours(0)).await, Limited::Again);
    assert_eq!(note(&domain, hours(0)).await, Limited::FirstOfDay);
    assert_eq!(note(&ann, hours(1)).await, Limited::FirstOfHour);
    let count = |now| store.read(|tx| count_limited(tx, now, 100)).unwrap();
    assert_eq!(count(hours(1)), 3);
    assert_eq!(count(hours(24)), 1);
    assert_eq!(count(hours(50)), 0);
    // Whoever goes on is told of once more when a day without is over, counted from the last time.
    assert_eq!(note(&ann, hours(24)).await, Limited::FirstOfHour);
    assert_eq!(note(&ann, hours(48)).await, Limited::FirstOfDay);
}
