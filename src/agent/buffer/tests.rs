use super::*;
use crate::failover::{ProbeKind, SentinelLook};

fn a1() -> MailstoreId {
    "a1".parse().unwrap()
}

fn down(why: &str) -> Observation {
    Observation {
        vantage: "mx1".into(),
        probe: ProbeKind::Imap,
        outcome: Outcome::Down(why.into()),
        took: Duration::from_millis(7),
        age: Duration::ZERO,
        sentinel: SentinelLook::Unseen,
    }
}

fn reasons(batch: &Batch) -> Vec<String> {
    batch.looks.iter().map(|w| w.look.why.clone()).collect()
}

#[test]
fn holds_a_bounded_number_and_forgets_the_oldest() {
    let buffer = Buffer::default();
    for n in 0..WAITING_MAX + 3 {
        buffer.seen(&a1(), &down(&n.to_string()));
    }
    let batch = buffer.take(AGE);
    assert_eq!(batch.looks.len(), WAITING_MAX);
    assert_eq!(reasons(&batch).first().unwrap(), "3");
    assert!(buffer.take(AGE).is_empty());
}

const AGE: Duration = Duration::from_secs(60);

#[test]
fn what_could_not_be_told_is_told_before_what_came_since() {
    let buffer = Buffer::default();
    buffer.seen(&a1(), &down("first"));
    let batch = buffer.take(AGE);
    buffer.seen(&a1(), &down("second"));
    buffer.put_back(batch);
    assert_eq!(reasons(&buffer.take(AGE)), ["first", "second"]);
}

#[test]
fn a_full_buffer_keeps_the_newer() {
    let buffer = Buffer::default();
    buffer.seen(&a1(), &down("old"));
    let batch = buffer.take(AGE);
    for n in 0..WAITING_MAX {
        buffer.seen(&a1(), &down(&n.to_string()));
    }
    buffer.put_back(batch);
    assert_eq!(reasons(&buffer.take(AGE)).first().unwrap(), "0");
}

#[test]
fn what_is_too_old_is_not_told_and_ages_are_those_of_the_telling() {
    let buffer = Buffer::default();
    buffer.seen(&a1(), &down("x"));
    std::thread::sleep(Duration::from_millis(20));
    let batch = buffer.take(AGE);
    let report = batch.report(Timestamp::from_secs(9));
    assert_eq!(report.clock_ms, Some(9000));
    assert!((20..10_000).contains(&report.observations[0].age_ms));
    buffer.put_back(batch);
    assert!(buffer.take(Duration::from_millis(5)).is_empty());
}
