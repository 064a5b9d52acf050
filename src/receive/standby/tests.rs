use std::sync::Arc;

use super::*;
use crate::clock::{Clock as _, ManualClock};
use crate::ids::{MailboxId, StandbyId};
use crate::receive::command::{self, Command};
use crate::store::directory::MailboxRecord;
use crate::store::messages::{self, MessageRecord, Origin};
use crate::store::{StoreOptions, delivery};

struct House {
    _dir: tempfile::TempDir,
    store: Store,
    acceptor: StandbyAcceptor,
    intake: Arc<Intake>,
    clock: Arc<ManualClock>,
}

const ANN: MailboxId = MailboxId::from_bytes([1; 16]);
const BOB: MailboxId = MailboxId::from_bytes([2; 16]);

async fn house() -> House {
    house_with(|_| ()).await
}

async fn house_with(change: impl FnOnce(&mut StandbySettings)) -> House {
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
    let mut settings = StandbySettings::of("standby.example.com".to_owned());
    change(&mut settings);
    let intake = Arc::new(Intake::default());
    let acceptor = StandbyAcceptor::new(store.clone(), clock.clone(), settings, intake.clone());
    House {
        _dir: dir,
        store,
        acceptor,
        intake,
        clock,
    }
}

impl House {
    async fn hand_over(
        &self,
        recipients: &[&str],
        content: &[u8],
    ) -> Vec<Result<Accepted, RefusedBy>> {
        self.hand_over_as(Trust::Trusted, recipients, content)
            .await
            .unwrap()
    }

    async fn hand_over_as(&self, trust: Trust, recipients: &[&str], content: &[u8]) -> Results {
        let Ok(Command::Mail(mail)) = command::parse(b"MAIL FROM:<carol@elsewhere.example>") else {
            panic!("not a MAIL command");
        };
        let mut envelope = Envelope {
            reverse_path: mail.reverse_path,
            client_name: "mx.example.com".to_owned(),
            trust,
            ..Envelope::default()
        };
        for given in recipients {
            let address = given.parse().unwrap();
            let Resolved::Mailbox(mailbox) = self.acceptor.resolve(&address).await.unwrap() else {
                panic!("{given} is no mailbox");
            };
            envelope.recipients.push(Recipient {
                given: (*given).to_owned(),
                mailbox,
                notify: None,
                original: None,
            });
        }
        let mut body = self.acceptor.begin(Trust::Trusted, 0).await.unwrap();
        for piece in content.chunks(100_000) {
            body.write(piece).await.unwrap();
        }
        let ingest = IngestId::from_bytes([5; 16]);
        self.acceptor.accept(ingest, &envelope, body).await
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
    let Ok(Resolved::Mailbox(mailbox)) = house.acceptor.resolve(&address).await else {
        panic!("no mailbox");
    };
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
            notify: None,
            original: None,
        }],
        ..Envelope::default()
    };
    let body = house.acceptor.begin(Trust::Trusted, 0).await.unwrap();
    let ingest = IngestId::from_bytes([5; 16]);
    let results = house.acceptor.accept(ingest, &envelope, body).await;
    assert_eq!(results, Ok(vec![Err(RefusedBy::Gone)]));
}

/// Each line: what differs from the first hand-over, and whether it is a message of its own.
#[tokio::test]
async fn a_hand_over_that_comes_again_is_recognised() {
    let house = house().await;
    let first = house.hand_over(&["ann@example.com"], CONTENT).await[0].unwrap();
    let again = house.hand_over(&["ann@example.com"], CONTENT).await[0].unwrap();
    assert_eq!(
        first, again,
        "it is answered with the delivery that there is"
    );
    assert_eq!(house.messages(ANN).len(), 1);
    assert_eq!(house.intake.counts().repeated, 1);

    // With one recipient more only that one is stored.
    let both = house
        .hand_over(&["ann@example.com", "bob@example.com"], CONTENT)
        .await;
    assert_eq!(both[0].unwrap(), first);
    assert_ne!(both[1].unwrap(), first);
    assert_eq!(
        (house.messages(ANN).len(), house.messages(BOB).len()),
        (1, 1)
    );

    let other_queue_id = String::from_utf8_lossy(CONTENT).replace("4ABC", "4ABD");
    let other_text = [CONTENT, b"and more\r\n"].concat();
    for (number, (to, content)) in [
        ("ann@example.com", other_queue_id.as_bytes()),
        ("ann@example.com", &other_text),
        ("info@example.com", CONTENT),
    ]
    .into_iter()
    .enumerate()
    {
        house.hand_over(&[to], content).await[0].unwrap();
        assert_eq!(house.messages(ANN).len(), number + 2, "{to}");
    }

    // After the window it is taken for another.
    house
        .clock
        .advance(handover::WINDOW + Duration::from_secs(1));
    house.hand_over(&["ann@example.com"], CONTENT).await[0].unwrap();
    assert_eq!(house.messages(ANN).len(), 5);
}

#[tokio::test]
async fn without_a_name_nothing_is_recognised() {
    let house = house().await;
    for _ in 0..2 {
        house
            .hand_over(&["ann@example.com"], b"Subject: x\r\n\r\nhello\r\n")
            .await[0]
            .unwrap();
    }
    assert_eq!(house.messages(ANN).len(), 2);
}

#[tokio::test]
async fn spam_is_believed_of_trusted_hosts() {
    let spam =
        |id| format!("X-Spam-Flag: YES\r\nMessage-ID: <{id}@x>\r\nSubject: x\r\n\r\nhello\r\n");
    let believes = house().await;
    let believes_not = house_with(|settings| settings.spam_to_junk = false).await;
    for (house, trust, role) in [
        (&believes, Trust::Trusted, Role::Junk),
        (&believes, Trust::Stranger, Role::Inbox),
        (&believes_not, Trust::Trusted, Role::Inbox),
    ] {
        let content = spam(house.messages(ANN).len());
        let results = house.hand_over_as(trust, &["ann@example.com"], content.as_bytes());
        results.await.unwrap()[0].unwrap();
        let (record, _) = house.messages(ANN).pop().unwrap();
        assert_eq!(record.folder, folders::folder_of(role), "{trust:?}");
    }
}

#[tokio::test]
async fn what_goes_round_is_refused() {
    let house = house().await;
    let content = [&b"Received: from a by b; now\r\n".repeat(101)[..], CONTENT].concat();
    let result = house.hand_over_as(Trust::Trusted, &["ann@example.com"], &content);
    assert_eq!(result.await, Err(MessageFault::Loop));
    assert!(house.messages(ANN).is_empty());
}

#[tokio::test]
async fn a_mailbox_that_is_full_is_refused_for_now() {
    let house = house_with(|settings| settings.mailbox_octets_max = 5_000).await;
    let ann: Address = "info@example.com".parse().unwrap();
    let content = [CONTENT, &b"0123456789\r\n".repeat(500)].concat();
    house.hand_over(&["ann@example.com"], &content).await[0].unwrap();
    assert_eq!(
        house.acceptor.resolve(&ann).await,
        Err(RefusedBy::MailboxFull)
    );
    let bob: Address = "bob@example.com".parse().unwrap();
    assert!(house.acceptor.resolve(&bob).await.is_ok());
}

#[tokio::test]
async fn who_is_unknown_is_certain_while_the_directory_is_fresh() {
    let house = house().await;
    let unknown = async |address: &str| {
        let address = address.parse().unwrap();
        match house.acceptor.resolve(&address).await {
            Ok(Resolved::Unknown(unknown)) => (unknown.is_ours, unknown.is_certain),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        unknown("x@example.com").await,
        (true, false),
        "never imported"
    );
    let now = house.clock.now();
    let read = sources::SourceRecord {
        read_at: Some(now),
        ..sources::SourceRecord::default()
    };
    house
        .store
        .write(move |tx| sources::put(tx, &"main".parse().unwrap(), &read))
        .await
        .unwrap();
    assert_eq!(unknown("x@example.com").await, (true, true));
    assert_eq!(unknown("x@elsewhere.example").await, (false, true));
    house.clock.advance(Duration::from_secs(86_401));
    assert_eq!(unknown("x@example.com").await, (true, false));
}

#[tokio::test]
async fn bodies_under_way_take_what_they_may_and_give_it_back() {
    let house = house().await;
    let mut body = house.acceptor.begin(Trust::Trusted, 0).await.unwrap();
    let piece = vec![b'x'; 100_000];
    let mut most = 0;
    for _ in 0..30 {
        body.write(&piece).await.unwrap();
        most = most.max(house.intake.counts().memory_octets);
    }
    assert!((500_000..3_000_000).contains(&most), "{most}");
    assert_eq!(
        house.intake.counts().memory_octets,
        BUFFERS_OCTETS,
        "it is on the disk now"
    );
    drop(body);
    assert_eq!(house.intake.counts().memory_octets, 0);
}
