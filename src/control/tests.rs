//! The loop over a real store, with mailstores that are not there.

use tempfile::TempDir;

use super::*;
use crate::clock::SystemClock;
use crate::config::secret::Secret;
use crate::detect::{ControlTargets, Login, Refused};
use crate::failover::{Mode, Order, Phase, Policy, Serving, Verb};
use crate::ids::MailboxId;
use crate::net::Endpoint;
use crate::route::{Author, Override, Rank, Scope, Setting};
use crate::store::directory::{self, MailboxRecord};
use crate::store::watermarks::{self, RaiseRecord};
use crate::store::{StoreOptions, audit, failover as kept};

struct Running {
    store: Store,
    routes: Routes,
    control: Control,
    stop: CancellationToken,
    tasks: TaskTracker,
}

fn watched(id: &str, policy: Policy) -> Watched {
    // A port that nobody listens on.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = Endpoint::tcp("127.0.0.1", closed.local_addr().unwrap().port());
    let millis = Duration::from_millis;
    Watched {
        target: Target {
            mailstore: id.parse().unwrap(),
            imap: crate::imap::Server::plain(endpoint.clone()),
            lmtp: Some(endpoint),
            pop3: None,
            login: Login::Master {
                user: "lifeboat".into(),
                separator: '*',
                password: Secret::new("secret".into()),
            },
            large: None,
            large_timeout: Duration::from_secs(3),
            tls_ports: Vec::new(),
            certificate_warning: Duration::from_secs(86_400),
            control_targets: ControlTargets::default(),
            refused: Refused::default(),
            sentinel: Some("sentinel@example.com".parse().unwrap()),
            sentinel_keep: 100,
            timeout: millis(500),
            vantage: "test".into(),
        },
        settings: Settings {
            policy,
            failures: 2,
            observations: 3,
            confirm: millis(100),
            ..Settings::default()
        },
        interval: millis(20),
        sentinel_interval: millis(200),
        large_interval: millis(200),
        certificate_interval: millis(200),
    }
}

async fn start(dir: &TempDir, mailstores: Vec<Watched>) -> Running {
    let mut opened = None;
    // The writer of an earlier store lets go of its files a moment after the last clone is dropped.
    for _ in 0..500 {
        match Store::open(dir.path(), &StoreOptions::default()) {
            Ok(store) => {
                opened = Some(store);
                break;
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
    let store = opened.expect("the store opens");
    let routes = Routes::new(store.clone());
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    let parts = Parts {
        store: store.clone(),
        routes: routes.clone(),
        clock: Arc::new(SystemClock),
        flusher: Flusher::new(Vec::new(), Duration::ZERO, Duration::ZERO),
        mailstores,
    };
    let control = Control::start(parts, &tasks, &stop).unwrap();
    Running {
        store,
        routes,
        control,
        stop,
        tasks,
    }
}

impl Running {
    async fn end(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    async fn until(&self, id: &str, holds: impl Fn(&View) -> bool) -> View {
        let id = id.parse().unwrap();
        for _ in 0..1000 {
            let view = self.control.view(&id).unwrap();
            if holds(&view) {
                return view;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{id} stays {:?}", self.control.view(&id));
    }

    async fn order(&self, id: &str, order: Order) -> Vec<Decision> {
        let command = Command {
            order,
            by: "root".into(),
            reason: "a test".into(),
        };
        let id = id.parse().unwrap();
        self.control.order(&id, command, None).await.unwrap()
    }
}

fn is_active(view: &View) -> bool {
    matches!(view.state.phase, Phase::Active { .. })
}

#[tokio::test]
async fn a_dead_mailstore_is_taken_over_and_stays_so_over_a_restart() {
    let dir = TempDir::new().unwrap();
    let running = start(&dir, vec![watched("a1", Policy::Automatic)]).await;
    let a1: MailstoreId = "a1".parse().unwrap();
    let ann: Address = "ann@example.com".parse().unwrap();
    running.until("a1", is_active).await;
    let now = Timestamp::from_secs(0);
    let route = |routes: &Routes| routes.route_mailbox(&ann, &a1, now).route;
    assert_eq!(route(&running.routes), Route::Standby);
    assert!(!running.control.may_merge(&a1));
    assert_eq!(running.control.merge_gate(&a1, &ann), None);

    // The sentinel was never learned: nothing returns.
    let decided = running
        .order(
            "a1",
            Order::Return {
                accept_changed: false,
                restored: false,
            },
        )
        .await;
    assert!(matches!(
        decided.last().map(|d| &d.verb),
        Some(Verb::Refused { .. })
    ));
    assert_eq!(route(&running.routes), Route::Standby);
    running.end().await;

    let running = start(&dir, vec![watched("a1", Policy::Automatic)]).await;
    assert_eq!(route(&running.routes), Route::Standby, "at once");
    let outages = running
        .store
        .read(|tx| kept::outages(tx, None, 10))
        .unwrap();
    assert_eq!(outages.len(), 1);
    let timeline = running
        .store
        .read(|tx| kept::timeline(tx, outages[0].0))
        .unwrap();
    let names: Vec<_> = timeline.iter().map(|d| d.verb.name()).collect();
    assert_eq!(names, ["suspected", "activated", "blocked", "refused"]);
    let head = running.store.read(audit::head).unwrap();
    assert_eq!(
        head.number, 2,
        "the activation and the block are in the audit log"
    );
    running.end().await;
}

#[tokio::test]
async fn only_the_first_is_taken_over_when_the_limit_is_one() {
    let dir = TempDir::new().unwrap();
    let limited = |id| {
        let mut watched = watched(id, Policy::Automatic);
        watched.settings.mailstores_at_once = 1;
        watched
    };
    let running = start(&dir, vec![limited("a1"), limited("a2")]).await;
    let asked = |view: &View| {
        matches!(
            view.state.phase,
            Phase::Suspected {
                asked: Some(crate::failover::AskReason::BlastRadius { others: 1 }),
                ..
            }
        )
    };
    let one = running.until("a1", |v| is_active(v) || asked(v)).await;
    let other = running.until("a2", |v| is_active(v) || asked(v)).await;
    assert!(is_active(&one) != is_active(&other));
    running.end().await;
}

#[tokio::test]
async fn orders_and_overrides_change_the_route_at_once() {
    let dir = TempDir::new().unwrap();
    let running = start(&dir, vec![watched("a1", Policy::Manual)]).await;
    let ann: Address = "ann@example.com".parse().unwrap();
    let record = MailboxRecord {
        id: MailboxId::generate(),
        mailstore: "a1".parse().unwrap(),
        password_hash: None,
        name: None,
        aliases: Vec::new(),
    };
    let address = ann.clone();
    running
        .store
        .write(move |tx| directory::put_mailbox(tx, &address, &record))
        .await
        .unwrap();
    let now = Timestamp::from_secs(0);
    let route = || running.routes.route(&ann, now).unwrap().decided.route;
    assert_eq!(route(), Route::Primary);
    running.order("a1", Order::PinStandby).await;
    assert_eq!(route(), Route::Standby);
    running.order("a1", Order::Queue).await;
    assert_eq!(route(), Route::Queue);
    let returned = running
        .order(
            "a1",
            Order::Return {
                accept_changed: true,
                restored: false,
            },
        )
        .await;
    assert!(matches!(returned[0].verb, Verb::Returned { .. }));
    assert_eq!(route(), Route::Primary);
    let view = running.until("a1", |v| v.state.mode == Mode::Auto).await;
    assert_eq!(view.state.serving(), Serving::Primary);
    assert!(!view.may_merge, "nobody has seen the sentinel");

    let scope: Scope = "domain:example.com".parse().unwrap();
    let standby = Override {
        setting: Setting::Standby,
        reason: "a drill".into(),
        author: Author::Operator {
            name: "root".into(),
        },
        set_at: now,
        expires_at: None,
    };
    running
        .store
        .write(move |tx| kept::set_override(tx, &scope, Rank::Operator, Some(standby.clone()), now))
        .await
        .unwrap();
    running.control.overrides_changed();
    running.until("a1", |_| route() == Route::Standby).await;
    let unknown = running
        .control
        .order(
            &"a9".parse().unwrap(),
            Command {
                order: Order::Auto,
                by: "root".into(),
                reason: "a test".into(),
            },
            None,
        )
        .await;
    assert!(matches!(unknown, Err(OrderError::NoSuchMailstore(_))));
    running.end().await;
}

#[tokio::test]
async fn mailboxes_of_a_restored_mailstore_wait_until_they_are_raised() {
    let dir = TempDir::new().unwrap();
    let able = || {
        let mut watched = watched("a1", Policy::Manual);
        watched.settings.raise = crate::failover::Raise::Able;
        vec![watched]
    };
    let running = start(&dir, able()).await;
    let a1: MailstoreId = "a1".parse().unwrap();
    let ann: Address = "ann@example.com".parse().unwrap();
    let ben: Address = "ben@example.com".parse().unwrap();
    let now = Timestamp::from_secs(0);
    let route = |routes: &Routes, mailbox| routes.route_mailbox(mailbox, &a1, now).route;
    running.order("a1", Order::Activate).await;
    let returned = running
        .order(
            "a1",
            Order::Return {
                accept_changed: true,
                restored: true,
            },
        )
        .await;
    assert!(matches!(
        returned.last().map(|d| &d.verb),
        Some(Verb::Returned { raising: true, .. })
    ));
    let epoch = running.control.view(&a1).unwrap().state.epoch;
    assert_eq!(route(&running.routes, &ann), Route::Standby);
    assert_eq!(
        running.control.raise_gate(&a1),
        None,
        "nobody has seen the sentinel"
    );
    let (id, mailbox) = (a1.clone(), ann.clone());
    let row = RaiseRecord::Raised { at: now };
    running
        .store
        .write(move |tx| watermarks::put_raise(tx, &id, epoch, &mailbox, &row))
        .await
        .unwrap();
    assert_eq!(route(&running.routes, &ann), Route::Primary);
    assert_eq!(route(&running.routes, &ben), Route::Standby);
    running.end().await;

    let running = start(&dir, able()).await;
    assert_eq!(route(&running.routes, &ann), Route::Primary, "at once");
    assert_eq!(route(&running.routes, &ben), Route::Standby);
    running.control.raised(&a1, Epoch(epoch.0 + 1));
    running.control.raised(&a1, epoch);
    running
        .until("a1", |view| view.state.raising.is_none())
        .await;
    assert_eq!(route(&running.routes, &ben), Route::Primary);
    running.end().await;
}

#[tokio::test]
async fn of_two_who_saw_the_same_one_changes_it() {
    let dir = TempDir::new().unwrap();
    let running = start(&dir, vec![watched("a1", Policy::Manual)]).await;
    let a1: MailstoreId = "a1".parse().unwrap();
    let seen = running.control.view(&a1).unwrap().state.stamp();
    let order = |order| {
        let command = Command {
            order,
            by: "root".into(),
            reason: "a test".into(),
        };
        running.control.order(&a1, command, Some(seen))
    };
    let (first, second) = tokio::join!(order(Order::Queue), order(Order::PinStandby));
    assert!(first.is_ok(), "{first:?}");
    assert!(matches!(second, Err(OrderError::Changed)), "{second:?}");
    running
        .until("a1", |view| view.state.mode == Mode::Queue)
        .await;
    running.end().await;
}
