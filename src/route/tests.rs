//! The table of routes.

use super::*;

const NOW: Timestamp = Timestamp::from_secs(1000);

/// `op standby`, `re queue`, `re primary until 900`, or empty.
fn overrides(text: &str) -> Overrides {
    let mut overrides = Overrides::default();
    for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
        let words: Vec<&str> = part.split(' ').collect();
        let author = match words[0] {
            "op" => Author::Operator {
                name: "root".into(),
            },
            "re" => Author::Reseller {
                reseller: "acme".parse().unwrap(),
                name: "rita".into(),
            },
            other => panic!("author {other}"),
        };
        let setting = match words[1] {
            "standby" => Setting::Standby,
            "primary" => Setting::Primary,
            "queue" => Setting::Queue,
            other => panic!("setting {other}"),
        };
        let expires_at = words
            .get(3)
            .map(|secs| Timestamp::from_secs(secs.parse().unwrap()));
        let rank = author.rank();
        *overrides.slot(rank) = Some(Override {
            setting,
            reason: "a reason".into(),
            author,
            set_at: Timestamp::EPOCH,
            expires_at,
        });
    }
    overrides
}

/// mailstore | domain | mailbox -> route by level
const TABLE: &str = "
primary | | -> primary by mailstore
standby | | -> standby by mailstore
queue | | -> queue by mailstore
none | | -> unknown by nothing
none | op standby | op standby -> unknown by nothing
primary | op standby | -> standby by domain
standby | op primary | -> primary by domain
standby | op queue | -> queue by domain
primary | re standby | -> standby by domain
primary | re standby | re primary -> primary by mailbox
standby | re primary | re queue -> queue by mailbox
primary | op standby | re primary -> standby by domain
primary | re standby | op primary -> primary by mailbox
primary | re standby, op queue | -> queue by domain
standby | | re primary, op queue -> queue by mailbox
standby | op queue | op primary -> primary by mailbox
primary | op standby until 900 | -> primary by mailstore
primary | op standby until 1000 | -> primary by mailstore
primary | op standby until 1001 | -> standby by domain
standby | op primary until 900 | re queue -> queue by mailbox
unsafe standby | | -> standby by mailstore
unsafe standby | op primary | -> queue by safety
unsafe standby | | re primary -> queue by safety
unsafe standby | | re standby -> standby by mailbox
unsafe primary | | -> primary by mailstore
back primary | | -> standby by raising
back-pinned primary | | -> queue by raising
raised primary | | -> primary by mailstore
back standby | | -> standby by mailstore
raised standby | | -> standby by mailstore
back queue | | -> queue by mailstore
back primary | op primary | -> queue by safety
back standby | | re primary -> queue by safety
raised standby | | re primary -> primary by mailbox
back primary | | op standby -> standby by mailbox
raised primary | op queue | -> queue by domain
";

#[test]
fn routes_as_the_table_says() {
    for line in TABLE.lines().filter(|l| !l.is_empty()) {
        let (given, expected) = line.split_once("->").unwrap();
        let [mailstore, domain, mailbox] = given
            .split('|')
            .map(str::trim)
            .collect::<Vec<_>>()
            .try_into()
            .unwrap();
        let (kind, serving) = mailstore.split_once(' ').unwrap_or(("", mailstore));
        let is_unsafe = kind == "unsafe";
        let raising = match kind {
            "" | "unsafe" => None,
            "back" | "raised" => Some(Raising {
                epoch: Some(Epoch(3)),
                meanwhile: Route::Standby,
            }),
            "back-pinned" => Some(Raising {
                epoch: Some(Epoch(3)),
                meanwhile: Route::Queue,
            }),
            other => panic!("mailstore {other}"),
        };
        let serving = match serving {
            "none" => None,
            "primary" => Some(Route::Primary),
            "standby" => Some(Route::Standby),
            "queue" => Some(Route::Queue),
            other => panic!("mailstore {other}"),
        };
        let (domain, mailbox) = (overrides(domain), overrides(mailbox));
        let decided = route(
            Facts {
                mailstore: serving.map(|serving| MailstoreFacts {
                    serving,
                    is_unsafe,
                    raising,
                }),
                domain: Some(&domain),
                mailbox: Some(&mailbox),
                is_raised: kind == "raised",
            },
            NOW,
        );
        let got = format!("{:?} by {:?}", decided.route, decided.level).to_lowercase();
        assert_eq!(got, expected.trim(), "{line}");
    }
}

#[test]
fn a_table_finds_the_overrides_of_domain_and_mailbox() {
    let mut table = Table::default();
    let a1: MailstoreId = "a1".parse().unwrap();
    let ann: Address = "ann@example.com".parse().unwrap();
    let bob: Address = "bob@example.com".parse().unwrap();
    let route = |table: &Table, mailbox| table.route(mailbox, &a1, |_| false, NOW).route;
    assert_eq!(route(&table, &ann), Route::Unknown);
    table.mailstores.insert(a1.clone(), MailstoreFacts::PRIMARY);
    assert!(table.is_quiet());
    let mut sparse = OverrideTable::default();
    sparse
        .domains
        .insert("example.com".parse().unwrap(), overrides("re standby"));
    sparse.mailboxes.insert(ann.clone(), overrides("re queue"));
    table.overrides = Arc::new(sparse);
    assert!(!table.is_quiet());
    assert_eq!(route(&table, &ann), Route::Queue);
    assert_eq!(route(&table, &bob), Route::Standby);
}

#[test]
fn a_mailbox_of_a_mailstore_that_went_back_waits_until_it_was_raised() {
    let a1: MailstoreId = "a1".parse().unwrap();
    let ann: Address = "ann@example.com".parse().unwrap();
    let table = |epoch| Table {
        mailstores: BTreeMap::from([(
            a1.clone(),
            MailstoreFacts {
                raising: Some(Raising {
                    epoch,
                    meanwhile: Route::Standby,
                }),
                ..MailstoreFacts::PRIMARY
            },
        )]),
        ..Table::default()
    };
    assert!(!table(None).is_quiet());
    let route = |epoch, raised_under: u64| {
        let was_raised = |asked| asked == Epoch(raised_under);
        table(epoch).route(&ann, &a1, was_raised, NOW).route
    };
    assert_eq!(route(Some(Epoch(3)), 3), Route::Primary);
    assert_eq!(route(Some(Epoch(3)), 2), Route::Standby, "an earlier time");
    assert_eq!(route(None, 3), Route::Standby, "nobody yet");
}

#[test]
fn scopes_are_written_as_they_are_read() {
    for text in [
        "mailstore:a1",
        "domain:example.com",
        "mailbox:ann@example.com",
    ] {
        assert_eq!(text.parse::<Scope>().unwrap().to_string(), text);
    }
    for text in [
        "a1",
        "mailstore:",
        "mailbox:ann",
        "user:ann@example.com",
        "",
    ] {
        assert!(text.parse::<Scope>().is_err(), "{text}");
    }
}
