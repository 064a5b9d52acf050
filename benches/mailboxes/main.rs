//! Many mailboxes with two messages each, merged by as many connections as Lifeboat uses, side by side
//! with signing in alone: what no merge by IMAP can do without. With Dovecot's default login service
//! (a process for each login) and with login processes that are used again.
//!
//! `BENCH_MAILBOXES` (how many) and `BENCH_OCTETS` (how large a message is) change how thorough it is.

#[path = "../measure/mod.rs"]
mod measure;
#[path = "../../tests/rig/mod.rs"]
mod rig;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use measure::{figure, setting};
use rig::{
    Dialect, Dovecot, DovecotOptions, Lifeboat, LifeboatOptions, MailstoreOptions, RigDir,
    SmtpClient, TestMessage, User, wait_until,
};
use serde_json::json;

/// Connections at a time: the default of `merge.concurrency`.
const CONNECTIONS: usize = 8;
/// Messages in each mailbox.
const EACH: usize = 2;
const PATIENCE: Duration = Duration::from_secs(1800);

fn main() {
    // `cargo test --benches` starts it too.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let count = setting("BENCH_MAILBOXES", 5000);
    let octets = setting("BENCH_OCTETS", 5 * 1024);
    let dir = RigDir::new("mailboxes");
    let mut rows = Vec::new();
    let mut report = Vec::new();
    for (name, reuse) in [("a process per login", false), ("reused", true)] {
        let home = dir.sub(if reuse { "reused" } else { "each" });
        let (login, merge) = compare(&home, count, octets, reuse);
        for (by, rate) in [("login alone", login), ("Lifeboat", merge)] {
            rows.push(vec![
                name.to_owned(),
                by.to_owned(),
                figure(rate),
                figure(rate / login),
            ]);
        }
        report.push(json!({
            "login_processes_reused": reuse,
            "logins_per_second": login,
            "mailboxes_per_second": merge,
            "ratio": merge / login,
        }));
    }
    println!();
    measure::print_table(&["login service", "by", "mailboxes/s", "x login"], &rows);
    measure::write_json(
        "mailboxes",
        &json!({
            "mailboxes": count,
            "messages_each": EACH,
            "message_octets": octets,
            "connections": CONNECTIONS,
            "modes": report,
        }),
    );
}

fn address(n: usize) -> String {
    format!("user{n}@bench.example")
}

/// Mailboxes a second: signed in to, and merged.
fn compare(home: &Path, count: usize, octets: usize, reuse: bool) -> (f64, f64) {
    let options = DovecotOptions {
        users: (0..count).map(|n| User::plain(&address(n), "x")).collect(),
        reuse_login_processes: reuse,
        ..DovecotOptions::default()
    };
    let dovecot_home = home.join("dovecot");
    std::fs::create_dir_all(&dovecot_home).expect("create Dovecot's directory");
    let dovecot = Dovecot::start("bench", &dovecot_home, options);
    // The folders are made at the first sign-in, which is not what is measured.
    sign_in_to_all(&dovecot, count);
    let login = count as f64 / sign_in_to_all(&dovecot, count).as_secs_f64();
    eprintln!("login alone {}/s", figure(login));
    let merge = count as f64 / merge_all(home, &dovecot, count, octets).as_secs_f64();
    eprintln!("Lifeboat {}/s", figure(merge));
    (login, merge)
}

fn sign_in_to_all(dovecot: &Dovecot, count: usize) -> Duration {
    let next = AtomicUsize::new(0);
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= count {
                        return;
                    }
                    dovecot.session(&address(n)).command("LOGOUT");
                }
            });
        }
    });
    began.elapsed()
}

fn merge_all(home: &Path, dovecot: &Dovecot, count: usize, octets: usize) -> Duration {
    let options = LifeboatOptions {
        mailstores: vec![MailstoreOptions::of(dovecot)],
        // Nothing here shall fail over by itself, whatever the load.
        extra: "[failover]\npolicy = \"manual\"\n".to_owned(),
        ..LifeboatOptions::default()
    };
    let binary = Path::new(env!("CARGO_BIN_EXE_lifeboat"));
    let mut lifeboat = Lifeboat::start(binary, &home.join("lifeboat"), options);
    let file = home.join("mailboxes.ndjson");
    let rows: String = (0..count)
        .map(|n| json!({ "mailbox": address(n), "mailstore": dovecot.name() }).to_string() + "\n")
        .collect();
    std::fs::write(&file, rows).expect("write the mailboxes");
    lifeboat.cli(&["provision", &file.display().to_string()]);
    let scope = format!("mailstore:{}", dovecot.name());
    lifeboat.cli(&["failover", "activate", &scope, "--reason", "a benchmark"]);
    take_in(&lifeboat, count, octets);
    let began = Instant::now();
    lifeboat.cli(&["failover", "return", &scope, "--reason", "a benchmark"]);
    wait_until("everything is merged", PATIENCE, || {
        unmerged(&lifeboat) == 0
    });
    let took = began.elapsed();
    lifeboat.kill();
    took
}

/// A message for some recipients at a time, as an MX hands over what was written to many.
fn take_in(lifeboat: &Lifeboat, count: usize, octets: usize) {
    let connect = SmtpClient::connect(lifeboat.lmtp().addr(), Dialect::Lmtp);
    let mut client = connect.expect("connect to Lifeboat");
    let all: Vec<String> = (0..count).map(address).collect();
    for round in 0..EACH {
        for (group, to) in all.chunks(50).enumerate() {
            let to: Vec<&str> = to.iter().map(String::as_str).collect();
            let token = format!("{round}-{group:06}");
            let message = TestMessage::plain("sender@bench.example", to[0], &token, octets).bytes;
            let replies = client.send("sender@bench.example", &to, &message);
            let replies = replies.expect("LMTP");
            assert!(replies.iter().all(|reply| reply.is_ok()), "{replies:?}");
        }
    }
    assert_eq!(unmerged(lifeboat), (count * EACH) as u64);
}

fn unmerged(lifeboat: &Lifeboat) -> u64 {
    lifeboat.cli_json(&["merge", "status", "--json"])["unmerged"]
        .as_u64()
        .expect("unmerged")
}
