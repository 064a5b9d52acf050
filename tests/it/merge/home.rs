//! A mailstore, a standby, and the merge between them.

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use lifeboat::clock::{Clock, SystemClock, Timestamp};
use lifeboat::ids::Epoch;
use lifeboat::imap;
use lifeboat::merge::{Files, MailstoreAccess, Merger, Settings};
use lifeboat::merge_plan::BatchLimits;
use lifeboat::net::Endpoint;
use lifeboat::store::merge::{MailboxMerge, MergeStatus};
use lifeboat::store::{Store, StoreOptions, backup, merge as journal};

pub use crate::standby::{accepted, own, token};

use crate::rig::dovecot::{MASTER_PASSWORD, MASTER_USER};
use crate::rig::{CutProxy, Dovecot, DovecotOptions, RigDir, User, wait_for};
use crate::standby::Standby;

pub struct Home {
    pub a1: Dovecot,
    pub proxy: CutProxy,
    pub standby: Standby,
    pub gate: Arc<AtomicBool>,
    /// The mailstore's files, for a merge that places them.
    pub files: Option<Files>,
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
        let standby = Standby::open(&dir.sub("store"));
        for user in users {
            standby.provision(user, "a1");
        }
        Self {
            a1,
            proxy,
            standby,
            gate: Arc::new(AtomicBool::new(true)),
            files: None,
            dir,
        }
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
            self.standby.store.clone(),
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
        self.standby.runtime.block_on(async {
            let _ = tokio::time::timeout(after, merger.run(stopped)).await;
        });
    }

    /// Merges until `done`, at most 30 s.
    pub fn merge_until(&self, what: &str, mut done: impl FnMut(&Self) -> bool) {
        let merger = self.merger(20);
        let (stop, stopped) = tokio::sync::watch::channel(false);
        self.standby.runtime.block_on(async {
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
        self.standby.store.read(journal::status).unwrap()
    }

    pub fn state(&self, address: &str) -> MailboxMerge {
        let id = self.mailbox(address).record.id;
        self.standby
            .store
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
        backup::backup(&self.standby.store, &target, SystemClock.now(), |_| {}).unwrap();
        target
    }

    /// The standby's disk is gone: what was copied away takes its place.
    pub fn restore(&mut self, from: &Path) {
        let target = self.dir.path().join("restored");
        backup::restore(from, &target, SystemClock.now(), |_| {}).unwrap();
        // The writer of the restore ends on a thread of its own.
        self.standby.store = wait_for("the restored store", Duration::from_secs(5), || {
            Store::open(&target, &StoreOptions::default()).ok()
        });
    }

    /// Lets a waiting mailbox be tried at once.
    pub fn hurry(&self, address: &str) {
        let id = self.mailbox(address).record.id;
        self.write(move |tx| journal::hurry(tx, id, Timestamp::EPOCH));
    }
}

impl Deref for Home {
    type Target = Standby;

    fn deref(&self) -> &Standby {
        &self.standby
    }
}

impl DerefMut for Home {
    fn deref_mut(&mut self) -> &mut Standby {
        &mut self.standby
    }
}
