//! People of the console: entered, invited, signed in with a password and a code, limited to their role.

use super::browser::{Browser, Page};
use super::merges::manager;
use super::{NOW, Site};
use crate::auth::totp;
use crate::clock::Clock;
use crate::service::persons::own;
use crate::service::sign_in::Doors;
use crate::store::directory::{self, DomainRecord};
use crate::store::{StoreError, persons};

const EVE: &str = "eve@ops.example";
const PASSWORD: &str = "a quite long password";

/// What stands in the element with an id.
fn element(page: &Page, id: &str) -> String {
    let html = page.text();
    let inside = html.split(&format!("id=\"{id}\"")).nth(1).unwrap();
    let inside = inside.split_once('>').unwrap().1;
    inside.split('<').next().unwrap().to_owned()
}

fn path_of(link: &str) -> String {
    link.strip_prefix("http://lifeboat.example")
        .unwrap()
        .to_owned()
}

/// Enters somebody; returns the path of the link.
async fn enter(owner: &mut Browser<'_>, sign_in: &str, access: &str, reseller: &str) -> String {
    let csrf = owner.get("/console/people").await.field("csrf");
    let fields = [
        ("csrf", csrf.as_str()),
        ("do", "add"),
        ("name", "Eve <Example>"),
        ("sign_in", sign_in),
        ("access", access),
        ("reseller", reseller),
    ];
    let page = owner.post("/console/people", &fields).await;
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(page.says("Link for Eve &#60;Example&#62;"));
    path_of(&element(&page, "link"))
}

/// Chooses a password by a link.
async fn choose(site: &Site, link: &str, password: &str) -> Page {
    let key = link.split_once("key=").unwrap().1;
    let fields = [("key", key), ("new", password)];
    Browser::new(site).post("/console/welcome", &fields).await
}

async fn sign_in<'s>(
    site: &'s Site,
    name: &str,
    password: &str,
    code: &str,
) -> (Browser<'s>, Page) {
    let mut browser = Browser::new(site);
    let fields = [("name", name), ("password", password), ("code", code)];
    let page = browser.post("/console/login", &fields).await;
    (browser, page)
}

#[tokio::test]
async fn a_person_is_invited_chooses_a_password_and_is_what_the_role_says() {
    let site = Site::new().await;
    let mut operator = manager(&site, None).await;
    let link = enter(&mut operator, EVE, "admin", "").await;
    let welcome = Browser::new(&site).get(&link).await;
    assert!(welcome.says("Welcome, Eve &#60;Example&#62;") && welcome.says(EVE));
    let short = choose(&site, &link, "fourteen chars").await;
    assert!(short.status == 422 && short.says("at least 15 characters"));
    let set = choose(&site, &link, PASSWORD).await;
    assert!(set.path == "/console/login" && set.says("Your password is set."));
    assert_eq!(
        choose(&site, &link, "another long password").await.status,
        404
    );
    assert_eq!(Browser::new(&site).get(&link).await.status, 404);

    for (name, password) in [
        (EVE, "another long password"),
        ("nobody@ops.example", PASSWORD),
        ("no address", PASSWORD),
    ] {
        let (_, page) = sign_in(&site, name, password, "").await;
        assert!(page.status == 422 && page.says("Name, password or code is not right."));
    }
    let (mut eve, page) = sign_in(&site, EVE, PASSWORD, "").await;
    assert_eq!(
        (page.status.as_u16(), page.path.as_str()),
        (200, "/console")
    );
    assert!(page.says("Operator eve@ops.example") && page.says("Your account"));
    assert!(!page.says("/console/people"), "an admin is no owner");
    let forbidden = eve.get("/console/people").await;
    assert!(forbidden.status == 403 && forbidden.says("Your role does not allow this."));

    // Another role ends the session; the next one is what the new role says.
    let page = operator.get("/console/people").await;
    let (csrf, id) = (page.field("csrf"), page.field("id"));
    let order = |what| {
        [
            ("csrf", &*csrf),
            ("id", &*id),
            ("do", what),
            ("access", "read-only"),
        ]
    };
    let page = operator.post("/console/people", &order("role")).await;
    assert!(page.says("The role is saved"), "{}", page.text());
    assert_eq!(eve.get("/console").await.path, "/console/login");
    let (mut eve, page) = sign_in(&site, EVE, PASSWORD, "").await;
    assert!(
        page.status == 200 && !page.says("/console/change"),
        "nothing to change is offered"
    );
    let csrf_eve = page.field("csrf");
    let change = [
        ("csrf", csrf_eve.as_str()),
        ("scope", "mailbox:ann@example.com"),
        ("action", "pin-standby"),
        ("reason", "test"),
    ];
    assert_eq!(eve.post("/console/failover", &change).await.status, 403);
    let words = [
        ("csrf", csrf_eve.as_str()),
        ("mailstore", ""),
        ("text", "x"),
    ];
    assert_eq!(eve.post("/console/notices", &words).await.status, 403);

    let page = operator.post("/console/people", &order("remove")).await;
    assert!(page.says("The person is removed."));
    assert_eq!(eve.get("/console").await.path, "/console/login");
    assert_eq!(sign_in(&site, EVE, PASSWORD, "").await.1.status, 422);
}

/// The secret that stands on the page.
fn secret_of(page: &Page) -> [u8; 20] {
    let (mut held, mut bits, mut bytes) = (0_u32, 0, Vec::new());
    for c in element(page, "key").bytes().filter(|b| *b != b' ') {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let value = alphabet.iter().position(|known| *known == c).unwrap();
        held = (held << 5 | u32::try_from(value).unwrap()) & 0xfff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).unwrap());
        }
    }
    bytes.try_into().unwrap()
}

#[tokio::test]
async fn a_code_is_asked_for_once_there_is_a_second_factor_and_opens_once() {
    let site = Site::new().await;
    let mut operator = manager(&site, None).await;
    let link = enter(&mut operator, EVE, "owner", "").await;
    choose(&site, &link, PASSWORD).await;
    let (mut eve, _) = sign_in(&site, EVE, PASSWORD, "").await;
    let csrf = eve.get("/console/account").await.field("csrf");
    let order = |what, password, code| {
        [
            ("csrf", &*csrf),
            ("do", what),
            ("current", password),
            ("code", code),
        ]
    };
    let wrong = eve
        .post("/console/account", &order("setup", "not the password", ""))
        .await;
    assert!(wrong.status == 422 && wrong.says("This is not your password."));
    let page = eve
        .post("/console/account", &order("setup", PASSWORD, ""))
        .await;
    assert!(
        page.says("<path fill=\"#000\" d=\"M4 4h1v1h-1z"),
        "the picture's corner"
    );
    let secret = secret_of(&page);
    let code = |after: u64| totp::code(&secret, totp::step_at(NOW) + after);
    let wrong = eve
        .post("/console/account", &order("confirm", "", "000"))
        .await;
    assert!(wrong.status == 422 && wrong.says("This is not the code"));
    let page = eve
        .post("/console/account", &order("confirm", "", &code(0)))
        .await;
    assert!(page.says("Recovery codes") && page.says("The second factor is on."));
    let html = page.text();
    let recovery = html
        .split("dir=\"ltr\"><li>")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap();

    let refused = async |code: &str| {
        let (_, page) = sign_in(&site, EVE, PASSWORD, code).await;
        assert!(
            page.status == 422 && page.says("Name, password or code is not right."),
            "{code}"
        );
    };
    refused("").await;
    refused("000000000").await;
    // The code that confirmed it is used up.
    refused(&code(0)).await;
    site.clock.advance(std::time::Duration::from_secs(30));
    assert_eq!(
        sign_in(&site, EVE, PASSWORD, &code(1)).await.1.path,
        "/console"
    );
    refused(&code(1)).await;
    // What is before it, too, though it would be within the drift.
    refused(&code(0)).await;
    site.clock.advance(std::time::Duration::from_secs(600));
    assert_eq!(
        sign_in(&site, EVE, PASSWORD, recovery).await.1.path,
        "/console"
    );
    refused(recovery).await;
    let page = eve.get("/console/account").await;
    assert!(page.says("Recovery codes left: 9."), "{}", page.text());

    // After so many failures the next one waits, even with what is right.
    for _ in 0..5 {
        refused("1").await;
    }
    let often = sign_in(&site, EVE, PASSWORD, &code(21)).await.1;
    assert!(often.status == 429 && often.says("Too many attempts."));
    site.clock.advance(std::time::Duration::from_secs(60));

    // Who lost it all is helped by an owner; until then nothing opens.
    let page = operator.get("/console/people").await;
    let (own, id) = (page.field("csrf"), page.field("id"));
    let reset = [("csrf", own.as_str()), ("id", id.as_str()), ("do", "reset")];
    let page = operator.post("/console/people", &reset).await;
    let link = path_of(&element(&page, "link"));
    assert_eq!(eve.get("/console").await.path, "/console/login");
    refused("").await;
    choose(&site, &link, PASSWORD).await;
    assert_eq!(sign_in(&site, EVE, PASSWORD, "").await.1.path, "/console");

    // Nothing that opens anything lies in the store or its log as it is.
    let (_, record) = site
        .service
        .store
        .read(|tx| persons::find(tx, &EVE.parse().unwrap()))
        .unwrap()
        .unwrap();
    assert!(
        record
            .password_hash
            .unwrap()
            .starts_with("{ARGON2ID}$argon2id$")
    );
}

#[tokio::test]
async fn a_resellers_people_see_and_change_its_people_alone() {
    let site = Site::new().await;
    let write = site.service.store.write(|tx| {
        let record = DomainRecord {
            reseller: Some("acme".parse().unwrap()),
        };
        directory::put_domain(tx, &"example.com".parse().unwrap(), &record)
    });
    let written: Result<(), StoreError> = write.await;
    written.unwrap();
    let mut operator = manager(&site, None).await;
    let link = enter(&mut operator, "ops@ops.example", "owner", "").await;
    choose(&site, &link, PASSWORD).await;
    let link = enter(&mut operator, "boss@acme.example", "owner", "acme").await;
    choose(&site, &link, PASSWORD).await;
    let (mut boss, page) = sign_in(&site, "boss@acme.example", PASSWORD, "").await;
    assert!(page.says("acme, boss@acme.example") && page.says("example.com"));
    let page = boss.get("/console/people").await;
    assert!(page.says("boss@acme.example") && !page.says("ops@ops.example"));
    assert!(!page.says("name=\"reseller\""));
    let csrf = page.field("csrf");

    // The last owner stays one.
    let own = page.field("id");
    for (what, access) in [("role", "admin"), ("remove", "")] {
        let order = [
            ("csrf", &*csrf),
            ("id", &*own),
            ("do", what),
            ("access", access),
        ];
        let page = boss.post("/console/people", &order).await;
        assert!(
            page.status == 422 && page.says("nobody would be left"),
            "{what}"
        );
    }
    // Nobody of another tenant is there.
    let page = operator.get("/console/people").await;
    let html = page.text();
    let other = html
        .split("name=\"id\" value=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .find(|id| *id != own)
        .unwrap();
    for what in ["role", "invite", "reset", "remove"] {
        let order = [
            ("csrf", &*csrf),
            ("id", other),
            ("do", what),
            ("access", "admin"),
        ];
        assert_eq!(
            boss.post("/console/people", &order).await.status,
            404,
            "{what}"
        );
    }
    for reseller in ["rival", "acme"] {
        let fields = [
            ("csrf", csrf.as_str()),
            ("do", "add"),
            ("name", "Help"),
            ("sign_in", "help@acme.example"),
            ("access", "help-desk"),
            ("reseller", reseller),
        ];
        let page = boss.post("/console/people", &fields).await;
        let expected = if reseller == "acme" { 200 } else { 404 };
        assert_eq!(page.status, expected, "{reseller}");
    }
    // Without a session, and with a token in place of a person, there is no account.
    assert_eq!(
        Browser::new(&site).get("/console/people").await.path,
        "/console/login"
    );
    assert_eq!(operator.get("/console/account").await.status, 404);
}

#[tokio::test]
async fn somebody_who_helps_makes_a_link_that_opens_a_mailbox_once_and_soon() {
    let site = Site::new().await;
    let mut operator = manager(&site, None).await;
    let link = enter(&mut operator, EVE, "help-desk", "").await;
    choose(&site, &link, PASSWORD).await;
    let (mut eve, page) = sign_in(&site, EVE, PASSWORD, "").await;
    assert!(page.says("Help a user sign in"));
    let csrf = eve.get("/console/help").await.field("csrf");
    let ask = |address| [("csrf", &*csrf), ("address", address)];
    for address in ["nobody@example.com", "no address"] {
        let page = eve.post("/console/help", &ask(address)).await;
        assert!(
            page.status == 422 && page.says("There is no such mailbox"),
            "{address}"
        );
    }
    let make = async |eve: &mut Browser<'_>| {
        let page = eve.post("/console/help", &ask("sales@example.com")).await;
        assert!(page.says("ann@example.com"), "{}", page.text());
        path_of(&element(&page, "link"))
    };
    let key_of = |link: &str| link.split_once("key=").unwrap().1.to_owned();
    let redeem = async |link: &str| {
        let key = key_of(link);
        let mut browser = Browser::new(&site);
        browser.post("/login/link", &[("key", key.as_str())]).await
    };

    let first = make(&mut eve).await;
    let link = make(&mut eve).await;
    assert_eq!(
        redeem(&first).await.status,
        404,
        "a later one takes its place"
    );
    // Programs look at links before people do.
    for _ in 0..2 {
        let page = Browser::new(&site).get(&link).await;
        assert!(
            page.status == 200 && page.says("ann@example.com"),
            "{}",
            page.text()
        );
    }
    let inbox = redeem(&link).await;
    assert_eq!(
        (inbox.status.as_u16(), inbox.path.as_str()),
        (200, "/mail/inbox")
    );
    let again = redeem(&link).await;
    assert!(again.status == 404 && again.says("This link is no longer good"));
    assert_eq!(Browser::new(&site).get(&link).await.status, 404);

    let link = make(&mut eve).await;
    site.clock.advance(std::time::Duration::from_secs(15 * 60));
    assert_eq!(redeem(&link).await.status, 404);

    let own = make(&mut eve).await;
    let reader = enter(&mut operator, "reader@ops.example", "read-only", "").await;
    choose(&site, &reader, PASSWORD).await;
    let (mut reader, page) = sign_in(&site, "reader@ops.example", PASSWORD, "").await;
    assert!(!page.says("Help a user sign in"));
    assert_eq!(reader.get("/console/help").await.status, 403);
    let csrf = page.field("csrf");
    let fields = [("csrf", csrf.as_str()), ("address", "ann@example.com")];
    assert_eq!(reader.post("/console/help", &fields).await.status, 403);
    assert_eq!(
        redeem(&own).await.status,
        200,
        "what they may not does nothing"
    );
}

#[tokio::test]
async fn a_second_factor_ends_other_sessions_and_waits_for_its_first_code_an_hour() {
    let site = Site::new().await;
    let mut operator = manager(&site, None).await;
    let link = enter(&mut operator, EVE, "owner", "").await;
    choose(&site, &link, PASSWORD).await;
    let (mut eve, _) = sign_in(&site, EVE, PASSWORD, "").await;
    let (mut stolen, _) = sign_in(&site, EVE, PASSWORD, "").await;
    let csrf = eve.get("/console/account").await.field("csrf");
    let order = |what, password, code| {
        [
            ("csrf", &*csrf),
            ("do", what),
            ("current", password),
            ("code", code),
        ]
    };
    let code = |secret: &[u8; 20]| totp::code(secret, totp::step_at(site.clock.now()));
    let page = eve
        .post("/console/account", &order("setup", PASSWORD, ""))
        .await;
    let secret = secret_of(&page);
    site.clock.advance(std::time::Duration::from_secs(3600));
    let late = code(&secret);
    let page = eve
        .post("/console/account", &order("confirm", "", &late))
        .await;
    assert!(page.status == 422, "{}", page.text());
    let page = eve
        .post("/console/account", &order("setup", PASSWORD, ""))
        .await;
    let now = code(&secret_of(&page));
    let page = eve
        .post("/console/account", &order("confirm", "", &now))
        .await;
    assert!(page.says("The second factor is on."), "{}", page.text());
    assert_eq!(eve.get("/console/account").await.path, "/console/account");
    assert_eq!(stolen.get("/console").await.path, "/console/login");
}

/// The door, without a page before it.
async fn opens(site: &Site, doors: &Doors, password: &str, code: &str, from: [u8; 4]) -> bool {
    let password = password.to_owned();
    let opened = own::sign_in(&site.service, doors, EVE, password, code, from.into()).await;
    opened.is_ok()
}

#[tokio::test]
async fn nobody_locks_a_person_out_and_guessed_codes_cost_time() {
    let site = Site::new().await;
    let mut operator = manager(&site, None).await;
    let link = enter(&mut operator, EVE, "owner", "").await;
    choose(&site, &link, PASSWORD).await;
    let doors = Doors::new(&site.service.config.get());
    let home = [192, 0, 2, 1];
    assert!(opens(&site, &doors, PASSWORD, "", home).await);
    for n in 0..20 {
        assert!(!opens(&site, &doors, "a wrong password, long", "", [10, 0, n, 1]).await);
    }
    let elsewhere = [203, 0, 113, 9];
    assert!(opens(&site, &doors, PASSWORD, "", elsewhere).await);

    // With a second factor: who knows the password guesses codes, from as many places as there are.
    let name = EVE.parse().unwrap();
    let (secret, now) = (totp::secret(), site.clock.now());
    site.service
        .store
        .write(move |tx| {
            let (id, mut record) = persons::find(tx, &name)?.unwrap();
            record.second = Some(persons::SecondFactor {
                secret,
                last_step: 0,
                recovery: Vec::new(),
                wrong: 0,
                wrong_at: now,
            });
            persons::put(tx, id, &record)
        })
        .await
        .unwrap();
    for n in 0..5 {
        assert!(!opens(&site, &doors, PASSWORD, "000", [10, 1, n, 1]).await);
    }
    let code = || totp::code(&secret, totp::step_at(site.clock.now()));
    assert!(
        !opens(&site, &doors, PASSWORD, &code(), [10, 2, 0, 1]).await,
        "even what is right opens nothing for a while"
    );
    assert!(
        opens(&site, &doors, PASSWORD, &code(), home).await,
        "but where Eve is known"
    );
    for n in 0..6 {
        assert!(!opens(&site, &doors, PASSWORD, "000", [10, 3, n, 1]).await);
    }
    site.clock.advance(std::time::Duration::from_secs(31));
    assert!(opens(&site, &doors, PASSWORD, &code(), [10, 4, 0, 1]).await);
}
