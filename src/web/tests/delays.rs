//! The page of delay notices: the operator's, a reseller's, a domain's.

use super::Site;
use super::merges::manager;
use crate::store::StoreError;
use crate::store::directory::{self, DomainRecord};

async fn belongs_to(site: &Site, domain: &str, reseller: &str) {
    let domain = domain.parse().unwrap();
    let record = DomainRecord {
        reseller: Some(reseller.parse().unwrap()),
    };
    let put = site
        .service
        .store
        .write(move |tx| directory::put_domain(tx, &domain, &record));
    let put: Result<(), StoreError> = put.await;
    put.unwrap();
}

#[tokio::test]
async fn each_sets_it_for_their_own_and_the_narrower_holds() {
    let site = Site::new().await;
    belongs_to(&site, "example.com", "acme").await;
    let mut operator = manager(&site, None).await;
    let page = operator.get("/console/delays").await;
    assert!(page.says("All domains") && page.says("Senders are not told at present."));
    assert!(!page.says("as set for more domains"), "nothing is wider");
    let csrf = page.field("csrf");
    let set = |scope, hours, reason| {
        [
            ("csrf", csrf.as_str()),
            ("scope", scope),
            ("hours", hours),
            ("reason", reason),
        ]
    };
    let blank = operator
        .post("/console/delays", &set("all", "8", " "))
        .await;
    assert!(blank.status == 422 && blank.says("Enter a reason."));
    assert!(blank.says("value=\"8\" selected"), "the choice stays");
    let long = operator
        .post("/console/delays", &set("all", "121", "x"))
        .await;
    assert!(long.status == 422 && long.says("1 to 120 hours"));
    let saved = operator
        .post("/console/delays", &set("all", "8", "House rule"))
        .await;
    assert!(saved.says("Saved.") && saved.says("after 8 hours"));
    for (scope, status) in [("everything", 404), ("domain:nobody.example", 404)] {
        let refused = operator
            .post("/console/delays", &set(scope, "8", "x"))
            .await;
        assert_eq!(refused.status, status, "{scope}");
    }
    // What it would be by default, and what was found by its name.
    let found = operator.get("/console/delays?q=example.com").await;
    assert!(found.says("The domain example.com") && found.says("after 8 hours"));

    let mut reseller = manager(&site, Some("acme")).await;
    let page = reseller.get("/console/delays").await;
    assert!(page.says("All domains of acme") && page.says("told after 8 hours"));
    let csrf = page.field("csrf");
    let set = |scope, hours| {
        [
            ("csrf", csrf.as_str()),
            ("scope", scope),
            ("hours", hours),
            ("q", "example.com"),
            ("reason", "Asked for"),
        ]
    };
    let saved = reseller
        .post("/console/delays", &set("reseller:acme", "1"))
        .await;
    assert!(saved.says("told after one hour"), "{}", saved.text());
    let saved = reseller
        .post("/console/delays", &set("domain:example.com", "0"))
        .await;
    assert!(saved.says("Senders are not told at present."));
    let saved = reseller
        .post("/console/delays", &set("domain:example.com", ""))
        .await;
    assert!(!saved.says("Senders are not told at present."));
    for scope in ["all", "reseller:other", "domain:example.org"] {
        let refused = reseller.post("/console/delays", &set(scope, "1")).await;
        assert_eq!(refused.status, 404, "{scope}");
    }
}

#[tokio::test]
async fn users_are_told_where_there_is_a_sender_and_a_name_written_wrong_is_nobody() {
    let site = Site::new().await;
    belongs_to(&site, "example.com", "acme").await;
    let mut operator = manager(&site, None).await;
    let page = operator.get("/console/delays?q=example.com").await;
    assert!(page.says("Users are not written to at present."));
    let csrf = page.field("csrf");
    let set = |tell, reason| {
        [
            ("csrf", csrf.as_str()),
            ("what", "users"),
            ("scope", "domain:example.com"),
            ("q", "example.com"),
            ("tell", tell),
            ("language", "de"),
            ("reason", reason),
        ]
    };
    let refused = operator.post("/console/delays", &set("link", "x")).await;
    assert!(refused.status == 422 && refused.says("announce.mail_from"));
    let mut config = (*site.service.config.get()).clone();
    config.announce.mail_from = Some("service@ops.example".parse().unwrap());
    site.service.config.set(config);
    let blank = operator.post("/console/delays", &set("link", " ")).await;
    assert!(blank.status == 422 && blank.says("Enter a reason."));
    assert!(
        blank.says("value=\"link\" selected") && blank.says("value=\"de\" lang=\"de\" selected"),
        "the choice stays"
    );
    let saved = operator
        .post("/console/delays", &set("link", "Asked for"))
        .await;
    assert!(saved.says("Saved.") && saved.says("the letter says where to ask for a link"));
    let saved = operator
        .post("/console/delays", &set("", "Asked for"))
        .await;
    assert!(saved.says("Saved.") && saved.says("Users are not written to at present."));
    for wrong in ["exmaple.com", "exmaple", "acme2"] {
        let page = operator.get(&format!("/console/delays?q={wrong}")).await;
        assert!(page.says("There is no such domain"), "{wrong}");
    }
    let found = operator.get("/console/delays?q=acme").await;
    assert!(found.says("All domains of acme"));
}

#[tokio::test]
async fn what_is_not_theirs_is_not_there() {
    let site = Site::new().await;
    belongs_to(&site, "example.com", "acme").await;
    let mut other = manager(&site, Some("other")).await;
    for name in [
        "example.com",
        "acme",
        "nobody.example",
        "%22%3E%3Cscript%3E",
    ] {
        let page = other.get(&format!("/console/delays?q={name}")).await;
        assert!(
            page.status == 200 && page.says("There is no such domain"),
            "{name}"
        );
        assert!(!page.says("The domain") && !page.says("of acme") && !page.says("<script>"));
    }
}

#[tokio::test]
async fn the_words_are_looked_at_set_for_each_language_and_checked() {
    let site = Site::new().await;
    belongs_to(&site, "example.com", "acme").await;
    let mut acme = manager(&site, Some("acme")).await;
    let page = acme.get("/console/delays?q=example.com").await;
    let csrf = page.field("csrf");
    let words = |press, german, language, reason| {
        [
            ("csrf", csrf.as_str()),
            ("what", "words"),
            ("scope", "domain:example.com"),
            ("q", "example.com"),
            ("do", press),
            ("text-de", german),
            ("language", language),
            ("reason", reason),
        ]
    };
    let usual = acme
        .post("/console/delays", &words("preview", "", "", ""))
        .await;
    assert!(
        usual.says("<h4>Your message was received and is not read yet</h4>"),
        "{}",
        usual.text()
    );
    assert!(usual.says("ann@example.com"));
    let own = "Später\r\n\r\nAn {address} seit {time} <b>";
    let seen = acme
        .post("/console/delays", &words("preview", own, "de", ""))
        .await;
    assert!(seen.says("<h4>Später</h4>") && seen.says("An ann@example.com seit Sun, 22 Nov 2026"));
    assert!(
        seen.says("&#60;b&#62;") && seen.says("An {address} seit"),
        "what was written stays"
    );
    let again = acme.get("/console/delays?q=example.com").await;
    assert!(!again.says("Später"), "looking sets nothing");
    for (text, language, reason, said) in [
        (own, "de", " ", "Enter a reason."),
        ("Später\n\n{phone}", "de", "x", "{phone} is not known here"),
        ("Später", "de", "x", "write a line for the subject"),
        ("Später\n\n{address", "de", "x", "a brace has no other"),
        (own, "nl", "x", "write en, de, fr, es or ar"),
    ] {
        let refused = acme
            .post("/console/delays", &words("save", text, language, reason))
            .await;
        assert_eq!(refused.status, 422, "{text}");
        assert!(refused.says(said), "{said}: {}", refused.text());
    }
    // When they are told stays as it is.
    let hours = [
        ("csrf", csrf.as_str()),
        ("scope", "domain:example.com"),
        ("hours", "8"),
        ("reason", "x"),
    ];
    acme.post("/console/delays", &hours).await;
    let saved = acme
        .post("/console/delays", &words("save", own, "de", "ours"))
        .await;
    assert!(saved.says("Saved.") && saved.says("after 8 hours") && saved.says("Später"));
    let mut other = manager(&site, Some("rival")).await;
    let csrf = other.get("/console/delays").await.field("csrf");
    let mut theirs = words("save", "A\n\nb", "de", "x");
    theirs[0].1 = &csrf;
    assert_eq!(other.post("/console/delays", &theirs).await.status, 404);
    let held = site
        .service
        .store
        .read(|tx| crate::store::delay_words::of_domain(tx, &"example.com".parse().unwrap()));
    let held = held.unwrap();
    let (language, text) = held.choose(&[]);
    assert_eq!(
        (language.as_str(), text),
        ("de", own.replace("\r\n", "\n").as_str())
    );
}
