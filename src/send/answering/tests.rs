use std::sync::Arc;

use super::*;
use crate::clock::{Clock, ManualClock};
use crate::ids::{DeliveryId, IngestId, StandbyId};
use crate::mail::summarize;
use crate::store::StoreOptions;
use crate::store::delivery::{Acceptance, Delivered, Notices, Receipt, Recipient};
use crate::store::policies::{self, DelayPolicy, PolicyScope};
use crate::store::profile::{Away, Profile};
use crate::store::queue::QueueEntry;

const ANN: MailboxId = MailboxId::from_bytes([1; 16]);
const START: Timestamp = Timestamp::from_secs(1_700_000_000);
const PLAIN: &str = "From: Bob <bob@x.example>\nTo: ann@example.com\nSubject: Hi\n";

struct House {
    _dir: tempfile::TempDir,
    store: Store,
    clock: Arc<ManualClock>,
    answerer: Answerer,
}

impl House {
    async fn new(profile: Profile) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
        let put: Result<(), StoreError> = store
            .write(move |tx| {
                let record = MailboxRecord {
                    id: ANN,
                    mailstore: "a1".parse().unwrap(),
                    password_hash: None,
                    name: Some("Ann".into()),
                    aliases: vec!["sales@example.com".parse().unwrap()],
                };
                directory::put_mailbox(tx, &ann(), &record)?;
                profile::put(tx, ANN, &profile)
            })
            .await;
        put.unwrap();
        let clock = Arc::new(ManualClock::new(START));
        let days = Duration::from_secs(5 * 86_400);
        Self {
            answerer: Answerer::new(store.clone(), clock.clone(), days, "standby".into()),
            _dir: dir,
            store,
            clock,
        }
    }

    /// Takes a message in, as the MX hands it over.
    async fn arrives(&self, reverse_path: Option<&str>, header: &str) -> StandbyId {
        self.arrives_as(reverse_path, header, Role::Inbox, Notices::default())
            .await
    }

    /// The same, with what its sender wants to be told.
    async fn arrives_as(
        &self,
        reverse_path: Option<&str>,
        header: &str,
        role: Role,
        notices: Notices,
    ) -> StandbyId {
        let now = self.clock.now();
        let message = format!("{header}\nText\n").replace('\n', "\r\n");
        let body = self.store.new_body(now, message.as_bytes()).unwrap();
        let acceptance = Acceptance {
            ingest: IngestId::generate(now),
            received_at: now,
            reverse_path: reverse_path.map(str::to_owned),
            client: "test".into(),
            mx_queue_id: None,
            envelope_id: Some("QQ314159".into()),
            summary: summarize(message.as_bytes()),
            recipients: vec![Recipient {
                mailbox: ann(),
                delivery: DeliveryId::generate(now),
                prefix: Vec::new(),
                role,
                handover: None,
                notices,
            }],
        };
        let results = self.store.accept_message(body, acceptance).await.unwrap();
        match &results[0] {
            Ok(Delivered::Filed { id, .. }) => *id,
            other => panic!("{other:?}"),
        }
    }

    fn folder(&self, id: StandbyId) -> Role {
        let message = self
            .store
            .read(|tx| messages::get(tx, ANN, id))
            .unwrap()
            .unwrap();
        match message.folder == folder_of(Role::Junk) {
            true => Role::Junk,
            false => Role::Inbox,
        }
    }

    fn queued(&self) -> Vec<QueueEntry> {
        self.store
            .read(|tx| queue::of_mailbox(tx, ANN, 100))
            .unwrap()
    }
}

fn ann() -> Address {
    "ann@example.com".parse().unwrap()
}

fn away() -> Profile {
    Profile {
        away: Some(Away {
            on: true,
            text: "I am away.".into(),
            ..Away::default()
        }),
        blocked: vec!["@spam.example".into()],
        ..Profile::default()
    }
}

#[tokio::test]
async fn who_writes_is_answered_once_and_by_a_message_that_nothing_answers() {
    let house = House::new(away()).await;
    for _ in 0..3 {
        house.arrives(Some("bob@x.example"), PLAIN).await;
        house.answerer.step().await.unwrap();
    }
    let queued = house.queued();
    assert_eq!(queued.len(), 1, "once in seven days");
    let entry = &queued[0];
    assert_eq!(entry.reverse_path, None);
    assert_eq!(entry.sender, ann());
    assert_eq!(entry.recipients[0].address, "bob@x.example");
    let body = house.store.read_body(entry.body).unwrap();
    let message = [&entry.prefix[..], &body[..]].concat();
    assert!(summarize(&message).hints.automatic);
    assert!(String::from_utf8_lossy(&body).contains("I am away."));

    // The answer comes back, whatever a relay made of it: nothing more is said.
    let header = String::from_utf8(entry.prefix.clone()).unwrap();
    let header = header.trim_end().replace("\r\n", "\n") + "\n";
    house.arrives(None, &header).await;
    house.arrives(Some("carol@x.example"), &header).await;
    house.answerer.step().await.unwrap();
    assert_eq!(house.queued().len(), 1);

    house.clock.advance(Duration::from_secs(7 * 86_400));
    house.arrives(Some("bob@x.example"), PLAIN).await;
    house.answerer.step().await.unwrap();
    assert_eq!(house.queued().len(), 2);
    assert_eq!(
        house.answerer.step().await.unwrap(),
        0,
        "nothing is owed any more"
    );
}

#[tokio::test]
async fn two_mailboxes_that_are_away_do_not_talk_to_each_other() {
    // Both answer everything they are sent; what one says is handed to the other, until nothing is said.
    let house = House::new(away()).await;
    house.arrives(Some("bob@x.example"), PLAIN).await;
    let mut said = 0;
    for _ in 0..10 {
        house.answerer.step().await.unwrap();
        let queued = house.queued();
        if queued.len() == said {
            break;
        }
        said = queued.len();
        let header = String::from_utf8(queued[0].prefix.clone()).unwrap();
        let header = header.trim_end().replace("\r\n", "\n") + "\n";
        house
            .arrives(queued[0].reverse_path.as_deref(), &header)
            .await;
    }
    assert_eq!(said, 1);
}

#[tokio::test]
async fn blocked_senders_go_to_junk_and_are_not_answered() {
    let house = House::new(away()).await;
    let by_path = house.arrives(Some("x@spam.example"), PLAIN).await;
    let by_from = PLAIN.replace("bob@x.example", "eve@news.spam.example");
    let by_from = house.arrives(Some("other@y.example"), &by_from).await;
    let fine = house.arrives(Some("bob@x.example"), PLAIN).await;
    assert_eq!(house.folder(by_path), Role::Junk);
    assert_eq!(house.folder(by_from), Role::Junk);
    assert_eq!(house.folder(fine), Role::Inbox);
    house.answerer.step().await.unwrap();
    assert_eq!(house.queued().len(), 1);
}

#[tokio::test]
async fn nobody_is_answered_for_who_is_not_away_or_came_back() {
    let house = House::new(Profile::default()).await;
    house.arrives(Some("bob@x.example"), PLAIN).await;
    assert_eq!(house.answerer.step().await.unwrap(), 0);

    let house = House::new(away()).await;
    house.arrives(Some("bob@x.example"), PLAIN).await;
    let back: Result<(), StoreError> = house
        .store
        .write(|tx| profile::put(tx, ANN, &Profile::default()))
        .await;
    back.unwrap();
    assert_eq!(house.answerer.step().await.unwrap(), 1);
    assert!(house.queued().is_empty(), "they came back in between");
}

async fn late_after_hours(house: &House, hours: u16) {
    let set: Result<(), StoreError> = house
        .store
        .write(move |tx| {
            let policy = DelayPolicy::AfterHours(hours);
            policies::put(tx, &PolicyScope::All, Some(policy))
        })
        .await;
    set.unwrap();
}

#[tokio::test]
async fn a_sender_is_told_that_a_message_is_not_read_yet_as_the_policy_says() {
    let house = House::new(Profile::default()).await;
    house.arrives(Some("early@x.example"), PLAIN).await;
    late_after_hours(&house, 4).await;
    house.arrives(Some("bob@x.example"), PLAIN).await;
    let read = house.arrives(Some("carol@x.example"), PLAIN).await;
    house.arrives(None, PLAIN).await;
    let list = format!("{PLAIN}List-Id: <l.x.example>\n");
    house.arrives(Some("list-bounces@x.example"), &list).await;
    house.arrives(Some("dora@x.example"), &list).await;
    let seen: Result<(), StoreError> = house
        .store
        .write(move |tx| {
            let record = directory::mailbox(tx, &ann())?.expect("ann");
            let address = ann();
            let mailbox = directory::Mailbox { address, record };
            messages::update(tx, &mailbox, read, |message| message.flags.seen = true)?;
            Ok(())
        })
        .await;
    seen.unwrap();
    house.clock.advance(Duration::from_secs(4 * 3600 - 1));
    assert_eq!(
        house.answerer.step().await.unwrap(),
        0,
        "it is not late yet"
    );
    house.clock.advance(Duration::from_secs(1));
    house.answerer.step().await.unwrap();
    let queued = house.queued();
    let to: Vec<&str> = queued
        .iter()
        .map(|e| e.recipients[0].address.as_str())
        .collect();
    assert_eq!(
        to,
        ["bob@x.example"],
        "nobody that reads no answers, and not what was read"
    );
    assert_eq!(queued[0].reverse_path, None);
    let body = house.store.read_body(queued[0].body).unwrap();
    let text = String::from_utf8([&queued[0].prefix[..], &body[..]].concat()).unwrap();
    assert!(
        text.contains("Action: delayed") && text.contains("need not send it again"),
        "{text}"
    );
    let parsed = mail_parser::MessageParser::default()
        .parse(text.as_bytes())
        .unwrap();
    assert_eq!(parsed.parts.len(), 3, "{text}");
    assert!(summarize(text.as_bytes()).hints.automatic);
}

/// RFC 3461 §4.1: each message that asks for it, a list's too; never to a null reverse-path, and never for
/// what is junk, whose sender is forged.
#[tokio::test]
async fn whoever_asks_is_told_of_each_delivery() {
    let house = House::new(Profile::default()).await;
    let asks = || Notices {
        receipts: vec![Receipt {
            given: "ann+a@example.com".into(),
            original: Some("rfc822; sales@example.com".into()),
        }],
        no_delay: true,
    };
    let list = format!("{PLAIN}List-Id: <l.x.example>\n");
    let cases = [
        (Some("Bob@X.example"), PLAIN, Role::Inbox, asks(), 1),
        (Some("Bob@X.example"), &*list, Role::Inbox, asks(), 2),
        (Some("Bob@X.example"), PLAIN, Role::Junk, asks(), 2),
        (None, PLAIN, Role::Inbox, asks(), 2),
        (
            Some("Bob@X.example"),
            PLAIN,
            Role::Inbox,
            Notices::default(),
            2,
        ),
    ];
    for (reverse_path, header, role, notices, count) in cases {
        house.arrives_as(reverse_path, header, role, notices).await;
        house.answerer.step().await.unwrap();
        assert_eq!(house.queued().len(), count, "{reverse_path:?} {role:?}");
    }
    for entry in house.queued() {
        assert_eq!(entry.reverse_path, None);
        // As it was given: only its own server knows whether case matters.
        assert_eq!(entry.recipients[0].address, "Bob@X.example");
        let body = house.store.read_body(entry.body).unwrap();
        let text = String::from_utf8_lossy(&body).into_owned();
        for line in [
            "Original-Envelope-Id: QQ314159",
            "Original-Recipient: rfc822; sales@example.com",
            "Final-Recipient: rfc822; ann+a@example.com",
            "Action: delivered",
            "Subject: Hi",
        ] {
            assert!(text.contains(&format!("\r\n{line}\r\n")), "{line}:\n{text}");
        }
    }
}

/// RFC 3461 §4.1: who did not ask for DELAY, but for something, hears nothing of delays.
#[tokio::test]
async fn who_wants_no_notice_of_delay_gets_none() {
    for (no_delay, count) in [(true, 0), (false, 1)] {
        let house = House::new(Profile::default()).await;
        late_after_hours(&house, 1).await;
        let notices = Notices {
            no_delay,
            ..Notices::default()
        };
        house
            .arrives_as(Some("bob@x.example"), PLAIN, Role::Inbox, notices)
            .await;
        house.clock.advance(Duration::from_secs(2 * 3600));
        house.answerer.step().await.unwrap();
        assert_eq!(house.queued().len(), count);
    }
}

/// Whoever wrote to an alias, perhaps of another domain, learns no other address of its user.
#[tokio::test]
async fn an_answer_comes_from_the_address_that_was_written_to() {
    let house = House::new(away()).await;
    late_after_hours(&house, 1).await;
    let sales: Result<(), StoreError> = house
        .store
        .write(|tx| {
            let mut record = directory::mailbox(tx, &ann())?.expect("ann");
            record.aliases = vec!["sales@other.example".parse().unwrap()];
            directory::put_mailbox(tx, &ann(), &record)
        })
        .await;
    sales.unwrap();
    let header = PLAIN.replace("ann@example.com", "Sales@other.example");
    let asks = Notices {
        receipts: vec![Receipt {
            given: "sales@other.example".into(),
            original: None,
        }],
        no_delay: false,
    };
    house
        .arrives_as(Some("bob@x.example"), &header, Role::Inbox, asks)
        .await;
    house.answerer.step().await.unwrap();
    house.clock.advance(Duration::from_secs(2 * 3600));
    house.answerer.step().await.unwrap();
    let queued = house.queued();
    assert_eq!(queued.len(), 3, "away, delivered, late");
    for entry in queued {
        let body = house.store.read_body(entry.body).unwrap();
        let text = String::from_utf8([&entry.prefix[..], &body[..]].concat()).unwrap();
        assert!(
            text.contains("From: ") && text.contains("other.example"),
            "{text}"
        );
        assert!(
            !text.contains("ann@") && !text.contains("example.com"),
            "{text}"
        );
    }
}
