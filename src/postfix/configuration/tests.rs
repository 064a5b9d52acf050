//! The pieces of Postfix's configuration.

use super::*;

#[test]
fn names_what_postfix_needs() {
    let dir = tempfile::tempdir().unwrap();
    let password = dir.path().join("password");
    std::fs::write(&password, "secret\n").unwrap();
    let text = crate::config::example()
        .replace("/etc/lifeboat/a1.password", &password.display().to_string());
    let config = Config::parse(&text, dir.path()).unwrap().config;
    let pieces = configuration(&config, &Asked::Server);
    for needed in [
        "transport_maps = socketmap:inet:127.0.0.1:8025:transport,",
        "relay_recipient_maps = $relay_recipient_maps_of_yours, socketmap:inet:127.0.0.1:8025:recipient",
        "defer_transports = lifeboat-queue\n",
        "lmtp-a1  unix",
        "lifeboat-queue  unix",
        "recipient_delimiter = +",
    ] {
        assert!(pieces.contains(needed), "{needed} is missing in\n{pieces}");
    }
    let pieces = configuration(&config, &Asked::Agent("lifeboat/route".to_owned()));
    for needed in [
        "transport_maps = socketmap:unix:lifeboat/route:transport,",
        "$relay_recipient_maps_of_yours, socketmap:unix:lifeboat/route:recipient",
        "lifeboat route-agent --listen unix:$queue_directory/lifeboat/route",
    ] {
        assert!(pieces.contains(needed), "{needed} is missing in\n{pieces}");
    }
}
