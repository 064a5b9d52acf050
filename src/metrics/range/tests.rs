use super::*;

#[test]
fn ranges_alert_as_the_guidelines_have_it() {
    for (text, alerting, quiet) in [
        ("10", &[-1.0, 10.1, 99.0][..], &[0.0, 5.0, 10.0][..]),
        ("0", &[1.0, -0.5], &[0.0]),
        ("10:", &[9.9, -5.0], &[10.0, 1e9]),
        ("~:10", &[10.1], &[10.0, -1e9]),
        ("10:20", &[9.9, 20.1], &[10.0, 15.0, 20.0]),
        ("@10:20", &[10.0, 15.0, 20.0], &[9.9, 20.1]),
        (":5", &[6.0, -1.0], &[0.0, 5.0]),
        ("0.5", &[0.6], &[0.4]),
    ] {
        let range: Range = text.parse().unwrap();
        for value in alerting {
            assert!(range.alerts(*value), "{text}: {value}");
        }
        for value in quiet {
            assert!(!range.alerts(*value), "{text}: {value}");
        }
        assert_eq!(range.to_string().parse::<Range>().unwrap(), range);
    }
    for text in ["", "x", "20:10", "~", ":", "@", "1:2:3", "inf", "nan"] {
        assert!(text.parse::<Range>().is_err(), "{text:?}");
    }
}
