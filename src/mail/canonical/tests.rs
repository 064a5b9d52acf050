use super::*;

#[test]
fn what_dovecot_makes_of_bytes() {
    for (bytes, expected) in [
        (&b""[..], &b""[..]),
        (b"a\r\nb\r\n", b"a\r\nb\r\n"),
        (b"a\nb", b"a\r\nb"),
        (b"\n\n", b"\r\n\r\n"),
        (b"a\rb\r\r\n", b"a\rb\r\r\n"),
        (b"\0\xff", b"\x80\xff"),
    ] {
        assert_eq!(canonical(bytes), expected, "{bytes:?}");
        assert_eq!(canonical(expected), expected);
    }
    assert!(matches!(canonical(b"a\r\n"), Cow::Borrowed(_)));
}

#[test]
fn pieces_hash_as_the_whole() {
    assert_eq!(
        digest_canonical([&b"ab"[..], b"c"]),
        digest_canonical([&b"abc"[..]])
    );
}
