use super::*;

fn sample(minute: i64, accepted: u64) -> Sample {
    Sample {
        at: Timestamp::from_millis(minute * 60_000),
        accepted,
        probe_ms: [("a1".to_owned(), 7)].into(),
        ..Sample::default()
    }
}

fn values(history: &History, series: &Series) -> Vec<f64> {
    let points = history.points(series);
    points.iter().map(|point| point.value).collect()
}

#[test]
fn what_came_is_shown_per_minute_over_gaps_and_restarts_of_the_count() {
    let mut history = History::default();
    for (minute, accepted) in [(0, 5), (1, 15), (3, 55), (4, 0), (5, 3)] {
        history.note(sample(minute, accepted));
    }
    assert_eq!(values(&history, &Series::Accepted), [10.0, 20.0, 0.0, 3.0]);
    assert_eq!(values(&history, &Series::Probe("a1".into())).len(), 5);
    assert!(values(&history, &Series::Probe("a2".into())).is_empty());
}

#[test]
fn a_day_is_kept_and_a_clock_that_was_set_back_begins_anew() {
    let mut history = History::default();
    for minute in 0..3_000 {
        history.note(sample(minute, 0));
    }
    assert_eq!(values(&history, &Series::Queued).len(), SAMPLES_MAX);
    history.note(sample(10, 0));
    assert_eq!(values(&history, &Series::Queued).len(), 1);
}
