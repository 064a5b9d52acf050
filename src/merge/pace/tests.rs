use super::*;

const QUICK: Event = Event::Answered {
    login: Duration::from_millis(6),
    message: Some(Duration::from_millis(2)),
};
const SLOW_LOGIN: Event = Event::Answered {
    login: Duration::from_millis(900),
    message: None,
};
const SLOW_MESSAGE: Event = Event::Answered {
    login: Duration::from_millis(6),
    message: Some(Duration::from_secs(3)),
};

fn pace(ceiling: u32) -> Pace {
    Pace::new(Bounds { ceiling, floor: 1 })
}

/// Plays (seconds, event) and returns how many places there are after each.
fn play(mut pace: Pace, events: &[(u64, Event)]) -> Vec<usize> {
    let mut allowed = Vec::new();
    for (at, event) in events {
        pace = pace.after(*event, Duration::from_secs(*at));
        allowed.push(pace.allowed());
    }
    allowed
}

fn at_ceiling(ceiling: u32) -> Pace {
    let mut pace = pace(ceiling);
    for _ in 0..10_000 {
        pace = pace.after(QUICK, Duration::ZERO);
    }
    assert_eq!(pace.allowed(), ceiling as usize);
    pace
}

#[test]
fn it_starts_low_and_earns_one_place_with_as_many_good_visits_as_it_has() {
    assert_eq!(pace(8).allowed(), 2);
    let quick = [(0, QUICK); 6];
    assert_eq!(play(pace(8), &quick), [2, 3, 3, 3, 4, 4]);
    assert_eq!(at_ceiling(8).after(QUICK, Duration::ZERO).allowed(), 8);
}

#[test]
fn trouble_halves_it_once_for_visits_that_ran_together() {
    for trouble in [SLOW_LOGIN, SLOW_MESSAGE, Event::Failed] {
        let events = [(10, trouble), (11, trouble), (12, trouble), (20, trouble)];
        assert_eq!(play(at_ceiling(16), &events), [8, 8, 4, 2], "{trouble:?}");
    }
    let events: Vec<_> = (0..10).map(|n| (n * 10, Event::Failed)).collect();
    assert_eq!(play(at_ceiling(16), &events).last(), Some(&1), "the floor");
}

#[test]
fn what_is_slow_for_everybody_is_not_trouble() {
    // A mailstore that always takes 100 ms, or hardly longer than its best.
    let usual = Event::Answered {
        login: Duration::from_millis(100),
        message: None,
    };
    let longer = Event::Answered {
        login: Duration::from_millis(390),
        message: None,
    };
    assert_eq!(play(pace(8), &[(0, usual), (9, longer)]), [2, 3]);
}

#[test]
fn a_mailstore_that_stays_slow_becomes_its_own_measure() {
    let slow = Event::Answered {
        login: Duration::from_millis(400),
        message: None,
    };
    let mut pace = pace(8).after(QUICK, Duration::ZERO);
    for n in 0..600_u64 {
        pace = pace.after(slow, Duration::from_secs(n));
    }
    assert!(pace.allowed() > 1, "{pace:?}");
}

#[test]
fn a_relapse_goes_to_the_floor_at_once() {
    assert_eq!(play(at_ceiling(16), &[(0, Event::Relapsed)]), [1]);
}

#[test]
fn orders_bound_it() {
    let slow = at_ceiling(8).ordered(Speed::Slow);
    assert_eq!(slow.allowed(), 2);
    assert_eq!(slow.ordered(Speed::Normal).allowed(), 8);
    let hurried = pace(8).ordered(Speed::Hurry);
    assert_eq!(hurried.allowed(), 8, "at once");
    let later = Duration::from_secs(10);
    assert_eq!(
        hurried.after(SLOW_LOGIN, later).allowed(),
        8,
        "whatever it costs"
    );
    assert_eq!(
        hurried.after(Event::Failed, later).allowed(),
        4,
        "not errors"
    );
    assert_eq!(pace(0).allowed(), 1, "a ceiling of nothing is one");
    assert_eq!(pace(3).ordered(Speed::Slow).allowed(), 1);
}
