use super::*;
use crate::clock::{ManualClock, Timestamp};
use crate::ids::{Address, MailboxId, QueueId, StandbyId};
use crate::send::relay::tests::{Fake, Mood};
use crate::store::StoreOptions;
use crate::store::directory;
use crate::store::directory::MailboxRecord;
use crate::store::messages::MessageRecord;
use crate::store::messages::{self, Origin};
use crate::store::queue::{NewEntry, QueueState, RecipientState, Tell};

mod ahead;
mod smarthosts;
mod turns;

const ANN: MailboxId = MailboxId::from_bytes([1; 16]);
const START: Timestamp = Timestamp::from_secs(1_700_000_000);
const CONTENT: &[u8] = b"From: ann@example.com\r\nSubject: plan\r\n\r\nhello\r\n";

struct House {
    _dir: tempfile::TempDir,
    store: Store,
    clock: Arc<ManualClock>,
    fake: Fake,
    smarthosts: Vec<Smarthost>,
}

/// A worker that runs until it is stopped.
struct Running {
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Running {
    async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

impl House {
    async fn new(mood: Mood) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
        let ann: Address = "ann@example.com".parse().unwrap();
        store
            .write(move |tx| {
                let record = MailboxRecord {
                    id: ANN,
                    mailstore: "a1".parse().unwrap(),
                    password_hash: None,
                    name: None,
                    aliases: Vec::new(),
                };
                directory::put_mailbox(tx, &ann, &record)
            })
            .await
            .unwrap();
        let fake = Fake::start(mood).await;
        Self {
            _dir: dir,
            store,
            clock: Arc::new(ManualClock::new(START)),
            smarthosts: vec![fake.smarthost()],
            fake,
        }
    }

    async fn enqueue(&self, number: u8, recipients: &[&str]) {
        self.enqueue_of(number, recipients, CONTENT).await;
    }

    async fn enqueue_of(&self, number: u8, recipients: &[&str], content: &[u8]) {
        let quiet = Tell::default();
        self.enqueue_with(number, recipients, content, quiet).await;
    }

    async fn enqueue_with(&self, number: u8, recipients: &[&str], content: &[u8], tell: Tell) {
        let (prefix, body) = content.split_at(content.len() / 3);
        let body = self.store.new_body(START, body).unwrap();
        let prefix = prefix.to_vec();
        let recipients: Vec<String> = recipients.iter().map(|to| (*to).to_owned()).collect();
        self.store
            .write_with_body(body, move |tx, body| {
                queue::enqueue(
                    tx,
                    &NewEntry {
                        id: QueueId::from_bytes([number; 16]),
                        mailbox: ANN,
                        sender: "ann@example.com".parse().unwrap(),
                        reverse_path: Some("ann@example.com".to_owned()),
                        recipients: recipients.clone(),
                        copy: None,
                        prefix: prefix.clone(),
                        body,
                        created_at: START,
                        not_before: START,
                        expires_at: START.after(Duration::from_secs(5 * 86_400)),
                        tell,
                    },
                )
            })
            .await
            .unwrap();
    }

    fn run(&self) -> Running {
        self.run_and_reconnect(Duration::from_millis(1))
    }

    fn run_and_reconnect(&self, after: Duration) -> Running {
        let sender = self.sender(after);
        let stop = CancellationToken::new();
        let task = tokio::spawn(sender.run(stop.clone()));
        Running { stop, task }
    }

    fn sender(&self, after: Duration) -> Sender {
        let reconnect = Backoff {
            first: after,
            max: after,
        };
        let options = SenderOptions {
            smarthosts: self.smarthosts.clone(),
            signers: SharedSigners::default(),
            hostname: "standby.example.com".to_owned(),
            connections_max: 3,
            retry: Backoff {
                first: Duration::from_secs(60),
                max: Duration::from_secs(3600),
            },
            reconnect,
            keep_finished: Duration::from_secs(30 * 86_400),
            drain: Duration::from_secs(5),
        };
        Sender::new(self.store.clone(), self.clock.clone(), options)
    }

    fn entry(&self, number: u8) -> QueueEntry {
        let id = QueueId::from_bytes([number; 16]);
        self.store
            .read(|tx| queue::get(tx, ANN, id))
            .unwrap()
            .unwrap()
    }

    /// Waits until the entry was tried so often.
    async fn tried(&self, number: u8, attempts: u32) -> QueueEntry {
        for _ in 0..1000 {
            let entry = self.entry(number);
            if entry.attempts >= attempts {
                return entry;
            }
            sleep(Duration::from_millis(10)).await;
        }
        panic!("not tried: {:?}", self.entry(number));
    }

    fn inbox(&self) -> Vec<(MessageRecord, String)> {
        (1..)
            .map_while(|id| {
                self.store
                    .read(|tx| messages::get(tx, ANN, StandbyId(id)))
                    .unwrap()
            })
            .map(|record| {
                let body = self.store.read_body(record.body).unwrap();
                let content = String::from_utf8([&record.prefix, &*body].concat()).unwrap();
                (record, content)
            })
            .collect()
    }
}

#[tokio::test]
async fn a_permanent_failure_comes_back_once_and_the_rest_is_tried_again() {
    let house = House::new(Mood {
        rcpt: vec![("no", "550 5.1.1 unknown"), ("later", "450 4.2.0 grey")],
        ..Mood::default()
    })
    .await;
    house
        .enqueue(1, &["no@x.example", "yes@x.example", "later@x.example"])
        .await;
    let running = house.run();
    let entry = house.tried(1, 1).await;
    let QueueState::Queued { due } = entry.state else {
        panic!("{entry:?}");
    };
    let wait = due.since(START).as_secs();
    assert!((30..=60).contains(&wait), "{wait}");
    assert_eq!(entry.pending().count(), 1);
    assert!(matches!(
        entry.recipients[1].state,
        RecipientState::Relayed { .. }
    ));

    let inbox = house.inbox();
    assert_eq!(inbox.len(), 1);
    let (record, content) = &inbox[0];
    assert_eq!(record.origin, Origin::Notice);
    assert!(content.starts_with("Return-Path: <>\r\nDelivered-To: ann@example.com\r\n"));
    assert!(content.contains("Final-Recipient: rfc822; no@x.example\r\nAction: failed"));
    assert!(!content.contains("later@x.example"));

    house.fake.mood.lock().unwrap().rcpt.clear();
    house.clock.advance(Duration::from_secs(60));
    let entry = house.tried(1, 2).await;
    assert!(entry.is_finished());
    running.stop().await;
    let taken = house.fake.taken.lock().unwrap().clone();
    let to: Vec<&str> = taken
        .iter()
        .flat_map(|(to, _)| to)
        .map(String::as_str)
        .collect();
    assert_eq!(to, ["yes@x.example", "later@x.example"]);
    assert!(
        taken
            .iter()
            .all(|(_, content)| content.as_bytes() == CONTENT)
    );
    assert_eq!(house.inbox().len(), 1);
}

#[tokio::test]
async fn a_report_finds_a_mailbox_whose_address_was_changed_meanwhile() {
    let house = House::new(Mood {
        rcpt: vec![("no", "550 5.1.1 unknown")],
        ..Mood::default()
    })
    .await;
    house.enqueue(1, &["no@x.example"]).await;
    let running = house.run();
    assert!(house.tried(1, 1).await.is_finished());
    running.stop().await;
    house.enqueue(2, &["no@x.example"]).await;
    let renamed = house.store.write(|tx| -> Result<(), StoreError> {
        let (old, new): (Address, Address) = (
            "ann@example.com".parse().unwrap(),
            "anna@example.com".parse().unwrap(),
        );
        let record = directory::mailbox(tx, &old)?.unwrap();
        directory::gone::rename(tx, &old, &new, &record)
    });
    renamed.await.unwrap();
    let running = house.run();
    assert!(house.tried(2, 1).await.is_finished());
    running.stop().await;
    assert_eq!(house.inbox().len(), 2);
}

#[tokio::test]
async fn a_large_message_goes_out_in_pieces_as_it_is() {
    let house = House::new(Mood {
        rcpt: vec![("no", "550 5.1.1 unknown")],
        ..Mood::default()
    })
    .await;
    let line = ".a line that begins with a dot, and is as long as lines are in mail\r\n";
    let content = format!("Subject: large\r\n\r\n{}", line.repeat(60_000));
    let to = ["yes@x.example", "no@x.example"];
    house.enqueue_of(1, &to, content.as_bytes()).await;
    house
        .enqueue_of(2, &to[..1], content.replace("large\r", "large").as_bytes())
        .await;
    let running = house.run();
    assert!(house.tried(1, 1).await.is_finished());
    assert!(house.tried(2, 1).await.is_finished());
    running.stop().await;
    let taken = house.fake.taken.lock().unwrap().clone();
    assert_eq!(taken.len(), 1, "a bare LF is found before anything is said");
    assert_eq!(taken[0].0, ["yes@x.example"]);
    let unstuffed = taken[0].1.replace("\r\n..", "\r\n.");
    assert!(unstuffed == content, "{} bytes", unstuffed.len());
    let reports: Vec<String> = house
        .inbox()
        .into_iter()
        .map(|(_, report)| report)
        .collect();
    assert!(reports.iter().any(|report| report.contains("no@x.example")));
    assert!(
        reports
            .iter()
            .all(|report| report.contains("Subject: large"))
    );
}

#[tokio::test]
async fn a_smarthost_that_is_down_delays_and_loses_nothing() {
    let house = House::new(Mood {
        greeting: Some("421 4.3.2 not now"),
        ..Mood::default()
    })
    .await;
    for number in 1..=5 {
        house.enqueue(number, &["yes@x.example"]).await;
    }
    let running = house.run();
    house.tried(1, 1).await;
    house.fake.mood.lock().unwrap().greeting = None;
    house.clock.advance(Duration::from_secs(1));
    for number in 1..=5 {
        for _ in 0..1000 {
            if house.entry(number).is_finished() {
                break;
            }
            house.clock.advance(Duration::from_millis(10));
            sleep(Duration::from_millis(10)).await;
        }
        assert!(
            house.entry(number).is_finished(),
            "{:?}",
            house.entry(number)
        );
    }
    running.stop().await;
    assert_eq!(house.fake.taken.lock().unwrap().len(), 5);
    assert!(house.inbox().is_empty());
}

#[tokio::test]
async fn what_a_dead_worker_had_claimed_is_sent_by_the_next() {
    let house = House::new(Mood::default()).await;
    house.enqueue(1, &["yes@x.example"]).await;
    let now = START;
    let claimed = house
        .store
        .write(move |tx| queue::claim_due(tx, now, 1, LEASE))
        .await
        .unwrap();
    assert_eq!(claimed.len(), 1);
    let running = house.run();
    assert!(house.tried(1, 1).await.is_finished());
    running.stop().await;
    assert_eq!(house.fake.taken.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn after_its_expiry_a_deferred_message_comes_back() {
    let house = House::new(Mood {
        rcpt: vec![("later", "450 4.2.0 grey")],
        ..Mood::default()
    })
    .await;
    house.enqueue(1, &["later@x.example"]).await;
    house.clock.advance(Duration::from_secs(5 * 86_400));
    let running = house.run();
    assert!(house.tried(1, 1).await.is_finished());
    running.stop().await;
    let (_, content) = house.inbox().remove(0);
    assert!(content.contains("Status: 4.4.7"), "{content}");
    assert!(content.contains("tried for 5 days"), "{content}");
}

#[tokio::test]
async fn a_new_entry_is_found() {
    let house = House::new(Mood::default()).await;
    let running = house.run();
    sleep(Duration::from_millis(50)).await;
    house.enqueue(1, &["yes@x.example"]).await;
    house.tried(1, 1).await;
    running.stop().await;
}

/// While no smarthost can be used one message in a while is tried; the senders of all that are late hear of it.
#[tokio::test]
async fn everybody_hears_of_what_is_late_while_nothing_can_be_sent() {
    let house = House::new(Mood {
        greeting: Some("421 4.3.2 not now"),
        ..Mood::default()
    })
    .await;
    let tell = Tell {
        success: false,
        delay_at: Some(START.after(Duration::from_secs(4 * 3600))),
    };
    for number in 1..=12 {
        house
            .enqueue_with(number, &["later@x.example"], CONTENT, tell)
            .await;
    }
    house.clock.advance(Duration::from_secs(5 * 3600));
    let running = house.run_and_reconnect(Duration::from_secs(3600));
    for number in 1..=12 {
        house.tried(number, 1).await;
    }
    assert_eq!(house.inbox().len(), 12);
    running.stop().await;
}

#[tokio::test]
async fn a_sender_hears_once_that_a_message_is_late_and_if_asked_that_it_was_passed_on() {
    let house = House::new(Mood {
        rcpt: vec![("later", "450 4.2.0 grey")],
        ..Mood::default()
    })
    .await;
    let tell = Tell {
        success: true,
        delay_at: Some(START.after(Duration::from_secs(4 * 3600))),
    };
    house
        .enqueue_with(1, &["later@x.example"], CONTENT, tell)
        .await;
    let running = house.run();
    house.tried(1, 1).await;
    assert!(house.inbox().is_empty(), "it is not late yet");
    for attempts in 2..=3 {
        house.clock.advance(Duration::from_secs(5 * 3600));
        house.tried(1, attempts).await;
        assert_eq!(house.inbox().len(), 1, "it is said once");
    }
    assert!(house.inbox()[0].1.contains("Action: delayed"));
    house.fake.mood.lock().unwrap().rcpt.clear();
    house.clock.advance(Duration::from_secs(5 * 3600));
    assert!(house.tried(1, 4).await.is_finished());
    assert!(house.inbox()[1].1.contains("Action: relayed"));

    // A smarthost that sends reports is asked for them, and told by what name.
    house.fake.mood.lock().unwrap().offers = vec!["DSN", "SIZE 1000000"];
    sleep(LOOK_EVERY).await;
    house
        .enqueue_with(2, &["yes+x@x.example"], CONTENT, tell)
        .await;
    house.tried(2, 1).await;
    running.stop().await;
    assert_eq!(house.inbox().len(), 2, "the smarthost says it");
    let heard = house.fake.heard.lock().unwrap().join("\n");
    let id = QueueId::from_bytes([2; 16]);
    let mail = format!(
        "MAIL FROM:<ann@example.com> SIZE={} RET=HDRS ENVID={id}",
        CONTENT.len()
    );
    assert!(heard.contains(&mail), "{heard}");
    assert!(
        heard.contains(
            "RCPT TO:<yes+x@x.example> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;yes+2Bx@x.example"
        ),
        "{heard}"
    );
}

#[tokio::test]
async fn what_is_finished_is_forgotten_after_its_time() {
    let house = House::new(Mood::default()).await;
    house.enqueue(1, &["yes@x.example"]).await;
    let running = house.run();
    let entry = house.tried(1, 1).await;
    running.stop().await;
    house.clock.advance(Duration::from_secs(31 * 86_400));
    let running = house.run();
    for _ in 0..1000 {
        let left = house
            .store
            .read(|tx| queue::get(tx, ANN, entry.id))
            .unwrap();
        if left.is_none() {
            break;
        }
        sleep(Duration::from_millis(10)).await;
    }
    running.stop().await;
    assert_eq!(
        house
            .store
            .read(|tx| queue::get(tx, ANN, entry.id))
            .unwrap(),
        None
    );
    assert!(
        house.store.read_body(entry.body).is_err(),
        "nothing else names its body"
    );
}
