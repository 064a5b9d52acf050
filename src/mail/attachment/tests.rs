use proptest::prelude::*;

use super::{FILE_NAME_BYTES_MAX, Preview, preview, safe_file_name};

#[test]
fn file_names_are_safe() {
    let cases: &[(Option<&str>, &str)] = &[
        (Some("report.pdf"), "report.pdf"),
        (Some("Größe 2.pdf"), "Größe 2.pdf"),
        (Some("../../etc/passwd"), "passwd"),
        (Some("..\\..\\boot.ini"), "boot.ini"),
        (Some("C:\\Users\\a\\x.doc"), "x.doc"),
        (Some(".bashrc"), "bashrc"),
        (Some("..."), "part-3.png"),
        (Some(""), "part-3.png"),
        (None, "part-3.png"),
        (Some("a\r\nSet-Cookie: x=1"), "a Set-Cookie_ x=1"),
        (Some("a\"; filename=\"b.exe"), "a__ filename=_b.exe"),
        (
            Some("<img src=x onerror=alert(1)>.png"),
            "_img src=x onerror=alert(1)_.png",
        ),
        (Some("invoice\u{202e}fdp.exe"), "invoicefdp.exe"),
        (Some("nul.txt"), "_nul.txt"),
        (Some("COM1"), "_COM1"),
        (Some("a\0b.txt"), "a b.txt"),
        (Some("x.txt. . "), "x.txt"),
        (Some("%2e%2e%2fx"), "_2e_2e_2fx"),
    ];
    for (name, expected) in cases {
        assert_eq!(safe_file_name(*name, 3, "image/png"), *expected, "{name:?}");
    }
    let long = safe_file_name(Some(&format!("{}.docx", "ü".repeat(300))), 0, "");
    assert!(long.ends_with(".docx") && long.len() <= FILE_NAME_BYTES_MAX);
}

#[test]
fn only_raster_images_and_pdf_are_shown() {
    for hostile in [
        "image/svg+xml",
        "text/html",
        "text/xml",
        "application/xhtml+xml",
        "image/png;x",
        "",
        "image/jpeg, text/html",
    ] {
        assert_eq!(preview(hostile), Preview::DownloadOnly, "{hostile}");
    }
    assert_eq!(preview("image/jpg"), Preview::Image("image/jpeg"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_name_escapes(name in any::<String>()) {
        let safe = safe_file_name(Some(&name), 1, "text/plain");
        prop_assert!(!safe.is_empty() && safe.len() <= FILE_NAME_BYTES_MAX + 8);
        let has_special = safe.contains(['/', '\\', '"', '<', '\r', '\n', '\0']);
        prop_assert!(!has_special);
        prop_assert!(!safe.starts_with('.'));
    }
}
