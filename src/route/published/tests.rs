use std::sync::Arc;

use super::*;
use crate::route::OverrideTable;

fn override_of(setting: Setting, author: Author, ends: Option<i64>) -> Override {
    Override {
        setting,
        reason: "test".to_owned(),
        author,
        set_at: Timestamp::EPOCH,
        expires_at: ends.map(Timestamp::from_secs),
    }
}

fn operator() -> Author {
    Author::Operator {
        name: "op".to_owned(),
    }
}

fn reseller() -> Author {
    Author::Reseller {
        reseller: "acme".parse().unwrap(),
        name: "r".to_owned(),
    }
}

/// An agent decides as the core does, for every state and every kind of override, but that it takes
/// nobody for raised.
#[test]
fn an_agent_decides_as_the_core_does() {
    let now = Timestamp::from_secs(1000);
    let ann: Address = "ann@example.com".parse().unwrap();
    let a1: MailstoreId = "a1".parse().unwrap();
    let raising = |meanwhile| {
        Some(Raising {
            epoch: None,
            meanwhile,
        })
    };
    let states = [
        (Route::Primary, false, None),
        (Route::Primary, true, None),
        (Route::Standby, false, None),
        (Route::Standby, true, None),
        (Route::Queue, false, None),
        (Route::Primary, false, raising(Route::Standby)),
        (Route::Primary, false, raising(Route::Queue)),
    ];
    let words = [
        None,
        Some(override_of(Setting::Standby, operator(), None)),
        Some(override_of(Setting::Primary, reseller(), Some(2000))),
        Some(override_of(Setting::Queue, operator(), Some(500))),
    ];
    let mut checked = 0;
    for (serving, is_unsafe, raising) in states {
        for of_domain in &words {
            for of_mailbox in &words {
                let set = |word: &Option<Override>| {
                    let mut overrides = Overrides::default();
                    if let Some(word) = word {
                        *overrides.slot(word.author.rank()) = Some(word.clone());
                    }
                    overrides
                };
                let overrides = OverrideTable {
                    domains: [(ann.domain_name(), set(of_domain))].into(),
                    mailboxes: [(ann.clone(), set(of_mailbox))].into(),
                };
                let facts = MailstoreFacts {
                    serving,
                    is_unsafe,
                    raising,
                };
                let table = Table {
                    mailstores: [(a1.clone(), facts)].into(),
                    overrides: Arc::new(overrides),
                };
                let (mailstores, domains, mailboxes) = table.published(now);
                let published = Published {
                    directory: String::new(),
                    standby_transport: String::new(),
                    queue_transport: String::new(),
                    delimiter: None,
                    mailstores,
                    domains,
                    mailboxes,
                };
                let text = serde_json::to_string(&published).unwrap();
                let states = States::new(&serde_json::from_str(&text).unwrap());
                let owner = Owner {
                    mailbox: NameHash::of_address(&ann),
                    domain: NameHash::of_domain(&ann.domain_name()),
                    mailstore: &a1,
                };
                assert_eq!(
                    states.route(owner, now),
                    table.route(&ann, &a1, |_| false, now),
                    "{table:?}"
                );
                checked += 1;
            }
        }
    }
    assert_eq!(checked, 7 * 16);
}

#[test]
fn a_hash_is_the_beginning_of_sha256() {
    // printf %s ann@example.com | sha256sum
    let ann: Address = "ann@example.com".parse().unwrap();
    let expected = format!("{:016x}", NameHash::of_address(&ann).0);
    assert_eq!(expected, "71d4f55f72fa128d");
}
