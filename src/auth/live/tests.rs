use super::*;

#[test]
fn names_are_filled_and_made_safe() {
    let check = |template: &str, address: &str, expected: &str| {
        let address: Address = address.parse().unwrap();
        let escaped = |part: &str| ldap3::dn_escape(part).into_owned();
        assert_eq!(filled(template, &address, escaped), expected);
    };
    check("%u", "ann@example.com", "ann@example.com");
    check("uid=%n,o=%d", "ann@example.com", "uid=ann,o=example.com");
    check("uid=%n,o=x", "a+b@example.com", "uid=a\\2bb,o=x");
    check("uid=%n,o=x", "a=b@example.com", "uid=a\\3db,o=x");
    check("100%% %x %", "ann@example.com", "100% %x %");
    // What was put in is not read again.
    check("%n", "%d@example.com", "%d");
}

#[test]
fn a_service_that_fails_is_left_alone_for_a_while() {
    let now = Instant::now();
    let rest = Duration::from_secs(15);
    let after = |answers: &[Answer]| {
        let all = answers.iter();
        all.fold(Rest::default(), |state, answer| {
            state.after(*answer, rest, now)
        })
    };
    use Answer::{Right, Silent, Wrong};
    for (answers, is_asked) in [
        (&[][..], true),
        (&[Silent, Silent], true),
        (&[Silent, Silent, Silent], false),
        (&[Silent, Silent, Wrong, Silent, Silent], true),
        (&[Silent, Silent, Silent, Right], true),
    ] {
        assert_eq!(after(answers).is_over(now), is_asked, "{answers:?}");
        assert!(after(answers).is_over(now + rest), "{answers:?}");
    }
    // Back, and again without an answer.
    let again = after(&[Silent; 3]).after(Silent, rest, now + rest);
    assert!(!again.is_over(now + rest));
}

#[test]
fn what_a_service_says_counts_and_silence_leaves_it_to_the_hash() {
    for (answer, by_hash, expected) in [
        (Answer::Right, false, true),
        (Answer::Right, true, true),
        (Answer::Wrong, true, false),
        (Answer::Wrong, false, false),
        (Answer::Silent, true, true),
        (Answer::Silent, false, false),
    ] {
        assert_eq!(answer.decides(by_hash), expected, "{answer:?} {by_hash}");
    }
}
