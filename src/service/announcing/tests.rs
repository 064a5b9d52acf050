use serde_json::Value;

use super::*;
use crate::clock::Timestamp;
use crate::route::Setting;
use crate::store::events::{AlertStep, OutageStep};

fn outage(step: OutageStep) -> EventRecord {
    EventRecord {
        at: Timestamp::from_secs(1_800_000_000),
        what: Happened::Outage {
            outage: None,
            mailstore: "a1".parse().unwrap(),
            step,
            text: "activated: 3 of 3 vantage points".into(),
        },
    }
}

fn share() -> Share {
    Share {
        mailboxes: 3,
        domains: 2,
        named: vec![("acme.test".parse().unwrap(), 2)],
    }
}

#[test]
fn a_reseller_is_told_of_its_own_and_of_nothing_else() {
    let acme: ResellerId = "acme".parse().unwrap();
    let rival: ResellerId = "rival".parse().unwrap();
    let change = Happened::Override {
        scope: "mailbox:ann@acme.test".parse().unwrap(),
        setting: Some(Setting::Standby),
    };
    let alert = Happened::Alert {
        key: "disk".into(),
        step: AlertStep::Raised,
        text: String::new(),
    };
    let limited = |whose| Happened::SendingLimited { whose };
    let mailbox = limited(Limited::Mailbox("ann@acme.test".parse().unwrap()));
    let domain = limited(Limited::Domain("acme.test".parse().unwrap()));
    let none = Share::default();
    let own = share();
    for (what, share, owner, expected) in [
        (outage(OutageStep::Began).what, &own, None, true),
        (outage(OutageStep::Began).what, &none, None, false),
        (outage(OutageStep::Merged).what, &own, None, true),
        (outage(OutageStep::Advised).what, &own, None, false),
        (change.clone(), &own, Some(Some(&acme)), true),
        (change.clone(), &own, Some(Some(&rival)), false),
        (change.clone(), &own, Some(None), false),
        (change, &own, None, false),
        (mailbox.clone(), &none, Some(Some(&acme)), true),
        (mailbox, &own, Some(Some(&rival)), false),
        (domain, &none, Some(Some(&acme)), true),
        (limited(Limited::Reseller(acme.clone())), &none, None, true),
        (limited(Limited::Reseller(rival.clone())), &own, None, false),
        (alert, &own, None, false),
    ] {
        let told = Told {
            reseller: Some(&acme),
            share,
            owner,
        };
        assert_eq!(told.concerns(&what), expected, "{what:?} {owner:?}");
        let operator = Told {
            reseller: None,
            ..told
        };
        assert!(operator.concerns(&what), "operators are told everything");
    }
}

#[test]
fn a_payload_says_what_happened_and_only_operators_get_the_evidence() {
    let own = share();
    let acme: ResellerId = "acme".parse().unwrap();
    for (reseller, text) in [
        (Some(&acme), Value::Null),
        (None, "activated: 3 of 3 vantage points".into()),
    ] {
        let told = Told {
            reseller,
            share: &own,
            owner: None,
        };
        let payload: Value =
            serde_json::from_str(&payload(7, &outage(OutageStep::Began), &told)).unwrap();
        assert_eq!(payload["type"], "outage.began");
        assert_eq!(payload["timestamp"], "2027-01-15T08:00:00Z");
        assert_eq!(payload["data"]["event"], 7);
        assert_eq!(payload["data"]["mailstore"], "a1");
        assert_eq!(payload["data"]["affected"]["mailboxes"], 3);
        assert_eq!(
            payload["data"]["affected"]["domains"][0]["domain"],
            "acme.test"
        );
        assert_eq!(payload["data"]["text"], text);
    }
}

#[test]
fn a_letter_is_in_the_words_of_the_brand() {
    let own = share();
    let told = Told {
        reseller: None,
        share: &own,
        owner: None,
    };
    let mut brand = BrandRecord {
        name: "Acme Mail".into(),
        hosts: vec!["mail.acme.test".parse().unwrap()],
        ..BrandRecord::default()
    };
    let places = Places::of(&brand, "https://lifeboat.test/");
    assert_eq!(places.status, "https://mail.acme.test/status");
    let usual = letter(&outage(OutageStep::Began), &told, &brand, &places);
    assert!(
        usual.subject.starts_with("[Acme Mail] Mail outage"),
        "{usual:?}"
    );
    assert!(
        usual.text.contains("acme.test (2), and 1 more"),
        "{usual:?}"
    );
    assert!(usual.text.contains("https://mail.acme.test\n"), "{usual:?}");
    brand.texts.insert(
        "mail-outage-began".into(),
        "Störung bei {name}\n\nSeit {time}: {mailboxes} Postfächer.\n".into(),
    );
    let replaced = letter(&outage(OutageStep::Began), &told, &brand, &places);
    assert_eq!(replaced.subject, "Störung bei Acme Mail");
    assert_eq!(replaced.text, "Seit 2027-01-15T08:00:00Z: 3 Postfächer.\n");
    for step in [
        OutageStep::Advised,
        OutageStep::Returned,
        OutageStep::Resumed,
        OutageStep::Ended,
        OutageStep::Merged,
    ] {
        let letter = letter(&outage(step), &told, &brand, &places);
        assert!(
            !letter.subject.is_empty() && !letter.text.is_empty(),
            "{step:?}"
        );
    }
}

#[test]
fn what_stands_in_braces_is_known_or_said() {
    let values = [("name", "N"), ("time", "T")];
    for (template, expected) in [
        ("{name} at {time}.", Ok("N at T.")),
        ("plain", Ok("plain")),
        (
            "{nam}",
            Err("{nam} is not known here; these are: {name} {time}"),
        ),
        (
            "{name",
            Err("a brace has no other; write a known name between two"),
        ),
        (
            "name}",
            Err("a brace has no other; write a known name between two"),
        ),
        (
            "} {name}",
            Err("a brace has no other; write a known name between two"),
        ),
    ] {
        let found = fill(template, &values).map_err(|error| error.to_string());
        assert_eq!(
            found.as_deref().map_err(String::as_str),
            expected,
            "{template}"
        );
    }
}
