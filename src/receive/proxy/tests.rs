use super::*;

fn fixed(version_command: u8, family: u8, length: u16) -> [u8; FIXED_OCTETS] {
    let mut header = [0; FIXED_OCTETS];
    header[..12].copy_from_slice(SIGNATURE);
    header[12] = version_command;
    header[13] = family;
    header[14..].copy_from_slice(&length.to_be_bytes());
    header
}

#[test]
fn clients() {
    let mut v4 = vec![192, 0, 2, 7, 198, 51, 100, 1];
    v4.extend_from_slice(&40_000_u16.to_be_bytes());
    v4.extend_from_slice(&25_u16.to_be_bytes());
    let header = fixed(0x21, 0x11, 12);
    assert_eq!(rest_octets(&header), Ok(12));
    let client = |text: &str| Ok(Said::Client(text.parse().unwrap()));
    assert_eq!(parse(&header, &v4), client("192.0.2.7:40000"));
    // Additions after the addresses are passed over.
    v4.extend_from_slice(&[3, 0, 1, 9]);
    assert_eq!(
        parse(&fixed(0x21, 0x11, 16), &v4),
        client("192.0.2.7:40000")
    );
    let source: Ipv6Addr = "2001:db8::7".parse().unwrap();
    let mut v6 = source.octets().to_vec();
    v6.extend_from_slice(&[0; 16]);
    v6.extend_from_slice(&[0x9c, 0x40, 0, 25]);
    assert_eq!(
        parse(&fixed(0x21, 0x21, 36), &v6),
        client("[2001:db8::7]:40000")
    );
    assert_eq!(parse(&fixed(0x20, 0, 0), &[]), Ok(Said::Local));
    assert_eq!(parse(&fixed(0x21, 0, 0), &[]), Ok(Said::Unknown));
    assert_eq!(parse(&fixed(0x21, 0x31, 216), &[0; 216]), Ok(Said::Unknown));
}

#[test]
fn what_is_none() {
    for wrong in [
        fixed(0x11, 0x11, 12),
        fixed(0x21, 0x11, 2049),
        *b"PROXY TCP4 192.0",
        *b"EHLO spammer\r\nMA",
    ] {
        assert_eq!(rest_octets(&wrong), Err(NotProxy));
    }
    assert_eq!(parse(&fixed(0x22, 0x11, 12), &[0; 12]), Err(NotProxy));
    assert_eq!(parse(&fixed(0x21, 0x11, 4), &[192, 0, 2, 7]), Err(NotProxy));
    assert_eq!(parse(&fixed(0x21, 0x21, 12), &[0; 12]), Err(NotProxy));
}
