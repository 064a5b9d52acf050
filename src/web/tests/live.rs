use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::{Request, StatusCode, header};
use futures_util::StreamExt;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::browser::Browser;
use super::{Site, letter, table};
use crate::route::Route;
use crate::web::Web;

const ANN: &str = "ann@example.com";

/// The stream of an open page.
struct Page(BodyDataStream);

impl Page {
    async fn open(browser: &Browser<'_>, web: &Web) -> Result<Self, StatusCode> {
        let cookies: Vec<_> = browser
            .cookies
            .iter()
            .map(|(k, v)| format!("{k}={v}"))
            .collect();
        let request = Request::get("/mail/events")
            .header(header::HOST, "lifeboat.example")
            .header(header::COOKIE, cookies.join("; "))
            .header(header::ACCEPT_ENCODING, "gzip")
            .body(Body::empty())
            .unwrap();
        let response = crate::web::router(web.clone())
            .oneshot(request)
            .await
            .unwrap();
        if response.status() != StatusCode::OK {
            return Err(response.status());
        }
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert!(response.headers().get("content-encoding").is_none());
        Ok(Self(response.into_body().into_data_stream()))
    }

    /// What comes next within the time that people are promised; `None` at the end.
    async fn next(&mut self) -> Option<serde_json::Value> {
        let next = tokio::time::timeout(Duration::from_secs(5), self.0.next());
        let bytes = next.await.expect("nothing was told")?.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let data = text.strip_prefix("data: ").unwrap();
        Some(serde_json::from_str(data).unwrap())
    }
}

#[tokio::test]
async fn an_open_page_learns_of_mail_and_of_the_service_and_ends_with_its_session() {
    let site = Site::new().await;
    let web = Web::new(site.service.clone());
    let mut ann = Browser::signed_in(&site, ANN).await;
    let mut page = Page::open(&ann, &web).await.unwrap();
    let first = page.next().await.unwrap();
    assert_eq!(
        (&first["account"], &first["unread"]),
        (&ANN.into(), &0.into())
    );

    site.deliver(
        "bob@example.com",
        &letter("x@x.example", "Not for Ann", "x"),
    )
    .await;
    let id = site
        .deliver(ANN, &letter("bob@x.example", "Invoice <1>", "Pay"))
        .await;
    let news = page.next().await.unwrap();
    assert_eq!(
        news["unread"], 1,
        "only what concerns the mailbox is told: {news}"
    );
    assert_eq!(news["newest"], serde_json::json!([id.0]));
    assert_eq!(news["texts"], serde_json::json!(["1 new message"]));
    assert_eq!(
        news["counts"]["/mail/inbox"],
        serde_json::json!(["1", "unread"])
    );
    assert!(!news.to_string().contains("Invoice"), "no content");

    ann.get(&format!("/mail/inbox/{id}")).await;
    assert_eq!(page.next().await.unwrap()["unread"], 0);

    site.service.routes.publish(table(Route::Primary));
    site.deliver(ANN, &letter("bob@x.example", "Late", "x"))
        .await;
    let back = page.next().await.unwrap();
    assert_ne!(back["mark"], news["mark"]);
    let banner = back["banner"].as_str().unwrap();
    assert!(
        banner.contains("Your usual mail is coming back."),
        "{banner}"
    );

    let inbox = ann.get("/mail/inbox").await;
    assert!(
        inbox.says(&format!("data-mark={}", back["mark"])),
        "{}",
        inbox.text()
    );
    assert!(inbox.says("<title>(1) Inbox"));
    ann.post("/logout", &[("csrf", &inbox.field("csrf"))]).await;
    site.deliver(ANN, &letter("bob@x.example", "After", "x"))
        .await;
    assert_eq!(page.next().await, None);
    assert_eq!(
        Page::open(&ann, &web).await.err(),
        Some(StatusCode::NO_CONTENT)
    );
}

#[tokio::test]
async fn open_pages_are_bounded_and_end_with_the_server() {
    let site = Site::new().await;
    let stop = CancellationToken::new();
    let web = Web::new(site.service.clone()).stopping(stop.clone());
    let ann = Browser::signed_in(&site, ANN).await;
    let mut pages = Vec::new();
    for _ in 0..crate::store::watching::WATCHES_PER_MAILBOX_MAX {
        pages.push(Page::open(&ann, &web).await.unwrap());
    }
    let refused = Page::open(&ann, &web).await.err();
    assert_eq!(refused, Some(StatusCode::NO_CONTENT));
    for page in &mut pages {
        page.next().await.unwrap();
    }
    stop.cancel();
    for page in &mut pages {
        assert_eq!(page.next().await, None);
    }
    drop(pages);
    assert!(
        Page::open(&ann, &web).await.is_ok(),
        "places are given back"
    );
}
