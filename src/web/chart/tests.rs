use super::*;
use crate::clock::Timestamp;

fn points(values: &[f64]) -> Vec<Point> {
    let at = |n: usize| Timestamp::from_millis(i64::try_from(n).unwrap() * 60_000);
    let values = values.iter().enumerate();
    values
        .map(|(n, value)| Point {
            at: at(n),
            value: *value,
        })
        .collect()
}

#[test]
fn the_line_goes_through_the_values_and_the_area_lies_below() {
    let (line, area) = draw(&points(&[0.0, 5.0, 10.0]));
    assert_eq!(line, "M0.0 100.0L300.0 50.0L600.0 0.0");
    assert_eq!(
        area,
        "M0.0 100.0L300.0 50.0L600.0 0.0L600.0 100.0L0.0 100.0Z"
    );
}

#[test]
fn nothing_and_one_value_draw_nothing_and_zeros_a_flat_line() {
    assert_eq!(draw(&[]), (String::new(), String::new()));
    assert_eq!(draw(&points(&[3.0])), (String::new(), String::new()));
    assert_eq!(draw(&points(&[0.0, 0.0])).0, "M0.0 100.0L600.0 100.0");
}

#[test]
fn a_peak_among_many_is_seen() {
    let mut values = vec![1.0; 1440];
    values[701] = 50.0;
    let (line, _) = draw(&points(&values));
    assert!(line.matches('L').count() < COLUMNS_MAX);
    assert!(line.contains(" 0.0L"), "{line}");
}
