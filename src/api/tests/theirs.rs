//! What another reseller has looks as if it were not there: every address that names something, with an id that
//! exists and with one that does not, generated from the matrix of the routes.

use std::collections::BTreeMap;

use axum::http::{Method, StatusCode};
use serde_json::Value;

use super::matrix::{About, ROUTES};
use super::{Env, different};
use crate::service::token::RoleName;

const NONE: &str = "00000000000000000000000000000000";

/// What acme has, by the last part of the path of its kind.
async fn of_acme(env: &Env, acme: &str) -> BTreeMap<&'static str, String> {
    let make = async |path: &str, body: &str, id: fn(&Value) -> &Value| {
        let made = env.ask(Method::POST, path, Some(acme), body, &[]).await;
        assert!(made.status.is_success(), "{path}: {}", made.text);
        let id = id(&made.body).as_str();
        id.unwrap_or_else(|| panic!("{path}: {}", made.text))
            .to_owned()
    };
    let job = r#"{"scopes":["mailbox:ann@example.com"],"action":"queue","reason":"test"}"#;
    let eve = r#"{"name":"Eve","sign_in":"eve@acme.example","access":"admin"}"#;
    let left = "/api/v1/mailboxes/left@example.com";
    for (method, body) in [(Method::PUT, r#"{"mailstore":"a1"}"#), (Method::DELETE, "")] {
        let done = env.ask(method, left, Some(acme), body, &[]).await;
        assert!(done.status.is_success(), "{}", done.text);
    }
    let path = "/api/v1/deleted-mailboxes";
    let list = env.ask(Method::GET, path, Some(acme), "", &[]).await.body;
    let id = list["mailboxes"][0]["id"].as_str().unwrap();
    BTreeMap::from([
        ("deleted-mailboxes", format!("left@example.com/{id}")),
        ("jobs", make("/api/v1/jobs", job, |made| &made["id"]).await),
        (
            "tokens",
            make("/api/v1/tokens", "{}", |made| &made["id"]).await,
        ),
        (
            "people",
            make("/api/v1/people", eve, |made| &made["person"]["id"]).await,
        ),
        (
            "webhooks",
            make(
                "/api/v1/webhooks",
                r#"{"to":"https://hooks.example.net/x"}"#,
                |made| &made["id"],
            )
            .await,
        ),
        (
            "contacts",
            make(
                "/api/v1/contacts",
                r#"{"to":"eve@elsewhere.example"}"#,
                |made| &made["id"],
            )
            .await,
        ),
    ])
}

/// The path of a route with what acme has, and with what nobody has. None where the route names nothing, or what
/// is the platform's.
fn paths(route: &str, about: About, things: &BTreeMap<&str, String>) -> Option<[String; 2]> {
    let resource = route.trim_start_matches("/api/v1/").split('/').next()?;
    let put = |what: &str, there: &str, none: &str| {
        Some([route.replace(what, there), route.replace(what, none)])
    };
    if about == About::Platform || !route.contains('{') {
        return None;
    }
    if resource == "deleted-mailboxes" {
        let none = format!("left@example.com/{NONE}");
        return put("{address}/{id}", &things[resource], &none);
    }
    if let Some(id) = things.get(resource) {
        return put("{id}", id, NONE);
    }
    match resource {
        "domains" => put("{domain}", "example.com", "nowhere.example"),
        "mailboxes" => put("{address}", "ann@example.com", "nobody@nowhere.example"),
        "resellers" => put("{id}", "acme", "nobody"),
        "merges" if route.contains("{domain}") => put("{domain}", "example.com", "nowhere.example"),
        "merges" if route.contains("{address}") => {
            let named = route.replace("{name}", "direct.a1");
            let with = |address: &str| named.replace("{address}", address);
            Some([with("ann@example.com"), with("nobody@nowhere.example")])
        }
        // The platform's, which a reseller sees if it concerns it: there is nothing of acme's alone.
        "outages" | "merges" | "alerts" | "queue" | "sources" => None,
        other => panic!("{other}: which one is acme's?"),
    }
}

#[tokio::test]
async fn what_another_reseller_has_looks_as_if_it_were_not_there() {
    let env = Env::new().await;
    let acme = env.token(RoleName::Reseller, Some("acme")).await;
    let rival = env.token(RoleName::Reseller, Some("rival")).await;
    let things = of_acme(&env, &acme).await;
    let mut asked = 0;
    for &(method, route, _, body, about) in ROUTES {
        let Some([there, absent]) = paths(route, about, &things) else {
            continue;
        };
        let ask = async |token: &str, path: &str| {
            let method = method.parse().unwrap();
            env.ask(method, path, Some(token), &different(body), &[])
                .await
        };
        let found = ask(&rival, &there).await;
        let none = ask(&rival, &absent).await;
        let name = format!("{method} {there}: {}", found.text);
        assert_eq!(found.status, StatusCode::NOT_FOUND, "{name}");
        assert_eq!(
            none.status,
            StatusCode::NOT_FOUND,
            "{method} {absent}: {}",
            none.text
        );
        assert_eq!(found.body, none.body, "{name}");
        assert_eq!(
            found.headers.keys().collect::<Vec<_>>(),
            none.headers.keys().collect::<Vec<_>>(),
            "{name}"
        );
        if method == "GET" && !route.contains("{name}") {
            let own = ask(&acme, &there).await;
            assert_eq!(
                own.status,
                StatusCode::OK,
                "{method} {there} as acme: {}",
                own.text
            );
        }
        asked += 1;
    }
    assert!(
        asked > 30,
        "only {asked} routes name something of a reseller's"
    );
}
