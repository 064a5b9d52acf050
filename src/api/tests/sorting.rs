//! Lists sorted each way, page by page, and as files.

use axum::http::Method;
use serde_json::json;

use super::lists::{Lists, each};
use crate::clock::Timestamp;
use crate::failover::{Action, State};
use crate::ids::{Epoch, JobId, OutageId};
use crate::store::audit::{self, AuditEvent};
use crate::store::jobs::{self, JobRecord, Task};
use crate::store::{StoreError, failover as kept};

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(1_795_356_000 + secs)
}

/// Puts a job of somebody's into the store, that has ended.
async fn job(of: &Lists, owner: Option<&str>, secs: i64) -> String {
    let id = JobId::generate(at(secs));
    let record = JobRecord {
        owner: owner.map(|owner| owner.parse().unwrap()),
        by: "somebody".into(),
        reason: "=1+1".into(),
        task: Task::Set(None, None),
        created: at(secs),
        ended: Some(at(secs)),
        total: 0,
        next: 0,
        failed: 0,
        undone_by: None,
    };
    let put = of
        .env
        .service
        .store
        .write(move |tx| jobs::put(tx, id, &record));
    let put: Result<(), StoreError> = put.await;
    put.unwrap();
    id.to_string()
}

async fn outage(of: &Lists, mailstore: &'static str, secs: i64) -> String {
    let id = OutageId::generate(at(secs));
    let began = Action::OpenOutage {
        outage: id,
        first_failed: at(secs),
        epoch: Epoch(1),
    };
    let store = &of.env.service.store;
    let writing = store.write(move |tx| {
        let mailstore = mailstore.parse().unwrap();
        let began = std::slice::from_ref(&began);
        kept::record_step(tx, &mailstore, &State::default(), began)
    });
    let written: Result<(), StoreError> = writing.await;
    written.unwrap();
    id.to_string()
}

#[tokio::test]
async fn lists_are_sorted_each_way_and_their_cursors_go_one_way() {
    let of = Lists::new().await;
    let rows: String = (0..5)
        .map(|n| format!("{{\"mailbox\":\"u{n}@example.com\",\"mailstore\":\"a1\"}}\n"))
        .collect();
    let path = "/api/v1/provision?format=ndjson";
    let pushed = of
        .env
        .ask(Method::POST, path, Some(&of.operator), &rows, &[]);
    assert!(pushed.await.status.is_success());
    let queue = json!({"action": "queue", "reason": "x"});
    for scope in [
        "domains/other.com",
        "mailboxes/u1@example.com",
        "mailboxes/u3@example.com",
    ] {
        let path = format!("/api/v1/{scope}/failover");
        let body = queue.to_string();
        let put = of
            .env
            .ask(Method::PUT, &path, Some(&of.operator), &body, &[]);
        assert_eq!(put.await.status, 200, "{path}");
    }
    for n in 0..4 {
        job(&of, Some("acme"), n).await;
        outage(&of, "a1", n).await;
    }
    for (list, entries, key, sorts) in [
        ("domains", "domains", "domain", &["domain"][..]),
        (
            "mailboxes",
            "mailboxes",
            "address",
            &["mailstore", "address"][..],
        ),
        ("overrides", "overrides", "scope", &["scope"][..]),
        ("jobs", "", "id", &["created"][..]),
        ("outages", "outages", "id", &["activated_at"][..]),
    ] {
        for sort in sorts {
            let up = format!("/api/v1/{list}?sort={sort}&limit=500");
            let up = of.pages(&of.operator, &up, each(entries, key)).await;
            assert!(up.len() > 1, "{list}: {up:?}");
            let mut back = up.clone();
            back.reverse();
            for limit in [1, 2, 200] {
                for (sort, expected) in [(sort.to_string(), &up), (format!("-{sort}"), &back)] {
                    let path = format!("/api/v1/{list}?sort={sort}&limit={limit}");
                    let found = of.pages(&of.operator, &path, each(entries, key)).await;
                    assert_eq!(found, *expected, "{path}");
                }
            }
            let first = format!("/api/v1/{list}?sort=-{sort}&limit=1");
            let first = of.get(&of.operator, &first).await;
            let next = first.headers.get("link").unwrap().to_str().unwrap();
            let turned = next[1..next.find('>').unwrap()].replace("sort=-", "sort=");
            let refused = of.get(&of.operator, &turned).await;
            assert_eq!(refused.status, 422, "{turned}");
            assert!(refused.text.contains("sort"), "{}", refused.text);
        }
        let wrong = of
            .get(&of.operator, &format!("/api/v1/{list}?sort=colour"))
            .await;
        assert_eq!(
            (wrong.status.as_u16(), &wrong.body["field"]),
            (422, &json!("sort"))
        );
        // All of it as a file, in the same order, and no formula in it.
        let path = format!("/api/v1/{list}?sort={}", sorts[0]);
        let csv = [("accept", "text/csv")];
        let file = of
            .env
            .ask(Method::GET, &path, Some(&of.operator), "", &csv)
            .await;
        let expected = of.pages(&of.operator, &path, each(entries, key)).await;
        let lines: Vec<&str> = file.text.lines().skip(1).collect();
        let first: Vec<&str> = lines
            .iter()
            .filter_map(|line| line.split(',').next())
            .collect();
        assert_eq!(first, expected, "{path}: {}", file.text);
        assert!(!file.text.contains(",=1+1"), "{}", file.text);
    }
}

#[tokio::test]
async fn a_cursor_tells_a_reseller_nothing_of_others() {
    let of = Lists::new().await;
    let mut own = Vec::new();
    for n in 0..20 {
        // Two of its own among others, which are the newest and the oldest too.
        match n {
            5 | 12 => own.push(job(&of, Some("acme"), n).await),
            _ => drop(job(&of, Some("rival"), n).await),
        }
    }
    own.reverse();
    for path in [
        "/api/v1/jobs",
        "/api/v1/jobs?limit=1",
        "/api/v1/jobs?limit=2",
    ] {
        let page = of.get(&of.acme, path).await;
        let link = page
            .headers
            .get("link")
            .map(|link| link.to_str().unwrap().to_owned());
        match path {
            "/api/v1/jobs?limit=1" => {
                let link = link.unwrap();
                assert!(link.contains(&own[0]), "{link}");
            }
            // Nothing of its own follows, so no page does.
            _ => assert_eq!(link, None, "{path}"),
        }
        let found = of.pages(&of.acme, path, each("", "id")).await;
        assert_eq!(found, own, "{path}");
    }
    // More than one page looks at, and none of it theirs.
    for n in 100..700 {
        job(&of, Some("rival"), n).await;
    }
    let page = of.get(&of.acme, "/api/v1/jobs?limit=2").await;
    assert_eq!(each("", "id")(&page.body), own);
    assert!(!page.headers.contains_key("link"));
}

/// Writes an entry with a number of its own.
async fn note(of: &Lists, at: Timestamp, n: i64) {
    let event = AuditEvent {
        at,
        who: "operator".into(),
        action: "test".into(),
        subject: format!("number:{n:02}"),
        why: String::new(),
        detail: String::new(),
    };
    let writing = of.env.service.store.write(move |tx| {
        let written: Result<_, StoreError> = audit::append(tx, event.clone());
        written
    });
    writing.await.unwrap();
}

/// A clock that is set jumps: what was noted in a time is found all the same.
#[tokio::test]
async fn the_audit_log_of_a_clock_that_jumped_is_searched_whole() {
    let of = Lists::new().await;
    let at = |n: i64| at(400 * 86_400 + n);
    let hour = 3600;
    let times = [
        100,
        8 * hour,
        110,
        120,
        9 * hour,
        130,
        -hour,
        140,
        3 * 86_400,
    ];
    for (n, time) in (0..).zip(times) {
        note(&of, at(time), n).await;
    }
    let path = format!(
        "/api/v1/audit?action=test&from={}&until={}",
        at(100),
        at(200)
    );
    for (sort, expected) in [("&sort=at", [0, 2, 3, 5, 7]), ("", [7, 5, 3, 2, 0])] {
        let expected: Vec<String> = expected.iter().map(|n| format!("number:{n:02}")).collect();
        for limit in [1, 500] {
            let path = format!("{path}{sort}&limit={limit}");
            let found = of.pages(&of.operator, &path, each("", "subject")).await;
            assert_eq!(found, expected, "{path}");
        }
    }
}

#[tokio::test]
async fn the_audit_log_comes_each_way_and_begins_where_the_time_does() {
    let of = Lists::new().await;
    // After what the tokens of this test wrote: times grow with numbers.
    let at = |n: i64| at(400 * 86_400 + n);
    for n in 0..30 {
        note(&of, at(n), n).await;
    }
    let numbers = |range: std::ops::Range<i64>| -> Vec<String> {
        range.map(|n| format!("number:{n:02}")).collect()
    };
    for (times, expected) in [
        (String::new(), numbers(0..30)),
        (format!("&from={}", at(10)), numbers(10..30)),
        (format!("&until={}", at(10)), numbers(0..10)),
        (format!("&from={}&until={}", at(5), at(8)), numbers(5..8)),
        (format!("&from={}&until={}", at(8), at(5)), Vec::new()),
    ] {
        let mut back = expected.clone();
        back.reverse();
        for limit in [1, 7, 500] {
            for (sort, expected) in [("&sort=at", &expected), ("", &back), ("&sort=-at", &back)] {
                let path = format!("/api/v1/audit?action=test{times}{sort}&limit={limit}");
                let found = of.pages(&of.operator, &path, each("", "subject")).await;
                assert_eq!(found, *expected, "{path}");
            }
        }
    }
    for wrong in [
        "sort=at&before=5",
        "after=5",
        "sort=-at&after=5",
        "sort=who",
    ] {
        let path = format!("/api/v1/audit?{wrong}");
        assert_eq!(of.get(&of.operator, &path).await.status, 422, "{wrong}");
    }
}

#[tokio::test]
async fn short_lists_are_sorted_by_what_they_show() {
    let of = Lists::new().await;
    for (name, sign_in) in [
        ("Zoe", "b@acme.example"),
        ("ann", "c@acme.example"),
        ("Ann", "a@acme.example"),
    ] {
        let person = json!({"name": name, "sign_in": sign_in, "access": "read-only"});
        let body = person.to_string();
        let made = of
            .env
            .ask(Method::POST, "/api/v1/people", Some(&of.acme), &body, &[]);
        assert_eq!(made.await.status, 201, "{name}");
        let token = json!({"label": name}).to_string();
        let made = of
            .env
            .ask(Method::POST, "/api/v1/tokens", Some(&of.acme), &token, &[]);
        assert_eq!(made.await.status, 201, "{name}");
    }
    for (list, key, sorts) in [
        ("people", "sign_in", &["created", "name", "sign_in"][..]),
        ("tokens", "id", &["created", "label", "last_used", "valid"]),
    ] {
        let usual = format!("/api/v1/{list}");
        let usual = of.pages(&of.acme, &usual, each("", key)).await;
        for sort in sorts {
            let up = format!("/api/v1/{list}?sort={sort}");
            let up = of.pages(&of.acme, &up, each("", key)).await;
            if *sort == "created" {
                assert_eq!(up, usual, "{list}");
            }
            let mut back = up.clone();
            back.reverse();
            for limit in [1, 2, 9] {
                for (sort, expected) in [(sort.to_string(), &up), (format!("-{sort}"), &back)] {
                    let path = format!("/api/v1/{list}?sort={sort}&limit={limit}");
                    let found = of.pages(&of.acme, &path, each("", key)).await;
                    assert_eq!(found, *expected, "{path}");
                }
            }
        }
    }
    for number in 1..=3 {
        let to = format!("https://hooks.example.net/secret{number}");
        let webhook = json!({"to": to, "events": ["outage.began"], "label": "desk"});
        let (path, body) = ("/api/v1/webhooks", webhook.to_string());
        let made = of.env.ask(Method::POST, path, Some(&of.acme), &body, &[]);
        let made = made.await;
        assert_eq!(made.status, 201, "{}", made.text);
    }
    let page = of.get(&of.acme, "/api/v1/webhooks?sort=to&limit=1").await;
    let link = page.headers["link"].to_str().unwrap();
    assert!(
        link.contains("hooks.example.net") && !link.contains("secret"),
        "{link}"
    );
    let path = "/api/v1/webhooks?sort=to&limit=1";
    let found = of.pages(&of.acme, path, each("", "id")).await;
    assert_eq!(found.len(), 3, "{found:?}");
    let names = of.get(&of.acme, "/api/v1/people?sort=-name&limit=1").await;
    assert_eq!(each("", "name")(&names.body), ["Zoe"]);
    for list in ["people", "tokens", "webhooks", "contacts"] {
        let wrong = format!("/api/v1/{list}?sort=colour");
        let wrong = of.get(&of.acme, &wrong).await;
        assert_eq!(
            (wrong.status.as_u16(), &wrong.body["field"]),
            (422, &json!("sort")),
            "{list}"
        );
        let named = wrong.text.contains("created or -created");
        assert!(named, "it says what is offered: {}", wrong.text);
    }
}

#[tokio::test]
async fn a_cursor_of_outages_is_a_place_and_opens_nothing() {
    let of = Lists::new().await;
    let first = outage(&of, "a1", 10).await;
    let foreign = outage(&of, "b9", 20).await;
    let last = outage(&of, "a1", 30).await;
    let made_up = OutageId::generate(at(15)).to_string();
    let ids = each("outages", "id");
    for (query, expected) in [
        (String::new(), vec![&last, &first]),
        (format!("before={last}"), vec![&first]),
        (format!("before={foreign}"), vec![&first]),
        (format!("before={made_up}"), vec![&first]),
        (format!("sort=activated_at&after={foreign}"), vec![&last]),
        (format!("sort=activated_at&after={made_up}"), vec![&last]),
    ] {
        let page = of.get(&of.acme, &format!("/api/v1/outages?{query}")).await;
        assert_eq!(page.status, 200, "{query}: {}", page.text);
        assert_eq!(
            ids(&page.body).iter().collect::<Vec<_>>(),
            expected,
            "{query}"
        );
        assert!(!page.text.contains(&foreign), "{query}: {}", page.text);
    }
    for wrong in [
        format!("after={last}"),
        format!("sort=activated_at&before={last}"),
        format!("sort=-activated_at&after={last}"),
        "before=x".to_owned(),
        "sort=activated_at&after=~".to_owned(),
    ] {
        let refused = of.get(&of.acme, &format!("/api/v1/outages?{wrong}")).await;
        assert_eq!(refused.status, 422, "{wrong}: {}", refused.text);
    }
}
