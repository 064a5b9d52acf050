use proptest::prelude::*;

use super::Parametrised;

#[test]
fn parameters_are_read() {
    let cases: &[(&str, &str, &str, Option<&str>)] = &[
        ("text/plain", "text/plain", "charset", None),
        (
            "Text/Plain; Charset=\"UTF-8\"",
            "text/plain",
            "charset",
            Some("UTF-8"),
        ),
        (
            "text/plain;\r\n\tcharset=utf-8 (a comment; here)",
            "text/plain",
            "charset",
            Some("utf-8"),
        ),
        (
            "multipart/mixed; boundary=\"a;b\"; x=y",
            "multipart/mixed",
            "boundary",
            Some("a;b"),
        ),
        (
            "multipart/mixed; boundary=\"a;b\"; x=y",
            "multipart/mixed",
            "x",
            Some("y"),
        ),
        ("a/b; name=\"q\\\"uote\"", "a/b", "name", Some("q\"uote")),
        (
            "a/b; name=\"C:\\temp\\a.txt\"",
            "a/b",
            "name",
            Some("C:\\temp\\a.txt"),
        ),
        (
            "a/b; name=\"=?utf-8?Q?=C3=BC.pdf?=\"",
            "a/b",
            "name",
            Some("ü.pdf"),
        ),
        (
            "attachment; filename*=UTF-8''%C3%BC%20x.pdf",
            "attachment",
            "filename",
            Some("ü x.pdf"),
        ),
        (
            "attachment; filename*=iso-8859-1'de'%FC.pdf",
            "attachment",
            "filename",
            Some("ü.pdf"),
        ),
        (
            "attachment; filename=a.pdf; filename*=UTF-8''b.pdf",
            "attachment",
            "filename",
            Some("b.pdf"),
        ),
        (
            "attachment; filename*=UTF-8''b.pdf; filename=a.pdf",
            "attachment",
            "filename",
            Some("b.pdf"),
        ),
        (
            "attachment; filename*0=\"long \"; filename*1=\"name.pdf\"",
            "attachment",
            "filename",
            Some("long name.pdf"),
        ),
        (
            "attachment; filename*1*=%BC.pdf; filename*0*=utf-8''%C3",
            "attachment",
            "filename",
            Some("ü.pdf"),
        ),
        (
            "attachment; filename*0*=utf-8''%C3%BC; filename*1=\" plain%20\"",
            "attachment",
            "filename",
            Some("ü plain%20"),
        ),
        (
            "attachment; filename=a.pdf; filename=b.pdf",
            "attachment",
            "filename",
            Some("a.pdf"),
        ),
        (
            "attachment; filename=\"evil\r\n.exe\"",
            "attachment",
            "filename",
            Some("evil.exe"),
        ),
        (
            "attachment; filename*=utf-8''a%0D%0Ab%00c",
            "attachment",
            "filename",
            Some("a b c"),
        ),
        ("text/plain; charset", "text/plain", "charset", None),
        ("; charset=x", "", "charset", Some("x")),
        ("", "", "charset", None),
        (
            "text/plain; name=\"never closed; charset=x",
            "text/plain",
            "charset",
            None,
        ),
    ];
    for (field, value, name, expected) in cases {
        let parsed = Parametrised::parse(field.as_bytes());
        assert_eq!(parsed.value, *value, "{field}");
        assert_eq!(parsed.param(name), *expected, "{field}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(value in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Parametrised::parse(&value);
    }

    #[test]
    fn no_parameters_make_it_panic(value in "a/b(; ?(name|x)(\\*[0-9]{0,12})?\\*?=(\"|%|'|\\\\|[a-z0-9é]|utf-8''){0,9}){0,70}") {
        let parsed = Parametrised::parse(value.as_bytes());
        prop_assert!(parsed.params.iter().all(|(_, v)| v.len() <= super::PARAM_BYTES_MAX));
    }
}
