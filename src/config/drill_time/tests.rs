use super::*;

#[test]
fn times_read_as_they_are_written() {
    for text in ["mon 00:00", "tue 10:00", "sun 23:59"] {
        assert_eq!(text.parse::<DrillTime>().unwrap().to_string(), text);
    }
    for text in [
        "",
        "tue",
        "10:00",
        "Tue 10:00",
        "tue 24:00",
        "tue 10:60",
        "tue 1:00",
    ] {
        assert!(text.parse::<DrillTime>().is_err(), "{text:?}");
    }
}
