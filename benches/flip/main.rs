//! A mailstore's mail changes its way: how long it takes until Postfix is told so, with a thousand and
//! with a million mailboxes, by the server's own socketmap and by a route agent; and how fast both answer
//! under many connections; and how fast a page of those that are affected is listed.
//!
//! `BENCH_MAILBOXES` (the larger number) and `BENCH_QUESTIONS` (by each connection) change how thorough
//! it is.

#[path = "../measure/mod.rs"]
mod measure;
#[path = "../../tests/rig/mod.rs"]
mod rig;

use std::fmt::Write as _;
use std::io::{BufReader, BufWriter, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use measure::{figure, median, memory_kb, quantile, setting};
use rig::process::Group;
use rig::{Lifeboat, LifeboatOptions, MailstoreOptions, Port, RigDir, Server, wait_until};
use serde_json::{Value, json};

const CONNECTIONS: usize = 64;
const FLIPS: usize = 11;
const PAGES: usize = 200;
const PATIENCE: Duration = Duration::from_secs(300);

fn main() {
    // `cargo test --benches` starts it too.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let many = setting("BENCH_MAILBOXES", 1_000_000);
    let questions = setting("BENCH_QUESTIONS", 2_000);
    let counts = [1_000, many];
    let beds = counts.map(|count| run(count, questions));
    let mut rows = Vec::new();
    for bed in &beds {
        for (by, flip) in [("server", bed.flip.0), ("agent", bed.flip.1)] {
            rows.push(vec![by.to_owned(), bed.mailboxes.to_string(), figure(flip)]);
        }
    }
    let ratio = |of: fn(&(f64, f64)) -> f64| of(&beds[1].flip) / of(&beds[0].flip);
    let ratios = (ratio(|flip| flip.0), ratio(|flip| flip.1));
    println!();
    measure::print_table(&["flip, told by", "mailboxes", "ms"], &rows);
    println!(
        "ratio: server {}, agent {}\n",
        figure(ratios.0),
        figure(ratios.1)
    );
    let rows: Vec<Vec<String>> = beds.iter().flat_map(|bed| bed.lookups.clone()).collect();
    let heads = [
        "answers by",
        "mailboxes",
        "state",
        "answers/s",
        "p50 ms",
        "p99 ms",
        "max ms",
    ];
    measure::print_table(&heads, &rows);
    println!();
    let rows: Vec<Vec<String>> = beds.iter().flat_map(|bed| bed.pages.clone()).collect();
    measure::print_table(
        &["a page of 100 affected", "mailboxes", "p50 ms", "p99 ms"],
        &rows,
    );
    let agent = &beds[1].agent;
    println!(
        "\nthe agent, {many} mailboxes: fetched in {} s, {} bytes each on disk, {} MB resident",
        agent["fetch_secs"], agent["bytes_each"], agent["resident_mb"]
    );
    measure::write_json(
        "flip",
        &json!({
            "connections": CONNECTIONS,
            "ratio_server": ratios.0,
            "ratio_agent": ratios.1,
            "runs": beds.map(|bed| json!({
                "mailboxes": bed.mailboxes,
                "flip_ms_server": bed.flip.0,
                "flip_ms_agent": bed.flip.1,
                "lookups": bed.lookups,
                "pages": bed.pages,
                "agent": bed.agent,
            })),
        }),
    );
}

/// What came of one number of mailboxes.
struct Bed {
    mailboxes: usize,
    /// In ms, by the server and by the agent.
    flip: (f64, f64),
    lookups: Vec<Vec<String>>,
    pages: Vec<Vec<String>>,
    agent: Value,
}

fn address(n: usize) -> String {
    format!("user{n}@example{}.com", n % 1000)
}

fn run(count: usize, questions: usize) -> Bed {
    let dir = RigDir::new("flip");
    let lifeboat = start(&dir, count);
    let began = Instant::now();
    let agent = start_agent(&dir, &lifeboat);
    let state = dir.path().join("agent/directory");
    wait_until("the agent has the directory", PATIENCE, || state.exists());
    let fetch_secs = figure(began.elapsed().as_secs_f64());
    let doors = [
        Door::Server(lifeboat.socketmap().addr()),
        Door::Agent(socket(&dir)),
    ];
    let mut lookups = Vec::new();
    for (state, order) in [("all at home", None), ("all away", Some("pin-standby"))] {
        if let Some(order) = order {
            flip(&lifeboat, order);
            doors.iter().for_each(|door| wait_for(door, true));
        }
        for door in &doors {
            let mut row = vec![door.name().to_owned(), count.to_string(), state.to_owned()];
            row.extend(load(door, count, questions));
            lookups.push(row);
        }
    }
    let mut pages = vec![list_pages(&lifeboat, "all of them", count)];
    let flip = measure_flips(&lifeboat, &doors);
    let domain = [
        "failover",
        "pin-standby",
        "domain:example7.com",
        "--reason",
        "a benchmark",
    ];
    lifeboat.cli(&domain);
    pages.push(list_pages(&lifeboat, "one domain in 1,000", count));
    let size = std::fs::metadata(&state).expect("the directory").len();
    let report = json!({
        "fetch_secs": fetch_secs,
        "bytes_each": figure(size as f64 / count as f64),
        "resident_mb": figure(memory_kb(agent.pid()) as f64 / 1024.0),
    });
    agent.kill();
    Bed {
        mailboxes: count,
        flip,
        lookups,
        pages,
        agent: report,
    }
}

/// A server with `count` mailboxes on a mailstore that is not there: nobody asks it.
fn start(dir: &RigDir, count: usize) -> Lifeboat {
    let password = dir.path().join("password");
    std::fs::write(&password, "x\n").expect("write a password");
    let (imap, lmtp) = (Port::reserve(), Port::reserve());
    let mailstore = MailstoreOptions {
        id: "a1".to_owned(),
        imap: imap.to_string(),
        lmtp: lmtp.to_string(),
        master_password_file: password,
        sentinel: None,
        extra: String::new(),
    };
    let options = LifeboatOptions {
        mailstores: vec![mailstore],
        extra: "[failover]\npolicy = \"manual\"\n".to_owned(),
        ..LifeboatOptions::default()
    };
    let binary = Path::new(env!("CARGO_BIN_EXE_lifeboat"));
    let lifeboat = Lifeboat::start(binary, &dir.sub("lifeboat"), options);
    let file = dir.path().join("mailboxes.ndjson");
    let mut out = BufWriter::new(std::fs::File::create(&file).expect("create a file"));
    for n in 0..count {
        let row = json!({ "mailbox": address(n), "mailstore": "a1" });
        writeln!(out, "{row}").expect("write a mailbox");
    }
    out.flush().expect("write the mailboxes");
    lifeboat.cli(&["provision", &file.display().to_string()]);
    lifeboat
}

fn socket(dir: &RigDir) -> PathBuf {
    dir.path().join("route")
}

fn start_agent(dir: &RigDir, lifeboat: &Lifeboat) -> Server {
    let log = std::fs::File::create(dir.path().join("agent.log")).expect("create a log");
    let mut command = Command::new(env!("CARGO_BIN_EXE_lifeboat"));
    command
        .arg("route-agent")
        .arg("--config")
        .arg(lifeboat.config_path())
        .arg("--listen")
        .arg(format!("unix:{}", socket(dir).display()))
        .arg("--state")
        .arg(dir.path().join("agent"))
        .args(["--postqueue", "/bin/true"])
        .stdout(log.try_clone().expect("clone a file"))
        .stderr(log);
    Server::spawn("the route agent", &mut command, Group::Ours)
}

/// Where Postfix may ask.
enum Door {
    Server(SocketAddr),
    Agent(PathBuf),
}

trait Wire: Read + Write + Send {}
impl<T: Read + Write + Send> Wire for T {}

impl Door {
    fn name(&self) -> &'static str {
        match self {
            Self::Server(_) => "server",
            Self::Agent(_) => "agent",
        }
    }

    fn open(&self) -> BufReader<Box<dyn Wire>> {
        let stream: Box<dyn Wire> = match self {
            Self::Server(addr) => {
                let stream = TcpStream::connect(addr).expect("connect to the socketmap");
                stream.set_nodelay(true).expect("set an option");
                Box::new(stream)
            }
            Self::Agent(path) => Box::new(UnixStream::connect(path).expect("connect to the agent")),
        };
        BufReader::new(stream)
    }
}

/// Asks as Postfix does; whether the mail goes to the standby.
fn ask(wire: &mut BufReader<Box<dyn Wire>>, recipient: &str) -> bool {
    let mut text = String::new();
    let _ = write!(text, "{}:transport {recipient},", recipient.len() + 10);
    wire.get_mut().write_all(text.as_bytes()).expect("ask");
    let (mut length, mut octet) = (0, [0; 1]);
    loop {
        wire.read_exact(&mut octet).expect("an answer");
        match octet[0] {
            b':' => break,
            digit => length = length * 10 + usize::from(digit - b'0'),
        }
    }
    let mut answer = vec![0; length + 1];
    wire.read_exact(&mut answer).expect("an answer");
    answer.starts_with(b"OK")
}

fn wait_for(door: &Door, away: bool) {
    let mut wire = door.open();
    wait_until("the route changes", PATIENCE, || {
        ask(&mut wire, &address(1)) == away
    });
}

fn flip(lifeboat: &Lifeboat, order: &str) {
    lifeboat.cli(&["failover", order, "mailstore:a1", "--reason", "a benchmark"]);
}

/// From the order, given by the command line, to the changed answer: the median in ms for each door.
fn measure_flips(lifeboat: &Lifeboat, doors: &[Door; 2]) -> (f64, f64) {
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..FLIPS {
        let away = round % 2 == 1;
        let order = if away { "pin-standby" } else { "pin-primary" };
        let began = Instant::now();
        let told: Vec<f64> = std::thread::scope(|scope| {
            let waiting: Vec<_> = doors
                .iter()
                .map(|door| {
                    scope.spawn(move || {
                        let mut wire = door.open();
                        while ask(&mut wire, &address(1)) != away {
                            std::thread::sleep(Duration::from_millis(1));
                        }
                        began.elapsed().as_secs_f64() * 1000.0
                    })
                })
                .collect();
            flip(lifeboat, order);
            let told = waiting.into_iter().map(|thread| thread.join());
            told.map(|told| told.expect("a flip")).collect()
        });
        for (times, told) in times.iter_mut().zip(told) {
            times.push(told);
        }
    }
    let [server, agent] = times.map(median);
    eprintln!(
        "flip: server {} ms, agent {} ms",
        figure(server),
        figure(agent)
    );
    (server, agent)
}

/// Reads pages of those that are affected, one after the other and again from the first, as a script does.
fn list_pages(lifeboat: &Lifeboat, what: &str, count: usize) -> Vec<String> {
    let token = lifeboat.cli(&["token", "create", "--role", "operator"]);
    let headers = [(
        "Authorization".to_owned(),
        format!("Bearer {}", token.trim()),
    )];
    let first = "/api/v1/mailboxes?route=affected&limit=100";
    let (mut path, mut times) = (first.to_owned(), Vec::with_capacity(PAGES));
    for _ in 0..PAGES {
        let began = Instant::now();
        let addr = lifeboat.http().addr();
        let page = rig::http::request(addr, "GET", &path, &headers, None).expect("a page");
        times.push(began.elapsed());
        assert_eq!(page.status, 200, "{}", page.text());
        let page: Value = serde_json::from_str(&page.text()).expect("JSON");
        assert!(
            page["mailboxes"]
                .as_array()
                .is_some_and(|found| !found.is_empty())
        );
        path = match page["next"].as_str() {
            Some(next) => format!("{first}&after={next}"),
            None => first.to_owned(),
        };
    }
    times.sort_unstable();
    let ms = |at: f64| figure(quantile(&times, at).as_secs_f64() * 1000.0);
    vec![what.to_owned(), count.to_string(), ms(0.5), ms(0.99)]
}

/// Answers a second, and their times in ms.
fn load(door: &Door, count: usize, questions: usize) -> Vec<String> {
    let began = Instant::now();
    let mut times: Vec<Duration> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..CONNECTIONS)
            .map(|connection| {
                scope.spawn(move || {
                    let mut wire = door.open();
                    let mut times = Vec::with_capacity(questions);
                    for n in 0..questions {
                        // All over the directory.
                        let who = (connection * questions + n).wrapping_mul(7919) % count;
                        let recipient = address(who);
                        let asked = Instant::now();
                        ask(&mut wire, &recipient);
                        times.push(asked.elapsed());
                    }
                    times
                })
            })
            .collect();
        let times = threads
            .into_iter()
            .map(|thread| thread.join().expect("a client"));
        times.flatten().collect()
    });
    let rate = times.len() as f64 / began.elapsed().as_secs_f64();
    times.sort_unstable();
    let ms = |at: f64| figure(quantile(&times, at).as_secs_f64() * 1000.0);
    eprintln!("{} {count}: {} answers/s", door.name(), figure(rate));
    vec![figure(rate), ms(0.5), ms(0.99), ms(1.0)]
}
