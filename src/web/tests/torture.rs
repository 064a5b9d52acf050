use axum::http::StatusCode;

use super::Site;
use super::browser::Browser;
use crate::mail::view::tests::torture::messages;

const ANN: &str = "ann@example.com";

#[tokio::test]
async fn no_message_makes_an_error_page() {
    let site = Site::new().await;
    let mut ids = Vec::new();
    for (name, bytes) in messages() {
        ids.push((name, site.deliver_bytes(ANN, bytes.clone()).await, bytes));
    }
    let mut ann = Browser::signed_in(&site, ANN).await;
    assert_eq!(ann.get("/mail/inbox").await.status, StatusCode::OK);
    for (name, id, bytes) in ids {
        let here = format!("/mail/inbox/{id}");
        let page = ann.get(&here).await;
        assert_eq!(page.status, StatusCode::OK, "{name}");
        assert!(page.says(&format!("{here}/eml")), "{name} is offered raw");
        let text = page.text();
        let said = text.contains("class=\"mail-text\"")
            || text.contains("class=\"mail-frame\"")
            || text.contains("role=\"note\"")
            || text.contains("class=\"invite");
        assert!(
            said || text.contains("class=\"files\""),
            "{name} shows nothing: {text}"
        );
        let raw = ann.get(&format!("{here}/eml")).await;
        assert!(raw.body.ends_with(&bytes), "{name} is not as it came");
        for path in ["source", "html", "print", "zip"] {
            let page = ann.get(&format!("{here}/{path}")).await;
            assert_eq!(page.status, StatusCode::OK, "{name} {path}");
        }
        let links = text
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next());
        for link in links.filter(|link| link.starts_with(&format!("{here}/part/"))) {
            let file = ann.get(&link.replace("&#38;", "&")).await;
            assert_eq!(file.status, StatusCode::OK, "{name} {link}");
        }
        let reply = ann.get(&format!("/mail/compose?reply={id}")).await;
        assert_eq!(reply.status, StatusCode::OK, "{name}");
    }
}
