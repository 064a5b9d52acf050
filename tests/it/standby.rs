//! A standby's store, filled without a server: what arrived during an outage, and what its users did.

use std::path::{Path, PathBuf};
use std::time::Duration;

use lifeboat::clock::Timestamp;
use lifeboat::ids::{Address, DeliveryId, FolderId, IngestId, MailboxId, StandbyId};
use lifeboat::mail::{Flags, Role, Summary, summarize};
use lifeboat::store::delivery::{Acceptance, Delivered, Recipient};
use lifeboat::store::directory::{self, Mailbox, MailboxRecord};
use lifeboat::store::messages::{self, NewMessage, Origin, folder_of};
use lifeboat::store::{Store, StoreError, StoreOptions};

use crate::rig::{TestMessage, message, wait_until};

/// 2 November 2026, 09:00:00 UTC: when the first message arrives.
pub const START: i64 = 1_793_610_000;
/// How long after the first message arrived the user's own messages were made.
pub const OWN_AFTER_SECS: i64 = 5_000;
/// Messages that are written together.
const CHUNK: usize = 100;

pub struct Standby {
    pub store: Store,
    pub runtime: tokio::runtime::Runtime,
    path: PathBuf,
    received: i64,
}

/// A message that arrived.
pub struct Received {
    pub id: StandbyId,
    /// As the standby keeps it, its own fields in front.
    pub bytes: Vec<u8>,
    /// Epoch seconds.
    pub at: i64,
}

impl Standby {
    /// Opens the store in `path`, creating it if there is none.
    pub fn open(path: &Path) -> Self {
        Self {
            store: Store::open(path, &StoreOptions::default()).unwrap(),
            runtime: tokio::runtime::Runtime::new().unwrap(),
            path: path.to_owned(),
            received: 0,
        }
    }

    /// Closes the store, so that a server can open it.
    pub fn close(self) {
        let index = self.path.join("index.redb");
        drop(self);
        // The writer ends on a thread of its own, and the engine's lock with it.
        wait_until("the store is closed", Duration::from_secs(10), || {
            let file = std::fs::File::open(&index).expect("open the index");
            file.try_lock().is_ok()
        });
    }

    pub fn write<T: Send + 'static>(
        &self,
        write: impl FnMut(&mut dyn lifeboat::store::Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.runtime.block_on(self.store.write(write)).unwrap()
    }

    /// Makes a mailbox known.
    pub fn provision(&self, address: &str, mailstore: &str) {
        let address: Address = address.parse().unwrap();
        let record = MailboxRecord {
            id: MailboxId::generate(),
            mailstore: mailstore.parse().unwrap(),
            password_hash: None,
            name: None,
            aliases: Vec::new(),
        };
        self.write(move |tx| directory::put_mailbox(tx, &address, &record));
    }

    pub fn mailbox(&self, address: &str) -> Mailbox {
        let address: Address = address.parse().unwrap();
        let record = self.store.read(|tx| directory::mailbox(tx, &address));
        Mailbox {
            record: record.unwrap().unwrap(),
            address,
        }
    }

    /// A message arrives, a second after the one before. Returns its id and its bytes.
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
        let received = self.receive_bodies(to, queue_id, vec![body]).remove(0);
        (received.id, received.bytes)
    }

    /// Messages arrive, a second after each other, with or without the MX's queue id.
    pub fn receive_bodies(
        &mut self,
        to: &str,
        queue_id: Option<&str>,
        bodies: Vec<Vec<u8>>,
    ) -> Vec<Received> {
        let mut all = Vec::with_capacity(bodies.len());
        let mut bodies = bodies.into_iter().peekable();
        while bodies.peek().is_some() {
            let (mut accepting, mut kept) = (Vec::new(), Vec::new());
            for body in bodies.by_ref().take(CHUNK) {
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
                    envelope_id: None,
                    summary: summarize(&body),
                    recipients: vec![Recipient {
                        mailbox: to.parse().unwrap(),
                        delivery,
                        prefix: prefix.clone().into(),
                        role: Role::Inbox,
                        handover: None,
                        notices: Default::default(),
                    }],
                };
                let new = self.store.new_body(at, &body).unwrap();
                accepting.push(self.store.accept_message(new, acceptance));
                kept.push((at.as_secs(), [prefix.into_bytes(), body].concat()));
            }
            let filed = self
                .runtime
                .block_on(futures_util::future::join_all(accepting));
            for (filed, (at, bytes)) in filed.into_iter().zip(kept) {
                let Delivered::Filed { id, .. } = filed.unwrap().remove(0).unwrap() else {
                    panic!("filed before");
                };
                all.push(Received { id, bytes, at });
            }
        }
        all
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
        let at = Timestamp::from_secs(START + OWN_AFTER_SECS);
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
    message::token_of(message)
}

pub fn own(role: Role) -> FolderId {
    folder_of(role)
}
