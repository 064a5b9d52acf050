//! Two mailstores, a standby that takes mail by LMTP, and the control loop over them, in this process.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::Command as Program;
use std::sync::Arc;
use std::time::Duration;

use lifeboat::clock::{SharedClock, SystemClock, Timestamp};
use lifeboat::config::secret::Secret;
use lifeboat::control::{Control, Parts, View, Watched};
use lifeboat::detect::{ControlTargets, Login, Refused, Target};
use lifeboat::failover::{Command, Decision, Order, Settings};
use lifeboat::ids::{Address, MailboxId, MailstoreId};
use lifeboat::imap;
use lifeboat::net::{Endpoint, Listener};
use lifeboat::postfix::{self, Answers, Flusher};
use lifeboat::receive;
use lifeboat::route::Route;
use lifeboat::store::directory::{self, MailboxRecord};
use lifeboat::store::routes::Routes;
use lifeboat::store::{Store, StoreOptions, failover as kept, unmerged};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::rig::dovecot::{MASTER_PASSWORD, MASTER_USER};
use crate::rig::{Dovecot, DovecotOptions, Postfix, PostfixOptions, RigDir, User, wait_until};

pub const ANN: &str = "ann@example.com";
pub const BEN: &str = "ben@example.com";
const SENTINEL: &str = "sentinel@a1.test";
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Bed {
    pub a1: Dovecot,
    pub a2: Dovecot,
    dir: RigDir,
    store: Store,
    routes: Routes,
    control: Control,
    socketmap: SocketAddr,
    stop: CancellationToken,
    runtime: tokio::runtime::Runtime,
}

fn endpoint(addr: SocketAddr) -> Endpoint {
    Endpoint::tcp(addr.ip().to_string(), addr.port())
}

fn socket_addr(endpoint: &Endpoint) -> SocketAddr {
    match endpoint {
        Endpoint::Tcp { port, .. } => (Ipv4Addr::LOCALHOST, *port).into(),
        Endpoint::Unix(_) => panic!("a TCP endpoint is expected"),
    }
}

fn users(addresses: &[&str]) -> DovecotOptions {
    DovecotOptions {
        users: addresses.iter().map(|a| User::plain(a, "pw")).collect(),
        ..DovecotOptions::default()
    }
}

fn watched(dovecot: &Dovecot, sentinel: Option<&str>) -> Watched {
    let (millis, secs) = (Duration::from_millis, Duration::from_secs);
    Watched {
        target: Target {
            mailstore: dovecot.name().parse().unwrap(),
            imap: imap::Server::plain(endpoint(dovecot.imap().addr())),
            lmtp: Some(endpoint(dovecot.lmtp().addr())),
            pop3: None,
            login: Login::Master {
                user: MASTER_USER.into(),
                separator: '*',
                password: Secret::new(MASTER_PASSWORD.into()),
            },
            large: None,
            large_timeout: secs(3),
            tls_ports: Vec::new(),
            certificate_warning: secs(86_400),
            control_targets: ControlTargets::default(),
            refused: Refused::default(),
            sentinel: sentinel.map(|s| s.parse().unwrap()),
            sentinel_keep: 10,
            timeout: secs(3),
            vantage: "test".into(),
        },
        settings: Settings {
            failures: 3,
            observations: 4,
            confirm: millis(500),
            active_min: secs(1),
            return_after: secs(2),
            returning: secs(4),
            observation_stale: secs(15),
            has_sentinel: sentinel.is_some(),
            ..Settings::default()
        },
        interval: millis(300),
        sentinel_interval: millis(600),
        large_interval: secs(60),
        certificate_interval: secs(60),
    }
}

impl Bed {
    pub fn new(name: &str) -> Self {
        let dir = RigDir::new(name);
        let a1 = Dovecot::start("a1", &dir.sub("a1"), users(&[ANN, SENTINEL]));
        let a2 = Dovecot::start("a2", &dir.sub("a2"), users(&[BEN]));
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let clock: SharedClock = Arc::new(SystemClock);
        let store = Store::open(&dir.sub("store"), &StoreOptions { now: clock.now() }).unwrap();
        for (address, mailstore) in [(ANN, "a1"), (BEN, "a2")] {
            let address: Address = address.parse().unwrap();
            let record = MailboxRecord {
                id: MailboxId::generate(),
                mailstore: mailstore.parse().unwrap(),
                password_hash: None,
                name: None,
                aliases: Vec::new(),
            };
            let write = store.write(move |tx| directory::put_mailbox(tx, &address, &record));
            runtime.block_on(write).unwrap();
        }
        let routes = Routes::new(store.clone());
        let flush = Postfix::flush_command(&dir.path().join("mx"));
        let parts = Parts {
            store: store.clone(),
            routes: routes.clone(),
            clock: clock.clone(),
            flusher: Flusher::new(
                flush.to_vec(),
                Duration::from_secs(1),
                Duration::from_secs(10),
            ),
            mailstores: vec![watched(&a1, Some(SENTINEL)), watched(&a2, None)],
        };
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let guard = runtime.enter();
        let control = Control::start(parts, &tasks, &stop).unwrap();
        let lmtp = receive_into(&runtime, &store, &clock, &stop);
        let socketmap = answer(&runtime, &routes, &clock, &lmtp);
        drop(guard);
        Self {
            a1,
            a2,
            dir,
            store,
            routes,
            control,
            socketmap,
            stop,
            runtime,
        }
    }

    /// An MX that asks this bed's socketmap and has a route to each mailstore of its own.
    pub fn postfix(&self) -> Postfix {
        Postfix::start(
            &self.dir.sub("mx"),
            PostfixOptions {
                domains: vec!["example.com".into()],
                socketmap: Some(self.socketmap),
                routes: vec![(ANN.into(), "a1".into()), (BEN.into(), "a2".into())],
                mailstores: vec![
                    ("a1".into(), self.a1.lmtp().addr()),
                    ("a2".into(), self.a2.lmtp().addr()),
                ],
                ..PostfixOptions::default()
            },
        )
    }

    pub fn view(&self) -> View {
        self.control.view(&id()).unwrap()
    }

    pub fn wait(&self, what: &str, holds: impl Fn(&View) -> bool) {
        let mut last = None;
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            wait_until(what, PATIENCE, || {
                let view = self.view();
                let met = holds(&view);
                last = Some(view);
                met
            });
        }));
        assert!(outcome.is_ok(), "not met: {what}; it is {last:?}");
    }

    pub fn route(&self, address: &str) -> Route {
        let address = address.parse().unwrap();
        let now = Timestamp::from_secs(0);
        self.routes.route(&address, now).unwrap().decided.route
    }

    pub fn order(&self, order: Order) -> Vec<Decision> {
        let command = Command {
            order,
            by: "root".into(),
            reason: "a test".into(),
        };
        self.runtime
            .block_on(self.control.order(&id(), command, None))
            .unwrap()
    }

    /// How many messages the standby holds for a mailbox.
    pub fn received(&self, address: &str) -> usize {
        let address: Address = address.parse().unwrap();
        let count = self.store.read(|tx| {
            let mailbox = directory::mailbox(tx, &address)?.unwrap();
            unmerged::unmerged(tx, &id(), mailbox.id, None, 100)
        });
        count.unwrap().len()
    }

    /// The decisions of the last outage, by name.
    pub fn timeline(&self) -> Vec<String> {
        let entries = self.store.read(|tx| {
            let outages = kept::outages(tx, None, 1)?;
            kept::timeline(tx, outages[0].0)
        });
        let names = entries.unwrap();
        names.iter().map(|d| d.verb.name().to_owned()).collect()
    }

    /// The newest number that was seen in the sentinel.
    pub fn newest_number(&self) -> u64 {
        let record = self.store.read(|tx| kept::sentinel(tx, &id())).unwrap();
        record.known.unwrap().newest.unwrap().number
    }

    fn mail(&self) -> PathBuf {
        self.dir.path().join("a1/mail")
    }

    /// The volume is gone: an empty directory in which Dovecot can write is left.
    pub fn unmount(&self) {
        std::fs::rename(self.mail(), self.dir.path().join("a1/volume")).unwrap();
        std::fs::create_dir(self.mail()).unwrap();
        run("chown", &["5000:5000", self.mail().to_str().unwrap()]);
    }

    /// The volume is back.
    pub fn mount(&self) {
        std::fs::remove_dir_all(self.mail()).unwrap();
        std::fs::rename(self.dir.path().join("a1/volume"), self.mail()).unwrap();
    }

    pub fn snapshot(&self) {
        let copy = self.dir.path().join("a1/snapshot");
        run(
            "cp",
            &["-a", self.mail().to_str().unwrap(), copy.to_str().unwrap()],
        );
    }

    pub fn restore_snapshot(&self) {
        std::fs::remove_dir_all(self.mail()).unwrap();
        std::fs::rename(self.dir.path().join("a1/snapshot"), self.mail()).unwrap();
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn id() -> MailstoreId {
    "a1".parse().unwrap()
}

fn run(program: &str, arguments: &[&str]) {
    let status = Program::new(program).args(arguments).status().unwrap();
    assert!(status.success(), "{program} {arguments:?}: {status}");
}

fn receive_into(
    runtime: &tokio::runtime::Runtime,
    store: &Store,
    clock: &SharedClock,
    stop: &CancellationToken,
) -> Endpoint {
    let any = Endpoint::tcp("127.0.0.1", 0);
    let listener = runtime.block_on(Listener::bind(&any, 0o600)).unwrap();
    let endpoint = listener.endpoint().clone();
    let hostname = "standby.test".to_owned();
    let session = receive::SessionConfig {
        hostname: hostname.clone(),
        delimiter: Some('+'),
        ..receive::SessionConfig::default()
    };
    let intake = Arc::new(receive::Intake::default());
    let settings = receive::standby::StandbySettings::of(hostname);
    let (store, clock) = (store.clone(), clock.clone());
    let shared = receive::Shared {
        timeouts: receive::Timeouts::default(),
        acceptor: receive::StandbyAcceptor::new(store, clock.clone(), settings, intake.clone()),
        intake,
        clock,
        certificate: Arc::new(|| None),
    };
    let door = receive::Door {
        listener,
        session: Arc::new(session),
        is_implicit_tls: false,
        proxies: None,
    };
    let house = receive::House {
        connections_max: 100,
        stop: stop.clone(),
        drain: Duration::from_secs(1),
    };
    let serving = receive::listener::serve(vec![door], Arc::new(shared), house);
    runtime.spawn(serving);
    endpoint
}

fn answer(
    runtime: &tokio::runtime::Runtime,
    routes: &Routes,
    clock: &SharedClock,
    lmtp: &Endpoint,
) -> SocketAddr {
    let any = Endpoint::tcp("127.0.0.1", 0);
    let listener = runtime.block_on(Listener::bind(&any, 0o600)).unwrap();
    let addr = socket_addr(listener.endpoint());
    let answers = Answers::new(
        routes.clone(),
        lmtp,
        "lifeboat-queue:unix:nowhere".into(),
        Some('+'),
    );
    runtime.spawn(postfix::serve(
        listener,
        answers,
        clock.clone(),
        postfix::Limits::default(),
    ));
    addr
}
