use std::time::Duration;

use super::browser::Browser;
use super::merges::manager;
use super::{Site, letter};
use crate::service::queue as listed;
use crate::service::{Actor, Means};
use crate::store::access::Access;
use crate::store::{Order, queue};

const ANN: &str = "ann@example.com";

/// Ann sends a message through her pages.
async fn send(site: &Site, to: &str, subject: &str) {
    let mut ann = Browser::signed_in(site, ANN).await;
    let form = ann.get("/mail/compose").await;
    let written = [
        ("action", "send"),
        ("to", to),
        ("subject", subject),
        ("body", "x"),
    ];
    ann.compose(&form, &written, &[]).await;
}

#[tokio::test]
async fn the_operator_holds_and_drops_and_the_sender_is_told() {
    let site = Site::new().await;
    send(&site, "carl@x.example", "One").await;
    send(&site, "dora@x.example", "Two").await;
    let mut operator = manager(&site, None).await;
    let page = operator.get("/console/queue").await;
    assert!(
        page.says("carl@x.example") && page.says("dora@x.example"),
        "{}",
        page.text()
    );
    assert!(!page.says("One") || !page.says("Subject"), "no subjects");
    let csrf = page.field("csrf");
    let entries = site
        .service
        .store
        .read(|tx| queue::open_rows(tx, Order::Ascending, None, 10))
        .unwrap();
    let first = entries[0].id.to_string();
    let order = |action: &'static str, reason: &'static str| {
        [
            ("csrf", csrf.clone()),
            ("action", action.into()),
            ("reason", reason.into()),
        ]
    };
    let post =
        async |operator: &mut Browser<'_>, more: &[(&str, &str)], base: [(&str, String); 3]| {
            let mut form: Vec<(&str, &str)> = base
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            form.extend_from_slice(more);
            operator.post("/console/queue", &form).await
        };
    let held = post(
        &mut operator,
        &[("id", &first)],
        order("hold", "Looks like spam"),
    )
    .await;
    assert!(held.says("One message was changed."), "{}", held.text());
    assert!(held.says("Looks like spam") && held.says("Held"));
    let again = post(
        &mut operator,
        &[("id", &first)],
        order("hold", "Looks like spam"),
    )
    .await;
    assert!(again.says("Nothing was changed"));
    let blank = post(&mut operator, &[("id", &first)], order("drop", " ")).await;
    assert!(blank.status == 422 && blank.says("Enter a reason."));
    let only_held = operator.get("/console/queue?state=held").await;
    assert_eq!(only_held.text().matches("name=\"id\"").count(), 1);
    let odd = operator.get("/console/queue?sender=a+b").await;
    assert!(odd.status == 422 && odd.says("Enter the address of a mailbox"));

    let all = [("all", "1"), ("sender", "example.com")];
    let dropped = post(&mut operator, &all, order("drop", "Account was stolen")).await;
    assert!(
        dropped.says("2 messages were changed."),
        "{}",
        dropped.text()
    );
    assert!(
        operator
            .get("/console/queue")
            .await
            .says("Nothing waits here.")
    );
    let mut ann = Browser::signed_in(&site, ANN).await;
    let inbox = ann.get("/mail/inbox").await;
    assert!(inbox.says("Your message could not be delivered"));
    let outbox = ann.get("/mail/outbox").await;
    assert!(outbox.says("Account was stolen"), "{}", outbox.text());
}

#[tokio::test]
async fn the_queue_comes_each_way_page_by_page() {
    let site = Site::new().await;
    for n in 0..3 {
        site.clock.advance(Duration::from_secs(1));
        send(&site, &format!("to{n}@x.example"), "One").await;
    }
    let actor = Actor::Operator(Means::new("o".into(), Access::Owner.grants()));
    let mut expected: Vec<String> = (0..3).map(|n| format!("to{n}@x.example")).collect();
    for sort in ["created_at", "-created_at"] {
        for limit in [1, 2, 3] {
            let (mut after, mut found) = (String::new(), Vec::new());
            loop {
                let start = listed::start(sort, &after).unwrap();
                let filter = listed::Filter::default();
                let page = listed::list(&site.service, &actor, &filter, &start, limit).unwrap();
                found.extend(
                    page.entries
                        .iter()
                        .map(|one| one.recipients[0].address.clone()),
                );
                match page.next {
                    Some(next) => after = next,
                    None => break,
                }
            }
            assert_eq!(found, expected, "{sort} {limit}");
        }
        expected.reverse();
    }
    assert!(listed::start("sender", "").is_err());
    let first = listed::start("", "").unwrap();
    let page = listed::list(&site.service, &actor, &listed::Filter::default(), &first, 1);
    let next = page.unwrap().next.unwrap();
    assert!(listed::start("created_at", &next).is_ok());
    assert!(
        listed::start("-created_at", &next).is_err(),
        "it goes one way"
    );

    let mut operator = manager(&site, None).await;
    let newest = operator
        .get("/console/queue?state=queued&sort=-created_at")
        .await;
    let text = newest.text();
    let place = |of: &str| text.find(of).unwrap();
    assert!(place("to2@x.example") < place("to0@x.example"), "{text}");
    let back = "aria-sort=\"descending\"><a class=\"sort\" href=\"/console/queue?state=queued&#38;sort=created_at\"";
    assert!(newest.says(back), "{text}");
    assert!(newest.says("<option value=\"-created_at\" selected>"));
    let lost = operator.get("/console/queue?sort=colour").await;
    assert_eq!(lost.status, 404);
}

#[tokio::test]
async fn the_queue_is_the_operators_and_a_trace_shows_resellers_their_own() {
    let site = Site::new().await;
    send(&site, "carl@x.example", "One").await;
    site.deliver(ANN, &letter("b@x.example", "Hello", "x"))
        .await;
    let mut reseller = manager(&site, Some("acme")).await;
    assert_eq!(reseller.get("/console/queue").await.status, 404);
    let page = reseller.get("/console/trace?q=ann@example.com").await;
    assert!(
        page.status == 200 && page.says("Nothing was found."),
        "{}",
        page.text()
    );
    assert!(!page.says("carl@x.example"));
    let mut operator = manager(&site, None).await;
    let page = operator.get("/console/trace?q=ann@example.com").await;
    assert!(
        page.says("carl@x.example") && page.says("Waiting"),
        "{}",
        page.text()
    );
    for nothing in ["nobody@example.com", "%3Cx@y%3E", "%22%3E%3Cscript%3E"] {
        let page = operator.get(&format!("/console/trace?q={nothing}")).await;
        assert!(
            page.status == 200 && page.says("Nothing was found."),
            "{nothing}"
        );
        assert!(!page.says("<script>"));
    }
}

#[tokio::test]
async fn a_user_says_that_they_are_away_and_whose_mail_is_junk() {
    let site = Site::new().await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let page = ann.get("/mail/settings").await;
    let csrf = page.field("csrf");
    let base = [
        ("csrf", csrf.as_str()),
        ("undo", "15"),
        ("zone", "Europe/Berlin"),
    ];
    let save = async |ann: &mut Browser<'_>, more: &[(&str, &str)]| {
        let form: Vec<(&str, &str)> = base.iter().chain(more).copied().collect();
        ann.post("/mail/settings", &form).await
    };
    let saved = save(
        &mut ann,
        &[
            ("away_on", "1"),
            ("away", "Back on Monday"),
            ("away_from", "2026-11-23"),
            ("away_until", "2026-11-30"),
            ("blocked", "Eve@X.example\r\n@spam.example"),
        ],
    )
    .await;
    assert!(
        saved.says("Settings saved.") && saved.says("Back on Monday"),
        "{}",
        saved.text()
    );
    assert!(saved.says("eve@x.example\n@spam.example") && saved.says("2026-11-30"));
    let id = site.mailbox(ANN).record.id;
    let kept = site
        .service
        .store
        .read(|tx| crate::store::profile::get(tx, id))
        .unwrap();
    let away = kept.away.unwrap();
    // 2026-11-23 in Berlin begins at 23:00 UTC the day before.
    assert_eq!(
        away.from.unwrap().begins.to_string(),
        "2026-11-22T23:00:00Z"
    );
    assert_eq!(away.until.unwrap().ends.to_string(), "2026-11-30T23:00:00Z");
    for (more, text) in [
        (&[("away_on", "1")][..], "Write an answer"),
        (&[("away_from", "soon")], "Choose days"),
        (
            &[
                ("away", "x"),
                ("away_from", "2026-11-30"),
                ("away_until", "2026-11-23"),
            ],
            "Choose days",
        ),
        (&[("blocked", "nonsense")], "Enter up to 500 addresses"),
    ] {
        let refused = save(&mut ann, more).await;
        assert!(
            refused.status == 422 && refused.says(text),
            "{more:?} {}",
            refused.text()
        );
    }
}
