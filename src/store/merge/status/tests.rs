use super::*;

#[test]
fn a_dear_answer_is_good_for_a_while() {
    let cases = [
        (49, 0, false),
        (50, 999, true),
        (50, 1_000, false),
        (3_000, 59_999, true),
    ];
    for (cost, age, expected) in cases {
        let (cost, age) = (Duration::from_millis(cost), Duration::from_millis(age));
        assert_eq!(is_good(cost, age), expected, "{cost:?} {age:?}");
    }
}

#[test]
fn what_is_cheap_is_counted_anew() {
    let last = LastStatus::default();
    for unmerged in [1, 2] {
        let counted = last.or_count(|| {
            Ok::<_, StoreError>(MergeStatus {
                unmerged,
                ..MergeStatus::default()
            })
        });
        assert_eq!(counted.unwrap().unmerged, unmerged);
    }
}
