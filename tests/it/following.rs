//! Mailboxes that move, get another address or leave in mid-outage, on two real Dovecots: what the standby holds for
//! them follows them, and nobody else gets it.

use std::time::Duration;

use serde_json::Value;

use super::binary;
use crate::rig::{
    Dialect, Dovecot, DovecotOptions, Lifeboat, LifeboatOptions, MailstoreOptions, RigDir,
    SmtpClient, TestMessage, User, wait_until,
};
use crate::standby::token;

const PATIENCE: Duration = Duration::from_secs(60);
const ANN: &str = "ann@example.com";
const BEN: &str = "ben@example.com";
const BEA: &str = "bea@example.com";
const CID: &str = "cid@example.com";
const DORA: &str = "dora@example.com";

struct Bench {
    a1: Dovecot,
    a2: Dovecot,
    lifeboat: Lifeboat,
    dir: RigDir,
}

fn dovecot(name: &str, dir: &RigDir, users: &[&str]) -> (Dovecot, MailstoreOptions) {
    let sentinel = format!("sentinel@{name}.test");
    let mut all: Vec<User> = users.iter().map(|user| User::plain(user, "pw")).collect();
    all.push(User::plain(&sentinel, "pw"));
    let options = DovecotOptions {
        users: all,
        ..DovecotOptions::default()
    };
    let dovecot = Dovecot::start(name, &dir.sub(name), options);
    let mut mailstore = MailstoreOptions::of(&dovecot);
    mailstore.sentinel = Some(sentinel);
    (dovecot, mailstore)
}

impl Bench {
    fn new(name: &str) -> Self {
        let dir = RigDir::new(name);
        let (a1, first) = dovecot("a1", &dir, &[ANN, BEN, BEA, CID, DORA]);
        let (a2, second) = dovecot("a2", &dir, &[ANN]);
        let lifeboat = Lifeboat::start(
            binary(),
            &dir.sub("lifeboat"),
            LifeboatOptions {
                mailstores: vec![first, second],
                ..LifeboatOptions::default()
            },
        );
        let bench = Self {
            a1,
            a2,
            lifeboat,
            dir,
        };
        bench.provision("ann@example.com,a1,1\nben@example.com,a1,2\ncid@example.com,a1,3\ndora@example.com,a1,4\n");
        bench.wait_open();
        bench
    }

    /// All that the panel has from now on.
    fn provision(&self, rows: &str) {
        let file = self.dir.path().join("panel.csv");
        std::fs::write(&file, format!("mailbox,mailstore,id\n{rows}")).expect("write rows");
        let file = file.display().to_string();
        self.lifeboat.cli(&[
            "provision",
            &file,
            "--whole-of",
            "panel",
            "--delete-max",
            "2",
        ]);
    }

    fn wait_open(&self) {
        wait_until("both may be merged into", PATIENCE, || {
            let status = self.lifeboat.cli_json(&["merge", "status", "--json"]);
            let mailstores = status["mailstores"].as_array().cloned().unwrap_or_default();
            mailstores.len() == 2 && mailstores.iter().all(|one| one["open"] == true)
        });
    }

    fn failover(&self, what: &str) {
        let order = ["failover", what, "mailstore:a1", "--reason", "a test"];
        self.lifeboat.cli(&order);
    }

    fn deliver(&self, to: &str, token: &str) {
        let server = self.lifeboat.lmtp().addr();
        let mut lmtp = SmtpClient::connect(server, Dialect::Lmtp).expect("connect");
        let message = TestMessage::plain("bob@elsewhere.test", to, token, 2_000);
        let replies = lmtp
            .send("bob@elsewhere.test", &[to], &message.bytes)
            .expect("send");
        assert!(replies.iter().all(|reply| reply.is_ok()), "{replies:?}");
    }

    fn left(&self) -> Vec<Value> {
        let left = self.lifeboat.cli_json(&["store", "deleted", "--json"]);
        left.as_array().expect("a list").clone()
    }

    /// What an export of a mailbox that left wrote, by the tokens of its messages.
    fn exported(&self, of: &Value) -> Vec<String> {
        let (address, id) = (of["address"].as_str().unwrap(), of["id"].as_str().unwrap());
        let target = self.dir.path().join(format!("export-{id}"));
        let to = target.display().to_string();
        self.lifeboat.cli(&[
            "store",
            "export",
            address,
            "--mailbox",
            id,
            "--format",
            "eml",
            &to,
        ]);
        let mut found = Vec::new();
        for folder in std::fs::read_dir(&target).expect("an export") {
            for file in std::fs::read_dir(folder.expect("a folder").path()).expect("files") {
                let bytes = std::fs::read(file.expect("a file").path()).expect("a message");
                found.push(token(&bytes));
            }
        }
        found.sort();
        found
    }
}

/// The tokens of what lies in a mailbox's INBOX.
fn inbox(dovecot: &Dovecot, of: &str) -> Vec<String> {
    let messages = dovecot.session(of).fetch_all("INBOX");
    messages.iter().map(|one| token(&one.body)).collect()
}

#[test]
fn what_is_held_for_a_mailbox_follows_it_and_is_nobody_elses() {
    let bench = Bench::new("following");
    bench.failover("activate");
    for (to, token) in [
        (ANN, "ann-before"),
        (BEN, "ben-before"),
        (CID, "cid-before"),
        (DORA, "dora-before"),
    ] {
        bench.deliver(to, token);
    }
    // Ann moves, Ben becomes Bea, another person gets Cid's address, Dora leaves: all while a1 is away.
    bench.provision("ann@example.com,a2,1\nbea@example.com,a1,2\ncid@example.com,a1,33\n");
    for (to, token) in [(ANN, "ann-after"), (BEA, "bea-after"), (CID, "cid-new")] {
        bench.deliver(to, token);
    }
    wait_until("what is Ann's is on her new mailstore", PATIENCE, || {
        inbox(&bench.a2, ANN) == ["ann-before", "ann-after"]
    });
    bench.failover("return");
    wait_until("what is Bea's is under her new address", PATIENCE, || {
        inbox(&bench.a1, BEA) == ["ben-before", "bea-after"]
    });
    wait_until(
        "who has Cid's address now gets the own mail",
        PATIENCE,
        || inbox(&bench.a1, CID) == ["cid-new"],
    );
    bench.wait_open();

    let left = bench.left();
    let shown: Vec<(&str, i64)> = left
        .iter()
        .map(|one| {
            (
                one["address"].as_str().unwrap(),
                one["unmerged"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(shown, [(CID, 1), (DORA, 1)], "what is theirs is kept");
    assert_eq!(bench.exported(&left[0]), ["cid-before"]);
    assert_eq!(bench.exported(&left[1]), ["dora-before"]);

    bench
        .lifeboat
        .cli(&["store", "forget", DORA, "--reason", "she asked for it"]);
    let left = bench.left();
    assert_eq!(left.len(), 1, "{left:?}");
    // The first Cid comes back, to another address: theirs is there, and the second's is not.
    bench.provision(
        "ann@example.com,a2,1\nbea@example.com,a1,2\ncid@example.com,a1,33\nben@example.com,a1,3\n",
    );
    wait_until(
        "what was kept is merged for who came back",
        PATIENCE,
        || inbox(&bench.a1, BEN) == ["cid-before"],
    );
    for (of, expected) in [
        (ANN, Vec::<&str>::new()),
        (DORA, Vec::new()),
        (CID, vec!["cid-new"]),
    ] {
        assert_eq!(inbox(&bench.a1, of), expected, "{of}");
    }
    assert_eq!(inbox(&bench.a2, ANN), ["ann-before", "ann-after"]);
    let status = bench.lifeboat.cli_json(&["merge", "status", "--json"]);
    assert_eq!(status["unmerged"], 0, "{status}");
    assert_eq!(status["blocked"], Value::Array(Vec::new()), "{status}");
    let check = bench.lifeboat.cli_json(&["store", "check", "--json"]);
    assert_eq!(check["problems_total"], 0, "{check}");
}
