//! The merge, side by side with mbsync pushing the same messages into the same Dovecot, with
//! MULTIAPPEND by hand, and with `doveadm import`: the same messages, disk and machine, in one run,
//! each into an empty mailbox.
//!
//! Lifeboat's time runs from the command that gives the mailbox its route back until everything has
//! been appended, read back, compared and settled; the others' until their last command is answered.
//! Dovecot syncs every message (`mail_fsync = always`).
//!
//! `BENCH_MESSAGES` and `BENCH_SLOW_MESSAGES` (how many, in the runs with slow syncs), `BENCH_OCTETS`
//! (how large), `BENCH_RUNS` (how often, of which the median counts) change how thorough it is.

#[path = "../measure/mod.rs"]
mod measure;
#[path = "../../tests/rig/mod.rs"]
mod rig;

mod by_hand;
mod doveadm_import;
mod lifeboat_merge;
mod mbsync_push;

use std::path::Path;
use std::time::Duration;

use measure::{figure, median, setting};
use rig::{Dovecot, DovecotOptions, RigDir, Syncs, TestMessage, User};
use serde_json::json;

/// Whose mailbox it is.
const ADDRESS: &str = "ann@bench.example";
/// The user's password.
const PASSWORD: &str = "x";
/// What a sync costs on a slow filer.
const SLOW_SYNC: Duration = Duration::from_millis(5);

fn main() {
    // `cargo test --benches` starts it too.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let octets = setting("BENCH_OCTETS", 5 * 1024);
    let runs: usize = setting("BENCH_RUNS", 3);
    let messages = messages(setting("BENCH_MESSAGES", 2000), octets);
    let slow_count = setting("BENCH_SLOW_MESSAGES", 500);
    let slow_messages = messages.get(..slow_count).unwrap_or(&messages);
    let dir = RigDir::new("merge");
    let plain = compare(&dir, "plain", &messages, runs, None);
    let slow = compare(&dir, "slow", slow_messages, 1, Some(SLOW_SYNC));
    let counted = compare(&dir, "counted", slow_messages, 1, Some(Duration::ZERO));
    let mut rows = Vec::new();
    plain.add(&format!("{} messages", messages.len()), &mut rows);
    let what = format!("{}, each sync 5 ms slower", slow_messages.len());
    slow.add(&what, &mut rows);
    println!();
    measure::print_table(
        &[
            "merge",
            "by",
            "msg/s",
            "x mbsync",
            "x by hand",
            "CPU ms/msg",
            "appended s",
            "all s",
            "SELECT ms",
        ],
        &rows,
    );
    let syncs = |(way, figures): &(&str, Figures)| format!("{way} {}", figure(figures.syncs()));
    let syncs: Vec<String> = counted.ways.iter().map(syncs).collect();
    println!("syncs per message: {}", syncs.join(", "));
    measure::write_json(
        "merge",
        &json!({
            "message_octets": octets,
            "runs": runs,
            "plain": plain.json(),
            "sync_5ms_slower": slow.json(),
            "syncs_counted": counted.json(),
        }),
    );
}

/// Messages as an MX hands them over: each with the queue id by which a merge looks for it.
fn messages(count: usize, octets: usize) -> Vec<Vec<u8>> {
    (0..count)
        .map(|n| {
            let token = format!("{n:06}");
            let mut bytes = format!(
                "Received: from sender.bench.example (sender.bench.example [192.0.2.1])\r\n\
                 \tby mx.bench.example (Postfix) with ESMTP id BENCH{token}\r\n\
                 \tfor <{ADDRESS}>; Mon, 2 Nov 2026 09:00:00 +0000 (UTC)\r\n"
            )
            .into_bytes();
            let rest = octets.saturating_sub(bytes.len());
            bytes.extend(TestMessage::plain("sender@bench.example", ADDRESS, &token, rest).bytes);
            bytes
        })
        .collect()
}

/// The figures of one way.
#[derive(Clone, Copy, Debug, Default)]
struct Figures {
    messages: f64,
    /// Until the last message was in the mailbox.
    appended_secs: f64,
    /// Until all was done.
    secs: f64,
    /// Of everything that took part, per message.
    cpu_ms: f64,
    /// Dovecot's, per message.
    server_syncs: f64,
    /// Lifeboat's, per message.
    own_syncs: f64,
    /// How long SELECT takes afterwards.
    select_ms: f64,
}

impl Figures {
    fn rate(&self) -> f64 {
        self.messages / self.secs
    }

    fn syncs(&self) -> f64 {
        self.server_syncs + self.own_syncs
    }

    fn json(&self) -> serde_json::Value {
        json!({
            "messages_per_second": self.rate(),
            "appended_secs": self.appended_secs,
            "secs": self.secs,
            "cpu_ms_per_message": self.cpu_ms,
            "syncs_per_message": self.syncs(),
            "own_syncs_per_message": self.own_syncs,
            "select_ms": self.select_ms,
        })
    }
}

const MBSYNC: &str = "mbsync";
const BY_HAND: &str = "by hand";

/// The ways, in the order in which they are measured.
const WAYS: [(&str, Way); 5] = [
    (MBSYNC, mbsync_push::measure),
    (BY_HAND, by_hand::measure),
    ("doveadm import", doveadm_import::measure),
    ("Lifeboat, IMAP", lifeboat_merge::by_imap),
    ("Lifeboat, Maildir", lifeboat_merge::by_maildir),
];

struct Comparison {
    messages: usize,
    ways: Vec<(&'static str, Figures)>,
}

impl Comparison {
    fn rate(&self, of: &str) -> f64 {
        let found = self.ways.iter().find(|(way, _)| *way == of);
        found.map_or(f64::NAN, |(_, figures)| figures.rate())
    }

    fn add(&self, what: &str, rows: &mut Vec<Vec<String>>) {
        for (by, figures) in &self.ways {
            rows.push(vec![
                what.to_owned(),
                (*by).to_owned(),
                figure(figures.rate()),
                figure(figures.rate() / self.rate(MBSYNC)),
                figure(figures.rate() / self.rate(BY_HAND)),
                figure(figures.cpu_ms),
                figure(figures.appended_secs),
                figure(figures.secs),
                figure(figures.select_ms),
            ]);
        }
    }

    fn json(&self) -> serde_json::Value {
        let ways: serde_json::Map<String, serde_json::Value> = self
            .ways
            .iter()
            .map(|(way, figures)| {
                let mut one = figures.json();
                one["ratio_to_mbsync"] = (figures.rate() / self.rate(MBSYNC)).into();
                one["ratio_to_by_hand"] = (figures.rate() / self.rate(BY_HAND)).into();
                ((*way).to_owned(), one)
            })
            .collect();
        json!({ "messages": self.messages, "ways": ways })
    }
}

/// Merges in each way in turn, each alone, so often; the medians count.
fn compare(
    dir: &RigDir,
    name: &str,
    messages: &[Vec<u8>],
    runs: usize,
    sync_delay: Option<Duration>,
) -> Comparison {
    let mut all: [Vec<Figures>; WAYS.len()] = Default::default();
    for run in 0..runs {
        let home = dir.sub(&format!("{name}{run}"));
        for (figures, (way, go)) in all.iter_mut().zip(WAYS) {
            let own = way.replace([' ', ','], "-");
            let home = dir.sub(&format!("{name}{run}/{own}"));
            let run = Run {
                home: &home,
                messages,
                sync_delay,
            };
            let one = go(&run);
            eprintln!("{name}: {way} {}/s", figure(one.rate()));
            figures.push(one);
        }
        std::fs::remove_dir_all(&home).expect("remove a run's data");
    }
    let medians = all.iter().map(|runs| middle(runs));
    Comparison {
        messages: messages.len(),
        ways: WAYS.iter().map(|(way, _)| *way).zip(medians).collect(),
    }
}

type Way = fn(&Run<'_>) -> Figures;

fn middle(runs: &[Figures]) -> Figures {
    let of = |field: fn(&Figures) -> f64| median(runs.iter().map(field).collect());
    Figures {
        messages: of(|f| f.messages),
        appended_secs: of(|f| f.appended_secs),
        secs: of(|f| f.secs),
        cpu_ms: of(|f| f.cpu_ms),
        server_syncs: of(|f| f.server_syncs),
        own_syncs: of(|f| f.own_syncs),
        select_ms: of(|f| f.select_ms),
    }
}

/// One measurement.
struct Run<'a> {
    home: &'a Path,
    messages: &'a [Vec<u8>],
    sync_delay: Option<Duration>,
}

impl Run<'_> {
    fn syncs(&self, server: &str) -> Option<Syncs> {
        self.sync_delay.map(|delay| Syncs {
            delay,
            log: self.home.join(format!("{server}.syncs")),
        })
    }

    /// An empty mailbox in a Dovecot of its own, and the Dovecot's process.
    fn dovecot(&self) -> (Dovecot, u32) {
        let home = self.home.join("dovecot");
        std::fs::create_dir_all(&home).expect("create Dovecot's directory");
        let options = DovecotOptions {
            users: vec![User::plain(ADDRESS, PASSWORD)],
            syncs: self.syncs("dovecot"),
            ..DovecotOptions::default()
        };
        let dovecot = Dovecot::start("bench", &home, options);
        // The folders are made at the first sign-in.
        let mut session = dovecot.session(ADDRESS);
        session.examine("INBOX");
        let pid = std::fs::read_to_string(home.join("run/master.pid")).expect("Dovecot's pid");
        (dovecot, pid.trim().parse().expect("a pid"))
    }

    /// So many messages lie in the mailbox.
    fn arrived(&self) -> usize {
        let inbox = self.home.join("dovecot/mail/bench.example/ann/Maildir");
        let count = |sub: &str| std::fs::read_dir(inbox.join(sub)).map_or(0, Iterator::count);
        count("new") + count("cur")
    }

    /// Checks that everything is there, and measures the second SELECT: what a desktop client waits
    /// for each time it looks.
    fn check(&self, dovecot: &Dovecot, figures: Figures) -> Figures {
        let mut session = dovecot.session(ADDRESS);
        let found = session.select("INBOX").exists;
        assert_eq!(found as usize, self.messages.len(), "messages went amiss");
        drop(session);
        let mut session = dovecot.session(ADDRESS);
        let began = std::time::Instant::now();
        session.select("INBOX");
        Figures {
            select_ms: began.elapsed().as_secs_f64() * 1000.0,
            ..figures
        }
    }
}

/// What was used before a measurement begins.
struct Meter {
    pids: Vec<u32>,
    cpu: Duration,
    syncs: Vec<(Syncs, usize)>,
    began: std::time::Instant,
}

impl Meter {
    fn start(pids: &[u32], syncs: [Option<Syncs>; 2]) -> Self {
        let counted = |syncs: Syncs| {
            let count = syncs.count();
            (syncs, count)
        };
        Self {
            pids: pids.to_vec(),
            cpu: pids.iter().map(|&pid| measure::cpu_time(pid)).sum(),
            syncs: syncs.into_iter().flatten().map(counted).collect(),
            began: std::time::Instant::now(),
        }
    }

    /// `syncs` of the start, in its order: the server's, then Lifeboat's.
    fn stop(self, messages: usize, appended: Option<Duration>) -> Figures {
        let took = self.began.elapsed();
        let cpu: Duration = self.pids.iter().map(|&pid| measure::cpu_time(pid)).sum();
        let count = messages as f64;
        let mut syncs = self
            .syncs
            .iter()
            .map(|(syncs, before)| (syncs.count() - before) as f64 / count);
        Figures {
            messages: count,
            appended_secs: appended.unwrap_or(took).as_secs_f64(),
            secs: took.as_secs_f64(),
            cpu_ms: cpu.saturating_sub(self.cpu).as_secs_f64() * 1000.0 / count,
            server_syncs: syncs.next().unwrap_or(0.0),
            own_syncs: syncs.next().unwrap_or(0.0),
            select_ms: 0.0,
        }
    }
}
