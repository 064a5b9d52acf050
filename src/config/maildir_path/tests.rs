use super::*;

#[test]
fn paths() {
    for (template, address, expected) in [
        (
            "/mnt/a1/%d/%n/Maildir",
            "ann@example.com",
            Some("/mnt/a1/example.com/ann/Maildir"),
        ),
        ("/mnt/%u", "Ann@Example.com", Some("/mnt/ann@example.com")),
        ("/m/100%%/%n", "ann@example.com", Some("/m/100%/ann")),
        ("/mnt/%d/%n", "../etc@example.com", None),
        ("/mnt/%d/%n", "a/b@example.com", None),
        ("/mnt/%u/Maildir", ".x@example.com", None),
    ] {
        let template: MaildirPath = template.parse().unwrap();
        let address: Address = address.parse().unwrap();
        assert_eq!(
            template.of(&address),
            expected.map(PathBuf::from),
            "{template} {address}"
        );
    }
    for wrong in [
        "",
        "mnt/%u",
        "/mnt/%d/Maildir",
        "/mnt/../%u",
        "/mnt/%h",
        "/mnt/%u/%",
        "/mnt/%1n",
    ] {
        assert!(wrong.parse::<MaildirPath>().is_err(), "{wrong}");
    }
}

#[test]
fn what_lies_above_all() {
    for (template, expected) in [
        ("/mnt/a1/%d/%n/Maildir", "/mnt/a1"),
        ("/mnt/a1/mail-%n", "/mnt/a1"),
        ("/%u", "/"),
    ] {
        let template: MaildirPath = template.parse().unwrap();
        assert_eq!(template.above_all(), PathBuf::from(expected));
    }
    assert!(
        !"/m/%n"
            .parse::<MaildirPath>()
            .unwrap()
            .tells_domains_apart()
    );
}
