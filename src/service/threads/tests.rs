use super::{SHOWN_MAX, window};

#[test]
fn a_page_shows_the_newest_or_what_is_around_the_message() {
    let cases = [
        ((1, 0), 0..1),
        ((SHOWN_MAX, 0), 0..SHOWN_MAX),
        ((300, 299), 300 - SHOWN_MAX..300),
        ((300, 300 - SHOWN_MAX), 300 - SHOWN_MAX..300),
        ((300, 100), 100 - SHOWN_MAX / 2..100 + SHOWN_MAX / 2),
        ((300, 0), 0..SHOWN_MAX / 2),
    ];
    for ((total, at), expected) in cases {
        let found = window(total, at);
        assert_eq!(found, expected, "{total} {at}");
        assert!(found.contains(&at));
    }
}
