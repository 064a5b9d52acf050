use super::browser::Browser;
use super::{Site, letter, table};
use crate::mail::Role;
use crate::mail::view::View;
use crate::route::Route;
use crate::store::queue;

const ANN: &str = "ann@example.com";

#[tokio::test]
async fn a_user_signs_in_reads_files_and_takes_it_back() {
    let site = Site::new().await;
    let first = site
        .deliver(ANN, &letter("Bob <bob@x.example>", "Invoice 1", "Pay me"))
        .await;
    let second = site
        .deliver(ANN, &letter("carl@x.example", "Lunch", "At noon?"))
        .await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let inbox = ann.get("/mail/inbox").await;
    assert!(inbox.says("Invoice 1") && inbox.says("2 messages, 2 unread"));
    assert!(inbox.says("Your old mail is safe;") && inbox.says("14:00:00Z"));
    let page = ann.get(&format!("/mail/inbox/{first}")).await;
    assert!(
        page.says("Pay me") && page.says("bob@x.example"),
        "{}",
        page.text()
    );
    assert!(site.message(ANN, first).flags.seen);

    let done = ann
        .act(&page, &[&first.to_string()], &[("action", "archive")])
        .await;
    assert!(done.says("1 message moved to Archive."), "{}", done.text());
    assert_eq!(site.folder(ANN, Role::Archive).len(), 1);
    assert!(!ann.get("/mail/inbox").await.says("moved to"), "said once");
    let (csrf, token) = (done.field("csrf"), done.field("token"));
    let undone = ann
        .post("/mail/undo", &[("csrf", &csrf), ("token", &token)])
        .await;
    assert!(undone.says("Undone") && undone.says("Invoice 1"));
    assert_eq!(site.folder(ANN, Role::Inbox).len(), 2);

    let both = [first.to_string(), second.to_string()];
    let both = both.each_ref().map(String::as_str);
    let unread = ann.act(&inbox, &both, &[("action", "unread")]).await;
    assert!(unread.says("1 message marked as unread"));
    ann.act(&inbox, &both, &[("action", "delete")]).await;
    assert_eq!(site.folder(ANN, Role::Trash).len(), 2);
    let empty = ann.get("/mail/inbox").await;
    assert!(
        empty.says("No new mail since 15:00"),
        "Berlin is one hour ahead: {}",
        empty.text()
    );
    let trash = ann.get("/mail/trash").await;
    assert!(trash.says("Invoice 1") && !trash.says("value=\"delete\""));
    ann.act(&trash, &both, &[("action", "move"), ("to", "junk")])
        .await;
    assert_eq!(site.folder(ANN, Role::Junk).len(), 2);
    let junk = ann.get(&format!("/mail/junk/{first}")).await;
    assert!(junk.says("value=\"not-junk\"") && !junk.says("value=\"junk\""));
    ann.act(&junk, &[both[0]], &[("action", "not-junk")]).await;
    let message = ann.get(&format!("/mail/inbox/{first}")).await;
    assert!(message.says("value=\"junk\""), "{}", message.text());
    let back = ann.act(&message, &[both[0]], &[("action", "junk")]).await;
    assert!(back.says("1 message moved to Junk.") && back.path == "/mail/inbox");
    let nothing = ann.act(&trash, &[], &[("action", "read")]).await;
    assert!(nothing.says("Select one or more messages first"));
    ann.act(&trash, &[], &[("star", &first.to_string())]).await;
    assert!(site.message(ANN, first).flags.flagged);
}

#[tokio::test]
async fn a_reply_with_an_attachment_is_sent_once() {
    let site = Site::new().await;
    let id = site
        .deliver(ANN, &letter("Bob <bob@x.example>", "Question", "Why?"))
        .await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let form = ann.get(&format!("/mail/compose?reply={id}")).await;
    assert_eq!(form.field("to"), "Bob <bob@x.example>");
    assert_eq!(form.field("subject"), "Re: Question");
    assert!(form.area().contains("> Why?") && form.area().contains("Bob wrote:"));
    let fields = [
        ("action", "send"),
        ("body", "Because.\r\n"),
        ("bcc", "boss@x.example"),
    ];
    let file: (&str, &str, &[u8]) = ("plan.pdf", "application/pdf", b"%PDF \0\xff");
    let sent = ann.compose(&form, &fields, &[file]).await;
    assert!(
        sent.path == "/mail/inbox" && sent.says("on its way"),
        "{}",
        sent.text()
    );
    let again = ann.compose(&form, &fields, &[file]).await;
    assert!(again.says("sent already"), "{}", again.text());

    let copies = site.folder(ANN, Role::Sent);
    assert_eq!(copies.len(), 1);
    assert!(site.message(ANN, id).flags.answered);
    let mailbox = site.mailbox(ANN).record.id;
    let queued = site
        .service
        .store
        .read(|tx| queue::of_mailbox(tx, mailbox, 10))
        .unwrap();
    assert_eq!(queued.len(), 1);
    let to: Vec<_> = queued[0]
        .recipients
        .iter()
        .map(|to| to.address.as_str())
        .collect();
    assert_eq!(to, ["bob@x.example", "boss@x.example"]);
    assert_eq!(queued[0].reverse_path.as_deref(), Some(ANN));
    let body = site.service.store.read_body(queued[0].body).unwrap();
    let body = [&queued[0].prefix[..], &body[..]].concat();
    let text = String::from_utf8_lossy(&body);
    assert!(
        !text.contains("boss@") && text.contains("In-Reply-To: <Question@x.example>"),
        "{text}"
    );
    let view = View::parse(&body);
    assert_eq!(view.plain_text().trim(), "Because.");
    assert_eq!(
        view.part_bytes(&body, view.attachments[0].part, 100)
            .unwrap(),
        file.2
    );
    assert!(
        copies[0].prefix.starts_with(b"Bcc: "),
        "the own copy knows who was told"
    );
    let shown = ann.get(&format!("/mail/sent/{}", copies[0].id)).await;
    assert!(shown.says("plan.pdf") && shown.says("Because."));
}

#[tokio::test]
async fn a_draft_is_kept_changed_and_sent() {
    let site = Site::new().await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let form = ann.get("/mail/compose").await;
    let file: (&str, &str, &[u8]) = ("a.txt", "text/plain", b"hello");
    let fields = [
        ("action", "save"),
        ("to", "bob, not finis"),
        ("subject", "Ünfinished"),
        ("body", "One\r\n\r\nTwo"),
        ("bcc", "x@y.example"),
        ("from", "sales@example.com"),
    ];
    let draft = ann.compose(&form, &fields, &[file]).await;
    assert!(draft.path.starts_with("/mail/compose?draft=") && draft.says("Draft saved at 15:00"));
    assert_eq!(draft.field("subject"), "Ünfinished");
    assert_eq!(draft.field("bcc"), "x@y.example");
    assert_eq!(draft.area(), "One\n\nTwo");
    assert!(draft.says("a.txt") && draft.says("value=\"sales@example.com\" selected"));
    // The same form again, as a second click would send it: still one draft.
    ann.compose(&form, &fields, &[file]).await;
    assert_eq!(site.folder(ANN, Role::Drafts).len(), 1);
    assert!(ann.get("/mail/drafts").await.says("/mail/compose?draft=1"));

    let fields = [("action", "send"), ("to", "bob"), ("body", "Three")];
    let refused = ann.compose(&draft, &fields, &[]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.says("“bob” is not an e-mail address") && refused.area() == "Three");
    assert!(refused.says("a.txt"), "attachments stay");
    let fields = [
        ("action", "send"),
        ("to", "bob@x.example"),
        ("cc", ""),
        ("from", "sales@example.com"),
    ];
    let sent = ann.compose(&refused, &fields, &[]).await;
    assert!(sent.says("on its way"), "{}", sent.text());
    assert!(site.folder(ANN, Role::Drafts).is_empty());
    let copy = &site.folder(ANN, Role::Sent)[0];
    assert_eq!(
        copy.summary.from.as_ref().unwrap().address,
        "sales@example.com"
    );
    assert!(copy.summary.has_attachment);
}

#[tokio::test]
async fn what_was_written_survives_the_end_of_the_session() {
    let site = Site::new().await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let form = ann.get("/mail/compose").await;
    site.clock
        .advance(std::time::Duration::from_secs(13 * 3600));
    let fields = [
        ("action", "send"),
        ("to", "bob@x.example"),
        ("subject", "Long"),
        ("body", "Very \"long\" <text>"),
        ("format", "formatted"),
        ("html", "<div>Very \"long\" <b>&lt;text&gt;</b></div>"),
    ];
    let door = ann.compose(&form, &fields, &[]).await;
    assert!(door.says("Sign in again") && door.says("What you wrote is kept"));
    let mut login = vec![("address", ANN), ("password", "usual password")];
    let names = [
        "kept-key",
        "kept-to",
        "kept-subject",
        "kept-body",
        "kept-format",
        "kept-html",
        "kept-from",
    ];
    let values = names.map(|name| door.field(name));
    login.extend(names.iter().copied().zip(values.iter().map(String::as_str)));
    let back = ann.post("/login", &login).await;
    assert_eq!(back.status, 200);
    assert_eq!(back.area(), "Very \"long\" <text>");
    assert_eq!(back.field("to"), "bob@x.example");
    assert!(back.field("html").ends_with("<b>&lt;text&gt;</b></div>"));
    assert!(
        site.folder(ANN, Role::Sent).is_empty(),
        "nothing is sent by signing in"
    );
    let sent = ann.compose(&back, &[("action", "send")], &[]).await;
    assert!(sent.says("on its way"), "{}", sent.text());
}

#[tokio::test]
async fn forwarding_takes_the_files_along() {
    let site = Site::new().await;
    let mail = "From: bob@x.example\nTo: sales@example.com\nSubject: Fwd: Plans\n\
        Content-Type: multipart/mixed; boundary=b\n\n--b\n\nSee file.\n--b\n\
        Content-Type: application/pdf; name=\"x.pdf\"\nContent-Disposition: attachment\n\
        Content-Transfer-Encoding: base64\n\nJVBERg==\n--b--\n";
    let id = site.deliver(ANN, mail).await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let form = ann.get(&format!("/mail/compose?forward={id}")).await;
    assert!(form.says("x.pdf") && form.area().contains("See file."));
    assert_eq!(form.field("subject"), "Fwd: Plans");
    let fields = [
        ("action", "send"),
        ("to", "dora@x.example"),
        ("from", "sales@example.com"),
    ];
    ann.compose(&form, &fields, &[]).await;
    let copy = &site.folder(ANN, Role::Sent)[0];
    let body = site.bytes(copy);
    let view = View::parse(&body);
    assert_eq!(
        view.part_bytes(&body, view.attachments[0].part, 100)
            .unwrap(),
        b"%PDF"
    );
    assert!(site.message(ANN, id).flags.forwarded);
}

#[tokio::test]
async fn searching_and_paging_go_through_many_messages() {
    let site = Site::new().await;
    for n in 0..120 {
        let from = if n % 10 == 0 {
            "Dora <dora@x.example>"
        } else {
            "bob@x.example"
        };
        site.deliver(ANN, &letter(from, &format!("Report {n}"), "Köln numbers"))
            .await;
    }
    let mut ann = Browser::signed_in(&site, ANN).await;
    let first = ann.get("/mail/inbox").await;
    let count = |page: &super::browser::Page| page.text().matches("class=\"row ").count();
    assert_eq!(
        (count(&first), first.says("/mail/inbox?before=71")),
        (50, true)
    );
    let second = ann.get("/mail/inbox?before=71").await;
    assert!(second.says("Report 20") && second.says("?after=70") && second.says("?before=21"));
    let last = ann.get("/mail/inbox?before=21").await;
    assert_eq!((count(&last), last.says("rel=\"next\"")), (20, false));
    let back = ann.get("/mail/inbox?after=70").await;
    assert_eq!((count(&back), back.says("rel=\"prev\"")), (50, false));
    assert_eq!(
        ann.get("/mail/inbox?select=all")
            .await
            .text()
            .matches(" checked")
            .count(),
        50
    );

    for (query, found) in [
        ("koln+report", 50),
        ("from:dora", 12),
        ("subject:119", 1),
        ("from:dora+7", 1),
        ("in:sent", 0),
        ("nothing", 0),
        ("in:inbox+from:dora", 12),
        ("has:attachment", 0),
        ("", 0),
    ] {
        let page = ann.get(&format!("/mail/search?q={query}")).await;
        assert_eq!(
            (page.status.as_u16(), count(&page)),
            (200, found),
            "{query}"
        );
    }
    site.deliver(ANN, &letter("new@x.example", "Brandnew", "x"))
        .await;
    assert!(
        ann.get("/mail/search?q=brand")
            .await
            .says("1 message found")
    );
}

#[tokio::test]
async fn the_banner_says_how_things_stand() {
    let site = Site::new().await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    site.service.routes.publish(table(Route::Primary));
    let inbox = ann.get("/mail/inbox").await;
    assert!(inbox.says("Lifeboat stands by") && inbox.says("Your mail is in its usual place"));
    site.service.routes.publish(table(Route::Queue));
    let inbox = ann.get("/mail/inbox").await;
    assert!(inbox.says("it will be delivered when service returns"));
    assert!(inbox.says("New mail is being held for you") && !inbox.says("No new mail since"));
    site.service.routes.publish(table(Route::Standby));
    site.deliver(ANN, &letter("b@x.example", "Hi", "x")).await;
    assert!(ann.get("/mail/inbox").await.says("Your usual mail is down"));
    site.service.routes.publish(table(Route::Primary));
    assert!(ann.get("/mail/inbox").await.says("is being added to it"));
}

#[tokio::test]
async fn what_is_streamed_ends_once_when_it_is_compressed() {
    let site = Site::new().await;
    let text = "The same line again and again.\n".repeat(40_000);
    let id = site
        .deliver(ANN, &letter("b@x.example", "Long", &text))
        .await;
    let bytes = site.bytes(&site.message(ANN, id));
    let mut ann = Browser::signed_in(&site, ANN).await;
    ann.encodings = Some("gzip");
    let file = ann.get(&format!("/mail/inbox/{id}/eml")).await;
    assert_eq!(file.header("content-encoding"), "gzip");
    assert!(file.body.len() < bytes.len() / 10, "{}", file.body.len());
    // RFC 1952 §2.3.1: it ends with the length of what was packed.
    let length = file.body.last_chunk().copied().map(u32::from_le_bytes);
    assert_eq!(length, u32::try_from(bytes.len()).ok());
}
