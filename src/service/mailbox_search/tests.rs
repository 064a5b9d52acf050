use super::*;
use crate::ids::FolderId;

#[test]
fn queries_are_read() {
    let folder = |name: &str| (name == "sent").then_some(FolderId(3));
    let words = |text: &str| {
        let query = parse(text, folder).unwrap();
        query
            .words
            .into_iter()
            .map(|(word, _)| word)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        words("Invoice from:Bob re:x"),
        ["invoice", "bob", "re", "x"]
    );
    assert_eq!(words("from:ann@example.com"), ["ann", "example", "com"]);
    let query = parse("has:attachment in:sent", folder).unwrap();
    assert!(query.has_attachment && query.folder == Some(FolderId(3)));
    assert_eq!(parse("in:nowhere", folder), None);
    assert!(parse("  ", folder).unwrap().is_empty());
    assert_eq!(words(&"a ".repeat(100)).len(), search::QUERY_WORDS_MAX);
}
