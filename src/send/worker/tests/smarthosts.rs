//! Several smarthosts, and how many connections each takes.

use super::*;

#[tokio::test]
async fn the_next_smarthost_is_taken_while_the_first_cannot_be_used() {
    let mut house = House::new(Mood {
        greeting: Some("421 4.3.2 not now"),
        ..Mood::default()
    })
    .await;
    let second = Fake::start(Mood::default()).await;
    house.smarthosts.push(second.smarthost());
    let running = house.run();
    for number in 1..=3 {
        house.enqueue(number, &["yes@x.example"]).await;
        let entry = house.tried(number, 1).await;
        assert!(entry.is_finished(), "the first try arrives: {entry:?}");
    }
    assert_eq!(second.taken.lock().unwrap().len(), 3);
    house.fake.mood.lock().unwrap().greeting = None;
    // Its connection is closed as soon as nobody needs it; then the first is asked before it.
    for number in 4..=100 {
        sleep(Duration::from_millis(20)).await;
        house.enqueue(number, &["yes@x.example"]).await;
        house.tried(number, 1).await;
        if !house.fake.taken.lock().unwrap().is_empty() {
            break;
        }
        sleep(LOOK_EVERY).await;
    }
    running.stop().await;
    assert!(
        !house.fake.taken.lock().unwrap().is_empty(),
        "mail goes back to the first"
    );
}

/// A disk that is full behind the first smarthost is no reason to wait while there is a second; what the first
/// may have taken is not handed to another.
#[tokio::test]
async fn a_smarthost_that_takes_nothing_now_is_passed_over() {
    let mut house = House::new(Mood::default()).await;
    let second = Fake::start(Mood::default()).await;
    house.smarthosts.push(second.smarthost());
    let running = house.run();
    let full = Some("452 4.3.1 disk full");
    for (number, mail, data, body) in [
        (1, full, None, None),
        (2, None, full, None),
        (3, None, None, full),
        (4, Some("421 4.3.2 going down"), None, None),
    ] {
        *house.fake.mood.lock().unwrap() = Mood {
            mail,
            data,
            body,
            ..Mood::default()
        };
        house.enqueue(number, &["yes@x.example"]).await;
        let entry = house.tried(number, 1).await;
        assert!(entry.is_finished(), "{number}: {entry:?}");
        assert_eq!(second.taken.lock().unwrap().len(), usize::from(number));
        let tries = house.store.read(|tx| queue::tries::of(tx, ANN, entry.id));
        let tries = tries.unwrap();
        let (first, reply) = tries[0].put_off(0).next().unwrap();
        assert_eq!(first, Some(&*house.fake.endpoint.to_string()));
        let refusal = [mail, data, body].into_iter().flatten().next().unwrap();
        assert_eq!(reply.code, refusal[..3].parse().ok());
        let last = second.endpoint.to_string();
        assert_eq!(tries[0].last_smarthost(), Some(&*last));
    }
    *house.fake.mood.lock().unwrap() = Mood {
        body: Some(""),
        ..Mood::default()
    };
    house.enqueue(5, &["yes@x.example"]).await;
    let entry = house.tried(5, 1).await;
    assert!(!entry.is_finished(), "it is not known: {entry:?}");
    assert_eq!(second.taken.lock().unwrap().len(), 4);
    running.stop().await;
}

/// A smarthost whose operator forgot this server takes nothing for others: the next is asked, and while there is
/// none, mail waits and does not come back.
#[tokio::test]
async fn a_smarthost_that_does_not_relay_for_us_makes_nothing_come_back() {
    let mut house = House::new(Mood {
        rcpt: vec![
            ("yes", "554 5.7.1 <yes@x.example>: Relay access denied"),
            ("no", "550 5.1.1 unknown"),
        ],
        ..Mood::default()
    })
    .await;
    let running = house.run();
    house.enqueue(1, &["yes@x.example", "no@x.example"]).await;
    let entry = house.tried(1, 1).await;
    assert_eq!(
        entry.pending().map(|to| &*to.address).collect::<Vec<_>>(),
        ["yes@x.example"],
        "{entry:?}"
    );
    running.stop().await;

    let second = Fake::start(Mood::default()).await;
    house.smarthosts.push(second.smarthost());
    let running = house.run();
    house.enqueue(2, &["yes@x.example"]).await;
    assert!(house.tried(2, 1).await.is_finished());
    assert_eq!(second.taken.lock().unwrap().len(), 1);
    running.stop().await;
}

/// A smarthost that takes few connections is not down: all goes out over those, at the first try.
#[tokio::test]
async fn as_many_connections_are_used_as_a_smarthost_takes() {
    let house = House::new(Mood {
        connections_max: Some(1),
        ..Mood::default()
    })
    .await;
    for number in 1..=9 {
        house.enqueue(number, &["yes@x.example"]).await;
    }
    let running = house.run_and_reconnect(Duration::from_secs(3600));
    for number in 1..=9 {
        let entry = house.tried(number, 1).await;
        assert!(entry.is_finished(), "{number}: {entry:?}");
    }
    assert_eq!(house.fake.taken.lock().unwrap().len(), 9);
    running.stop().await;
}

/// A connection is used for a number of messages and then closed; a smarthost that takes one at a time is well all
/// the while.
#[tokio::test]
async fn a_smarthost_that_takes_one_connection_is_well_when_that_one_ends() {
    let house = House::new(Mood {
        connections_max: Some(1),
        ..Mood::default()
    })
    .await;
    for number in 0..=250 {
        house.enqueue(number, &["yes@x.example"]).await;
    }
    let running = house.run_and_reconnect(Duration::from_secs(3600));
    for number in 0..=250 {
        let entry = house.tried(number, 1).await;
        assert!(entry.is_finished(), "{number}: {entry:?}");
        assert_eq!(entry.attempts, 1);
    }
    running.stop().await;
}
