use super::*;

#[test]
fn webhooks_reach_the_public_internet_and_what_is_allowed_and_nothing_else() {
    let mut announce: Announce = toml::from_str("").unwrap();
    let check = |announce: &Announce, address: &str, port, is_tls, expected| {
        let found = announce.may_call(address.parse().unwrap(), port, is_tls);
        assert_eq!(found, expected, "{address} {port} {is_tls}");
    };
    check(&announce, "192.0.1.1", 443, true, true);
    check(&announce, "192.0.1.1", 8443, true, true);
    check(&announce, "192.0.1.1", 25, true, false);
    check(&announce, "192.0.1.1", 443, false, false);
    for inside in [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "::1",
        "::ffff:10.1.2.3",
        "fd00::1",
    ] {
        check(&announce, inside, 443, true, false);
    }
    announce.allowed_networks = vec!["10.1.0.0/16".parse().unwrap()];
    check(&announce, "10.1.2.3", 80, false, true);
    check(&announce, "::ffff:10.1.2.3", 443, true, true);
    check(&announce, "10.2.2.3", 443, true, false);
}
