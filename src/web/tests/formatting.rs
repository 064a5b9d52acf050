//! Text with formatting: saved, restored, sent, and what becomes of it without a script.

use super::Site;
use super::browser::{Browser, Page};
use super::sending::take_back;
use crate::mail::Role;
use crate::mail::view::{Content, View};
use crate::store::messages::MessageRecord;

const ANN: &str = "ann@example.com";
/// As an editor posts it, with what must not stay.
const POSTED: &str = "<div>Dear <b onclick=\"x()\">all</b>,</div><div><br></div>\
    <ul><li>one</li><li>two</li></ul><script>alert(1)</script><img src=\"https://x.example/p.gif\">\
    <div><a href=\"https://x.example/?a=1&amp;b=2\">Here</a></div>";
const CLEAN: &str = "<div>Dear <b>all</b>,</div><div><br></div><ul><li>one</li><li>two</li></ul>\
    <div><a href=\"https://x.example/?a=1&amp;b=2\">Here</a></div>";
const TEXT: &str = "Dear all,\n\n- one\n- two\n\nHere <https://x.example/?a=1&b=2>";

/// The HTML and the plain text of a message.
fn words(site: &Site, message: &MessageRecord) -> (Option<String>, String) {
    let view = View::parse(&site.bytes(message));
    assert_eq!(view.segments.len(), 1, "{view:?}");
    let read = |text: &str| text.replace('\r', "").trim().to_owned();
    match &view.segments[0].content {
        Content::Html { html, alternative } => {
            let body = html.split("<body>").nth(1).unwrap_or_default();
            let body = body.split("</body>").next().unwrap_or_default();
            (Some(read(body)), read(alternative.as_deref().unwrap_or("")))
        }
        Content::Plain { text, .. } => (None, read(text)),
    }
}

async fn formatted(browser: &mut Browser<'_>, page: &Page, action: &str) -> Page {
    let fields = [
        ("action", action),
        ("to", "bob@x.example"),
        ("subject", "Plans"),
        ("format", "formatted"),
        ("html", POSTED),
        ("body", "what the script made of it"),
    ];
    browser.compose(page, &fields, &[]).await
}

#[tokio::test]
async fn a_draft_keeps_its_formatting_as_long_as_its_text_is_left() {
    let site = Site::new().await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let form = ann.get("/mail/compose").await;
    assert_eq!(form.field("format"), "", "plain text is the default");
    let draft = formatted(&mut ann, &form, "save").await;
    let saved = || site.folder(ANN, Role::Drafts)[0].clone();
    assert_eq!(words(&site, &saved()), (Some(CLEAN.into()), TEXT.into()));
    assert_eq!(draft.field("html"), CLEAN);
    assert_eq!(draft.area(), TEXT);
    assert!(draft.says("This message has formatting"));

    // Without a script: with the text as it is, the formatting stays; with another, it goes.
    let html = draft.field("html");
    let crlf = TEXT.replace('\n', "\r\n");
    let kept = [
        ("format", "kept"),
        ("html", html.as_str()),
        ("action", "save"),
    ];
    let with = |body| [&kept[..], &[("body", body), ("cc", "c@x.example")]].concat();
    let same = ann.compose(&draft, &with(&crlf), &[]).await;
    assert_eq!(words(&site, &saved()), (Some(CLEAN.into()), TEXT.into()));
    let changed = ann.compose(&same, &with("Something else"), &[]).await;
    assert_eq!(words(&site, &saved()), (None, "Something else".into()));
    assert_eq!(
        (changed.field("html"), changed.field("format")),
        Default::default()
    );
    assert!(!changed.says("This message has formatting"));
}

#[tokio::test]
async fn both_forms_of_the_text_are_sent_with_files_and_come_back_when_it_is_taken_back() {
    let site = Site::new().await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let form = ann.get("/mail/compose").await;
    let fields = [
        ("action", "send"),
        ("to", "bob@x.example"),
        ("format", "formatted"),
        ("html", POSTED),
    ];
    let file: (&str, &str, &[u8]) = ("page.html", "text/html", b"<p>a file");
    let sent = ann.compose(&form, &fields, &[file]).await;
    assert!(sent.says("you can still take it back"), "{}", sent.text());
    let copy = site.folder(ANN, Role::Sent)[0].clone();
    assert_eq!(words(&site, &copy), (Some(CLEAN.into()), TEXT.into()));
    let bytes = site.bytes(&copy);
    let view = View::parse(&bytes);
    assert_eq!(view.attachments.len(), 1);
    assert_eq!(view.attachments[0].file_name, "page.html");
    let longest = bytes.split(|&b| b == b'\n').map(<[u8]>::len).max();
    assert!(longest < Some(998), "RFC 5322 §2.1.1");
    assert!(
        copy.summary.preview.starts_with("Dear all,"),
        "{:?}",
        copy.summary
    );

    let again = ann.get(&format!("/mail/compose?again={}", copy.id)).await;
    assert_eq!(
        (again.field("html").as_str(), again.area().as_str()),
        (CLEAN, TEXT)
    );
    let draft = take_back(&mut ann, &sent).await;
    assert_eq!(draft.field("html"), CLEAN);
    assert!(draft.says("page.html"));
}

#[tokio::test]
async fn what_cannot_be_cleaned_is_kept_as_text() {
    let site = Site::new().await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let form = ann.get("/mail/compose").await;
    let deep = "<b><div>".repeat(20_000);
    for html in [deep.as_str(), "<div><br></div>", ""] {
        let fields = [
            ("action", "save"),
            ("format", "formatted"),
            ("html", html),
            ("body", "Words"),
        ];
        let draft = ann.compose(&form, &fields, &[]).await;
        assert_eq!(
            (draft.area().as_str(), draft.field("html")),
            ("Words", String::new())
        );
    }
}
