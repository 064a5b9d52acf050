//! A store with the queue's worker over it, in this process.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use lifeboat::clock::{Clock, SystemClock};
use lifeboat::ids::{MailboxId, QueueId, StandbyId};
use lifeboat::net::{Endpoint, Tls};
use lifeboat::schedule::Backoff;
use lifeboat::send::{RelayTimeouts, Sender, SenderOptions, SharedSigners, Smarthost};
use lifeboat::store::messages::{self, Origin};
use lifeboat::store::queue::{self, NewEntry, QueueEntry, Tell};
use lifeboat::store::{Store, StoreError, StoreOptions, directory};
use tokio_util::sync::CancellationToken;

use crate::rig::wait_for;

pub const ANN: &str = "ann@example.com";
/// For what happens within a second on a machine that is not busy.
pub const PATIENCE: Duration = Duration::from_secs(60);

fn ann() -> MailboxId {
    MailboxId::from_bytes([1; 16])
}

/// The store with a worker over it, in this process.
pub struct House {
    /// The keys that sign, to be replaced.
    pub signers: SharedSigners,
    store: Store,
    pub runtime: tokio::runtime::Runtime,
    stop: CancellationToken,
    worker: Option<tokio::task::JoinHandle<()>>,
}

impl House {
    pub fn open(path: &Path, smarthost: std::net::SocketAddr) -> Self {
        let endpoint = Endpoint::tcp(smarthost.ip().to_string(), smarthost.port());
        Self::open_with(path, vec![plain(endpoint)])
    }

    pub fn open_with(path: &Path, smarthosts: Vec<Smarthost>) -> Self {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let store = wait_for("the store opens", PATIENCE, || {
            Store::open(path, &StoreOptions::default()).ok()
        });
        runtime.block_on(provision(&store));
        let soon = Backoff {
            first: Duration::from_millis(500),
            max: Duration::from_secs(1),
        };
        let signers = SharedSigners::default();
        let options = SenderOptions {
            smarthosts,
            signers: signers.clone(),
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
            signers,
            store,
            runtime,
            stop,
            worker,
        }
    }

    pub fn close(mut self) {
        self.stop.cancel();
        let worker = self.worker.take().expect("a worker");
        self.runtime.block_on(worker).expect("the worker ends");
    }

    pub fn send(&self, number: u8, recipients: &[&str], content: &[u8]) {
        self.send_with(number, recipients, content, Tell::default());
    }

    pub fn send_with(&self, number: u8, recipients: &[&str], content: &[u8], tell: Tell) {
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
                    tell,
                },
            )
        });
        self.runtime.block_on(enqueued).expect("enqueue");
    }

    pub fn entry(&self, number: u8) -> QueueEntry {
        let id = QueueId::from_bytes([number; 16]);
        let entry = self.store.read(|tx| queue::get(tx, ann(), id));
        entry.expect("read the queue").expect("an entry")
    }

    pub fn wait(&self, number: u8, what: &str, check: impl Fn(&QueueEntry) -> bool) -> QueueEntry {
        wait_for(what, PATIENCE, || Some(self.entry(number)).filter(&check))
    }

    /// The delivery reports in the sender's inbox.
    pub fn reports(&self) -> Vec<String> {
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

/// A smarthost that is spoken to in plain text.
pub fn plain(endpoint: Endpoint) -> Smarthost {
    Smarthost {
        endpoint,
        tls: Tls::Off,
        tls_name: None,
        connector: None,
        credentials: None,
        hello_name: "standby.example.com".to_owned(),
        chunking: true,
        timeouts: RelayTimeouts::default(),
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
