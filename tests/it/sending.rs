//! Mail out, on a real Postfix as the smarthost: each recipient's own result, a smarthost that is
//! down, a restart in between.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use lifeboat::clock::{Clock, SystemClock};
use lifeboat::ids::{MailboxId, QueueId, StandbyId};
use lifeboat::net::{Endpoint, Tls};
use lifeboat::schedule::Backoff;
use lifeboat::send::{RelayTimeouts, Sender, SenderOptions, Smarthost};
use lifeboat::store::messages::{self, Origin};
use lifeboat::store::queue::{self, NewEntry, QueueEntry, Tell};
use lifeboat::store::{Store, StoreError, StoreOptions, directory};
use tokio_util::sync::CancellationToken;

use crate::rig::{Postfix, PostfixOptions, RigDir, Sink, TestMessage, wait_for};

const ANN: &str = "ann@example.com";
const PATIENCE: Duration = Duration::from_secs(30);

fn ann() -> MailboxId {
    MailboxId::from_bytes([1; 16])
}

/// The store with a worker over it, in this process.
struct House {
    store: Store,
    runtime: tokio::runtime::Runtime,
    stop: CancellationToken,
    worker: Option<tokio::task::JoinHandle<()>>,
}

impl House {
    fn open(path: &Path, smarthost: std::net::SocketAddr) -> Self {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let store = wait_for("the store opens", PATIENCE, || {
            Store::open(path, &StoreOptions::default()).ok()
        });
        runtime.block_on(provision(&store));
        let soon = Backoff {
            first: Duration::from_millis(500),
            max: Duration::from_secs(1),
        };
        let options = SenderOptions {
            smarthosts: vec![Smarthost {
                endpoint: Endpoint::tcp(smarthost.ip().to_string(), smarthost.port()),
                tls: Tls::Off,
                tls_name: None,
                connector: None,
                credentials: None,
                hello_name: "standby.example.com".to_owned(),
                timeouts: RelayTimeouts::default(),
            }],
            keep_finished: Duration::from_secs(86_400),
            hostname: "standby.example.com".to_owned(),
            connections_max: 4,
            retry: soon,
            reconnect: soon,
            drain: Duration::from_secs(10),
        };
        let sender = Sender::new(store.clone(), Arc::new(SystemClock), options);
        let stop = CancellationToken::new();
        let worker = Some(runtime.spawn(sender.run(stop.clone())));
        Self {
            store,
            runtime,
            stop,
            worker,
        }
    }

    fn close(mut self) {
        self.stop.cancel();
        let worker = self.worker.take().expect("a worker");
        self.runtime.block_on(worker).expect("the worker ends");
    }

    fn send(&self, number: u8, recipients: &[&str], content: &[u8]) {
        let now = SystemClock.now();
        let recipients: Vec<String> = recipients.iter().map(|&to| to.to_owned()).collect();
        let body = self.store.new_body(now, content).expect("a body");
        let enqueued = self.store.write_with_body(body, move |tx, body| {
            queue::enqueue(
                tx,
                &NewEntry {
                    id: QueueId::from_bytes([number; 16]),
                    mailbox: ann(),
                    sender: ANN.parse().expect("address"),
                    reverse_path: Some(ANN.to_owned()),
                    recipients: recipients.clone(),
                    copy: None,
                    prefix: Vec::new(),
                    body,
                    created_at: now,
                    not_before: now,
                    expires_at: now.after(Duration::from_secs(86_400)),
                    tell: Tell::default(),
                },
            )
        });
        self.runtime.block_on(enqueued).expect("enqueue");
    }

    fn entry(&self, number: u8) -> QueueEntry {
        let id = QueueId::from_bytes([number; 16]);
        let entry = self.store.read(|tx| queue::get(tx, ann(), id));
        entry.expect("read the queue").expect("an entry")
    }

    fn wait(&self, number: u8, what: &str, check: impl Fn(&QueueEntry) -> bool) -> QueueEntry {
        wait_for(what, PATIENCE, || Some(self.entry(number)).filter(&check))
    }

    /// The delivery reports in the sender's inbox.
    fn reports(&self) -> Vec<String> {
        (1..)
            .map_while(|id| {
                let message = self
                    .store
                    .read(|tx| messages::get(tx, ann(), StandbyId(id)));
                message.expect("read a message")
            })
            .inspect(|message| assert_eq!(message.origin, Origin::Notice))
            .map(|message| {
                let body = self.store.read_body(message.body).expect("read a body");
                String::from_utf8_lossy(&body).into_owned()
            })
            .collect()
    }
}

async fn provision(store: &Store) {
    let put = store.write(|tx| -> Result<(), StoreError> {
        let record = directory::MailboxRecord {
            id: ann(),
            mailstore: "a1".parse().expect("mailstore"),
            password_hash: None,
            name: None,
            aliases: Vec::new(),
        };
        directory::put_mailbox(tx, &ANN.parse().expect("address"), &record)
    });
    put.await.expect("provision");
}

fn smarthost(dir: &RigDir, sink: &Sink) -> Postfix {
    let options = PostfixOptions {
        relayhost: Some(sink.port().addr()),
        extra: "smtpd_recipient_restrictions = check_recipient_access \
                inline:{ {no@elsewhere.test = 550 5.1.1 No such user}, \
                {later@elsewhere.test = 450 4.2.0 Greylisted} }, permit_mynetworks, reject"
            .to_owned(),
        ..PostfixOptions::default()
    };
    Postfix::start(&dir.sub("smarthost"), options)
}

#[test]
fn each_recipient_has_its_own_result_and_the_sender_hears_of_failures() {
    let dir = RigDir::new("send");
    let sink = Sink::start();
    let smarthost = smarthost(&dir, &sink);
    let house = House::open(&dir.path().join("store"), smarthost.smtp().addr());
    let message = TestMessage::plain(ANN, "yes@elsewhere.test", "mixed-one", 20_000);
    let to = [
        "yes@elsewhere.test",
        "no@elsewhere.test",
        "later@elsewhere.test",
    ];
    house.send(1, &to, &message.bytes);

    let arrived = sink.wait_for("mixed-one", PATIENCE);
    assert_eq!(arrived.from, ANN);
    assert_eq!(arrived.to, ["yes@elsewhere.test"]);
    assert!(
        arrived.data.ends_with(&message.bytes),
        "what arrives is what was sent, below Postfix's own trace"
    );
    let entry = house.wait(1, "the deferred recipient is tried again", |e| {
        e.attempts >= 2
    });
    let pending: Vec<&str> = entry.pending().map(|to| to.address.as_str()).collect();
    assert_eq!(pending, ["later@elsewhere.test"]);
    let reports = house.reports();
    assert_eq!(reports.len(), 1, "one report, for the one that failed");
    assert!(
        reports[0].contains("Final-Recipient: rfc822; no@elsewhere.test"),
        "{}",
        reports[0]
    );
    assert!(reports[0].contains("Status: 5.1.1"), "{}", reports[0]);
    assert!(
        !reports[0].contains("later@elsewhere.test"),
        "{}",
        reports[0]
    );
    assert_eq!(sink.messages().len(), 1, "nobody got it twice");
    house.close();
}

#[test]
fn mail_waits_for_a_smarthost_that_is_down_also_across_a_restart() {
    let dir = RigDir::new("down");
    let sink = Sink::start();
    let mut smarthost = smarthost(&dir, &sink);
    let path = dir.path().join("store");
    smarthost.kill();

    let house = House::open(&path, smarthost.smtp().addr());
    for number in 1..=3 {
        let token = format!("waits-{number}");
        let message = TestMessage::plain(ANN, "yes@elsewhere.test", &token, 0);
        house.send(number, &["yes@elsewhere.test"], &message.bytes);
    }
    house.wait(1, "the first is tried in vain", |e| e.attempts >= 1);
    house.close();

    let house = House::open(&path, smarthost.smtp().addr());
    smarthost.restart();
    for number in 1..=3 {
        sink.wait_for(&format!("waits-{number}"), PATIENCE);
        house.wait(number, "it is done", QueueEntry::is_finished);
    }
    assert_eq!(sink.messages().len(), 3, "each arrives once");
    assert!(house.reports().is_empty());
    house.close();
}
