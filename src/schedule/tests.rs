//! Backoff.

use super::*;

const BACKOFF: Backoff = Backoff {
    first: Duration::from_secs(10),
    max: Duration::from_secs(300),
};

#[test]
fn doubles_up_to_the_limit() {
    let secs = |failures| BACKOFF.delay(failures, 255).as_secs();
    assert_eq!(
        [1, 2, 3, 4, 5, 6, 7].map(secs),
        [10, 20, 40, 80, 160, 300, 300]
    );
    assert_eq!(secs(0), 10);
    assert_eq!(secs(u32::MAX), 300);
}

#[test]
fn jitter_waits_between_half_and_all() {
    assert_eq!(BACKOFF.delay(1, 0), Duration::from_secs(5));
    for failures in 0..40 {
        for jitter in 0..=255 {
            let delay = BACKOFF.delay(failures, jitter);
            let full = BACKOFF.delay(failures, 255);
            assert!(delay >= full / 2 && delay <= full);
        }
    }
}
