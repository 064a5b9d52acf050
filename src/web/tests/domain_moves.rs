//! The console's page that moves domains to another reseller.

use super::Site;
use super::browser::{Browser, Page};
use super::lists::{belongs_to, manager_as};
use crate::store::access::Access;
use crate::store::directory;

const PATH: &str = "/console/domain-moves";

async fn send(browser: &mut Browser<'_>, fields: &[(&str, &str)]) -> Page {
    let csrf = browser.get(PATH).await.field("csrf");
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend_from_slice(fields);
    browser.post(PATH, &all).await
}

fn owner(site: &Site, domain: &str) -> Option<String> {
    let domain = domain.parse().unwrap();
    let record = site.service.store.read(|tx| directory::domain(tx, &domain));
    let owner = record.unwrap().and_then(|record| record.reseller);
    owner.map(|owner| owner.to_string())
}

#[tokio::test]
async fn a_domain_is_looked_at_counted_and_moved_with_a_reason() {
    let site = Site::new().await;
    belongs_to(&site, "many.example", "acme").await;
    for n in 0..101 {
        site.provision(&format!("u{n:03}@many.example"), "U", &[])
            .await;
    }
    let mut operator = manager_as(&site, None, Access::Owner).await;
    assert!(operator.get("/console/domains").await.says(PATH));
    let of = [
        ("domains", " many.example "),
        ("from", "acme"),
        ("to", "bolt"),
    ];
    let with = |more: &[(&'static str, &'static str)]| {
        let mut fields = of.to_vec();
        fields.extend_from_slice(more);
        fields
    };
    let looked = send(&mut operator, &with(&[("do", "look")])).await;
    assert_eq!(looked.status, 200, "{}", looked.text());
    assert!(looked.says("From acme to bolt: many.example") && looked.says("go along: 101"));
    assert!(looked.says("id=\"count\"") && looked.says("Nothing has happened yet"));
    assert_eq!(owner(&site, "many.example").as_deref(), Some("acme"));

    for (more, said) in [
        (&[("do", "move"), ("reason", "sold")][..], "not the number"),
        (
            &[("do", "move"), ("reason", "sold"), ("count", "100")],
            "not the number",
        ),
        (
            &[("do", "move"), ("reason", " "), ("count", "101")],
            "Enter a reason.",
        ),
    ] {
        let refused = send(&mut operator, &with(more)).await;
        assert!(
            refused.status == 422 && refused.says(said),
            "{}",
            refused.text()
        );
        assert_eq!(
            owner(&site, "many.example").as_deref(),
            Some("acme"),
            "{more:?}"
        );
    }
    for (domains, from) in [
        ("none.example", "acme"),
        ("many.example", "rival"),
        ("..", "acme"),
        ("", "acme"),
    ] {
        let fields = [
            ("do", "look"),
            ("domains", domains),
            ("from", from),
            ("to", "bolt"),
        ];
        let refused = send(&mut operator, &fields).await;
        assert!(
            refused.status == 422 && !refused.says("id=\"reason\""),
            "{domains} {from}"
        );
    }
    let done = send(
        &mut operator,
        &with(&[("do", "move"), ("reason", "sold"), ("count", "101")]),
    )
    .await;
    assert!(done.says("The domains were moved."), "{}", done.text());
    assert_eq!(done.path, "/console/domains?reseller=bolt");
    assert_eq!(owner(&site, "many.example").as_deref(), Some("bolt"));

    // Few need not be counted, and an empty name is the operator.
    belongs_to(&site, "few.example", "acme").await;
    let few = [
        ("do", "move"),
        ("domains", "few.example"),
        ("from", "acme"),
        ("to", ""),
        ("reason", "back"),
    ];
    let done = send(&mut operator, &few).await;
    assert!(done.says("The domains were moved."), "{}", done.text());
    assert_eq!(owner(&site, "few.example"), None);
    let mut acme = manager_as(&site, Some("acme"), Access::Owner).await;
    assert_eq!(acme.get(PATH).await.status, 404);
    assert!(!acme.get("/console/domains").await.says(PATH));
}
