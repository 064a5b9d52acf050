//! Mailboxes that left the directory: who sees them, and who has their mail deleted for good.

use axum::http::{Method, StatusCode};

use super::Env;
use super::lists::{Lists, each};
use crate::service::deleted;
use crate::service::token::RoleName;
use crate::store::access::Access;
use crate::store::{StoreError, directory, forget, unmerged};

const LIST: &str = "/api/v1/deleted-mailboxes";

#[tokio::test]
async fn who_left_is_seen_and_forgotten_by_the_owner_alone() {
    let env = Env::new().await;
    let operator = env.token(RoleName::Operator, None).await;
    let acme = env.token(RoleName::Reseller, Some("acme")).await;
    let admin = env
        .token_for(RoleName::Reseller, Some("acme"), Access::Admin)
        .await;
    let rival = env.token(RoleName::Reseller, Some("rival")).await;
    let get =
        async |token: &str, path: &str| env.ask(Method::GET, path, Some(token), "", &[]).await;
    let remove = async |address: &str| {
        let path = format!("/api/v1/mailboxes/{address}");
        env.ask(Method::DELETE, &path, Some(&operator), "", &[])
            .await
    };
    assert_eq!(
        get(&acme, LIST).await.body["mailboxes"],
        serde_json::json!([])
    );
    assert_eq!(remove("ann@example.com").await.status, 204);
    assert_eq!(remove("bob@other.com").await.status, 204);
    let own = get(&acme, LIST).await;
    assert_eq!(
        own.body["mailboxes"].as_array().unwrap().len(),
        1,
        "{}",
        own.text
    );
    let one = &own.body["mailboxes"][0];
    assert_eq!(
        (&one["address"], &one["unmerged"]),
        (&"ann@example.com".into(), &0.into())
    );
    let all = get(&operator, LIST).await;
    assert_eq!(all.body["mailboxes"].as_array().unwrap().len(), 2);
    for limited in [
        format!("{LIST}?limit=1"),
        format!("{LIST}?limit=1&reseller=acme"),
    ] {
        let page = get(&operator, &limited).await;
        assert_eq!(
            page.body["mailboxes"].as_array().unwrap().len(),
            1,
            "{}",
            page.text
        );
        assert!(page.headers.contains_key("link"), "{limited}");
        let next = page.body["next"].as_str().unwrap().replace(':', "%3A");
        let rest = get(&operator, &format!("{limited}&after={next}")).await;
        assert_eq!(rest.status, 200, "{}", rest.text);
        assert!(!rest.text.contains("ann@"), "{}", rest.text);
    }
    for (path, status) in [
        (format!("{LIST}?domain=other.com"), 404),
        (format!("{LIST}?reseller=rival"), 404),
        (format!("{LIST}?address=bob@other.com"), 404),
        (format!("{LIST}?address=ann@example.com"), 200),
        (format!("{LIST}?after=nonsense%3A"), 422),
    ] {
        assert_eq!(get(&acme, &path).await.status.as_u16(), status, "{path}");
    }
    let path = format!(
        "{LIST}/ann@example.com/{}/forget",
        one["id"].as_str().unwrap()
    );
    let order = async |token: &str, reason: &str| {
        let body = format!("{{\"reason\":\"{reason}\"}}");
        env.ask(Method::POST, &path, Some(token), &body, &[]).await
    };
    assert_eq!(order(&rival, "x").await.status, StatusCode::NOT_FOUND);
    assert_eq!(order(&admin, "x").await.status, StatusCode::FORBIDDEN);
    assert_eq!(
        order(&acme, " ").await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let done = order(&acme, "request 17").await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert_eq!(done.body["messages"], 0);
    assert_eq!(order(&acme, "again").await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        get(&acme, LIST).await.body["mailboxes"],
        serde_json::json!([])
    );
    let audit = get(&operator, "/api/v1/audit").await.body;
    let entry = audit
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["action"] == "mailbox.forget");
    let entry = entry.unwrap();
    assert_eq!(
        (&entry["subject"], &entry["why"]),
        (&"mailbox:ann@example.com".into(), &"request 17".into())
    );
}

#[tokio::test]
async fn what_a_stop_cut_off_is_forgotten_to_its_end() {
    let env = Env::new().await;
    let operator = env.token(RoleName::Operator, None).await;
    let path = "/api/v1/mailboxes/ann@example.com";
    env.ask(Method::DELETE, path, Some(&operator), "", &[])
        .await;
    let list = async || {
        env.ask(Method::GET, LIST, Some(&operator), "", &[])
            .await
            .body
    };
    let id = list().await["mailboxes"][0]["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let begun = env
        .service
        .store
        .write(move |tx| forget::begin(tx, &"ann@example.com".parse().unwrap(), id))
        .await;
    let begun: Result<_, crate::store::StoreError> = begun;
    begun.unwrap().unwrap();
    assert_eq!(list().await["mailboxes"][0]["forgotten"], true);
    deleted::resume(&env.service).await.unwrap();
    assert_eq!(list().await["mailboxes"], serde_json::json!([]));
}

#[tokio::test]
async fn a_page_counts_so_many_messages_and_says_where_the_next_begins() {
    let of = Lists::new().await;
    let rows: String = (0..25)
        .map(|n| format!("{{\"mailbox\":\"v{n:02}@example.com\",\"mailstore\":\"a1\"}}\n"))
        .collect();
    let path = "/api/v1/provision?format=ndjson";
    let pushed = of
        .env
        .ask(Method::POST, path, Some(&of.operator), &rows, &[]);
    assert!(pushed.await.status.is_success());
    let store = &of.env.service.store;
    for n in 0..25 {
        let address: crate::ids::Address = format!("v{n:02}@example.com").parse().unwrap();
        let left = store.write(move |tx| {
            let Some(mailbox) = directory::resolve(tx, &address)? else {
                return Ok(None);
            };
            // The list alone is counted; what it names is not read.
            unmerged::list_unmerged(tx, &mailbox, 1..=1_000);
            directory::gone::leave(tx, &address, crate::clock::Timestamp::EPOCH)
        });
        let left: Result<_, StoreError> = left.await;
        assert!(left.unwrap().is_some());
    }
    for path in [LIST.to_owned(), format!("{LIST}?domain=example.com")] {
        let page = of.get(&of.acme, &path).await;
        let held = page.body["mailboxes"].as_array().unwrap().len();
        assert!((1..25).contains(&held), "{path}: {held}");
        let all = of
            .pages(&of.acme, &path, each("mailboxes", "address"))
            .await;
        let different: std::collections::BTreeSet<&String> = all.iter().collect();
        assert_eq!((all.len(), different.len()), (25, 25), "{path}");
    }
}
