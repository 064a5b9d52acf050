use super::browser::{Browser, Page};
use super::{Site, letter};
use crate::mail::Role;

const ANN: &str = "ann@example.com";

async fn change(ann: &mut Browser<'_>, csrf: &str, fields: &[(&str, &str)]) -> Page {
    let mut all = vec![("csrf", csrf)];
    all.extend_from_slice(fields);
    ann.post("/mail/folders", &all).await
}

#[tokio::test]
async fn folders_are_made_named_and_removed_and_no_mail_is_lost() {
    let site = Site::new().await;
    let id = site
        .deliver(ANN, &letter("bob@x.example", "Plan", "x"))
        .await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let page = ann.get("/mail/folders").await;
    assert!(page.says("You have no folders of your own here."));
    let csrf = page.field("csrf");
    let made = change(
        &mut ann,
        &csrf,
        &[("action", "create"), ("name", "Projects")],
    )
    .await;
    assert!(
        made.says("Folder created.") && made.says("/mail/f100"),
        "{}",
        made.text()
    );
    let inside = [("action", "create"), ("name", " Projects / <2027> ")];
    let made = change(&mut ann, &csrf, &inside).await;
    assert!(made.says("Projects/&#60;2027&#62;"), "{}", made.text());

    let inbox = ann.get("/mail/inbox").await;
    ann.act(
        &inbox,
        &[&id.to_string()],
        &[("action", "move"), ("to", "f101")],
    )
    .await;
    let rename = [("action", "rename"), ("folder", "f100"), ("name", "Work")];
    let named = change(&mut ann, &csrf, &rename).await;
    assert!(named.says("Folder renamed.") && named.says("Work/&#60;2027&#62;"));
    assert!(ann.get("/mail/f101").await.says("Plan"));

    for (fields, said) in [
        (
            vec![("action", "create"), ("name", "work")],
            "There is a folder of this name",
        ),
        (
            vec![("action", "create"), ("name", " ")],
            "Enter a name for the folder",
        ),
        (
            vec![("action", "create"), ("name", "a//b")],
            "at most 100 characters",
        ),
        (
            vec![("action", "delete"), ("folder", "f100")],
            "There are folders inside this one",
        ),
        (
            vec![("action", "rename"), ("folder", "f101"), ("name", "Inbox")],
            "There is a folder of this name",
        ),
    ] {
        let page = change(&mut ann, &csrf, &fields).await;
        assert_eq!(page.status, 422, "{fields:?}");
        assert!(page.says(said), "{fields:?}: {}", page.text());
    }
    for folder in ["inbox", "f1", "f999", "x"] {
        let fields = [("action", "delete"), ("folder", folder)];
        assert_eq!(
            change(&mut ann, &csrf, &fields).await.status,
            404,
            "{folder}"
        );
    }
    let gone = change(&mut ann, &csrf, &[("action", "delete"), ("folder", "f101")]).await;
    assert!(gone.says("Folder deleted."), "{}", gone.text());
    assert_eq!(
        site.folder(ANN, Role::Trash).len(),
        1,
        "its mail is in Trash"
    );
    assert_eq!(ann.get("/mail/f101").await.status, 404);
    let made = change(&mut ann, &csrf, &[("action", "create"), ("name", "New")]).await;
    assert!(made.says("/mail/f102"), "ids are never used again");

    let help = ann.get("/mail/help").await;
    assert!(help.says("<kbd dir=\"ltr\">j</kbd>") && !help.says("switched off"));
}

#[tokio::test]
async fn everything_is_selected_moved_and_taken_back() {
    let site = Site::new().await;
    for n in 0..230 {
        site.deliver(ANN, &letter("bob@x.example", &format!("Report {n}"), "x"))
            .await;
    }
    site.deliver(ANN, &letter("bob@x.example", "Keep", "x"))
        .await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let inbox = ann.get("/mail/inbox").await;
    assert!(
        inbox.says("data-select-more hidden")
            && inbox.says("Select all 231 messages of this folder")
    );
    let page = ann.get("/mail/inbox?select=all").await;
    assert!(
        page.says("data-select-more>"),
        "offered once the page is selected"
    );
    let page = ann.get("/mail/inbox?select=everything").await;
    assert!(page.says("All 231 messages of this folder are selected."));
    let all = [("all", "folder"), ("folder", "inbox"), ("action", "junk")];
    let done = ann.act(&page, &[], &all).await;
    assert!(done.says("231 messages moved to Junk."), "{}", done.text());
    assert_eq!(site.folder(ANN, Role::Inbox).len(), 0);
    let (csrf, token) = (done.field("csrf"), done.field("token"));
    let undo = [("csrf", csrf.as_str()), ("token", token.as_str())];
    assert!(ann.post("/mail/undo", &undo).await.says("Undone."));
    assert_eq!(site.folder(ANN, Role::Inbox).len(), 231);
    assert!(
        ann.post("/mail/undo", &undo)
            .await
            .says("can no longer be undone")
    );

    let page = ann.get("/mail/search?q=report&select=everything").await;
    assert!(
        page.says("Everything that was found is selected."),
        "{}",
        page.text()
    );
    let found = [("all", "found"), ("q", "report"), ("action", "delete")];
    let done = ann.act(&page, &[], &found).await;
    assert!(done.says("230 messages moved to Trash."), "{}", done.text());
    assert_eq!(site.folder(ANN, Role::Inbox).len(), 1);
    let mut bob = Browser::signed_in(&site, "bob@example.com").await;
    let page = bob.get("/mail/inbox").await;
    let (csrf, token) = (page.field("csrf"), done.field("token"));
    let theirs = [("csrf", csrf.as_str()), ("token", token.as_str())];
    assert!(
        bob.post("/mail/undo", &theirs)
            .await
            .says("can no longer be undone")
    );
    assert_eq!(
        site.folder(ANN, Role::Trash).len(),
        230,
        "undone by nobody else"
    );
}
