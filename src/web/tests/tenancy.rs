//! Every page of the console by every role: what is a reseller's business and what is not, generated from the
//! route table.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::{Method, StatusCode};

use super::browser::{Browser, Page};
use super::lists::{belongs_to, manager_as};
use super::{NOW, Site};
use crate::failover::{Action, State};
use crate::ids::{Epoch, OutageId};
use crate::store::access::{Access, Permission};
use crate::store::{StoreError, failover as kept};

/// Who may see a page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// Whoever is signed in; nobody sees another's there.
    Everybody,
    /// Operators.
    Operators,
    /// Operators, and the reseller `acme`.
    Acme,
    /// Whoever has a permission; nobody sees another's there.
    May(Permission),
    /// Nobody needs to sign in.
    Open,
    /// It can only be posted to, or is a stream.
    NoPage,
    /// People, as the tokens of these tests are not.
    People,
    /// Something that nobody has.
    Absent,
}

const NONE: &str = "00000000000000000000000000000000";

/// Every route with an address, and whose it is.
const PAGES: &[(&str, &str, Whose)] = &[
    ("/console", "/console", Whose::Everybody),
    (
        "/console/change",
        "/console/change?scope=domain:example.com",
        Whose::Acme,
    ),
    ("/console/failover", "", Whose::NoPage),
    ("/console/ops", "/console/ops", Whose::Operators),
    ("/console/notices", "/console/notices", Whose::Operators),
    ("/console/queue", "/console/queue", Whose::Operators),
    ("/console/delays", "/console/delays", Whose::Everybody),
    (
        "/console/trace",
        "/console/trace?q=nobody@nowhere.example",
        Whose::Everybody,
    ),
    ("/console/alerts", "/console/alerts", Whose::Operators),
    (
        "/console/announce/{kind}",
        "/console/announce/webhooks",
        Whose::Everybody,
    ),
    ("/console/announce/{kind}/{id}", "webhooks", Whose::Absent),
    ("/console/events", "", Whose::NoPage),
    ("/console/outages", "/console/outages", Whose::Everybody),
    (
        "/console/outages.csv",
        "/console/outages.csv",
        Whose::Everybody,
    ),
    ("/console/outages/{id}", "outages", Whose::Absent),
    ("/console/domains", "/console/domains", Whose::Everybody),
    (
        "/console/domains.csv",
        "/console/domains.csv",
        Whose::Everybody,
    ),
    (
        "/console/domain-moves",
        "/console/domain-moves",
        Whose::Operators,
    ),
    ("/console/overrides", "/console/overrides", Whose::Everybody),
    (
        "/console/overrides.csv",
        "/console/overrides.csv",
        Whose::Everybody,
    ),
    ("/console/resellers", "/console/resellers", Whose::Operators),
    ("/console/parts", "/console/parts", Whose::Operators),
    ("/console/bulk", "", Whose::NoPage),
    ("/console/jobs", "/console/jobs", Whose::Everybody),
    ("/console/jobs.csv", "/console/jobs.csv", Whose::Everybody),
    ("/console/jobs/{id}", "jobs", Whose::Absent),
    (
        "/console/tokens",
        "/console/tokens",
        Whose::May(Permission::Tokens),
    ),
    (
        "/console/audit",
        "/console/audit",
        Whose::May(Permission::Audit),
    ),
    (
        "/console/audit.csv",
        "/console/audit.csv",
        Whose::May(Permission::Audit),
    ),
    ("/console/mailboxes", "/console/mailboxes", Whose::Everybody),
    (
        "/console/mailboxes.csv",
        "/console/mailboxes.csv",
        Whose::Everybody,
    ),
    ("/console/brand", "/console/brand", Whose::Everybody),
    ("/console/merges", "/console/merges", Whose::Everybody),
    ("/console/merges/outage/{id}", "merges", Whose::Absent),
    (
        "/console/merges/domain/{domain}",
        "/console/merges/domain/example.com",
        Whose::Acme,
    ),
    ("/console/login", "/console/login", Whose::Open),
    (
        "/console/help",
        "/console/help",
        Whose::May(Permission::SignInLinks),
    ),
    (
        "/console/people",
        "/console/people",
        Whose::May(Permission::People),
    ),
    ("/console/account", "/console/account", Whose::People),
    ("/console/welcome", "/console/welcome?key=none", Whose::Open),
    ("/console/logout", "", Whose::NoPage),
];

/// The addresses of one kind of thing that nobody has.
fn absent(kind: &str) -> String {
    match kind {
        "webhooks" => format!("/console/announce/webhooks/{NONE}"),
        "merges" => format!("/console/merges/outage/{NONE}"),
        kind => format!("/console/{kind}/{NONE}"),
    }
}

/// The routes of the console as the route table has them.
fn routes() -> BTreeSet<String> {
    let table = include_str!("../routes.rs");
    let literals = table.split('"').skip(1).step_by(2);
    let console = literals.filter(|text| text.starts_with("/console"));
    console.map(str::to_owned).collect()
}

#[test]
fn every_route_of_the_console_is_here() {
    let known: BTreeSet<String> = PAGES
        .iter()
        .map(|(route, ..)| (*route).to_owned())
        .collect();
    assert_eq!(routes(), known);
}

/// What somebody should get.
fn expected(whose: Whose, is_operator: bool, is_acme: bool, access: Access) -> StatusCode {
    let of = |may: bool, otherwise| if may { StatusCode::OK } else { otherwise };
    match whose {
        Whose::Everybody => StatusCode::OK,
        Whose::Operators => of(is_operator, StatusCode::NOT_FOUND),
        Whose::Acme => of(is_operator || is_acme, StatusCode::NOT_FOUND),
        Whose::May(permission) => of(access.grants().has(permission), StatusCode::FORBIDDEN),
        Whose::Absent | Whose::People => StatusCode::NOT_FOUND,
        Whose::Open | Whose::NoPage => unreachable!("not asked"),
    }
}

#[tokio::test]
async fn each_role_sees_its_own_pages_and_no_others() {
    let site = Site::new().await;
    belongs_to(&site, "example.com", "acme").await;
    let who = [
        (None, Access::Owner),
        (None, Access::ReadOnly),
        (Some("acme"), Access::Owner),
        (Some("acme"), Access::Admin),
        (Some("acme"), Access::ReadOnly),
        (Some("acme"), Access::HelpDesk),
        (Some("bolt"), Access::Owner),
    ];
    for (reseller, access) in who {
        let mut browser = manager_as(&site, reseller, access).await;
        for (_, path, whose) in PAGES {
            if matches!(whose, Whose::Open | Whose::NoPage) {
                continue;
            }
            let path = match whose {
                Whose::Absent => absent(path),
                _ => (*path).to_owned(),
            };
            let page = browser.once(Method::GET, &path, "", Vec::new()).await;
            let is_acme = reseller == Some("acme");
            let wanted = expected(*whose, reseller.is_none(), is_acme, access);
            assert_eq!(page.status, wanted, "{path} as {reseller:?} {access:?}");
            if reseller == Some("bolt") {
                let tells = [
                    "ann@",
                    "domain:example.com",
                    "domain/example.com",
                    ">example.com<",
                    "example.com,",
                ];
                let told = tells.into_iter().find(|text| page.says(text));
                assert_eq!(told, None, "{path} tells bolt of acme's");
            }
        }
    }
}

#[tokio::test]
async fn nobody_sees_anything_without_signing_in() {
    let site = Site::new().await;
    for (_, path, whose) in PAGES {
        let path = match whose {
            Whose::Open => continue,
            Whose::NoPage => continue,
            Whose::Absent => absent(path),
            _ => (*path).to_owned(),
        };
        let page = Browser::new(&site)
            .once(Method::GET, &path, "", Vec::new())
            .await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{path}");
        assert_eq!(page.header("location"), "/console/login", "{path}");
    }
    let stream = Browser::new(&site).get("/console/events").await;
    assert_eq!(stream.status, StatusCode::NO_CONTENT);
}

/// Orders about what is acme's, or the platform's: route, fields, and what acme's owner gets for it where it may
/// not be done.
const ORDERS: &[(&str, &[(&str, &str)])] = &[
    (
        "/console/failover",
        &[
            ("scope", "domain:example.com"),
            ("action", "queue"),
            ("reason", "x"),
        ],
    ),
    (
        "/console/bulk",
        &[("id", "mailbox:ann@example.com"), ("of", "mailboxes")],
    ),
    (
        "/console/jobs",
        &[
            ("id", "mailbox:ann@example.com"),
            ("action", "queue"),
            ("reason", "x"),
        ],
    ),
    (
        "/console/tokens",
        &[("do", "add"), ("days", "30"), ("access", "read-only")],
    ),
    (
        "/console/delays",
        &[
            ("scope", "domain:example.com"),
            ("hours", "8"),
            ("reason", "x"),
        ],
    ),
    (
        "/console/merges",
        &[("mailstore", "a1"), ("action", "pause"), ("reason", "x")],
    ),
    (
        "/console/queue",
        &[
            ("sender", "example.com"),
            ("all", "1"),
            ("action", "hold"),
            ("reason", "x"),
        ],
    ),
    ("/console/notices", &[("text", "x")]),
    ("/console/alerts", &[("name", "disk"), ("note", "x")]),
    (
        "/console/people",
        &[
            ("do", "add"),
            ("name", "Eve"),
            ("sign_in", "eve@acme.example"),
            ("access", "owner"),
        ],
    ),
    ("/console/help", &[("address", "ann@example.com")]),
    (
        "/console/domain-moves",
        &[
            ("do", "move"),
            ("domains", "example.com"),
            ("from", "acme"),
            ("to", "bolt"),
            ("reason", "x"),
        ],
    ),
    (
        "/console/announce/contacts",
        &[("to", "eve@elsewhere.example")],
    ),
];

#[tokio::test]
async fn an_order_takes_the_form_of_ones_own_page_and_the_right_role() {
    let site = Site::new().await;
    belongs_to(&site, "example.com", "acme").await;
    let before = site.service.store.read(crate::store::audit::head).unwrap();
    for (reseller, access) in [
        (Some("acme"), Access::ReadOnly),
        (None, Access::ReadOnly),
        (Some("bolt"), Access::Owner),
    ] {
        let mut browser = manager_as(&site, reseller, access).await;
        let csrf = browser.get("/console").await.field("csrf");
        for (path, fields) in ORDERS {
            let forged = browser.post(path, fields).await;
            assert_eq!(forged.status, StatusCode::FORBIDDEN, "{path} unsigned");
            // What bolt may do for itself is no test of what it may do to acme.
            let is_own = matches!(
                *path,
                "/console/tokens" | "/console/people" | "/console/announce/contacts"
            );
            if reseller == Some("bolt") && is_own {
                continue;
            }
            let signed: Vec<_> = [("csrf", csrf.as_str())]
                .into_iter()
                .chain(fields.iter().copied())
                .collect();
            let page = browser.post(path, &signed).await;
            let text = page.text();
            let is_refused = match (reseller, *path) {
                // Nothing of it is there for bolt: it is counted as unknown, or fails as a part of the job.
                (Some("bolt"), "/console/bulk") => text.contains("left out"),
                (Some("bolt"), "/console/jobs") => text.contains("Job:"),
                (Some("bolt"), "/console/help") => page.status == StatusCode::UNPROCESSABLE_ENTITY,
                _ => matches!(page.status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND),
            };
            assert!(is_refused, "{path} as {reseller:?}: {} {text}", page.status);
        }
    }
    let scope = "domain:example.com".parse().unwrap();
    let set = site
        .service
        .store
        .read(|tx| crate::store::failover::overrides(tx, &scope));
    assert!(set.unwrap().is_empty());
    let written = site
        .service
        .store
        .read(|tx| crate::store::audit::list(tx, None, 100))
        .unwrap();
    let since: Vec<_> = written
        .iter()
        .filter(|entry| entry.number > before.number)
        .map(|entry| entry.event.action.as_str())
        .filter(|action| *action != "token.create")
        .collect();
    assert_eq!(since, ["job.create"], "bolt's job, which can do nothing");
}

/// What acme has of each kind that an address of the console names, by the address's pattern.
async fn of_acme(site: &Site, acme: &mut Browser<'_>) -> BTreeMap<&'static str, String> {
    let outage = OutageId::generate(NOW);
    let began = Action::OpenOutage {
        outage,
        first_failed: NOW,
        epoch: Epoch(1),
    };
    let writing = site.service.store.write(move |tx| {
        let (mailstore, state) = ("a1".parse().unwrap(), State::default());
        kept::record_step(tx, &mailstore, &state, std::slice::from_ref(&began))
    });
    let written: Result<(), StoreError> = writing.await;
    written.unwrap();
    let csrf = acme.get("/console").await.field("csrf");
    let to = [
        ("csrf", &*csrf),
        ("to", "https://hooks.example.net/a"),
        ("event", "outage.began"),
    ];
    acme.post("/console/announce/webhooks", &to).await;
    let list = acme.get("/console/announce/webhooks").await.text();
    let webhook = list.split("/console/announce/webhooks/").nth(1).unwrap();
    let order = [
        ("csrf", &*csrf),
        ("of", "mailboxes"),
        ("id", "mailbox:ann@example.com"),
        ("action", "queue"),
        ("reason", "test"),
    ];
    let job = acme.post("/console/jobs", &order).await.path;
    BTreeMap::from([
        (
            "/console/announce/{kind}/{id}",
            format!("/console/announce/webhooks/{}", &webhook[..32]),
        ),
        (
            "/console/outages/{id}",
            format!("/console/outages/{outage}"),
        ),
        ("/console/jobs/{id}", job),
        (
            "/console/merges/outage/{id}",
            format!("/console/merges/outage/{outage}"),
        ),
        (
            "/console/merges/domain/{domain}",
            "/console/merges/domain/example.com".to_owned(),
        ),
    ])
}

/// What a page says, without what is another at each time it is made.
fn bare(page: &Page, path: &str) -> String {
    page.text().replace(path, "")
}

#[tokio::test]
async fn what_another_reseller_has_looks_as_if_it_were_not_there() {
    let site = Site::new().await;
    belongs_to(&site, "example.com", "acme").await;
    let mut acme = manager_as(&site, Some("acme"), Access::Owner).await;
    let things = of_acme(&site, &mut acme).await;
    let mut stranger = manager_as(&site, Some("bolt"), Access::Owner).await;
    let csrf = stranger.get("/console").await.field("csrf");
    let named = routes();
    for route in named
        .iter()
        .filter(|route| route.contains("/{id}") || route.contains("{domain}"))
    {
        let there = &things[route.as_str()];
        let own = acme.get(there).await;
        // Of the merges of an outage of the platform a reseller sees its own domains, on another page.
        let is_own = route.as_str() != "/console/merges/outage/{id}";
        assert_eq!(
            own.status == StatusCode::OK,
            is_own,
            "{there} as acme: {}",
            own.status
        );
        let last = there.rsplit('/').next().unwrap();
        let absent = match route.contains("{domain}") {
            true => there.replace(last, "nowhere.example"),
            false => there.replace(last, NONE),
        };
        let (mut got, mut posted) = (Vec::new(), Vec::new());
        for path in [there, &absent] {
            let page = stranger.get(path).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{path} as bolt");
            got.push(bare(&page, path));
            for order in ["remove", "test", "off", "secret", "save"] {
                let fields = [("csrf", &*csrf), ("do", order), ("reason", "x")];
                let page = stranger.post(path, &fields).await;
                let is_refused = matches!(page.status.as_u16(), 404 | 405);
                assert!(is_refused, "{order} {path} as bolt: {}", page.status);
                posted.push(bare(&page, path));
            }
        }
        assert_eq!(got[0], got[1], "{route}");
        assert_eq!(posted[..5], posted[5..], "{route}");
        assert_eq!(
            acme.get(there).await.status,
            own.status,
            "{there} is as it was"
        );
    }
}

#[tokio::test]
async fn forms_that_name_what_another_reseller_has_find_nothing() {
    let site = Site::new().await;
    let owner = |reseller: &'static str| manager_as(&site, Some(reseller), Access::Owner);
    let (mut acme, mut stranger) = (owner("acme").await, owner("bolt").await);
    let csrf = acme.get("/console").await.field("csrf");
    let fields = [
        ("csrf", &*csrf),
        ("do", "add"),
        ("name", "Eve"),
        ("sign_in", "eve@acme.example"),
        ("access", "admin"),
    ];
    assert_eq!(
        acme.post("/console/people", &fields).await.status,
        StatusCode::OK
    );
    let ids = |page: Page| {
        let html = page.text();
        let ids = html.split("name=\"id\" value=\"").skip(1);
        ids.map(|rest| rest.split('"').next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let csrf = stranger.get("/console").await.field("csrf");
    for (path, orders) in [
        (
            "/console/people",
            &["role", "invite", "reset", "remove"][..],
        ),
        ("/console/tokens", &["revoke"]),
    ] {
        let theirs = ids(acme.get(path).await);
        assert!(!theirs.is_empty(), "{path}");
        let none = if path.ends_with("people") {
            NONE
        } else {
            &"0".repeat(theirs[0].len())
        };
        for order in orders {
            let mut said = Vec::new();
            for id in [&*theirs[0], none] {
                let fields = [
                    ("csrf", &*csrf),
                    ("do", order),
                    ("id", id),
                    ("access", "owner"),
                ];
                let page = stranger.post(path, &fields).await;
                assert_eq!(page.status, StatusCode::NOT_FOUND, "{order} {path} {id}");
                said.push(bare(&page, id));
            }
            assert_eq!(said[0], said[1], "{order} {path}");
        }
        assert_eq!(ids(acme.get(path).await), theirs, "{path}");
    }
}
