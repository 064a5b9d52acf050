//! One mailbox of the directory, pushed by a panel.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::Env;
use crate::service::token::RoleName;

#[tokio::test]
async fn one_mailbox_is_pushed_by_its_reseller_and_by_nobody_else() {
    let env = Env::new().await;
    let acme = env.token(RoleName::Reseller, Some("acme")).await;
    let rival = env.token(RoleName::Reseller, Some("rival")).await;
    let new = "/api/v1/mailboxes/carl@example.com";
    let put = async |token: &str, path: &str, body: &str, seen: &[(&str, &str)]| {
        env.ask(Method::PUT, path, Some(token), body, seen).await
    };
    for (token, path, body, status, part) in [
        (&acme, new, r#"{"name":"Carl"}"#, 422, "mailstore"),
        (&acme, new, r#"{"mailstore":"b9"}"#, 422, "b9"),
        (
            &acme,
            new,
            r#"{"mailstore":"a1","color":"red"}"#,
            422,
            "color",
        ),
        (&acme, new, r#"{"mailbox":"x@example.com"}"#, 422, "mailbox"),
        (
            &acme,
            new,
            r#"{"mailstore":"a1","reseller":"rival"}"#,
            404,
            "reseller",
        ),
        (
            &acme,
            new,
            r#"{"mailstore":"a1","aliases":["c@other.com"]}"#,
            404,
            "domain",
        ),
        (
            &acme,
            new,
            r#"{"mailstore":"a1","aliases":["c@new.example"]}"#,
            404,
            "domain",
        ),
        (
            &acme,
            new,
            r#"{"mailstore":"a1","renamed_from":"bob@other.com"}"#,
            404,
            "mailbox",
        ),
        (
            &acme,
            new,
            r#"{"mailstore":"a1","aliases":["sales@example.com"]}"#,
            422,
            "ann@",
        ),
        (&rival, new, r#"{"mailstore":"a1"}"#, 404, "domain"),
        (
            &acme,
            "/api/v1/mailboxes/x@new.example",
            r#"{"mailstore":"a1"}"#,
            404,
            "domain",
        ),
    ] {
        let answer = put(token, path, body, &[]).await;
        assert_eq!(answer.status.as_u16(), status, "{body}: {}", answer.text);
        assert!(answer.text.contains(part), "{body}: {}", answer.text);
    }
    let gone = put(&acme, new, r#"{"mailstore":"a1"}"#, &[("if-match", "*")]).await;
    assert_eq!(gone.status, StatusCode::PRECONDITION_FAILED);
    let body = r#"{"mailstore":"a1","name":"Carl","aliases":["c@example.com"]}"#;
    let made = put(&acme, new, body, &[]).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    assert_eq!(
        (&made.body["name"], &made.body["reseller"]),
        (&json!("Carl"), &json!("acme"))
    );
    let shown = env.ask(Method::GET, new, Some(&acme), "", &[]).await;
    assert_eq!(shown.headers["etag"], made.headers["etag"]);
    let seen = made.headers["etag"].to_str().unwrap();
    let seen = [("if-match", seen)];
    let changed = put(&acme, new, r#"{"name":null}"#, &seen).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text);
    assert_eq!(changed.body["name"], Value::Null);
    assert_eq!(
        changed.body["aliases"],
        json!(["c@example.com"]),
        "what is not said stays"
    );
    let stale = put(&acme, new, "{}", &seen).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(stale.headers["etag"], changed.headers["etag"]);
    let delete = async |token: &str, path: &str, seen: &[(&str, &str)]| {
        let answer = env.ask(Method::DELETE, path, Some(token), "", seen).await;
        answer.status.as_u16()
    };
    assert_eq!(delete(&rival, new, &[]).await, 404);
    assert_eq!(
        delete(&acme, "/api/v1/mailboxes/c@example.com", &[]).await,
        404
    );
    assert_eq!(delete(&acme, new, &seen).await, 412);
    assert_eq!(delete(&acme, new, &[]).await, 204);
    assert_eq!(delete(&acme, new, &[]).await, 404);
}
