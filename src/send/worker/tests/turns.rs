//! Whose turn it is behind a long queue, and what becomes of a message whose sending falls over.

use super::*;
use crate::clock::Clock as _;

/// Puts so many messages of a sender into the queue, due from `due` on, a second apart.
async fn waits(house: &House, sender: u8, count: u8, due: i64) {
    for number in 0..count {
        let body = house.store.new_body(START, b"text").unwrap();
        let entry = move |body| NewEntry {
            id: QueueId::from_bytes([sender, number, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]),
            mailbox: MailboxId::from_bytes([sender; 16]),
            sender: format!("u@d{sender}.example").parse().unwrap(),
            reverse_path: None,
            recipients: vec!["to@x.example".into()],
            copy: None,
            prefix: Vec::new(),
            body,
            created_at: START,
            not_before: Timestamp::from_secs(START.as_secs() + due + i64::from(number)),
            expires_at: START.after(Duration::from_secs(5 * 86_400)),
            tell: Tell::default(),
        };
        let queued = house
            .store
            .write_with_body(body, move |tx, body| queue::enqueue(tx, &entry(body)));
        queued.await.unwrap();
    }
}

/// However many messages one sender has, another's few come up within as many plans as it takes to go through the
/// queue once, and then at the front; and who waited longest is in every plan.
#[tokio::test]
async fn a_long_queue_of_one_hides_nobody() {
    const WINDOW: usize = 10;
    let house = House::new(Mood::default()).await;
    waits(&house, 1, 95, 0).await;
    waits(&house, 2, 1, 200).await;
    let now = START.after(Duration::from_secs(1000));
    let mut cursor = None;
    let mut seen = Vec::new();
    for round in 0..20 {
        let rows = house
            .store
            .read(|tx| plan(tx, now, WINDOW, &mut cursor))
            .unwrap();
        assert!(rows.len() <= 2 * WINDOW, "the work is bounded");
        let turns = in_turns(rows, DueRow::sender, &[]);
        assert_eq!(turns[0].due, START, "the longest due is in each");
        if let Some(at) = turns.iter().position(|row| row.mailbox.as_bytes()[0] == 2) {
            seen.push((round, at));
        }
    }
    assert_eq!(seen, [(8, 1), (17, 1)], "every ninth, as the second of all");

    // A short queue needs no going round.
    let mut cursor = None;
    let rows = house.store.read(|tx| plan(tx, now, 100, &mut cursor));
    assert_eq!((rows.unwrap().len(), cursor), (96, None));
}

async fn claim(house: &House) -> QueueEntry {
    let now = house.clock.now();
    let claimed = house
        .store
        .write(move |tx| queue::claim_due(tx, now, 1, LEASE));
    claimed.await.unwrap().remove(0)
}

/// Has the work on an entry fall over, or the settling of that.
async fn fall_over(work: &mut Work, under_way: UnderWay) {
    let task = work.lanes.spawn(async { panic!("a test's") });
    work.under_way.insert(task.id(), under_way);
    let ended = work.lanes.join_next_with_id().await;
    work.ended(ended);
    assert!(work.under_way.is_empty() && work.fallen.len() == 1);
}

async fn settle(house: &House, work: &mut Work) {
    let sender = house.sender(Duration::from_millis(1));
    let pool = Arc::new(Pool::new(Vec::new(), sender.options.reconnect));
    sender.settle_fallen(work, &pool).await;
    let ended = work.lanes.join_next_with_id().await;
    work.ended(ended);
    assert!(work.fallen.is_empty());
}

#[tokio::test]
async fn what_falls_over_each_time_comes_back_after_its_expiry() {
    let house = House::new(Mood::default()).await;
    house.enqueue(1, &["yes@x.example"]).await;
    let mut work = Work::default();
    for attempts in 1..=3 {
        let entry = claim(&house).await;
        fall_over(&mut work, UnderWay::of(&entry)).await;
        settle(&house, &mut work).await;
        assert_eq!(house.entry(1).attempts, attempts);
        house.clock.advance(Duration::from_secs(6 * 3600));
    }
    assert!(!house.entry(1).is_finished() && house.inbox().is_empty());
    house.clock.advance(Duration::from_secs(30 * 86_400));
    let entry = claim(&house).await;
    fall_over(&mut work, UnderWay::of(&entry)).await;
    settle(&house, &mut work).await;
    assert!(house.entry(1).is_finished());
    let inbox = house.inbox();
    assert!(
        inbox.len() == 1 && inbox[0].1.contains("failed half-way"),
        "{inbox:?}"
    );
}

#[tokio::test]
async fn what_falls_over_half_way_is_put_off_and_not_kept_for_hours() {
    let house = House::new(Mood::default()).await;
    house.enqueue(1, &["yes@x.example"]).await;
    let now = house.clock.now();
    let entry = claim(&house).await;
    let mut work = Work::default();
    // Not even that it fell over can be recorded.
    let settling = UnderWay {
        is_settling: true,
        ..UnderWay::of(&entry)
    };
    fall_over(&mut work, settling).await;
    settle(&house, &mut work).await;
    let entry = house.entry(1);
    let QueueState::Queued { due } = entry.state else {
        panic!("{entry:?}");
    };
    assert!((30..=60).contains(&due.since(now).as_secs()), "{due}");
    assert_eq!(entry.attempts, 1);
    house.clock.advance(Duration::from_secs(60));
    let running = house.run();
    assert!(house.tried(1, 2).await.is_finished());
    running.stop().await;
}
