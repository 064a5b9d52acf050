//! The console's lists, sorted by their heads and by the form, page by page and as files.

use super::browser::Browser;
use super::lists::{belongs_to, manager_as, order};
use super::{NOW, Site};
use crate::clock::Timestamp;
use crate::failover::{Action, State};
use crate::ids::{Epoch, JobId, OutageId};
use crate::store::access::Access;
use crate::store::jobs::{self, JobRecord, Task};
use crate::store::{StoreError, failover as kept};

async fn history(site: &Site, secs: u64) {
    let at: Timestamp = NOW.after(std::time::Duration::from_secs(secs));
    let (outage, job) = (OutageId::generate(at), JobId::generate(at));
    let began = Action::OpenOutage {
        outage,
        first_failed: at,
        epoch: Epoch(1),
    };
    let record = JobRecord {
        owner: Some("acme".parse().unwrap()),
        by: "somebody".into(),
        reason: format!("number {secs:03}"),
        task: Task::Set(None, None),
        created: at,
        ended: Some(at),
        total: 0,
        next: 0,
        failed: 0,
        undone_by: None,
    };
    let writing = site.service.store.write(move |tx| {
        let (mailstore, began) = ("a1".parse().unwrap(), std::slice::from_ref(&began));
        jobs::put(tx, job, &record)?;
        kept::record_step(tx, &mailstore, &State::default(), began)
    });
    let written: Result<(), StoreError> = writing.await;
    written.unwrap();
}

/// Follows the links to more; the texts of all pages.
async fn all(browser: &mut Browser<'_>, path: &str) -> Vec<String> {
    let (mut path, mut pages) = (path.to_owned(), Vec::new());
    for _ in 0..10 {
        let page = browser.get(&path).await;
        assert_eq!(page.status, 200, "{path}");
        let text = page.text();
        let more = text
            .split("<p><a href=\"")
            .find(|part| part.contains("More"));
        let more = more.map(|part| part.split('"').next().unwrap().replace("&#38;", "&"));
        pages.push(text);
        match more {
            Some(next) => path = next,
            None => return pages,
        }
    }
    panic!("the pages do not end: {path}");
}

#[tokio::test]
async fn heads_and_form_sort_and_what_is_looked_for_stays() {
    let site = Site::new().await;
    belongs_to(&site, "example.com", "acme").await;
    for n in 0..60 {
        site.provision(&format!("u{n:02}@example.com"), "U", &[])
            .await;
        let domain = format!("d{n:02}.example");
        site.provision(&format!("a@{domain}"), "U", &[]).await;
        belongs_to(&site, &domain, "acme").await;
        history(&site, n).await;
    }
    let mut acme = manager_as(&site, Some("acme"), Access::Owner).await;
    for (path, first, second) in [
        (
            "/console/domains?name=d&sort=domain",
            "d00.example",
            "d59.example",
        ),
        (
            "/console/mailboxes?domain=example.com&sort=address",
            "u00@",
            "u59@",
        ),
        ("/console/jobs?sort=created", "number 000", "number 059"),
    ] {
        let up = all(&mut acme, path).await;
        let back = all(&mut acme, &path.replace("sort=", "sort=-")).await;
        assert_eq!((up.len(), back.len()), (2, 2), "{path}");
        for (page, is_first) in [
            (&up[0], true),
            (&up[1], false),
            (&back[1], true),
            (&back[0], false),
        ] {
            assert_eq!(page.contains(first), is_first, "{path}");
            assert_eq!(page.contains(second), !is_first, "{path}");
        }
        assert!(
            up[0].contains("aria-sort=\"ascending\"")
                && back[0].contains("aria-sort=\"descending\"")
        );
        let chosen = |sort: &str| format!("<option value=\"{sort}\" selected>");
        let sort = path.split("sort=").nth(1).unwrap();
        assert!(up[1].contains(&chosen(sort)), "the form keeps it: {path}");
    }
    // The head of a list that is filtered leads to the same, sorted the other way.
    let list = acme
        .get("/console/mailboxes?domain=example.com&sort=address")
        .await;
    for href in [
        "<a class=\"sort\" href=\"/console/mailboxes?domain=example.com&#38;sort=-address\"",
        "<a class=\"sort\" href=\"/console/mailboxes?domain=example.com&#38;sort=mailstore\"",
        "href=\"/console/mailboxes.csv?domain=example.com&#38;sort=address\"",
    ] {
        assert!(list.says(href), "{href}: {}", list.text());
    }
    let file = acme
        .get("/console/mailboxes.csv?domain=example.com&sort=-address")
        .await;
    let text = file.text();
    assert!(
        text.lines().nth(1).unwrap().starts_with("u59@example.com,"),
        "{text}"
    );
    let outages = acme
        .get("/console/outages.csv?sort=activated_at")
        .await
        .text();
    assert_eq!(outages.lines().count(), 61, "{outages}");
    let mut stranger = manager_as(&site, Some("bolt"), Access::Owner).await;
    for of in ["outages", "jobs", "overrides", "domains"] {
        let file = stranger.get(&format!("/console/{of}.csv")).await;
        assert_eq!(file.text().lines().count(), 1, "{of}: {}", file.text());
    }
    for wrong in [
        "/console/domains?sort=colour",
        "/console/mailboxes?sort=-unmerged",
    ] {
        assert_eq!(acme.get(wrong).await.status, 422, "{wrong}");
    }
}

#[tokio::test]
async fn short_lists_and_the_audit_log_have_heads_and_forms_too() {
    let site = Site::new().await;
    let mut owner = manager_as(&site, Some("acme"), Access::Owner).await;
    for name in ["Zoe", "Ann"] {
        let sign_in = format!("{name}@acme.example");
        let fields = [
            ("do", "add"),
            ("name", name),
            ("sign_in", &sign_in),
            ("access", "read-only"),
        ];
        let added = order(&mut owner, "/console/people", &fields).await;
        assert_eq!(added.status, 200, "{}", added.text());
        let fields = [
            ("do", "add"),
            ("label", name),
            ("access", "read-only"),
            ("days", "30"),
        ];
        let added = order(&mut owner, "/console/tokens", &fields).await;
        assert_eq!(added.status, 201, "{}", added.text());
    }
    for (path, by) in [
        ("/console/people", "name"),
        ("/console/tokens", "label"),
        ("/console/audit", "at"),
    ] {
        for (sort, is_ann_first) in [(by.to_owned(), true), (format!("-{by}"), false)] {
            let page = owner.get(&format!("{path}?sort={sort}")).await;
            let text = page.text();
            assert!(
                page.says(&format!("<option value=\"{sort}\" selected>")),
                "{text}"
            );
            if path == "/console/audit" {
                let now = if is_ann_first {
                    "ascending"
                } else {
                    "descending"
                };
                assert!(page.says(&format!("aria-sort=\"{now}\"")), "{text}");
                continue;
            }
            let place = |of: &str| text.find(of).unwrap();
            assert_eq!(
                place("Ann") < place("Zoe"),
                is_ann_first,
                "{path} {sort}: {text}"
            );
        }
        let wrong = owner.get(&format!("{path}?sort=colour")).await;
        assert_eq!(wrong.status, 404, "{path}");
    }
    let file = owner.get("/console/audit.csv?sort=at").await.text();
    let numbers: Vec<u64> = file
        .lines()
        .skip(1)
        .map(|line| line.split(',').next().unwrap().parse().unwrap())
        .collect();
    assert!(numbers.len() > 3 && numbers.is_sorted(), "{file}");
}
