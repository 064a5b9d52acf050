use super::*;
use crate::clock::Timestamp;
use crate::ids::BodyId;
use crate::mail::{Flags, Summary};

fn message(id: u64, seen: bool, size_bytes: u64) -> MessageRecord {
    MessageRecord {
        id: StandbyId(id),
        folder: folder_of(Role::Inbox),
        flags: Flags {
            seen,
            ..Flags::default()
        },
        keywords: Vec::new(),
        received_at: Timestamp::EPOCH,
        prefix: Vec::new(),
        body: BodyId::generate(Timestamp::EPOCH),
        size_bytes,
        origin: Origin::Sent,
        summary: Summary::default(),
        merged: None,
        written: None,
    }
}

#[test]
fn what_was_read_is_folded_and_what_is_large_is_elsewhere() {
    use Fate::{Elsewhere, Folded, Open};
    const LARGE: u64 = OPENED_BYTES_MAX + 1;
    /// Of each message, whether it was read and its size; which one was asked for; what becomes of each.
    type Case<'a> = (&'a [(bool, u64)], u64, &'a [Fate]);
    let cases: &[Case<'_>] = &[
        (&[(true, 100)], 1, &[Open]),
        (&[(true, LARGE)], 1, &[Open]),
        (&[(true, 100), (true, 100)], 2, &[Folded, Open]),
        (&[(true, 100), (true, 100)], 1, &[Open, Open]),
        (
            &[(false, 100), (true, 100), (true, 9)],
            3,
            &[Open, Folded, Open],
        ),
        (&[(false, LARGE), (true, 9)], 2, &[Elsewhere, Open]),
        (&[(true, 9), (true, LARGE)], 1, &[Open, Elsewhere]),
        (
            &[(true, FOLDED_BYTES_MAX + 1), (true, 9)],
            2,
            &[Elsewhere, Open],
        ),
    ];
    for (messages, asked, expected) in cases {
        let all: Vec<MessageRecord> = messages
            .iter()
            .zip(1..)
            .map(|((seen, size), id)| message(id, *seen, *size))
            .collect();
        assert_eq!(
            fates(&all, StandbyId(*asked)),
            *expected,
            "{messages:?} {asked}"
        );
    }
}

#[test]
fn a_page_opens_and_reads_a_bounded_number() {
    let unread: Vec<_> = (1..=40).map(|id| message(id, false, 1000)).collect();
    let count = |fates: &[Fate], fate| fates.iter().filter(|other| **other == fate).count();
    let found = fates(&unread, StandbyId(1));
    assert_eq!(count(&found, Fate::Open), UNREAD_OPENED_MAX + 1);
    assert_eq!(count(&found, Fate::Folded), 0, "unread ones stay unread");
    let read: Vec<_> = (1..=40)
        .map(|id| message(id, true, FOLDED_BYTES_MAX))
        .collect();
    let found = fates(&read, StandbyId(40));
    assert_eq!(count(&found, Fate::Folded), 8);
}
