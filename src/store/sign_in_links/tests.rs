use super::*;
use crate::store::{Store, StoreOptions};

const NOW: Timestamp = Timestamp::from_secs(1_795_356_000);

fn hash(n: u8) -> SecretHash {
    SecretHash::of(&format!("secret {n}"))
}

async fn added(store: &Store, n: u8, mailbox: u8, made: Made, now: Timestamp) -> Added {
    let record = LinkRecord {
        mailbox: MailboxId::from_bytes([mailbox; 16]),
        address: "ann@example.com".parse().unwrap(),
        until: now.after(Duration::from_secs(900)),
        made,
    };
    let added: Result<Added, StoreError> =
        store.write(move |tx| add(tx, &hash(n), &record, now)).await;
    added.unwrap()
}

fn is_good(store: &Store, n: u8, now: Timestamp) -> bool {
    store.read(|tx| get(tx, &hash(n), now)).unwrap().is_some()
}

fn rows(store: &Store, table: Table) -> usize {
    let (range, mut rows) = (Key::new(table), 0);
    let counted: Result<(), StoreError> = store.read(|tx| {
        tx.scan(
            range.as_slice(),
            &range.end(),
            Order::Ascending,
            &mut |_, _| {
                rows += 1;
                Ok(ControlFlow::Continue(()))
            },
        )
    });
    counted.unwrap();
    rows
}

#[tokio::test]
async fn a_link_of_a_helper_ends_the_one_before_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    let acme = || Made::ByHelper(Some("acme".parse().unwrap()));
    assert_eq!(added(&store, 1, 1, acme(), NOW).await, Added::Yes);
    assert_eq!(added(&store, 2, 2, acme(), NOW).await, Added::Yes);
    assert_eq!(added(&store, 3, 1, Made::Mailed, NOW).await, Added::Yes);
    assert!(is_good(&store, 1, NOW), "a stranger who asks ends nothing");
    assert_eq!(added(&store, 4, 1, acme(), NOW).await, Added::Yes);
    let good = |now| (1..=4).map(|n| is_good(&store, n, now)).collect::<Vec<_>>();
    assert_eq!(good(NOW), [false, true, true, true]);
    let used: Result<(), StoreError> = store.write(|tx| remove(tx, &hash(3))).await;
    used.unwrap();
    let later = NOW.after(Duration::from_secs(900));
    assert_eq!(good(NOW), [false, true, false, true]);
    assert_eq!(good(later), [false; 4]);
    // What is over goes when the same people make one more.
    assert_eq!(added(&store, 5, 5, acme(), later).await, Added::Yes);
    assert_eq!(rows(&store, Table::SignInLink), 1);
    assert_eq!(rows(&store, Table::SignInLinkUntil), 1);
}

#[tokio::test]
async fn one_reseller_that_makes_too_many_hinders_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    let acme = Made::ByHelper(Some("acme".parse().unwrap()));
    let filled: Result<(), StoreError> = store
        .write({
            let acme = acme.clone();
            move |tx| {
                for n in 0..LINKS_MAX {
                    let until = NOW.after(Duration::from_secs(900));
                    let number = u64::try_from(n).unwrap();
                    let mut hash = [0; 32];
                    hash[..8].copy_from_slice(&number.to_be_bytes());
                    let row = made_range(&acme).number(millis(until)).bytes(&hash);
                    tx.put(row.into_vec(), Vec::new());
                }
                Ok(())
            }
        })
        .await;
    filled.unwrap();
    assert_eq!(added(&store, 1, 1, acme, NOW).await, Added::TooMany);
    let rival = Made::ByHelper(Some("rival".parse().unwrap()));
    for made in [rival, Made::ByHelper(None), Made::Mailed] {
        assert_eq!(
            added(&store, 2, 2, made.clone(), NOW).await,
            Added::Yes,
            "{made:?}"
        );
    }
}

#[test]
fn mailed_links_come_further_and_further_apart_but_one_an_hour_comes() {
    let (mut mailed, mut now) = (Vec::new(), NOW);
    let mut gaps = Vec::new();
    while mailed.len() < 9 {
        let asked = now;
        while !may_mail(&mailed, now) {
            now = now.after(Duration::from_secs(1));
        }
        gaps.push(now.since(asked).as_secs());
        mailed.push(now);
    }
    assert_eq!(gaps, [0, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
    assert!(may_mail(&[NOW; 200], NOW.after(GAP_MAX)));
}
