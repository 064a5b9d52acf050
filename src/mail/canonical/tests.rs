use super::*;
use proptest::prelude::*;

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

proptest! {
    #[test]
    fn pieces_of_any_form_hash_as_the_whole(message in prop::collection::vec(prop::sample::select(b"\r\n\0ax".to_vec()), 0..40), cut in 0_usize..40) {
        let cut = cut.min(message.len());
        let (a, b) = message.split_at(cut);
        let whole = canonical(&message);
        let expected: [u8; 32] = Sha256::digest(&whole).into();
        prop_assert_eq!(digest(&[a, b]), expected);
        prop_assert_eq!(canonical_len(&[a, b]), whole.len() as u64);
        let again = canonical(&whole);
        prop_assert_eq!(again, whole.clone());
    }
}
