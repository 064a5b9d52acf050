//! What is removed after its time, and what goes with a person.

use std::time::Duration;

use axum::http::Method;
use serde_json::json;

use super::Env;
use crate::ids::PersonId;
use crate::service::token::{self, NewToken, RoleName};
use crate::service::{Actor, Means, retention};
use crate::store::access::Access;
use crate::store::jobs as kept;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The ids of the tokens that are shown, and whether each is good.
async fn tokens(env: &Env, operator: &str) -> Vec<(String, bool)> {
    let path = "/api/v1/tokens";
    let list = env.ask(Method::GET, path, Some(operator), "", &[]).await;
    let of = |token: &serde_json::Value| {
        let id = token["id"].as_str().unwrap().to_owned();
        (id, token["valid"].as_bool().unwrap())
    };
    list.body.as_array().unwrap().iter().map(of).collect()
}

async fn round(env: &Env) {
    retention::round(&env.service).await.unwrap();
}

#[tokio::test]
async fn what_is_over_is_removed_after_its_time() {
    let env = Env::new().await;
    let first = env.token(RoleName::Operator, None).await;
    let order = json!({
        "scopes": ["mailbox:ann@example.com"],
        "action": "pin-standby",
        "reason": "test",
    });
    let path = "/api/v1/jobs";
    let order = order.to_string();
    let made = env.ask(Method::POST, path, Some(&first), &order, &[]).await;
    let job = made.body["id"].as_str().unwrap().parse().unwrap();
    let known = || env.service.store.read(|tx| kept::get(tx, job)).unwrap();
    while known().unwrap().ended.is_none() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let ended = tokens(&env, &first).await.len();

    env.clock.advance(DAY * 89);
    let second = env.token(RoleName::Operator, None).await;
    round(&env).await;
    assert_eq!(tokens(&env, &second).await.len(), ended + 1);
    assert!(known().is_some());
    env.clock.advance(DAY * 2);
    let third = env.token(RoleName::Operator, None).await;
    round(&env).await;
    let left = tokens(&env, &third).await;
    let good: Vec<bool> = left.iter().map(|(_, good)| *good).collect();
    assert_eq!(good, [false, true], "the second ended a moment ago");
    assert!(known().is_none());
    let item = env.service.store.read(|tx| kept::item(tx, job, 0));
    assert_eq!(item.unwrap(), None);
}

#[tokio::test]
async fn who_is_removed_leaves_no_token_but_those_of_agents() {
    let env = Env::new().await;
    let operator = env.token(RoleName::Operator, None).await;
    let ask = async |method: Method, path: &str, body: &str| {
        env.ask(method, path, Some(&operator), body, &[]).await
    };
    let eve = r#"{"name":"Eve","sign_in":"eve@ops.example","access":"admin"}"#;
    let made = ask(Method::POST, "/api/v1/people", eve).await;
    let id = made.body["person"]["id"].as_str().unwrap().to_owned();
    let person: PersonId = id.parse().unwrap();
    let means = Means {
        person: Some(person),
        ..Means::new("eve@ops.example".to_owned(), Access::Admin.grants())
    };
    let actor = Actor::Operator(means);
    let new = |role, label: &str| NewToken {
        role: Some(role),
        access: None,
        scopes: None,
        reseller: None,
        label: label.to_owned(),
        expires_in_secs: None,
    };
    let own = token::create(&env.service, &actor, new(RoleName::Operator, "")).await;
    let agent = token::create(&env.service, &actor, new(RoleName::Agent, "mx7")).await;
    let (own, agent) = (own.unwrap(), agent.unwrap());
    let list = ask(Method::GET, "/api/v1/tokens", "").await;
    let theirs = list.body.as_array().unwrap().iter();
    assert_eq!(theirs.filter(|token| token["made_by"] == *id).count(), 2);
    let path = format!("/api/v1/people/{id}");
    assert_eq!(ask(Method::DELETE, &path, "").await.status, 204);
    let good = tokens(&env, &operator).await;
    let is_good = |id: &str| good.iter().any(|(known, good)| known == id && *good);
    assert!(!is_good(&own.id));
    assert!(is_good(&agent.id), "probes go on");
    let log = ask(Method::GET, "/api/v1/audit?limit=1", "").await;
    assert_eq!(
        log.body[0]["detail"],
        "eve@ops.example; 1 tokens revoked, 1 of agents left"
    );
    let refused = env
        .ask(Method::GET, "/api/v1/tokens", Some(&own.token), "", &[])
        .await;
    assert_eq!(refused.status, 401);
}
