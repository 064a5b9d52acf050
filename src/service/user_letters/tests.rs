use super::*;
use crate::service::announcing::TEXTS;

fn brand() -> BrandRecord {
    BrandRecord {
        name: "Acme Mail".into(),
        help: "Call 1234.\nMonday to Friday.".into(),
        ..BrandRecord::default()
    }
}

fn say(about: About, language: Language, brand: &BrandRecord, says_forgotten: bool) -> Letter {
    let places = Places::of(brand, "https://lifeboat.example");
    letter(
        about,
        &Words {
            language,
            brand,
            places: &places,
            address: &"ann@example.com".parse().unwrap(),
            time: Timestamp::from_secs(1_795_356_000),
            says_forgotten,
            link: "https://lifeboat.example/login/link?key=abc",
        },
    )
}

#[test]
fn the_usual_letters_have_all_that_a_user_needs_in_every_language() {
    for language in Language::ALL {
        for (about, needed) in [
            (
                About::Began,
                &["https://lifeboat.example\n", "/status", "Call 1234."][..],
            ),
            (About::Ended, &["/status", "Call 1234."]),
            (
                About::Link,
                &[
                    "/login/link?key=abc\n",
                    "2026-11-22 14:00 UTC",
                    "Call 1234.",
                ],
            ),
        ] {
            let letter = say(about, language, &brand(), false);
            let whole = format!("{}\n{}", letter.subject, letter.text);
            assert!(letter.subject.starts_with("Acme Mail"), "{whole}");
            assert!(letter.text.contains("ann@example.com"), "{whole}");
            for needed in needed {
                assert!(letter.text.contains(needed), "{needed}: {whole}");
            }
            assert!(!whole.contains(['{', '}']), "{whole}");
            assert!(!whole.contains("\n\n\n"), "{whole}");
            assert!(!letter.text.contains("/login/forgotten"), "{whole}");
        }
        let with = say(About::Began, language, &brand(), true);
        let link = "https://lifeboat.example/login/forgotten\n";
        assert!(with.text.contains(link), "{}", with.text);
    }
}

#[test]
fn a_brand_replaces_a_letter_in_one_language_or_in_all() {
    let mut own = brand();
    own.texts.insert(
        "user-outage-began.de".into(),
        "Weg\n\nAdresse {address}\n".into(),
    );
    own.texts
        .insert("user-outage-began".into(), "Gone\n\n{webmail}\n".into());
    let subject = |language| say(About::Began, language, &own, false).subject;
    assert_eq!(subject(Language::De), "Weg");
    assert_eq!(subject(Language::Fr), "Gone");
    assert_eq!(
        say(About::Ended, Language::De, &own, false).subject,
        say(About::Ended, Language::De, &brand(), false).subject
    );
    // What cannot be filled in any more is not sent as it stands.
    own.texts
        .insert("user-outage-began".into(), "Gone {nonsense}".into());
    assert!(
        say(About::Began, Language::Fr, &own, false)
            .subject
            .starts_with("Acme Mail")
    );
}

#[test]
fn what_may_be_filled_in_is_known_for_each_name() {
    for (name, names) in TEXTS {
        assert_eq!(announcing::placeholders(name), Some(names), "{name}");
    }
    let user = announcing::placeholders("user-outage-ended");
    assert_eq!(announcing::placeholders("user-outage-ended.ar"), user);
    for unknown in [
        "user-outage-ended.xx",
        "mail-outage-began.de",
        "user-outage",
        "",
    ] {
        assert_eq!(announcing::placeholders(unknown), None, "{unknown:?}");
    }
}
