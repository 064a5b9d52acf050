//! A brand's help and links where users are in trouble, its words in several languages, and links under its name.

use axum::http::StatusCode;

use super::Site;
use super::announcing::tenants;
use super::browser::{Browser, Page};
use super::lists::manager_as;
use crate::ids::ResellerId;
use crate::service::Actor;
use crate::service::brands::{self, Brand, BrandLinkView};
use crate::store::access::Access;

const HOST: &str = "mail.example.com";
const ORIGIN: &str = "http://mail.example.com";
const HELP: &str = "Call +49 30 7654321.";

/// Acme's brand, with what `change` makes of it.
async fn acme(site: &Site, change: impl FnOnce(&mut Brand)) {
    let acme: ResellerId = "acme".parse().unwrap();
    let operator = Actor::System("test");
    let mut brand = brands::show(&site.service, &operator, Some(&acme)).unwrap();
    brand.help = HELP.into();
    change(&mut brand);
    let set = brands::set(&site.service, &operator, Some(&acme), brand).await;
    set.unwrap();
}

fn at<'s>(site: &'s Site, host: &'static str, origin: &'static str) -> Browser<'s> {
    let mut browser = Browser::new(site);
    (browser.host, browser.origin) = (host, Some(origin));
    browser
}

fn has_help(page: &Page) -> bool {
    let found = [HELP, "href=\"tel:+49307654321\""].map(|text| page.says(text));
    assert_eq!(found[0], found[1], "{}", page.text());
    found[0]
}

#[tokio::test]
async fn help_stands_wherever_a_user_of_the_brand_cannot_go_on() {
    let site = Site::new().await;
    tenants(&site).await;
    acme(&site, |brand| {
        brand.links = vec![BrandLinkView {
            text: "Call us".into(),
            url: "tel:+49307654321".into(),
        }];
    })
    .await;
    for (host, origin, is_shown) in [
        (HOST, ORIGIN, true),
        ("mail.other.test", "http://mail.other.test", false),
        ("lifeboat.example", "http://lifeboat.example", false),
    ] {
        let mut nobody = at(&site, host, origin);
        for path in [
            "/login",
            "/login/link?key=none",
            "/console/login",
            "/console/welcome?key=none",
            "/status",
            "/nowhere",
        ] {
            let page = nobody.get(path).await;
            let shown = page.says(HELP) && page.says("tel:+49307654321");
            assert_eq!(shown, is_shown, "{host}{path}: {}", page.text());
        }
        let wrong = [("address", "ann@example.com"), ("password", "wrong")];
        let refused = nobody.post("/login", &wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(has_help(&refused), is_shown, "{host}: refused");
        let mut last = refused;
        for _ in 0..40 {
            last = nobody.post("/login", &wrong).await;
        }
        assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(has_help(&last), is_shown, "{host}: locked out");
        let written = nobody
            .post_files("/mail/compose", &[("body", "long")], "files", &[])
            .await;
        assert!(written.says("Sign in again"));
        assert_eq!(has_help(&written), is_shown, "{host}: the session is over");
        site.clock.advance(std::time::Duration::from_secs(3600));
        let mut user = at(&site, host, origin);
        let right = [
            ("address", "bob@example.com"),
            ("password", "usual password"),
        ];
        user.post("/login", &right).await;
        let help = user.get("/mail/help").await;
        assert_eq!(help.status, StatusCode::OK);
        assert_eq!(has_help(&help), is_shown, "{host}: help");
        assert_eq!(has_help(&user.get("/mail/nowhere").await), is_shown);
    }
}

#[tokio::test]
async fn a_brand_without_a_name_is_called_as_the_product_is() {
    let site = Site::new().await;
    tenants(&site).await;
    acme(&site, |brand| brand.name = String::new()).await;
    let page = at(&site, HOST, ORIGIN).get("/login").await;
    assert!(
        page.says(">Lifeboat</span>") && page.says(HELP),
        "{}",
        page.text()
    );
}

#[tokio::test]
async fn what_users_read_is_in_their_language_where_the_brand_has_it() {
    let site = Site::new().await;
    tenants(&site).await;
    let mut owner = manager_as(&site, Some("acme"), Access::Owner).await;
    let german = owner.get("/console/brand?language=de").await;
    assert!(german.says("name=\"help.de\"") && german.says("name=\"banner-outage.de\""));
    assert!(
        !german.says("name=\"mail-outage-began"),
        "users do not read it"
    );
    let csrf = german.field("csrf");
    let written = [
        ("csrf", csrf.as_str()),
        ("language", "de"),
        ("name", "Acme"),
        ("hosts", HOST),
        ("help", HELP),
        ("help.de", "Rufen Sie an."),
        ("banner-outage.de", "{name} arbeitet daran."),
        ("status-normal.de", "Alles gut."),
    ];
    let saved = owner
        .post_files("/console/brand", &written, "logo", &[])
        .await;
    assert!(saved.says("The brand is saved."), "{}", saved.text());
    assert!(saved.path.contains("language=de") && saved.says("Rufen Sie an."));
    let all = owner.get("/console/brand").await;
    assert!(all.says("{name} is on it."), "the texts for all stay");

    let mut reader = at(&site, HOST, ORIGIN);
    let english = reader.get("/login").await;
    assert!(english.says(HELP) && !english.says("Rufen Sie an."));
    let german = reader.get("/login?language=de").await;
    assert!(
        german.says("Rufen Sie an.") && !german.says(HELP),
        "{}",
        german.text()
    );
    assert!(reader.get("/status").await.says("Alles gut."));
    let right = [
        ("address", "ann@example.com"),
        ("password", "usual password"),
    ];
    let inbox = reader.post("/login", &right).await;
    assert!(inbox.says("Acme arbeitet daran."), "{}", inbox.text());

    let wrong = [
        ("csrf", csrf.as_str()),
        ("language", "de"),
        ("banner-outage.de", "{phone}"),
    ];
    let refused = owner
        .post_files("/console/brand", &wrong, "logo", &[])
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.says("value=\"de\"") && refused.says("{phone}"));
}

#[tokio::test]
async fn links_lead_to_the_brands_own_host_name() {
    let site = Site::new().await;
    tenants(&site).await;
    let link = |page: &Page| {
        let html = page.text();
        let inside = html
            .split("id=\"link\"")
            .nth(1)
            .unwrap_or_else(|| panic!("{html}"));
        inside
            .split_once('>')
            .unwrap()
            .1
            .split('<')
            .next()
            .unwrap()
            .to_owned()
    };
    let mut desk = manager_as(&site, Some("acme"), Access::Owner).await;
    let csrf = desk.get("/console/help").await.field("csrf");
    let ask = [("csrf", csrf.as_str()), ("address", "ann@example.com")];
    let made = desk.post("/console/help", &ask).await;
    assert!(
        link(&made).starts_with("http://mail.example.com/login/link?key="),
        "{}",
        link(&made)
    );
    let eve = [
        ("csrf", csrf.as_str()),
        ("do", "add"),
        ("name", "Eve"),
        ("sign_in", "eve@acme.example"),
        ("access", "admin"),
    ];
    let entered = desk.post("/console/people", &eve).await;
    assert!(link(&entered).starts_with("http://mail.example.com/console/welcome?key="));

    acme(&site, |brand| brand.hosts.clear()).await;
    let made = desk.post("/console/help", &ask).await;
    assert!(
        link(&made).starts_with("http://lifeboat.example/login/link?key="),
        "{}",
        link(&made)
    );
}
