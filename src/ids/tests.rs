use super::*;

#[test]
fn addresses() {
    for (text, expected) in [
        ("ann@example.com", Some("ann@example.com")),
        ("Ann@Example.COM", Some("ann@example.com")),
        ("ann+x@example.com", Some("ann+x@example.com")),
        ("jörg@exämple.de", Some("jörg@exämple.de")),
        ("ann", None),
        ("@example.com", None),
        ("ann@", None),
        ("a nn@example.com", None),
        ("ann\0@example.com", None),
        ("ann@exa mple.com", None),
        ("ann@.example.com", None),
        ("ann@example..com", None),
        ("\"ann\"@example.com", None),
        ("a@b@example.com", None),
    ] {
        let got = text.parse::<Address>().ok();
        assert_eq!(got.as_ref().map(Address::as_str), expected, "{text:?}");
    }
    assert!(
        format!("{}@example.com", "a".repeat(65))
            .parse::<Address>()
            .is_err()
    );
}

#[test]
fn extension_is_cut() {
    for (text, delimiter, expected) in [
        ("ann+x@example.com", Some('+'), "ann@example.com"),
        ("ann+x+y@example.com", Some('+'), "ann@example.com"),
        ("+ann@example.com", Some('+'), "+ann@example.com"),
        ("ann+x@example.com", None, "ann+x@example.com"),
    ] {
        let address: Address = text.parse().unwrap();
        assert_eq!(address.without_extension(delimiter).as_str(), expected);
    }
}

#[test]
fn timed_ids_sort_by_time_and_round_trip() {
    let early = IngestId::generate(Timestamp::from_secs(1_000));
    let late = IngestId::generate(Timestamp::from_secs(2_000));
    assert!(early < late);
    assert_eq!(late.to_string().parse::<IngestId>().unwrap(), late);
    assert!("xyz".parse::<IngestId>().is_err());
    assert!(
        "+0000000000000000000000000000000"
            .parse::<IngestId>()
            .is_err()
    );
}

/// What is kept is the lower case, so that is what is checked: a record that was written can be read again.
#[test]
fn what_grows_in_lower_case_is_checked_as_it_is_kept() {
    assert!("İ.example".parse::<DomainName>().is_err());
    assert!("ann@İ.example".parse::<Address>().is_err());
    let local = format!("{}İ", "a".repeat(62));
    assert!(format!("{local}@example.com").parse::<Address>().is_err());
    let fits: Address = format!("{}@example.com", &local[1..]).parse().unwrap();
    assert_eq!(fits.as_str().parse::<Address>().unwrap(), fits);
}
