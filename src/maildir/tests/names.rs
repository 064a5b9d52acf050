use std::cmp::Ordering;

use super::super::*;
use crate::clock::Timestamp;
use crate::ids::{MailboxId, StandbyId};
use crate::mail::Flags;

const ANN: MailboxId = MailboxId::from_bytes([7; 16]);

fn name(id: u64, millis: i64, content: u8) -> FileName {
    FileName::new(
        ANN,
        StandbyId(id),
        Timestamp::from_millis(millis),
        &[content; 32],
        100,
    )
}

/// Dovecot's order of new files.
fn dovecot_cmp(a: &str, b: &str) -> Ordering {
    let parts = |name: &str| {
        let (secs, rest) = name.split_once('.').unwrap();
        let digits: String = rest[1..].chars().take_while(char::is_ascii_digit).collect();
        (secs.parse::<u64>().unwrap(), digits.parse::<u64>().unwrap())
    };
    parts(a).cmp(&parts(b)).then_with(|| a.cmp(b))
}

/// Dovecot's hash of a name up to its comma or colon.
fn dovecot_hash(name: &str) -> u32 {
    key_of(name).bytes().fold(0, |hash: u32, byte| {
        let hash = (hash << 4).wrapping_add(byte.into());
        let high = hash & 0xf000_0000;
        if high == 0 {
            hash
        } else {
            hash ^ (high >> 24) ^ high
        }
    })
}

#[test]
fn names_tell_order_and_sizes_and_are_always_the_same() {
    let one = name(12, 1_793_610_000_999, 1);
    assert_eq!(one, name(12, 1_793_610_000_000, 1));
    assert_ne!(
        one,
        name(12, 1_793_610_000_000, 2),
        "another content is another message"
    );
    assert!(one.as_str().starts_with("1793610000.M000012P"), "{one}");
    assert!(one.as_str().ends_with(".lifeboat,S=100,W=100"), "{one}");
    assert_eq!(virtual_size(one.as_str()), Some(100));
    assert_eq!(
        key_of(one.as_str()),
        one.as_str().split(',').next().unwrap()
    );
    assert_eq!(name(1, -5, 0).as_str().split('.').next(), Some("0"));
}

#[test]
fn dovecot_gives_uids_by_arrival_and_then_by_standby_id() {
    let arrivals = [
        (5, 9_999_999_000),
        (3, 1_793_610_000_000),
        (4, 1_793_610_000_500),
        (999_999, 1_793_610_000_900),
        (7, 1_793_610_001_000),
        (8, 10_000_000_000_000),
    ];
    let names: Vec<_> = arrivals.iter().map(|(id, at)| name(*id, *at, 0)).collect();
    for pair in names.windows(2) {
        let order = dovecot_cmp(pair[0].as_str(), pair[1].as_str());
        assert_eq!(order, Ordering::Less, "{} {}", pair[0], pair[1]);
    }
}

#[test]
fn dovecots_hash_of_ten_thousand_names_does_not_degenerate() {
    let mut hashes: Vec<_> = (0..10_000)
        .map(|id| dovecot_hash(name(id, 1_793_610_000_000, 1).as_str()) % 16_411)
        .collect();
    hashes.sort_unstable();
    let longest = hashes.chunk_by(|a, b| a == b).map(<[_]>::len).max();
    hashes.dedup();
    assert!(
        hashes.len() > 7_000 && longest < Some(9),
        "{} {longest:?}",
        hashes.len()
    );
}

#[test]
fn flags_are_capitals_in_order() {
    let all = Flags {
        seen: true,
        answered: true,
        flagged: true,
        draft: true,
        forwarded: true,
    };
    let seen = Flags {
        seen: true,
        ..Flags::default()
    };
    let none = name(1, 0, 0);
    for (flags, expected) in [(Flags::default(), ""), (seen, ":2,S"), (all, ":2,DFRS")] {
        assert_eq!(none.with_flags(flags), format!("{none}{expected}"));
    }
    assert!(!FileName::carried(all).forwarded && FileName::carried(all).draft);
}

#[test]
fn parts_of_other_peoples_names() {
    for (name, key, virtual_bytes) in [
        ("1.M2P3.host,S=5,W=6:2,S", "1.M2P3.host", Some(6)),
        ("1.M2P3.host,W=6,S=5", "1.M2P3.host", Some(6)),
        ("1.M2P3.host:2,W=7", "1.M2P3.host", None),
        ("plain", "plain", None),
        ("1,W=x,S=", "1", None),
        (",W=99999999999999999999", "", None),
    ] {
        assert_eq!(
            (key_of(name), virtual_size(name)),
            (key, virtual_bytes),
            "{name}"
        );
    }
}

proptest::proptest! {
    #[test]
    fn no_name_is_too_strange(name in ".{0,80}") {
        let _ = (key_of(&name), virtual_size(&name), super::super::name::seconds(&name));
    }
}
