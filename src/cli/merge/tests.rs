use super::*;

fn blocked(mailstore: &str, reason: &str, attempts: u32, unmerged: u64) -> BlockedView {
    BlockedView {
        mailbox: Some("ann@example.com".into()),
        mailstore: mailstore.into(),
        reason: reason.into(),
        detail: String::new(),
        attempts,
        next_attempt_at: String::new(),
        unmerged,
        export: None,
    }
}

/// More mailboxes may wait than are listed: the wait for a merge ends all the same, and not before its time.
#[test]
fn a_merge_is_over_when_all_that_is_left_waits() {
    let cases = [
        // unmerged, mailboxes, running, down, unlisted, left at the last look, over
        (0, 0, 0, false, 0, None, true),
        (9, 2, 0, false, 0, None, true),
        (10, 2, 0, false, 0, Some(10), false),
        (99, 50, 0, false, 48, Some(99), true),
        (99, 50, 0, false, 47, Some(99), false),
        (99, 50, 0, false, 48, Some(100), false),
        (99, 50, 0, false, 48, None, false),
        (99, 50, 1, false, 48, Some(99), false),
        (99, 50, 0, true, 48, Some(99), false),
    ];
    let listed = vec![
        blocked("a1", "quota", 1, 4),
        blocked("a1", "unavailable", PASSING_ATTEMPTS + 1, 5),
        blocked("a1", "unavailable", 1, 1),
        blocked("b1", "quota", 1, 90),
    ];
    for (unmerged, mailboxes, running, down, unlisted, before, expected) in cases {
        let status = MergeView {
            unmerged: 1000,
            mailboxes: 1000,
            mailstores: Vec::new(),
            blocked: listed.clone(),
            blocked_unlisted: unlisted,
        };
        let view = MailstoreMergeView {
            unmerged,
            mailboxes,
            running,
            down,
            open: true,
            ..MailstoreMergeView::default()
        };
        let over = Stuck::of(&status, "a1").is_all(&view, before);
        assert_eq!(
            over, expected,
            "{unmerged} {mailboxes} {running} {unlisted} {before:?}"
        );
    }
}
