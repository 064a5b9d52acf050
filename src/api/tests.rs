use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

mod announcing;
mod deleted;
mod door;
mod jobs;
mod lists;
mod matrix;
mod moves;
mod pushed;
mod retention;
mod roles;
mod sorting;
mod streamed;
mod theirs;

use super::*;
use matrix::{About, ROUTES};

use crate::clock::{ManualClock, Timestamp};
use crate::config::{Config, SharedConfig};
use crate::service::token::{self, NewToken, RoleName};
use crate::service::{Actor, SearchIndex};
use crate::store::access::Access;
use crate::store::routes::Routes;
use crate::store::{Store, StoreOptions};

struct Env {
    _dir: tempfile::TempDir,
    clock: Arc<ManualClock>,
    service: Service,
    router: Router,
}

struct Answer {
    status: StatusCode,
    headers: axum::http::HeaderMap,
    body: Value,
    text: String,
}

const ROWS: &str = r#"{"mailbox":"ann@example.com","mailstore":"a1","reseller":"acme","aliases":["sales@example.com"]}
{"mailbox":"bob@other.com","mailstore":"a1","reseller":"rival"}
"#;

impl Env {
    /// A directory with a mailbox of each of two resellers.
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let password = dir.path().join("password");
        std::fs::write(&password, "x").unwrap();
        let text = format!(
            "[store]\npath = \"/x\"\n[http]\nlisten = \"127.0.0.1:1\"\npublic_url = \"http://h\"\n\
             [lmtp]\nlisten = \"127.0.0.1:2\"\nadvertise = \"127.0.0.1:2\"\n[socketmap]\n\
             listen = \"127.0.0.1:3\"\n[[mailstore]]\nid = \"a1\"\nimap = \"127.0.0.1:4\"\n\
             lmtp = \"127.0.0.1:5\"\nmaster_user = \"m\"\nmaster_password_file = \"{}\"\n\
             [announce]\nmail_from = \"lifeboat@ops.example\"\n",
            password.display()
        );
        let config = Config::parse(&text, Path::new("test")).unwrap().config;
        let store = Store::open(&dir.path().join("store"), &StoreOptions::default()).unwrap();
        let clock = Arc::new(ManualClock::new(Timestamp::from_secs(1_800_000_000)));
        let service = Service {
            routes: Routes::new(store.clone()),
            store,
            clock: clock.clone(),
            config: SharedConfig::new(config),
            control: None,
            merger: None,
            index: SearchIndex::default(),
            held: Arc::default(),
            intake: Arc::default(),
            history: Arc::default(),
            drilling: Arc::default(),
            jobs: Default::default(),
            shown: Default::default(),
            tenants: crate::service::tenants::Tenants::default(),
            changes: crate::service::changes::Streams::default(),
        };
        let env = Self {
            _dir: dir,
            clock,
            router: network(service.clone()),
            service,
        };
        let operator = env.token(RoleName::Operator, None).await;
        let applied = env
            .ask(
                Method::POST,
                "/api/v1/provision?format=ndjson",
                Some(&operator),
                ROWS,
                &[],
            )
            .await;
        assert!(applied.text.contains("\"created\":2"), "{}", applied.text);
        env
    }

    async fn token(&self, role: RoleName, reseller: Option<&str>) -> String {
        self.token_for(role, reseller, Access::Owner).await
    }

    async fn token_for(&self, role: RoleName, reseller: Option<&str>, access: Access) -> String {
        let label = if role == RoleName::Agent { "mx1" } else { "" };
        let new = NewToken {
            access: Some(access),
            scopes: None,
            role: Some(role),
            reseller: reseller.map(|reseller| reseller.parse().unwrap()),
            label: label.to_owned(),
            expires_in_secs: Some(3600),
        };
        let created = token::create(&self.service, &Actor::System("test"), new).await;
        created.unwrap().token
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    async fn open_stream(&self, token: &str, after: &str) -> axum::response::Response {
        let request = Request::builder()
            .uri("/api/v1/events")
            .header("authorization", format!("Bearer {token}"))
            .header("accept", "text/event-stream")
            .header("last-event-id", after)
            .body(Body::empty())
            .unwrap();
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// What the stream of changes says first, after a number.
    async fn stream(&self, token: &str, after: &str) -> String {
        let response = self.open_stream(token, after).await;
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut body = response.into_body();
        let mut text = String::new();
        while text.matches("\n\n").count() < 2 {
            let next = tokio::time::timeout(Duration::from_secs(10), body.frame());
            let frame = next.await.unwrap().unwrap().unwrap();
            text.push_str(&String::from_utf8_lossy(frame.data_ref().unwrap()));
        }
        text
    }
}

/// A body in which nothing stands that stood in one before.
fn different(body: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let n = COUNT.fetch_add(1, Ordering::Relaxed);
    body.replace("{n}", &n.to_string())
}

#[test]
fn every_route_has_a_row_in_the_matrix() {
    let described = description();
    let routes: BTreeSet<(String, String)> = described["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().keys();
            methods.map(|method| (method.to_uppercase(), path.clone()))
        })
        .collect();
    let rows: BTreeSet<(String, String)> = ROUTES
        .iter()
        .map(|(method, path, ..)| ((*method).to_owned(), (*path).to_owned()))
        .collect();
    assert_eq!(routes, rows);
}

#[test]
fn every_route_has_a_name_of_its_own_and_says_what_answers_mean() {
    let described = description();
    let mut names = BTreeSet::new();
    for (path, methods) in described["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{name} is there twice");
            for (status, response) in operation["responses"].as_object().unwrap() {
                let meaning = response["description"].as_str().unwrap();
                assert!(!meaning.is_empty(), "{method} {path} {status}");
            }
        }
    }
    assert!(
        names.contains("put_mailboxes_address_failover"),
        "{names:?}"
    );
}

#[test]
fn every_route_says_that_what_does_not_work_is_a_problem() {
    let described = description();
    for (path, methods) in described["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.contains_key("default"), "{method} {path}");
            for (status, response) in responses {
                let is_problem = status == "default" || status.starts_with(['4', '5']);
                let kinds = response["content"].as_object();
                let kinds: Vec<&String> = kinds.iter().flat_map(|kinds| kinds.keys()).collect();
                let expected = kinds
                    .iter()
                    .all(|kind| (*kind == "application/problem+json") == is_problem);
                assert!(expected, "{method} {path} {status}: {kinds:?}");
            }
        }
    }
}

#[tokio::test]
async fn everybody_gets_what_is_theirs_and_nothing_else() {
    let env = Env::new().await;
    let operator = env.token(RoleName::Operator, None).await;
    let acme = env.token(RoleName::Reseller, Some("acme")).await;
    let rival = env.token(RoleName::Reseller, Some("rival")).await;
    let agent = env.token(RoleName::Agent, None).await;
    let router = env.token(RoleName::Router, None).await;
    let revoked = env.token(RoleName::Operator, None).await;
    let id = revoked.split('_').nth(1).unwrap();
    let path = format!("/api/v1/tokens/{id}");
    env.ask(Method::DELETE, &path, Some(&operator), "", &[])
        .await;
    let forged = operator.replace('_', "_x");
    for &(method, _, path, body, about) in ROUTES {
        let ask = async |token: Option<&str>| {
            let method = method.parse().unwrap();
            env.ask(method, path, token, &different(body), &[]).await
        };
        let name = format!("{method} {path}");
        for token in [
            None,
            Some(""),
            Some("nonsense"),
            Some(&*revoked),
            Some(&*forged),
        ] {
            let answer = ask(token).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{name} {token:?}");
            assert_eq!(answer.headers["content-type"], "application/problem+json");
        }
        let own = ask(Some(&acme)).await;
        let others = ask(Some(&rival)).await;
        let reported = ask(Some(&agent)).await;
        match path {
            "/api/v1/observations" => assert_eq!(reported.status, StatusCode::CONFLICT, "{name}"),
            "/api/v1/provision?format=ndjson" => {
                assert!(reported.text.contains("failed"), "{name}")
            }
            _ => assert_eq!(
                reported.status,
                StatusCode::NOT_FOUND,
                "{name}: {}",
                reported.text
            ),
        }
        let routed = ask(Some(&router)).await;
        match path {
            "/api/v1/provision?format=ndjson" => {
                assert!(routed.text.contains("failed"), "{name}");
            }
            _ if path.starts_with("/api/v1/routing") => {
                assert_eq!(routed.status, StatusCode::OK, "{name}: {}", routed.text);
            }
            _ => assert_eq!(routed.status, StatusCode::NOT_FOUND, "{name}"),
        }
        match (about, path) {
            // It streams: the refusal is in its only line.
            (_, "/api/v1/provision?format=ndjson") => {
                assert!(own.text.contains("failed"), "{name}: {}", own.text);
                assert!(others.text.contains("failed"), "{name}: {}", others.text);
            }
            (About::Acme, _) => {
                assert_eq!(own.status, StatusCode::OK, "{name}: {}", own.text);
                assert_eq!(others.status, StatusCode::NOT_FOUND, "{name}");
            }
            (About::Tenant, _) => {
                assert!(own.status.is_success(), "{name}: {}", own.text);
                assert!(others.status.is_success(), "{name}: {}", others.text);
            }
            (About::Platform | About::Absent, _) => {
                assert_eq!(own.status, StatusCode::NOT_FOUND, "{name}: {}", own.text);
                assert_eq!(others.status, StatusCode::NOT_FOUND, "{name}");
            }
        }
        let all = ask(Some(&operator)).await;
        assert_ne!(all.status, StatusCode::UNAUTHORIZED, "{name}");
        let is_absent = about == About::Absent || path.ends_with("0000");
        assert_eq!(
            all.status == StatusCode::NOT_FOUND,
            is_absent,
            "{name}: {}",
            all.text
        );
    }
    env.clock.advance(Duration::from_secs(3601));
    let expired = env
        .ask(Method::GET, "/api/v1/mailstores", Some(&operator), "", &[])
        .await;
    assert_eq!(expired.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_override_is_set_seen_and_removed_and_nobody_overwrites_what_they_did_not_see() {
    let env = Env::new().await;
    let token = env.token(RoleName::Reseller, Some("acme")).await;
    let path = "/api/v1/mailboxes/sales@example.com/failover";
    let before = env.ask(Method::GET, path, Some(&token), "", &[]).await;
    assert_eq!(before.body["mode"], "follow");
    let etag = before.headers["etag"].to_str().unwrap().to_owned();
    let change =
        json!({"action": "activate", "reason": "trial", "expires_in_secs": 60}).to_string();
    let put = async |etag: &str| {
        env.ask(
            Method::PUT,
            path,
            Some(&token),
            &change,
            &[("if-match", etag)],
        )
        .await
    };
    let set = put(&etag).await;
    assert_eq!(set.status, StatusCode::OK, "{}", set.text);
    assert_eq!(
        set.body["scope"], "mailbox:ann@example.com",
        "an alias is its mailbox"
    );
    assert_eq!(set.body["mode"], "standby");
    assert_eq!(set.body["reason"], "trial");
    let stale = put(&etag).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(stale.headers["etag"], set.headers["etag"]);
    assert_eq!(stale.body["etag"], set.body["etag"]);
    assert_eq!(
        stale.body["current"], set.body,
        "a script sees what there is"
    );
    env.clock.advance(Duration::from_secs(61));
    let expired = env.ask(Method::GET, path, Some(&token), "", &[]).await;
    assert_eq!(expired.body["mode"], "follow");
    let operator = env.token(RoleName::Operator, None).await;
    let audit = env
        .ask(Method::GET, "/api/v1/audit", Some(&operator), "", &[])
        .await;
    let entry = audit
        .body
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["why"] == "trial");
    assert_eq!(entry.unwrap()["subject"], "mailbox:ann@example.com");
}

#[tokio::test]
async fn bad_requests_are_problems_that_say_what_is_wrong() {
    let env = Env::new().await;
    let operator = env.token(RoleName::Operator, None).await;
    let check = async |method: &str, path: &str, body: &str, status: u16, part: &str| {
        let answer = env
            .ask(method.parse().unwrap(), path, Some(&operator), body, &[])
            .await;
        let name = format!("{method} {path} {body}: {}", answer.text);
        assert_eq!(answer.status.as_u16(), status, "{name}");
        assert_eq!(
            answer.headers["content-type"], "application/problem+json",
            "{name}"
        );
        assert_eq!(answer.body["status"], status, "{name}");
        assert!(
            answer.body["detail"].as_str().unwrap().contains(part),
            "{name}"
        );
    };
    let mailbox = "/api/v1/mailboxes/ann@example.com/failover";
    check("PUT", mailbox, "{", 400, "").await;
    let list = r#"["auto","x"]"#;
    check("PUT", mailbox, list, 422, "object").await;
    check(
        "PUT",
        mailbox,
        r#"{"action":"explode","reason":"x"}"#,
        422,
        "explode",
    )
    .await;
    check(
        "PUT",
        mailbox,
        r#"{"action":"auto","reason":" "}"#,
        422,
        "say why",
    )
    .await;
    check(
        "PUT",
        mailbox,
        r#"{"action":"auto","reason":"a\nb"}"#,
        422,
        "one line",
    )
    .await;
    check(
        "PUT",
        mailbox,
        r#"{"action":"auto","reason":"x","force":true}"#,
        422,
        "force",
    )
    .await;
    check("PATCH", mailbox, "", 405, "PATCH").await;
    check(
        "GET",
        "/api/v1/mailboxes/nobody@example.com",
        "",
        404,
        "mailbox",
    )
    .await;
    check("GET", "/api/v1/mailboxes/not-an-address", "", 404, "").await;
    check(
        "GET",
        "/api/v1/domains/nowhere.example/mailboxes",
        "",
        404,
        "domain",
    )
    .await;
    check("GET", "/api/v1/outages?before=x", "", 422, "before").await;
    check("GET", "/api/v1/outages?limit=many", "", 422, "").await;
    check(
        "POST",
        "/api/v1/tokens",
        r#"{"role":"reseller"}"#,
        422,
        "reseller",
    )
    .await;
    check("POST", "/api/v1/provision?format=xml", "", 422, "").await;
    check("GET", "/api/v1/nothing", "", 404, "/api/v1/nothing").await;
    let order = r#"{"action":"activate","reason":"x"}"#;
    check(
        "PUT",
        "/api/v1/mailstores/a1/failover",
        order,
        503,
        "does not run",
    )
    .await;
    check(
        "PUT",
        "/api/v1/mailstores/a9/failover",
        order,
        404,
        "mailstore",
    )
    .await;
}

#[tokio::test]
async fn mailboxes_come_in_pages() {
    let env = Env::new().await;
    let operator = env.token(RoleName::Operator, None).await;
    let rows: String = (0..5)
        .map(|n| format!("{{\"mailbox\":\"u{n}@example.com\",\"mailstore\":\"a1\"}}\n"))
        .collect();
    env.ask(
        Method::POST,
        "/api/v1/provision?format=ndjson",
        Some(&operator),
        &rows,
        &[],
    )
    .await;
    let mut path = "/api/v1/domains/example.com/mailboxes?limit=2".to_owned();
    let mut found = Vec::new();
    loop {
        let page = env.ask(Method::GET, &path, Some(&operator), "", &[]).await;
        for mailbox in page.body["mailboxes"].as_array().unwrap() {
            found.push(mailbox["address"].as_str().unwrap().to_owned());
        }
        let Some(link) = page.headers.get("link") else {
            break;
        };
        let link = link.to_str().unwrap();
        path = link[1..link.find('>').unwrap()].to_owned();
    }
    let expected: Vec<String> = std::iter::once("ann".to_owned())
        .chain((0..5).map(|n| format!("u{n}")))
        .map(|local| format!("{local}@example.com"))
        .collect();
    assert_eq!(found, expected);
}
