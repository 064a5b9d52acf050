//! Mail out, on a real Postfix as the smarthost: each recipient's own result, a smarthost that is
//! down, a restart in between.

use lifeboat::store::queue::QueueEntry;

use crate::rig::{Postfix, PostfixOptions, RigDir, Sink, TestMessage};

mod house;
mod modes;
mod orders;
mod signing;
mod smuggling;
mod tls;

use house::{ANN, House, PATIENCE};

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
