//! A mailstore, a standby, and the merge between them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use lifeboat::clock::{Clock, SystemClock, Timestamp};
use lifeboat::ids::{Address, DeliveryId, Epoch, FolderId, IngestId, MailboxId, StandbyId};
use lifeboat::imap;
use lifeboat::mail::{Flags, Role, Summary, summarize};
use lifeboat::merge::{Files, MailstoreAccess, Merger, Settings};
use lifeboat::merge_plan::BatchLimits;
use lifeboat::net::Endpoint;
use lifeboat::store::delivery::{Acceptance, Delivered, Recipient};
use lifeboat::store::directory::{self, Mailbox, MailboxRecord};
use lifeboat::store::merge::{MailboxMerge, MergeStatus};
use lifeboat::store::messages::{self, NewMessage, Origin, folder_of};
use lifeboat::store::{Store, StoreError, StoreOptions, backup, merge as journal};

use super::cut_proxy::CutProxy;
use crate::rig::dovecot::{MASTER_PASSWORD, MASTER_USER};
use crate::rig::{Dovecot, DovecotOptions, RigDir, TestMessage, User, wait_for};

/// 2 November 2026, 09:00:00 UTC: when the first message arrives.
pub const START: i64 = 1_793_610_000;

pub struct Home {
    pub a1: Dovecot,
    pub proxy: CutProxy,
    pub store: Store,
    pub gate: Arc<AtomicBool>,
    /// The mailstore's files, for a merge that places them.
    pub files: Option<Files>,
    runtime: tokio::runtime::Runtime,
    received: i64,
    dir: RigDir,
}

impl Home {
    pub fn new(name: &str, users: &[&str], extra: &str) -> Self {
        let dir = RigDir::new(name);
        let options = DovecotOptions {
            users: users.iter().map(|user| User::plain(user, "pw")).collect(),
            extra: extra.to_owned(),
            ..DovecotOptions::default()
        };
        let a1 = Dovecot::start("a1", &dir.sub("a1"), options);
        let proxy = CutProxy::start(a1.imap().addr());
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let store = Store::open(&dir.sub("store"), &StoreOptions::default()).unwrap();
        let home = Self {
            a1,
            proxy,
            store,
            gate: Arc::new(AtomicBool::new(true)),
            files: None,
            runtime,
            received: 0,
            dir,
        };
        for user in users {
            let address: Address = user.parse().unwrap();
            let record = MailboxRecord {
                id: MailboxId::generate(),
                mailstore: "a1".parse().unwrap(),
                password_hash: None,
                name: None,
                aliases: Vec::new(),
            };
            home.write(move |tx| directory::put_mailbox(tx, &address, &record));
        }
        home
    }

    fn write<T: Send + 'static>(
        &self,
        write: impl FnMut(&mut dyn lifeboat::store::Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.runtime.block_on(self.store.write(write)).unwrap()
    }

    pub fn mailbox(&self, address: &str) -> Mailbox {
        let address: Address = address.parse().unwrap();
        let record = self.store.read(|tx| directory::mailbox(tx, &address));
        Mailbox {
            record: record.unwrap().unwrap(),
            address,
        }
    }

    /// A message arrives in the standby, a second after the one before. Returns its id and its bytes.
    pub fn receive(
        &mut self,
        to: &str,
        token: &str,
        queue_id: Option<&str>,
    ) -> (StandbyId, Vec<u8>) {
        self.receive_sized(to, token, queue_id, 2_000)
    }

    pub fn receive_sized(
        &mut self,
        to: &str,
        token: &str,
        queue_id: Option<&str>,
        size_bytes: usize,
    ) -> (StandbyId, Vec<u8>) {
        let body = accepted(to, token, queue_id, size_bytes);
        let at = Timestamp::from_secs(START + self.received);
        self.received += 1;
        let delivery = DeliveryId::generate(at);
        let prefix = format!(
            "Return-Path: <bob@elsewhere.test>\r\nDelivered-To: {to}\r\n\
             Received: from mx (127.0.0.1) by lifeboat with LMTP id {delivery};\r\n\
             \tMon, 02 Nov 2026 09:00:00 +0000\r\n"
        );
        let acceptance = Acceptance {
            ingest: IngestId::generate(at),
            received_at: at,
            reverse_path: None,
            client: "127.0.0.1".into(),
            mx_queue_id: queue_id.map(str::to_owned),
            summary: summarize(&body),
            recipients: vec![Recipient {
                mailbox: to.parse().unwrap(),
                delivery,
                prefix: prefix.clone().into(),
                role: Role::Inbox,
            }],
        };
        let new = self.store.new_body(at, &body).unwrap();
        let filed = self
            .runtime
            .block_on(self.store.accept_message(new, acceptance));
        let filed = filed.unwrap().remove(0).unwrap();
        let Delivered::Filed { id, .. } = filed else {
            panic!("{filed:?}");
        };
        (id, [prefix.into_bytes(), body].concat())
    }

    /// A message of the user's own appears in a folder.
    pub fn file(
        &self,
        of: &str,
        folder: FolderId,
        token: &str,
        origin: Origin,
        flags: Flags,
    ) -> StandbyId {
        let body = TestMessage::plain(of, "carol@elsewhere.test", token, 500).bytes;
        let at = Timestamp::from_secs(START + 5_000);
        let new = self.store.new_body(at, &body).unwrap();
        let mailbox = self.mailbox(of);
        let filed =
            self.store
                .write_with_body(new, move |tx, id| -> Result<StandbyId, StoreError> {
                    let message = NewMessage {
                        folder,
                        flags,
                        received_at: at,
                        prefix: Vec::new(),
                        body: id,
                        body_bytes: body.len() as u64,
                        origin: origin.clone(),
                        summary: Summary::default(),
                    };
                    Ok(messages::insert(tx, &mailbox, message)?.id)
                });
        self.runtime.block_on(filed).unwrap()
    }

    pub fn create_folder(&self, of: &str, name: &str) -> FolderId {
        let (mailbox, name) = (self.mailbox(of), name.to_owned());
        self.write(move |tx| messages::create_folder(tx, &mailbox, &name, Timestamp::EPOCH))
    }

    pub fn change(
        &self,
        of: &str,
        id: StandbyId,
        flags: Flags,
        folder: FolderId,
        keywords: &[&str],
    ) {
        let mailbox = self.mailbox(of);
        let keywords: Vec<String> = keywords.iter().map(|k| (*k).to_owned()).collect();
        self.write(move |tx| {
            messages::update(tx, &mailbox, id, |message| {
                message.flags = flags;
                message.folder = folder;
                message.keywords = keywords.clone();
            })
        });
    }

    fn merger(&self, messages_max: usize) -> Merger {
        let server = imap::Server::plain(Endpoint::tcp("127.0.0.1", self.proxy.port().number()));
        let access = MailstoreAccess {
            id: "a1".parse().unwrap(),
            server,
            master_user: MASTER_USER.into(),
            separator: '*',
            master_password: MASTER_PASSWORD.into(),
            files: self.files.clone(),
        };
        let settings = Settings {
            batch: BatchLimits {
                messages_max,
                ..BatchLimits::default()
            },
            quiet: Duration::from_millis(200),
            poll: Duration::from_millis(20),
            ..Settings::default()
        };
        let gate = self.gate.clone();
        Merger::new(
            self.store.clone(),
            Arc::new(SystemClock),
            settings,
            vec![access],
            Arc::new(move |_, _| gate.load(Ordering::SeqCst).then_some(Epoch(1))),
        )
    }

    /// Merges for so long and drops everything on the spot.
    pub fn merge_and_drop(&self, after: Duration) {
        let merger = self.merger(5);
        let (_stop, stopped) = tokio::sync::watch::channel(false);
        self.runtime.block_on(async {
            let _ = tokio::time::timeout(after, merger.run(stopped)).await;
        });
    }

    /// Merges until `done`, at most 30 s.
    pub fn merge_until(&self, what: &str, mut done: impl FnMut(&Self) -> bool) {
        let merger = self.merger(20);
        let (stop, stopped) = tokio::sync::watch::channel(false);
        self.runtime.block_on(async {
            let watching = async {
                let start = Instant::now();
                while !done(self) {
                    let waited = start.elapsed() < Duration::from_secs(30);
                    assert!(waited, "{what}: {:#?}", self.status());
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                stop.send(true).unwrap();
            };
            tokio::join!(merger.run(stopped), watching);
        });
    }

    pub fn merge_all(&self) {
        self.merge_until("everything is merged", |home| home.status().unmerged == 0);
    }

    pub fn status(&self) -> MergeStatus {
        self.store.read(journal::status).unwrap()
    }

    pub fn state(&self, address: &str) -> MailboxMerge {
        let id = self.mailbox(address).record.id;
        self.store
            .read(|tx| journal::mailbox(tx, id))
            .unwrap()
            .unwrap()
    }

    /// The tokens of a folder's messages in the order of their UIDs.
    pub fn tokens(&self, address: &str, folder: &str) -> Vec<String> {
        let messages = self.a1.session(address).fetch_all(folder);
        messages
            .iter()
            .map(|message| token(&message.body))
            .collect()
    }

    /// Copies the standby away.
    pub fn back_up(&self) -> PathBuf {
        let target = self.dir.path().join("backup");
        backup::backup(&self.store, &target, SystemClock.now(), |_| {}).unwrap();
        target
    }

    /// The standby's disk is gone: what was copied away takes its place.
    pub fn restore(&mut self, from: &Path) {
        let target = self.dir.path().join("restored");
        backup::restore(from, &target, SystemClock.now(), |_| {}).unwrap();
        // The writer of the restore ends on a thread of its own.
        self.store = wait_for("the restored store", Duration::from_secs(5), || {
            Store::open(&target, &StoreOptions::default()).ok()
        });
    }

    /// Lets a waiting mailbox be tried at once.
    pub fn hurry(&self, address: &str) {
        let id = self.mailbox(address).record.id;
        self.write(move |tx| journal::hurry(tx, id, Timestamp::EPOCH));
    }
}

/// What the MX hands over: its Received field and the message.
pub fn accepted(to: &str, token: &str, queue_id: Option<&str>, size_bytes: usize) -> Vec<u8> {
    let message = TestMessage::plain("bob@elsewhere.test", to, token, size_bytes).bytes;
    let id = queue_id.unwrap_or("none");
    let received = format!(
        "Received: from elsewhere.test (elsewhere.test [192.0.2.1])\r\n\
         \tby mx.example.com (Postfix) with ESMTPS id {id}\r\n\
         \tfor <{to}>; Mon, 02 Nov 2026 09:00:00 +0000 (UTC)\r\n"
    );
    [received.into_bytes(), message].concat()
}

pub fn token(message: &[u8]) -> String {
    let text = String::from_utf8_lossy(message);
    let subject = text.split("Subject: Test ").nth(1).unwrap_or_default();
    subject.lines().next().unwrap_or_default().to_owned()
}

pub fn own(role: Role) -> FolderId {
    folder_of(role)
}
