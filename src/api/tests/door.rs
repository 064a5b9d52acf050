//! The door of the network: requests that come again, and too many of them.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde_json::json;

use super::{Answer, Env};
use crate::service::token::RoleName;

const TOKENS: &str = "/api/v1/tokens";

async fn post(env: &Env, token: &str, path: &str, body: &str, key: &str) -> Answer {
    let named = [("idempotency-key", key)];
    let headers = if key.is_empty() { &[][..] } else { &named };
    env.ask(Method::POST, path, Some(token), body, headers)
        .await
}

async fn count(env: &Env, token: &str) -> usize {
    let list = env.ask(Method::GET, TOKENS, Some(token), "", &[]).await;
    list.body.as_array().unwrap().len()
}

#[tokio::test]
async fn a_request_that_comes_again_is_answered_the_same_and_does_nothing() {
    let env = Env::new().await;
    let acme = env.token(RoleName::Reseller, Some("acme")).await;
    let rival = env.token(RoleName::Reseller, Some("rival")).await;
    let body = r#"{"label":"script"}"#;
    let first = post(&env, &acme, TOKENS, body, "k-1").await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text);
    assert!(!first.headers.contains_key("idempotent-replayed"));
    let again = post(&env, &acme, TOKENS, body, "k-1").await;
    assert_eq!((again.status, &again.text), (first.status, &first.text));
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert_eq!(again.headers["content-type"], first.headers["content-type"]);
    assert_eq!(again.headers["cache-control"], "no-store");
    assert_eq!(count(&env, &acme).await, 2, "its own and one more");

    // Another body, another path, another key, another asker.
    let other = post(&env, &acme, TOKENS, "{}", "k-1").await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(other.body["field"], json!("Idempotency-Key"));
    let elsewhere = post(&env, &acme, "/api/v1/webhooks", body, "k-1").await;
    assert_eq!(elsewhere.status, StatusCode::UNPROCESSABLE_ENTITY);
    let theirs = post(&env, &rival, TOKENS, body, "k-1").await;
    assert_eq!(theirs.status, StatusCode::CREATED);
    assert_ne!(theirs.text, first.text);
    for key in ["with space", &"x".repeat(201)] {
        let refused = post(&env, &acme, TOKENS, body, key).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{key}");
    }

    // A refusal is an answer too, and is given again though it would be let through now.
    let hook = r#"{"to":"no url"}"#;
    let refused = post(&env, &acme, "/api/v1/webhooks", hook, "k-2").await;
    assert!(refused.status.is_client_error(), "{}", refused.text);
    let again = post(&env, &acme, "/api/v1/webhooks", hook, "k-2").await;
    assert_eq!((again.status, again.text), (refused.status, refused.text));
    assert_eq!(again.headers["content-type"], "application/problem+json");

    // Two at once: one is carried out, the other hears so or gets its answer.
    let (a, b) = tokio::join!(
        post(&env, &acme, TOKENS, body, "k-3"),
        post(&env, &acme, TOKENS, body, "k-3"),
    );
    for answer in [&a, &b] {
        let fits = answer.status == StatusCode::CREATED || answer.status == StatusCode::CONFLICT;
        assert!(fits, "{}", answer.text);
    }
    assert_eq!(count(&env, &acme).await, 3);

    // After a day it is a new request. Tokens of the tests last an hour.
    let lasting = post(&env, &acme, TOKENS, r#"{"label":"lasting"}"#, "").await;
    let lasting = lasting.body["token"].as_str().unwrap().to_owned();
    let first = post(&env, &lasting, TOKENS, body, "k-4").await;
    env.clock.advance(Duration::from_secs(24 * 3600 - 1));
    let again = post(&env, &lasting, TOKENS, body, "k-4").await;
    assert_eq!(again.text, first.text);
    env.clock.advance(Duration::from_secs(2));
    let new = post(&env, &lasting, TOKENS, body, "k-4").await;
    assert_eq!(new.status, StatusCode::CREATED);
    assert_ne!(new.text, first.text);
}

#[tokio::test]
async fn what_is_kept_of_an_answer_holds_no_secret() {
    let env = Env::new().await;
    let acme = env.token(RoleName::Reseller, Some("acme")).await;
    let made = post(&env, &acme, TOKENS, "{}", "k-1").await;
    let token = made.body["token"].as_str().unwrap();
    let mut bytes = Vec::new();
    let mut folders = vec![env._dir.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => bytes.extend(std::fs::read(path).unwrap_or_default()),
            }
        }
    }
    let holds = |text: &str| memchr::memmem::find(&bytes, text.as_bytes()).is_some();
    assert!(holds("example.com"), "the store was read");
    assert!(!holds(token) && !holds(&acme));
}

#[tokio::test]
async fn too_many_requests_are_told_when_to_come_back() {
    let env = Env::new().await;
    let acme = env.token(RoleName::Reseller, Some("acme")).await;
    let rival = env.token(RoleName::Reseller, Some("rival")).await;
    let agent = env.token(RoleName::Agent, None).await;
    let rate = env.service.config.get().http.api_requests_per_minute;
    let ask = async |token: &str| {
        env.ask(Method::GET, "/api/v1/nothing", Some(token), "", &[])
            .await
    };
    for _ in 0..rate {
        assert_eq!(ask(&acme).await.status, StatusCode::NOT_FOUND);
    }
    let limited = ask(&acme).await;
    assert_eq!(limited.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(limited.headers["content-type"], "application/problem+json");
    assert_eq!(limited.headers["retry-after"], "1");
    for _ in 0..=rate {
        assert_eq!(
            ask(&agent).await.status,
            StatusCode::NOT_FOUND,
            "reports are not counted"
        );
    }
    assert_eq!(
        ask(&rival).await.status,
        StatusCode::NOT_FOUND,
        "each has its own"
    );
    env.clock.advance(Duration::from_secs(1));
    assert_eq!(ask(&acme).await.status, StatusCode::NOT_FOUND);
}
