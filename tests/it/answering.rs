//! What Lifeboat writes by itself to who wrote to its users, over a real MX and smarthost: answers of those who are
//! away, and notices that a message is not read yet; and what happens to mail of senders whom a user blocks.

use std::time::Duration;

use crate::binary;
use crate::rig::sink::SinkMessage;
use crate::rig::{
    Browser, Dialect, Lifeboat, LifeboatOptions, MailstoreOptions, Postfix, PostfixOptions, RigDir,
    Sink, SmtpClient, wait_for, wait_until,
};

const PATIENCE: Duration = Duration::from_secs(60);
const ANN: &str = "ann@acme.test";
const BOB: &str = "bob@acme.test";
const CAROL: &str = "carol@elsewhere.test";

/// One Postfix is the MX in front of Lifeboat and the smarthost behind it; the world is a sink.
struct House {
    lifeboat: Lifeboat,
    postfix: Postfix,
    sink: Sink,
    _dir: RigDir,
}

impl House {
    fn start(name: &str) -> Self {
        let dir = RigDir::new(name);
        let sink = Sink::start();
        let password = dir.path().join("password");
        std::fs::write(&password, "secret\n").expect("write a password");
        let gone = "127.0.0.1:1";
        let options = LifeboatOptions {
            mailstores: vec![MailstoreOptions {
                id: "a1".into(),
                imap: gone.into(),
                lmtp: gone.into(),
                master_password_file: password,
                sentinel: None,
                extra: String::new(),
            }],
            ..LifeboatOptions::default()
        };
        let mut lifeboat = Lifeboat::prepare(binary(), &dir.sub("lifeboat"), options);
        let postfix = Postfix::start(
            &dir.sub("postfix"),
            PostfixOptions {
                domains: vec!["acme.test".into()],
                socketmap: Some(lifeboat.socketmap().addr()),
                mailstores: vec![("a1".into(), gone.parse().expect("an address"))],
                relayhost: Some(sink.port().addr()),
                ..PostfixOptions::default()
            },
        );
        lifeboat.set_options(|options| {
            options.extra = format!(
                "[relay]\nsmarthost = \"{}\"\nretry_after = \"1s\"\nretry_after_max = \"2s\"\n\
                 [failover]\npolicy = \"manual\"\n[probe]\ninterval = \"60s\"\n",
                postfix.smtp()
            );
        });
        lifeboat.restart();
        let rows = dir.path().join("rows");
        let row = |address| {
            format!(
                "{{\"mailbox\":\"{address}\",\"mailstore\":\"a1\",\"reseller\":\"acme\",\
                 \"password_hash\":\"{{PLAIN}}secret\"}}\n"
            )
        };
        std::fs::write(&rows, row(ANN) + &row(BOB)).expect("write rows");
        let rows = rows.display().to_string();
        lifeboat.cli(&["provision", &rows, "--format", "ndjson"]);
        let activate = ["failover", "activate", "mailstore:a1", "--reason", "test"];
        lifeboat.cli(&activate);
        Self {
            lifeboat,
            postfix,
            sink,
            _dir: dir,
        }
    }

    /// Hands a message from the world to the MX.
    fn send(&self, from: &str, to: &str, subject: &str, more: &str) {
        let mut client =
            SmtpClient::connect_within(self.postfix.smtp().addr(), Dialect::Smtp, PATIENCE)
                .expect("connect to the MX");
        let message = format!(
            "From: <{from}>\r\nTo: <{to}>\r\nSubject: {subject}\r\n\
             Message-ID: <{subject}@elsewhere.test>\r\n{more}\r\nhello\r\n"
        );
        let replies = client.send(from, &[to], message.as_bytes());
        let replies = replies.expect("hand over");
        assert!(replies[0].is_ok(), "{replies:?}");
    }

    fn sign_in(&self, address: &str) -> Browser {
        let mut browser = Browser::new(self.lifeboat.http().addr());
        let form = browser.open("/login").form("/login");
        let form = form.set("address", address).set("password", "secret");
        let page = browser.submit(&form);
        assert!(page.path.starts_with("/mail"), "{}", page.text());
        browser
    }

    /// Sets what the settings' form calls so.
    fn set(&self, address: &str, fields: &[(&str, &str)]) {
        let mut browser = self.sign_in(address);
        let mut form = browser.open("/mail/settings").form("/mail/settings");
        for (name, value) in fields {
            form = form.set(name, value);
        }
        let page = browser.submit(&form);
        assert_eq!(page.status, 200, "{}", page.text());
    }

    fn wait_listed(&self, browser: &mut Browser, folder: &str, subject: &str) {
        wait_until(&format!("{subject} is in {folder}"), PATIENCE, || {
            let page = browser.open(&format!("/mail/{folder}"));
            page.text().contains(subject)
        });
    }

    fn to(&self, address: &str) -> Vec<SinkMessage> {
        let mut all = self.sink.messages();
        all.retain(|message| message.to == [address]);
        all
    }
}

/// Writes a message by hand and sends it.
fn write(browser: &mut Browser, to: &str, subject: &str) {
    let mut form = browser.open("/mail/compose").form("/mail/compose");
    let written = [
        ("to", to),
        ("subject", subject),
        ("body", "ahoy"),
        ("action", "send"),
    ];
    for (name, value) in written {
        form = form.set(name, value);
    }
    let page = browser.submit(&form);
    assert_eq!(page.status, 200, "{}", page.text());
}

/// Two who are both away and write to each other answer each other at most once, a list is not answered, nor is a
/// machine; and who is blocked goes to Junk unanswered.
#[test]
fn who_is_away_answers_people_once_and_machines_never() {
    let house = House::start("away");
    let away = [("away_on", "1"), ("away", "I am at sea until May.")];
    house.set(ANN, &away);
    house.set(
        BOB,
        &[&away[..], &[("blocked", "eve@elsewhere.test")]].concat(),
    );

    house.send(CAROL, ANN, "plain", "");
    let answer = house.sink.wait_for("at sea until May", PATIENCE);
    assert_eq!(
        (&*answer.from, &answer.to[..]),
        ("", &[CAROL.to_owned()][..])
    );
    assert!(answer.contains("Auto-Submitted: auto-replied"));
    assert!(answer.contains("In-Reply-To: <plain@elsewhere.test>"));

    house.send(CAROL, ANN, "again", "");
    house.send(
        "robot@elsewhere.test",
        ANN,
        "machine",
        "Auto-Submitted: auto-generated\r\n",
    );
    house.send(
        "list@elsewhere.test",
        ANN,
        "list",
        "List-Id: <sea.elsewhere.test>\r\n",
    );
    house.send("eve@elsewhere.test", BOB, "blocked", "");
    // As an answer of somebody who is away too would come.
    house.send(
        "dave@elsewhere.test",
        ANN,
        "loop",
        "Auto-Submitted: auto-replied\r\n",
    );
    house.send("erin@elsewhere.test", BOB, "last", "");

    let mut ann = house.sign_in(ANN);
    for subject in ["plain", "again", "machine", "list", "loop"] {
        house.wait_listed(&mut ann, "inbox", subject);
    }
    let mut bob = house.sign_in(BOB);
    house.wait_listed(&mut bob, "junk", "blocked");
    // Both are away, and one writes to the other: the answer comes to the writer, who does not answer it.
    write(&mut ann, BOB, "both-away");
    house.wait_listed(&mut bob, "inbox", "both-away");
    house.wait_listed(&mut ann, "inbox", "both-away");
    // The last one's answer is behind whatever else could have come.
    wait_for("the last one is answered", PATIENCE, || {
        house.to("erin@elsewhere.test").first().cloned()
    });
    let told: Vec<String> = house
        .sink
        .messages()
        .iter()
        .flat_map(|m| m.to.clone())
        .collect();
    assert_eq!(
        told,
        [CAROL, "erin@elsewhere.test"],
        "nobody else was answered"
    );
    let listed = |browser: &mut Browser| {
        let text = browser.open("/mail/inbox").text();
        text.matches("both-away").count()
    };
    let (of_ann, of_bob) = (listed(&mut ann), listed(&mut bob));
    std::thread::sleep(Duration::from_secs(5));
    assert_eq!(
        (listed(&mut ann), listed(&mut bob)),
        (of_ann, of_bob),
        "no loop"
    );
}

/// What people write, and what Lifeboat writes for them, says nothing of where they sit and what they read with.
#[test]
fn what_goes_out_tells_nothing_of_where_it_was_written() {
    let house = House::start("discreet");
    let invitation = format!(
        "MIME-Version: 1.0\r\nContent-Type: text/calendar; method=REQUEST; charset=utf-8\r\n\r\n\
         BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:u1\r\nSEQUENCE:1\r\n\
         SUMMARY:regatta\r\nDTSTART:20991124T130000Z\r\nDTEND:20991124T140000Z\r\n\
         ORGANIZER:mailto:{CAROL}\r\nATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{ANN}\r\n\
         END:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    house.send(CAROL, ANN, "invited", &invitation);
    let mut ann = house.sign_in(ANN);
    house.wait_listed(&mut ann, "inbox", "invited");
    let link = ann.open("/mail/inbox").links("invited").remove(0);
    let form = ann.open(&link).form("/answer").set("answer", "accept");
    let page = ann.submit(&form);
    assert_eq!(page.status, 200, "{}", page.text());
    house
        .sink
        .wait_for("METHOD:REPLY", PATIENCE)
        .assert_discreet();

    write(&mut ann, CAROL, "by-hand");
    let written = house.sink.wait_for("Subject: by-hand", PATIENCE);
    written.assert_discreet();

    house.set(ANN, &[("away_on", "1"), ("away", "I am at sea until May.")]);
    house.send("dave@elsewhere.test", ANN, "plain", "");
    let answer = house.sink.wait_for("at sea until May", PATIENCE);
    answer.assert_discreet();
}

/// The server's clock is set forward between two starts.
#[test]
fn senders_are_told_once_that_a_message_is_not_read_yet_where_the_policy_says_so() {
    let mut house = House::start("late");
    let policy = ["delay-notices", "set", "domain:acme.test", "--after", "4"];
    house
        .lifeboat
        .cli(&[&policy[..], &["--reason", "test"]].concat());
    house.send(CAROL, ANN, "unread", "");
    house.send("dave@elsewhere.test", BOB, "seen-one", "");
    house.send("robot@elsewhere.test", ANN, "bulk", "Precedence: bulk\r\n");
    let mut bob = house.sign_in(BOB);
    house.wait_listed(&mut bob, "inbox", "seen-one");
    let link = bob.open("/mail/inbox").links("seen-one").remove(0);
    assert_eq!(bob.open(&link).status, 200);
    let mut ann = house.sign_in(ANN);
    house.wait_listed(&mut ann, "inbox", "bulk");
    house.wait_listed(&mut ann, "inbox", "unread");

    for hours in ["+3h", "+5h", "+6h"] {
        assert!(house.lifeboat.stop(), "stops by itself");
        house.lifeboat.set_options(|options| {
            options.env = vec![
                ("LD_PRELOAD".into(), faketime()),
                ("FAKETIME".into(), hours.into()),
                ("FAKETIME_DONT_FAKE_MONOTONIC".into(), "1".into()),
            ];
        });
        house.lifeboat.restart();
        match hours {
            "+3h" => std::thread::sleep(Duration::from_secs(5)),
            _ => drop(house.sink.wait_for("Action: delayed", PATIENCE)),
        }
        let told: Vec<String> = house
            .sink
            .messages()
            .iter()
            .flat_map(|m| m.to.clone())
            .collect();
        match hours {
            "+3h" => assert_eq!(told, [""; 0]),
            _ => assert_eq!(told, [CAROL]),
        }
    }
    let notice = house.to(CAROL).remove(0);
    assert_eq!(notice.from, "");
    notice.assert_discreet();
    assert!(notice.contains("Final-Recipient: rfc822; ann@acme.test"));
    assert!(notice.contains("In-Reply-To: <unread@elsewhere.test>"));
}

/// The library that shifts a program's clock.
fn faketime() -> String {
    let places = ["x86_64-linux-gnu", "aarch64-linux-gnu"];
    let places = places.map(|place| format!("/usr/lib/{place}/faketime/libfaketime.so.1"));
    let place = places
        .into_iter()
        .find(|place| std::path::Path::new(place).exists());
    place.expect("libfaketime: install the package faketime (make deps)")
}
