use super::*;

#[test]
fn a_source_deletes_only_what_it_may() {
    let check = |rows, nameless, known, missing, percent, confirmed, expected: RoundEnd| {
        let tally = Tally {
            rows,
            nameless,
            known,
            missing,
        };
        let deletions = Deletions {
            share_percent: percent,
            confirmed,
        };
        assert_eq!(
            decide(tally, deletions),
            expected,
            "{tally:?} {deletions:?}"
        );
    };
    let withheld = |missing, known| RoundEnd::Withheld { missing, known };
    check(100, 0, 100, 0, 5, None, RoundEnd::Complete);
    check(95, 0, 100, 5, 5, None, RoundEnd::Complete);
    check(94, 0, 100, 6, 5, None, withheld(6, 100));
    check(94, 0, 100, 6, 5, Some(6), RoundEnd::Complete);
    check(93, 0, 100, 7, 5, Some(6), withheld(7, 100));
    // Half a source, and none at all.
    check(50, 0, 100, 50, 5, None, withheld(50, 100));
    check(0, 0, 100, 100, 5, None, RoundEnd::Empty);
    check(0, 0, 100, 100, 100, Some(1000), RoundEnd::Empty);
    check(0, 0, 0, 0, 5, None, RoundEnd::Empty);
    // One may always go, or a small hoster would confirm each.
    check(2, 0, 3, 1, 5, None, RoundEnd::Complete);
    check(1, 0, 3, 2, 5, None, withheld(2, 3));
    check(1, 0, 3, 1, 0, None, RoundEnd::Complete);
    // A row that could not be read may be the one that is missing.
    check(100, 1, 100, 1, 5, None, RoundEnd::Unreadable { rows: 1 });
    check(100, 1, 100, 1, 5, Some(1), RoundEnd::Unreadable { rows: 1 });
    check(100, 1, 100, 0, 5, None, RoundEnd::Complete);
}
