use axum::http::{Method, StatusCode};

use super::Site;
use super::browser::Browser;

const ANN: &str = "ann@example.com";

const NEWS: &str = "From: News <news@shop.example>\nTo: ann@example.com\nSubject: Sale\n\
     Content-Type: text/html\n\n<p>Hello</p><img src=\"http://127.0.0.1:9/pixel.gif?u=1&amp;v=2\">\n\
     <table background='https://shop.example/b.png'><tr><td>x</td></tr></table>\n";

/// The first address in a page that starts so.
fn address(html: &str, start: &str) -> String {
    let at = html
        .find(start)
        .unwrap_or_else(|| panic!("{start} in {html}"));
    let rest = &html[at..];
    let end = rest.find(['"', '#']).unwrap();
    rest[..end].replace("&amp;", "&").replace("&#38;", "&")
}

#[tokio::test]
async fn pictures_are_shown_when_the_reader_asks_and_to_nobody_else() {
    let site = Site::new().await;
    let id = site.deliver(ANN, NEWS).await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let page = ann.get(&format!("/mail/inbox/{id}")).await;
    assert!(page.says("Pictures from the internet are not shown"));
    assert!(page.says("Always show pictures from news@shop.example"));
    let frame = ann.get(&format!("/mail/inbox/{id}/html")).await;
    assert!(
        !frame.says("127.0.0.1") && !frame.says("/mail/image"),
        "{}",
        frame.text()
    );
    for forged in ["1", "x", ""] {
        let frame = ann
            .get(&format!("/mail/inbox/{id}/html?images={forged}"))
            .await;
        assert!(
            !frame.says("/mail/image"),
            "a link in a mail cannot ask for them"
        );
    }

    let show = address(&page.text(), &format!("/mail/inbox/{id}?images="));
    let page = ann.get(&show).await;
    assert!(!page.says("Pictures from the internet"));
    let frame = ann
        .get(&address(
            &page.text(),
            &format!("/mail/inbox/{id}/html?images="),
        ))
        .await;
    let text = frame.text();
    assert!(
        !text.contains("src=\"http") && !text.contains("background=\"http"),
        "{text}"
    );
    assert_eq!(text.matches("/mail/image?s=").count(), 2, "{text}");
    assert!(
        frame
            .header("content-security-policy")
            .contains("img-src 'self' data:")
    );

    let picture = address(&text, "/mail/image?s=");
    let get = async |browser: &mut Browser<'_>, path: &str| {
        browser.once(Method::GET, path, "", Vec::new()).await.status
    };
    assert_eq!(
        get(&mut ann, &picture).await,
        StatusCode::FORBIDDEN,
        "nothing inside is called"
    );
    let other = picture.replace("pixel", "other");
    assert_eq!(
        get(&mut ann, &other).await,
        StatusCode::NOT_FOUND,
        "only what the mail names"
    );
    let mut bob = Browser::signed_in(&site, "bob@example.com").await;
    assert_eq!(
        get(&mut bob, &picture).await,
        StatusCode::NOT_FOUND,
        "of another session"
    );
    let mut nobody = Browser::new(&site);
    assert_eq!(get(&mut nobody, &picture).await, StatusCode::SEE_OTHER);

    let page = ann.get(&format!("/mail/inbox/{id}")).await;
    assert!(
        page.says("Pictures from the internet"),
        "asked for once, not for good"
    );
    let (csrf, back) = (page.field("csrf"), format!("/mail/inbox/{id}"));
    let fields = [
        ("csrf", csrf.as_str()),
        ("id", &id.to_string()),
        ("back", &back),
    ];
    let page = ann.post("/mail/images", &fields).await;
    assert!(page.says("Pictures from this sender are shown from now on."));
    assert!(!page.says("Pictures from the internet"));
    let frame = ann.get(&format!("/mail/inbox/{id}/html")).await;
    assert!(frame.says("/mail/image?s="));
}
