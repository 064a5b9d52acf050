use super::*;

#[test]
fn who_is_held() {
    let at = |route, level| Decided { route, level };
    for (decided, in_danger, is_released, held) in [
        // All is well.
        (at(Route::Primary, Level::Mailstore), false, true, Held::No),
        // Its mail goes here.
        (
            at(Route::Standby, Level::Mailstore),
            false,
            true,
            Held::WhileAway,
        ),
        (
            at(Route::Standby, Level::Domain),
            false,
            true,
            Held::WhileAway,
        ),
        (
            at(Route::Standby, Level::Raising),
            true,
            true,
            Held::WhileAway,
        ),
        // The mailstore is back: one after the other.
        (
            at(Route::Primary, Level::Mailstore),
            false,
            false,
            Held::UntilReleased,
        ),
        // It opted out of failover: it never left.
        (at(Route::Primary, Level::Mailbox), false, false, Held::No),
        // Mail waits in the MX: the mailbox can be read where it is …
        (at(Route::Queue, Level::Mailstore), false, true, Held::No),
        (at(Route::Queue, Level::Domain), false, true, Held::No),
        // … unless it is another one, or its UIDs were not raised, whatever was ordered for its mail.
        (at(Route::Queue, Level::Safety), true, true, Held::WhileAway),
        (
            at(Route::Queue, Level::Mailstore),
            true,
            true,
            Held::WhileAway,
        ),
        (
            at(Route::Primary, Level::Mailstore),
            true,
            true,
            Held::WhileAway,
        ),
        (at(Route::Unknown, Level::Nothing), false, true, Held::No),
    ] {
        assert_eq!(
            decide(decided, in_danger, is_released),
            held,
            "{decided:?} {in_danger} {is_released}"
        );
    }
}

#[test]
fn keys_of_dovecot() {
    for (key, expected) in [
        (
            "passdb/imap/ann@example.com",
            Some((HoldProtocol::Imap, "ann@example.com")),
        ),
        (
            "passdb/pop3/a\\|b@example.com",
            Some((HoldProtocol::Pop3, "a/b@example.com")),
        ),
        ("passdb/lmtp/ann@example.com", None),
        ("passdb/doveadm/ann@example.com", None),
        ("passdb/imap/ann", None),
        ("userdb/imap/ann@example.com", None),
        ("passdb/imap/", None),
        ("", None),
    ] {
        let found = parse(key);
        let expected = expected.map(|(protocol, user)| (protocol, user.parse().unwrap()));
        assert_eq!(found, expected, "{key}");
    }
}

#[test]
fn the_fields_send_a_proxy_to_the_listener_without_the_password() {
    for (tls, field) in [
        (Tls::Off, None),
        (Tls::Starttls, Some("starttls")),
        (Tls::Implicit, Some("ssl")),
    ] {
        let place = Place {
            address: "10.0.0.9".parse().unwrap(),
            port: 1143,
            tls,
        };
        let fields: serde_json::Value = serde_json::from_str(&fields(&place)).unwrap();
        assert_eq!(fields["host"], "10.0.0.9");
        assert_eq!(fields["port"], "1143");
        assert_eq!(fields["proxy"], "y");
        assert_eq!(fields["pass"], "held");
        for name in ["ssl", "starttls"] {
            let said = fields.get(name).and_then(|value| value.as_str());
            assert_eq!(said, (field == Some(name)).then_some("any-cert"));
        }
    }
}
