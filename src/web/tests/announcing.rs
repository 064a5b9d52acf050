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
pub(super) async fn tenants(site: &Site) {
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

/// The address in the page's first link that leads below `start`.
fn link_below(page: &super::browser::Page, start: &str) -> String {
    let html = page.text();
    let rest = html.split(&format!("href=\"{start}")).nth(1).unwrap();
    format!("{start}{}", rest.split('"').next().unwrap())
}

#[tokio::test]
async fn a_reseller_has_webhooks_and_contacts_in_the_console() {
    let site = Site::new().await;
    tenants(&site).await;
    let mut acme = manager(&site, Some("acme")).await;
    let list = acme.get("/console/announce/webhooks").await;
    assert!(list.says("There are no webhooks yet.") && !list.says("drill.ended"));
    let csrf = list.field("csrf");
    let add = |to| {
        [
            ("csrf", csrf.as_str()),
            ("to", to),
            ("label", "<panel>"),
            ("event", "outage.began"),
        ]
    };
    let refused = acme
        .post("/console/announce/webhooks", &add("http://127.0.0.1/x"))
        .await;
    assert!(
        refused.status == 422 && refused.says("write https://"),
        "{}",
        refused.text()
    );
    assert!(
        refused.says("value=\"http://127.0.0.1/x\""),
        "what was written stays"
    );
    let made = acme
        .post(
            "/console/announce/webhooks",
            &add("https://hooks.example.net/a?b"),
        )
        .await;
    assert!(made.status == 201 && made.says("whsec_"), "{}", made.text());
    let here = link_below(
        &acme.get("/console/announce/webhooks").await,
        "/console/announce/webhooks/",
    );
    let one = acme.get(&here).await;
    assert!(!one.says("whsec_"), "the secret is shown once");
    assert!(one.says("value=\"outage.began\" checked") && one.says("&#60;panel&#62;"));
    let press = |button| [("csrf", csrf.as_str()), ("do", button)];
    let tested = acme.post(&here, &press("test")).await;
    assert!(
        tested.says("A test is on its way") && tested.says(">test</th>"),
        "{}",
        tested.text()
    );
    assert!(
        acme.post(&here, &press("off"))
            .await
            .says("It is switched off.")
    );
    let refused = acme.post(&here, &press("test")).await;
    assert!(refused.status == 422 && refused.says("switch it on first"));
    assert!(acme.post(&here, &press("secret")).await.says("whsec_"));
    for mut other in [manager(&site, Some("rival")).await] {
        let csrf = other.get("/console/announce/webhooks").await.field("csrf");
        assert_eq!(other.get(&here).await.status, 404);
        let theirs = [("csrf", csrf.as_str()), ("do", "remove")];
        assert_eq!(other.post(&here, &theirs).await.status, 404);
    }
    assert_eq!(
        acme.get(&here.replace("webhooks", "contacts")).await.status,
        404
    );
    assert_eq!(
        acme.post(&here, &[("csrf", "x"), ("do", "remove")])
            .await
            .status,
        403
    );
    assert!(
        acme.post(&here, &press("remove"))
            .await
            .says("It was removed.")
    );
    let contact = [("csrf", csrf.as_str()), ("to", "no address")];
    let refused = acme.post("/console/announce/contacts", &contact).await;
    assert!(refused.status == 422, "{}", refused.text());
    assert_eq!(acme.get("/console/announce/strangers").await.status, 404);
}

#[tokio::test]
async fn a_brand_is_shown_under_its_own_host_names() {
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\nnot looked into";
    let site = Site::new().await;
    tenants(&site).await;
    let mut acme = manager(&site, Some("acme")).await;
    let form = acme.get("/console/brand").await;
    let csrf = form.field("csrf");
    assert!(
        form.says("value=\"acme &#60;Mail&#62;\"") && form.says("mail.example.com"),
        "{}",
        form.text()
    );
    let written = |colour| {
        [
            ("csrf", csrf.as_str()),
            ("name", "Acme Mail"),
            ("hosts", "mail.example.com\r\n\r\n"),
            ("links", "https://help.example.net Ask us\r\n"),
            ("colour", colour),
            ("status-normal", "All is well at {name}."),
        ]
    };
    for (colour, file, kind, why) in [
        (
            "#ffcc00",
            PNG,
            "image/png",
            "and 4.5 are needed to be read; #",
        ),
        ("blue", PNG, "image/png", "write it as #rrggbb"),
        (
            "#7a0019",
            &b"<svg onload=alert(1)>"[..],
            "image/png",
            "a PNG, JPEG or WebP picture",
        ),
        (
            "#7a0019",
            &[0_u8; 200_000][..],
            "image/png",
            "at most 100 KB",
        ),
    ] {
        let files = [("l.png", kind, file)];
        let refused = acme
            .post_files("/console/brand", &written(colour), "logo", &files)
            .await;
        assert!(
            refused.status == 422 && refused.says(why),
            "{why}: {}",
            refused.text()
        );
        assert!(refused.says("value=\"Acme Mail\"") && refused.says("help.example.net Ask us"));
    }
    let files = [("l.png", "text/html", PNG)];
    let saved = acme
        .post_files("/console/brand", &written("#7A0019"), "logo", &files)
        .await;
    assert!(
        saved.says("The brand is saved.") && saved.says("value=\"#7a0019\""),
        "{}",
        saved.text()
    );
    let (_, _, page) = get(&site, "mail.example.com", "/status", None).await;
    for part in [
        "<title>State of the mail service – Acme Mail</title>",
        "alt=\"Acme Mail\"",
        "All is well at Acme Mail.",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let asked = |host: &'static str, path: String| {
        let request = Request::get(path).header("host", host).body(Body::empty());
        site.router.clone().oneshot(request.unwrap())
    };
    for (start, kind, begins) in [
        ("/brand/logo?v=", "image/png", &PNG[..8]),
        (
            "/brand/accent.css?v=",
            "text/css; charset=utf-8",
            b":root{--accent:#7a0019",
        ),
    ] {
        let at = page.find(start).unwrap();
        let path = page[at..].split('"').next().unwrap().to_owned();
        let response = asked("mail.example.com", path.clone()).await.unwrap();
        assert_eq!(response.headers()["content-type"], kind);
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert!(body.starts_with(begins), "{path}");
        let response = asked("mail.other.test", path).await.unwrap();
        assert_eq!(response.status(), 404, "another brand has none");
    }
    // Without a new picture the old one stays; it goes when that is asked for.
    let kept = acme
        .post_files("/console/brand", &written(""), "logo", &[])
        .await;
    assert!(kept.says("data:image/png;base64,"), "{}", kept.text());
    let fields = [&written("")[..], &[("no-logo", "1")]].concat();
    let gone = acme
        .post_files("/console/brand", &fields, "logo", &[])
        .await;
    assert!(!gone.says("data:image/png"));
    assert_eq!(acme.get("/console/brand?reseller=rival").await.status, 404);
    let theirs = [&written("")[..1], &[("hosts", "mail.other.test")]].concat();
    let refused = acme
        .post_files("/console/brand", &theirs, "logo", &[])
        .await;
    assert!(
        refused.status == 422 && refused.says("in none of your domains"),
        "{}",
        refused.text()
    );
    let mut operator = manager(&site, None).await;
    assert!(
        operator
            .get("/console/brand?reseller=rival")
            .await
            .says("rival &#60;Mail&#62;")
    );
}
