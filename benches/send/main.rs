//! The outgoing queue drained, side by side with Postfix: the same messages, disk, machine and receiver
//! (Postfix's `smtp-sink`), in one run. What is queued is durable before the clock starts; it stops when the
//! receiver has answered the last message. At the end once more with every sync 5 ms slower, as on a slow filer.
//!
//! `BENCH_MESSAGES` (how many are queued), `BENCH_RUNS` (how many, of which the median counts), `BENCH_OCTETS` (the
//! size of the messages) and `BENCH_CONNECTIONS` change what is run.

#[path = "../measure/mod.rs"]
mod measure;
#[path = "../../tests/rig/mod.rs"]
mod rig;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use lifeboat::clock::{Clock, SystemClock, Timestamp};
use lifeboat::ids::{Address, MailboxId, QueueId};
use lifeboat::store::queue::{self, NewEntry, Tell};
use lifeboat::store::{Store, StoreError, StoreOptions, directory};
use measure::{figure, median, setting};
use rig::{
    Dialect, Lifeboat, LifeboatOptions, MailstoreOptions, Port, Postfix, PostfixOptions, RigDir,
    SmtpClient, Syncs, wait_until,
};
use serde_json::{Value, json};

const MAILBOXES: usize = 100;
const CONNECTIONS: &str = "1,16,64";
/// From queueing until the messages are due: the server is up by then.
const HEAD_START: Duration = Duration::from_secs(20);
/// What a sync costs on a slow filer.
const SLOW_SYNC: Duration = Duration::from_millis(5);
const SLOW_CONNECTIONS: usize = 64;
const PATIENCE: Duration = Duration::from_secs(600);

fn main() {
    // `cargo test --benches` starts it too.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let runs: usize = setting("BENCH_RUNS", 3);
    let load = Load {
        messages: setting("BENCH_MESSAGES", 5_000),
        octets: setting("BENCH_OCTETS", 5 * 1024),
        connections: 0,
        sync_delay: None,
    };
    let dir = RigDir::new("send");
    let mut rows = Vec::new();
    let mut results = Vec::new();
    for connections in setting("BENCH_CONNECTIONS", CONNECTIONS.to_owned()).split(',') {
        let connections = connections
            .parse()
            .expect("BENCH_CONNECTIONS is numbers and commas");
        let load = Load {
            connections,
            ..load
        };
        results.push(compare(&dir, &load, runs, &mut rows));
    }
    let slow = Load {
        connections: SLOW_CONNECTIONS,
        sync_delay: Some(SLOW_SYNC),
        ..load
    };
    results.push(compare(&dir, &slow, 1, &mut rows));
    println!();
    measure::print_table(
        &["queue drained", "server", "msg/s", "ratio", "CPU ms/msg"],
        &rows,
    );
    measure::write_json(
        "send",
        &json!({
            "messages": load.messages,
            "message_octets": load.octets,
            "mailboxes": MAILBOXES,
            "runs": runs,
            "results": results,
        }),
    );
}

/// Drains both queues so often; adds the rows of the table.
fn compare(dir: &RigDir, load: &Load, runs: usize, rows: &mut Vec<Vec<String>>) -> Value {
    let connections = load.connections;
    let name = match load.sync_delay {
        None => format!("{connections} connections"),
        Some(_) => format!("{connections} connections, each sync 5 ms slower"),
    };
    let (mut postfix, mut lifeboat) = (Vec::new(), Vec::new());
    for run in 0..runs {
        let home = dir.sub(&format!(
            "c{connections}-{}-{run}",
            load.sync_delay.is_some()
        ));
        postfix.push(drain_postfix(&home.join("postfix"), load));
        lifeboat.push(drain_lifeboat(&home, load));
        eprintln!(
            "{name}, run {}: Postfix {}/s, Lifeboat {}/s",
            run + 1,
            figure(postfix[run].rate),
            figure(lifeboat[run].rate)
        );
        std::fs::remove_dir_all(&home).expect("remove a run's data");
    }
    let (postfix, lifeboat) = (middle(&postfix), middle(&lifeboat));
    let ratio = lifeboat.rate / postfix.rate;
    for (server, figures, ratio) in [
        ("Postfix", &postfix, String::new()),
        ("Lifeboat", &lifeboat, figure(ratio)),
    ] {
        rows.push(vec![
            name.clone(),
            server.to_owned(),
            figure(figures.rate),
            ratio,
            figure(figures.cpu_ms),
        ]);
    }
    json!({
        "connections": connections,
        "sync_delay_ms": load.sync_delay.map(|delay| delay.as_millis()),
        "postfix": postfix.json(),
        "lifeboat": lifeboat.json(),
        "ratio": ratio,
    })
}

/// What is queued, and over how many connections it leaves.
#[derive(Clone, Copy, Debug)]
struct Load {
    messages: usize,
    octets: usize,
    connections: usize,
    /// What every sync takes longer.
    sync_delay: Option<Duration>,
}

impl Load {
    fn syncs(&self, dir: &Path, server: &str) -> Option<Syncs> {
        self.sync_delay.map(|delay| Syncs {
            delay,
            log: dir.join(format!("{server}.syncs")),
        })
    }
}

#[derive(Clone, Copy, Debug)]
struct Figures {
    rate: f64,
    cpu_ms: f64,
}

impl Figures {
    fn of(load: &Load, elapsed: Duration, cpu: Duration) -> Self {
        let count = load.messages as f64;
        let cpu_ms = cpu.as_secs_f64() * 1000.0 / count;
        Self {
            rate: count / elapsed.as_secs_f64(),
            // Of who is watched it would be the watcher's too.
            cpu_ms: match load.sync_delay {
                None => cpu_ms,
                Some(_) => f64::NAN,
            },
        }
    }

    fn json(&self) -> serde_json::Value {
        json!({ "messages_per_second": self.rate, "cpu_ms_per_message": self.cpu_ms })
    }
}

fn middle(runs: &[Figures]) -> Figures {
    let of = |field: fn(&Figures) -> f64| median(runs.iter().map(field).collect());
    Figures {
        rate: of(|f| f.rate),
        cpu_ms: of(|f| f.cpu_ms),
    }
}

/// Postfix's test receiver, and how many messages it has answered.
struct SmtpSink {
    child: Child,
    port: Port,
    taken: Arc<AtomicUsize>,
}

impl SmtpSink {
    fn start() -> Self {
        let port = Port::reserve();
        let mut child = Command::new("/usr/sbin/smtp-sink")
            .args(["-c", "-u", "root", &port.addr().to_string(), "1000"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("start smtp-sink");
        let taken = Arc::<AtomicUsize>::default();
        let (mut counters, counted) = (child.stdout.take().expect("a pipe"), taken.clone());
        std::thread::spawn(move || {
            // "sess=1 quit=0 mesg=12\r", over and over.
            let (mut piece, mut rest) = ([0; 4096], String::new());
            while let Ok(length @ 1..) = counters.read(&mut piece) {
                rest.push_str(&String::from_utf8_lossy(&piece[..length]));
                let Some((whole, begun)) = rest.rsplit_once('\r') else {
                    continue;
                };
                let last = whole.rsplit("mesg=").next().unwrap_or_default();
                let number: String = last.chars().take_while(char::is_ascii_digit).collect();
                if let Ok(number) = number.parse() {
                    counted.store(number, Ordering::Release);
                }
                rest = begun.to_owned();
            }
        });
        wait_until("smtp-sink answers", PATIENCE, || {
            SmtpClient::connect(port.addr(), Dialect::Smtp).is_ok()
        });
        Self { child, port, taken }
    }

    /// Waits until it has that many more than `before`.
    fn wait_for(&self, messages: usize) {
        let until = Instant::now() + PATIENCE;
        while self.taken.load(Ordering::Acquire) < messages {
            assert!(Instant::now() < until, "the queue is not drained");
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Fills Postfix's queue on hold, releases it, and waits until it is empty.
fn drain_postfix(dir: &Path, load: &Load) -> Figures {
    std::fs::create_dir_all(dir).expect("create Postfix's directory");
    let sink = SmtpSink::start();
    let connections = load.connections;
    let options = PostfixOptions {
        relayhost: Some(sink.port.addr()),
        extra: format!(
            "smtpd_client_restrictions = static:HOLD\ndefault_process_limit = 200\n\
             initial_destination_concurrency = {connections}\n\
             default_destination_concurrency_limit = {connections}\n\
             qmgr_message_active_limit = 20000\nminimal_backoff_time = 1s\n"
        ),
        syncs: load.syncs(dir, "postfix"),
        ..PostfixOptions::default()
    };
    let mut postfix = Postfix::start(dir, options);
    let filled = Command::new("/usr/sbin/smtp-source")
        .args(["-s", "20", "-l", &load.octets.to_string()])
        .args(["-m", &load.messages.to_string()])
        .args(["-f", "user0@bench.example", "-t", "you@elsewhere.test"])
        .arg(postfix.smtp().addr().to_string())
        .status()
        .expect("run smtp-source");
    assert!(filled.success(), "smtp-source: {filled}");
    let pid = std::fs::read_to_string(postfix.queue_dir().join("pid/master.pid"));
    let pid = pid.expect("read Postfix's pid").trim().parse();
    let pid = pid.expect("a pid");
    let cpu = measure::cpu_time(pid);
    let start = Instant::now();
    let released = Command::new("/usr/sbin/postsuper")
        .arg("-c")
        .arg(postfix.queue_dir().with_file_name("etc"))
        .args(["-H", "ALL"])
        .stderr(Stdio::null())
        .status()
        .expect("run postsuper");
    assert!(released.success(), "postsuper: {released}");
    postfix.flush();
    sink.wait_for(load.messages);
    let figures = Figures::of(
        load,
        start.elapsed(),
        measure::cpu_time(pid).saturating_sub(cpu),
    );
    postfix.kill();
    figures
}

/// Fills Lifeboat's queue before it starts, and waits until it is empty.
fn drain_lifeboat(home: &Path, load: &Load) -> Figures {
    let sink = SmtpSink::start();
    let nowhere = Port::reserve();
    let password = home.join("password");
    std::fs::write(&password, "x\n").expect("write a password");
    let options = LifeboatOptions {
        mailstores: vec![MailstoreOptions {
            id: "a1".to_owned(),
            imap: nowhere.to_string(),
            lmtp: nowhere.to_string(),
            master_password_file: password,
            sentinel: None,
            extra: String::new(),
        }],
        extra: format!(
            "[relay]\nsmarthost = \"{}\"\nconnections_max = {}\n",
            sink.port.addr(),
            load.connections
        ),
        syncs: load.syncs(home, "lifeboat"),
        ..LifeboatOptions::default()
    };
    let binary = PathBuf::from(env!("CARGO_BIN_EXE_lifeboat"));
    let mut lifeboat = Lifeboat::prepare(&binary, &home.join("lifeboat"), options);
    let due = SystemClock.now().after(HEAD_START);
    fill(&lifeboat.store_path(), load, due);
    lifeboat.launch();
    let lmtp = lifeboat.lmtp().addr();
    wait_until("Lifeboat answers", PATIENCE, || {
        SmtpClient::connect(lmtp, Dialect::Lmtp).is_ok()
    });
    let pid = lifeboat.pid().expect("a running server");
    let left = due.since(SystemClock.now());
    assert!(
        !left.is_zero(),
        "it took longer to queue them than to be due"
    );
    std::thread::sleep(left);
    let cpu = measure::cpu_time(pid);
    let start = Instant::now();
    sink.wait_for(load.messages);
    let figures = Figures::of(
        load,
        start.elapsed(),
        measure::cpu_time(pid).saturating_sub(cpu),
    );
    lifeboat.stop();
    figures
}

/// Queues the messages in a store that no server has open yet, by turns from many mailboxes.
fn fill(path: &Path, load: &Load, due: Timestamp) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let senders: Vec<(Address, MailboxId)> = (0..MAILBOXES)
        .map(|n| {
            let address = format!("user{n}@bench.example").parse().expect("address");
            (address, MailboxId::generate())
        })
        .collect();
    let head = "From: user@bench.example\r\nTo: you@elsewhere.test\r\nSubject: a bench\r\n\r\n";
    let line = "A line of text that is as long as lines are in mail, more or less.\r\n";
    let lines = load.octets.saturating_sub(head.len()) / line.len();
    let message = format!("{head}{}", line.repeat(lines)).into_bytes();
    let now = SystemClock.now();
    runtime.block_on(async {
        let store = Store::open(path, &StoreOptions::default()).expect("open the store");
        let mailboxes = senders.clone();
        store
            .write(move |tx| -> Result<(), StoreError> {
                for (address, id) in &mailboxes {
                    let record = directory::MailboxRecord {
                        id: *id,
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
        let mut writes = tokio::task::JoinSet::new();
        for number in 0..load.messages {
            if writes.len() >= 200 {
                writes.join_next().await.expect("a write").expect("queued");
            }
            let (address, mailbox) = senders[number % senders.len()].clone();
            let (store, message) = (store.clone(), message.clone());
            writes.spawn(async move {
                let body = store.new_body(now, &message).expect("a body");
                let queued = store.write_with_body(body, move |tx, body| {
                    let entry = NewEntry {
                        id: QueueId::generate(now),
                        mailbox,
                        sender: address.clone(),
                        reverse_path: Some(address.to_string()),
                        recipients: vec!["you@elsewhere.test".to_owned()],
                        copy: None,
                        prefix: Vec::new(),
                        body,
                        created_at: now,
                        not_before: due,
                        expires_at: due.after(Duration::from_secs(86_400)),
                        tell: Tell::default(),
                    };
                    queue::enqueue(tx, &entry)
                });
                queued.await.expect("queue a message");
            });
        }
        while let Some(written) = writes.join_next().await {
            written.expect("queued");
        }
    });
    // The store's own thread lets go of the files a moment after the store is dropped.
    wait_until("the store is free", Duration::from_secs(10), || {
        std::thread::sleep(Duration::from_millis(200));
        Store::open(path, &StoreOptions::default()).is_ok()
    });
    std::thread::sleep(Duration::from_millis(500));
}
