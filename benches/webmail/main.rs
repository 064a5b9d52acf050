//! The webmail over a full inbox and a small one: server time of the inbox, its second page, a search
//! and opening messages, bytes and requests of the inbox; side by side with Debian's Roundcube over
//! Dovecot with the same mail. The pages are asked for by `tests/browser/bench.mjs`.
//!
//! `BENCH_MESSAGES` (how many the full inbox holds) and `BENCH_ROUNDS` change how thorough it is.

#[path = "../measure/mod.rs"]
mod measure;
#[path = "../../tests/rig/mod.rs"]
mod rig;
mod roundcube;

use std::path::Path;
use std::process::Command;

use measure::{figure, setting};
use rig::{
    Dialect, Dovecot, DovecotOptions, Lifeboat, LifeboatOptions, MailstoreOptions, Port, RigDir,
    SmtpClient, User,
};
use serde_json::{Value, json};

/// Messages in the small inbox, which is two pages.
const FEW: usize = 100;
const PASSWORD: &str = "usual password";
const SMALL: &str = "small@example.com";
const FULL: &str = "full@example.com";
/// What is measured, as `bench.mjs` names it.
const PAGES: [&str; 4] = ["inbox", "page 2", "search", "open"];
/// Connections that deliver: each message waits for the disk.
const DELIVERING: usize = 32;

fn main() {
    // `cargo test --benches` starts it too.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let many = setting("BENCH_MESSAGES", 100_000);
    let dir = RigDir::new("webmail-bench");
    let inboxes = [(SMALL, FEW), (FULL, many)];
    let mut report = Report::default();
    {
        let lifeboat = lifeboat(&dir.sub("lifeboat"));
        let base = format!("http://{}", lifeboat.http().addr());
        let pid = lifeboat.pid().expect("Lifeboat runs");
        for (user, messages) in inboxes {
            deliver(&lifeboat, user, messages);
            report.add("Lifeboat", messages, ask("lifeboat", &base, user, &[pid]));
        }
    }
    let dovecot = dovecot(&dir.sub("dovecot"), many);
    let roundcube = roundcube::Roundcube::start(&dir.sub("roundcube"), dovecot.imap().addr());
    let [php, nginx] = roundcube.pids();
    let imap = dovecot.pid().expect("Dovecot runs");
    for (user, messages) in inboxes {
        let measured = ask("roundcube", roundcube.base(), user, &[php, nginx, imap]);
        report.add("Roundcube", messages, measured);
    }
    report.print();
}

/// What was measured, for each webmail and inbox.
#[derive(Default)]
struct Report(Vec<(&'static str, usize, Value)>);

impl Report {
    fn add(&mut self, by: &'static str, messages: usize, measured: Value) {
        println!("{by}, {messages} messages: {measured}");
        self.0.push((by, messages, measured));
    }

    fn number(&self, by: &str, messages: usize, page: &str, what: &str) -> f64 {
        let mut rows = self.0.iter();
        let row = rows.find(|row| row.0 == by && row.1 == messages);
        row.and_then(|row| row.2[page][what].as_f64())
            .unwrap_or(f64::NAN)
    }

    /// Prints the table and writes it. Roundcube's share of a ratio is Roundcube's of the same inbox.
    fn print(&self) {
        let mut rows = Vec::new();
        for (by, messages, measured) in &self.0 {
            for page in PAGES {
                let number = |what| self.number(by, *messages, page, what);
                let small = self.number(by, FEW, page, "p50_ms");
                let peer = |what| self.number("Roundcube", *messages, page, what) / number(what);
                rows.push(vec![
                    (*by).to_owned(),
                    messages.to_string(),
                    page.to_owned(),
                    figure(number("p50_ms")),
                    figure(number("p99_ms")),
                    figure(number("p50_ms") / small),
                    figure(number("cpu_ms")),
                    figure(peer("p50_ms")),
                    figure(peer("cpu_ms")),
                    figure(number("first_ms") / 1000.0),
                    measured["bytes"].to_string(),
                    measured["requests"].to_string(),
                ]);
            }
        }
        println!();
        let heads = [
            "by",
            "messages",
            "page",
            "p50 ms",
            "p99 ms",
            "× 100",
            "CPU ms",
            "× Roundcube, time",
            "CPU",
            "first s",
            "inbox bytes",
            "requests",
        ];
        measure::print_table(&heads, &rows);
        let all: Vec<Value> = self
            .0
            .iter()
            .map(|(by, messages, measured)| json!({ "by": by, "messages": messages, "measured": measured }))
            .collect();
        measure::write_json("webmail", &json!({ "rows": all }));
    }
}

/// What `bench.mjs` measures of one mailbox; the time of the processes that `leaders` lead counts.
fn ask(kind: &str, base: &str, user: &str, leaders: &[u32]) -> Value {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    let output = Command::new("node")
        .args(["bench.mjs", kind, base, user, PASSWORD])
        .arg(setting("BENCH_ROUNDS", 200).to_string())
        .args(leaders.iter().map(u32::to_string))
        .current_dir(tools)
        .output()
        .expect("node runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("JSON from bench.mjs")
}

/// Message `number`: senders, subjects and words recur as in real mail, so that a search finds some.
fn message(number: usize, to: &str) -> String {
    let (person, topic) = (number % 97, number % 13);
    format!(
        "From: Person {person} <p{person}@remote.example>\r\nTo: {to}\r\n\
         Subject: About topic{topic}, part {number}\r\nMessage-ID: <{number}@bench.example>\r\n\
         Date: Sun, 22 Nov 2026 {:02}:{:02}:{:02} +0000\r\n\r\n\
         Number {number}: words about topic{topic} for word{}.\r\n{}",
        number / 3600 % 24,
        number / 60 % 60,
        number % 60,
        number % 499,
        "A line of text as long as lines usually are in mail.\r\n".repeat(20),
    )
}

/// A Lifeboat that serves both mailboxes.
fn lifeboat(dir: &Path) -> Lifeboat {
    let dead = Port::reserve();
    let password = dir.join("master");
    std::fs::write(&password, "master\n").expect("the master password");
    let options = LifeboatOptions {
        mailstores: vec![MailstoreOptions {
            id: "a1".into(),
            imap: dead.addr().to_string(),
            lmtp: dead.addr().to_string(),
            master_password_file: password,
            sentinel: None,
            extra: String::new(),
        }],
        ..LifeboatOptions::default()
    };
    let binary = Path::new(env!("CARGO_BIN_EXE_lifeboat"));
    let lifeboat = Lifeboat::start(binary, &dir.join("server"), options);
    let users = dir.join("users.ndjson");
    let row = |user: &str| {
        let hash = format!("{{PLAIN}}{PASSWORD}");
        json!({ "mailbox": user, "mailstore": "a1", "password_hash": hash }).to_string() + "\n"
    };
    std::fs::write(&users, row(SMALL) + &row(FULL)).expect("the users");
    let users = users.to_str().expect("a path");
    lifeboat.cli(&["provision", users, "--format", "ndjson"]);
    lifeboat.cli(&["failover", "activate", "mailstore:a1", "--reason", "bench"]);
    lifeboat
}

/// Delivers messages as they come in, one after the other on each of several connections.
fn deliver(lifeboat: &Lifeboat, user: &str, messages: usize) {
    std::thread::scope(|scope| {
        for first in 0..DELIVERING {
            scope.spawn(move || {
                let mut client = SmtpClient::connect(lifeboat.lmtp().addr(), Dialect::Lmtp)
                    .expect("LMTP answers");
                for number in (first..messages).step_by(DELIVERING) {
                    let letter = message(number, user);
                    let replies = client
                        .send("x@remote.example", &[user], letter.as_bytes())
                        .expect("LMTP takes the message");
                    assert!(replies.iter().all(|reply| reply.is_ok()), "{replies:?}");
                }
            });
        }
    });
}

/// A Dovecot whose mailboxes hold the same mail, put there as files.
fn dovecot(dir: &Path, many: usize) -> Dovecot {
    let users = [SMALL, FULL].map(|user| User::plain(user, PASSWORD));
    let options = DovecotOptions {
        users: users.to_vec(),
        ..DovecotOptions::default()
    };
    let mut dovecot = Dovecot::prepare("dovecot", dir, options);
    for (user, messages) in [(SMALL, FEW), (FULL, many)] {
        let maildir = dovecot.home(user).join("Maildir");
        for sub in ["cur", "new", "tmp"] {
            std::fs::create_dir_all(maildir.join(sub)).expect("a Maildir");
        }
        for number in 0..messages {
            let file = maildir.join(format!(
                "cur/{}.M1P{number}.bench:2,",
                1_795_000_000 + number
            ));
            std::fs::write(file, message(number, user)).expect("a message");
        }
    }
    let mail = dir.join("mail");
    let owner = format!("{0}:{0}", rig::dovecot::MAIL_UID);
    let owned = Command::new("chown")
        .args(["-R", &owner])
        .arg(&mail)
        .status();
    assert!(owned.expect("chown runs").success());
    dovecot.restart();
    dovecot
}
