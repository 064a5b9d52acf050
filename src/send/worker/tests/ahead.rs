//! What is claimed ahead.

use super::*;
use crate::send::worker::ahead::Ahead;

async fn entries(house: &House, numbers: std::ops::Range<u8>) -> Vec<QueueEntry> {
    let mut entries = Vec::new();
    for number in numbers {
        house.enqueue(number, &["b@x.example"]).await;
        entries.push(house.entry(number));
    }
    entries
}

#[tokio::test]
async fn half_is_claimed_while_the_other_half_is_sent() {
    let house = House::new(Mood::default()).await;
    let mut ahead = Ahead::default();
    // Nothing is ahead, and it is told to claim; while that is written nothing else is.
    assert_eq!(ahead.wanted(4), Some(2));
    let first = entries(&house, 1..3).await;
    ahead.expect(tokio::spawn(async move { Ok(first) }));
    assert_eq!(ahead.wanted(4), None);
    assert!(ahead.is_empty());
    ahead.written().await.unwrap();
    assert!(!ahead.is_writing() && !ahead.is_empty());
    assert_eq!(ahead.wanted(4), Some(2));
    let second = entries(&house, 3..5).await;
    ahead.expect(tokio::spawn(async move { Ok(second) }));
    ahead.written().await.unwrap();
    assert_eq!(ahead.wanted(4), None, "as many as may be are ahead");
    let next = ahead.next().map(|entry| entry.id);
    assert_eq!(next, Some(house.entry(1).id), "the longest claimed first");
    assert_eq!(ahead.wanted(4), None);
    ahead.next();
    assert_eq!(ahead.wanted(4), Some(2));
    assert_eq!(ahead.wanted(1), None, "one at a time while nobody answers");
}

#[tokio::test]
async fn what_is_being_claimed_is_given_back_too() {
    let house = House::new(Mood::default()).await;
    let mut ahead = Ahead::default();
    let (first, second) = (entries(&house, 1..3).await, entries(&house, 3..5).await);
    ahead.expect(tokio::spawn(async move { Ok(first) }));
    ahead.written().await.unwrap();
    assert!(ahead.older_than(Duration::from_secs(60)).is_empty());
    ahead.expect(tokio::spawn(async move {
        sleep(Duration::from_millis(20)).await;
        Ok(second)
    }));
    assert_eq!(ahead.all().await.len(), 4);
    assert!(ahead.is_empty() && !ahead.is_writing());
    ahead.expect(tokio::spawn(async { Err(StoreError::Full) }));
    assert!(
        ahead.all().await.is_empty(),
        "what was not claimed is as it was"
    );
    assert_eq!(ahead.wanted(4), Some(2));
}
