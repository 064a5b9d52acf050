use proptest::prelude::*;

use super::*;

#[test]
fn what_was_seen_comes_back_in_order_however_often_it_was_spilled() {
    let directory = tempfile::tempdir().unwrap();
    let strategy = proptest::collection::vec(("[a-c]{1,3}", "[a-c]{1,2}"), 0..200);
    proptest!(ProptestConfig::with_cases(100), |(names in strategy, run in 1..400_usize)| {
        let addresses: Vec<Address> = names
            .iter()
            .map(|(local, domain)| format!("{local}@{domain}.org").parse().unwrap())
            .collect();
        let mut seen = Seen::with_run(directory.path(), run);
        for address in &addresses {
            seen.add(address);
            if seen.is_full() {
                seen.spill().unwrap();
            }
        }
        let mut expected = addresses;
        expected.sort_by_key(sort_key);
        expected.dedup();
        let mut sorted = seen.sorted().unwrap();
        let mut found = Vec::new();
        while let Some(address) = sorted.next_address().unwrap() {
            found.push(address);
        }
        prop_assert_eq!(found, expected);
    });
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn what_was_not_seen_is_not_among_them() {
    let directory = tempfile::tempdir().unwrap();
    let mut seen = Seen::with_run(directory.path(), 60);
    for name in ["d@b.org", "b@b.org", "a@c.org", "b@b.org"] {
        seen.add(&name.parse().unwrap());
        seen.spill().unwrap();
    }
    let mut sorted = seen.sorted().unwrap();
    let asked = [
        "z@a.org", "a@b.org", "b@b.org", "c@b.org", "d@b.org", "a@c.org", "b@c.org",
    ];
    let has = asked.map(|name| sorted.has(&name.parse().unwrap()).unwrap());
    assert_eq!(has, [false, false, true, false, true, true, false]);
}
