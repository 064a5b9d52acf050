use super::*;

const TEN_IN_TEN_MINUTES: Release = Release {
    over: Duration::from_secs(600),
    steps: 10,
};

#[test]
fn steps_open_one_after_the_other() {
    for (release, elapsed_secs, open) in [
        (TEN_IN_TEN_MINUTES, 0, 1),
        (TEN_IN_TEN_MINUTES, 59, 1),
        (TEN_IN_TEN_MINUTES, 60, 2),
        (TEN_IN_TEN_MINUTES, 300, 6),
        (TEN_IN_TEN_MINUTES, 540, 10),
        (TEN_IN_TEN_MINUTES, 86_400, 10),
        (
            Release {
                over: Duration::ZERO,
                steps: 10,
            },
            0,
            10,
        ),
        (
            Release {
                over: Duration::from_secs(600),
                steps: 1,
            },
            0,
            1,
        ),
        (
            Release {
                over: Duration::from_secs(600),
                steps: 0,
            },
            0,
            1,
        ),
    ] {
        let elapsed = Duration::from_secs(elapsed_secs);
        assert_eq!(release.open_steps(elapsed), open, "{release:?} {elapsed:?}");
    }
}

#[test]
fn users_spread_evenly_and_stay_in_their_step() {
    let mut sizes = [0_u32; 10];
    for number in 0..10_000 {
        let user: Address = format!("user{number}@example.com").parse().unwrap();
        let step = TEN_IN_TEN_MINUTES.step_of(&user);
        assert_eq!(step, TEN_IN_TEN_MINUTES.step_of(&user));
        sizes[step as usize] += 1;
    }
    assert!(
        sizes.iter().all(|size| (850..1150).contains(size)),
        "{sizes:?}"
    );
}

#[test]
fn who_was_let_in_stays_in_and_in_the_end_all_are() {
    let back = Timestamp::from_secs(1_000);
    for number in 0..200 {
        let user: Address = format!("user{number}@example.com").parse().unwrap();
        let mut was_in = false;
        for second in 0..=540 {
            let now = back.after(Duration::from_secs(second));
            let is_in = TEN_IN_TEN_MINUTES.is_released(&user, back, now);
            assert!(is_in || !was_in, "{user} was sent away again at {second} s");
            was_in = is_in;
        }
        assert!(was_in, "{user} is never let in");
    }
}

#[test]
fn a_clock_that_went_back_locks_nobody_out() {
    let back = Timestamp::from_secs(1_000_000);
    let last = (0..)
        .map(|number| format!("user{number}@example.com").parse().unwrap())
        .find(|user| TEN_IN_TEN_MINUTES.step_of(user) == 9)
        .unwrap();
    for (now_secs, is_in) in [(1_000_000, false), (999_970, false), (913_600, true)] {
        let now = Timestamp::from_secs(now_secs);
        assert_eq!(TEN_IN_TEN_MINUTES.is_released(&last, back, now), is_in);
    }
}
