use super::*;
use crate::clock::Timestamp;
use crate::ids::UidValidity;

fn uid(n: u32) -> PrimaryUid {
    PrimaryUid(n.try_into().unwrap())
}

#[test]
fn the_target_lies_above_everything_that_was_seen_and_below_the_end() {
    let validity = UidValidity(7.try_into().unwrap());
    let target = |now: u32, known: Option<u32>| {
        let selected = Selected {
            uid_validity: validity,
            uid_next: uid(now),
            exists: 0,
            permanent_flags: Vec::new(),
        };
        let mark = known.map(|known| FolderWatermark {
            uid_validity: validity,
            uid_next: uid(known),
            canaries: Vec::new(),
            at: Timestamp::EPOCH,
        });
        target_of(&selected, mark.as_ref()).0.get()
    };
    assert_eq!(target(556, Some(606)), 100_606);
    assert_eq!(target(606, Some(556)), 100_606);
    assert_eq!(target(556, None), 100_556);
    assert_eq!(target(u32::MAX - 50, Some(1)), u32::MAX - 1);
    assert_eq!(target(1, Some(u32::MAX)), u32::MAX, "it never falls");
}
