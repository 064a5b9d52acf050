//! Many mailboxes that hold mail, two messages for each, merged by as many connections as Lifeboat uses,
//! side by side with signing in alone, what no merge by IMAP can do without, and with one MULTIAPPEND
//! each by hand: no journal, nothing read back. With Dovecot's default login service (a process for
//! each login) and with login processes that are used again.
//!
//! `BENCH_MAILBOXES` (how many) and `BENCH_OCTETS` (how large a message is) change how thorough it is.

#[path = "../measure/mod.rs"]
mod measure;
#[path = "../../tests/rig/mod.rs"]
mod rig;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use measure::{cpu_time, figure, setting};
use rig::{
    Dialect, Dovecot, DovecotOptions, ImapSession, Lifeboat, LifeboatOptions, MailstoreOptions,
    RigDir, SmtpClient, TestMessage, User, wait_until,
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
        let rates = compare(&home, count, octets, reuse);
        let login = rates[0].1;
        for (by, rate, server_cpu_ms, own_cpu_ms) in rates {
            rows.push(vec![
                name.to_owned(),
                by.to_owned(),
                figure(rate),
                figure(rate / login),
                figure(server_cpu_ms),
                figure(own_cpu_ms),
            ]);
            report.push(json!({
                "login_processes_reused": reuse,
                "by": by,
                "mailboxes_per_second": rate,
                "ratio_to_login": rate / login,
                "server_cpu_ms_per_mailbox": server_cpu_ms,
                "own_cpu_ms_per_mailbox": own_cpu_ms,
            }));
        }
    }
    println!();
    let heads = [
        "login service",
        "by",
        "mailboxes/s",
        "x login",
        "Dovecot CPU ms",
        "own CPU ms",
    ];
    measure::print_table(&heads, &rows);
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

/// A way, the mailboxes it does in a second, and the processor time of each in ms: Dovecot's, its own.
type Rate = (&'static str, f64, f64, f64);

fn compare(home: &Path, count: usize, octets: usize, reuse: bool) -> [Rate; 3] {
    let options = DovecotOptions {
        users: (0..count).map(|n| User::plain(&address(n), "x")).collect(),
        reuse_login_processes: reuse,
        ..DovecotOptions::default()
    };
    let dovecot_home = home.join("dovecot");
    std::fs::create_dir_all(&dovecot_home).expect("create Dovecot's directory");
    let dovecot = Dovecot::start("bench", &dovecot_home, options);
    // A mailbox that was never used is made at its first sign-in, which is not what is measured.
    in_each(&dovecot, count, |session, _| {
        session.append("INBOX", &[], None, b"Subject: old\r\n\r\nold\r\n");
        session.select("INBOX");
    });
    let pid = std::fs::read_to_string(dovecot_home.join("run/master.pid")).expect("its pid");
    let pid: u32 = pid.trim().parse().expect("a number");
    let rate = |way: &'static str, run: &dyn Fn() -> (Duration, Duration)| {
        let before = cpu_time(pid);
        let (took, own) = run();
        let server = cpu_time(pid).saturating_sub(before);
        let each = |cpu: Duration| cpu.as_secs_f64() * 1000.0 / count as f64;
        let rate = count as f64 / took.as_secs_f64();
        eprintln!("{way} {}/s", figure(rate));
        (way, rate, each(server), each(own))
    };
    let by_rig = |what: &(dyn Fn(&mut ImapSession, usize) + Sync)| {
        let before = cpu_time(std::process::id());
        let took = in_each(&dovecot, count, what);
        (took, cpu_time(std::process::id()).saturating_sub(before))
    };
    [
        rate("login alone", &|| by_rig(&|_, _| {})),
        rate("by hand", &|| {
            by_rig(&|session, n| append_at_once(session, n, octets))
        }),
        rate("Lifeboat", &|| merge_all(home, &dovecot, count, octets)),
    ]
}

/// Signs in to each mailbox, does something there and signs out.
fn in_each(
    dovecot: &Dovecot,
    count: usize,
    what: impl Fn(&mut ImapSession, usize) + Sync,
) -> Duration {
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
                    let mut session = dovecot.session(&address(n));
                    what(&mut session, n);
                    session.command("LOGOUT");
                }
            });
        }
    });
    began.elapsed()
}

/// All messages in one MULTIAPPEND (RFC 3502), without waiting for leave to send (RFC 7888).
fn append_at_once(session: &mut ImapSession, n: usize, octets: usize) {
    let to = address(n);
    let mut command = "APPEND INBOX".to_owned();
    for round in 0..EACH {
        let token = format!("hand-{round}-{n}");
        let message = TestMessage::plain("sender@bench.example", &to, &token, octets).bytes;
        let text = String::from_utf8(message).expect("ASCII");
        let _ = write!(
            command,
            " () \"02-Nov-2026 09:00:00 +0000\" {{{}+}}\r\n{text}",
            text.len()
        );
    }
    session.command(&command);
}

fn merge_all(home: &Path, dovecot: &Dovecot, count: usize, octets: usize) -> (Duration, Duration) {
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
    let pid = lifeboat.pid().expect("Lifeboat runs");
    let (began, before) = (Instant::now(), cpu_time(pid));
    lifeboat.cli(&["failover", "return", &scope, "--reason", "a benchmark"]);
    wait_until("everything is merged", PATIENCE, || {
        unmerged(&lifeboat) == 0
    });
    let took = began.elapsed();
    let own = cpu_time(pid).saturating_sub(before);
    lifeboat.kill();
    (took, own)
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
