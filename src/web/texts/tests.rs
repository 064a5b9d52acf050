use std::collections::{BTreeMap, BTreeSet};
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

/// The messages of a catalogue, each with its source.
fn entries(source: &str) -> BTreeMap<&str, String> {
    let mut found: BTreeMap<&str, String> = BTreeMap::new();
    let mut current = "";
    for line in source.lines() {
        if line.starts_with(['#', ' ', '}']) || line.is_empty() {
            if let Some(text) = found.get_mut(current) {
                text.push_str(line);
            }
            continue;
        }
        let (key, text) = line.split_once(" = ").unwrap_or((line, ""));
        current = key.trim_end_matches(" =");
        let twice = found.insert(current, text.to_owned());
        assert!(twice.is_none(), "{current} is there twice");
    }
    found
}

fn variables(text: &str) -> BTreeSet<&str> {
    text.split('$')
        .skip(1)
        .filter_map(|rest| rest.split(|c: char| !c.is_ascii_alphabetic()).next())
        .collect()
}

fn catalogue(lang: &str) -> BTreeMap<&'static str, String> {
    let found = CATALOGUES.iter().find(|catalogue| catalogue.lang == lang);
    entries(found.unwrap().source)
}

/// What stands between two quotation marks in the folder's files, tests left out.
fn quoted(dir: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("tests") {
            quoted(&path, found);
        } else if path.is_file() && !path.ends_with("tests.rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            found.extend(text.split('"').map(str::to_owned));
        }
    }
}

/// Whether `format!` can make `key` of a pattern such as `banner-{key}-{part}`.
fn can_make(pattern: &str, key: &str) -> bool {
    let fixed: Vec<&str> = pattern
        .split('{')
        .map(|piece| piece.split_once('}').map_or(piece, |(_, rest)| rest))
        .collect();
    let [first, middle @ .., last] = &fixed[..] else {
        return false;
    };
    let is_key = |c: char| c.is_ascii_lowercase() || "-{}_".contains(c);
    let rest = key.strip_prefix(first).and_then(|k| k.strip_suffix(last));
    first.ends_with('-')
        && pattern.chars().all(is_key)
        && rest.is_some_and(|rest| middle.iter().all(|piece| rest.contains(piece)))
}

#[test]
fn a_pattern_makes_the_keys_it_is_for_and_no_others() {
    for (pattern, key, is_made) in [
        ("banner-{key}-{part}", "banner-late-next", true),
        ("banner-{key}-{part}", "banner-home", false),
        ("{key}-text", "empty-inbox-text", false),
        ("month-{}", "month-12", true),
        ("empty-inbox", "empty-inbox", false),
    ] {
        assert_eq!(can_make(pattern, key), is_made, "{pattern} {key}");
    }
}

#[test]
fn no_text_is_left_that_nothing_names() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut named = BTreeSet::new();
    quoted(&root.join("templates"), &mut named);
    quoted(&root.join("src/web"), &mut named);
    assert!(named.len() > 1000, "the sources are read");
    let patterns: Vec<&String> = named.iter().filter(|piece| piece.contains('{')).collect();
    let is_named =
        |key: &str| named.contains(key) || patterns.iter().any(|pattern| can_make(pattern, key));
    let unused: Vec<&str> = catalogue("en")
        .into_keys()
        .filter(|key| !is_named(key))
        // The line below an empty list has the name of the line itself.
        .filter(|key| !key.strip_suffix("-text").is_some_and(is_named))
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn the_catalogues_have_no_syntax_error_and_agree_on_variables() {
    let english = catalogue("en");
    for Catalogue { lang, source, .. } in CATALOGUES {
        let parsed = FluentResource::try_new((*source).to_owned());
        assert!(parsed.is_ok(), "{lang}: {:?}", parsed.err().map(|(_, e)| e));
        for (key, text) in entries(source) {
            let Some(in_english) = english.get(key) else {
                panic!("{lang}: {key} is not in English");
            };
            assert_eq!(variables(&text), variables(in_english), "{lang}: {key}");
        }
    }
}

#[test]
fn every_catalogue_has_every_key() {
    let english = catalogue("en");
    for Catalogue { lang, source, .. } in CATALOGUES {
        let own = entries(source);
        let missing: Vec<_> = english
            .keys()
            .filter(|key| !own.contains_key(*key))
            .collect();
        assert!(missing.is_empty(), "{lang}: {missing:?}");
    }
}

#[test]
fn arabic_has_all_six_plural_forms() {
    let english = catalogue("en");
    let mut plurals = 0;
    for (key, text) in catalogue("ar") {
        if !english
            .get(key)
            .is_some_and(|text| text.contains("*[other]"))
        {
            continue;
        }
        plurals += 1;
        for form in ["[zero]", "[one]", "[two]", "[few]", "[many]", "*[other]"] {
            let has = text.contains(form) || (form == "[zero]" && text.contains("[0]"));
            assert!(has, "{key} has no {form}");
        }
    }
    assert!(plurals > 10, "only {plurals} plurals found");
    let texts = Texts::of("ar").unwrap();
    let said: BTreeSet<String> = [1, 2, 3, 11, 100]
        .into_iter()
        .map(|count: u64| texts.with("done-read", &[("count", count.into())]))
        .map(|text| text.replace(|c: char| c.is_ascii_digit(), ""))
        .collect();
    assert_eq!(said.len(), 5, "{said:?}");
}

#[test]
fn large_numbers_are_grouped_as_the_language_does() {
    let said = |lang: &str, total: u64| {
        let values = [("total", total.into()), ("unread", 0_u64.into())];
        Texts::of(lang).unwrap().with("list-summary", &values)
    };
    assert_eq!(said("en", 9_999), "9999 messages");
    assert_eq!(said("en", 100_000), "100,000 messages");
    assert!(said("de", 1_234_567).starts_with("1.234.567 "));
    assert!(said("fr", 100_000).starts_with("100\u{202f}000 "));
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
    for (header, lang) in [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("nl, fr;q=0.5, en;q=0.4", "fr"),
        ("en;q=0.4, ES-mx;q=0.6", "es"),
        ("ar-EG", "ar"),
    ] {
        assert_eq!(Texts::negotiate(Some(header)).lang, lang, "{header:?}");
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
