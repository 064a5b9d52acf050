use super::*;

#[test]
fn names_on_disk() {
    let utf7 = ["Entw&APw-rfe".to_owned(), "A.B".to_owned()];
    let utf8 = ["Entwürfe".to_owned()];
    for (known, name, expected) in [
        (&utf7[..], "INBOX", ""),
        (&utf7, "A.B", "A.B"),
        (&utf7, "Entwürfe", "Entw&APw-rfe"),
        (&utf7, "Größe", "Gr&APYA3w-e"),
        (&utf8, "Entwürfe", "Entwürfe"),
        (&utf8, "Größe", "Größe"),
        (&[], "Größe & Co", "Gr&APYA3w-e &- Co"),
    ] {
        assert_eq!(on_disk(known, name), expected, "{name}");
    }
}
