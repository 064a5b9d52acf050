use super::quoted;

#[test]
fn a_field_is_what_it_says_and_no_formula() {
    for (field, expected) in [
        ("ann@example.com", "ann@example.com"),
        ("", ""),
        ("=cmd@example.com", "\"'=cmd@example.com\""),
        ("+1@example.com", "\"'+1@example.com\""),
        ("a\"b,c", "\"a\"\"b,c\""),
    ] {
        assert_eq!(quoted(field), expected);
    }
}
