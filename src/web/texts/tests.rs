use std::path::Path;

use super::*;

/// Every key that the folder's files name as `marker"key"` must be in every catalogue.
fn keys_named(dir: &Path, marker: &str, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            keys_named(&path, marker, found);
            continue;
        }
        if path.ends_with("tests.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for piece in text.split(marker).skip(1) {
            if let Some(key) = piece.strip_prefix('"').and_then(|p| p.split('"').next()) {
                found.push((key.to_owned(), path.display().to_string()));
            }
        }
    }
}

#[test]
fn every_key_that_is_named_is_in_the_catalogue() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    keys_named(&root.join("templates"), "p.t(", &mut found);
    for marker in [
        "t.get(",
        "t.with(",
        "texts.get(",
        "texts.with(",
        "p.t(",
        "text_key: ",
    ] {
        keys_named(&root.join("src/web"), marker, &mut found);
    }
    assert!(found.len() > 100, "only {} keys found", found.len());
    let texts = Texts::fallback();
    let missing: Vec<_> = found.iter().filter(|(key, _)| !texts.has(key)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_catalogues_have_no_syntax_error() {
    for (lang, _, source) in CATALOGUES {
        let parsed = FluentResource::try_new((*source).to_owned());
        assert!(parsed.is_ok(), "{lang}: {:?}", parsed.err().map(|(_, e)| e));
    }
}

#[test]
fn languages_are_negotiated() {
    for header in [
        None,
        Some("en"),
        Some("xx"),
        Some("de;q=0, *"),
        Some(";;,=q"),
        Some(""),
    ] {
        assert_eq!(Texts::negotiate(header).lang, "en", "{header:?}");
    }
}

#[test]
fn plurals_and_variables_are_filled_in() {
    let texts = Texts::fallback();
    let summary = |total: u64, unread: u64| {
        texts.with(
            "list-summary",
            &[("total", total.into()), ("unread", unread.into())],
        )
    };
    assert_eq!(summary(0, 0), "No messages");
    assert_eq!(summary(1, 1), "1 message, 1 unread");
    assert_eq!(summary(12, 3), "12 messages, 3 unread");
}
