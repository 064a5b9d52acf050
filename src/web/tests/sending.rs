//! Sending, taking back, the outbox.

use std::ops::ControlFlow;
use std::time::Duration;

use super::browser::{Browser, Page};
use super::{Site, letter};
use crate::ids::StandbyId;
use crate::mail::Role;
use crate::mail::view::View;
use crate::service::queue::{self as service_queue, QueueAction, QueueChange};
use crate::service::{Actor, trace};
use crate::store::directory;
use crate::store::events::{self, Happened, Limited};
use crate::store::keys::{Key, Table};
use crate::store::messages::{self, Origin};
use crate::store::queue::{self, Outcome, QueueEntry, QueueState, RemoteReply};
use crate::store::{Order, StoreError, Tx};

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
pub(super) async fn take_back(browser: &mut Browser<'_>, page: &Page) -> Page {
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
    assert_eq!(traced(&site, ANN), ["sent cancelled", "sent queued"]);
}

/// What a trace shows to an operator.
fn traced(site: &Site, what: &str) -> Vec<String> {
    let operator = Actor::System("test");
    let view = trace::trace(&site.service, &operator, what).unwrap();
    let journeys = view.journeys.iter();
    let mut states: Vec<_> = journeys
        .map(|one| format!("{} {}", one.kind, one.recipients[0].state))
        .collect();
    states.sort();
    states
}

#[tokio::test]
async fn a_writer_may_ask_to_be_told_that_it_arrived() {
    let site = Site::new().await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let form = ann.get("/mail/compose").await;
    assert!(form.says("Tell me when it has arrived") && !form.says(" checked>"));
    let asked = [
        ("action", "send"),
        ("to", "bob@x.example"),
        ("subject", "Plans"),
        ("body", "As spoken."),
        ("tell", "1"),
    ];
    let sent = ann.compose(&form, &asked, &[]).await;
    assert!(entries(&site)[0].tell.success);
    // The draft remembers it, and it can be changed.
    let draft = take_back(&mut ann, &sent).await;
    assert!(draft.says(" checked>"), "{}", draft.text());
    ann.compose(&draft, &asked[..4], &[]).await;
    let waiting: Vec<_> = entries(&site)
        .into_iter()
        .filter(|entry| !entry.is_finished())
        .collect();
    assert_eq!(waiting.len(), 1);
    assert!(!waiting[0].tell.success);
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
    assert!(page.says("Being sent now") && !page.says("Stop sending"));
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
    assert!(page.says("Not sent yet") && page.says("boss@x.example"));
    assert!(!page.says("bob@x.example") && page.says("&#60;b&#62;later"));
    assert!(ann.get("/mail/inbox").await.says("href=\"/mail/outbox\""));

    site.clock.advance(Duration::from_secs(600));
    let busy = claim(&site).await.remove(0);
    let own_trouble = [Outcome::Deferred(RemoteReply {
        code: None,
        text: "4.4.1 no connection to 10.0.0.7:25".to_owned(),
    })];
    let now = site.service.clock.now();
    let retry_at = now.after(Duration::from_secs(600));
    tx(&site, move |tx| {
        queue::record_result(tx, &busy, &own_trouble, now, retry_at).map(drop)
    })
    .await;
    let page = ann.get("/mail/outbox").await;
    assert!(page.says("boss@x.example") && !page.says("10.0.0.7"));

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

/// Posts the form as the page's script does.
async fn script(
    browser: &mut Browser<'_>,
    page: &Page,
    fields: &[(&str, &str)],
    files: &[(&str, &str, &[u8])],
) -> (u16, serde_json::Value) {
    browser.accept = Some("application/json");
    let answer = browser.compose(page, fields, files).await;
    browser.accept = None;
    assert_eq!(answer.header("content-type"), "application/json");
    let value = serde_json::from_slice(&answer.body).unwrap();
    (answer.status.as_u16(), value)
}

#[tokio::test]
async fn a_script_saves_adds_files_and_sends() {
    let site = Site::new().await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let form = ann.get("/mail/compose").await;
    let typed = [
        ("action", "save"),
        ("to", "bob, not finis"),
        ("cc", "c@x.example"),
        ("body", "One"),
    ];
    let (status, first) = script(&mut ann, &form, &typed, &[]).await;
    assert_eq!(status, 200, "{first}");
    let draft = first["draft"].as_str().unwrap().to_owned();
    assert!(first["saved"].as_str().unwrap().contains("15:00"));
    let id: StandbyId = draft.parse().unwrap();
    let text_only = site.message(ANN, id);

    let big: Vec<u8> = (0..3_000_000_u32)
        .map(|n| n.to_le_bytes()[n as usize % 3])
        .collect();
    let with_draft = [
        ("action", "save"),
        ("draft", draft.as_str()),
        ("to", "bob@x.example"),
        ("body", "Two"),
    ];
    let file: (&str, &str, &[u8]) = ("big.bin", "application/octet-stream", &big);
    let (_, added) = script(&mut ann, &form, &with_draft, &[file]).await;
    assert_eq!(added["files"][0]["bytes"], 3_000_000, "{added}");
    let keep = added["files"][0]["keep"].as_str().unwrap().to_owned();
    let with_file = site.message(ANN, id);
    assert_ne!(with_file.body, text_only.body);

    // Writing on leaves the files where they are.
    let mut later = with_draft.to_vec();
    later.extend([
        ("keep", keep.as_str()),
        ("body", "Three"),
        ("cc", "c@x.example"),
    ]);
    let (_, again) = script(&mut ann, &form, &later, &[]).await;
    assert_eq!(again["files"], added["files"]);
    let rewritten = site.message(ANN, id);
    assert_eq!(rewritten.body, with_file.body);
    assert_eq!(rewritten.summary.message_id, text_only.summary.message_id);
    let view = View::parse(&site.bytes(&rewritten));
    assert_eq!(view.plain_text().trim(), "Three");

    // Another file joins it.
    let second: (&str, &str, &[u8]) = ("b.txt", "text/plain", b"bb");
    let (_, two) = script(&mut ann, &form, &later, &[second]).await;
    assert_eq!(two["files"].as_array().unwrap().len(), 2, "{two}");

    // Sent from a page that knows one of them: that one goes out, as it came.
    later.push(("action", "send"));
    let (status, sent) = script(&mut ann, &form, &later, &[]).await;
    assert_eq!((status, &sent["location"]), (200, &"/mail/inbox".into()));
    let copy = &site.folder(ANN, Role::Sent)[0];
    let bytes = site.bytes(copy);
    let view = View::parse(&bytes);
    assert_eq!(view.attachments.len(), 1);
    let part = view.attachments[0].part;
    assert_eq!(view.part_bytes(&bytes, part, 4_000_000).unwrap(), big);
    assert!(site.folder(ANN, Role::Drafts).is_empty());
    let (_, twice) = script(&mut ann, &form, &later, &[]).await;
    assert_eq!(twice["location"], "/mail/inbox", "{twice}");
    assert_eq!(entries(&site).len(), 1, "sent once");
}

#[tokio::test]
async fn bad_input_gives_the_form_again_with_the_text() {
    let site = Site::new().await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let many: String = (0..201).map(|n| format!("u{n}@x.example,")).collect();
    let long = "x".repeat(60_000) + "@x.example";
    let huge = "wörds ".repeat(20_000);
    let cases: [(&str, &str, &str, &str); 9] = [
        ("", "", "Hi", "Enter at least one recipient"),
        ("bob", "", "Hi", "is not an e-mail address"),
        ("bob@", "", "Hi", "is not an e-mail address"),
        (" , ;", "", "Hi", "Enter at least one recipient"),
        (&many, "", "Hi", "up to 200 recipients"),
        (&long, "", "Hi", "is not an e-mail address"),
        (
            "b@x.example",
            "a\nBcc: e@x.example",
            "Hi",
            "characters that mail cannot carry",
        ),
        (
            "b@x.example\r\nBcc: e@x.example",
            "",
            "Hi",
            "characters that mail cannot carry",
        ),
        ("bob", "", &huge, "is not an e-mail address"),
    ];
    for (to, subject, body, said) in cases {
        let form = ann.get("/mail/compose").await;
        let fields = [
            ("action", "send"),
            ("to", to),
            ("subject", subject),
            ("body", body),
        ];
        let file: (&str, &str, &[u8]) = ("a.txt", "text/plain", b"hello");
        let page = ann.compose(&form, &fields, &[file]).await;
        let case = &to[..to.len().min(40)];
        assert_eq!(page.status, 422, "{case}");
        assert!(page.says(said), "{case}: {said}");
        assert_eq!(page.area().trim_end(), body.trim_end(), "{case}");
        assert!(page.says("a.txt"), "{case}: the file stays");
        let (status, told) = script(&mut ann, &form, &fields, &[]).await;
        assert_eq!(status, 422, "{case}");
        assert!(
            told["error"].as_str().unwrap().contains(said),
            "{case}: {told}"
        );
    }
    assert!(entries(&site).is_empty());

    let form = ann.get("/mail/compose").await;
    let large = vec![b'x'; 51 * 1024 * 1024];
    let fields = [("action", "send"), ("to", "b@x.example"), ("body", "Kept")];
    let file: (&str, &str, &[u8]) = ("large.bin", "", &large);
    let page = ann.compose(&form, &fields, &[file]).await;
    assert_eq!((page.status.as_u16(), page.area().as_str()), (422, "Kept"));
    assert!(page.says("up to 50 MB"), "{}", page.text());
    let gone = [
        ("action", "send"),
        ("to", "b@x.example"),
        ("keep", "77.f5"),
        ("body", "Kept"),
    ];
    let page = ann.compose(&form, &gone, &[]).await;
    assert_eq!(page.status, 422);
    assert!(page.says("no longer there") && page.area() == "Kept");
    assert!(entries(&site).is_empty());

    site.clock.advance(Duration::from_secs(13 * 3600));
    let (status, told) = script(&mut ann, &form, &fields, &[]).await;
    assert_eq!(status, 401, "{told}");
    assert!(told["csrf"].is_null(), "nothing for whom is not signed in");
}

#[tokio::test]
async fn a_signature_stands_where_it_should() {
    let site = Site::new().await;
    let id = site.deliver(ANN, &letter("b@x.example", "Q", "Why?")).await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let actor = crate::service::Actor::User(site.mailbox(ANN).record.id, ANN.parse().unwrap());
    crate::service::profile::update(&site.service, &actor, |profile| {
        profile.name = "Ann Sch".to_owned();
        profile.signature = "Ann\n".to_owned();
    })
    .await
    .unwrap();
    let new = ann.get("/mail/compose").await;
    assert_eq!(new.area(), "\n\n-- \nAnn");
    assert!(
        new.says("Ann Sch &#60;sales@example.com&#62;"),
        "{}",
        new.text()
    );
    let reply = ann.get(&format!("/mail/compose?reply={id}")).await;
    assert!(
        reply.area().starts_with("\n\n-- \nAnn\n\nOn "),
        "{}",
        reply.area()
    );
    let saved = ann.compose(&reply, &[("action", "save")], &[]).await;
    assert_eq!(saved.area().matches("-- \n").count(), 1, "{}", saved.area());
}

#[tokio::test]
async fn people_are_offered_from_mail_and_the_own_domain() {
    let site = Site::new().await;
    site.deliver(ANN, &letter("Bob Marley <marley@x.example>", "1", "x"))
        .await;
    site.deliver(ANN, &letter("\"<img src=x>\" <e@x.example>", "2", "x"))
        .await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    // Written to without a name, too.
    let form = ann.get("/mail/compose").await;
    let fields = [
        ("action", "send"),
        ("to", "marley@x.example"),
        ("body", "x"),
    ];
    ann.compose(&form, &fields, &[]).await;
    for (query, expected) in [
        ("mar", vec!["marley@x.example"]),
        ("bob", vec!["marley@x.example", "bob@example.com"]),
        ("ann", vec![]),
        ("nobody", vec![]),
    ] {
        let found = ann.get(&format!("/mail/people?q={query}")).await;
        let found: serde_json::Value = serde_json::from_slice(&found.body).unwrap();
        let addresses: Vec<&str> = found
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["address"].as_str().unwrap())
            .collect();
        assert_eq!(addresses, expected, "{query}");
    }
    let form = ann.get("/mail/compose").await;
    assert!(form.says("<option value=\"Bob Marley &#60;marley@x.example&#62;\">"));
    assert!(!form.says("<img"));
    let mut stranger = Browser::new(&site);
    assert!(
        stranger
            .get("/mail/people?q=b")
            .await
            .path
            .starts_with("/login")
    );
}

/// Two postings at the same time count for each other; who came to the limit stands in the audit log once.
#[tokio::test]
async fn a_days_limit_holds_for_what_is_sent_at_the_same_time() {
    let site = Site::new().await;
    let mut config = (*site.service.config.get()).clone();
    config.relay.recipients_per_day = 3;
    site.service.config.set(config);
    let mut one = Browser::signed_in(&site, ANN).await;
    let mut other = Browser::signed_in(&site, ANN).await;
    let (first, second) = (
        one.get("/mail/compose").await,
        other.get("/mail/compose").await,
    );
    let (first, second) = tokio::join!(send(&mut one, &first), send(&mut other, &second));
    assert_eq!(entries(&site).len(), 1, "two recipients each, three a day");
    let refused = "You have reached the number of recipients allowed in a day";
    assert!(first.says(refused) != second.says(refused));
    let again = one.get("/mail/compose").await;
    assert!(send(&mut one, &again).await.says(refused));
    let logged = site.service.store.read(|tx| -> Result<_, StoreError> {
        let mut limited = 0;
        let range = Key::new(Table::Audit);
        tx.scan(
            range.as_slice(),
            &range.end(),
            Order::Ascending,
            &mut |_, value| {
                limited += usize::from(value.windows(15).any(|text| text == b"sending.limited"));
                Ok(ControlFlow::Continue(()))
            },
        )?;
        Ok(limited)
    });
    assert_eq!(logged.unwrap(), 1);
    // And once as an event, which its reseller is told of too.
    let told = site.service.store.read(|tx| events::after(tx, 0, 100));
    let told: Vec<_> = told.unwrap().into_iter().map(|(_, one)| one.what).collect();
    let whose = Limited::Mailbox(ANN.parse().unwrap());
    assert_eq!(told, [Happened::SendingLimited { whose }]);
}

/// What an operator held and lets go can be taken back for as long as its sender was told.
#[tokio::test]
async fn who_releases_a_message_does_not_hurry_it_past_its_sender() {
    for action in [QueueAction::Release, QueueAction::Retry] {
        let site = Site::new().await;
        let mut ann = Browser::signed_in(&site, ANN).await;
        let form = ann.get("/mail/compose").await;
        send(&mut ann, &form).await;
        let entry = entries(&site).remove(0);
        let order = async |action| {
            let change = QueueChange {
                action,
                reason: "looked at".into(),
                quiet: false,
            };
            let operator = Actor::System("test");
            service_queue::change(&site.service, &operator, entry.id, &change).await
        };
        order(QueueAction::Hold).await.unwrap();
        site.clock.advance(Duration::from_secs(5));
        order(action).await.unwrap();
        assert!(
            claim(&site).await.is_empty(),
            "it can be taken back for ten seconds more"
        );
        site.clock.advance(Duration::from_secs(10));
        assert_eq!(claim(&site).await.len(), 1);
    }
}

/// Who chooses another of their addresses in a draft tells nobody of the one that it was begun under.
#[tokio::test]
async fn a_message_is_called_by_the_domain_that_it_is_from() {
    let site = Site::new().await;
    tx(&site, |tx| {
        let address = ANN.parse().unwrap();
        let mut record = directory::mailbox(tx, &address)?.expect("ann");
        record.aliases = vec!["ann@other.example".parse().unwrap()];
        directory::put_mailbox(tx, &address, &record)
    })
    .await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let form = ann.get("/mail/compose").await;
    let write = |action, from| {
        [
            ("action", action),
            ("from", from),
            ("to", "bob@x.example"),
            ("subject", "Plans"),
            ("body", "As spoken."),
        ]
    };
    ann.compose(&form, &write("save", ANN), &[]).await;
    let draft = site.folder(ANN, Role::Drafts).remove(0);
    let called = draft.summary.message_id.unwrap();
    assert!(called.ends_with("@example.com"), "{called}");
    let page = ann
        .get(&format!("/mail/compose?draft={}", draft.id.0))
        .await;
    ann.compose(&page, &write("send", "ann@other.example"), &[])
        .await;
    let header = String::from_utf8(entries(&site).remove(0).prefix).unwrap();
    assert!(header.contains("@other.example>"), "{header}");
    assert!(!header.contains("example.com"), "{header}");
}
