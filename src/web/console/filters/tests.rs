use super::*;
use crate::ids::DomainName;

#[test]
fn what_is_not_said_is_nothing_and_what_is_wrong_names_its_field() {
    assert_eq!(said::<DomainName>("domain", "  ").unwrap(), None);
    let found = said::<DomainName>("domain", " example.com ").unwrap();
    assert_eq!(found.unwrap().as_str(), "example.com");
    let wrong = said::<u64>("before", "x").unwrap_err();
    assert!(matches!(
        wrong,
        ServiceError::Invalid {
            field: "before",
            ..
        }
    ));
}

#[test]
fn an_address_says_what_was_said_and_no_more() {
    type Pairs = &'static [(&'static str, &'static str)];
    let cases: [(Pairs, Pairs, &str); 4] = [
        (&[], &[], "/x"),
        (&[("a", ""), ("b", " ")], &[("after", "")], "/x"),
        (&[("a", " 1&2 ")], &[], "/x?a=1%262"),
        (
            &[("a", "1"), ("b", "")],
            &[("after", "ü"), ("select", "")],
            "/x?a=1&after=%C3%BC",
        ),
    ];
    for (filter, more, expected) in cases {
        assert_eq!(href("/x", filter.iter().copied(), more), expected);
    }
}
