use super::*;

type Row = (&'static str, &'static str);

const KEYS: Keys<Row> = Keys {
    id: |row| row.0,
    by: &[
        ("created", Key::Id),
        ("name", Key::Text(|row| row.1.to_owned())),
    ],
};
const ALL: [Row; 5] = [
    ("01", "Bob"),
    ("02", "ann"),
    ("03", "Zoe: the last"),
    ("04", "Ann"),
    ("05", ""),
];

fn page(
    sort: &str,
    cursor: &str,
    limit: Option<usize>,
) -> Result<(Vec<Row>, Option<String>), ServiceError> {
    KEYS.page(ALL.to_vec(), sort, cursor, limit)
}

#[test]
fn every_page_of_every_sort_comes_once_and_in_order() {
    for (sort, expected) in [
        ("", ["01", "02", "03", "04", "05"]),
        ("created", ["01", "02", "03", "04", "05"]),
        ("-created", ["05", "04", "03", "02", "01"]),
        ("name", ["05", "02", "04", "01", "03"]),
        ("-name", ["03", "01", "04", "02", "05"]),
    ] {
        for limit in [None, Some(0), Some(1), Some(2), Some(4), Some(5), Some(9)] {
            let (mut found, mut cursor) = (Vec::new(), String::new());
            loop {
                let (rows, next) = page(sort, &cursor, limit).unwrap();
                assert!(!rows.is_empty(), "{sort} {limit:?}");
                found.extend(rows.iter().map(|row| row.0));
                match next {
                    Some(next) => cursor = next,
                    None => break,
                }
            }
            assert_eq!(found, expected, "{sort} {limit:?}");
        }
    }
}

#[test]
fn a_cursor_keeps_its_place_when_its_row_is_gone() {
    for sort in ["created", "-created", "name", "-name"] {
        let (_, next) = page(sort, "", Some(2)).unwrap();
        let (rest, _) = page(sort, next.as_ref().unwrap(), None).unwrap();
        let (whole, _) = page(sort, "", None).unwrap();
        let mut left = ALL.to_vec();
        left.retain(|row| row.0 != whole[1].0);
        let (after, _) = KEYS.page(left, sort, &next.unwrap(), None).unwrap();
        assert_eq!(after, rest, "{sort}");
    }
}

#[test]
fn a_cursor_of_another_sort_is_refused() {
    let sorts = ["created", "-created", "name", "-name"];
    for given in sorts {
        let cursor = page(given, "", Some(1)).unwrap().1.unwrap();
        for asked in sorts {
            let found = page(asked, &cursor, None);
            assert_eq!(found.is_ok(), asked == given, "{given} {asked}");
        }
    }
    for sort in ["colour", "-", "Name"] {
        assert!(page(sort, "", None).is_err(), "{sort}");
    }
    for cursor in ["name:", "name:x", "~"] {
        assert!(page("name", cursor, None).is_err(), "{cursor}");
    }
}
