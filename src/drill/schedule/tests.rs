use super::*;

fn at(text: &str) -> Timestamp {
    let at: jiff::Timestamp = text.parse().unwrap();
    Timestamp::from_millis(at.as_millisecond())
}

#[test]
fn the_next_drill_is_the_first_of_all_times() {
    // 2026-11-23 is a Monday; Berlin is an hour ahead of UTC in winter, two in summer.
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    for (times, now, next_at) in [
        (
            &["tue 10:00"][..],
            "2026-11-23T08:00:00Z",
            "2026-11-24T09:00:00Z",
        ),
        (
            &["tue 10:00"],
            "2026-11-24T08:59:59Z",
            "2026-11-24T09:00:00Z",
        ),
        (
            &["tue 10:00"],
            "2026-11-24T09:00:00Z",
            "2026-12-01T09:00:00Z",
        ),
        (
            &["tue 10:00", "mon 11:00"],
            "2026-11-23T08:00:00Z",
            "2026-11-23T10:00:00Z",
        ),
        (
            &["mon 00:30"],
            "2026-11-22T23:00:00Z",
            "2026-11-22T23:30:00Z",
        ),
        (
            &["tue 10:00"],
            "2026-07-01T00:00:00Z",
            "2026-07-07T08:00:00Z",
        ),
        // 2027-03-28 has no 02:30 in Berlin.
        (
            &["sun 02:30"],
            "2027-03-27T12:00:00Z",
            "2027-03-28T01:30:00Z",
        ),
    ] {
        let times: Vec<DrillTime> = times.iter().map(|time| time.parse().unwrap()).collect();
        assert_eq!(
            next(&times, &berlin, at(now)),
            Some(at(next_at)),
            "{times:?} {now}"
        );
    }
    assert_eq!(next(&[], &berlin, at("2026-11-23T08:00:00Z")), None);
}
