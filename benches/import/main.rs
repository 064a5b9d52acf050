//! A million mailboxes imported, side by side with COPY of the same rows into a table of PostgreSQL and
//! with creating Maildirs; the same import again, which must write nothing; and pages of the directory
//! of a million beside those of a thousand.
//!
//! `BENCH_IMPORT_ROWS` and `BENCH_IMPORT_MAILDIRS` (how many of them are created) change how thorough it
//! is.

#[path = "../measure/mod.rs"]
mod measure;
#[path = "../../tests/rig/mod.rs"]
mod rig;

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use bytes::Bytes;
use lifeboat::clock::Timestamp;
use lifeboat::provision::columns::Reading;
use lifeboat::provision::sweep::Deletions;
use lifeboat::provision::{Defaults, Ended, Format, Provisioning, Whole};
use lifeboat::store::{Store, StoreOptions, directory};
use measure::{figure, quantile, setting};
use rig::{Group, Port, RigDir, Server, wait_until};
use serde_json::json;
use tokio::sync::mpsc;

/// Mailboxes of a domain.
const DOMAIN_MAILBOXES: usize = 1000;
const PAGE: usize = 500;
const PAGES: usize = 400;
const PATIENCE: Duration = Duration::from_secs(120);

fn main() {
    // `cargo test --benches` starts it too.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let count = setting("BENCH_IMPORT_ROWS", 1_000_000_usize);
    let maildirs = setting("BENCH_IMPORT_MAILDIRS", 20_000_usize).min(count);
    let dir = RigDir::new("import");
    let file = dir.path().join("mailboxes.csv");
    write_file(&file, count);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let ours = runtime.block_on(lifeboat(&dir.sub("store"), &file, count));
    let small_file = dir.path().join("small.csv");
    write_file(&small_file, DOMAIN_MAILBOXES.min(count));
    let small = runtime.block_on(lifeboat(&dir.sub("small"), &small_file, DOMAIN_MAILBOXES));
    let (copied, copied_bytes) = postgres(dir.path(), &file);
    let created = create_maildirs(&dir.sub("maildirs"), maildirs);

    let rate = |count: usize, took: Duration| count as f64 / took.as_secs_f64();
    let base = rate(count, copied);
    let mut rows = Vec::new();
    let mut row = |by: &str, rate: f64, bytes: Option<f64>, peak_mb: Option<f64>| {
        let cell = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), figure);
        let ratio = figure(rate / base);
        rows.push(vec![
            by.to_owned(),
            figure(rate),
            ratio,
            cell(bytes),
            cell(peak_mb),
        ]);
    };
    row(
        "lifeboat",
        rate(count, ours.first),
        Some(ours.bytes_each),
        Some(ours.peak_mb),
    );
    row(
        "lifeboat, the same again",
        rate(count, ours.again),
        None,
        None,
    );
    let copied_each = copied_bytes as f64 / count as f64;
    row("PostgreSQL COPY", base, Some(copied_each), None);
    row("Maildirs", rate(maildirs, created), None, None);
    println!();
    measure::print_table(&["by", "rows/s", "x COPY", "bytes each", "peak MB"], &rows);
    println!(
        "a page of {PAGE}: {} µs of {count}, {} µs of {DOMAIN_MAILBOXES} (p99 {} and {})",
        ours.page.0.as_micros(),
        small.page.0.as_micros(),
        ours.page.1.as_micros(),
        small.page.1.as_micros()
    );
    measure::write_json(
        "import",
        &json!({
            "rows": count,
            "lifeboat_rows_per_second": rate(count, ours.first),
            "lifeboat_again_rows_per_second": rate(count, ours.again),
            "lifeboat_bytes_per_mailbox": ours.bytes_each,
            "lifeboat_peak_mb": ours.peak_mb,
            "lifeboat_again_changes": ours.again_changes,
            "postgresql_copy_rows_per_second": base,
            "postgresql_bytes_per_row": copied_each,
            "maildirs": maildirs,
            "maildirs_per_second": rate(maildirs, created),
            "page_us_median": ours.page.0.as_micros(),
            "page_us_p99": ours.page.1.as_micros(),
            "page_of_a_thousand_us_median": small.page.0.as_micros(),
            "page_of_a_thousand_us_p99": small.page.1.as_micros(),
        }),
    );
}

/// A row for each mailbox, with a hash as long as they are and an alias for every fourth.
fn write_file(path: &Path, count: usize) {
    let file = std::fs::File::create(path).expect("create the file");
    let mut file = BufWriter::new(file);
    writeln!(file, "mailbox,password_hash,name,aliases").expect("write");
    let hash = "x".repeat(86);
    for n in 0..count {
        let domain = n / DOMAIN_MAILBOXES;
        let alias = match n % 4 {
            0 => format!("alias{n}@d{domain:05}.example"),
            _ => String::new(),
        };
        writeln!(
            file,
            "user{n}@d{domain:05}.example,{{SHA512-CRYPT}}$6$salt{n:08}${hash},User {n},{alias}"
        )
        .expect("write");
    }
    file.flush().expect("write");
}

/// What our import came to.
struct Ours {
    first: Duration,
    again: Duration,
    again_changes: u64,
    bytes_each: f64,
    peak_mb: f64,
    /// Median and 99 % of reading a page.
    page: (Duration, Duration),
}

async fn lifeboat(home: &Path, file: &Path, count: usize) -> Ours {
    let store = Store::open(home, &StoreOptions::default()).expect("a store");
    // Only what comes now counts as the peak (proc(5), clear_refs).
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let (first, ended) = import(&store, file).await;
    assert_eq!(ended.summary.created, count as u64);
    let peak_mb = peak_kb() as f64 / 1024.0;
    let bytes = std::fs::metadata(home.join("index.redb"))
        .expect("the index")
        .len();
    let (again, ended) = import(&store, file).await;
    let summary = ended.summary;
    assert_eq!(summary.unchanged, count as u64);
    let mut times = Vec::with_capacity(PAGES);
    for n in 0..PAGES {
        // All over the directory, as people ask.
        let domain = (n * 7919) % count.div_ceil(DOMAIN_MAILBOXES);
        let domain = format!("d{domain:05}.example").parse().expect("a domain");
        let begun = Instant::now();
        let page = store.read(|tx| directory::mailboxes(tx, Some(&domain), None, PAGE));
        times.push(begun.elapsed());
        assert_eq!(page.expect("a page").len(), PAGE.min(count));
    }
    times.sort();
    Ours {
        first,
        again,
        again_changes: summary.created + summary.changed + summary.deleted,
        bytes_each: bytes as f64 / count as f64,
        peak_mb,
        page: (quantile(&times, 0.5), quantile(&times, 0.99)),
    }
}

async fn import(store: &Store, file: &Path) -> (Duration, Ended) {
    let (sender, mut reports) = mpsc::channel(256);
    tokio::spawn(async move { while reports.recv().await.is_some() {} });
    let defaults = Defaults {
        mailstore: Some("a1".parse().expect("an id")),
        reseller: None,
    };
    let mailstores = ["a1".parse().expect("an id")].into();
    let whole = Whole {
        source: "bench".parse().expect("a name"),
        deletions: Deletions {
            share_percent: 5,
            confirmed: None,
        },
    };
    let file = std::fs::File::open(file).expect("the file");
    let chunks = futures_util::stream::unfold(
        BufReader::with_capacity(64 * 1024, file),
        |mut file| async move {
            let chunk = Bytes::copy_from_slice(file.fill_buf().expect("read"));
            file.consume(chunk.len());
            (!chunk.is_empty()).then_some((Ok::<_, std::io::Error>(chunk), file))
        },
    );
    let begun = Instant::now();
    let ended = Provisioning::new(
        store.clone(),
        defaults,
        mailstores,
        Timestamp::EPOCH,
        sender,
    )
    .of_whole(whole, 0)
    .run_text(Format::Csv, Reading::default(), Box::pin(chunks))
    .await
    .expect("the import ends");
    (begun.elapsed(), ended)
}

fn peak_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("our status");
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .unwrap_or(0)
}

/// How long COPY takes into a table with the key and the index that the same lookups need, and its size.
fn postgres(dir: &Path, file: &Path) -> (Duration, u64) {
    let home = dir.join("postgres");
    std::fs::create_dir_all(&home).expect("a directory");
    run(Command::new("chown").arg("postgres").arg(&home));
    run(Command::new("chmod").arg("755").arg(dir));
    let bin = std::fs::read_dir("/usr/lib/postgresql")
        .expect("PostgreSQL is installed")
        .map(|version| version.expect("a version").path().join("bin"))
        .max()
        .expect("a version of PostgreSQL");
    let data = home.join("data");
    let as_postgres = |program: &str| {
        let mut command = Command::new("runuser");
        command
            .args(["-u", "postgres", "--"])
            .arg(bin.join(program));
        command.current_dir("/");
        command
    };
    run(as_postgres("initdb")
        .arg("-D")
        .arg(&data)
        .args(["-A", "trust", "-E", "UTF8"]));
    let port = Port::reserve();
    let mut command = as_postgres("postgres");
    command.arg("-D").arg(&data).arg("-k").arg(&home);
    command.args(["-h", "127.0.0.1", "-p", &port.number().to_string()]);
    command
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());
    let _server = Server::spawn("PostgreSQL", &mut command, Group::Ours);
    let psql = |sql: &str| {
        let mut command = Command::new("psql");
        command.args([
            "-h",
            "127.0.0.1",
            "-U",
            "postgres",
            "-p",
            &port.number().to_string(),
        ]);
        command.args(["-v", "ON_ERROR_STOP=1", "-qtc", sql, "postgres"]);
        command
    };
    wait_until("PostgreSQL", PATIENCE, || {
        psql("SELECT 1")
            .output()
            .is_ok_and(|output| output.status.success())
    });
    run(&mut psql(
        "CREATE TABLE mailbox (mailbox text PRIMARY KEY, password_hash text, name text, aliases text)",
    ));
    run(&mut psql("CREATE INDEX ON mailbox (aliases)"));
    let begun = Instant::now();
    run(&mut psql(&format!(
        "\\copy mailbox FROM '{}' WITH (FORMAT csv, HEADER)",
        file.display()
    )));
    let took = begun.elapsed();
    let size = run(&mut psql("SELECT pg_total_relation_size('mailbox')"));
    (took, size.trim().parse().unwrap_or(0))
}

fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {text}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What a platform does that makes empty mailboxes in advance: a directory with three in it for each.
fn create_maildirs(home: &Path, count: usize) -> Duration {
    let begun = Instant::now();
    for n in 0..count {
        let maildir = home.join(format!("{:03}/user{n}", n / DOMAIN_MAILBOXES));
        for part in ["cur", "new", "tmp"] {
            std::fs::create_dir_all(maildir.join(part)).expect("a Maildir");
        }
    }
    run(Command::new("sync").arg("-f").arg(home));
    begun.elapsed()
}
