//! Orders for many domains and mailboxes: looked at, counted, carried out, taken back.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Answer, Env};
use crate::ids::JobId;
use crate::route::{Scope, Setting};
use crate::service::token::RoleName;
use crate::service::{Actor, jobs};
use crate::store::jobs::{self as stored, ItemRecord, JobRecord, Outcome, Task};
use crate::store::{StoreError, failover as kept};

async fn post(env: &Env, token: &str, path: &str, body: &Value) -> Answer {
    let path = format!("/api/v1/jobs{path}");
    env.ask(Method::POST, &path, Some(token), &body.to_string(), &[])
        .await
}

async fn get(env: &Env, token: &str, path: &str) -> Answer {
    env.ask(Method::GET, path, Some(token), "", &[]).await
}

/// Waits until a job has ended. Looking at it counts for nobody's limit of requests.
async fn ended(env: &Env, token: &str, id: &str) -> Value {
    let job = id.parse().unwrap();
    for _ in 0..3000 {
        let looked = jobs::show(&env.service, &Actor::System("test"), job).unwrap();
        if looked.ended.is_some() {
            return get(env, token, &format!("/api/v1/jobs/{id}")).await.body;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the job {id} does not end");
}

async fn mode(env: &Env, token: &str, address: &str) -> String {
    let path = format!("/api/v1/mailboxes/{address}/failover");
    let shown = get(env, token, &path).await;
    shown.body["mode"].as_str().unwrap().to_owned()
}

async fn rows(env: &Env, count: usize) {
    let operator = env.token(RoleName::Operator, None).await;
    let rows: String = (0..count)
        .map(|n| format!("{{\"mailbox\":\"u{n}@example.com\",\"mailstore\":\"a1\"}}\n"))
        .collect();
    let path = "/api/v1/provision?format=ndjson";
    env.ask(Method::POST, path, Some(&operator), &rows, &[])
        .await;
}

#[tokio::test]
async fn many_are_switched_with_a_result_each_and_taken_back_where_nobody_touched_them() {
    let env = Env::new().await;
    rows(&env, 45).await;
    let acme = env.token(RoleName::Reseller, Some("acme")).await;
    let rival = env.token(RoleName::Reseller, Some("rival")).await;
    let mut scopes: Vec<String> = (0..45)
        .map(|n| format!("mailbox:u{n}@example.com"))
        .collect();
    scopes.push("mailbox:bob@other.com".into());
    scopes.push("mailbox:nobody@example.com".into());
    let order = json!({"scopes": scopes, "action": "pin-standby", "reason": "moving house"});
    let looked = post(&env, &acme, "/preview", &order).await;
    assert_eq!(looked.body["mailboxes"], 45, "{}", looked.text);
    let unknown = json!(["mailbox:bob@other.com", "mailbox:nobody@example.com"]);
    assert_eq!(looked.body["unknown"], unknown);
    assert_eq!(
        mode(&env, &acme, "u0@example.com").await,
        "follow",
        "nothing was done"
    );

    let made = post(&env, &acme, "", &order).await;
    assert_eq!(made.status, StatusCode::ACCEPTED, "{}", made.text);
    let id = made.body["id"].as_str().unwrap().to_owned();
    let place = format!("/api/v1/jobs/{id}");
    assert_eq!(made.headers["location"], place.as_str());
    let job = ended(&env, &acme, &id).await;
    assert_eq!((&job["looked_at"], &job["failed"]), (&json!(47), &json!(2)));
    assert_eq!(mode(&env, &acme, "u44@example.com").await, "standby");
    let operator = env.token(RoleName::Operator, None).await;
    assert_eq!(mode(&env, &operator, "bob@other.com").await, "follow");
    let mut states = Vec::new();
    let mut after = json!(0);
    while !after.is_null() {
        let page = get(
            &env,
            &acme,
            &format!("{place}/items?limit=20&after={after}"),
        )
        .await;
        states.extend(page.body["items"].as_array().unwrap().clone());
        after = page.body["next"].clone();
    }
    assert_eq!(states.len(), 47);
    assert_eq!(states[44]["state"], "done");
    assert_eq!(
        states[45],
        json!({"scope": "mailbox:bob@other.com", "state": "failed", "before": null, "why": "there is no such mailbox"})
    );

    // Another tenant knows nothing of it.
    for path in [place.clone(), format!("{place}/items")] {
        assert_eq!(get(&env, &rival, &path).await.status, StatusCode::NOT_FOUND);
    }
    let why = json!({"reason": "moved"});
    let undo = format!("/{id}/undo");
    let theirs = post(&env, &rival, &undo, &why).await;
    assert_eq!(theirs.status, StatusCode::NOT_FOUND);

    // What somebody changed since stays.
    let change = r#"{"action":"queue","reason":"by hand"}"#;
    let path = "/api/v1/mailboxes/u7@example.com/failover";
    env.ask(Method::PUT, path, Some(&acme), change, &[]).await;
    let undone = post(&env, &acme, &undo, &why).await;
    assert_eq!(undone.status, StatusCode::ACCEPTED, "{}", undone.text);
    let back = ended(&env, &acme, undone.body["id"].as_str().unwrap()).await;
    assert_eq!(
        (&back["task"], &back["failed"]),
        (&json!("undo"), &json!(3))
    );
    assert_eq!(mode(&env, &acme, "u7@example.com").await, "queue");
    assert_eq!(mode(&env, &acme, "u8@example.com").await, "follow");
    let twice = post(&env, &acme, &undo, &why).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    let list = get(&env, &acme, "/api/v1/jobs").await;
    assert_eq!(list.body.as_array().unwrap().len(), 2);
    assert_eq!(get(&env, &rival, "/api/v1/jobs").await.body, json!([]));
}

#[tokio::test]
async fn many_mailboxes_take_their_number_and_overrides_end_in_time() {
    let env = Env::new().await;
    rows(&env, 150).await;
    let acme = env.token(RoleName::Reseller, Some("acme")).await;
    let order = |count: Value| {
        json!({"scopes": ["domain:example.com"], "action": "queue", "reason": "test",
               "expires_in_secs": 60, "count": count})
    };
    for wrong in [Value::Null, json!(150)] {
        let refused = post(&env, &acme, "", &order(wrong)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.body["field"], "count");
        assert!(refused.text.contains("151 mailboxes"), "{}", refused.text);
    }
    let made = post(&env, &acme, "", &order(json!(151))).await;
    assert_eq!(made.status, StatusCode::ACCEPTED, "{}", made.text);
    ended(&env, &acme, made.body["id"].as_str().unwrap()).await;
    let shown = async || {
        get(&env, &acme, "/api/v1/domains/example.com/failover")
            .await
            .body
    };
    assert_eq!(shown().await["mode"], "queue");
    env.clock.advance(Duration::from_secs(61));
    assert_eq!(shown().await["mode"], "follow");
    let read_only = r#"{"access":"read-only"}"#;
    let made = env
        .ask(Method::POST, "/api/v1/tokens", Some(&acme), read_only, &[])
        .await;
    let reader = made.body["token"].as_str().unwrap();
    let refused = post(&env, reader, "", &order(json!(151))).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    for (scopes, part) in [
        (json!([]), "1 to 1000"),
        (json!(["mailstore:a1"]), "by itself"),
        (json!(["domain:example.com", "domain:example.com"]), "twice"),
        (json!(["example.com"]), "scope"),
    ] {
        let order = json!({"scopes": scopes, "action": "queue", "reason": "test"});
        let refused = post(&env, &acme, "", &order).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{scopes}");
        assert!(refused.text.contains(part), "{scopes}: {}", refused.text);
    }
}

#[tokio::test]
async fn a_job_goes_on_after_a_stop_where_it_was() {
    let env = Env::new().await;
    rows(&env, 30).await;
    let acme = env.token(RoleName::Reseller, Some("acme")).await;
    let scopes: Vec<String> = (0..30)
        .map(|n| format!("mailbox:u{n}@example.com"))
        .collect();
    let order = json!({"scopes": scopes, "action": "pin-primary", "reason": "test"});
    let made = post(&env, &acme, "", &order).await;
    let id = made.body["id"].as_str().unwrap().to_owned();
    ended(&env, &acme, &id).await;
    // As if the server had stopped after the tenth.
    let job = id.parse().unwrap();
    env.service
        .store
        .write(move |tx| {
            let mut record = crate::store::jobs::get(tx, job)?.unwrap();
            (record.next, record.ended) = (10, None);
            crate::store::jobs::put(tx, job, &record)?;
            for number in 10..30 {
                let mut item = crate::store::jobs::item(tx, job, number)?.unwrap();
                item.outcome = crate::store::jobs::Outcome::Waiting;
                crate::store::jobs::put_item(tx, job, number, &item)?;
            }
            Ok::<_, crate::store::StoreError>(())
        })
        .await
        .unwrap();
    jobs::resume(&env.service).unwrap();
    let done = ended(&env, &acme, &id).await;
    assert_eq!(
        (&done["looked_at"], &done["failed"]),
        (&json!(30), &json!(0))
    );
    let items = get(&env, &acme, &format!("/api/v1/jobs/{id}/items")).await;
    assert!(!items.text.contains("waiting"), "{}", items.text);
}

#[tokio::test]
async fn an_alias_and_its_mailbox_are_one() {
    let env = Env::new().await;
    let operator = env.token(RoleName::Operator, None).await;
    let order = json!({
        "scopes": ["mailbox:ann@example.com", "mailbox:sales@example.com"],
        "action": "pin-standby",
        "reason": "test",
    });
    let looked = post(&env, &operator, "/preview", &order).await;
    assert_eq!(looked.body["mailboxes"], 1, "{}", looked.text);
    let made = post(&env, &operator, "", &order).await;
    let job = ended(&env, &operator, made.body["id"].as_str().unwrap()).await;
    assert_eq!((&job["total"], &job["failed"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn all_that_a_filter_takes_is_switched_and_nothing_of_others() {
    let env = Env::new().await;
    rows(&env, 3).await;
    let acme = env.token(RoleName::Reseller, Some("acme")).await;
    let rival = env.token(RoleName::Reseller, Some("rival")).await;
    let order = |more: &str| -> Value {
        let text = format!(r#"{{"action":"pin-standby","reason":"test",{more}}}"#);
        serde_json::from_str(&text).unwrap()
    };
    for (token, more, status, mailboxes) in [
        (&acme, r#""of":"mailboxes""#, 200, Some(4)),
        (
            &acme,
            r#""of":"mailboxes","domain":"example.com""#,
            200,
            Some(4),
        ),
        (&acme, r#""of":"mailboxes","mailstore":"b9""#, 200, Some(0)),
        (&acme, r#""of":"domains","name":"exam""#, 200, Some(4)),
        (&rival, r#""of":"mailboxes""#, 200, Some(1)),
        (
            &rival,
            r#""of":"mailboxes","domain":"example.com""#,
            404,
            None,
        ),
        (&rival, r#""of":"mailboxes","reseller":"acme""#, 404, None),
        (&acme, r#""of":"mailboxes","name":"x""#, 422, None),
        (&acme, r#""of":"domains","mailstore":"a1""#, 422, None),
        (&acme, r#""of":"mailboxes","route":"nowhere""#, 422, None),
        (&acme, r#""of":"resellers""#, 422, None),
    ] {
        let looked = post(&env, token, "/matching/preview", &order(more)).await;
        assert_eq!(looked.status.as_u16(), status, "{more}: {}", looked.text);
        assert_eq!(looked.body["mailboxes"].as_u64(), mailboxes, "{more}");
    }
    let empty = order(r#""of":"mailboxes","mailstore":"b9""#);
    assert_eq!(post(&env, &acme, "/matching", &empty).await.status, 422);
    let all = order(r#""of":"mailboxes""#);
    let made = post(&env, &acme, "/matching", &all).await;
    assert_eq!(made.status, 202, "{}", made.text);
    let job = ended(&env, &acme, made.body["id"].as_str().unwrap()).await;
    assert_eq!((&job["total"], &job["failed"]), (&json!(4), &json!(0)));
    assert_eq!(mode(&env, &acme, "u0@example.com").await, "standby");
    assert_eq!(mode(&env, &rival, "bob@other.com").await, "follow");
}

#[tokio::test]
async fn an_alias_beside_its_mailbox_is_taken_back_to_what_was_before() {
    let env = Env::new().await;
    let operator = env.token(RoleName::Operator, None).await;
    let acme = env.token(RoleName::Reseller, Some("acme")).await;
    let row = r#"{"mailbox":"u@example.com","mailstore":"a1","aliases":["alias@example.com"]}"#;
    let path = "/api/v1/provision?format=ndjson";
    env.ask(Method::POST, path, Some(&operator), row, &[]).await;
    let scope: Scope = "mailbox:u@example.com".parse().unwrap();
    let set = || {
        let read = env.service.store.read(|tx| kept::overrides(tx, &scope));
        read.unwrap().reseller
    };
    let pin = json!({"action": "pin-primary", "reason": "was before"}).to_string();
    let path = "/api/v1/mailboxes/u@example.com/failover";
    let put = env.ask(Method::PUT, path, Some(&acme), &pin, &[]).await;
    assert_eq!(put.status, 200, "{}", put.text);
    let before = set();
    assert!(before.is_some());
    let names = ["mailbox:alias@example.com", "mailbox:u@example.com"];
    let undo = json!({"reason": "a mistake"});

    // Ordered together they are one.
    let order = json!({"scopes": names, "action": "queue", "reason": "x"});
    let made = post(&env, &acme, "", &order).await;
    let id = made.body["id"].as_str().unwrap().to_owned();
    assert_eq!(ended(&env, &acme, &id).await["total"], 1);
    assert_ne!(set(), before);
    let undone = post(&env, &acme, &format!("/{id}/undo"), &undo).await;
    let undone = undone.body["id"].as_str().unwrap().to_owned();
    assert_eq!(ended(&env, &acme, &undone).await["failed"], 0);
    assert_eq!(set(), before);

    // One became the other's alias after the order.
    let id = JobId::generate(env.service.clock.now());
    let record = JobRecord {
        owner: Some("acme".parse().unwrap()),
        by: "somebody".into(),
        reason: "x".into(),
        task: Task::Set(Some(Setting::Queue), None),
        created: env.service.clock.now(),
        ended: None,
        total: 2,
        next: 0,
        failed: 0,
        undone_by: None,
    };
    let writing = env.service.store.write(move |tx| {
        for (number, name) in (0..).zip(names) {
            let item = ItemRecord {
                scope: name.parse().unwrap(),
                outcome: Outcome::Waiting,
            };
            stored::put_item(tx, id, number, &item)?;
        }
        stored::put(tx, id, &record)
    });
    let written: Result<(), StoreError> = writing.await;
    written.unwrap();
    jobs::resume(&env.service).unwrap();
    let id = id.to_string();
    assert_eq!(ended(&env, &acme, &id).await["failed"], 0);
    assert_ne!(set(), before);
    let undone = post(&env, &acme, &format!("/{id}/undo"), &undo).await;
    let undone = undone.body["id"].as_str().unwrap().to_owned();
    assert_eq!(ended(&env, &acme, &undone).await["failed"], 0);
    assert_eq!(set(), before);
}
