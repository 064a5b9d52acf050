//! Roles of people and tokens: what each may, on every route.

use axum::http::{Method, StatusCode};

use super::matrix::{About, ROUTES, needs};
use super::{Env, different};
use crate::service::token::RoleName;
use crate::store::access::Access;

#[tokio::test]
async fn a_role_may_what_its_permissions_say_and_a_wrong_tenant_learns_nothing() {
    let env = Env::new().await;
    let whose = [None, Some("acme"), Some("rival")];
    for access in Access::ALL {
        for tenant in whose {
            let role = match tenant {
                None => RoleName::Operator,
                Some(_) => RoleName::Reseller,
            };
            let token = env.token_for(role, tenant, access).await;
            for &(method, route, path, body, about) in ROUTES {
                let answer = env
                    .ask(
                        method.parse().unwrap(),
                        path,
                        Some(&token),
                        &different(body),
                        &[],
                    )
                    .await;
                let name = format!("{access:?} of {tenant:?}: {method} {path}: {}", answer.text);
                let is_theirs = match about {
                    About::Platform => tenant.is_none(),
                    About::Acme => tenant != Some("rival"),
                    About::Tenant => true,
                    About::Absent => false,
                };
                let may = needs(method, route).is_none_or(|one| access.grants().has(one));
                if route == "/api/v1/provision" {
                    // It streams: the refusal is in its only line.
                    let is_done = answer.text.contains("created");
                    assert_eq!(is_done, is_theirs && may, "{name}");
                } else if !is_theirs {
                    let is_refused = about == About::Absent && !may && answer.status == 403;
                    assert!(is_refused || answer.status == 404, "{name}");
                } else if may {
                    assert_ne!(answer.status, StatusCode::FORBIDDEN, "{name}");
                } else {
                    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}");
                    assert_eq!(answer.headers["content-type"], "application/problem+json");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_token_may_not_more_than_who_made_it_and_only_what_its_scopes_say() {
    let env = Env::new().await;
    let acme = env
        .token_for(RoleName::Reseller, Some("acme"), Access::Admin)
        .await;
    let post = async |token: &str, body: &str| {
        let path = "/api/v1/tokens";
        env.ask(Method::POST, path, Some(token), body, &[]).await
    };
    for (body, status) in [
        (r#"{"access":"owner"}"#, 422),
        (r#"{"role":"operator"}"#, 422),
        (r#"{"scopes":["people"]}"#, 422),
        (r#"{"access":"read-only","scopes":["failover"]}"#, 422),
        (r#"{"reseller":"rival"}"#, 404),
        (r#"{"access":"read-only"}"#, 201),
    ] {
        let answer = post(&acme, body).await;
        assert_eq!(answer.status.as_u16(), status, "{body}: {}", answer.text);
    }
    let made = post(&acme, r#"{"scopes":["failover"],"label":"script"}"#).await;
    let script = made.body["token"].as_str().unwrap().to_owned();
    let change = r#"{"action":"pin-standby","reason":"test"}"#;
    let put = async |path: &str, body: &str| {
        let answer = env.ask(Method::PUT, path, Some(&script), body, &[]).await;
        answer.status.as_u16()
    };
    assert_eq!(
        put("/api/v1/domains/example.com/failover", change).await,
        200
    );
    assert_eq!(put("/api/v1/brand", r#"{"name":"Acme"}"#).await, 403);
    let list = async |token: &str| {
        let path = "/api/v1/tokens";
        env.ask(Method::GET, path, Some(token), "", &[]).await
    };
    let own = list(&acme).await;
    assert_eq!(own.body.as_array().unwrap().len(), 3, "{}", own.text);
    let rival = env.token(RoleName::Reseller, Some("rival")).await;
    assert!(!list(&rival).await.text.contains("acme"));
    let path = format!("/api/v1/tokens/{}", made.body["id"].as_str().unwrap());
    let revoke = async |token: &str| {
        let answer = env.ask(Method::DELETE, &path, Some(token), "", &[]).await;
        answer.status.as_u16()
    };
    assert_eq!(revoke(&rival).await, 404);
    assert_eq!(revoke(&acme).await, 204);
    assert_eq!(
        put("/api/v1/domains/example.com/failover", change).await,
        401
    );
}

#[tokio::test]
async fn nobody_makes_changes_or_removes_what_may_more_than_they() {
    let env = Env::new().await;
    let owner = env.token_for(RoleName::Operator, None, Access::Owner).await;
    let ask = async |token: &str, method: Method, path: &str, body: &str| {
        env.ask(method, path, Some(token), body, &[]).await
    };
    let make = async |body: &str| {
        let made = ask(&owner, Method::POST, "/api/v1/tokens", body).await;
        assert_eq!(made.status, 201, "{}", made.text);
        made.body["token"].as_str().unwrap().to_owned()
    };
    let people = make(r#"{"scopes":["people"]}"#).await;
    let tokens = make(r#"{"scopes":["tokens"]}"#).await;
    let person = |access: &str, sign_in: &str| {
        format!(r#"{{"name":"Eve","sign_in":"{sign_in}","access":"{access}"}}"#)
    };
    let made = ask(
        &owner,
        Method::POST,
        "/api/v1/people",
        &person("owner", "own@x.example"),
    )
    .await;
    assert_eq!(made.status, 201, "{}", made.text);
    let id = made.body["person"]["id"].as_str().unwrap().to_owned();
    let one = format!("/api/v1/people/{id}");
    let again = format!("{one}/invitation");
    for (method, path, body) in [
        (
            Method::POST,
            "/api/v1/people",
            person("owner", "eve@x.example"),
        ),
        (
            Method::POST,
            "/api/v1/people",
            person("read-only", "eve@x.example"),
        ),
        (
            Method::PATCH,
            one.as_str(),
            r#"{"access":"read-only"}"#.to_owned(),
        ),
        (
            Method::POST,
            again.as_str(),
            r#"{"remove_second_factor":true}"#.to_owned(),
        ),
        (Method::DELETE, one.as_str(), String::new()),
    ] {
        let refused = ask(&people, method.clone(), path, &body).await;
        assert_eq!(
            refused.status, 403,
            "{method} {path} {body}: {}",
            refused.text
        );
    }
    for role in [r#"{"role":"agent","label":"mx1"}"#, r#"{"role":"router"}"#] {
        let refused = ask(&tokens, Method::POST, "/api/v1/tokens", role).await;
        assert_eq!(refused.status, 422, "{role}: {}", refused.text);
        let made = ask(&owner, Method::POST, "/api/v1/tokens", role).await;
        assert_eq!(made.status, 201, "{role}: {}", made.text);
    }
    let counted = r#"{"observations":[],"traffic":[]}"#;
    let reader = env
        .token_for(RoleName::Operator, None, Access::ReadOnly)
        .await;
    let refused = ask(&reader, Method::POST, "/api/v1/observations", counted).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
}

#[tokio::test]
async fn the_rest_of_a_webhooks_address_is_for_those_who_may_change_it() {
    let env = Env::new().await;
    let of = async |access| {
        env.token_for(RoleName::Reseller, Some("acme"), access)
            .await
    };
    let (admin, help) = (of(Access::Admin).await, of(Access::HelpDesk).await);
    let body = r#"{"to":"https://hooks.example.net/secret"}"#;
    let path = "/api/v1/webhooks";
    let made = env.ask(Method::POST, path, Some(&admin), body, &[]).await;
    assert_eq!(made.status, 201, "{}", made.text);
    for (token, shown) in [
        (&admin, "https://hooks.example.net/secret"),
        (&help, "https://hooks.example.net/…"),
    ] {
        let list = env.ask(Method::GET, path, Some(token), "", &[]).await;
        assert_eq!(list.body[0]["to"], shown, "{}", list.text);
    }
}
