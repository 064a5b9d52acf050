use super::*;
use crate::ids::BodyId;
use crate::store::{Order as Direction, Store, StoreOptions};

const ANN: MailboxId = MailboxId::from_bytes([1; 16]);
const LEASE: Duration = Duration::from_secs(600);

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn entry(id: u8, not_before: i64) -> NewEntry {
    NewEntry {
        id: QueueId::from_bytes([id; 16]),
        mailbox: ANN,
        sender: "ann@example.com".parse().unwrap(),
        reverse_path: Some("ann@example.com".to_owned()),
        recipients: vec!["bob@x.example".to_owned(), "carol@x.example".to_owned()],
        copy: None,
        prefix: Vec::new(),
        body: BodyId::from_bytes([9; 16]),
        created_at: at(0),
        not_before: at(not_before),
        expires_at: at(5 * 86_400),
        tell: Tell::default(),
    }
}

fn reply(code: u16) -> RemoteReply {
    RemoteReply {
        code: Some(code),
        text: "text".to_owned(),
    }
}

/// A store that can be closed and opened again.
struct House {
    dir: tempfile::TempDir,
    store: Option<Store>,
}

impl House {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut house = Self { dir, store: None };
        house.restart();
        house
    }

    fn restart(&mut self) {
        self.store = None;
        // The writer's thread ends a moment after the last clone is dropped.
        for _ in 0..500 {
            match Store::open(self.dir.path(), &StoreOptions::default()) {
                Ok(store) => {
                    self.store = Some(store);
                    return;
                }
                Err(_) => std::thread::sleep(Duration::from_millis(10)),
            }
        }
        panic!("the store stays in use");
    }

    async fn tx<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.store.as_ref().unwrap().write(work).await
    }

    async fn enqueue(&self, new: NewEntry) {
        self.tx(move |tx| enqueue(tx, &new)).await.unwrap();
    }

    async fn claim(&self, now: i64) -> Vec<QueueEntry> {
        self.tx(move |tx| claim_due(tx, at(now), 10, LEASE))
            .await
            .unwrap()
    }

    async fn record(
        &self,
        claimed: &QueueEntry,
        outcomes: &[Outcome],
        now: i64,
        retry_at: i64,
    ) -> Result<Recorded, StoreError> {
        let (claimed, outcomes) = (claimed.clone(), outcomes.to_vec());
        self.tx(move |tx| record_result(tx, &claimed, &outcomes, at(now), at(retry_at)))
            .await
    }

    fn next_due(&self) -> Option<i64> {
        let due = self
            .store
            .as_ref()
            .unwrap()
            .read(|tx| next_due(tx))
            .unwrap();
        due.map(Timestamp::as_secs)
    }
}

#[tokio::test]
async fn is_claimed_when_due_and_by_one() {
    let house = House::new();
    house.enqueue(entry(1, 100)).await;
    house.enqueue(entry(2, 50)).await;
    house.enqueue(entry(2, 10)).await;
    assert_eq!(
        house.next_due(),
        Some(50),
        "the second enqueueing of 2 changed nothing"
    );
    assert!(house.claim(49).await.is_empty());
    let claimed = house.claim(100).await;
    let ids: Vec<u8> = claimed.iter().map(|entry| entry.id.as_bytes()[0]).collect();
    assert_eq!(ids, [2, 1], "the one due first first");
    assert!(house.claim(100).await.is_empty());
    assert_eq!(house.next_due(), Some(700));
    assert_eq!(
        house.claim(700).await.len(),
        2,
        "after the lease it is due again"
    );
}

#[tokio::test]
async fn each_recipient_has_its_own_result() {
    let house = House::new();
    house.enqueue(entry(1, 0)).await;
    let claimed = house.claim(0).await.remove(0);
    let outcomes = [Outcome::Relayed(reply(250)), Outcome::Deferred(reply(450))];
    let recorded = house.record(&claimed, &outcomes, 1, 60).await.unwrap();
    assert_eq!(recorded.failed, []);
    assert_eq!(recorded.entry.state, QueueState::Queued { due: at(60) });
    assert_eq!(recorded.entry.attempts, 1);
    let again = house.record(&claimed, &outcomes, 2, 60).await;
    assert!(
        matches!(again, Err(StoreError::Conflict(_))),
        "a result counts once"
    );

    let claimed = house.claim(60).await.remove(0);
    let pending: Vec<&str> = claimed.pending().map(|to| to.address.as_str()).collect();
    assert_eq!(pending, ["carol@x.example"]);
    let recorded = house
        .record(&claimed, &[Outcome::Failed(reply(550))], 61, 120)
        .await
        .unwrap();
    assert_eq!(recorded.failed.len(), 1);
    assert_eq!(recorded.failed[0].address, "carol@x.example");
    assert!(recorded.entry.is_finished());
    assert_eq!(house.next_due(), None);
}

#[tokio::test]
async fn a_worker_that_lost_its_claim_changes_nothing() {
    let house = House::new();
    house.enqueue(entry(1, 0)).await;
    let slow = house.claim(0).await.remove(0);
    let other = house.claim(600).await.remove(0);
    let outcomes = [Outcome::Failed(reply(550)), Outcome::Failed(reply(550))];
    assert!(house.record(&slow, &outcomes, 601, 700).await.is_err());
    house
        .tx(move |tx| give_back(tx, &slow, at(601)))
        .await
        .unwrap();
    assert_eq!(house.next_due(), Some(1200));
    assert!(house.record(&other, &outcomes, 602, 700).await.is_ok());
}

#[tokio::test]
async fn what_is_deferred_after_its_expiry_fails() {
    let house = House::new();
    house.enqueue(entry(1, 0)).await;
    let late = 5 * 86_400;
    let claimed = house.claim(late).await.remove(0);
    let outcomes = [Outcome::Relayed(reply(250)), Outcome::Deferred(reply(450))];
    let recorded = house
        .record(&claimed, &outcomes, late, late + 60)
        .await
        .unwrap();
    assert_eq!(recorded.failed.len(), 1);
    assert!(recorded.entry.is_finished());
}

#[tokio::test]
async fn a_restart_keeps_everything_and_frees_claims() {
    let mut house = House::new();
    house.enqueue(entry(1, 0)).await;
    house.enqueue(entry(2, 1000)).await;
    let before = house.claim(0).await.remove(0);
    house.restart();
    assert_eq!(house.next_due(), Some(600));
    assert_eq!(house.tx(|tx| release_claims(tx, at(5))).await.unwrap(), 1);
    assert_eq!(house.next_due(), Some(5));
    let claimed = house.claim(5).await.remove(0);
    assert_eq!(claimed.id, before.id);
    assert!(claimed.claim > before.claim);
    let all = house
        .store
        .as_ref()
        .unwrap()
        .read(|tx| of_mailbox(tx, ANN, 10))
        .unwrap();
    assert_eq!(all.len(), 2);
}

#[tokio::test]
async fn can_be_taken_back_until_it_is_tried() {
    let house = House::new();
    let cancel_one = |id: u8| {
        let id = QueueId::from_bytes([id; 16]);
        move |tx: &mut dyn Tx| cancel(tx, ANN, id, "undo", at(5))
    };
    house.enqueue(entry(1, 10)).await;
    assert!(house.tx(cancel_one(1)).await.unwrap().is_some());
    assert!(house.tx(cancel_one(1)).await.unwrap().is_none());
    assert!(house.tx(cancel_one(7)).await.unwrap().is_none());
    assert_eq!(house.next_due(), None);
    house.enqueue(entry(1, 10)).await;
    assert_eq!(house.next_due(), None, "what was taken back stays so");

    house.enqueue(entry(2, 0)).await;
    let claimed = house.claim(0).await.remove(0);
    assert!(
        house.tx(cancel_one(2)).await.unwrap().is_none(),
        "it is on its way"
    );
    house
        .tx(move |tx| give_back(tx, &claimed, at(3)))
        .await
        .unwrap();
    assert!(
        house.tx(cancel_one(2)).await.unwrap().is_some(),
        "it was not tried"
    );
    assert!(
        house
            .store
            .as_ref()
            .unwrap()
            .read(|tx| open_rows(tx, Direction::Ascending, None, 10))
            .unwrap()
            .is_empty()
    );
}

fn rows(house: &House) -> Vec<(u8, Stand)> {
    let rows = house
        .store
        .as_ref()
        .unwrap()
        .read(|tx| open_rows(tx, Direction::Ascending, None, 100));
    let rows = rows.unwrap();
    rows.iter()
        .map(|row| (row.id.as_bytes()[0], row.stand))
        .collect()
}

async fn ordered(house: &House, id: u8, what: Ordered, now: i64) -> Option<Recorded> {
    let id = QueueId::from_bytes([id; 16]);
    house
        .tx(move |tx| order(tx, ANN, id, &what, at(now)))
        .await
        .unwrap()
}

#[tokio::test]
async fn an_operator_holds_releases_retries_and_drops() {
    let house = House::new();
    for id in 1..=3 {
        house.enqueue(entry(id, 100)).await;
    }
    let hold = || Ordered::Hold("looks like spam".into());
    assert!(ordered(&house, 1, hold(), 5).await.is_some());
    assert!(ordered(&house, 1, hold(), 6).await.is_none(), "it is held");
    assert!(
        ordered(&house, 2, Ordered::Release, 6).await.is_none(),
        "it is not held"
    );
    assert!(ordered(&house, 9, hold(), 6).await.is_none());
    assert_eq!(
        rows(&house),
        [(1, Stand::Held), (2, Stand::Queued), (3, Stand::Queued)]
    );
    let counted = house
        .store
        .as_ref()
        .unwrap()
        .read(|tx| counts(tx, 100))
        .unwrap();
    assert_eq!((counted.waiting, counted.held), (2, 1));
    assert_eq!(counted.oldest, Some(QueueId::from_bytes([2; 16])));

    let claimed = house.claim(100).await;
    assert_eq!(claimed.len(), 2, "what is held is not tried");
    assert!(
        ordered(&house, 2, hold(), 101).await.is_none(),
        "it is on its way"
    );
    let deferred = vec![Outcome::Deferred(reply(450)); 2];
    house
        .record(&claimed[0], &deferred, 101, 5000)
        .await
        .unwrap();
    house
        .record(&claimed[1], &deferred, 101, 5000)
        .await
        .unwrap();
    assert!(ordered(&house, 2, Ordered::Retry, 200).await.is_some());
    assert_eq!(house.next_due(), Some(200));
    let released = ordered(&house, 1, Ordered::Release, 201).await.unwrap();
    let expires = released.entry.expires_at;
    assert_eq!(expires, at(5 * 86_400 + 196), "it was held for 196 s");
    assert_eq!(house.claim(201).await.len(), 2);

    let gone = Ordered::Drop(reply(554));
    let recorded = ordered(&house, 3, gone, 300).await.unwrap();
    assert_eq!(recorded.failed.len(), 2);
    assert_eq!(recorded.entry.attempts, 1, "it was not tried");
    assert_eq!(recorded.entry.state, QueueState::Done { at: at(300) });
    assert_eq!(rows(&house), [(1, Stand::Claimed), (2, Stand::Claimed)]);
}

#[tokio::test]
async fn what_can_still_be_taken_back_is_not_hurried() {
    let house = House::new();
    house.enqueue(entry(1, 30)).await;
    assert!(ordered(&house, 1, Ordered::Retry, 5).await.is_some());
    assert_eq!(house.next_due(), Some(30));
}

#[tokio::test]
async fn finished_entries_go_after_their_time_and_others_stay() {
    let house = House::new();
    for id in 1..=3 {
        house.enqueue(entry(id, 0)).await;
    }
    let claimed = house.claim(0).await;
    let sent = vec![Outcome::Relayed(reply(250)); 2];
    house.record(&claimed[0], &sent, 10, 20).await.unwrap();
    house.record(&claimed[1], &sent, 20, 30).await.unwrap();
    for (until, gone) in [(9, 0), (10, 1), (10, 0), (1000, 1), (1000, 0)] {
        let removed = house
            .tx(move |tx| remove_finished(tx, at(until), 10))
            .await
            .unwrap();
        assert_eq!(
            removed,
            Removed {
                entries: gone,
                more: false
            },
            "until {until}"
        );
    }
    let left = house
        .store
        .as_ref()
        .unwrap()
        .read(|tx| of_mailbox(tx, ANN, 10))
        .unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].id, claimed[2].id);
}

#[tokio::test]
async fn a_delay_is_told_once_when_its_time_has_come() {
    let house = House::new();
    let tell = Tell {
        success: false,
        delay_at: Some(at(100)),
    };
    house
        .enqueue(NewEntry {
            tell,
            ..entry(1, 0)
        })
        .await;
    let outcomes = [Outcome::Relayed(reply(250)), Outcome::Deferred(reply(450))];
    let claimed = house.claim(0).await.remove(0);
    let early = house.record(&claimed, &outcomes, 1, 60).await.unwrap();
    assert_eq!((early.relayed.len(), early.delayed.len()), (1, 0));
    for expected in [1, 0] {
        let claimed = house.claim(200).await.remove(0);
        let late = house
            .record(&claimed, &outcomes[1..], 201, 200)
            .await
            .unwrap();
        assert_eq!(late.delayed.len(), expected);
    }
}

#[tokio::test]
async fn the_first_and_the_last_tries_are_kept_as_long_as_the_entry() {
    let house = House::new();
    house.enqueue(entry(1, 0)).await;
    let taken = Outcome::Relayed(reply(250));
    let asked = |smarthost: &str, outcomes: &[Outcome]| tries::Asked {
        smarthost: Some(smarthost.to_owned()),
        outcomes: outcomes.to_vec(),
    };
    let claimed = house.claim(0).await.remove(0);
    for number in 1..=60 {
        let before = QueueEntry {
            attempts: number - 1,
            ..claimed.clone()
        };
        let later = [
            Outcome::Deferred(reply(421)),
            Outcome::Deferred(RemoteReply {
                code: Some(452),
                text: "ö".repeat(200),
            }),
        ];
        let asked = [
            asked("a", &later),
            asked("b", &[taken.clone(), later[1].clone()]),
        ];
        house
            .tx(move |tx| tries::note(tx, &before, &asked, at(number.into())))
            .await
            .unwrap();
    }
    let kept = |house: &House| {
        let store = house.store.as_ref().unwrap();
        store.read(|tx| tries::of(tx, ANN, claimed.id)).unwrap()
    };
    let all = kept(&house);
    let numbers: Vec<i64> = all
        .iter()
        .map(|one| one.at.since(at(0)).as_secs() as i64)
        .collect();
    let expected: Vec<i64> = (1..=5).chain(26..=60).collect();
    assert_eq!(numbers, expected);
    let said = |place| {
        let said = all[0].put_off(place);
        said.map(|(by, reply)| {
            (
                by.unwrap().to_owned(),
                reply.code.unwrap(),
                reply.text.len(),
            )
        })
        .collect::<Vec<_>>()
    };
    assert_eq!(said(0), [("a".to_owned(), 421, 4)], "b has taken it");
    assert_eq!(
        said(1),
        [("a".to_owned(), 452, 200), ("b".to_owned(), 452, 200)]
    );
    assert_eq!(all[0].last_smarthost(), Some("b"));

    house
        .record(&claimed, &[taken.clone(), taken], 10, 20)
        .await
        .unwrap();
    house
        .tx(|tx| remove_finished(tx, at(10), 10))
        .await
        .unwrap();
    assert_eq!(kept(&house), []);
}

/// A message whose sending falls over is tried again soon, and ever later: not at once, and not after hours.
#[tokio::test]
async fn what_fell_over_is_due_again_and_that_was_a_try() {
    let house = House::new();
    house.enqueue(entry(1, 0)).await;
    for tries in 1..=3_u32 {
        let claimed = house.claim(1000 * i64::from(tries)).await.remove(0);
        let due = move |attempts: u32| at(1000 * i64::from(attempts) + 1000);
        let stale = QueueEntry {
            claim: claimed.claim - 1,
            ..claimed.clone()
        };
        let fell = |claimed| move |tx: &mut dyn Tx| put_off(tx, &claimed, due);
        house.tx(fell(stale)).await.unwrap();
        assert!(house.claim(1000 * i64::from(tries)).await.is_empty());
        house.tx(fell(claimed)).await.unwrap();
        assert_eq!(house.next_due(), Some(1000 * i64::from(tries) + 1000));
    }
    let left = house.claim(9000).await.remove(0);
    assert_eq!((left.attempts, left.pending().count()), (3, 2));
}
