use super::*;

const DAY: i64 = 86_400;

/// A look every minute from `from` on, for `minutes`, each of `millis`; returns the turns.
fn look(trend: &mut Trend, from: i64, minutes: i64, millis: u64) -> Vec<Turn> {
    let took = Duration::from_millis(millis);
    (0..minutes)
        .filter_map(|minute| {
            let now = Timestamp::from_secs(from + minute * 60);
            trend.note(took, now).turned
        })
        .collect()
}

fn slow(now: u64, usual: u64) -> Turn {
    Turn::Slow {
        now: Duration::from_millis(now),
        usual: Duration::from_millis(usual),
    }
}

#[test]
fn an_hour_is_compared_with_the_same_hour_of_earlier_days() {
    let mut trend = Trend::default();
    // Two days: slow in the night, when backups run, quick by day.
    for day in 0..2 {
        assert_eq!(look(&mut trend, day * DAY, 6 * 60, 900), []);
        assert_eq!(look(&mut trend, day * DAY + 6 * 3600, 18 * 60, 50), []);
    }
    // The third night is as slow as ever; the third day is not as ever.
    assert_eq!(look(&mut trend, 2 * DAY, 6 * 60, 900), []);
    assert_eq!(look(&mut trend, 2 * DAY + 6 * 3600, 60, 50), []);
    assert_eq!(
        look(&mut trend, 2 * DAY + 7 * 3600, 60, 400),
        [slow(400, 50)]
    );
    assert!(trend.is_slow());
    assert_eq!(look(&mut trend, 2 * DAY + 8 * 3600, 60, 60), [Turn::Usual]);
}

#[test]
fn what_is_new_or_only_a_little_slower_is_not_told() {
    let mut trend = Trend::default();
    assert_eq!(look(&mut trend, 0, 24 * 60, 4000), [], "nothing is known");
    let mut trend = Trend::default();
    look(&mut trend, 0, 24 * 60, 2);
    assert_eq!(
        look(&mut trend, DAY, 60, 90),
        [],
        "forty-five times nothing"
    );
    look(&mut trend, DAY + 3600, 60, 2);
    let mut single = Vec::new();
    for minute in 0..60 {
        let millis = if minute % 3 == 0 { 5000 } else { 2 };
        let now = Timestamp::from_secs(DAY + 7200 + minute * 60);
        single.extend(trend.note(Duration::from_millis(millis), now).turned);
    }
    assert_eq!(single, [], "single slow looks");
}

#[test]
fn slowness_is_not_learned_as_usual() {
    let mut trend = Trend::default();
    look(&mut trend, 0, 24 * 60, 50);
    let turns = look(&mut trend, DAY, 24 * 60, 2000);
    assert_eq!(turns.len(), 1);
    let usual = trend
        .profile()
        .usual(Timestamp::from_secs(2 * DAY + 12 * 3600));
    assert_eq!(usual, Some(Duration::from_millis(50)));
}

#[test]
fn a_profile_survives_persistence_and_stays_bounded() {
    let mut trend = Trend::default();
    look(&mut trend, 0, 30 * 24 * 60, 120);
    let bytes = postcard::to_stdvec(trend.profile()).unwrap();
    assert!(bytes.len() < 2000, "{} bytes", bytes.len());
    let back: Profile = postcard::from_bytes(&bytes).unwrap();
    assert_eq!(&back, trend.profile());
    let mut hours = 0;
    for minute in 0..180 {
        let noted = trend.note(Duration::from_millis(1), Timestamp::from_secs(minute * 60));
        hours += u32::from(noted.hour_over);
    }
    assert!(hours >= 2, "each hour is kept when it is over");
}
