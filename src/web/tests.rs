//! The pages over a real store, without a network: what a browser without JavaScript would do.

mod announcing;
mod brands;
mod browser;
mod conversation;
mod delays;
mod domain_moves;
mod flows;
mod folders;
mod formatting;
mod images;
mod invitation;
mod lists;
mod live;
mod mail_tenancy;
mod merges;
mod notices;
mod ops;
mod people;
mod profile;
mod queue;
mod safety;
mod sending;
mod smuggling;
mod sorted;
mod tenancy;
mod torture;

use std::path::Path;
use std::sync::Arc;

use axum::Router;

use super::Web;
use crate::clock::{ManualClock, SharedClock, Timestamp};
use crate::config::{Config, SharedConfig};
use crate::ids::{Address, DeliveryId, IngestId, MailboxId, StandbyId};
use crate::mail::{Flags, Role, summarize};
use crate::route::{MailstoreFacts, Route, Table};
use crate::service::{SearchIndex, Service};
use crate::store::directory::{self, Mailbox, MailboxRecord};
use crate::store::messages::{self, MessageRecord, NewMessage, Origin, folder_of};
use crate::store::routes::Routes;
use crate::store::{Store, StoreError, StoreOptions};

/// 2026-11-22T14:00:00Z.
const NOW: Timestamp = Timestamp::from_secs(1_795_356_000);

/// A site with two users, ann and bob, whose mailstore is out.
pub(super) struct Site {
    pub(super) service: Service,
    pub(super) clock: Arc<ManualClock>,
    pub(super) router: Router,
    _dir: tempfile::TempDir,
}

impl Site {
    pub(super) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let secret = dir.path().join("secret");
        std::fs::write(&secret, "master\n").unwrap();
        let text = format!(
            "[store]\npath = {:?}\n[http]\nlisten = \"127.0.0.1:0\"\n\
             public_url = \"http://lifeboat.example\"\ntimezone = \"Europe/Berlin\"\n\
             [lmtp]\nlisten = \"127.0.0.1:0\"\nadvertise = \"127.0.0.1:2424\"\n\
             [socketmap]\nlisten = \"127.0.0.1:0\"\n[relay]\nsmarthost = \"127.0.0.1:2525\"\n\
             [[mailstore]]\nid = \"a1\"\nimap = \"127.0.0.1:1143\"\nlmtp = \"127.0.0.1:1124\"\n\
             master_user = \"master\"\nmaster_password_file = {secret:?}\ntls = \"off\"\n",
            dir.path().join("store"),
        );
        let config = Config::parse(&text, Path::new("lifeboat.toml"))
            .unwrap()
            .config;
        let options = StoreOptions { now: NOW };
        let store = Store::open(&config.store.path, &options).unwrap();
        let routes = Routes::new(store.clone());
        routes.publish(table(Route::Standby));
        let clock = Arc::new(ManualClock::new(NOW));
        let shared: SharedClock = clock.clone();
        let service = Service {
            store,
            clock: shared,
            config: SharedConfig::new(config),
            routes,
            control: None,
            merger: None,
            index: SearchIndex::default(),
            held: Arc::default(),
            intake: Arc::default(),
            history: Arc::default(),
            drilling: Arc::default(),
            jobs: Default::default(),
            shown: Default::default(),
            tenants: crate::service::tenants::Tenants::default(),
            changes: crate::service::changes::Streams::default(),
        };
        let site = Self {
            router: super::router(Web::new(service.clone())),
            service,
            clock,
            _dir: dir,
        };
        site.provision("ann@example.com", "Ann Schmidt", &["sales@example.com"])
            .await;
        site.provision("bob@example.com", "Bob", &[]).await;
        site
    }

    async fn provision(&self, address: &str, name: &str, aliases: &[&str]) {
        let address: Address = address.parse().unwrap();
        let record = MailboxRecord {
            id: MailboxId::generate(),
            mailstore: "a1".parse().unwrap(),
            password_hash: Some("{PLAIN}usual password".into()),
            name: Some(name.into()),
            aliases: aliases.iter().map(|alias| alias.parse().unwrap()).collect(),
        };
        self.service
            .store
            .write(move |tx| directory::put_mailbox(tx, &address, &record))
            .await
            .unwrap();
    }

    pub(super) fn mailbox(&self, address: &str) -> Mailbox {
        let address = address.parse().unwrap();
        self.service
            .store
            .read(|tx| directory::resolve(tx, &address))
            .unwrap()
            .unwrap()
    }

    /// Files a message as if it had arrived.
    pub(super) async fn deliver(&self, to: &str, message: &str) -> StandbyId {
        self.deliver_bytes(to, message.replace('\n', "\r\n").into_bytes())
            .await
    }

    /// As [`Self::deliver`], bytes as they are.
    pub(super) async fn deliver_bytes(&self, to: &str, bytes: Vec<u8>) -> StandbyId {
        let mailbox = self.mailbox(to);
        let now = self.service.clock.now();
        let body = self.service.store.new_body(now, &bytes).unwrap();
        let (size, summary) = (body.size_bytes(), summarize(&bytes));
        self.service
            .store
            .write_with_body(body, move |tx, body| {
                let new = NewMessage {
                    folder: folder_of(Role::Inbox),
                    flags: Flags::default(),
                    received_at: now,
                    prefix: b"Received: from mx\r\n".to_vec(),
                    body,
                    body_bytes: size,
                    origin: Origin::Received {
                        delivery: DeliveryId::generate(now),
                        ingest: IngestId::generate(now),
                        mx_queue_id: None,
                    },
                    summary: summary.clone(),
                };
                messages::insert(tx, &mailbox, new).map(|record| record.id)
            })
            .await
            .unwrap()
    }

    /// A message's bytes.
    pub(super) fn bytes(&self, message: &MessageRecord) -> Vec<u8> {
        let body = self.service.store.read_body(message.body).unwrap();
        [&message.prefix[..], &body[..]].concat()
    }

    /// The messages of a folder, newest first.
    pub(super) fn folder(&self, address: &str, role: Role) -> Vec<MessageRecord> {
        let id = self.mailbox(address).record.id;
        let newest = messages::Cursor::Newest;
        self.service
            .store
            .read(|tx| messages::list(tx, id, folder_of(role), newest, 1000))
            .unwrap()
    }

    /// A message as it is now.
    pub(super) fn message(&self, address: &str, id: StandbyId) -> MessageRecord {
        let mailbox = self.mailbox(address).record.id;
        let found: Result<_, StoreError> =
            self.service.store.read(|tx| messages::get(tx, mailbox, id));
        found.unwrap().unwrap()
    }
}

pub(super) fn table(serving: Route) -> Table {
    let facts = MailstoreFacts {
        serving,
        is_unsafe: false,
        raising: None,
    };
    Table {
        mailstores: [("a1".parse().unwrap(), facts)].into(),
        ..Table::default()
    }
}

/// A plain message.
pub(super) fn letter(from: &str, subject: &str, text: &str) -> String {
    format!(
        "From: {from}\nTo: Ann Schmidt <ann@example.com>, carl@x.example\n\
         Message-ID: <{}@x.example>\nDate: Sun, 22 Nov 2026 13:00:00 +0000\n\
         Subject: {subject}\n\n{text}\n",
        subject.replace(' ', ".")
    )
}
