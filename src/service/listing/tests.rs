use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::clock::{ManualClock, SharedClock};
use crate::config::{Config, SharedConfig};
use crate::ids::MailboxId;
use crate::route::{Author, MailstoreFacts, Override, OverrideTable, Overrides, Setting, Table};
use crate::service::Means;
use crate::store::access::Access;
use crate::store::directory::{DomainRecord, MailboxRecord};
use crate::store::routes::Routes;
use crate::store::{Store, StoreOptions};

const NOW: Timestamp = Timestamp::from_secs(1_795_356_000);
const RESELLERS: [Option<&str>; 3] = [Some("acme"), Some("rival"), None];
const MAILSTORES: [&str; 3] = ["a1", "a2", "a3"];

struct Bench {
    service: Service,
    _dir: tempfile::TempDir,
    /// Address, mailstore, reseller, and where its mail goes.
    all: Vec<(Address, MailstoreId, Option<ResellerId>, Route)>,
}

fn means() -> Means {
    Means::new("test".into(), Access::ReadOnly.grants())
}

fn setting(setting: Setting) -> Overrides {
    let own = Override {
        setting,
        reason: "test".into(),
        author: Author::Operator { name: "op".into() },
        set_at: NOW,
        expires_at: None,
    };
    Overrides {
        operator: Some(own),
        reseller: None,
    }
}

/// a2 is out. Some domains and mailboxes have settings of their own.
fn table(domains: &[DomainName], addresses: &[Address]) -> Table {
    let facts = |serving| MailstoreFacts {
        serving,
        ..MailstoreFacts::PRIMARY
    };
    let mailstores = [
        ("a1", Route::Primary),
        ("a2", Route::Standby),
        ("a3", Route::Primary),
    ];
    let settings = [Setting::Standby, Setting::Primary, Setting::Queue];
    let every = |n: usize, step: usize| n.is_multiple_of(step);
    let domains = domains.iter().enumerate().filter(|(n, _)| every(*n, 5));
    let addresses = addresses.iter().enumerate().filter(|(n, _)| every(*n, 7));
    let overrides = OverrideTable {
        domains: domains
            .map(|(n, name)| (name.clone(), setting(settings[n % 3])))
            .collect(),
        mailboxes: addresses
            .map(|(n, address)| (address.clone(), setting(settings[n / 7 % 3])))
            .collect(),
    };
    Table {
        mailstores: mailstores
            .into_iter()
            .map(|(id, serving)| (id.parse().unwrap(), facts(serving)))
            .collect(),
        overrides: Arc::new(overrides),
    }
}

async fn bench() -> Bench {
    let dir = tempfile::tempdir().unwrap();
    let text = format!(
        "[store]\npath = {:?}\n[http]\nlisten = \"127.0.0.1:0\"\npublic_url = \"http://l.example\"\n\
         [lmtp]\nlisten = \"127.0.0.1:0\"\nadvertise = \"127.0.0.1:2424\"\n\
         [socketmap]\nlisten = \"127.0.0.1:0\"\n[relay]\nsmarthost = \"127.0.0.1:2525\"\n",
        dir.path().join("store"),
    );
    let password = dir.path().join("password");
    std::fs::write(&password, "m").unwrap();
    let mailstores = MAILSTORES.map(|id| {
        format!("[[mailstore]]\nid = \"{id}\"\nimap = \"127.0.0.1:1\"\nlmtp = \"127.0.0.1:2\"\nmaster_user = \"m\"\nmaster_password_file = {password:?}\ntls = \"off\"\n")
    });
    let text = format!("{text}{}", mailstores.concat());
    let config = Config::parse(&text, Path::new("lifeboat.toml"))
        .unwrap()
        .config;
    let store = Store::open(&config.store.path, &StoreOptions { now: NOW }).unwrap();
    // Names that begin alike, so that an order by text and one by component differ.
    let domains: Vec<DomainName> = [
        "a.example",
        "a.example.com",
        "a-b.example",
        "ab.example",
        "z.example",
    ]
    .into_iter()
    .map(str::to_owned)
    .chain((0..25).map(|n| format!("d{n}.test")))
    .map(|name| name.parse().unwrap())
    .collect();
    let locals = ["a", "a+b", "a-b", "a.b", "aa", "b", "zz"];
    let addresses: Vec<Address> = domains
        .iter()
        .flat_map(|domain| locals.map(|local| format!("{local}@{domain}").parse().unwrap()))
        .collect();
    let (of_domains, of_addresses) = (domains.clone(), addresses.clone());
    let place = |n: usize| -> MailstoreId { MAILSTORES[(n * n + n / 3) % 3].parse().unwrap() };
    store
        .write(move |tx| {
            for (n, name) in of_domains.iter().enumerate() {
                let reseller = RESELLERS[n % 3].map(|id| id.parse().unwrap());
                directory::put_domain(tx, name, &DomainRecord { reseller })?;
            }
            for (n, address) in of_addresses.iter().enumerate() {
                // Half of them were elsewhere before.
                for mailstore in [place(n + n % 2), place(n)] {
                    let record = MailboxRecord {
                        id: MailboxId::generate(),
                        mailstore,
                        password_hash: None,
                        name: None,
                        aliases: Vec::new(),
                    };
                    directory::put_mailbox(tx, address, &record)?;
                }
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    let routes = Routes::new(store.clone());
    routes.publish(table(&domains, &addresses));
    let clock: SharedClock = Arc::new(ManualClock::new(NOW));
    let all = addresses.iter().enumerate().map(|(n, address)| {
        let owner = RESELLERS[n / locals.len() % 3].map(|id| id.parse().unwrap());
        let route = routes.route_mailbox(address, &place(n), NOW).route;
        (address.clone(), place(n), owner, route)
    });
    let all = all.collect();
    let service = Service {
        store,
        clock,
        config: SharedConfig::new(config),
        routes,
        control: None,
        merger: None,
        index: Default::default(),
        held: Arc::default(),
        intake: Arc::default(),
        history: Arc::default(),
        drilling: Arc::default(),
        jobs: Default::default(),
        shown: Default::default(),
        tenants: Default::default(),
        changes: Default::default(),
    };
    Bench {
        service,
        _dir: dir,
        all,
    }
}

/// Where a page of a reseller's ends names nobody else's domain.
fn assert_own(service: &Service, actor: &Actor, next: Option<&str>) {
    let (Actor::Reseller(own, _), Some(next)) = (actor, next) else {
        return;
    };
    let next: Cursor = next.parse().unwrap();
    if let Some(domain) = next.domain {
        let record = service.store.read(|tx| directory::domain(tx, &domain));
        let owner = record.unwrap().and_then(|record| record.reseller);
        assert_eq!(owner.as_ref(), Some(own), "{domain}");
    }
}

/// Every page, one after the other.
fn pages(service: &Service, actor: &Actor, filter: &Filter, limit: usize) -> Vec<String> {
    let (mut found, mut after) = (Vec::new(), None);
    for _ in 0..2_000 {
        let page = list(service, actor, filter, after.as_ref(), limit).unwrap();
        assert!(page.mailboxes.len() <= limit);
        found.extend(page.mailboxes.into_iter().map(|mailbox| mailbox.address));
        assert_own(service, actor, page.next.as_deref());
        match page.next {
            Some(next) => after = Some(next.parse().unwrap()),
            None => return found,
        }
    }
    panic!("the pages do not end: {filter:?}");
}

#[tokio::test]
async fn pages_hold_what_is_asked_for_once_and_nothing_else() {
    let bench = bench().await;
    let actors = [
        Actor::Operator(means()),
        Actor::Reseller("acme".parse().unwrap(), means()),
    ];
    let routes = [
        None,
        Some(RouteFilter::Affected),
        Some(RouteFilter::Is(Route::Primary)),
        Some(RouteFilter::Is(Route::Standby)),
        Some(RouteFilter::Is(Route::Queue)),
    ];
    let mut seen = 0;
    for actor in &actors {
        for route in routes {
            for mailstore in [None, Some("a1"), Some("a2")] {
                // The last two are acme's and rival's.
                for domain in [None, Some("a.example"), Some("a.example.com")] {
                    for reseller in [None, Some("acme")] {
                        let filter = Filter {
                            mailstore: mailstore.map(|id| id.parse().unwrap()),
                            domain: domain.map(|name| name.parse().unwrap()),
                            reseller: reseller.map(|id| id.parse().unwrap()),
                            route,
                            ..Filter::default()
                        };
                        let is_acmes = matches!(actor, Actor::Reseller(..)) || reseller.is_some();
                        if matches!(actor, Actor::Reseller(..)) && domain == Some("a.example.com") {
                            let refused = list(&bench.service, actor, &filter, None, 3);
                            assert!(matches!(refused, Err(ServiceError::NotFound(_))));
                            continue;
                        }
                        let expected = bench.all.iter().filter(|(address, on, owner, goes)| {
                            filter.mailstore.as_ref().is_none_or(|id| id == on)
                                && filter
                                    .domain
                                    .as_ref()
                                    .is_none_or(|d| *d == address.domain_name())
                                && (!is_acmes
                                    || owner.as_ref().is_some_and(|o| o.as_str() == "acme"))
                                && route.is_none_or(|route| route.takes(*goes))
                        });
                        let expected: BTreeSet<_> = expected.map(|(a, ..)| a.to_string()).collect();
                        for limit in [1, 2, 3, 7, 500] {
                            let found = pages(&bench.service, actor, &filter, limit);
                            let once: BTreeSet<_> = found.iter().cloned().collect();
                            assert_eq!(once, expected, "{filter:?} by {limit}");
                            assert_eq!(once.len(), found.len(), "double: {filter:?} by {limit}");
                        }
                        seen += expected.len();
                    }
                }
            }
        }
    }
    assert!(seen > 1_000, "the cases hold something");
}

#[tokio::test]
async fn a_mailbox_that_leaves_or_a_domain_that_is_sold_is_listed_no_more() {
    let bench = bench().await;
    let acme = Actor::Reseller("acme".parse().unwrap(), means());
    let filter = Filter::default();
    let before = pages(&bench.service, &acme, &filter, 500);
    let gone: Address = before[0].parse().unwrap();
    let sold: Address = before.last().unwrap().parse().unwrap();
    let (left, name) = (gone.clone(), sold.domain_name());
    bench
        .service
        .store
        .write(move |tx| {
            directory::gone::leave(tx, &left, NOW)?;
            let reseller = Some("rival".parse().unwrap());
            directory::put_domain(tx, &name, &DomainRecord { reseller })
        })
        .await
        .unwrap();
    let after = pages(&bench.service, &acme, &filter, 500);
    assert_eq!(after.len(), before.len() - 1 - 7);
    assert!(!after.contains(&gone.to_string()) && !after.contains(&sold.to_string()));
}

#[test]
fn only_cursors_that_a_page_gave_are_taken() {
    for text in ["a1:ann@example.com", "a1:example.com", "a1:"] {
        assert_eq!(text.parse::<Cursor>().unwrap().to_string(), text);
    }
    for text in ["", "a1", ":example.com", "a1:a@b@", "A b:example.com"] {
        assert!(text.parse::<Cursor>().is_err(), "{text}");
    }
}
