use super::*;

fn field(change: impl FnOnce(&mut Profile)) -> Option<&'static str> {
    let mut profile = Profile::default();
    change(&mut profile);
    match check(&profile) {
        Ok(()) => None,
        Err(ServiceError::Invalid { field, .. }) => Some(field),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn what_can_be_kept_is_bounded() {
    let own = |name: &str, signature: &str| AddressProfile {
        address: "sales@example.com".into(),
        name: name.into(),
        signature: signature.into(),
    };
    assert_eq!(field(|_| ()), None);
    assert_eq!(field(|p| p.name = "Änn Schmidt, Dr.".into()), None);
    assert_eq!(field(|p| p.name = "ä".repeat(NAME_CHARS_MAX)), None);
    assert_eq!(
        field(|p| p.name = "ä".repeat(NAME_CHARS_MAX + 1)),
        Some("name")
    );
    let away = |on, text: &str| {
        Some(Away {
            on,
            text: text.into(),
            ..Away::default()
        })
    };
    assert_eq!(field(|p| p.away = away(true, "Gone\nfishing")), None);
    assert_eq!(field(|p| p.away = away(false, "")), None);
    assert_eq!(field(|p| p.away = away(true, " ")), Some("away"));
    assert_eq!(field(|p| p.away = away(false, "a\0")), Some("away"));
    let wordy = "x".repeat(AWAY_CHARS_MAX + 1);
    assert_eq!(field(|p| p.away = away(false, &wordy)), Some("away"));
    let day = |begins| {
        Some(Day {
            text: String::new(),
            begins: crate::clock::Timestamp::from_secs(begins),
            ends: crate::clock::Timestamp::from_secs(begins + 1),
        })
    };
    let days = |from, until| {
        Some(Away {
            from: day(from),
            until: day(until),
            ..Away::default()
        })
    };
    assert_eq!(field(|p| p.away = days(1, 1)), None);
    assert_eq!(field(|p| p.away = days(2, 1)), Some("away_until"));
    let block = |one: &str| vec![one.to_owned()];
    for (one, expected) in [
        ("eve@x.example", None),
        ("@x.example", None),
        ("x.example", Some("blocked")),
        ("@", Some("blocked")),
        ("a\nb@x.example", Some("blocked")),
    ] {
        assert_eq!(field(|p| p.blocked = block(one)), expected, "{one:?}");
    }
    let many = vec!["eve@x.example".to_owned(); BLOCKED_MAX + 1];
    assert_eq!(field(|p| p.blocked.clone_from(&many)), Some("blocked"));
    assert_eq!(
        field(|p| p.name = "Ann\r\nBcc: x@y.example".into()),
        Some("name")
    );
    assert_eq!(field(|p| p.addresses = vec![own("a\nb", "")]), Some("name"));
    assert_eq!(field(|p| p.signature = "Ann\n\tSales".into()), None);
    assert_eq!(field(|p| p.signature = "Ann\0".into()), Some("signature"));
    let long = "x".repeat(SIGNATURE_CHARS_MAX + 1);
    assert_eq!(field(|p| p.signature = long.clone()), Some("signature"));
    assert_eq!(
        field(|p| p.addresses = vec![own("", &long)]),
        Some("signature")
    );
    assert_eq!(
        field(|p| p.language = "de; Path=/".into()),
        Some("language")
    );
    assert_eq!(field(|p| p.zone = "Europe/Berlin".into()), None);
    assert_eq!(field(|p| p.zone = "x".repeat(65)), Some("zone"));
    let many = vec!["a@b.example".to_owned(); IMAGES_FROM_MAX + 1];
    assert_eq!(field(|p| p.images_from = many), Some("images_from"));
}

#[test]
fn an_address_of_its_own_has_what_is_set_for_it_and_else_the_mailboxs() {
    let profile = Profile {
        name: "Ann".into(),
        signature: "Ann Schmidt".into(),
        addresses: vec![AddressProfile {
            address: "sales@example.com".into(),
            name: "Sales".into(),
            signature: String::new(),
        }],
        ..Profile::default()
    };
    let of = |address| (profile.name_for(address), profile.signature_for(address));
    assert_eq!(of("ann@example.com"), ("Ann", "Ann Schmidt"));
    assert_eq!(of("Sales@Example.com"), ("Sales", "Ann Schmidt"));
}
