//! A domain that goes to another reseller: all of it, at once, and the former one sees nothing of it any more.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::matrix::{About, ROUTES};
use super::{Answer, Env};
use crate::route::{OverrideTable, Scope, Table};
use crate::service::token::RoleName;
use crate::service::{Actor, jobs, overrides};
use crate::store::{directory, failover as kept};

const MOVE: &str = "/api/v1/domain-moves";

impl Env {
    async fn get(&self, token: &str, path: &str) -> Answer {
        self.ask(Method::GET, path, Some(token), "", &[]).await
    }

    async fn send(&self, token: &str, method: Method, path: &str, body: &Value) -> Answer {
        self.ask(method, path, Some(token), &body.to_string(), &[])
            .await
    }

    async fn fill(&self, operator: &str, rows: &str) -> String {
        let path = "/api/v1/provision?format=ndjson";
        let filled = self.ask(Method::POST, path, Some(operator), rows, &[]);
        filled.await.text
    }
}

fn order(domains: &[&str], from: &str, to: &str) -> Value {
    json!({"domains": domains, "from": from, "to": to, "reason": "they sold it"})
}

#[tokio::test]
async fn a_domain_goes_with_all_that_is_in_it_and_its_former_reseller_sees_nothing_of_it() {
    let env = Env::new().await;
    let operator = env.token(RoleName::Operator, None).await;
    let acme = env.token(RoleName::Reseller, Some("acme")).await;
    let rival = env.token(RoleName::Reseller, Some("rival")).await;
    let moved_row = r#"{"mailbox":"ann@example.com","mailstore":"a1","reseller":"rival"}"#;
    // A source alone takes nothing from anybody: the row is refused with what a person could do.
    let refused = env.fill(&operator, moved_row).await;
    let command = "lifeboat provision move-domain example.com --from acme --to rival";
    assert!(
        refused.contains("\"line\":1") && refused.contains(command),
        "{refused}"
    );
    env.fill(
        &operator,
        r#"{"mailbox":"dora@example.com","mailstore":"a1"}"#,
    )
    .await;
    let id_of = |address: &str| {
        let address = address.parse().unwrap();
        let found = env
            .service
            .store
            .read(|tx| directory::mailbox(tx, &address));
        found.unwrap().map(|mailbox| mailbox.id)
    };
    let (ann, dora) = (id_of("ann@example.com"), id_of("dora@example.com"));
    let gone = "/api/v1/mailboxes/dora@example.com";
    env.send(&acme, Method::DELETE, gone, &json!({})).await;
    let pin = json!({"action": "pin-standby", "reason": "acme's word"});
    let queue = json!({"action": "queue", "reason": "the operator's word"});
    let mailbox = "/api/v1/mailboxes/ann@example.com/failover";
    let domain = "/api/v1/domains/example.com/failover";
    assert_eq!(
        env.send(&acme, Method::PUT, mailbox, &pin).await.status,
        200
    );
    assert_eq!(
        env.send(&operator, Method::PUT, domain, &queue)
            .await
            .status,
        200
    );
    let link = "/api/v1/mailboxes/ann@example.com/sign-in-link";
    assert_eq!(
        env.send(&acme, Method::POST, link, &json!({})).await.status,
        200
    );
    let before = env.get(&acme, "/api/v1/events").await.body["last"].clone();

    let looked = env
        .send(
            &operator,
            Method::POST,
            "/api/v1/domain-moves/preview",
            &order(&["example.com"], "acme", "rival"),
        )
        .await;
    assert_eq!(looked.body["mailboxes"], 1, "{}", looked.text);
    assert_eq!(
        env.get(&acme, domain).await.status,
        200,
        "nothing is done by looking"
    );
    let moved = env
        .send(
            &operator,
            Method::POST,
            MOVE,
            &order(&["example.com"], "acme", "rival"),
        )
        .await;
    assert_eq!(moved.status, 200, "{}", moved.text);
    assert_eq!(moved.body["deleted_mailboxes"], 1);
    assert_eq!(
        moved.body["settings_ended"],
        json!(["mailbox:ann@example.com"])
    );
    assert_eq!(moved.body["links_ended"], 1);

    for &(method, route, path, _, about) in ROUTES {
        let is_theirs = about == About::Acme && !route.starts_with("/api/v1/resellers");
        if method != "GET" || !is_theirs {
            continue;
        }
        let former = env.get(&acme, path).await;
        assert_eq!(
            former.status,
            StatusCode::NOT_FOUND,
            "{path}: {}",
            former.text
        );
        let owner = env.get(&rival, path).await;
        assert_eq!(owner.status, StatusCode::OK, "{path}: {}", owner.text);
    }
    for list in [
        "/api/v1/mailboxes",
        "/api/v1/mailboxes?route=affected",
        "/api/v1/tokens",
    ] {
        let seen = env.get(&acme, list).await.text;
        assert!(!seen.contains("example.com"), "{list}: {seen}");
    }
    assert_eq!(
        env.get(&rival, mailbox).await.body["mode"],
        "follow",
        "acme's word is over"
    );
    assert_eq!(
        env.get(&rival, domain).await.body["mode"],
        "queue",
        "the operator's stays"
    );
    assert!(
        !env.get(&rival, domain).await.text.contains("token"),
        "nor by whom it is"
    );

    let told = async |token: &str| {
        let path = format!("/api/v1/events?after={before}");
        let page = env.get(token, &path).await;
        let all = page.body["changes"].as_array().unwrap().clone();
        let one = all
            .into_iter()
            .find(|change| change["event"] == "domain.moved");
        (one.unwrap()["payload"]["data"].clone(), page.text)
    };
    let (data, text) = told(&acme).await;
    assert_eq!(
        (&data["domain"], &data["went"]),
        (&json!("example.com"), &json!("away"))
    );
    assert!(
        !text.contains("rival"),
        "whom it went to is nobody's business: {text}"
    );
    let (data, text) = told(&rival).await;
    assert_eq!(data["went"], "here");
    assert!(!text.contains("acme"), "{text}");
    let (data, _) = told(&operator).await;
    assert_eq!(
        (&data["from"], &data["to"]),
        (&json!("acme"), &json!("rival"))
    );
    let audit = env.get(&operator, "/api/v1/audit").await.body;
    let entry = audit
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["action"] == "domain.move");
    assert_eq!(entry.unwrap()["detail"], "from acme to rival");

    // What happened before is the former owner's business, whatever number is asked from.
    let replayed = env.get(&rival, "/api/v1/events?after=0").await;
    let names: Vec<&str> = replayed.body["changes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|change| {
            change["payload"]["data"]
                .to_string()
                .contains("example.com")
        })
        .map(|change| change["event"].as_str().unwrap())
        .collect();
    assert_eq!(names.first(), Some(&"domain.moved"), "{}", replayed.text);
    let all = env.get(&operator, "/api/v1/events?after=0").await.text;
    assert!(all.contains("mailbox.deleted"), "there is something: {all}");
    let seen = env.get(&rival, "/api/v1/audit").await.text;
    assert!(seen.contains("they sold it"), "{seen}");
    assert!(
        !seen.contains("the operator's word") && !seen.contains("acme"),
        "{seen}"
    );

    // The row that was refused is taken, and who comes back is who they were.
    let text = format!("{moved_row}\n{}", moved_row.replace("ann", "dora"));
    let taken = env.fill(&operator, &text).await;
    assert!(taken.contains("\"errors\":0"), "{taken}");
    assert_eq!(
        (id_of("ann@example.com"), id_of("dora@example.com")),
        (ann, dora)
    );
}

#[tokio::test]
async fn what_would_join_two_resellers_is_not_moved_and_nobody_is_moved_by_mistake() {
    let env = Env::new().await;
    let operator = env.token(RoleName::Operator, None).await;
    let acme = env.token(RoleName::Reseller, Some("acme")).await;
    env.fill(
        &operator,
        r#"{"mailbox":"carl@two.example","mailstore":"a1","reseller":"acme","aliases":["carl@example.com"]}"#,
    )
    .await;
    let try_to = async |body: Value| env.send(&operator, Method::POST, MOVE, &body).await;
    for (body, status, part) in [
        (
            order(&["example.com"], "acme", "rival"),
            409,
            "carl@two.example",
        ),
        (
            order(&["two.example"], "acme", "rival"),
            409,
            "carl@example.com",
        ),
        (
            order(&["example.com"], "rival", "acme"),
            409,
            "belongs to acme",
        ),
        (
            order(&["nowhere.example", "two.example"], "acme", "rival"),
            404,
            "domain",
        ),
        (order(&[], "acme", "rival"), 422, "1 to 100"),
        (order(&["example.com"], "acme", "acme"), 422, "another"),
        (
            json!({"domains": ["example.com"], "from": "acme", "to": "rival", "reason": " "}),
            422,
            "say why",
        ),
    ] {
        let answer = try_to(body.clone()).await;
        assert_eq!(answer.status.as_u16(), status, "{body}: {}", answer.text);
        assert!(answer.text.contains(part), "{body}: {}", answer.text);
        assert_eq!(
            env.get(&acme, "/api/v1/domains/example.com/failover")
                .await
                .status,
            200
        );
    }
    let both = try_to(order(&["example.com", "two.example"], "acme", "rival")).await;
    assert_eq!(both.status, 200, "{}", both.text);
    let mut back = order(&["example.com", "two.example"], "rival", "x");
    back.as_object_mut().unwrap().remove("to");
    let nobodys = try_to(back).await;
    assert_eq!(nobodys.status, 200, "{}", nobodys.text);
    assert_eq!(nobodys.body["to"], Value::Null);
}

#[tokio::test]
async fn a_job_of_the_former_reseller_neither_goes_on_nor_is_taken_back() {
    let env = Env::new().await;
    let operator = env.token(RoleName::Operator, None).await;
    let acme = env.token(RoleName::Reseller, Some("acme")).await;
    let new =
        json!({"scopes": ["mailbox:ann@example.com"], "action": "pin-standby", "reason": "x"});
    let ended = async |id: &str| {
        for _ in 0..1000 {
            let job =
                jobs::show(&env.service, &Actor::System("test"), id.parse().unwrap()).unwrap();
            if job.ended.is_some() {
                return job;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the job does not end");
    };
    let job = env.send(&acme, Method::POST, "/api/v1/jobs", &new).await;
    let id = job.body["id"].as_str().unwrap().to_owned();
    assert_eq!(ended(&id).await.failed, 0);
    env.send(
        &operator,
        Method::POST,
        MOVE,
        &order(&["example.com"], "acme", "rival"),
    )
    .await;
    let path = format!("/api/v1/jobs/{id}/undo");
    let undo = env
        .send(&acme, Method::POST, &path, &json!({"reason": "x"}))
        .await;
    assert_eq!(undo.status, 202, "{}", undo.text);
    let undo = ended(undo.body["id"].as_str().unwrap()).await;
    assert_eq!(
        (undo.total, undo.failed),
        (1, 1),
        "it has no say there any more"
    );
}

#[tokio::test]
async fn one_reseller_cannot_have_any_number_of_jobs_at_work() {
    let env = Env::new().await;
    let acme = env.token(RoleName::Reseller, Some("acme")).await;
    let rival = env.token(RoleName::Reseller, Some("rival")).await;
    let owner = Some("acme".parse().unwrap());
    let now = env.service.clock.now();
    let held: Vec<_> = (0..jobs::places::AT_WORK_MAX)
        .map(|_| env.service.jobs.order(&owner, now).unwrap())
        .collect();
    let new = json!({"scopes": ["mailbox:nobody@example.com"], "action": "auto", "reason": "x"});
    let limited = env.send(&acme, Method::POST, "/api/v1/jobs", &new).await;
    assert_eq!(
        limited.status,
        StatusCode::TOO_MANY_REQUESTS,
        "{}",
        limited.text
    );
    assert!(limited.headers.contains_key("retry-after"));
    assert_eq!(
        env.send(&rival, Method::POST, "/api/v1/jobs", &new)
            .await
            .status,
        202
    );
    drop(held);
    assert_eq!(
        env.send(&acme, Method::POST, "/api/v1/jobs", &new)
            .await
            .status,
        202
    );
}

#[tokio::test]
async fn a_setting_that_ends_by_itself_is_told_of_once() {
    let env = Env::new().await;
    let acme = env.token(RoleName::Reseller, Some("acme")).await;
    let rival = env.token(RoleName::Reseller, Some("rival")).await;
    let path = "/api/v1/mailboxes/ann@example.com/failover";
    let timed = json!({"action": "pin-standby", "reason": "x", "expires_in_secs": 60});
    env.send(&acme, Method::PUT, path, &timed).await;
    let all: OverrideTable = env.service.store.read(kept::all_overrides).unwrap();
    env.service.routes.publish(Table {
        overrides: all.into(),
        ..Table::default()
    });
    let last = env.get(&acme, "/api/v1/events").await.body["last"].clone();
    assert_eq!(
        overrides::expire(&env.service).await.unwrap(),
        0,
        "its time is not over"
    );
    env.clock.advance(Duration::from_secs(61));
    let seen = env.get(&acme, path).await.headers["etag"].clone();
    assert_eq!(overrides::expire(&env.service).await.unwrap(), 1);
    assert_eq!(
        overrides::expire(&env.service).await.unwrap(),
        0,
        "told once"
    );
    assert_eq!(
        env.get(&acme, path).await.headers["etag"],
        seen,
        "it was over before"
    );
    let scope: Scope = "mailbox:ann@example.com".parse().unwrap();
    assert!(
        env.service
            .store
            .read(|tx| kept::overrides(tx, &scope))
            .unwrap()
            .is_empty()
    );
    let path = format!("/api/v1/events?after={last}");
    let told = env.get(&acme, &path).await;
    let changes = told.body["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{}", told.text);
    assert_eq!(changes[0]["event"], "override.expired");
    assert_eq!(changes[0]["payload"]["data"]["setting"], "follow");
    let others = env.get(&rival, &path).await;
    assert_eq!(others.body["changes"], json!([]));
}

#[tokio::test]
async fn a_scope_that_there_is_not_makes_no_token() {
    let env = Env::new().await;
    let operator = env.token(RoleName::Operator, None).await;
    let before = env
        .get(&operator, "/api/v1/tokens")
        .await
        .body
        .as_array()
        .unwrap()
        .len();
    for scopes in [
        json!(["everything"]),
        json!(["failover", ""]),
        json!("failover"),
    ] {
        let body = json!({"role": "operator", "scopes": scopes});
        let answer = env
            .send(&operator, Method::POST, "/api/v1/tokens", &body)
            .await;
        assert_eq!(answer.status, 422, "{body}: {}", answer.text);
    }
    let after = env
        .get(&operator, "/api/v1/tokens")
        .await
        .body
        .as_array()
        .unwrap()
        .len();
    assert_eq!(after, before);
}

#[tokio::test]
async fn what_was_counted_is_what_is_moved() {
    let env = Env::new().await;
    let operator = env.token(RoleName::Operator, None).await;
    let acme = env.token(RoleName::Reseller, Some("acme")).await;
    let mut wanted = order(&["example.com"], "acme", "rival");
    wanted["count"] = json!(7);
    let refused = env.send(&operator, Method::POST, MOVE, &wanted).await;
    assert_eq!(
        (refused.status.as_u16(), &refused.body["field"]),
        (422, &json!("count")),
        "{}",
        refused.text
    );
    let here = "/api/v1/mailboxes/ann@example.com";
    assert_eq!(env.get(&acme, here).await.status, 200);
    let audit = env.get(&operator, "/api/v1/audit?action=domain.move").await;
    assert_eq!(audit.body, json!([]), "nothing was done");
    wanted["count"] = json!(1);
    let moved = env.send(&operator, Method::POST, MOVE, &wanted).await;
    assert_eq!(moved.status, 200, "{}", moved.text);
    assert_eq!(env.get(&acme, here).await.status, 404);
}
