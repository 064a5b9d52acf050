//! Lists: for whom they are, what they are filtered by, and their pages.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Answer, Env};
use crate::clock::Timestamp;
use crate::route::{MailstoreFacts, OverrideTable, Route, Table};
use crate::service::token::RoleName;
use crate::store::directory::Mailbox;
use crate::store::merge::{self, MailboxMerge, ParkReason, Parked};
use crate::store::messages::{NewMessage, Origin, folder_of};
use crate::store::{directory, failover as kept, messages, unmerged};

pub(super) struct Lists {
    pub(super) env: Env,
    pub(super) operator: String,
    pub(super) acme: String,
    pub(super) rival: String,
}

impl Lists {
    pub(super) async fn new() -> Self {
        let env = Env::new().await;
        Self {
            operator: env.token(RoleName::Operator, None).await,
            acme: env.token(RoleName::Reseller, Some("acme")).await,
            rival: env.token(RoleName::Reseller, Some("rival")).await,
            env,
        }
    }

    pub(super) async fn get(&self, token: &str, path: &str) -> Answer {
        self.env.ask(Method::GET, path, Some(token), "", &[]).await
    }

    async fn put(&self, token: &str, path: &str, body: Value) {
        let body = body.to_string();
        let put = self.env.ask(Method::PUT, path, Some(token), &body, &[]);
        assert_eq!(put.await.status, StatusCode::OK, "{path}");
    }

    /// Every page by its links; what `of` finds in each entry.
    pub(super) async fn pages(
        &self,
        token: &str,
        path: &str,
        of: impl Fn(&Value) -> Vec<String>,
    ) -> Vec<String> {
        let (mut path, mut found) = (path.to_owned(), Vec::new());
        for _ in 0..100 {
            let page = self.get(token, &path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
            found.extend(of(&page.body));
            let Some(link) = page.headers.get("link") else {
                return found;
            };
            let link = link.to_str().unwrap();
            path = link[1..link.find('>').unwrap()].to_owned();
        }
        panic!("the pages do not end");
    }

    /// Has `count` messages wait for the merge of a mailbox.
    async fn unmerged(&self, address: &str, count: usize) -> Mailbox {
        let address = address.parse().unwrap();
        let store = &self.env.service.store;
        let mailbox = store
            .read(|tx| directory::resolve(tx, &address))
            .unwrap()
            .unwrap();
        for _ in 0..count {
            let body = store.new_body(Timestamp::EPOCH, b"x").unwrap();
            let owner = mailbox.clone();
            let filed = store.write_with_body(body, move |tx, body| {
                let new = NewMessage {
                    folder: folder_of(crate::mail::Role::Inbox),
                    flags: Default::default(),
                    received_at: Timestamp::EPOCH,
                    prefix: Vec::new(),
                    body,
                    body_bytes: 1,
                    origin: Origin::Notice,
                    summary: Default::default(),
                };
                messages::insert(tx, &owner, new).map(drop)
            });
            filed.await.unwrap();
        }
        mailbox
    }

    fn publish(&self) {
        let all: OverrideTable = self.env.service.store.read(kept::all_overrides).unwrap();
        let facts = MailstoreFacts {
            serving: Route::Primary,
            is_unsafe: false,
            raising: None,
        };
        self.env.service.routes.publish(Table {
            overrides: all.into(),
            mailstores: [("a1".parse().unwrap(), facts)].into(),
        });
    }
}

pub(super) fn each(list: &str, key: &str) -> impl Fn(&Value) -> Vec<String> {
    let (list, key) = (list.to_owned(), key.to_owned());
    move |page: &Value| {
        let all = if list.is_empty() { page } else { &page[&list] };
        let all = all.as_array().unwrap().iter();
        all.map(|one| one[&key].as_str().unwrap().to_owned())
            .collect()
    }
}

#[tokio::test]
async fn domains_and_settings_are_listed_for_those_whose_they_are() {
    let of = Lists::new().await;
    let pin = json!({"action": "pin-standby", "reason": "x"});
    let timed = json!({"action": "queue", "reason": "x", "expires_in_secs": 600});
    of.put(&of.acme, "/api/v1/mailboxes/ann@example.com/failover", pin)
        .await;
    of.put(&of.rival, "/api/v1/domains/other.com/failover", timed)
        .await;
    of.publish();
    for (token, path, expected) in [
        (
            &of.operator,
            "/api/v1/domains?limit=1",
            vec!["example.com", "other.com"],
        ),
        (
            &of.operator,
            "/api/v1/domains?reseller=acme",
            vec!["example.com"],
        ),
        (
            &of.operator,
            "/api/v1/domains?name=OTHER",
            vec!["other.com"],
        ),
        (
            &of.operator,
            "/api/v1/domains?route=queue",
            vec!["other.com"],
        ),
        (&of.acme, "/api/v1/domains", vec!["example.com"]),
        (&of.rival, "/api/v1/domains?route=standby", vec![]),
    ] {
        assert_eq!(
            of.pages(token, path, each("domains", "domain")).await,
            expected,
            "{path}"
        );
    }
    for (token, path, expected) in [
        (
            &of.operator,
            "/api/v1/overrides?limit=1",
            vec!["domain:other.com", "mailbox:ann@example.com"],
        ),
        (
            &of.operator,
            "/api/v1/overrides?timed=true",
            vec!["domain:other.com"],
        ),
        (
            &of.operator,
            "/api/v1/overrides?reseller=acme",
            vec!["mailbox:ann@example.com"],
        ),
        (
            &of.acme,
            "/api/v1/overrides",
            vec!["mailbox:ann@example.com"],
        ),
        (&of.acme, "/api/v1/overrides?timed=true", vec![]),
    ] {
        assert_eq!(
            of.pages(token, path, each("overrides", "scope")).await,
            expected,
            "{path}"
        );
    }
    for (path, status) in [
        ("/api/v1/domains?reseller=rival", 404),
        ("/api/v1/overrides?reseller=rival", 404),
        ("/api/v1/domains?route=x", 422),
        ("/api/v1/overrides?timed=maybe", 422),
        ("/api/v1/overrides?after=x", 422),
    ] {
        assert_eq!(
            of.get(&of.acme, path).await.status.as_u16(),
            status,
            "{path}"
        );
    }
    let resellers = of.get(&of.operator, "/api/v1/resellers").await;
    assert_eq!(each("", "id")(&resellers.body), ["acme", "rival"]);
    assert_eq!(
        of.get(&of.operator, "/api/v1/decisions").await.body,
        json!([])
    );
}

#[tokio::test]
async fn mailboxes_are_found_by_setting_prefix_and_what_is_unmerged() {
    let of = Lists::new().await;
    let rows: String = (0..4)
        .map(|n| format!("{{\"mailbox\":\"u{n}@example.com\",\"mailstore\":\"a1\"}}\n"))
        .collect();
    let path = "/api/v1/provision?format=ndjson";
    of.env
        .ask(Method::POST, path, Some(&of.operator), &rows, &[])
        .await;
    let pin = json!({"action": "pin-standby", "reason": "x"});
    for local in ["u1", "u3"] {
        let path = format!("/api/v1/mailboxes/{local}@example.com/failover");
        of.put(&of.acme, &path, pin.clone()).await;
    }
    of.put(&of.rival, "/api/v1/mailboxes/bob@other.com/failover", pin)
        .await;
    of.publish();
    of.unmerged("u2@example.com", 2).await;
    let u3 = of.unmerged("u3@example.com", 1).await;
    of.unmerged("bob@other.com", 3).await;
    let state = MailboxMerge {
        parked: Some(Parked {
            reason: ParkReason::OverQuota,
            detail: "the mailbox is full".into(),
            attempts: 1,
            next_attempt_at: Timestamp::EPOCH,
        }),
        ..MailboxMerge::new(&u3.record.mailstore, Timestamp::EPOCH)
    };
    let parked = of
        .env
        .service
        .store
        .write(move |tx| merge::put_mailbox(tx, u3.record.id, &state));
    let parked: Result<(), crate::store::StoreError> = parked.await;
    parked.unwrap();
    let local = |page: &Value| {
        let all = each("mailboxes", "address")(page);
        all.iter()
            .map(|one| one.split('@').next().unwrap().to_owned())
            .collect()
    };
    for (token, query, expected) in [
        (
            &of.operator,
            "override=any&limit=1",
            vec!["u1", "u3", "bob"],
        ),
        (&of.acme, "override=any&limit=1", vec!["u1", "u3"]),
        (&of.acme, "override=standby", vec!["u1", "u3"]),
        (&of.acme, "override=queue", vec![]),
        (
            &of.operator,
            "prefix=U&limit=3",
            vec!["u0", "u1", "u2", "u3"],
        ),
        (&of.acme, "prefix=bob", vec![]),
        (&of.acme, "unmerged=true&limit=1", vec!["u2", "u3"]),
        (&of.operator, "unmerged=true", vec!["u2", "u3", "bob"]),
        (&of.operator, "blocked=true", vec!["u3"]),
        (&of.rival, "blocked=true", vec![]),
        (&of.acme, "unmerged=true&override=any&prefix=u3", vec!["u3"]),
    ] {
        let path = format!("/api/v1/mailboxes?{query}");
        assert_eq!(of.pages(token, &path, local).await, expected, "{path}");
    }
    for query in ["override=x", "unmerged=x", "blocked="] {
        let path = format!("/api/v1/mailboxes?{query}");
        assert_eq!(of.get(&of.acme, &path).await.status, 422, "{path}");
    }

    let own = of.get(&of.acme, "/api/v1/merges").await.body;
    assert_eq!(
        (&own["unmerged"], &own["mailboxes"]),
        (&json!(3), &json!(2))
    );
    assert_eq!(own["mailstores"][0]["mailstore"], "a1");
    assert_eq!(own["blocked"][0]["mailbox"], "u3@example.com");
    assert_eq!(own["blocked"][0]["reason"], "over-quota");
    let others = of.get(&of.rival, "/api/v1/merges").await;
    assert_eq!(
        (&others.body["unmerged"], &others.body["blocked"]),
        (&json!(3), &json!([]))
    );
    assert!(!others.text.contains("example.com"), "{}", others.text);
    assert_eq!(
        of.get(&of.operator, "/api/v1/merges").await.body["unmerged"],
        6
    );
}

#[tokio::test]
async fn a_page_counts_so_many_messages_and_says_where_the_next_begins() {
    let of = Lists::new().await;
    let rows: String = (0..25)
        .map(|n| format!("{{\"mailbox\":\"v{n:02}@example.com\",\"mailstore\":\"a1\"}}\n"))
        .collect();
    let path = "/api/v1/provision?format=ndjson";
    of.env
        .ask(Method::POST, path, Some(&of.operator), &rows, &[])
        .await;
    for n in 0..25 {
        let address = format!("v{n:02}@example.com").parse().unwrap();
        let store = &of.env.service.store;
        let mailbox = store
            .read(|tx| directory::resolve(tx, &address))
            .unwrap()
            .unwrap();
        // The list alone is counted; what it names is not read.
        let listed = store.write(move |tx| {
            let state = messages::state_or_new(tx, &mailbox, Timestamp::EPOCH)?;
            messages::put_state(tx, mailbox.record.id, &state)?;
            unmerged::list_unmerged(tx, &mailbox, 1..=1_000);
            Ok::<_, crate::store::StoreError>(())
        });
        listed.await.unwrap();
    }
    for path in ["/api/v1/mailboxes", "/api/v1/domains/example.com/mailboxes"] {
        let page = of.get(&of.acme, path).await;
        let held = page.body["mailboxes"].as_array().unwrap().len();
        assert!((1..26).contains(&held), "{path}: {held}");
        assert!(page.headers.contains_key("link"), "{path}");
        let all = of.pages(&of.acme, path, each("mailboxes", "address")).await;
        let different: BTreeSet<&String> = all.iter().collect();
        assert_eq!((all.len(), different.len()), (26, 26), "{path}");
    }
}

#[tokio::test]
async fn the_audit_log_is_looked_through_by_those_whose_it_is() {
    let of = Lists::new().await;
    let pin = json!({"action": "pin-standby", "reason": "of acme"});
    let queue = json!({"action": "queue", "reason": "of the operator"});
    of.put(&of.acme, "/api/v1/mailboxes/ann@example.com/failover", pin)
        .await;
    of.put(&of.operator, "/api/v1/domains/other.com/failover", queue)
        .await;
    for (token, query, expected) in [
        (
            &of.operator,
            "action=FAILOVER&limit=1",
            vec!["of the operator", "of acme"],
        ),
        (&of.operator, "subject=ann@&limit=1", vec!["of acme"]),
        (&of.operator, "who=reseller", vec!["of acme"]),
        (
            &of.operator,
            "action=failover&from=2100-01-01T00:00:00Z",
            vec![],
        ),
        (
            &of.operator,
            "action=failover&until=2100-01-01T00:00:00%2B01:00",
            vec!["of the operator", "of acme"],
        ),
        (&of.acme, "action=failover", vec!["of acme"]),
        (&of.rival, "action=failover", vec!["of the operator"]),
    ] {
        let path = format!("/api/v1/audit?{query}");
        assert_eq!(
            of.pages(token, &path, each("", "why")).await,
            expected,
            "{path}"
        );
    }
    let seen = of.get(&of.rival, "/api/v1/audit?action=failover").await;
    assert_eq!(
        seen.body[0]["who"], "operator",
        "which one is nobody's business"
    );
    let wrong = of.get(&of.acme, "/api/v1/audit?from=yesterday").await;
    assert_eq!(
        (wrong.status.as_u16(), &wrong.body["field"]),
        (422, &json!("from"))
    );
}

#[tokio::test]
async fn jobs_are_found_by_how_they_stand() {
    let of = Lists::new().await;
    let order = async |token: &str, scope: &str| {
        let body = json!({"scopes": [scope], "action": "auto", "reason": "x"}).to_string();
        let made = of
            .env
            .ask(Method::POST, "/api/v1/jobs", Some(token), &body, &[])
            .await;
        assert_eq!(made.status, 202, "{}", made.text);
        made.body["id"].as_str().unwrap().to_owned()
    };
    let good = order(&of.acme, "mailbox:ann@example.com").await;
    let bad = order(&of.acme, "mailbox:nobody@example.com").await;
    let others = order(&of.rival, "mailbox:bob@other.com").await;
    for _ in 0..1_000 {
        let open = of.get(&of.operator, "/api/v1/jobs?state=at-work").await;
        if open.body == json!([]) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let sorted = |mut all: Vec<String>| {
        all.sort();
        all
    };
    for (token, query, expected) in [
        (&of.operator, "limit=1", vec![&good, &bad, &others]),
        (
            &of.operator,
            "state=ended&reseller=acme&limit=1",
            vec![&good, &bad],
        ),
        (&of.operator, "state=failed", vec![&bad]),
        (&of.operator, "by=nobody", vec![]),
        (&of.acme, "state=failed", vec![&bad]),
        (&of.rival, "limit=1", vec![&others]),
    ] {
        let path = format!("/api/v1/jobs?{query}");
        let found = of.pages(token, &path, each("", "id")).await;
        let expected = expected.into_iter().cloned().collect();
        assert_eq!(sorted(found), sorted(expected), "{path}");
    }
    assert_eq!(of.get(&of.acme, "/api/v1/jobs?state=x").await.status, 422);
    assert_eq!(
        of.get(&of.acme, "/api/v1/jobs?reseller=rival").await.status,
        404
    );
}

#[tokio::test]
async fn tokens_people_webhooks_and_contacts_come_in_pages() {
    let of = Lists::new().await;
    for n in 0..5 {
        for (path, body) in [
            ("/api/v1/tokens", json!({"label": format!("t{n}")})),
            (
                "/api/v1/people",
                json!({"name": "Eve", "sign_in": format!("eve{n}@ops.example"), "access": "admin"}),
            ),
            (
                "/api/v1/webhooks",
                json!({"to": format!("https://hooks.example.net/{n}")}),
            ),
            (
                "/api/v1/contacts",
                json!({"to": format!("eve{n}@elsewhere.example")}),
            ),
        ] {
            let made = of
                .env
                .ask(Method::POST, path, Some(&of.acme), &body.to_string(), &[])
                .await;
            assert!(made.status.is_success(), "{path}: {}", made.text);
        }
    }
    for path in [
        "/api/v1/tokens",
        "/api/v1/people",
        "/api/v1/webhooks",
        "/api/v1/contacts",
    ] {
        let whole = each("", "id")(&of.get(&of.acme, path).await.body);
        assert!(whole.len() >= 5, "{path}: {whole:?}");
        let paged = of
            .pages(&of.acme, &format!("{path}?limit=2"), each("", "id"))
            .await;
        assert_eq!(paged, whole, "{path}");
    }
}
