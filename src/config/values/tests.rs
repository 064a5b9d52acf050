use super::*;

#[test]
fn spans_are_read_and_shown() {
    for (text, millis) in [
        ("500ms", 500),
        ("90s", 90_000),
        ("15m", 900_000),
        ("12h", 43_200_000),
        ("30d", 2_592_000_000),
        ("0ms", 0),
    ] {
        let span: Span = text.parse().unwrap();
        assert_eq!(span.duration(), Duration::from_millis(millis), "{text}");
        assert_eq!(span.to_string(), text);
    }
    for text in [
        "",
        "5",
        "s",
        "-1s",
        "1.5h",
        "5 weeks",
        "999999999999999d",
        "40000d",
    ] {
        assert!(text.parse::<Span>().is_err(), "{text}");
    }
    assert_eq!("120s".parse::<Span>().unwrap().to_string(), "2m");
}

#[test]
fn sizes_are_read_and_shown() {
    for (text, bytes) in [
        ("1B", 1),
        ("64KB", 65_536),
        ("50MB", 52_428_800),
        ("2GB", 1 << 31),
    ] {
        let size: ByteSize = text.parse().unwrap();
        assert_eq!(size.bytes(), bytes, "{text}");
        assert_eq!(size.to_string(), text);
    }
    for text in ["", "5", "MB", "5 bytes", "99999999999TB", "5mb"] {
        assert!(text.parse::<ByteSize>().is_err(), "{text}");
    }
}

#[test]
fn networks_contain_their_addresses() {
    let check = |network: &str, address: &str, inside: bool| {
        let network: Network = network.parse().unwrap();
        assert_eq!(
            network.contains(address.parse().unwrap()),
            inside,
            "{network} {address}"
        );
    };
    check("10.0.0.0/8", "10.255.0.1", true);
    check("10.0.0.0/8", "11.0.0.1", false);
    check("10.0.0.0/8", "::ffff:10.1.2.3", true);
    check("127.0.0.1", "127.0.0.1", true);
    check("127.0.0.1", "127.0.0.2", false);
    check("0.0.0.0/0", "203.0.113.9", true);
    check("0.0.0.0/0", "2001:db8::1", false);
    check("2001:db8::/32", "2001:db8:5::1", true);
    check("::/0", "2001:db8:5::1", true);
    for text in ["", "10.0.0.0/33", "10.0.0/8", "x", "::/129"] {
        assert!(text.parse::<Network>().is_err(), "{text}");
    }
}
