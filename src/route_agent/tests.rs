use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use bytes::Bytes;
use tempfile::TempDir;

use super::*;
use crate::ids::MailstoreId;
use crate::route::published::{DirectoryPage, PublishedMailstore};

const NOW: Timestamp = Timestamp::EPOCH;

fn published(states: &[(&str, Route)]) -> Published {
    Published {
        directory: "one".to_owned(),
        standby_transport: "lmtp:inet:10.0.0.9:24".to_owned(),
        queue_transport: "lifeboat-queue:unix:nowhere".to_owned(),
        delimiter: Some('+'),
        mailstores: states
            .iter()
            .map(|&(id, serving)| PublishedMailstore {
                id: id.parse().unwrap(),
                serving,
                is_unsafe: false,
                raising: None,
            })
            .collect(),
        domains: Vec::new(),
        mailboxes: Vec::new(),
    }
}

fn hash(address: &str) -> NameHash {
    NameHash::of_address(&address.parse().unwrap())
}

fn domain(name: &str) -> NameHash {
    NameHash::of_domain(&name.parse().unwrap())
}

fn page() -> DirectoryPage {
    DirectoryPage {
        directory: "one".to_owned(),
        next: None,
        mailstores: ["a1", "a2"].map(|id| id.parse().unwrap()).into(),
        mailboxes: vec![(hash("ann@example.com"), 0), (hash("bob@example.com"), 1)],
        aliases: vec![(
            hash("sales@other.com"),
            hash("ann@example.com"),
            domain("example.com"),
            0,
        )],
    }
}

fn directory() -> Directory {
    let mut directory = Directory::new("one".to_owned());
    directory.add(&page()).unwrap();
    directory.finish();
    directory
}

#[test]
fn answers_by_mailbox_alias_and_extension() {
    let routes = Routes::default();
    let ask = |question: &str| routes.respond(question.as_bytes(), NOW).to_text();
    assert_eq!(
        ask("transport ann@example.com"),
        "NOTFOUND ",
        "knows nothing"
    );
    routes.set_states(published(&[("a1", Route::Standby), ("a2", Route::Primary)]));
    assert_eq!(
        ask("transport ann@example.com"),
        "NOTFOUND ",
        "knows nobody"
    );
    routes.set_directory(directory());
    let standby = "OK lmtp:inet:10.0.0.9:24";
    for (question, answer) in [
        ("transport ann@example.com", standby),
        ("transport Ann@Example.com", standby),
        ("transport ann+lists@example.com", standby),
        ("transport sales@other.com", standby),
        ("transport sales+x@other.com", standby),
        ("recipient ann+x@example.com", "OK ann+x@example.com"),
        ("transport bob@example.com", "NOTFOUND "),
        ("transport nobody@example.com", "NOTFOUND "),
        ("transport example.com", "NOTFOUND "),
        ("transport *", "NOTFOUND "),
        ("else ann@example.com", "NOTFOUND "),
        ("transport", "NOTFOUND "),
    ] {
        assert_eq!(ask(question), answer, "{question}");
    }
    routes.set_states(published(&[("a1", Route::Queue), ("a2", Route::Primary)]));
    assert_eq!(
        ask("transport ann@example.com"),
        "OK lifeboat-queue:unix:nowhere"
    );
    routes.set_states(published(&[("a1", Route::Primary), ("a2", Route::Primary)]));
    assert_eq!(ask("transport ann@example.com"), "NOTFOUND ");
}

#[test]
fn mail_waits_where_it_might_be_lost_and_nobody_is_known() {
    let routes = Routes::default();
    let mut states = published(&[("a1", Route::Primary)]);
    states.mailstores[0].raising = Some(Route::Standby);
    routes.set_states(states);
    let ann: Address = "ann@example.com".parse().unwrap();
    assert_eq!(routes.route(&ann, NOW), Route::Queue);
}

#[test]
fn a_directory_is_read_as_it_was_written_and_a_damaged_one_is_not() {
    let directory = directory();
    let mut bytes = Vec::new();
    let written: Result<(), ()> = directory.write(|piece| {
        bytes.extend_from_slice(piece);
        Ok(())
    });
    written.unwrap();
    assert_eq!(Directory::read(&bytes).unwrap(), directory);
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        assert!(Directory::read(&damaged).is_err(), "octet {at}");
        assert!(Directory::read(&bytes[..at]).is_err(), "cut at {at}");
    }
}

/// 10 octets a mailbox: what ten million need.
#[test]
fn every_one_of_many_is_found_and_nobody_else() {
    const MANY: u64 = 50_000;
    let mut directory = Directory::new("many".to_owned());
    let mut page = DirectoryPage {
        mailstores: ["a1", "a2", "a3"].map(|id| id.parse().unwrap()).into(),
        ..DirectoryPage::default()
    };
    let spread = |n: u64| NameHash(n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    for n in 0..MANY {
        page.mailboxes.push((spread(n), (n % 3) as u16));
    }
    directory.add(&page).unwrap();
    directory.finish();
    let any = NameHash(0);
    for n in 0..MANY {
        let owner = directory.find(spread(n), any).unwrap();
        let expected: MailstoreId = format!("a{}", n % 3 + 1).parse().unwrap();
        assert_eq!(*owner.mailstore, expected);
    }
    assert!((MANY..2 * MANY).all(|n| directory.find(spread(n), any).is_none()));
    let mut bytes = 0;
    let _ = directory.write(|piece| {
        bytes += piece.len();
        Ok::<_, ()>(())
    });
    assert!(bytes < MANY as usize * 10 + 200, "{bytes}");
}

/// A server of a few answers.
struct Server {
    states: std::sync::Mutex<Published>,
    reachable: AtomicBool,
    pages: AtomicUsize,
}

impl Server {
    fn source(self: &Arc<Self>) -> Source {
        let server = self.clone();
        Arc::new(move |path: String| {
            let server = server.clone();
            Box::pin(async move {
                if !server.reachable.load(Ordering::Relaxed) {
                    // As a server that is stopped: it takes the question and never answers.
                    std::future::pending::<()>().await;
                }
                let json = if path == "/api/v1/routing" {
                    serde_json::to_vec(&*server.states.lock().unwrap())
                } else {
                    assert!(path.starts_with("/api/v1/routing/directory"), "{path}");
                    server.pages.fetch_add(1, Ordering::Relaxed);
                    let mut page = page();
                    page.directory
                        .clone_from(&server.states.lock().unwrap().directory);
                    // Two pages: the first has no alias.
                    if path.ends_with("after=zed%40example%2Ecom") {
                        page.mailboxes.clear();
                    } else {
                        page.aliases.clear();
                        page.next = Some("zed@example.com".parse().unwrap());
                    }
                    serde_json::to_vec(&page)
                };
                Ok(Bytes::from(json.unwrap()))
            })
        })
    }
}

fn settings(dir: &TempDir) -> Settings {
    Settings {
        state: dir.path().join("state"),
        interval: Duration::from_millis(20),
        timeout: Duration::from_millis(100),
        directory_interval: Duration::from_millis(20),
        postqueue: None,
    }
}

async fn until(what: &str, check: impl Fn() -> bool) {
    for _ in 0..500 {
        if check() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{what}");
}

#[tokio::test]
async fn follows_the_server_and_answers_without_it() {
    let dir = TempDir::new().unwrap();
    let server = Arc::new(Server {
        states: published(&[("a1", Route::Standby), ("a2", Route::Primary)]).into(),
        reachable: true.into(),
        pages: 0.into(),
    });
    let ann: Address = "ann@example.com".parse().unwrap();
    let sales: Address = "sales@other.com".parse().unwrap();
    let routes = Routes::default();
    let running = tokio::spawn(keep_fresh(settings(&dir), server.source(), routes.clone()));
    until("the table is fetched", || {
        routes.route(&ann, NOW) == Route::Standby
    })
    .await;
    assert_eq!(routes.route(&sales, NOW), Route::Standby);
    assert_eq!(server.pages.load(Ordering::Relaxed), 2);

    // Another name for the directory: it is fetched again, once.
    server.states.lock().unwrap().directory = "two".to_owned();
    until("it is fetched again", || {
        server.pages.load(Ordering::Relaxed) == 4
    })
    .await;
    server.states.lock().unwrap().mailstores[0].serving = Route::Primary;
    until("ann is at home", || {
        routes.route(&ann, NOW) == Route::Primary
    })
    .await;
    server.states.lock().unwrap().mailstores[0].serving = Route::Standby;
    until("ann is away", || routes.route(&ann, NOW) == Route::Standby).await;
    server.reachable.store(false, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(routes.route(&ann, NOW), Route::Standby);
    assert_eq!(server.pages.load(Ordering::Relaxed), 4);
    running.abort();

    // Another process, and nobody to ask.
    let routes = Routes::default();
    take_up(&dir.path().join("state"), &routes);
    assert_eq!(routes.route(&ann, NOW), Route::Standby);
    assert_eq!(routes.route(&sales, NOW), Route::Standby);

    // Damaged: said, and left out.
    let states = dir.path().join("state/states");
    let mut bytes = std::fs::read(&states).unwrap();
    bytes[20] ^= 1;
    std::fs::write(&states, bytes).unwrap();
    let routes = Routes::default();
    take_up(&dir.path().join("state"), &routes);
    assert_eq!(routes.route(&ann, NOW), Route::Unknown);
}

#[test]
fn the_age_of_mail_that_waits_is_that_of_the_oldest() {
    let known = |serving| Known {
        states: States::new(&published(&[("a1", serving)])),
        published: Some(published(&[("a1", serving)])),
    };
    // As postqueue(1) of Postfix 3.7 prints it.
    let line = |id: &str, arrival: u32, to: &str| {
        format!(
            "{{\"queue_name\": \"deferred\", \"queue_id\": \"{id}\", \"arrival_time\": {arrival}, \
             \"message_size\": 342, \"forced_expire\": false, \"sender\": \"x@y.test\", \
             \"recipients\": [{{\"address\": \"{to}\", \"delay_reason\": \"deferred transport\"}}]}}\n"
        )
    };
    let listed = [
        line("4A1", 5000, "ann@example.com"),
        line("4A2", 4000, "ann@example.com"),
        line("4A3", 1000, "bob@example.com"),
        "nonsense\n".to_owned(),
    ]
    .concat();
    let directory = directory();
    let at = |known: &Known| {
        let now = Timestamp::from_secs(10_000);
        super::alarm::longest(listed.as_bytes(), known, Some(&directory), now)
    };
    assert_eq!(at(&known(Route::Queue)), Some(Duration::from_secs(6000)));
    assert_eq!(at(&known(Route::Standby)), None);
    assert!(known(Route::Queue).states.holds_mail(NOW));
    assert!(!known(Route::Standby).states.holds_mail(NOW));

    // And what is tried again when the route changes.
    let routes = Routes::default();
    routes.set_states(published(&[("a1", Route::Standby), ("a2", Route::Primary)]));
    routes.set_directory(directory.clone());
    let affected = |before: &Known| super::flush::affected(listed.as_bytes(), &routes, before, NOW);
    assert_eq!(affected(&known(Route::Queue)), ["4A1", "4A2"]);
    assert_eq!(affected(&known(Route::Standby)), Vec::<String>::new());
}

#[test]
fn times_are_read_as_postfix_writes_them() {
    for (text, secs) in [
        ("5d\n", Some(432_000)),
        ("5", Some(432_000)),
        ("36h", Some(129_600)),
        ("90s", Some(90)),
        ("1w", Some(604_800)),
        ("", None),
        ("5y", None),
        ("99999999999999999999d", None),
    ] {
        let expected = secs.map(Duration::from_secs);
        assert_eq!(super::alarm::parse_time(text), expected, "{text}");
    }
}
