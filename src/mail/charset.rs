//! Bytes in a declared charset to text.
//!
//! Never fails: an unknown, missing or wrong charset is read as UTF-8 where the bytes are valid
//! UTF-8 and as windows-1252 otherwise, which is what mail without a right charset mostly is.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use super::contain::contained;

/// Names that mail uses and the WHATWG list lacks, with what they mean there.
const ALIASES: &[(&str, &str)] = &[
    ("1250", "windows-1250"),
    ("1251", "windows-1251"),
    ("1252", "windows-1252"),
    ("65001", "utf-8"),
    ("8859-1", "windows-1252"),
    ("ansi", "windows-1252"),
    ("cp-1252", "windows-1252"),
    ("cp65001", "utf-8"),
    ("cp874", "windows-874"),
    ("cp932", "shift_jis"),
    ("cp936", "gbk"),
    ("cp949", "euc-kr"),
    ("cp950", "big5"),
    ("eucjp", "euc-jp"),
    ("euckr", "euc-kr"),
    ("gb-2312", "gbk"),
    ("gb18030-2000", "gb18030"),
    ("gb2312-80", "gbk"),
    ("iso-2022-jp-1", "iso-2022-jp"),
    ("iso-2022-jp-2", "iso-2022-jp"),
    ("iso-2022-jp-3", "iso-2022-jp"),
    ("iso-2022-jp-ms", "iso-2022-jp"),
    ("cp50220", "iso-2022-jp"),
    ("cp50221", "iso-2022-jp"),
    ("ks-c-5601", "euc-kr"),
    ("latin-1", "windows-1252"),
    ("latin-2", "iso-8859-2"),
    ("latin-9", "iso-8859-15"),
    ("macroman", "macintosh"),
    ("ms932", "shift_jis"),
    ("ms936", "gbk"),
    ("ms949", "euc-kr"),
    ("ms950", "big5"),
    ("shift-jis-2004", "shift_jis"),
    ("utf-8mb4", "utf-8"),
    ("win-1250", "windows-1250"),
    ("win-1251", "windows-1251"),
    ("win-1252", "windows-1252"),
    ("win1251", "windows-1251"),
    ("windows1251", "windows-1251"),
    ("windows1252", "windows-1252"),
    ("windows-932", "shift_jis"),
    ("windows-936", "gbk"),
    ("windows-949", "euc-kr"),
    ("windows-950", "big5"),
];

/// Longest charset name that is looked at.
const LABEL_BYTES_MAX: usize = 40;

/// `bytes` as text. `label` is the declared charset, where there is one.
pub fn decode(label: Option<&str>, bytes: &[u8]) -> String {
    let Some(label) = label.and_then(known_label) else {
        return guess(bytes);
    };
    match encoding(&label) {
        // The label us-ascii means windows-1252 to a browser; in mail it often sits on UTF-8.
        Some(encoding) if encoding == UTF_8 || encoding == WINDOWS_1252 => guess(bytes),
        Some(encoding) => encoding.decode(bytes).0.into_owned(),
        None => rare(&label, bytes).unwrap_or_else(|| guess(bytes)),
    }
}

/// UTF-8 where valid, else windows-1252.
pub fn guess(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) if mostly_utf8(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Err(_) => WINDOWS_1252
            .decode_without_bom_handling(bytes)
            .0
            .into_owned(),
    }
}

/// The charset that HTML declares in its first kilobyte (`<meta charset=…>`).
pub fn in_html(html: &[u8]) -> Option<&str> {
    let start = html.get(..1024).unwrap_or(html);
    let lower = start.to_ascii_lowercase();
    let at = memchr::memmem::find(&lower, b"charset=")? + b"charset=".len();
    let value = start.get(at..)?.trim_ascii_start();
    let value = value.strip_prefix(b"\"").unwrap_or(value);
    let end = value
        .iter()
        .position(|b| !(b.is_ascii_alphanumeric() || b"-_:".contains(b)))?;
    std::str::from_utf8(value.get(..end)?).ok()
}

/// Whether the bytes are UTF-8 but for a few places, as after a cut inside a character.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().bytes().filter(|b| *b >= 0xC2).count();
        bad += chunk.invalid().len();
    }
    good > bad.saturating_mul(4)
}

fn known_label(label: &str) -> Option<String> {
    let label = label
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | '<' | '>'));
    (!label.is_empty() && label.len() <= LABEL_BYTES_MAX).then(|| label.to_ascii_lowercase())
}

fn encoding(label: &str) -> Option<&'static Encoding> {
    let find = |label: &str| Encoding::for_label_no_replacement(label.as_bytes());
    if let Some(encoding) = find(label) {
        return Some(encoding);
    }
    let plain = label.replace(['_', ' '], "-");
    let plain = plain.strip_prefix("x-").unwrap_or(&plain);
    ALIASES
        .iter()
        .find_map(|(alias, name)| (*alias == plain).then_some(*name))
        .and_then(find)
        .or_else(|| find(plain))
}

/// What encoding_rs leaves out and mail has: UTF-7 and the code pages of DOS.
fn rare(label: &str, bytes: &[u8]) -> Option<String> {
    let decoder = mail_parser::decoders::charsets::map::charset_decoder(label.as_bytes())?;
    contained(|| decoder(bytes)).filter(|text| !text.is_empty() || bytes.is_empty())
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn declared_unknown_and_wrong_charsets_are_read() {
        let cases: &[(Option<&str>, &[u8], &str)] = &[
            (None, b"plain", "plain"),
            (None, "Grüße".as_bytes(), "Grüße"),
            (None, b"Gr\xfc\xdfe", "Grüße"),
            (Some("us-ascii"), "Grüße".as_bytes(), "Grüße"),
            (Some("utf-8"), b"Gr\xfc\xdfe", "Grüße"),
            (Some("iso-8859-1"), b"\x80 5", "€ 5"),
            (Some("ISO-8859-15"), b"\xa4", "€"),
            (Some("x-unknown"), b"\xe9t\xe9", "été"),
            (Some("unknown-8bit"), b"\xe9", "é"),
            (Some("\"koi8-r\""), b"\xf0\xd2\xc9\xd7\xc5\xd4", "Привет"),
            (Some("win-1251"), b"\xcf\xf0", "Пр"),
            (Some("cp932"), b"\x83n", "ハ"),
            (Some("iso-2022-jp"), b"\x1b$B%O%m\x1b(B", "ハロ"),
            (Some("utf-7"), b"+ZYeB9FH6ckh5Pg-", "文致出版社"),
            (Some("ibm850"), b"\x81", "ü"),
            (Some("gb2312"), b"\xc4\xe3\xba\xc3", "你好"),
            (Some("utf-16le"), b"h\0i\0", "hi"),
            (Some(""), b"x", "x"),
        ];
        for (label, bytes, expected) in cases {
            assert_eq!(decode(*label, bytes), *expected, "{label:?} {bytes:?}");
        }
    }

    #[test]
    fn utf8_that_was_cut_stays_utf8() {
        let text = "Привет из Москвы";
        let cut = &text.as_bytes()[..text.len() - 1];
        assert!(decode(Some("utf-8"), cut).starts_with("Привет из Москв"));
    }
}
