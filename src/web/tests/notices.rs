use super::Site;
use super::browser::Browser;
use super::merges::manager;

const ANN: &str = "ann@example.com";

#[tokio::test]
async fn the_operators_words_stand_on_every_page_with_their_time() {
    let site = Site::new().await;
    let mut operator = manager(&site, None).await;
    let page = operator.get("/console/notices").await;
    assert!(page.says("All users") && page.says("Notice to users of a1"));
    let csrf = page.field("csrf");
    let text = "We <b>work</b> on it.\r\nBack at 18:00.";
    let all = [("csrf", csrf.as_str()), ("mailstore", ""), ("text", text)];
    let said = operator.post("/console/notices", &all).await;
    assert!(said.says("The notice is published.") && said.says("Published 15:00"));

    let door = Browser::new(&site).get("/login").await;
    assert!(door.says("Your mail provider says, 15:00:") && door.says("Back at 18:00."));
    let mut ann = Browser::signed_in(&site, ANN).await;
    for path in ["/mail/inbox", "/mail/compose", "/mail/settings"] {
        let page = ann.get(path).await;
        assert!(page.says("Your mail provider says, 15:00:"), "{path}");
        assert!(
            page.says("We &#60;b&#62;work&#60;/b&#62; on it.\nBack at 18:00."),
            "{path}"
        );
    }
    let own = [
        ("csrf", csrf.as_str()),
        ("mailstore", "a1"),
        ("text", "Only yours"),
    ];
    operator.post("/console/notices", &own).await;
    let inbox = ann.get("/mail/inbox").await;
    assert!(inbox.says("Only yours") && !inbox.says("Back at 18:00"));
    for text in ["", " "] {
        let gone = [("csrf", csrf.as_str()), ("mailstore", "a1"), ("text", text)];
        let page = operator.post("/console/notices", &gone).await;
        assert!(page.says("The notice was taken away."));
    }
    assert!(ann.get("/mail/inbox").await.says("Back at 18:00"));

    let long = "x".repeat(1001);
    let long = [
        ("csrf", csrf.as_str()),
        ("mailstore", "a1"),
        ("text", long.as_str()),
    ];
    let page = operator.post("/console/notices", &long).await;
    assert!(page.status == 422 && page.says("up to 1,000 characters") && page.says("xxx"));
    let unknown = [("csrf", csrf.as_str()), ("mailstore", "b9"), ("text", "x")];
    assert_eq!(
        operator.post("/console/notices", &unknown).await.status,
        404
    );
}
