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

#[test]
fn senders_take_turns() {
    // A thing is named domain, mailbox, number; it comes in the order in which things wait.
    let check = |waiting: &str, busy: &str, expected: &str| {
        let sender = |thing: &&str| {
            let mut chars = thing.chars();
            (chars.next(), chars.next())
        };
        let busy: Vec<_> = busy
            .split_whitespace()
            .map(|thing| sender(&thing))
            .collect();
        let ordered = in_turns(waiting.split_whitespace().collect(), sender, &busy);
        assert_eq!(ordered.join(" "), expected, "{waiting:?} while {busy:?}");
    };
    check("", "", "");
    check("ax1 ax2 ax3", "", "ax1 ax2 ax3");
    // Another domain does not wait for a domain's many.
    check("ax1 ax2 ax3 bx1", "", "ax1 bx1 ax2 ax3");
    // Another mailbox of the domain does not either.
    check("ax1 ax2 ax3 ay1", "", "ax1 ay1 ax2 ax3");
    check("ax1 ax2 ay1 bx1 bx2", "", "ax1 bx1 ay1 bx2 ax2");
    // What is under way counts.
    check("ax1 bx1", "ax9", "bx1 ax1");
    check("ax1 ay1", "ax9", "ay1 ax1");
    check("ax1 ay1 bx1", "ax8 ay9", "bx1 ax1 ay1");
}
