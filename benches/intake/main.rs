//! Durable intake: by LMTP side by side with Dovecot's, by SMTP side by side with Postfix's smtpd: the same
//! client, messages, disk and machine, in one run. All answer 250 only when the message is on the disk; Dovecot
//! (`mail_fsync = always`) and Lifeboat when it is visible in the mailbox too, Postfix when it is in its queue,
//! where it is held, so that it has nothing else to do.
//!
//! `BENCH_SECS` (how long each measurement lasts), `BENCH_RUNS` (how many, of which the median
//! counts), `BENCH_OCTETS` (the size of the messages), `BENCH_CONNECTIONS` and `BENCH_IDLE` (how many connections
//! that say nothing) change what is run.

#[path = "../measure/mod.rs"]
mod measure;
#[path = "../../tests/rig/mod.rs"]
mod rig;

mod client;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use client::Load;
use lifeboat::ids::{Address, MailboxId};
use lifeboat::store::{Store, StoreError, StoreOptions, directory};
use measure::{figure, median, quantile, setting};
use rig::{
    Dialect, Dovecot, DovecotOptions, Lifeboat, LifeboatOptions, MailstoreOptions, Port, Postfix,
    PostfixOptions, RigDir, SmtpClient, Syncs, User, wait_until,
};
use serde_json::json;

const MAILBOXES: usize = 100;
const CONNECTIONS: &str = "1,16,64";
const OCTETS: usize = 5 * 1024;
const IDLE: usize = 5_000;
/// What a sync costs on a slow filer.
const SLOW_SYNC: Duration = Duration::from_millis(5);

fn main() {
    // `cargo test --benches` starts it too.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let secs: f64 = setting("BENCH_SECS", 5.0);
    let runs: usize = setting("BENCH_RUNS", 3);
    let dir = RigDir::new("intake");
    let mailboxes = mailboxes();
    let mut rows = Vec::new();
    let mut results = Vec::new();
    let mut syncs = Vec::new();
    for dialect in [Dialect::Lmtp, Dialect::Smtp] {
        let name = protocol(dialect);
        for connections in setting("BENCH_CONNECTIONS", CONNECTIONS.to_owned()).split(',') {
            let connections = connections
                .parse()
                .expect("BENCH_CONNECTIONS is numbers and commas");
            let load = load(&mailboxes, dialect, connections, secs);
            let plain = compare(&dir, &format!("{name}{connections}"), &load, runs, None);
            plain.add(&format!("{name}, {connections} connections"), &mut rows);
            results.push(plain.json(connections, "plain"));
        }
        let load = load(&mailboxes, dialect, 64, secs);
        let slow = compare(&dir, &format!("{name}-slow"), &load, 1, Some(SLOW_SYNC));
        slow.add(&format!("{name}, 64, each sync 5 ms slower"), &mut rows);
        results.push(slow.json(64, "sync_5ms_slower"));
        let name = format!("{name}-counted");
        syncs.push(compare(&dir, &name, &load, 1, Some(Duration::ZERO)));
    }
    let idle = measure_idle(&dir, setting("BENCH_IDLE", IDLE));
    println!();
    measure::print_table(
        &[
            "durable intake",
            "server",
            "msg/s",
            "ratio",
            "CPU ms/msg",
            "p50 ms",
            "p99 ms",
            "MB",
        ],
        &rows,
    );
    for counted in &syncs {
        println!(
            "syncs per message at 64 connections: {} {}, Lifeboat {}",
            counted.rival(),
            figure(counted.theirs.syncs),
            figure(counted.ours.syncs)
        );
    }
    println!(
        "memory at {} idle SMTP connections, MB: Postfix {}, Lifeboat {}",
        idle.connections,
        figure(idle.postfix_mb),
        figure(idle.lifeboat_mb)
    );
    let of_syncs = |counted: &Comparison| {
        json!({
            "protocol": protocol(counted.dialect),
            "connections": 64,
            "rival": counted.rival(),
            "theirs": counted.theirs.syncs,
            "lifeboat": counted.ours.syncs,
        })
    };
    measure::write_json(
        "intake",
        &json!({
            "message_octets": setting("BENCH_OCTETS", OCTETS),
            "mailboxes": MAILBOXES,
            "seconds": secs,
            "runs": runs,
            "results": results,
            "syncs_per_message": syncs.iter().map(of_syncs).collect::<Vec<_>>(),
            "idle": {
                "connections": idle.connections,
                "postfix_mb": idle.postfix_mb,
                "lifeboat_mb": idle.lifeboat_mb,
            },
        }),
    );
}

const fn protocol(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Lmtp => "LMTP",
        Dialect::Smtp => "SMTP",
    }
}

fn mailboxes() -> Vec<String> {
    (0..MAILBOXES)
        .map(|n| format!("user{n}@bench.example"))
        .collect()
}

fn load(mailboxes: &[String], dialect: Dialect, connections: usize, secs: f64) -> Load {
    Load {
        dialect,
        server: SocketAddr::from(([127, 0, 0, 1], 0)),
        connections,
        mailboxes: mailboxes.to_vec(),
        message_octets: setting("BENCH_OCTETS", OCTETS),
        warm_up: Duration::from_secs_f64((secs / 3.0).min(2.0)),
        measured: Duration::from_secs_f64(secs),
    }
}

/// The figures of one server.
#[derive(Clone, Debug, Default)]
struct Figures {
    rate: f64,
    /// This and the memory are not numbers where strace, which slows or counts syncs, would be
    /// counted too.
    cpu_ms: f64,
    p50_ms: f64,
    p99_ms: f64,
    memory_mb: f64,
    syncs: f64,
}

struct Comparison {
    dialect: Dialect,
    theirs: Figures,
    ours: Figures,
}

impl Comparison {
    /// Who it is compared with.
    const fn rival(&self) -> &'static str {
        rival(self.dialect)
    }

    fn ratio(&self) -> f64 {
        self.ours.rate / self.theirs.rate
    }

    fn add(&self, what: &str, rows: &mut Vec<Vec<String>>) {
        for (server, figures, ratio) in [
            (self.rival(), &self.theirs, String::new()),
            ("Lifeboat", &self.ours, figure(self.ratio())),
        ] {
            rows.push(vec![
                what.to_owned(),
                server.to_owned(),
                figure(figures.rate),
                ratio,
                figure(figures.cpu_ms),
                figure(figures.p50_ms),
                figure(figures.p99_ms),
                figure(figures.memory_mb),
            ]);
        }
    }

    fn json(&self, connections: usize, disk: &str) -> serde_json::Value {
        let figures = |figures: &Figures| {
            json!({
                "messages_per_second": figures.rate,
                "cpu_ms_per_message": figures.cpu_ms,
                "p50_ms": figures.p50_ms,
                "p99_ms": figures.p99_ms,
                "memory_mb": figures.memory_mb,
            })
        };
        json!({
            "protocol": protocol(self.dialect),
            "connections": connections,
            "disk": disk,
            "rival": self.rival(),
            "theirs": figures(&self.theirs),
            "lifeboat": figures(&self.ours),
            "ratio": self.ratio(),
        })
    }
}

/// Runs both servers in turn, each alone, so often; the medians count.
fn compare(
    dir: &RigDir,
    name: &str,
    load: &Load,
    runs: usize,
    sync_delay: Option<Duration>,
) -> Comparison {
    let mut theirs = Vec::new();
    let mut ours = Vec::new();
    let rival = rival(load.dialect);
    for run in 0..runs {
        let home = dir.sub(&format!("{name}{run}"));
        let syncs = |server: &str| {
            sync_delay.map(|delay| Syncs {
                delay,
                log: home.join(format!("{server}.syncs")),
            })
        };
        theirs.push(match load.dialect {
            Dialect::Lmtp => measure_dovecot(&home, load, syncs("dovecot")),
            Dialect::Smtp => measure_postfix(&home, load, syncs("postfix")),
        });
        ours.push(measure_lifeboat(&home, load, syncs("lifeboat")));
        eprintln!(
            "{name} run {}: {rival} {}/s, Lifeboat {}/s",
            run + 1,
            figure(theirs[run].rate),
            figure(ours[run].rate)
        );
        std::fs::remove_dir_all(&home).expect("remove a run's data");
    }
    Comparison {
        dialect: load.dialect,
        theirs: middle(&theirs),
        ours: middle(&ours),
    }
}

const fn rival(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Lmtp => "Dovecot",
        Dialect::Smtp => "Postfix",
    }
}

fn middle(runs: &[Figures]) -> Figures {
    let of = |field: fn(&Figures) -> f64| median(runs.iter().map(field).collect());
    Figures {
        rate: of(|f| f.rate),
        cpu_ms: of(|f| f.cpu_ms),
        p50_ms: of(|f| f.p50_ms),
        p99_ms: of(|f| f.p99_ms),
        memory_mb: of(|f| f.memory_mb),
        syncs: of(|f| f.syncs),
    }
}

fn measure_dovecot(home: &Path, load: &Load, syncs: Option<Syncs>) -> Figures {
    let options = DovecotOptions {
        users: load
            .mailboxes
            .iter()
            .map(|address| User::plain(address, "x"))
            .collect(),
        // Two connections less and the load would measure a limit instead of the server.
        extra: "default_process_limit = 1000\ndefault_client_limit = 10000\n".to_owned(),
        syncs: syncs.clone(),
        ..DovecotOptions::default()
    };
    let dovecot_dir = home.join("dovecot");
    std::fs::create_dir_all(&dovecot_dir).expect("create Dovecot's directory");
    let mut dovecot = Dovecot::start("bench", &dovecot_dir, options);
    let pid_file = dovecot_dir.join("run/master.pid");
    let pid = std::fs::read_to_string(pid_file).expect("read Dovecot's pid");
    let pid = pid.trim().parse().expect("a pid");
    let figures = measure_server(pid, load, dovecot.lmtp().addr(), syncs.as_ref());
    dovecot.stop();
    figures
}

fn postfix(home: &Path, syncs: Option<Syncs>) -> Postfix {
    let dir = home.join("postfix");
    std::fs::create_dir_all(&dir).expect("create Postfix's directory");
    let options = PostfixOptions {
        domains: vec!["bench.example".to_owned()],
        // Held: what counts is that it is in the queue.
        extra: "smtpd_sender_restrictions = check_sender_access static:HOLD\n\
                virtual_transport = discard:\n\
                default_process_limit = 6000\nsmtpd_client_connection_rate_limit = 0\n\
                smtpd_timeout = 600s\n"
            .to_owned(),
        syncs,
        ..PostfixOptions::default()
    };
    Postfix::start(&dir, options)
}

fn measure_postfix(home: &Path, load: &Load, syncs: Option<Syncs>) -> Figures {
    let postfix = postfix(home, syncs.clone());
    measure_server(postfix.pid(), load, postfix.smtp().addr(), syncs.as_ref())
}

/// The memory of servers that nobody says anything to.
struct Idle {
    connections: usize,
    postfix_mb: f64,
    lifeboat_mb: f64,
}

fn measure_idle(dir: &RigDir, connections: usize) -> Idle {
    let home = dir.sub("idle");
    let memory = |pid: u32, server: SocketAddr| {
        let held = client::idle(server, connections).expect("open connections");
        let memory_kb = measure::memory_kb(pid);
        drop(held);
        memory_kb as f64 / 1024.0
    };
    let postfix = postfix(&home, None);
    let postfix_mb = memory(postfix.pid(), postfix.smtp().addr());
    drop(postfix);
    let (mut lifeboat, smtp) = lifeboat(&home, &[], None);
    let lifeboat_mb = memory(lifeboat.pid().expect("a running server"), smtp.addr());
    lifeboat.stop();
    std::fs::remove_dir_all(&home).expect("remove a run's data");
    Idle {
        connections,
        postfix_mb,
        lifeboat_mb,
    }
}

fn measure_lifeboat(home: &Path, load: &Load, syncs: Option<Syncs>) -> Figures {
    let (mut lifeboat, smtp) = lifeboat(home, &load.mailboxes, syncs.clone());
    let server = match load.dialect {
        Dialect::Lmtp => lifeboat.lmtp().addr(),
        Dialect::Smtp => smtp.addr(),
    };
    let pid = lifeboat.pid().expect("a running server");
    let figures = measure_server(pid, load, server, syncs.as_ref());
    lifeboat.stop();
    figures
}

/// A server that has these mailboxes, and its port for SMTP.
fn lifeboat(home: &Path, mailboxes: &[String], syncs: Option<Syncs>) -> (Lifeboat, Port) {
    let smtp = Port::reserve();
    // Nobody listens there: what is taken in stays, as in an outage.
    let nowhere = Port::reserve();
    let password = home.join("password");
    std::fs::write(&password, "x\n").expect("write a password");
    let mailstore = MailstoreOptions {
        id: "a1".to_owned(),
        imap: nowhere.to_string(),
        lmtp: nowhere.to_string(),
        master_password_file: password,
        sentinel: None,
        extra: String::new(),
    };
    let options = LifeboatOptions {
        mailstores: vec![mailstore],
        smarthost: Some(nowhere.to_string()),
        extra: format!("[smtp]\nconnections_max = 6000\n[[smtp_listener]]\nlisten = \"{smtp}\"\n"),
        syncs,
        ..LifeboatOptions::default()
    };
    let binary = PathBuf::from(env!("CARGO_BIN_EXE_lifeboat"));
    let mut lifeboat = Lifeboat::prepare(&binary, &home.join("lifeboat"), options);
    provision(&lifeboat.store_path(), mailboxes);
    lifeboat.launch();
    wait_until("Lifeboat answers", Duration::from_secs(30), || {
        SmtpClient::connect(smtp.addr(), Dialect::Smtp).is_ok()
    });
    (lifeboat, smtp)
}

/// Writes the mailboxes into a store that no server has open yet.
fn provision(path: &Path, mailboxes: &[String]) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let addresses: Vec<Address> = mailboxes
        .iter()
        .map(|m| m.parse().expect("address"))
        .collect();
    runtime.block_on(async {
        let store = Store::open(path, &StoreOptions::default()).expect("open the store");
        store
            .write(move |tx| -> Result<(), StoreError> {
                for address in &addresses {
                    let record = directory::MailboxRecord {
                        id: MailboxId::generate(),
                        mailstore: "a1".parse().expect("mailstore"),
                        password_hash: None,
                        name: None,
                        aliases: Vec::new(),
                    };
                    directory::put_mailbox(tx, address, &record)?;
                }
                Ok(())
            })
            .await
            .expect("provision");
    });
    // The store's own thread lets go of the files a moment after the store is dropped.
    wait_until("the store is free", Duration::from_secs(10), || {
        std::thread::sleep(Duration::from_millis(200));
        Store::open(path, &StoreOptions::default()).is_ok()
    });
    std::thread::sleep(Duration::from_millis(500));
}

fn measure_server(pid: u32, load: &Load, server: SocketAddr, syncs: Option<&Syncs>) -> Figures {
    let load = Load {
        server,
        ..load.clone()
    };
    client::prime(&load).expect("prime the mailboxes");
    let mut cpu = Duration::ZERO;
    let mut synced = 0;
    let mut memory_kb = 0;
    let outcome = client::run(&load, |begins| {
        let (cpu_now, synced_now) = (measure::cpu_time(pid), syncs.map_or(0, Syncs::count));
        if begins {
            (cpu, synced) = (cpu_now, synced_now);
        } else {
            cpu = cpu_now.saturating_sub(cpu);
            synced = synced_now - synced;
            memory_kb = measure::memory_kb(pid);
        }
    });
    assert_eq!(outcome.refused, 0, "messages were refused");
    let count = outcome.latencies.len().max(1) as f64;
    let millis = |q| quantile(&outcome.latencies, q).as_secs_f64() * 1000.0;
    let unless_watched = |value: f64| if syncs.is_some() { f64::NAN } else { value };
    Figures {
        rate: count / outcome.elapsed.as_secs_f64(),
        cpu_ms: unless_watched(cpu.as_secs_f64() * 1000.0 / count),
        p50_ms: millis(0.5),
        p99_ms: millis(0.99),
        memory_mb: unless_watched(memory_kb as f64 / 1024.0),
        syncs: synced as f64 / count,
    }
}
