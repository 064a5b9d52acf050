use super::*;

#[test]
fn attributes() {
    let said =
        parse(b"NAME=spike.example ADDR=168.100.189.2 PORT=2525 PROTO=ESMTP HELO=spike").unwrap();
    assert_eq!(said.address, "168.100.189.2".parse().ok());
    assert_eq!(said.port, Some(2525));
    assert_eq!(said.helo.as_deref(), Some("spike"));
    let said = parse(b"addr=IPv6:2001:db8::1 helo=a+2Bb").unwrap();
    assert_eq!(said.address, "2001:db8::1".parse().ok());
    assert_eq!(said.helo.as_deref(), Some("a+b"));
    assert_eq!(
        parse(b"NAME=[UNAVAILABLE] ADDR=[UNAVAILABLE] HELO=[TEMPUNAVAIL]"),
        Some(Xclient {
            address: "0.0.0.0".parse().ok(),
            ..Xclient::default()
        })
    );
}

#[test]
fn what_is_not_in_the_document() {
    for wrong in [
        &b""[..],
        b"ADDR",
        b"ADDR=",
        b"ADDR=1.2.3",
        b"ADDR=spike.example",
        b"ADDR=IPV6:192.0.2.1.5",
        b"PORT=70000",
        b"HELO=a+0D+0Ab",
        b"COLOUR=red",
        b"HELO=\xff",
    ] {
        assert_eq!(parse(wrong), None, "{}", String::from_utf8_lossy(wrong));
    }
}
