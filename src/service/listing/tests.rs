use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::clock::{ManualClock, SharedClock, Timestamp};
use crate::config::{Config, SharedConfig};
use crate::ids::{Address, DomainName, MailboxId, MailstoreId, ResellerId};
use crate::route::{
    Author, MailstoreFacts, Override, OverrideTable, Overrides, Route, Setting, Table,
};
use crate::service::Means;
use crate::store::access::Access;
use crate::store::directory::{self, DomainRecord, MailboxRecord};
use crate::store::routes::Routes;
use crate::store::{Store, StoreError, StoreOptions};

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
    let (_, place) = next.split_once(':').unwrap();
    let domain = place.rsplit('@').next().unwrap();
    if !domain.is_empty() {
        let domain: DomainName = domain.parse().unwrap();
        let record = service.store.read(|tx| directory::domain(tx, &domain));
        let owner = record.unwrap().and_then(|record| record.reseller);
        assert_eq!(owner.as_ref(), Some(own), "{domain}");
    }
}

/// Every page, one after the other.
fn pages(
    service: &Service,
    actor: &Actor,
    filter: &Filter,
    sort: Sort,
    limit: usize,
) -> Vec<(String, String)> {
    let (mut found, mut start) = (Vec::new(), Start::read(sort, "").unwrap());
    for _ in 0..2_000 {
        let page = list(service, actor, filter, &start, limit).unwrap();
        assert!(page.mailboxes.len() <= limit);
        let mailboxes = page.mailboxes.into_iter();
        found.extend(mailboxes.map(|mailbox| (mailbox.mailstore, mailbox.address)));
        assert_own(service, actor, page.next.as_deref());
        match page.next {
            Some(next) => start = Start::read(sort, &next).unwrap(),
            None => return found,
        }
    }
    panic!("the pages do not end: {filter:?}");
}

fn addresses(service: &Service, actor: &Actor, filter: &Filter) -> Vec<String> {
    let all = pages(service, actor, filter, Sort::default(), 500);
    all.into_iter().map(|(_, address)| address).collect()
}

/// What is expected, sorted, by sorting all of it.
fn sorted(all: &[(MailstoreId, Address)], sort: &str) -> Vec<(String, String)> {
    let mut all: Vec<_> = all.to_vec();
    all.sort_by_cached_key(|(on, address)| {
        let on = sort.ends_with("mailstore").then(|| on.clone());
        (on, address.domain().to_owned(), address.local().to_owned())
    });
    if sort.starts_with('-') {
        all.reverse();
    }
    let texts = all.into_iter();
    texts
        .map(|(on, address)| (on.to_string(), address.to_string()))
        .collect()
}

#[tokio::test]
async fn pages_hold_what_is_asked_for_once_sorted_and_nothing_else() {
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
                            let refused =
                                list(&bench.service, actor, &filter, &Start::default(), 3);
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
                        let expected: Vec<_> = expected
                            .map(|(a, on, ..)| (on.clone(), a.clone()))
                            .collect();
                        for sort in ["mailstore", "-mailstore", "address", "-address"] {
                            let wanted = sorted(&expected, sort);
                            for limit in [1, 3, 7, 500] {
                                let sort = Sort::read(sort).unwrap();
                                let found = pages(&bench.service, actor, &filter, sort, limit);
                                assert_eq!(found, wanted, "{filter:?} by {limit}, {sort:?}");
                            }
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
    let before = addresses(&bench.service, &acme, &filter);
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
    let after = addresses(&bench.service, &acme, &filter);
    assert_eq!(after.len(), before.len() - 1 - 7);
    assert!(!after.contains(&gone.to_string()) && !after.contains(&sold.to_string()));
}

#[test]
fn only_cursors_that_a_page_of_this_sort_gave_are_taken() {
    let read = |sort: &str, text: &str| Start::read(Sort::read(sort).unwrap(), text);
    let all = [
        ("mailstore", "a1:ann@example.com"),
        ("mailstore", "a1:example.com"),
        ("mailstore", "a1:"),
        ("-mailstore", "~a1:-b.example"),
        ("address", ":ann@example.com"),
        ("-address", "~:example.com"),
    ];
    for (own, text) in all {
        for sort in ["mailstore", "-mailstore", "address", "-address"] {
            match read(sort, text) {
                Ok(start) => {
                    assert_eq!(own, sort, "{text}");
                    assert_eq!(start.cursor(start.after.as_ref().unwrap()), text);
                }
                Err(error) => {
                    assert_ne!(own, sort, "{text}");
                    assert!(error.to_string().contains("another sort"), "{error}");
                }
            }
        }
    }
    for text in ["a1", ":example.com", "a1:a@b@", "A b:example.com"] {
        assert!(read("mailstore", text).is_err(), "{text}");
    }
    assert!(Sort::read("unmerged").is_err());
}
