//! Sending, taking back, the outbox.

use std::time::Duration;

use super::browser::{Browser, Page};
use super::{Site, letter};
use crate::ids::StandbyId;
use crate::mail::Role;
use crate::store::messages::{self, Origin};
use crate::store::queue::{self, Outcome, QueueEntry, QueueState, RemoteReply};
use crate::store::{StoreError, Tx};

const ANN: &str = "ann@example.com";
const LEASE: Duration = Duration::from_secs(600);

fn entries(site: &Site) -> Vec<QueueEntry> {
    let mailbox = site.mailbox(ANN).record.id;
    let read: Result<_, StoreError> = site
        .service
        .store
        .read(|tx| queue::of_mailbox(tx, mailbox, 10));
    read.unwrap()
}

async fn tx<T: Send + 'static>(
    site: &Site,
    write: impl FnMut(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
) -> T {
    site.service.store.write(write).await.unwrap()
}

async fn claim(site: &Site) -> Vec<QueueEntry> {
    let now = site.service.clock.now();
    tx(site, move |tx| queue::claim_due(tx, now, 10, LEASE)).await
}

/// Presses the button of the notice.
async fn take_back(browser: &mut Browser<'_>, page: &Page) -> Page {
    let text = page.text();
    let path = text.split("/mail/outbox/").nth(1).expect("an undo button");
    let id = path.split('/').next().unwrap();
    let csrf = page.field("csrf");
    let fields = [("csrf", csrf.as_str()), ("back", "/mail/outbox")];
    browser
        .post(&format!("/mail/outbox/{id}/undo"), &fields)
        .await
}

async fn send(browser: &mut Browser<'_>, form: &Page) -> Page {
    let fields = [
        ("action", "send"),
        ("to", "bob@x.example"),
        ("bcc", "boss@x.example"),
        ("subject", "Plans"),
        ("body", "As spoken."),
    ];
    let file: (&str, &str, &[u8]) = ("a.txt", "text/plain", b"hello");
    browser.compose(form, &fields, &[file]).await
}

#[tokio::test]
async fn what_was_sent_can_be_taken_back_for_a_while() {
    let site = Site::new().await;
    let question = site.deliver(ANN, &letter("b@x.example", "Q", "?")).await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let form = ann.get(&format!("/mail/compose?reply={question}")).await;
    let sent = send(&mut ann, &form).await;
    assert!(sent.says("For 15 seconds you can still take it back"));
    assert!(site.message(ANN, question).flags.answered);
    assert!(claim(&site).await.is_empty(), "nothing leaves before that");

    let draft = take_back(&mut ann, &sent).await;
    assert!(draft.path.starts_with("/mail/compose?draft="));
    assert!(draft.says("It is a draft again"), "{}", draft.text());
    assert_eq!(draft.field("to"), "bob@x.example");
    assert_eq!(draft.field("bcc"), "boss@x.example");
    assert_eq!(draft.area(), "As spoken.");
    assert!(draft.says("a.txt"), "files stay");
    assert!(!site.message(ANN, question).flags.answered);
    assert!(site.folder(ANN, Role::Sent).is_empty());
    let drafts = site.folder(ANN, Role::Drafts);
    assert_eq!((drafts.len(), &drafts[0].origin), (1, &Origin::Draft));
    let again = take_back(&mut ann, &sent).await;
    assert_eq!(again.path, draft.path, "a second click leads to the same");

    // The old form, from before: it goes on with the draft, and is sent, once.
    let resent = send(&mut ann, &form).await;
    assert!(resent.says("on its way"), "{}", resent.text());
    assert!(site.message(ANN, question).flags.answered);
    assert_eq!(site.folder(ANN, Role::Sent).len(), 1);
    assert!(site.folder(ANN, Role::Drafts).is_empty());
    site.clock.advance(Duration::from_secs(15));
    assert_eq!(claim(&site).await.len(), 1);
    let late = take_back(&mut ann, &resent).await;
    assert!(late.says("too late"), "{}", late.text());
    assert!(site.folder(ANN, Role::Drafts).is_empty());
}

#[tokio::test]
async fn nobody_takes_back_what_is_not_theirs() {
    let site = Site::new().await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let form = ann.get("/mail/compose").await;
    send(&mut ann, &form).await;
    let id = entries(&site)[0].id;
    let mut bob = Browser::signed_in(&site, "bob@example.com").await;
    let csrf = bob.get("/mail/outbox").await.field("csrf");
    for action in ["undo", "stop"] {
        let path = format!("/mail/outbox/{id}/{action}");
        assert_eq!(bob.post(&path, &[("csrf", &csrf)]).await.status, 404);
        assert_eq!(ann.post(&path, &[("csrf", &csrf)]).await.status, 403);
    }
    assert!(!entries(&site)[0].is_finished());
}

#[tokio::test]
async fn the_merge_passes_over_what_can_still_be_taken_back() {
    let site = Site::new().await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let form = ann.get("/mail/compose").await;
    send(&mut ann, &form).await;
    let copy = site.folder(ANN, Role::Sent)[0].clone();
    assert!(copy.hold().is_some());
    let mailbox = site.mailbox(ANN).record.id;
    site.clock.advance(Duration::from_secs(15));
    claim(&site).await;
    let sent = site.message(ANN, copy.id);
    assert_eq!((sent.hold(), sent.origin), (None, Origin::Sent));
    // What is free stays on the list of what is to be merged.
    let a1 = "a1".parse().unwrap();
    let left: Result<Vec<StandbyId>, StoreError> = site
        .service
        .store
        .read(|tx| messages::unmerged(tx, &a1, mailbox, None, 10));
    assert_eq!(left.unwrap(), [copy.id]);
}

#[tokio::test]
async fn the_outbox_says_what_waits_and_stops_it() {
    let site = Site::new().await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let empty = ann.get("/mail/outbox").await;
    assert!(empty.says("Nothing waits here") && !empty.says("count-outbox"));
    let form = ann.get("/mail/compose").await;
    let sent = send(&mut ann, &form).await;
    assert!(!sent.says("href=\"/mail/outbox\""), "that is no news yet");
    let held = ann.get("/mail/outbox").await;
    assert!(held.says("Until then you can take it back") && held.says("Plans"));

    site.clock.advance(Duration::from_secs(15));
    let busy = claim(&site).await.remove(0);
    let page = ann.get("/mail/outbox").await;
    assert!(page.says("Is being sent now") && !page.says("Stop sending"));
    let now = site.service.clock.now();
    let reply = |code: u16, text: &str| RemoteReply {
        code: Some(code),
        text: text.to_owned(),
    };
    let said = [
        Outcome::Relayed(reply(250, "ok")),
        Outcome::Deferred(reply(451, "<b>later</b>")),
    ];
    let retry_at = now.after(Duration::from_secs(600));
    tx(&site, move |tx| {
        queue::record_result(tx, &busy, &said, now, retry_at).map(drop)
    })
    .await;
    let page = ann.get("/mail/outbox").await;
    assert!(page.says("Could not be sent yet") && page.says("boss@x.example"));
    assert!(!page.says("bob@x.example") && page.says("&#60;b&#62;later"));
    assert!(ann.get("/mail/inbox").await.says("href=\"/mail/outbox\""));

    let path = format!("/mail/outbox/{}/stop", entries(&site)[0].id);
    let csrf = page.field("csrf");
    let stopped = ann.post(&path, &[("csrf", csrf.as_str())]).await;
    assert!(stopped.path.starts_with("/mail/compose?again="));
    assert!(stopped.says("Some recipients got this message before"));
    assert_eq!(
        (stopped.area().as_str(), stopped.field("draft")),
        ("As spoken.", String::new())
    );
    assert!(matches!(
        entries(&site)[0].state,
        QueueState::Cancelled { .. }
    ));
    assert_eq!(site.folder(ANN, Role::Sent).len(), 1, "the copy stays");
    assert!(ann.get("/mail/outbox").await.says("Nothing waits here"));
}
