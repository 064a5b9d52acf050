use super::*;
use crate::mail::wording::fill;

fn words(language: Option<Language>, texts: &[(Language, &str)]) -> DelayWords {
    let texts = texts
        .iter()
        .map(|(language, text)| (*language, (*text).to_owned()));
    DelayWords {
        language,
        texts: texts.collect(),
    }
}

#[test]
fn the_narrower_goes_before_and_each_language_for_itself() {
    use Language::{De, En, Fr};
    let all = words(Some(De), &[(De, "all de"), (Fr, "all fr")]);
    let reseller = words(None, &[(De, "reseller de")]);
    let domain = words(Some(Fr), &[(En, "domain en")]);
    let wide = Words::default().narrowed(all).narrowed(reseller);
    assert_eq!(wide.choose(&[]), (De, "reseller de"));
    assert_eq!(wide.choose(&[Fr, De]), (Fr, "all fr"));
    assert_eq!(wide.choose(&[En]), (En, usual(En)));
    let narrow = wide.narrowed(domain);
    assert_eq!(narrow.choose(&[]), (Fr, "all fr"));
    assert_eq!(narrow.choose(&[En]), (En, "domain en"));
}

#[test]
fn the_usual_texts_can_be_filled_and_differ() {
    let mut found = std::collections::BTreeSet::new();
    for language in Language::ALL {
        let values: Vec<(&str, &str)> = PLACEHOLDERS.iter().map(|name| (*name, "x")).collect();
        let filled = fill(usual(language), &values).unwrap();
        assert!(usual(language).contains("{address}") && usual(language).contains("{time}"));
        assert!(
            filled.lines().nth(1).is_some_and(str::is_empty),
            "a subject, then nothing"
        );
        assert!(found.insert(filled));
    }
}
