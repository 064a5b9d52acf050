//! Webhooks, contacts, alerts, brands and the stream of changes: whose is what.

use super::*;
use crate::clock::Clock;
use crate::failover::Mode;
use crate::store::alerts::AlertRecord;
use crate::store::{StoreError, alerts, events};

async fn post(env: &Env, path: &str, token: &str, body: &str) -> Answer {
    env.ask(Method::POST, path, Some(token), body, &[]).await
}

#[tokio::test]
async fn each_has_its_own_webhooks_and_nobody_elses() {
    let env = Env::new().await;
    let operator = env.token(RoleName::Operator, None).await;
    let acme = env.token(RoleName::Reseller, Some("acme")).await;
    let rival = env.token(RoleName::Reseller, Some("rival")).await;
    let made = post(
        &env,
        "/api/v1/webhooks",
        &acme,
        r#"{"to":"https://hooks.example.net/x?key=1","events":["outage.began"],"label":"desk"}"#,
    )
    .await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let secret = made.body["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("whsec_"), "{secret}");
    let path = format!("/api/v1/webhooks/{}", made.body["id"].as_str().unwrap());
    for (method, path, body) in [
        (Method::GET, path.clone(), ""),
        (Method::PATCH, path.clone(), r#"{"enabled":false}"#),
        (Method::POST, format!("{path}/secret"), ""),
        (Method::POST, format!("{path}/test"), ""),
        (Method::GET, format!("{path}/log"), ""),
        (Method::GET, path.replace("webhooks", "contacts"), ""),
        (Method::DELETE, path.clone(), ""),
    ] {
        let answer = env
            .ask(method.clone(), &path, Some(&rival), body, &[])
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}");
    }
    let list = env
        .ask(Method::GET, "/api/v1/webhooks", Some(&rival), "", &[])
        .await;
    assert_eq!(list.body, json!([]));
    let list = env
        .ask(Method::GET, "/api/v1/webhooks", Some(&operator), "", &[])
        .await;
    assert_eq!(list.body[0]["reseller"], "acme");
    assert!(!list.text.contains(&secret), "a secret is shown once");
    let rotated = post(&env, &format!("{path}/secret"), &acme, "").await;
    assert_ne!(rotated.body["secret"], secret.as_str());
    let shown = env.ask(Method::GET, &path, Some(&acme), "", &[]).await;
    assert_eq!(shown.body["old_secret_until"], "2027-01-16T08:00:00Z");
    let tested = post(&env, &format!("{path}/test"), &acme, "").await;
    assert_eq!(tested.status, StatusCode::ACCEPTED);
    let log = env
        .ask(Method::GET, &format!("{path}/log"), Some(&acme), "", &[])
        .await;
    assert_eq!(log.body[0]["event"], "test");
    assert_eq!(log.body[0]["state"], "waiting");
    let off = env
        .ask(
            Method::PATCH,
            &path,
            Some(&acme),
            r#"{"enabled":false}"#,
            &[],
        )
        .await;
    assert_eq!(
        (&off.body["enabled"], &off.body["waiting"]),
        (&json!(false), &json!(0))
    );
    let refused = post(&env, &format!("{path}/test"), &acme, "").await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let audit = env
        .ask(Method::GET, "/api/v1/audit", Some(&operator), "", &[])
        .await;
    assert!(audit.text.contains("webhook.create"), "{}", audit.text);
    assert!(!audit.text.contains("key=1"), "the path may hold a secret");
    let gone = env.ask(Method::DELETE, &path, Some(&acme), "", &[]).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(
        env.ask(Method::GET, &path, Some(&acme), "", &[])
            .await
            .status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn what_cannot_be_told_is_refused_with_what_to_do() {
    let env = Env::new().await;
    let acme = env.token(RoleName::Reseller, Some("acme")).await;
    for (path, body, part) in [
        ("webhooks", r#"{"to":"ftp://x.example/"}"#, "https://"),
        (
            "webhooks",
            r#"{"to":"http://x.example/"}"#,
            "allowed_networks",
        ),
        (
            "webhooks",
            r#"{"to":"https://user:pw@x.example/"}"#,
            "without a user",
        ),
        (
            "webhooks",
            r#"{"to":"https://127.0.0.1/"}"#,
            "allowed_networks",
        ),
        (
            "webhooks",
            r#"{"to":"https://[::ffff:169.254.169.254]/"}"#,
            "allowed_networks",
        ),
        (
            "webhooks",
            r#"{"to":"https://192.0.1.1:25/"}"#,
            "allowed_networks",
        ),
        (
            "webhooks",
            r#"{"to":"https://x.example/","events":["outage.begun"]}"#,
            "outage.began",
        ),
        ("contacts", r#"{"to":"nobody"}"#, "name@domain"),
        ("contacts", r#"{"to":"ann@example.com"}"#, "elsewhere"),
        (
            "contacts",
            r#"{"to":"eve@elsewhere.example","label":"a\nb"}"#,
            "one line",
        ),
    ] {
        let answer = post(&env, &format!("/api/v1/{path}"), &acme, body).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{body}: {}",
            answer.text
        );
        assert!(
            answer.body["detail"].as_str().unwrap().contains(part),
            "{body}: {}",
            answer.text
        );
    }
    let others = post(
        &env,
        "/api/v1/webhooks",
        &acme,
        r#"{"to":"https://x.example/","reseller":"rival"}"#,
    )
    .await;
    assert_eq!(others.status, StatusCode::NOT_FOUND);
    for n in 0..50 {
        let made = post(
            &env,
            "/api/v1/webhooks",
            &acme,
            &format!(r#"{{"to":"https://x.example/{n}"}}"#),
        )
        .await;
        assert_eq!(made.status, StatusCode::CREATED, "{n}: {}", made.text);
    }
    let many = post(
        &env,
        "/api/v1/webhooks",
        &acme,
        r#"{"to":"https://x.example/"}"#,
    )
    .await;
    assert_eq!(many.status, StatusCode::CONFLICT, "bounded");
    let contact = post(
        &env,
        "/api/v1/contacts",
        &acme,
        r#"{"to":"eve@elsewhere.example"}"#,
    )
    .await;
    assert_eq!(contact.status, StatusCode::CONFLICT, "together");
}

#[tokio::test]
async fn an_alert_is_taken_on_by_an_operator_with_a_note() {
    let env = Env::new().await;
    let operator = env.token(RoleName::Operator, None).await;
    let record = AlertRecord {
        text: "5 % free".into(),
        raised_at: env.clock.now(),
        told_at: env.clock.now(),
        told: 1,
        acknowledged: None,
    };
    let write = env
        .service
        .store
        .write(move |tx| alerts::put(tx, "mailstores:a1", Some(&record)));
    write.await.unwrap();
    let path = "/api/v1/alerts/mailstores:a1/acknowledgement";
    let acknowledge = async |note: &str| {
        let body = json!({ "note": note }).to_string();
        env.ask(Method::PUT, path, Some(&operator), &body, &[])
            .await
    };
    assert_eq!(acknowledge(" ").await.body["field"], "note");
    let done = acknowledge("looking at it").await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    assert_eq!(done.body["note"], "looking at it");
    let second = acknowledge("me too").await;
    assert_eq!(second.body["note"], "looking at it", "the first has it");
    let open = env
        .ask(Method::GET, "/api/v1/alerts", Some(&operator), "", &[])
        .await;
    assert_eq!(open.body[0]["name"], "mailstores:a1");
    let told = env
        .service
        .store
        .read(|tx| events::after(tx, 0, 10))
        .unwrap();
    let names: Vec<&str> = told.iter().map(|(_, event)| event.what.name()).collect();
    assert_eq!(names, ["alert.acknowledged"]);
}

#[tokio::test]
async fn changes_are_seen_by_whom_they_concern_and_resumed_by_number() {
    let env = Env::new().await;
    let operator = env.token(RoleName::Operator, None).await;
    let acme = env.token(RoleName::Reseller, Some("acme")).await;
    let rival = env.token(RoleName::Reseller, Some("rival")).await;
    let change = r#"{"action":"pin-standby","reason":"test"}"#;
    env.ask(
        Method::PUT,
        "/api/v1/domains/example.com/failover",
        Some(&acme),
        change,
        &[],
    )
    .await;
    let now = env.clock.now();
    let mode = events::Happened::Mode {
        mailstore: "a1".parse().unwrap(),
        mode: Mode::PinStandby,
    };
    let alert = events::Happened::Alert {
        key: "disk".into(),
        step: events::AlertStep::Raised,
        text: "full".into(),
    };
    let write = env.service.store.write(move |tx| {
        events::append(tx, now, mode.clone())?;
        events::append(tx, now, alert.clone())?;
        Ok::<_, StoreError>(())
    });
    write.await.unwrap();
    let seen = async |token: &str, from: &str| {
        let page = env
            .ask(
                Method::GET,
                &format!("/api/v1/events{from}"),
                Some(token),
                "",
                &[],
            )
            .await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        let changes = page.body["changes"].as_array().unwrap();
        let names = changes
            .iter()
            .map(|c| format!("{} {}", c["id"], c["event"].as_str().unwrap()));
        (
            names.collect::<Vec<_>>().join(", "),
            page.body["last"].as_u64().unwrap(),
        )
    };
    let all = "1 override.changed, 2 mailstore.mode, 3 alert.raised";
    assert_eq!(seen(&operator, "?after=0").await, (all.into(), 3));
    assert_eq!(
        seen(&operator, "?after=2").await,
        ("3 alert.raised".into(), 3)
    );
    assert_eq!(seen(&operator, "").await, (String::new(), 3));
    assert_eq!(
        seen(&acme, "?after=0").await,
        ("1 override.changed, 2 mailstore.mode".into(), 3)
    );
    assert_eq!(
        seen(&rival, "?after=0").await,
        ("2 mailstore.mode".into(), 3)
    );
    let page = env
        .ask(Method::GET, "/api/v1/events?after=1", Some(&rival), "", &[])
        .await;
    let affected = &page.body["changes"][0]["payload"]["data"]["affected"];
    assert_eq!(
        affected["domains"],
        json!([{"domain": "other.com", "mailboxes": 1}]),
        "its own alone"
    );
    let first = env.stream(&acme, "1").await;
    assert!(first.contains("event: ready"), "{first}");
    assert!(
        first.contains("id: 2\nevent: mailstore.mode\ndata: {"),
        "{first}"
    );
}

/// A stream ends when its token no longer holds, and one reseller cannot take the streams of all.
#[tokio::test]
async fn a_stream_ends_with_its_token_and_nobody_takes_all_of_them() {
    let env = Env::new().await;
    let operator = env.token(RoleName::Operator, None).await;
    let acme = env.token(RoleName::Reseller, Some("acme")).await;
    let rival = env.token(RoleName::Reseller, Some("rival")).await;
    let mut open = Vec::new();
    let refused = loop {
        let response = env.open_stream(&acme, "0").await;
        if response.status() != StatusCode::OK {
            break response.status();
        }
        open.push(response.into_body());
        assert!(open.len() < 100, "there is a limit");
    };
    assert_eq!(refused, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(env.open_stream(&rival, "0").await.status(), StatusCode::OK);

    let mut stream = open.pop().unwrap();
    let next = async |stream: &mut Body| {
        let next = tokio::time::timeout(Duration::from_secs(10), stream.frame());
        next.await.unwrap().map(Result::unwrap)
    };
    assert!(next(&mut stream).await.is_some(), "it is ready");
    let id = acme.split('_').nth(1).unwrap();
    let path = format!("/api/v1/tokens/{id}");
    env.ask(Method::DELETE, &path, Some(&operator), "", &[])
        .await;
    let change = r#"{"action":"pin-standby","reason":"test"}"#;
    let path = "/api/v1/domains/example.com/failover";
    let changed = env
        .ask(Method::PUT, path, Some(&operator), change, &[])
        .await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text);
    assert!(
        next(&mut stream).await.is_none(),
        "nothing of what happened"
    );
}

#[tokio::test]
async fn a_brand_has_host_names_that_are_its_own() {
    let env = Env::new().await;
    let operator = env.token(RoleName::Operator, None).await;
    let acme = env.token(RoleName::Reseller, Some("acme")).await;
    let put = async |token: &str, query: &str, body: &str| {
        env.ask(
            Method::PUT,
            &format!("/api/v1/brand{query}"),
            Some(token),
            body,
            &[],
        )
        .await
    };
    let own = put(&acme, "", r#"{"name":"Acme Mail","hosts":["mail.example.com"],"texts":{"banner-outage":"Call {name}."}}"#).await;
    assert_eq!(own.status, StatusCode::OK, "{}", own.text);
    for (body, part) in [
        (r#"{"hosts":["mail.other.com"]}"#, "none of your domains"),
        (r#"{"hosts":["com"]}"#, "none of your domains"),
        (r#"{"texts":{"banner-outage":"{tim}"}}"#, "{name}"),
        (r#"{"texts":{"banner":"x"}}"#, "banner-outage"),
        (
            r#"{"links":[{"text":"x","url":"javascript:alert(1)"}]}"#,
            "https:",
        ),
        (r#"{"name":"a\nb"}"#, "one line"),
    ] {
        let answer = put(&acme, "", body).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{body}: {}",
            answer.text
        );
        assert!(answer.text.contains(part), "{body}: {}", answer.text);
    }
    let taken = put(
        &operator,
        "?reseller=rival",
        r#"{"hosts":["mail.example.com"]}"#,
    )
    .await;
    assert_eq!(taken.status, StatusCode::CONFLICT, "{}", taken.text);
    let given = put(
        &operator,
        "?reseller=acme",
        r#"{"name":"Acme","hosts":["acme.example.net"]}"#,
    )
    .await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.text);
    let others = env
        .ask(
            Method::GET,
            "/api/v1/brand?reseller=rival",
            Some(&acme),
            "",
            &[],
        )
        .await;
    assert_eq!(others.status, StatusCode::NOT_FOUND);
    let mine = env
        .ask(Method::GET, "/api/v1/brand", Some(&acme), "", &[])
        .await;
    assert_eq!(mine.body["hosts"], json!(["acme.example.net"]));
}
