use super::*;

#[test]
fn people_are_found_by_the_beginning_of_names_and_addresses() {
    let cases = [
        (Some("Ann Schmidt"), "a.schmidt@x.example", "ann", true),
        (Some("Ann Schmidt"), "a.schmidt@x.example", "schm", true),
        (Some("Ann Schmidt"), "a.schmidt@x.example", "ann schm", true),
        (Some("Ann Schmidt"), "a.schmidt@x.example", "a.sch", true),
        (Some("Ann Schmidt"), "a.schmidt@x.example", "midt", false),
        (
            Some("Ann Schmidt"),
            "a.schmidt@x.example",
            "x.example",
            false,
        ),
        (
            Some("von Hohenstein-Lauenburg"),
            "k@x.example",
            "lauen",
            true,
        ),
        (Some("Çağla Öz"), "c@x.example", "öz", true),
        (Some("بريد"), "m@x.example", "بر", true),
        (None, "bob@x.example", "bo", true),
        (None, "bob@x.example", "", true),
        (Some(""), "bob@x.example", "ann", false),
    ];
    for (name, address, wanted, expected) in cases {
        let person = Person {
            name: name.map(str::to_owned),
            address: address.to_owned(),
        };
        assert_eq!(
            matches(&person, &fold(wanted)),
            expected,
            "{name:?} {wanted}"
        );
    }
}
