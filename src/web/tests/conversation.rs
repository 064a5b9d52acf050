use super::browser::Browser;
use super::{Site, letter};
use crate::mail::Role;

const ANN: &str = "ann@example.com";

/// A message of a conversation: `name` answers `to`.
fn answer(name: &str, to: &str, text: &str) -> String {
    format!(
        "From: Bob <bob@x.example>\nTo: ann@example.com\nSubject: Re: Plan\n\
         Message-ID: <{name}@x.example>\nIn-Reply-To: <{to}@x.example>\n\
         References: <Plan@x.example> <{to}@x.example>\n\n{text}\n"
    )
}

#[tokio::test]
async fn a_conversation_is_one_line_and_one_page() {
    let site = Site::new().await;
    let first = site
        .deliver(ANN, &letter("Bob <bob@x.example>", "Plan", "First words"))
        .await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let page = ann.get(&format!("/mail/inbox/{first}")).await;
    assert!(
        !page.says("<details class=\"piece\""),
        "one message is no conversation"
    );
    let form = ann.get(&format!("/mail/compose?reply={first}")).await;
    let sent = [("action", "send"), ("body", "My own answer")];
    ann.compose(&form, &sent, &[]).await;
    let other = site
        .deliver(ANN, &letter("carl@x.example", "Lunch", "At noon?"))
        .await;
    let second = site
        .deliver(ANN, &answer("b", "Plan", "Second words"))
        .await;
    let third = site.deliver(ANN, &answer("c", "b", "Third words")).await;

    let inbox = ann.get("/mail/inbox").await;
    let text = inbox.text();
    let lines: Vec<_> = text.matches("<li class=\"row").collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(text.contains(" (4 messages)"), "{text}");
    let newest = format!("/mail/inbox/{third}#m{third}\"");
    assert!(text.contains(&newest), "a long one is opened at its newest");
    assert!(text.contains(&format!("/mail/inbox/{other}\"")));

    let page = ann.get(&format!("/mail/inbox/{third}")).await;
    let text = page.text();
    let places = [
        "First words",
        "My own answer",
        "Second words",
        "Third words",
    ]
    .map(|words| text.rfind(words).unwrap_or(0));
    assert!(
        places.is_sorted() && places[0] > 0,
        "oldest first: {places:?}"
    );
    assert_eq!(text.matches("<details class=\"piece\"").count(), 4);
    let is_open = |id| text.contains(&format!("id=\"m{id}\" open"));
    assert!(!is_open(first) && is_open(second) && is_open(third));
    assert!(text.contains(&format!("/mail/compose?reply={second}\"")));
    assert!(text.contains(&format!("/mail/compose?forward={first}\"")));
    assert!(text.contains(&format!("/mail/inbox/{other}\" rel=\"next\"")));
    assert!(site.message(ANN, second).flags.seen);

    // Buttons act on all of it that is in this folder; the star on the newest.
    ann.act(&page, &[], &[("star", &page.field("id"))]).await;
    assert!(site.message(ANN, third).flags.flagged);
    let done = ann
        .act(&page, &[&page.field("id")], &[("action", "archive")])
        .await;
    assert!(done.says("3 messages moved to Archive."), "{}", done.text());
    assert_eq!(site.folder(ANN, Role::Archive).len(), 3);
    assert_eq!(site.folder(ANN, Role::Sent).len(), 1);
    let csrf = done.field("csrf");
    let token = done.field("token");
    ann.post("/mail/undo", &[("csrf", &csrf), ("token", &token)])
        .await;
    assert_eq!(site.folder(ANN, Role::Inbox).len(), 4);
}

#[tokio::test]
async fn who_prefers_messages_gets_messages() {
    let site = Site::new().await;
    let first = site
        .deliver(ANN, &letter("Bob <bob@x.example>", "Plan", "First words"))
        .await;
    let second = site
        .deliver(ANN, &answer("b", "Plan", "Second words"))
        .await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    assert!(ann.get("/mail/inbox").await.says(" (2 messages)"));
    let actor = crate::service::Actor::User(site.mailbox(ANN).record.id, ANN.parse().unwrap());
    crate::service::profile::update(&site.service, &actor, |profile| {
        profile.conversations = false
    })
    .await
    .unwrap();
    let inbox = ann.get("/mail/inbox").await;
    assert_eq!(inbox.text().matches("<li class=\"row").count(), 2);
    let page = ann.get(&format!("/mail/inbox/{second}")).await;
    assert!(page.says("Second words") && !page.says("First words"));
    ann.act(&page, &[&second.to_string()], &[("action", "delete")])
        .await;
    assert_eq!(site.folder(ANN, Role::Trash).len(), 1);
    assert_eq!(site.folder(ANN, Role::Inbox)[0].id, first);
}

#[tokio::test]
async fn a_conversation_of_300_messages_stays_small() {
    let site = Site::new().await;
    let mut ids = vec![
        site.deliver(ANN, &letter("bob@x.example", "Plan", "Start"))
            .await,
    ];
    for number in 0..299 {
        let text = format!("Words of {number}. {}", "More words. ".repeat(80));
        let to = if number == 0 {
            "Plan".to_owned()
        } else {
            format!("m{}", number - 1)
        };
        ids.push(
            site.deliver(ANN, &answer(&format!("m{number}"), &to, &text))
                .await,
        );
    }
    let mut ann = Browser::signed_in(&site, ANN).await;
    let inbox = ann.get("/mail/inbox").await;
    assert_eq!(inbox.text().matches("<li class=\"row").count(), 1);
    assert!(inbox.says("99+"));
    let page = ann.get(&format!("/mail/inbox/{}", ids[299])).await;
    assert!(page.says("300 messages") && page.says("Show 260 earlier messages"));
    assert!(page.body.len() < 200_000, "{}", page.body.len());
    let middle = ann.get(&format!("/mail/inbox/{}", ids[100])).await;
    assert!(middle.says("Show 80 earlier messages") && middle.says("Show 180 later messages"));
    assert!(middle.says("Words of 99."));
    let oldest = ann.get(&format!("/mail/inbox/{}", ids[0])).await;
    assert!(oldest.says("Start") && !oldest.says("earlier message"));
}
