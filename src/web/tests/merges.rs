use axum::http::StatusCode;

use super::browser::Browser;
use super::{NOW, Site, letter, table};
use crate::ids::{Epoch, MailboxId};
use crate::mail::Role;
use crate::route::Route;
use crate::service::Actor;
use crate::service::token::{self, NewToken, RoleName};
use crate::store::directory::{self, DomainRecord};
use crate::store::merge::{MailboxMerge, ParkReason, Parked, put_mailbox};
use crate::store::{StoreError, messages, unmerged};

const ANN: &str = "ann@example.com";

/// Ann's mailbox was merged and verified, and her mail goes to the mailstore again.
async fn close(site: &Site) {
    let mailbox = site.mailbox(ANN);
    let mut state = MailboxMerge::new(&mailbox.record.mailstore, NOW);
    state.verified_at = Some(NOW);
    state.closed = Some(Epoch(0));
    let writing = site
        .service
        .store
        .write(move |tx| put_mailbox(tx, mailbox.record.id, &state));
    let written: Result<(), StoreError> = writing.await;
    written.unwrap();
    site.service.routes.publish(table(Route::Primary));
}

#[tokio::test]
async fn a_merged_mailbox_can_be_read_and_not_changed() {
    let site = Site::new().await;
    let id = site
        .deliver(ANN, &letter("b@x.example", "Hello", "x"))
        .await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let inbox = ann.get("/mail/inbox").await;
    let form = ann.get("/mail/compose").await;
    close(&site).await;

    let closed = ann.get("/mail/inbox").await;
    assert!(closed.says("no longer be changed") && closed.says("/mail/receipt"));
    assert!(!closed.says("/mail/compose") && !closed.says("name=\"star\""));
    let message = ann.get(&format!("/mail/inbox/{id}")).await;
    assert_eq!(message.status, StatusCode::OK);
    assert!(!message.says("compose?reply") && !message.says("value=\"delete\""));
    assert!(!site.message(ANN, id).flags.seen, "reading changes nothing");
    for action in ["read", "delete", "archive"] {
        let refused = ann
            .act(&inbox, &[&id.to_string()], &[("action", action)])
            .await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{action}");
        assert!(refused.says("Your usual mail is back"), "{action}");
    }
    assert_eq!(ann.get("/mail/compose").await.status, StatusCode::CONFLICT);
    for action in ["send", "save"] {
        let written = [
            ("action", action),
            ("to", "carl@x.example"),
            ("body", "My long text"),
        ];
        let refused = ann.compose(&form, &written, &[]).await;
        assert!(refused.says("Copy your text"), "{action}");
        assert!(refused.says("My long text"), "{action}: nothing is lost");
    }
    assert!(site.folder(ANN, Role::Sent).is_empty() && site.folder(ANN, Role::Drafts).is_empty());
}

#[tokio::test]
async fn late_mail_opens_nothing_and_an_activation_does() {
    let site = Site::new().await;
    let id = site.deliver(ANN, &letter("b@x.example", "Late", "x")).await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let inbox = ann.get("/mail/inbox").await;
    close(&site).await;
    let late = ann.get("/mail/inbox").await;
    assert!(late.says("late is being added"), "{}", late.text());
    let id = id.to_string();
    let delete = [("action", "delete")];
    let refused = ann.act(&inbox, &[&id], &delete).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    site.service.routes.publish(table(Route::Standby));
    assert_eq!(
        ann.act(&inbox, &[&id], &delete).await.status,
        StatusCode::OK
    );
    assert_eq!(site.folder(ANN, Role::Trash).len(), 1);
}

pub(super) async fn manager<'s>(site: &'s Site, reseller: Option<&str>) -> Browser<'s> {
    let role = match reseller {
        Some(_) => RoleName::Reseller,
        None => RoleName::Operator,
    };
    let new = NewToken {
        role: Some(role),
        access: None,
        scopes: None,
        reseller: reseller.map(|reseller| reseller.parse().unwrap()),
        label: String::new(),
        expires_in_secs: Some(3600),
    };
    let created = token::create(&site.service, &Actor::System("test"), new).await;
    let token = created.unwrap().token;
    let mut browser = Browser::new(site);
    let page = browser.post("/console/login", &[("token", &token)]).await;
    assert_eq!(page.path, "/console");
    browser
}

#[tokio::test]
async fn operators_order_the_merge_and_resellers_see_their_own_receipts() {
    let site = Site::new().await;
    let domain = "example.com".parse().unwrap();
    let owner = DomainRecord {
        reseller: Some("acme".parse().unwrap()),
    };
    let writing = site
        .service
        .store
        .write(move |tx| directory::put_domain(tx, &domain, &owner));
    let written: Result<(), StoreError> = writing.await;
    written.unwrap();

    let mut operator = manager(&site, None).await;
    let page = operator.get("/console/merges").await;
    assert!(page.says("Everything is merged"), "{}", page.text());
    let csrf = page.field("csrf");
    let order = |reason| {
        [
            ("csrf", &*csrf),
            ("mailstore", "a1"),
            ("action", "pause"),
            ("reason", reason),
        ]
    };
    let refused = operator.post("/console/merges", &order("")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let paused = operator.post("/console/merges", &order("filer busy")).await;
    assert!(paused.says("Paused") && paused.says("filer busy"));
    let live = operator.get("/console/merges?live=1").await;
    assert!(live.says("http-equiv=\"refresh\"") && !live.says("<select"));

    let receipts = "/console/merges/domain/example.com";
    let mut acme = manager(&site, Some("acme")).await;
    let page = acme.get("/console/merges").await;
    assert!(page.says(receipts) && !page.says("filer busy"));
    assert_eq!(acme.get(receipts).await.status, StatusCode::OK);
    let csrf = page.field("csrf");
    let order = [
        ("csrf", &*csrf),
        ("mailstore", "a1"),
        ("action", "run"),
        ("reason", "x"),
    ];
    let refused = acme.post("/console/merges", &order).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let mut rival = manager(&site, Some("rival")).await;
    assert_eq!(rival.get(receipts).await.status, StatusCode::NOT_FOUND);
    let outage = format!("/console/merges/outage/{}", "0".repeat(32));
    assert_eq!(rival.get(&outage).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn who_waits_and_is_not_listed_is_counted() {
    for (waiting, unlisted) in [(100, None), (103, Some("3"))] {
        let site = Site::new().await;
        let mut operator = manager(&site, None).await;
        let parking = site.service.store.write(move |tx| {
            for n in 0..waiting {
                let id = MailboxId::from_bytes([n; 16]);
                let mailbox = directory::Mailbox {
                    address: format!("w{n}@example.com").parse().unwrap(),
                    record: directory::MailboxRecord {
                        id,
                        mailstore: "a1".parse().unwrap(),
                        password_hash: None,
                        name: None,
                        aliases: Vec::new(),
                    },
                };
                directory::put_mailbox(tx, &mailbox.address, &mailbox.record)?;
                let state = messages::state_or_new(tx, &mailbox, NOW)?;
                messages::put_state(tx, id, &state)?;
                unmerged::list_unmerged(tx, &mailbox, 1..=1);
                let mut state = MailboxMerge::new(&mailbox.record.mailstore, NOW);
                state.parked = Some(Parked {
                    reason: ParkReason::OverQuota,
                    detail: "it is full".into(),
                    attempts: 1,
                    next_attempt_at: NOW,
                });
                put_mailbox(tx, id, &state)?;
            }
            Ok::<_, StoreError>(())
        });
        parking.await.unwrap();
        let page = operator.get("/console/merges").await;
        assert!(page.says("w0@example.com"), "{}", page.text());
        let more = "Not all mailboxes that wait are listed here: ";
        assert_eq!(page.says(more), unlisted.is_some(), "{}", page.text());
        if let Some(count) = unlisted {
            assert!(
                page.says(&format!("{more}{count} more do")),
                "{}",
                page.text()
            );
        }
    }
}
