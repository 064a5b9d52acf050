//! The status page, the brand's words, and alerts in the console.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::browser::Browser;
use super::merges::manager;
use super::{NOW, Site};
use crate::failover::{Phase, State};
use crate::ids::{Epoch, OutageId, ResellerId};
use crate::service::Actor;
use crate::service::brands::{self, Brand};
use crate::service::words;
use crate::store::alerts::AlertRecord;
use crate::store::directory::{self, DomainRecord, MailboxRecord};
use crate::store::{StoreError, alerts, failover as kept};

const ANN: &str = "ann@example.com";

/// example.com with mailboxes on a1 is acme's; other.test, with a mailbox elsewhere, rival's.
async fn tenants(site: &Site) {
    let write = site.service.store.write(|tx| {
        for (domain, reseller) in [("example.com", "acme"), ("other.test", "rival")] {
            let record = DomainRecord {
                reseller: Some(reseller.parse().unwrap()),
            };
            directory::put_domain(tx, &domain.parse().unwrap(), &record)?;
        }
        let elsewhere = MailboxRecord {
            id: crate::ids::MailboxId::generate(),
            mailstore: "b1".parse().unwrap(),
            password_hash: None,
            name: None,
            aliases: Vec::new(),
        };
        directory::put_mailbox(tx, &"eve@other.test".parse().unwrap(), &elsewhere)
    });
    write.await.unwrap();
    for (reseller, host) in [("acme", "mail.example.com"), ("rival", "mail.other.test")] {
        let reseller: ResellerId = reseller.parse().unwrap();
        let brand = Brand {
            name: format!("{reseller} <Mail>"),
            hosts: vec![host.into()],
            help: "Call +49 30 1234567.".into(),
            texts: [("banner-outage".into(), "{name} is on it.".into())].into(),
            ..Brand::default()
        };
        let operator = Actor::System("test");
        brands::set(&site.service, &operator, Some(&reseller), brand)
            .await
            .unwrap();
    }
}

/// a1 is out since [`NOW`].
async fn fail(site: &Site) {
    let outage = OutageId::generate(NOW);
    let mut state = State::default();
    state.phase = Phase::Active {
        epoch: Epoch(1),
        since: NOW,
        outage,
        by_hand: false,
        healthy_since: None,
        guard: crate::failover::GuardCheck::Idle,
        blocked: None,
    };
    let open = crate::failover::Action::OpenOutage {
        outage,
        first_failed: NOW,
        epoch: Epoch(1),
    };
    let write = site.service.store.write(move |tx| {
        kept::record_step(
            tx,
            &"a1".parse().unwrap(),
            &state,
            std::slice::from_ref(&open),
        )
    });
    write.await.unwrap();
}

async fn get(
    site: &Site,
    host: &str,
    path: &str,
    known: Option<&str>,
) -> (StatusCode, String, String) {
    let mut request = Request::get(path).header("host", host);
    if let Some(tag) = known {
        request = request.header("if-none-match", tag);
    }
    let request = request.body(Body::empty()).unwrap();
    let response = site.router.clone().oneshot(request).await.unwrap();
    let (status, tag) = (
        response.status(),
        response.headers()["etag"].to_str().unwrap().to_owned(),
    );
    assert!(
        response.headers()["cache-control"]
            .to_str()
            .unwrap()
            .starts_with("public")
    );
    assert!(
        !response.headers().contains_key("set-cookie"),
        "nothing of a reader"
    );
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, tag, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn each_brand_has_a_status_page_that_tells_of_its_own_and_names_nobody() {
    let site = Site::new().await;
    tenants(&site).await;
    let at = |secs| std::time::Duration::from_secs(secs);
    let (_, tag, before) = get(&site, "mail.example.com", "/status.json", None).await;
    assert!(
        before.contains("\"status\":\"normal\"") && before.contains("acme <Mail>"),
        "{before}"
    );
    let (status, _, body) = get(&site, "mail.example.com", "/status.json", Some(&tag)).await;
    assert_eq!((status, body.as_str()), (StatusCode::NOT_MODIFIED, ""));
    fail(&site).await;
    let operator = Actor::System("test");
    words::set(
        &site.service,
        &operator,
        Some("a1".parse().unwrap()),
        "Back at 18:00 & later",
    )
    .await
    .unwrap();
    site.clock.advance(at(6));
    for (host, expected) in [
        ("mail.example.com:8080", "affected"),
        ("MAIL.other.test", "normal"),
        ("elsewhere.test", "affected"),
    ] {
        let (_, _, json) = get(&site, host, "/status.json", None).await;
        let document: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(document["status"], expected, "{host}: {json}");
        assert_eq!(document["updated"], "2026-11-22T14:00:06Z");
        let is_out = expected == "affected";
        assert_eq!(
            document["incidents"].as_array().unwrap().len(),
            usize::from(is_out),
            "{json}"
        );
        assert_eq!(
            document["notices"].as_array().unwrap().len(),
            usize::from(is_out),
            "{json}"
        );
        for secret in [
            "example.com",
            "other.test",
            "\"a1\"",
            "\"b1\"",
            "ann@",
            "rival",
        ] {
            let own = host.to_lowercase().contains("other") && secret == "rival";
            assert!(
                own || !json.contains(secret),
                "{host} tells of {secret}: {json}"
            );
        }
    }
    let (_, _, page) = get(&site, "mail.example.com", "/status", None).await;
    for part in [
        "acme &#60;Mail&#62;",
        "Outage",
        "Old mail is safe",
        "Back at 18:00 &#38; later",
        "+49 30 1234567",
        "2026-11-22T14:00:00Z",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let (_, _, feed) = get(&site, "mail.example.com", "/status.atom", None).await;
    for part in [
        "<feed xmlns=\"http://www.w3.org/2005/Atom\"",
        "<title>acme &lt;Mail&gt;: state of the mail service</title>",
        "<updated>2026-11-22T14:00:00Z</updated>",
        "Back at 18:00 &amp; later",
        ":began</id>",
    ] {
        assert!(feed.contains(part), "{part}: {feed}");
    }
}

#[tokio::test]
async fn the_brands_own_words_stand_in_the_banner_of_an_outage() {
    let site = Site::new().await;
    tenants(&site).await;
    fail(&site).await;
    let inbox = Browser::signed_in(&site, ANN)
        .await
        .get("/mail/inbox")
        .await;
    assert!(
        inbox.says("acme &#60;Mail&#62; is on it."),
        "{}",
        inbox.text()
    );
}

#[tokio::test]
async fn an_alert_is_taken_on_in_the_console() {
    let site = Site::new().await;
    let record = AlertRecord {
        text: "5 % <free>".into(),
        raised_at: NOW,
        told_at: NOW,
        told: 3,
        acknowledged: None,
    };
    let write = site
        .service
        .store
        .write(move |tx| alerts::put(tx, "disk", Some(&record)));
    let written: Result<(), StoreError> = write.await;
    written.unwrap();
    let mut reseller = manager(&site, Some("acme")).await;
    assert_eq!(reseller.get("/console/alerts").await.status, 404);
    let mut operator = manager(&site, None).await;
    assert!(
        operator
            .get("/console")
            .await
            .says("href=\"/console/alerts\"")
    );
    let page = operator.get("/console/alerts").await;
    assert!(
        page.says("5 % &#60;free&#62;") && page.says("Since 15:00, told 3 times"),
        "{}",
        page.text()
    );
    let csrf = page.field("csrf");
    let take = |note| [("csrf", csrf.as_str()), ("name", "disk"), ("note", note)];
    let refused = operator.post("/console/alerts", &take("")).await;
    assert!(refused.status == 422 && refused.says("Say what is being done"));
    let done = operator
        .post("/console/alerts", &take("A new disk is on its way"))
        .await;
    assert!(done.says("The alert is taken on.") && done.says("A new disk is on its way"));
    assert!(!done.says("name=\"note\""), "it is taken");
}
