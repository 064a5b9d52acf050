use std::path::Path;

use super::*;
use crate::config::Config;

#[test]
fn only_trusted_proxies_say_who_the_client_is() {
    let config = |trusted: &str| {
        let text = format!(
            "[store]\npath = \"/x\"\n[http]\nlisten = \"127.0.0.1:1\"\npublic_url = \"http://h\"\n\
             trusted_proxies = {trusted}\n[lmtp]\nlisten = \"127.0.0.1:2\"\n\
             advertise = \"127.0.0.1:2\"\n[socketmap]\nlisten = \"127.0.0.1:3\"\n"
        );
        SharedConfig::new(Config::parse(&text, Path::new("x")).unwrap().config)
    };
    let check = |trusted: &str, peer: Option<&str>, forwarded: &[&str], expected: Option<&str>| {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let peer = peer.map(|peer| peer.parse().unwrap());
        assert_eq!(
            client(&config(trusted), peer, &headers),
            expected.map(|expected| expected.parse().unwrap()),
            "{trusted} {peer:?} {forwarded:?}"
        );
    };
    check("[]", Some("192.0.2.1"), &["203.0.113.5"], Some("192.0.2.1"));
    let proxy = "[\"192.0.2.0/24\"]";
    check(
        proxy,
        Some("192.0.2.1"),
        &["203.0.113.5"],
        Some("203.0.113.5"),
    );
    check(
        proxy,
        Some("192.0.2.1"),
        &["6.6.6.6, 203.0.113.5"],
        Some("203.0.113.5"),
    );
    check(
        proxy,
        Some("192.0.2.1"),
        &["203.0.113.5", "192.0.2.7"],
        Some("203.0.113.5"),
    );
    check(
        proxy,
        Some("192.0.2.1"),
        &["6.6.6.6, junk"],
        Some("192.0.2.1"),
    );
    check(
        proxy,
        Some("198.51.100.1"),
        &["203.0.113.5"],
        Some("198.51.100.1"),
    );
    check("[]", None, &["6.6.6.6, 203.0.113.5"], Some("203.0.113.5"));
    check("[]", None, &[], None);
}
