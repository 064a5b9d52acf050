use super::*;

fn acme() -> Owner {
    Some("acme".parse().unwrap())
}

#[test]
fn so_many_are_at_work_and_whoever_else_asks_is_not_held_up() {
    let (places, now) = (Places::default(), Timestamp::from_secs(1_800_000_000));
    let mut held: Vec<Place> = (0..AT_WORK_MAX)
        .map(|_| places.order(&acme(), now).unwrap())
        .collect();
    let limited = places.order(&acme(), now);
    assert!(
        matches!(limited, Err(ServiceError::Limited { retry_after }) if !retry_after.is_zero())
    );
    assert!(places.order(&None, now).is_ok());
    held.pop();
    let again = places.order(&acme(), now);
    assert!(again.is_ok());
    assert!(places.order(&acme(), now).is_err());
    // What was ordered before a restart is at work whatever the number.
    let _resumed = places.resume(&acme());
}

#[test]
fn so_many_are_ordered_within_an_hour() {
    let (places, now) = (Places::default(), Timestamp::from_secs(1_800_000_000));
    for _ in 0..ORDERED_MAX {
        drop(places.order(&acme(), now).unwrap());
    }
    let late = now.after(Duration::from_secs(600));
    let Err(ServiceError::Limited { retry_after }) = places.order(&acme(), late) else {
        panic!("it is not limited");
    };
    assert_eq!(retry_after, Duration::from_secs(3000));
    assert!(places.order(&acme(), late.after(retry_after)).is_ok());
}
