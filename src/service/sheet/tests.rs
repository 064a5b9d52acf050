use super::*;

#[test]
fn a_file_of_pages_ends_with_the_list_or_at_its_limit() {
    let mut asked = Vec::new();
    let sheet = Sheet::of_pages("x.csv", "n", |sheet, cursor| {
        asked.push(cursor.to_owned());
        sheet.row(&["=1".to_owned()]);
        // A page may be empty and name the next.
        Ok(match asked.len() {
            1 => Some("a".to_owned()),
            2 => Some("b".to_owned()),
            _ => None,
        })
    });
    let (headers, text) = sheet.unwrap().into_parts();
    assert_eq!(asked, ["", "a", "b"]);
    assert_eq!(text, "n\r\n\"'=1\"\r\n\"'=1\"\r\n\"'=1\"\r\n");
    assert!(headers[1].1.contains("x.csv"));

    let mut pages = 0;
    let endless = Sheet::of_pages("x.csv", "n", |sheet, _| {
        pages += 1;
        for _ in 0..sheet.page(300) {
            sheet.row(&[]);
        }
        Ok(Some("next".to_owned()))
    });
    assert_eq!(endless.unwrap().rows(), ROWS_MAX);
    assert_eq!(pages, ROWS_MAX.div_ceil(300));
}
