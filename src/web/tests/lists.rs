//! The console's lists, and what is done with what is chosen on them: domains, mailboxes, settings, jobs, outages,
//! resellers, tokens, the audit log.

use std::time::Duration;

use axum::http::StatusCode;

use super::browser::{Browser, Page};
use super::{NOW, Site};
use crate::failover::{Action, State};
use crate::ids::{Epoch, OutageId};
use crate::service::Actor;
use crate::service::token::{self, NewToken, RoleName};
use crate::store::access::Access;
use crate::store::directory::{self, DomainRecord};
use crate::store::{StoreError, failover as kept};

/// Gives a domain to a reseller.
pub(super) async fn belongs_to(site: &Site, domain: &str, reseller: &str) {
    let domain = domain.parse().unwrap();
    let record = DomainRecord {
        reseller: Some(reseller.parse().unwrap()),
    };
    let put = site
        .service
        .store
        .write(move |tx| directory::put_domain(tx, &domain, &record));
    let put: Result<(), StoreError> = put.await;
    put.unwrap();
}

/// Somebody signed in with a token of a role.
pub(super) async fn manager_as<'s>(
    site: &'s Site,
    reseller: Option<&str>,
    access: Access,
) -> Browser<'s> {
    let new = NewToken {
        role: Some(match reseller {
            Some(_) => RoleName::Reseller,
            None => RoleName::Operator,
        }),
        access: Some(access),
        scopes: None,
        reseller: reseller.map(|reseller| reseller.parse().unwrap()),
        label: String::new(),
        expires_in_secs: Some(3600),
    };
    let created = token::create(&site.service, &Actor::System("test"), new).await;
    let token = created.unwrap().token;
    let mut browser = Browser::new(site);
    let page = browser.post("/console/login", &[("token", &token)]).await;
    assert_eq!(page.path, "/console");
    browser
}

/// Posts fields with the token of the session.
pub(super) async fn order(browser: &mut Browser<'_>, path: &str, fields: &[(&str, &str)]) -> Page {
    let csrf = browser.get("/console/domains").await.field("csrf");
    let signed: Vec<_> = [("csrf", csrf.as_str())]
        .into_iter()
        .chain(fields.iter().copied())
        .collect();
    browser.post(path, &signed).await
}

/// The job's page once it has ended.
async fn ended(browser: &mut Browser<'_>, path: &str) -> Page {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    loop {
        let page = browser.get(path).await;
        if !page.says("data-live") {
            return page;
        }
        assert!(tokio::time::Instant::now() < deadline, "{}", page.text());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn setting(site: &Site, scope: &str) -> Option<&'static str> {
    let scope = scope.parse().unwrap();
    let all = site
        .service
        .store
        .read(|tx| kept::overrides(tx, &scope))
        .unwrap();
    all.operator
        .or(all.reseller)
        .map(|set| set.setting.as_str())
}

#[tokio::test]
async fn what_is_chosen_is_counted_switched_by_a_job_and_taken_back() {
    let site = Site::new().await;
    belongs_to(&site, "example.com", "acme").await;
    let mut acme = manager_as(&site, Some("acme"), Access::Owner).await;
    let list = acme.get("/console/mailboxes").await;
    assert!(list.says("value=\"mailbox:ann@example.com\"") && list.says("/console/bulk"));
    assert!(!list.says("checked"));
    let all = acme.get("/console/mailboxes?select=page").await;
    assert!(all.says("value=\"mailbox:ann@example.com\" checked"));

    let nothing = order(&mut acme, "/console/bulk", &[("of", "mailboxes")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let chosen = [("of", "mailboxes"), ("id", "mailbox:ann@example.com")];
    let looked = order(&mut acme, "/console/bulk", &chosen).await;
    assert_eq!(looked.status, StatusCode::OK, "{}", looked.text());
    assert!(looked.says("mailboxes: 1<") && looked.says("Nothing has happened yet"));
    assert!(!looked.says("id=\"count\""), "few need not be counted");
    assert_eq!(setting(&site, "mailbox:ann@example.com"), None);

    let mut wanted = chosen.to_vec();
    wanted.extend([("action", "queue"), ("ends", "4"), ("reason", " ")]);
    let blank = order(&mut acme, "/console/jobs", &wanted).await;
    assert!(
        blank.status == 422 && blank.says("Enter a reason.") && blank.says("value=\"4\" selected")
    );
    assert_eq!(setting(&site, "mailbox:ann@example.com"), None);
    *wanted.last_mut().unwrap() = ("reason", "moving house");
    let begun = order(&mut acme, "/console/jobs", &wanted).await;
    assert_eq!(begun.status, StatusCode::OK, "{}", begun.text());
    let job = begun.path.clone();
    assert!(job.starts_with("/console/jobs/") && begun.says("The job has begun."));
    let done = ended(&mut acme, &job).await;
    assert!(done.says("1 of 1 looked at, 0 failed.") && done.says("moving house"));
    assert_eq!(setting(&site, "mailbox:ann@example.com"), Some("queue"));

    let set = acme.get("/console/overrides").await;
    assert!(set.says("ann@example.com") && set.says("Until ") && set.says("moving house"));
    assert!(
        acme.get("/console/overrides?ends=timed")
            .await
            .says("ann@example.com")
    );
    assert!(acme.get("/console/jobs").await.says(&job));
    let mut stranger = manager_as(&site, Some("bolt"), Access::Owner).await;
    assert_eq!(stranger.get(&job).await.status, StatusCode::NOT_FOUND);
    let undo = order(&mut stranger, &job, &[("reason", "x")]).await;
    assert_eq!(undo.status, StatusCode::NOT_FOUND);

    let blank = order(&mut acme, &job, &[("reason", "")]).await;
    assert!(blank.status == 422 && blank.says("Enter a reason."));
    let undone = order(&mut acme, &job, &[("reason", "stays")]).await;
    let undone = ended(&mut acme, &undone.path).await;
    assert!(undone.says("It takes this job back") && undone.says(&job));
    assert_eq!(setting(&site, "mailbox:ann@example.com"), None);
    assert!(acme.get(&job).await.says("Taken back"));
}

#[tokio::test]
async fn all_that_match_are_those_that_match_when_it_is_ordered() {
    let site = Site::new().await;
    belongs_to(&site, "many.example", "acme").await;
    for number in 0..120 {
        let address = format!("u{number:03}@many.example");
        site.provision(&address, "U", &[]).await;
    }
    let mut operator = manager_as(&site, None, Access::Owner).await;
    let matching = [
        ("of", "mailboxes"),
        ("all", "1"),
        ("domain", "many.example"),
    ];
    let looked = order(&mut operator, "/console/bulk", &matching).await;
    assert!(
        looked.says("mailboxes: 120<") && looked.says("id=\"count\""),
        "{}",
        looked.text()
    );
    assert!(looked.says("name=\"domain\" value=\"many.example\""));
    let with = |count: &'static str| {
        let mut fields = matching.to_vec();
        fields.extend([
            ("action", "pin-primary"),
            ("reason", "test"),
            ("count", count),
        ]);
        fields
    };
    let wrong = order(&mut operator, "/console/jobs", &with("119")).await;
    assert!(wrong.status == 422 && wrong.says("not the number of mailboxes"));
    // One more since: what was counted is not what would be switched.
    site.provision("new@many.example", "N", &[]).await;
    let stale = order(&mut operator, "/console/jobs", &with("120")).await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(setting(&site, "mailbox:u000@many.example"), None);
    let begun = order(&mut operator, "/console/jobs", &with("121")).await;
    let done = ended(&mut operator, &begun.path).await;
    assert!(
        done.says("121 of 121 looked at, 0 failed."),
        "{}",
        done.text()
    );
    assert!(done.says("?from=100"), "its parts are paged");
    assert_eq!(setting(&site, "mailbox:new@many.example"), Some("primary"));
    assert_eq!(setting(&site, "mailbox:ann@example.com"), None);

    let domains = [("of", "domains"), ("all", "1"), ("name", "many")];
    let looked = order(&mut operator, "/console/bulk", &domains).await;
    assert!(looked.says("mailboxes: 121<") && looked.says("All that match: 1"));
}

#[tokio::test]
async fn domains_say_where_mail_goes_and_what_decides_that() {
    let site = Site::new().await;
    belongs_to(&site, "example.com", "acme").await;
    let mut acme = manager_as(&site, Some("acme"), Access::Owner).await;
    let page = acme.get("/console/domains").await;
    assert!(page.says("example.com") && page.says("On Lifeboat") && page.says("the mailstore"));
    for (path, is_there) in [
        ("/console/domains?state=standby", true),
        ("/console/domains?state=affected&name=EXAMPLE", true),
        ("/console/domains?state=primary", false),
        ("/console/domains?name=other", false),
    ] {
        let page = acme.get(path).await;
        assert_eq!(page.says("domain:example.com"), is_there, "{path}");
    }
    let wrong = acme.get("/console/domains?state=sideways").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let other = acme.get("/console/domains?reseller=bolt").await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
    // What is set for the domain is said with when it ends, and can be seen to have changed meanwhile.
    let form = acme.get("/console/change?scope=domain:example.com").await;
    let etag = form.field("etag");
    let fields = |etag: &str| {
        vec![
            ("scope".to_owned(), "domain:example.com".to_owned()),
            ("action".to_owned(), "pin-primary".to_owned()),
            ("ends".to_owned(), "24".to_owned()),
            ("reason".to_owned(), "tests".to_owned()),
            ("etag".to_owned(), etag.to_owned()),
        ]
    };
    let own = fields(&etag);
    let own: Vec<_> = own.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(
        order(&mut acme, "/console/failover", &own).await.path,
        "/console"
    );
    let set = acme.get("/console/domains").await;
    assert!(set.says("On the mailstore. Until ") && set.says("tests"));
    let stale = order(&mut acme, "/console/failover", &own).await;
    assert!(stale.status == 422 && stale.says("Somebody changed it meanwhile."));
    let mut readers = manager_as(&site, Some("acme"), Access::ReadOnly).await;
    let page = readers.get("/console/domains").await;
    assert!(!page.says("/console/bulk") && !page.says("/console/change"));
}

#[tokio::test]
async fn a_token_is_shown_once_limited_and_revoked() {
    let site = Site::new().await;
    let mut acme = manager_as(&site, Some("acme"), Access::Admin).await;
    let page = acme.get("/console/tokens").await;
    assert!(!page.says("name=\"role\""), "a reseller makes its own only");
    assert!(
        !page.says("value=\"owner\""),
        "nobody makes more than they are"
    );
    let fields = [
        ("do", "add"),
        ("label", "The <panel>"),
        ("access", "admin"),
        ("scope", "failover"),
        ("days", "30"),
    ];
    let made = order(&mut acme, "/console/tokens", &fields).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let text = made.text();
    let secret = text.split("id=\"made\" dir=\"ltr\">").nth(1).unwrap();
    let secret = secret.split('<').next().unwrap().to_owned();
    assert!(secret.starts_with("lb_"), "{secret}");
    let list = acme.get("/console/tokens").await;
    assert!(!list.says(&secret) && list.says("The &#60;panel&#62;"));
    assert!(list.says("Switch mailstores, domains and mailboxes"));
    let mut program = Browser::new(&site);
    let inside = program.post("/console/login", &[("token", &secret)]).await;
    assert_eq!(inside.path, "/console");
    assert_eq!(
        program.get("/console/tokens").await.status,
        StatusCode::FORBIDDEN
    );
    let more = [("do", "add"), ("access", "owner"), ("days", "30")];
    let more = order(&mut acme, "/console/tokens", &more).await;
    assert_eq!(more.status, StatusCode::UNPROCESSABLE_ENTITY);
    let id = secret.split('_').nth(1).unwrap();
    let mut stranger = manager_as(&site, Some("bolt"), Access::Owner).await;
    let fields = [("do", "revoke"), ("id", id)];
    let foreign = order(&mut stranger, "/console/tokens", &fields).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    let revoked = order(&mut acme, "/console/tokens", &fields).await;
    assert!(revoked.says("The token is revoked."), "{}", revoked.text());
    let outside = Browser::new(&site)
        .post("/console/login", &[("token", &secret)])
        .await;
    assert_eq!(outside.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn the_audit_log_is_looked_through_and_tells_a_reseller_of_its_own() {
    let site = Site::new().await;
    belongs_to(&site, "example.com", "acme").await;
    let mut operator = manager_as(&site, None, Access::Owner).await;
    let mut acme = manager_as(&site, Some("acme"), Access::Owner).await;
    let mut stranger = manager_as(&site, Some("bolt"), Access::Owner).await;
    let change = |action, reason| {
        [
            ("scope", "domain:example.com"),
            ("action", action),
            ("reason", reason),
        ]
    };
    order(
        &mut operator,
        "/console/failover",
        &change("queue", "by the house"),
    )
    .await;
    order(
        &mut acme,
        "/console/failover",
        &change("pin-primary", "=by acme"),
    )
    .await;
    let all = operator.get("/console/audit").await;
    assert!(all.says("by the house") && all.says("=by acme") && all.says("token.create"));
    let own = acme.get("/console/audit").await;
    assert!(own.says("by the house") && own.says("=by acme"));
    assert!(
        !own.says("token.create") && !own.says("operator ("),
        "{}",
        own.text()
    );
    let other = stranger.get("/console/audit").await;
    assert!(other.status == 200 && !other.says("by the house") && !other.says("acme"));
    for (query, is_there) in [
        ("action=failover.queue", true),
        ("subject=EXAMPLE.com", true),
        ("who=operator", true),
        ("who=acme", false),
        ("from=2026-11-22&until=2026-11-22", true),
        ("until=2026-11-21", false),
        ("from=2026-11-23", false),
    ] {
        let page = operator.get(&format!("/console/audit?{query}")).await;
        assert_eq!(page.says("by the house"), is_there, "{query}");
    }
    let wrong = operator.get("/console/audit?from=soon").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let file = operator.get("/console/audit.csv?action=failover").await;
    assert!(file.header("content-type").starts_with("text/csv"));
    let text = file.text();
    assert_eq!(text.lines().count(), 3, "{text}");
    assert!(text.contains("\"'=by acme\""), "no formula: {text}");

    let sound = order(&mut operator, "/console/audit", &[]).await;
    assert!(sound.says("The chain is whole"), "{}", sound.text());
    let refused = order(&mut acme, "/console/audit", &[]).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn outages_are_told_to_those_whose_mailboxes_are_on_the_mailstore() {
    let site = Site::new().await;
    belongs_to(&site, "example.com", "acme").await;
    let id = OutageId::generate(NOW);
    let began = Action::OpenOutage {
        outage: id,
        first_failed: NOW,
        epoch: Epoch(1),
    };
    let writing = site.service.store.write(move |tx| {
        let mailstore = "a1".parse().unwrap();
        kept::record_step(
            tx,
            &mailstore,
            &State::default(),
            std::slice::from_ref(&began),
        )
    });
    let written: Result<(), StoreError> = writing.await;
    written.unwrap();
    let path = format!("/console/outages/{id}");
    for (reseller, is_theirs) in [(None, true), (Some("acme"), true), (Some("bolt"), false)] {
        let mut browser = manager_as(&site, reseller, Access::ReadOnly).await;
        let list = browser.get("/console/outages").await;
        assert_eq!(list.says(&path), is_theirs, "{reseller:?}");
        let one = browser.get(&path).await;
        let wanted = match is_theirs {
            true => StatusCode::OK,
            false => StatusCode::NOT_FOUND,
        };
        assert_eq!(one.status, wanted, "{reseller:?}");
        if is_theirs {
            assert!(one.says("An outage began") && one.says("data-live"));
            assert_eq!(one.says("/console/merges/outage/"), reseller.is_none());
        }
    }
    let mut operator = manager_as(&site, None, Access::ReadOnly).await;
    let resellers = operator.get("/console/resellers?sort=affected").await;
    assert!(
        resellers.says(
            "aria-sort=\"descending\"><a class=\"sort\" href=\"/console/resellers?sort=affected\""
        ) && resellers.says("aria-sort=\"none\"><a class=\"sort\" href=\"/console/resellers\""),
        "{}",
        resellers.text()
    );
    assert!(
        resellers.says("acme") && resellers.says("Affected"),
        "{}",
        resellers.text()
    );
}

#[tokio::test]
async fn a_mailbox_says_by_whom_it_was_set_and_when_its_user_was_here() {
    let site = Site::new().await;
    belongs_to(&site, "example.com", "acme").await;
    let mut acme = manager_as(&site, Some("acme"), Access::Owner).await;
    let path = "/console/change?scope=mailbox:ann@example.com";
    assert!(acme.get(path).await.says("has not signed in here"));
    site.deliver("ann@example.com", &super::letter("b@x.example", "Hi", "x"))
        .await;
    Browser::signed_in(&site, "ann@example.com").await;
    let set = [
        ("scope", "mailbox:ann@example.com"),
        ("action", "queue"),
        ("reason", "test"),
    ];
    order(&mut acme, "/console/failover", &set).await;
    let page = acme.get(path).await;
    assert!(
        page.says("Last sign-in here:") && page.says(" of acme."),
        "{}",
        page.text()
    );
    let list = acme.get("/console/mailboxes").await;
    assert!(list.says("Last sign-in here:"), "{}", list.text());
}

#[tokio::test]
async fn lists_are_files_too_and_nobody_learns_which_operator_it_was() {
    let site = Site::new().await;
    belongs_to(&site, "example.com", "acme").await;
    let mut operator = manager_as(&site, None, Access::Owner).await;
    let mut acme = manager_as(&site, Some("acme"), Access::Owner).await;
    let set = [
        ("scope", "domain:example.com"),
        ("action", "queue"),
        ("reason", "=1+1, \"quoted\""),
    ];
    order(&mut operator, "/console/failover", &set).await;
    let list = acme.get("/console/domains?name=exam").await;
    assert!(
        list.says("/console/domains.csv?name=exam"),
        "{}",
        list.text()
    );
    let domains = acme.get("/console/domains.csv?name=exam").await;
    assert_eq!(
        domains.text(),
        "domain,reseller,route,levels,setting,author,until,mailstores,mailboxes\r\n\
         example.com,acme,standby,mailstore,queue,operator,,a1,2\r\n"
    );
    assert!(
        domains
            .header("content-disposition")
            .contains("domains.csv")
    );
    let none = acme.get("/console/domains.csv?name=other").await.text();
    assert_eq!(none.lines().count(), 1, "{none}");
    let settings = acme.get("/console/overrides.csv").await.text();
    let row = settings.lines().nth(1).unwrap_or_default();
    assert!(
        row.starts_with("domain:example.com,acme,queue,operator,operator,"),
        "{settings}"
    );
    assert!(
        !row.contains(",=1+1") && row.contains("\"\"quoted\"\""),
        "{row}"
    );
    let page = acme.get("/console/change?scope=domain:example.com").await;
    assert!(page.says("By operator."), "{}", page.text());
    let wrong = acme.get("/console/domains.csv?state=sideways").await;
    assert!(wrong.status.is_client_error());
}
