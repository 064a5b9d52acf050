use std::sync::Arc;

use super::*;
use crate::clock::{ManualClock, Timestamp};
use crate::ids::{MailboxId, StandbyId};
use crate::receive::command::{self, Command};
use crate::store::directory::MailboxRecord;
use crate::store::messages::{self, MessageRecord, Origin};
use crate::store::{StoreOptions, delivery};

struct House {
    _dir: tempfile::TempDir,
    store: Store,
    acceptor: StandbyAcceptor,
}

const ANN: MailboxId = MailboxId::from_bytes([1; 16]);
const BOB: MailboxId = MailboxId::from_bytes([2; 16]);

async fn house() -> House {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    store
        .write(|tx| -> Result<(), StoreError> {
            for (address, id, alias) in [
                ("ann@example.com", ANN, Some("info@example.com")),
                ("bob@example.com", BOB, None),
            ] {
                let record = MailboxRecord {
                    id,
                    mailstore: "a1".parse().unwrap(),
                    password_hash: None,
                    name: None,
                    aliases: alias.iter().map(|alias| alias.parse().unwrap()).collect(),
                };
                directory::put_mailbox(tx, &address.parse().unwrap(), &record)?;
            }
            Ok(())
        })
        .await
        .unwrap();
    let clock = Arc::new(ManualClock::new(Timestamp::from_secs(1_700_000_000)));
    let acceptor = StandbyAcceptor::new(store.clone(), clock, "standby.example.com".to_owned());
    House {
        _dir: dir,
        store,
        acceptor,
    }
}

impl House {
    async fn hand_over(
        &self,
        recipients: &[&str],
        content: &[u8],
    ) -> Vec<Result<Accepted, RefusedBy>> {
        let Ok(Command::Mail(mail)) = command::parse(b"MAIL FROM:<carol@elsewhere.example>") else {
            panic!("not a MAIL command");
        };
        let mut envelope = Envelope {
            reverse_path: mail.reverse_path,
            recipients: Vec::new(),
            client_name: "mx.example.com".to_owned(),
            smtp_utf8: false,
        };
        for given in recipients {
            let address = given.parse().unwrap();
            let mailbox = self.acceptor.resolve(&address).await.unwrap().unwrap();
            envelope.recipients.push(Recipient {
                given: (*given).to_owned(),
                mailbox,
            });
        }
        let mut body = self.acceptor.begin(0).await.unwrap();
        for piece in content.chunks(100_000) {
            body.write(piece).await.unwrap();
        }
        let ingest = IngestId::from_bytes([5; 16]);
        self.acceptor
            .accept(ingest, Peer::Unix, &envelope, body)
            .await
    }

    /// The messages of a mailbox with their content.
    fn messages(&self, mailbox: MailboxId) -> Vec<(MessageRecord, Vec<u8>)> {
        (1..)
            .map_while(|id| {
                self.store
                    .read(|tx| messages::get(tx, mailbox, StandbyId(id)))
                    .unwrap()
            })
            .map(|record| {
                let body = self.store.read_body(record.body).unwrap();
                let content = [&record.prefix, &*body].concat();
                (record, content)
            })
            .collect()
    }
}

const CONTENT: &[u8] =
    b"Received: from x by mx (Postfix)\r\n\tid 4ABC; now\r\nSubject: x\r\n\r\nhello\r\n";

#[tokio::test]
async fn one_delivery_for_each_mailbox() {
    let house = house().await;
    let results = house
        .hand_over(
            &["info@example.com", "bob@example.com", "ann@example.com"],
            CONTENT,
        )
        .await;
    let ids: Vec<DeliveryId> = results.iter().map(|r| r.unwrap().delivery()).collect();
    assert_eq!(ids[0], ids[2], "one mailbox, one delivery");
    assert_ne!(ids[0], ids[1]);

    let anns = house.messages(ANN);
    assert_eq!(anns.len(), 1);
    let (record, content) = &anns[0];
    let text = String::from_utf8_lossy(content);
    assert_eq!(
        text,
        format!(
            "Return-Path: <carol@elsewhere.example>\r\n\
             Delivered-To: ann@example.com\r\n\
             Received: from mx.example.com\r\n\
             \tby standby.example.com (Lifeboat) with LMTP id {}\r\n\
             \tfor <info@example.com>; Tue, 14 Nov 2023 22:13:20 +0000\r\n{}",
            ids[0],
            String::from_utf8_lossy(CONTENT)
        )
    );
    assert_eq!(record.size_bytes, content.len() as u64);
    let Origin::Received {
        delivery: id,
        ingest,
        mx_queue_id,
    } = &record.origin
    else {
        panic!("{:?}", record.origin);
    };
    assert_eq!((*id, mx_queue_id.as_deref()), (ids[0], Some("4ABC")));

    let ingest = house
        .store
        .read(|tx| delivery::ingest(tx, *ingest))
        .unwrap()
        .unwrap();
    assert_eq!(
        ingest.reverse_path.as_deref(),
        Some("carol@elsewhere.example")
    );
    assert_eq!(ingest.recipients.len(), 2);
    assert_eq!(house.messages(BOB)[0].0.body, record.body, "stored once");
}

#[tokio::test]
async fn large_bodies_are_byte_identical() {
    let house = house().await;
    for size in [0, 1, 4096, 4097, 1 << 20, (1 << 20) + 1, 3_000_000] {
        let content: Vec<u8> = (0..size).map(|at: u32| (at % 251) as u8).collect();
        let results = house.hand_over(&["bob@example.com"], &content).await;
        assert!(results[0].is_ok(), "{size}");
        let (record, stored) = house.messages(BOB).pop().unwrap();
        assert!(stored[record.prefix.len()..] == content, "{size}");
    }
}

#[tokio::test]
async fn a_mailbox_that_goes_away_in_between_is_refused_for_now() {
    let house = house().await;
    let address: Address = "bob@example.com".parse().unwrap();
    let mailbox = house.acceptor.resolve(&address).await.unwrap().unwrap();
    assert_eq!(
        house
            .acceptor
            .resolve(&"x@example.com".parse().unwrap())
            .await,
        Ok(None)
    );
    house
        .store
        .write(|tx| -> Result<(), StoreError> {
            let mut keys = Vec::new();
            let (from, to) = ([0x10], [0x11]);
            tx.scan(&from, &to, crate::store::Order::Ascending, &mut |key, _| {
                keys.push(key.to_vec());
                Ok(std::ops::ControlFlow::Continue(()))
            })?;
            keys.into_iter().for_each(|key| tx.delete(key));
            Ok(())
        })
        .await
        .unwrap();
    let envelope = Envelope {
        reverse_path: command::ReversePath::default(),
        recipients: vec![Recipient {
            given: "bob@example.com".to_owned(),
            mailbox,
        }],
        client_name: "mx".to_owned(),
        smtp_utf8: false,
    };
    let body = house.acceptor.begin(0).await.unwrap();
    let ingest = IngestId::from_bytes([5; 16]);
    let results = house
        .acceptor
        .accept(ingest, Peer::Unix, &envelope, body)
        .await;
    assert_eq!(results, [Err(RefusedBy::Gone)]);
}
