//! Who is told what happens: a webhook's receiver that checks signatures itself, a person by mail, alerts that
//! are told again, and what a kill in between does to it.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use crate::binary;
use crate::rig::{
    Lifeboat, LifeboatOptions, MailstoreOptions, RigDir, Sink, http, wait_for, wait_until,
};

const PATIENCE: Duration = Duration::from_secs(40);

/// A call that came in.
#[derive(Clone, Debug)]
struct Call {
    path: String,
    id: String,
    timestamp: String,
    signature: String,
    body: String,
}

impl Call {
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        let header = |name: &str| {
            let line = head
                .lines()
                .find(|line| line.to_lowercase().starts_with(name));
            line.map_or("", |line| line[name.len()..].trim()).to_owned()
        };
        Self {
            path: head.split(' ').nth(1).expect("a path").to_owned(),
            id: header("webhook-id:"),
            timestamp: header("webhook-timestamp:"),
            signature: header("webhook-signature:"),
            body: body.to_owned(),
        }
    }

    fn data(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// What the receiver makes of secret and call, by the words of Standard Webhooks.
    fn is_signed_with(&self, secret: &str) -> bool {
        let key = STANDARD
            .decode(secret.strip_prefix("whsec_").expect("a secret"))
            .expect("base64");
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("any length");
        mac.update(format!("{}.{}.{}", self.id, self.timestamp, self.body).as_bytes());
        let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        self.signature.split(' ').any(|one| one == expected)
    }
}

/// Receives calls and answers each with the status that is set.
struct Receiver {
    port: u16,
    status: Arc<AtomicU16>,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Receiver {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("listen");
        let receiver = Self {
            port: listener.local_addr().expect("an address").port(),
            status: Arc::new(AtomicU16::new(204)),
            calls: Arc::default(),
        };
        let (status, calls) = (receiver.status.clone(), receiver.calls.clone());
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
                let mut text = Vec::new();
                let mut buffer = [0; 4096];
                while !is_whole(&text) {
                    match stream.read(&mut buffer) {
                        Ok(0) | Err(_) => break,
                        Ok(read) => text.extend_from_slice(&buffer[..read]),
                    }
                }
                if is_whole(&text) {
                    let call = Call::parse(&String::from_utf8_lossy(&text));
                    calls.lock().expect("not poisoned").push(call);
                    let status = status.load(Ordering::SeqCst);
                    let _ = write!(stream, "HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n");
                }
            }
        });
        receiver
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn answer(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    /// Calls of a path about an event.
    fn of(&self, path: &str, event: &str) -> Vec<Call> {
        let calls = self.calls.lock().expect("not poisoned").clone();
        calls
            .into_iter()
            .filter(|call| call.path == path && call.data()["type"] == event)
            .collect()
    }

    fn wait(&self, path: &str, event: &str) -> Call {
        wait_for(&format!("{event} at {path}"), PATIENCE, || {
            self.of(path, event).pop()
        })
    }
}

fn is_whole(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        line.to_lowercase()
            .strip_prefix("content-length:")?
            .trim()
            .parse()
            .ok()
    });
    body.len() >= length.unwrap_or(0_usize)
}

/// A server over a mailstore that does not answer, with mailboxes of two resellers.
fn server(dir: &RigDir, sink: &Sink) -> Lifeboat {
    let password = dir.path().join("password");
    std::fs::write(&password, "secret\n").expect("write a password");
    let mailstore = |id: &str| MailstoreOptions {
        id: id.into(),
        imap: "127.0.0.1:1".into(),
        lmtp: "127.0.0.1:1".into(),
        master_password_file: password.clone(),
        sentinel: None,
        extra: String::new(),
    };
    let extra = "[failover]\npolicy = \"manual\"\n[probe]\ninterval = \"60s\"\n[announce]\n\
                 mail_from = \"lifeboat@ops.test\"\nallowed_networks = [\"127.0.0.0/8\"]\n\
                 look_interval = \"1s\"\nrepeat_after = \"3s\"\n";
    let options = LifeboatOptions {
        mailstores: vec![mailstore("a1"), mailstore("b1")],
        smarthost: Some(sink.port().to_string()),
        extra: extra.into(),
        ..LifeboatOptions::default()
    };
    let lifeboat = Lifeboat::start(binary(), &dir.sub("lifeboat"), options);
    let rows = dir.path().join("rows");
    let text = "{\"mailbox\":\"ann@acme.test\",\"mailstore\":\"a1\",\"reseller\":\"acme\"}\n\
                {\"mailbox\":\"ben@acme.test\",\"mailstore\":\"b1\",\"reseller\":\"acme\"}\n\
                {\"mailbox\":\"eve@rival.test\",\"mailstore\":\"b1\",\"reseller\":\"rival\"}\n";
    std::fs::write(&rows, text).expect("write rows");
    lifeboat.cli(&[
        "provision",
        &rows.display().to_string(),
        "--format",
        "ndjson",
    ]);
    lifeboat
}

/// Adds a destination; its id and, for a webhook, its secret.
fn add(lifeboat: &Lifeboat, kind: &str, to: &str, more: &[&str]) -> (String, String) {
    let said = lifeboat.cli(&[&[kind, "add", to][..], more].concat());
    let mut lines = said.lines().map(str::to_owned);
    (
        lines.next().expect("an id"),
        lines.next().unwrap_or_default(),
    )
}

#[test]
fn receivers_are_told_of_an_outage_once_it_is_decided_whatever_dies_in_between() {
    let dir = RigDir::new("announce");
    let (sink, receiver) = (Sink::start(), Receiver::start());
    let mut lifeboat = server(&dir, &sink);
    let acme = ["--reseller", "acme"];
    let (hook, secret) = add(&lifeboat, "webhook", &receiver.url("/acme"), &acme);
    add(
        &lifeboat,
        "webhook",
        &receiver.url("/rival"),
        &["--reseller", "rival"],
    );
    add(&lifeboat, "webhook", &receiver.url("/operator"), &[]);
    add(&lifeboat, "contact", "boss@elsewhere.test", &acme);
    lifeboat.cli(&["webhook", "test", &hook]);
    let tested = receiver.wait("/acme", "test");
    assert!(tested.is_signed_with(&secret), "{tested:?}");
    assert!(
        !tested.is_signed_with("whsec_AAAA"),
        "a check that can fail"
    );

    // Its receiver is down when it happens, and the server dies before it can tell.
    receiver.answer(503);
    lifeboat.cli(&["failover", "activate", "mailstore:a1", "--reason", "test"]);
    let refused = receiver.wait("/acme", "outage.began");
    lifeboat.kill();
    receiver.answer(204);
    lifeboat.restart();
    wait_until("it is told again", PATIENCE, || {
        receiver.of("/acme", "outage.began").len() > 1
    });
    let told = receiver.of("/acme", "outage.began");
    assert!(told.iter().all(|call| call.id == refused.id), "{told:?}");
    let call = told.last().expect("told");
    assert!(call.is_signed_with(&secret));
    let data = &call.data()["data"];
    assert_eq!(data["affected"]["mailboxes"], 1, "its own on a1: {data}");
    assert_eq!(data["affected"]["domains"][0]["domain"], "acme.test");
    assert_eq!(data["text"], Value::Null, "evidence is for operators");
    let seen = receiver.wait("/operator", "outage.began");
    assert_eq!(seen.data()["data"]["mailstore"], "a1");
    assert!(!seen.data()["data"]["text"].is_null());
    let letter = sink.wait_for("Mail outage: the emergency webmail is open", PATIENCE);
    assert_eq!(
        (letter.from.as_str(), letter.to.as_slice()),
        ("lifeboat@ops.test", &["boss@elsewhere.test".to_owned()][..])
    );
    assert!(
        letter.contains("Auto-Submitted: auto-generated"),
        "{letter:?}"
    );
    assert!(
        receiver.of("/rival", "outage.began").is_empty(),
        "it has nothing there"
    );

    // Two secrets while one replaces the other.
    let new = lifeboat
        .cli(&["webhook", "new-secret", &hook])
        .trim()
        .to_owned();
    lifeboat.cli(&["webhook", "test", &hook]);
    wait_until("a second test", PATIENCE, || {
        receiver.of("/acme", "test").len() == 2
    });
    let tested = receiver.wait("/acme", "test");
    assert!(tested.is_signed_with(&new) && tested.is_signed_with(&secret));

    // 410 ends it.
    receiver.answer(410);
    lifeboat.cli(&["webhook", "test", &hook]);
    wait_until("it is switched off", PATIENCE, || {
        let all = lifeboat.cli_json(&["webhook", "list", "--json"]);
        let own = all
            .as_array()
            .expect("a list")
            .iter()
            .find(|one| one["id"] == hook.as_str());
        own.expect("it is there")["enabled"] == false
    });
    let page = http::get(lifeboat.http().addr(), "/status.json").expect("the status page");
    let status: Value = serde_json::from_str(&page.text()).expect("JSON");
    assert_eq!(status["status"], "affected", "{status}");
}

#[test]
fn an_alert_is_told_again_until_somebody_acknowledges_it() {
    let dir = RigDir::new("alert");
    let sink = Sink::start();
    let lifeboat = server(&dir, &sink);
    add(
        &lifeboat,
        "contact",
        "noc@elsewhere.test",
        &[
            "--event",
            "alert.raised",
            "--event",
            "alert.repeated",
            "--event",
            "alert.cleared",
        ],
    );
    lifeboat.cli(&["failover", "activate", "mailstore:a1", "--reason", "test"]);
    sink.wait_for("ALERT mailstores:a1", PATIENCE);
    sink.wait_for("ALERT (again) mailstores:a1", PATIENCE);
    lifeboat.cli(&["alert", "ack", "mailstores:a1", "--note", "on it"]);
    let alerts = lifeboat.cli_json(&["alert", "list", "--json"]);
    // Others may be open too: a disk of this machine, probes of what is not there.
    let taken = alerts.as_array().expect("alerts");
    let taken = taken.iter().find(|one| one["name"] == "mailstores:a1");
    assert_eq!(taken.expect("the alert")["note"], "on it", "{alerts}");
    std::thread::sleep(Duration::from_secs(2));
    let again = || {
        let all = sink.messages();
        all.iter()
            .filter(|message| message.contains("ALERT (again) mailstores:a1"))
            .count()
    };
    let before = again();
    std::thread::sleep(Duration::from_secs(5));
    assert_eq!(again(), before, "acknowledged: told no more");
    lifeboat.cli(&[
        "failover",
        "return",
        "mailstore:a1",
        "--reason",
        "test",
        "--accept-changed-mailstore",
    ]);
    sink.wait_for("Alert over: mailstores:a1", PATIENCE);
}
