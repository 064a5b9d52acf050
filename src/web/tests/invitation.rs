use super::Site;
use super::browser::Browser;
use crate::mail::Role;
use crate::mail::view::View;
use crate::store::queue;

const ANN: &str = "ann@example.com";

fn invitation(method: &str, people: &str) -> String {
    format!(
        "From: Bob <bob@x.example>\nTo: sales@example.com\nSubject: Plan\n\
         Message-ID: <i1@x.example>\nMIME-Version: 1.0\n\
         Content-Type: multipart/alternative; boundary=b\n\n\
         --b\nContent-Type: text/plain\n\nPlease come.\n\
         --b\nContent-Type: text/calendar; method={method}; charset=utf-8\n\n\
         BEGIN:VCALENDAR\nMETHOD:{method}\nBEGIN:VEVENT\nUID:u1\nSEQUENCE:1\n\
         SUMMARY:Plan <b>now</b>\nLOCATION:Room 7\nDTSTART:20261124T130000Z\nDTEND:20261124T140000Z\n\
         RRULE:FREQ=WEEKLY;COUNT=4\nORGANIZER;CN=Bob:mailto:bob@x.example\n{people}END:VEVENT\n\
         END:VCALENDAR\n--b--\n"
    )
}

#[tokio::test]
async fn an_invitation_is_answered_once_and_from_the_invited_address() {
    let site = Site::new().await;
    let people = "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:sales@example.com\n";
    let id = site.deliver(ANN, &invitation("REQUEST", people)).await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let address = format!("/mail/inbox/{id}");
    let page = ann.get(&address).await;
    assert!(page.says("Plan &#60;b&#62;now&#60;/b&#62;") && page.says("Room 7"));
    assert!(
        page.says("Tue 24 Nov 2026, 14:00 – 15:00 (Europe/Berlin)"),
        "{}",
        page.text()
    );
    assert!(page.says("every week, 4 times") && page.says("Please come."));
    assert!(page.says("Your answer is sent to bob@x.example."));

    let csrf = page.field("csrf");
    let to = format!("{address}/answer");
    let say = |answer| [("csrf", csrf.clone()), ("answer", answer)];
    let mailbox = site.mailbox(ANN).record.id;
    let queued = || {
        let found: Result<Vec<_>, crate::store::StoreError> = site
            .service
            .store
            .read(|tx| queue::of_mailbox(tx, mailbox, 10));
        found.unwrap()
    };
    for (answer, expected, count) in [
        ("accept", "Your answer is on its way", 1),
        ("accept", "It was not sent twice.", 1),
        ("decline", "Your answer is on its way", 2),
    ] {
        let fields = say(answer.to_owned());
        let fields = [
            ("csrf", fields[0].1.as_str()),
            ("answer", fields[1].1.as_str()),
        ];
        let page = ann.post(&to, &fields).await;
        assert!(page.says(expected), "{answer}: {}", page.text());
        assert_eq!(queued().len(), count, "{answer}");
    }
    assert!(ann.get(&address).await.says("You declined"));

    let entry = queued().into_iter().min_by_key(|entry| entry.id).unwrap();
    assert_eq!(entry.reverse_path.as_deref(), Some("sales@example.com"));
    assert_eq!(entry.recipients[0].address, "bob@x.example");
    let sent = site.folder(ANN, Role::Sent);
    assert_eq!(sent[1].summary.subject, "Accepted: Plan <b>now</b>");
    assert_eq!(sent[1].summary.in_reply_to.as_deref(), Some("i1@x.example"));
    let whole = crate::service::mailbox::raw(&site.service, &sent[1])
        .await
        .unwrap();
    let answer = View::parse(&whole).invitation(&whole).unwrap();
    assert_eq!(answer.method, crate::mail::calendar::Method::Reply);
    assert_eq!(answer.attendees[0].person.address, "sales@example.com");
    let called = sent[1].summary.message_id.clone().unwrap();
    let operator = crate::service::Actor::System("test");
    let found = crate::service::trace::trace(&site.service, &operator, &called).unwrap();
    assert_eq!(found.journeys.len(), 1);
    let so_called = |one: &queue::QueueEntry| {
        let header = crate::mail::summarize(&one.prefix);
        header.message_id.as_deref() == Some(called.as_str())
    };
    let of_it = queued().into_iter().find(so_called).unwrap();
    assert_eq!(found.journeys[0].id, of_it.id.to_string());
    assert_eq!(
        found.journeys[0].message_id.as_deref(),
        Some(called.as_str())
    );
    let text = String::from_utf8_lossy(&whole).into_owned();
    assert!(
        text.contains("method=\"REPLY\"") || text.contains("method=REPLY"),
        "{text}"
    );
}

#[tokio::test]
async fn what_needs_no_answer_takes_none() {
    let site = Site::new().await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let own = invitation("REQUEST", "").replace("bob@x.example", "sales@example.com");
    let cases = [
        (invitation("CANCEL", ""), "Cancelled event"),
        (
            invitation(
                "REPLY",
                "ATTENDEE;PARTSTAT=ACCEPTED;CN=Carl:mailto:c@x.example\n",
            ),
            "Carl (accepted)",
        ),
        (invitation("PUBLISH", ""), "Event"),
        (own, "Invitation"),
    ];
    for (mail, expected) in cases {
        let id = site.deliver(ANN, &mail).await;
        let page = ann.get(&format!("/mail/inbox/{id}")).await;
        assert!(
            page.says(expected) && !page.says("value=\"accept\""),
            "{expected}"
        );
        let fields = [
            ("csrf", page.field("csrf")),
            ("answer", "accept".to_owned()),
        ];
        let fields = fields
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let answered = ann.post(&format!("/mail/inbox/{id}/answer"), &fields).await;
        assert_eq!(answered.status, 404, "{expected}");
    }
    assert_eq!(site.folder(ANN, Role::Sent).len(), 0);
}
