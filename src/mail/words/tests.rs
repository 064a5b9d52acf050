use proptest::prelude::*;

use super::{decode_text, to_utf8_words};
use crate::mail::transfer::decode_base64;

#[test]
fn header_text_is_decoded() {
    let cases: &[(&[u8], &str)] = &[
        (b"Hello", "Hello"),
        (b" Hello\r\n World ", "Hello World"),
        (b"=?utf-8?Q?Gr=C3=BC=C3=9Fe_an_alle?=", "Grüße an alle"),
        (b"=?UTF-8?B?R3LDvMOfZQ==?=", "Grüße"),
        (b"=?utf-8?B?R3LDvMOfZQ?=", "Grüße"),
        (b"=?iso-8859-1?q?a?= =?iso-8859-1?q?b?=", "ab"),
        (b"=?iso-8859-1?q?a?=\r\n =?utf-8?q?b?=", "ab"),
        (b"=?iso-8859-1?q?a?= c =?iso-8859-1?q?b?=", "a c b"),
        // One character over two words.
        (b"=?utf-8?Q?=C3?= =?utf-8?Q?=BC?=", "ü"),
        (b"=?utf-8?Q?Hello World?= !", "Hello World !"),
        (b"=?utf-8*de?Q?ja?=", "ja"),
        (b"=?x-unknown?Q?=E9t=E9?=", "été"),
        (b"=?iso-2022-jp?B?GyRCJU8lbRsoQg==?=", "ハロ"),
        (b"Gr\xfc\xdfe", "Grüße"),
        ("Grüße".as_bytes(), "Grüße"),
        (b"=?utf-8?Q?unfinished", "=?utf-8?Q?unfinished"),
        (b"=?utf-8?X?a?=", "=?utf-8?X?a?="),
        (b"=?=?=?", "=?=?=?"),
        (b"=?utf-8?Q?a=ZZ=4?=", "a=ZZ=4"),
        (b"=?utf-8?Q?a=0D=0ABcc:_x?=", "a Bcc: x"),
        (b"a\0b\x07c", "a b c"),
        ("abc\u{202e}fdp.exe".as_bytes(), "abcfdp.exe"),
        (b"", ""),
    ];
    for (value, expected) in cases {
        assert_eq!(
            decode_text(value),
            *expected,
            "{:?}",
            String::from_utf8_lossy(value)
        );
    }
}

#[test]
fn structured_values_keep_their_structure() {
    assert_eq!(to_utf8_words(b"\"A\" <a@x>"), "\"A\" <a@x>");
    assert_eq!(
        to_utf8_words(b"=?iso-8859-1?Q?J=F6rg?= <j@x>"),
        "=?utf-8?B?SsO2cmc=?= <j@x>"
    );
    assert_eq!(to_utf8_words(b"J\xf6rg <j@x>"), "Jörg <j@x>");
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(value in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = decode_text(&value);
        let _ = to_utf8_words(&value);
        let _ = decode_base64(&value);
    }

    #[test]
    fn words_of_any_kind_do_not_panic(value in "(=\\?|\\?=|\\?|utf-8|iso-2022-jp|[QqBb]|=|_| |\r\n|[a-zA-Z0-9+/é]){0,80}") {
        let text = decode_text(value.as_bytes());
        prop_assert!(!text.chars().any(char::is_control));
    }
}
