use super::*;

fn words(language: Option<&str>, texts: &[(&str, &str)]) -> DelayWordsView {
    DelayWordsView {
        language: language.map(str::to_owned),
        texts: texts
            .iter()
            .map(|(tag, text)| ((*tag).to_owned(), (*text).to_owned()))
            .collect(),
    }
}

#[test]
fn an_edit_changes_what_it_names_and_nothing_else() {
    let own = words(Some("de"), &[("de", "Alt\nx"), ("fr", "Vieux\nx")]);
    for (written, usual, language, expected) in [
        (&[][..], &[][..], None, own.clone()),
        (
            &[("de", "Neu\nx")],
            &[],
            None,
            words(Some("de"), &[("de", "Neu\nx"), ("fr", "Vieux\nx")]),
        ),
        (
            &[("en", "New\nx")],
            &["fr"],
            Some("en"),
            words(Some("en"), &[("de", "Alt\nx"), ("en", "New\nx")]),
        ),
        (&[], &["all"], Some("inherit"), words(None, &[])),
        (
            &[("de", "Neu\nx")],
            &["all"],
            None,
            words(Some("de"), &[("de", "Neu\nx")]),
        ),
    ] {
        let edit = WordsEdit {
            written: written
                .iter()
                .map(|(tag, text)| ((*tag).to_owned(), (*text).to_owned()))
                .collect(),
            usual: usual.iter().map(|tag| (*tag).to_owned()).collect(),
            language: language.map(str::to_owned),
        };
        assert_eq!(edit.applied(own.clone()), expected, "{edit:?}");
    }
}

#[test]
fn words_are_named_with_their_language() {
    for (text, is_read) in [
        ("de=notice.txt", true),
        ("de=a=b", true),
        ("notice.txt", false),
        ("=notice.txt", false),
        ("de=", false),
        ("", false),
    ] {
        assert_eq!(words_file(text).is_ok(), is_read, "{text}");
    }
}
