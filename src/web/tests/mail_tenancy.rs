//! Every page of the webmail by everybody whose mailbox it is not, generated from the route table: another user,
//! sessions of other kinds, a session that has ended, nobody.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};

use super::Site;
use super::browser::{Browser, Page};
use super::lists::manager_as;
use crate::ids::StandbyId;
use crate::store::access::Access;
use crate::store::{StoreError, folders, messages, profile, queue};

const ANN: &str = "ann@example.com";
const BOB: &str = "bob@example.com";
/// Stands in whatever is ann's.
const SECRET: &str = "Secretword";

/// What is behind a route, and whose it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    /// Anybody's.
    Open,
    /// Everybody has one's own; ann's tells what is hers.
    Own,
    /// The same, and it tells nothing even to ann.
    Plain,
    /// Ann's alone: nobody else finds it.
    Hers,
    /// A stream, which a session of another kind is refused.
    Stream,
}

/// What ann has, as addresses and forms name it.
struct Things {
    message: String,
    part: String,
    picture: String,
    draft: String,
    queued: String,
    folder: String,
    undo: String,
}

/// A request.
struct Row {
    method: &'static str,
    route: &'static str,
    address: fn(&Things) -> String,
    fields: fn(&Things) -> Vec<(&'static str, String)>,
    what: What,
}

const fn get(route: &'static str, what: What, address: fn(&Things) -> String) -> Row {
    Row {
        method: "GET",
        route,
        address,
        fields: |_| Vec::new(),
        what,
    }
}

const fn post(
    route: &'static str,
    what: What,
    address: fn(&Things) -> String,
    fields: fn(&Things) -> Vec<(&'static str, String)>,
) -> Row {
    Row {
        method: "POST",
        route,
        address,
        fields,
        what,
    }
}

/// A page whose address names nothing.
macro_rules! page {
    ($path:literal, $what:expr) => {
        get($path, $what, |_| $path.to_owned())
    };
}

/// A form whose address names nothing.
macro_rules! form {
    ($path:literal, $what:expr, $things:ident, $($name:literal : $value:expr),*) => {
        post($path, $what, |_| $path.to_owned(), |$things| vec![$(($name, $value)),*])
    };
}

const ROWS: &[Row] = &[
    page!("/", What::Open),
    page!("/login", What::Open),
    form!("/login", What::Open, _t, "address": ANN.into(), "password": "wrong".into()),
    page!("/login/link", What::Open),
    form!("/login/link", What::Open, _t, "key": "none".into()),
    page!("/login/forgotten", What::Open),
    form!("/login/forgotten", What::Open, _t, "address": ANN.into()),
    form!("/logout", What::Plain, _t,),
    page!("/status", What::Open),
    page!("/status.json", What::Open),
    page!("/status.atom", What::Open),
    get("/static/{name}", What::Open, |_| "/static/none".into()),
    page!("/brand/logo", What::Open),
    page!("/brand/accent.css", What::Open),
    page!("/mail", What::Open),
    get("/mail/search", What::Own, |_| {
        "/mail/search?q=quarterly".into()
    }),
    get("/mail/search", What::Own, |_| {
        "/mail/search?q=from:carl".into()
    }),
    page!("/mail/compose", What::Plain),
    get("/mail/compose", What::Hers, |t| {
        format!("/mail/compose?reply={}", t.message)
    }),
    get("/mail/compose", What::Hers, |t| {
        format!("/mail/compose?reply_all={}", t.message)
    }),
    get("/mail/compose", What::Hers, |t| {
        format!("/mail/compose?forward={}", t.message)
    }),
    get("/mail/compose", What::Hers, |t| {
        format!("/mail/compose?draft={}", t.draft)
    }),
    form!("/mail/compose", What::Hers, t, "action": "save".into(), "draft": t.draft.clone(), "body": "x".into()),
    form!("/mail/compose", What::Hers, t, "action": "discard".into(), "draft": t.draft.clone()),
    form!("/mail/compose", What::Hers, t, "action": "send".into(), "reply": t.message.clone(),
        "to": "carl@x.example".into(), "body": "x".into()),
    form!("/mail/compose", What::Hers, t, "action": "save".into(), "forward": t.message.clone(),
        "keep": format!("{}.{}", t.message, t.part), "body": "x".into()),
    page!("/mail/settings", What::Own),
    form!("/mail/settings", What::Plain, _t, "action": "save".into()),
    page!("/mail/receipt", What::Plain),
    page!("/mail/events", What::Stream),
    page!("/mail/help", What::Plain),
    page!("/mail/folders", What::Own),
    form!("/mail/folders", What::Hers, t, "action": "rename".into(), "folder": t.folder.clone(),
        "name": "Mine".into()),
    form!("/mail/folders", What::Hers, t, "action": "delete".into(), "folder": t.folder.clone()),
    get("/mail/people", What::Own, |_| "/mail/people?q=carl".into()),
    page!("/mail/outbox", What::Own),
    post(
        "/mail/outbox/{id}/undo",
        What::Hers,
        |t| format!("/mail/outbox/{}/undo", t.queued),
        |_| vec![],
    ),
    post(
        "/mail/outbox/{id}/stop",
        What::Hers,
        |t| format!("/mail/outbox/{}/stop", t.queued),
        |_| vec![],
    ),
    form!("/mail/actions", What::Hers, t, "action": "delete".into(), "id": t.message.clone()),
    form!("/mail/actions", What::Hers, t, "action": "move".into(), "id": t.message.clone(),
        "to": t.folder.clone()),
    form!("/mail/actions", What::Hers, t, "star": t.message.clone()),
    form!("/mail/actions", What::Hers, t, "action": "read".into(), "all": "folder".into(),
        "folder": t.folder.clone()),
    form!("/mail/undo", What::Hers, t, "token": t.undo.clone()),
    get("/mail/image", What::Hers, |t| t.picture.clone()),
    form!("/mail/images", What::Hers, t, "id": t.message.clone()),
    get("/mail/{folder}", What::Own, |_| "/mail/inbox".into()),
    get("/mail/{folder}", What::Own, |_| "/mail/drafts".into()),
    get("/mail/{folder}", What::Own, |_| "/mail/sent".into()),
    get("/mail/{folder}", What::Hers, |t| {
        format!("/mail/{}", t.folder)
    }),
    get("/mail/{folder}/{id}", What::Hers, |t| {
        format!("/mail/inbox/{}", t.message)
    }),
    get("/mail/{folder}/{id}/html", What::Hers, |t| {
        format!("/mail/inbox/{}/html", t.message)
    }),
    get("/mail/{folder}/{id}/part/{part}", What::Hers, |t| {
        format!("/mail/inbox/{}/part/{}", t.message, t.part)
    }),
    post(
        "/mail/{folder}/{id}/answer",
        What::Hers,
        |t| format!("/mail/inbox/{}/answer", t.message),
        |_| vec![("answer", "accept".into())],
    ),
    get("/mail/{folder}/{id}/zip", What::Hers, |t| {
        format!("/mail/inbox/{}/zip", t.message)
    }),
    get("/mail/{folder}/{id}/print", What::Hers, |t| {
        format!("/mail/inbox/{}/print", t.message)
    }),
    get("/mail/{folder}/{id}/source", What::Hers, |t| {
        format!("/mail/inbox/{}/source", t.message)
    }),
    get("/mail/{folder}/{id}/eml", What::Hers, |t| {
        format!("/mail/inbox/{}/eml", t.message)
    }),
];

/// Methods and paths of what is not the console's, as the route table has them.
fn routes() -> BTreeSet<(&'static str, &'static str)> {
    let table = include_str!("../routes.rs");
    let mut found = BTreeSet::new();
    for route in table.split(".route(").skip(1) {
        let path = route.split('"').nth(1).unwrap();
        if path.starts_with("/console") {
            continue;
        }
        let is_both = route.contains("compose_page");
        if is_both || route.contains("get(") {
            found.insert(("GET", path));
        }
        if is_both || route.contains("post(") {
            found.insert(("POST", path));
        }
    }
    found
}

#[test]
fn every_route_of_the_webmail_is_here() {
    let known: BTreeSet<_> = ROWS.iter().map(|row| (row.method, row.route)).collect();
    assert_eq!(routes(), known);
}

const LETTER: &str = "From: Carl Secretword <carl@x.example>\nTo: ann@example.com, sales@example.com\n\
     Subject: Secretword quarterly\nMessage-ID: <q@x.example>\nMIME-Version: 1.0\n\
     Content-Type: multipart/mixed; boundary=m\n\n\
     --m\nContent-Type: multipart/alternative; boundary=b\n\n\
     --b\nContent-Type: text/html\n\n<p>Secretword quarterly</p><img src=\"http://127.0.0.1:9/p.gif\">\n\
     --b\nContent-Type: text/calendar; method=REQUEST; charset=utf-8\n\n\
     BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:u1\nSEQUENCE:1\nSUMMARY:Secretword\n\
     DTSTART:20261124T130000Z\nDTEND:20261124T140000Z\nORGANIZER;CN=Carl:mailto:carl@x.example\n\
     ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:sales@example.com\nEND:VEVENT\nEND:VCALENDAR\n--b--\n\
     --m\nContent-Type: text/plain; name=Secretword.txt\n\
     Content-Disposition: attachment; filename=Secretword.txt\n\nSecretword in a file\n\
     --m\nContent-Type: text/plain; name=more.txt\n\
     Content-Disposition: attachment; filename=more.txt\n\nSecretword in another\n--m--\n";

/// The text behind the first of `start` in a page, up to something that ends a name.
fn behind(page: &Page, start: &str) -> String {
    let html = page.text();
    let Some((_, rest)) = html.split_once(start) else {
        panic!("{start} in {html}");
    };
    let end = rest.find(['"', '/', '?', '&', '#']).unwrap();
    rest[..end].to_owned()
}

/// Gives ann one of everything. The ids are such that bob has none of them.
async fn of_ann(site: &Site, ann: &mut Browser<'_>) -> Things {
    site.deliver(BOB, &super::letter("dan@x.example", "Bobs own", "x"))
        .await;
    for n in 0..3 {
        let subject = format!("Secretword {n}");
        site.deliver(ANN, &super::letter("carl@x.example", &subject, "x"))
            .await;
    }
    let id = site.deliver(ANN, LETTER).await;
    let here = format!("/mail/inbox/{id}");
    let page = ann.get(&here).await;
    let part = behind(&page, &format!("{here}/part/"));
    let shown = behind(&page, &format!("{here}?images="));
    let shown = ann.get(&format!("{here}/html?images={shown}")).await;
    let html = shown.text();
    let picture = html
        .split("src=\"")
        .find(|rest| rest.starts_with("/mail/image?"));
    let picture = picture.unwrap_or_else(|| panic!("{html}"));
    let picture = picture
        .split(['"', '#'])
        .next()
        .unwrap()
        .replace("&amp;", "&")
        .replace("&#38;", "&");

    let csrf = page.field("csrf");
    let fields = [
        ("csrf", &*csrf),
        ("action", "create"),
        ("name", "Secretword"),
    ];
    let made = ann.post("/mail/folders", &fields).await;
    let folder = "f100".to_owned();
    assert!(made.says("/mail/f100"), "{}", made.text());
    let inbox = ann.get("/mail/inbox").await;
    let moved = [("action", "move"), ("to", folder.as_str())];
    let undo = ann.act(&inbox, &["2"], &moved).await.field("token");

    let blank = ann.get("/mail/compose").await;
    let fields = [
        ("action", "save"),
        ("to", "carl@x.example"),
        ("subject", SECRET),
        ("body", SECRET),
    ];
    let saved = ann.compose(&blank, &fields, &[]).await;
    let draft = saved.field("draft");
    let blank = ann.get("/mail/compose").await;
    let fields = [
        ("action", "send"),
        ("to", "carl@x.example"),
        ("subject", SECRET),
        ("body", SECRET),
    ];
    let sent = ann.compose(&blank, &fields, &[]).await;
    let mut profile = profile_of(site);
    profile.signature = SECRET.to_owned();
    let mailbox = site.mailbox(ANN).record.id;
    let writing = site
        .service
        .store
        .write(move |tx| profile::put(tx, mailbox, &profile));
    let written: Result<(), StoreError> = writing.await;
    written.unwrap();
    Things {
        message: id.to_string(),
        part,
        picture,
        draft,
        queued: behind(&sent, "/mail/outbox/"),
        folder,
        undo,
    }
}

fn profile_of(site: &Site) -> profile::Profile {
    let mailbox = site.mailbox(ANN).record.id;
    site.service
        .store
        .read(|tx| profile::get(tx, mailbox))
        .unwrap()
}

/// All that ann has.
fn kept(site: &Site) -> String {
    let mailbox = site.mailbox(ANN).record.id;
    let read: Result<String, StoreError> = site.service.store.read(|tx| {
        let ids: Vec<StandbyId> = messages::ids(tx, mailbox, None, 100)?;
        let all: Result<Vec<_>, _> = ids
            .iter()
            .map(|id| messages::get(tx, mailbox, *id))
            .collect();
        let state = folders::state(tx, mailbox)?;
        let queued = queue::of_mailbox(tx, mailbox, 100)?;
        Ok(format!(
            "{:?} {state:?} {queued:?} {:?}",
            all?,
            profile::get(tx, mailbox)?
        ))
    });
    read.unwrap()
}

/// Asks, without following where it leads.
async fn ask(browser: &mut Browser<'_>, row: &Row, things: &Things, csrf: &str) -> Page {
    let path = (row.address)(things);
    if row.method == "GET" {
        return browser.once(Method::GET, &path, "", Vec::new()).await;
    }
    let mut fields = vec![("csrf", csrf.to_owned())];
    fields.extend((row.fields)(things));
    if path == "/mail/compose" {
        let part = |(name, value): &(&str, String)| {
            format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let body: String = fields
            .iter()
            .map(part)
            .chain(["--XX--\r\n".to_owned()])
            .collect();
        let kind = "multipart/form-data; boundary=XX";
        return browser
            .once(Method::POST, &path, kind, body.into_bytes())
            .await;
    }
    let encode = crate::web::error::form_encode;
    let pair = |(name, value): &(&str, String)| format!("{name}={}", encode(value));
    let body: Vec<String> = fields.iter().map(pair).collect();
    let kind = "application/x-www-form-urlencoded";
    browser
        .once(Method::POST, &path, kind, body.join("&").into_bytes())
        .await
}

/// What the browser sees at last, where it is led on.
async fn at_last(browser: &mut Browser<'_>, page: Page) -> Page {
    match page.status {
        StatusCode::SEE_OTHER => browser.get(page.header("location")).await,
        _ => page,
    }
}

#[tokio::test]
async fn another_user_finds_nothing_of_what_is_hers_and_changes_nothing() {
    let site = Site::new().await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let things = of_ann(&site, &mut ann).await;
    let mut bob = Browser::signed_in(&site, BOB).await;
    let csrf = bob.get("/mail/inbox").await.field("csrf");
    let before = kept(&site);
    assert!(before.contains(SECRET));
    for row in ROWS.iter().filter(|row| row.what != What::Stream) {
        if row.route == "/logout" {
            continue;
        }
        let name = format!("{} {}", row.method, (row.address)(&things));
        let page = ask(&mut bob, row, &things, &csrf).await;
        let status = page.status;
        let page = at_last(&mut bob, page).await;
        assert!(!page.says(SECRET), "{name} tells bob: {}", page.text());
        let is_right = match (row.what, row.method) {
            (What::Hers, "GET") => status == StatusCode::NOT_FOUND,
            // Some of what is chosen may be gone: a form about many messages is answered by a sentence.
            (What::Hers, _) => matches!(status, StatusCode::NOT_FOUND | StatusCode::SEE_OTHER),
            (What::Own | What::Plain, "GET") => status == StatusCode::OK,
            _ => !status.is_server_error(),
        };
        assert!(is_right, "{name} as bob: {status} {}", page.text());
        assert!(kept(&site) == before, "{name} as bob changed what is ann's");
    }
}

#[tokio::test]
async fn sessions_of_other_kinds_and_those_that_ended_are_led_to_the_door() {
    let site = Site::new().await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    let things = of_ann(&site, &mut ann).await;
    let mail = ann.cookies["lifeboat"].clone();
    let csrf = ann.get("/mail/inbox").await.field("csrf");
    let mut ended = Browser::signed_in(&site, ANN).await;
    let over = ended.cookies["lifeboat"].clone();
    let own = ended.get("/mail/inbox").await.field("csrf");
    ended.post("/logout", &[("csrf", &own)]).await;
    let mut outsiders = vec![
        ("nobody", Vec::new()),
        ("a session that ended", vec![("lifeboat", over)]),
    ];
    for (who, reseller) in [("an operator", None), ("a reseller", Some("acme"))] {
        let manager = manager_as(&site, reseller, Access::Owner).await;
        let secret = manager.cookies["lifeboat-console"].clone();
        outsiders.push((who, vec![("lifeboat-console", secret.clone())]));
        outsiders.push((who, vec![("lifeboat", secret)]));
    }
    let before = kept(&site);
    for (who, cookies) in &outsiders {
        for row in ROWS.iter().filter(|row| row.what != What::Open) {
            let mut browser = Browser::new(&site);
            for (name, value) in cookies {
                browser.cookies.insert((*name).to_owned(), value.clone());
            }
            let name = format!("{} {} as {who}", row.method, (row.address)(&things));
            let page = ask(&mut browser, row, &things, &csrf).await;
            let is_door = match row.what {
                What::Stream => page.status == StatusCode::NO_CONTENT,
                _ if row.route == "/mail/compose" && row.method == "POST" => {
                    page.says("Sign in again")
                }
                _ => {
                    page.status == StatusCode::SEE_OTHER
                        && page.header("location").starts_with("/login")
                }
            };
            assert!(is_door, "{name}: {} {}", page.status, page.text());
            assert!(!page.says(SECRET), "{name}");
        }
    }
    assert!(kept(&site) == before);
    let mut user = Browser::new(&site);
    user.cookies.insert("lifeboat-console".to_owned(), mail);
    let console = user.get("/console").await;
    assert_eq!(
        console.path, "/console/login",
        "a user's session opens no console"
    );
}

/// What the matrix asks for is there: the owner gets it, and her forms change something.
#[tokio::test]
async fn the_owner_has_what_others_do_not_find() {
    for (number, row) in ROWS.iter().enumerate() {
        if matches!(row.what, What::Open | What::Stream | What::Plain) {
            continue;
        }
        let site = Site::new().await;
        let mut ann = Browser::signed_in(&site, ANN).await;
        let things = of_ann(&site, &mut ann).await;
        let csrf = ann.get("/mail/inbox").await.field("csrf");
        let name = format!("{number}: {} {}", row.method, (row.address)(&things));
        let before = kept(&site);
        let page = ask(&mut ann, row, &things, &csrf).await;
        match row.method {
            "POST" => {
                let page = at_last(&mut ann, page).await;
                assert!(
                    kept(&site) != before,
                    "{name} changes nothing: {}",
                    page.text()
                );
            }
            // Nothing is there to be fetched, and nothing inside is called.
            _ if row.route == "/mail/image" => assert_eq!(page.status, StatusCode::FORBIDDEN),
            _ if matches!(
                row.route,
                "/mail/{folder}/{id}/zip" | "/mail/{folder}/{id}/eml"
            ) =>
            {
                assert_eq!(page.status, StatusCode::OK, "{name}");
                assert!(
                    page.body
                        .windows(SECRET.len())
                        .any(|part| part == SECRET.as_bytes()),
                    "{name}"
                );
            }
            _ => assert!(
                page.status == StatusCode::OK && page.says(SECRET),
                "{name}: {}",
                page.text()
            ),
        }
    }
}
