use super::*;

#[test]
fn only_local_paths_are_followed() {
    for path in [
        "/mail/inbox",
        "/mail/search?q=a%20b",
        "/mail/inbox/7?view=text",
    ] {
        assert_eq!(local_path(path), Some(path));
    }
    for path in [
        "",
        "/",
        "//evil.example",
        "/mail//evil.example",
        "https://evil.example/mail/",
        "/mailx",
        "/mail/../console",
        "/mail/\r\nSet-Cookie: a=b",
        "/mail/ x",
        "/mail/\\x",
    ] {
        assert_eq!(local_path(path), None, "{path}");
    }
}

#[test]
fn cookies_are_found_by_name() {
    let mut headers = HeaderMap::new();
    headers.append(
        header::COOKIE,
        HeaderValue::from_static("a=1; lifeboat=x=y; b="),
    );
    headers.append(
        header::COOKIE,
        HeaderValue::from_static("zone=Europe%2FBerlin"),
    );
    assert_eq!(cookie(&headers, "lifeboat"), Some("x=y"));
    assert_eq!(cookie(&headers, "zone"), Some("Europe%2FBerlin"));
    assert_eq!(cookie(&headers, "life"), None);
}
