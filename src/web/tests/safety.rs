use axum::http::{Method, StatusCode};

use super::browser::Browser;
use super::{NOW, Site, letter};
use crate::mail::Role;
use crate::store::Tx;
use crate::store::directory::{self, MailboxRecord, gone};

const ANN: &str = "ann@example.com";

/// Every route that is not public: method and path.
const PRIVATE: &[(&str, &str)] = &[
    ("GET", "/mail/inbox"),
    ("GET", "/mail/search?q=x"),
    ("GET", "/mail/compose"),
    ("POST", "/mail/compose"),
    ("GET", "/mail/settings"),
    ("POST", "/mail/settings"),
    ("GET", "/mail/folders"),
    ("POST", "/mail/folders"),
    ("GET", "/mail/help"),
    ("POST", "/mail/actions"),
    ("POST", "/mail/undo"),
    ("GET", "/mail/inbox/1"),
    ("GET", "/mail/inbox/1/html"),
    ("GET", "/mail/inbox/1/part/0"),
    ("GET", "/mail/inbox/1/source"),
    ("GET", "/mail/inbox/1/eml"),
    ("GET", "/console"),
    ("GET", "/console/change?scope=mailstore:a1"),
    ("POST", "/console/failover"),
    ("GET", "/console/notices"),
    ("POST", "/console/notices"),
    ("GET", "/console/delays"),
    ("POST", "/console/delays"),
    ("GET", "/console/merges"),
    ("POST", "/console/merges"),
    (
        "GET",
        "/console/merges/outage/00000000000000000000000000000000",
    ),
    ("GET", "/console/merges/domain/example.com"),
    ("GET", "/mail/receipt"),
    ("POST", "/console/logout"),
];

fn method(name: &str) -> Method {
    name.parse().unwrap()
}

#[tokio::test]
async fn nobody_gets_in_without_signing_in() {
    let site = Site::new().await;
    site.deliver(ANN, &letter("b@x.example", "Secretword", "x"))
        .await;
    for (name, path) in PRIVATE {
        let mut browser = Browser::new(&site);
        let kind = if *path == "/mail/compose" {
            "multipart/form-data; boundary=XX"
        } else {
            "application/x-www-form-urlencoded"
        };
        let body = if *path == "/mail/compose" {
            b"--XX--\r\n".to_vec()
        } else {
            vec![]
        };
        let page = browser.once(method(name), path, kind, body).await;
        let is_door = page.status == StatusCode::SEE_OTHER
            && page.header("location").contains("login")
            || page.says("Sign in again");
        assert!(is_door, "{name} {path}: {}", page.status);
        assert!(!page.says("Secretword"));
    }
}

#[tokio::test]
async fn a_user_sees_no_other_mailbox_and_no_console() {
    let site = Site::new().await;
    let id = site
        .deliver(ANN, &letter("b@x.example", "Secretword", "x"))
        .await;
    let mut bob = Browser::signed_in(&site, "bob@example.com").await;
    for path in ["", "/html", "/part/0", "/source", "/eml"] {
        let page = bob.get(&format!("/mail/inbox/{id}{path}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!page.says("Secretword"));
    }
    for how in ["reply", "reply_all", "forward", "draft"] {
        let page = bob.get(&format!("/mail/compose?{how}={id}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{how}");
    }
    let inbox = bob.get("/mail/inbox").await;
    bob.act(&inbox, &[&id.to_string()], &[("action", "delete")])
        .await;
    assert_eq!(site.folder(ANN, Role::Inbox).len(), 1);
    assert!(bob.get("/console").await.path.starts_with("/console/login"));
}

#[tokio::test]
async fn forms_from_elsewhere_do_nothing() {
    let site = Site::new().await;
    let id = site
        .deliver(ANN, &letter("b@x.example", "Hi", "x"))
        .await
        .to_string();
    let mut ann = Browser::signed_in(&site, ANN).await;
    let inbox = ann.get("/mail/inbox").await;
    let no_token = [("id", id.as_str()), ("action", "delete"), ("csrf", "x")];
    assert_eq!(
        ann.post("/mail/actions", &no_token).await.status,
        StatusCode::FORBIDDEN
    );
    for origin in [
        "https://evil.example",
        "null",
        "http://lifeboat.example.evil.example",
    ] {
        ann.origin = Some(origin);
        let page = ann.act(&inbox, &[&id], &[("action", "delete")]).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{origin}");
        assert!(page.says("Nothing was changed"));
        let login = [("address", ANN), ("password", "usual password")];
        assert_eq!(
            ann.post("/login", &login).await.status,
            StatusCode::FORBIDDEN
        );
    }
    assert_eq!(site.folder(ANN, Role::Inbox).len(), 1);
    ann.origin = None;
    let evil = ann
        .act(
            &inbox,
            &[&id],
            &[("action", "read"), ("back", "//evil.example")],
        )
        .await;
    assert_eq!(evil.path, "/mail/inbox");
}

#[tokio::test]
async fn a_session_ends_with_its_password_and_its_mailbox_and_follows_another_address() {
    let site = Site::new().await;
    let mailbox = site.mailbox(ANN);
    let mut ann = Browser::signed_in(&site, ANN).await;
    let is_in = async |browser: &mut Browser<'_>| {
        let page = browser.get("/mail/inbox").await;
        !page.path.starts_with("/login")
    };
    let put = async |change: fn(&mut MailboxRecord)| {
        let (address, mut record) = (mailbox.address.clone(), mailbox.record.clone());
        change(&mut record);
        let put = move |tx: &mut dyn Tx| directory::put_mailbox(tx, &address, &record);
        site.service.store.write(put).await.unwrap();
    };
    put(|record| record.name = Some("Ann Miller".into())).await;
    assert!(is_in(&mut ann).await, "another name changes nothing");
    put(|record| record.password_hash = Some("{PLAIN}another".into())).await;
    assert!(!is_in(&mut ann).await, "another password");
    put(|_| {}).await;
    assert!(is_in(&mut ann).await);

    site.deliver(ANN, "Subject: x\n\nx\n").await;
    let (from, to, record) = (
        mailbox.address.clone(),
        "anna@example.com".parse().unwrap(),
        mailbox.record.clone(),
    );
    let rename = move |tx: &mut dyn Tx| gone::rename(tx, &from, &to, &record);
    site.service.store.write(rename).await.unwrap();
    assert!(is_in(&mut ann).await, "another address");

    let leave = move |tx: &mut dyn Tx| gone::leave(tx, &"anna@example.com".parse().unwrap(), NOW);
    site.service.store.write(leave).await.unwrap();
    assert!(!is_in(&mut ann).await, "no mailbox");
}

#[tokio::test]
async fn sessions_are_new_at_sign_in_and_end_at_sign_out() {
    let site = Site::new().await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let first = ann.cookies["lifeboat"].clone();
    let login = [("address", ANN), ("password", "usual password")];
    ann.post("/login", &login).await;
    assert_ne!(ann.cookies["lifeboat"], first);
    let secret = ann.cookies["lifeboat"].clone();
    let csrf = ann.get("/mail/inbox").await.field("csrf");
    let door = ann.post("/logout", &[("csrf", &csrf)]).await;
    assert!(door.says("You are signed out"), "{}", door.text());
    ann.cookies.insert("lifeboat".into(), secret);
    assert!(ann.get("/mail/inbox").await.path.starts_with("/login"));
    for (address, password) in [
        (ANN, "wrong"),
        ("nobody@example.com", "x"),
        ("rubbish", "x"),
    ] {
        let page = ann
            .post("/login", &[("address", address), ("password", password)])
            .await;
        assert_eq!(page.status, 422);
        assert!(page.says("The address or the password is not right"));
        assert!(
            !page.says(&format!("value=\"{password}\"")),
            "passwords are not repeated"
        );
    }
    let mut alias = Browser::new(&site);
    let fields = [
        ("address", "Sales@Example.com"),
        ("password", "usual password"),
    ];
    assert_eq!(alias.post("/login", &fields).await.path, "/mail/inbox");
}

#[tokio::test]
async fn who_was_signed_out_is_told_why_and_whether_anything_was_done() {
    let site = Site::new().await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let inbox = ann.get("/mail/inbox").await;
    site.clock
        .advance(std::time::Duration::from_secs(13 * 3600));
    let door = ann.get("/mail/sent").await;
    assert!(door.says("been away for a while. Sign in to go on where you were."));
    let door = ann.act(&inbox, &["1"], &[("action", "archive")]).await;
    assert!(
        door.says("what you just asked for was not done"),
        "{}",
        door.text()
    );
    let mut stranger = Browser::new(&site);
    for (path, says) in [("/mail/inbox", false), ("/mail/sent", true)] {
        let door = stranger.get(path).await;
        assert_eq!(door.says("Please sign in to see this page"), says, "{path}");
        assert!(!door.says("You were signed out"), "{path}");
    }
}

#[tokio::test]
async fn guessing_meets_a_limit() {
    let site = Site::new().await;
    let mut guesser = Browser::new(&site);
    let mut statuses = Vec::new();
    for _ in 0..12 {
        let page = guesser
            .post("/login", &[("address", ANN), ("password", "guess")])
            .await;
        statuses.push(page.status.as_u16());
    }
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
}

#[tokio::test]
async fn what_mail_brings_stays_inert() {
    let site = Site::new().await;
    let mail = "From: \"<script>alert(1)</script>\" <a@x.example>\nSubject: <img src=x onerror=alert(2)>\n\
        Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n\
        <p onclick=alert(3)>Hi</p><script>alert(4)</script><form action=//evil.example><input></form>\n--b\n\
        Content-Type: text/html; name=\"a<b>.html\"\nContent-Disposition: attachment; filename=\"../<svg onload=alert(5)>.html\"\n\n\
        <script>alert(6)</script>\n--b\nContent-Type: image/png\nContent-Disposition: attachment; filename=\"p.png\"\n\npng\n--b--\n";
    let id = site.deliver(ANN, mail).await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    for path in [
        "/mail/inbox".into(),
        format!("/mail/inbox/{id}"),
        format!("/mail/inbox/{id}?view=text"),
        format!("/mail/inbox/{id}/source"),
        format!("/mail/compose?forward={id}"),
        "/mail/search?q=%3Cscript%3E".into(),
    ] {
        let page = ann.get(&path).await;
        assert_eq!(page.status, 200, "{path}");
        let html = page.text();
        for bad in ["<script>", "<img src=x", "<svg onload", "<p onclick"] {
            assert!(!html.contains(bad), "{path}: {bad}");
        }
        let policy = page.header("content-security-policy");
        assert!(
            policy.contains("script-src 'self';") && !policy.contains("unsafe"),
            "{policy}"
        );
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert!(!page.header("cache-control").contains("public"));
    }
    let frame = ann.get(&format!("/mail/inbox/{id}/html")).await;
    assert_eq!(
        frame.header("content-security-policy"),
        "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; form-action 'none'; \
         base-uri 'none'; frame-ancestors 'self'; \
         sandbox allow-popups allow-popups-to-escape-sandbox allow-same-origin"
    );
    assert_eq!(frame.header("referrer-policy"), "no-referrer");
    assert!(frame.says("Hi") && !frame.says("alert(") && !frame.says("<form"));
    for (part, preview, kind, how) in [
        (2, "", "application/octet-stream", "attachment"),
        (2, "?preview=1", "application/octet-stream", "attachment"),
        (3, "", "application/octet-stream", "attachment"),
        (3, "?preview=1", "image/png", "inline"),
    ] {
        let file = ann
            .get(&format!("/mail/inbox/{id}/part/{part}{preview}"))
            .await;
        assert_eq!(
            (file.status.as_u16(), file.header("content-type")),
            (200, kind),
            "{part}"
        );
        assert!(file.header("content-disposition").starts_with(how));
        assert!(file.header("content-security-policy").ends_with("sandbox"));
        assert_eq!(file.header("x-content-type-options"), "nosniff");
    }
    for path in ["/part/0", "/part/99", "/part/x"] {
        let status = ann.get(&format!("/mail/inbox/{id}{path}")).await.status;
        assert!(status.is_client_error(), "{path}: {status}");
    }
    let eml = ann.get(&format!("/mail/inbox/{id}/eml")).await;
    let expected = format!("Received: from mx\r\n{}", mail.replace('\n', "\r\n"));
    assert_eq!(
        eml.text(),
        expected,
        "byte-identical below the trace headers"
    );
}

#[tokio::test]
async fn odd_addresses_get_a_page() {
    let site = Site::new().await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    for path in [
        "/nowhere",
        "/mail/nowhere",
        "/mail/f999",
        "/mail/inbox/x",
        "/mail/inbox/99999999999999999999",
        "/mail/inbox/1",
    ] {
        let page = ann.get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(page.says("Page not found"), "{path}: {}", page.text());
    }
    assert!(
        ann.get("/mail/inbox?before=x")
            .await
            .status
            .is_client_error()
    );
    let page = ann
        .once(Method::POST, "/mail/inbox", "text/plain", vec![])
        .await;
    assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED);
}
