//! `target/demo/report.json`, described in `docs/demo-report.md`.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::narrator::{Client, Narrator, Outage, Step, Trouble};
use crate::rig::proof::Verdict;

/// Raised when a field changes its meaning or goes away.
const SCHEMA: u32 = 1;
/// Lines of Lifeboat's log that are printed when the story fails.
const LINES_PRINTED: usize = 15;

#[derive(Serialize)]
struct Report<'a> {
    schema: u32,
    ok: bool,
    seconds: f64,
    sabotage: Option<&'a String>,
    steps: &'a [Step],
    outages: &'a [Outage],
    clients: &'a [Client],
    proof: &'a Option<Verdict>,
    trouble: &'a Option<Trouble>,
    logs: Vec<PathBuf>,
}

/// Writes the report and gives its path.
pub fn write(narrator: &Narrator, dir: &Path, sabotage: Option<&String>) -> PathBuf {
    let out = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/demo");
    std::fs::create_dir_all(&out).expect("create target/demo");
    let logs = match narrator.is_proven() {
        true => Vec::new(),
        false => collect_logs(dir, &out),
    };
    for log in &logs {
        println!("Log: {}", log.display());
    }
    // Where only the output is kept, as on a CI machine, this is all there is to go by.
    if let Some(lifeboat) = logs.first() {
        print_end(lifeboat);
    }
    let report = Report {
        schema: SCHEMA,
        ok: narrator.is_proven(),
        seconds: narrator.seconds(),
        sabotage,
        steps: &narrator.steps,
        outages: &narrator.outages,
        clients: &narrator.clients,
        proof: &narrator.verdict,
        trouble: &narrator.trouble,
        logs,
    };
    let path = out.join("report.json");
    let text = serde_json::to_vec_pretty(&report).expect("JSON of the demo's own values");
    std::fs::write(&path, text).expect("write the report");
    path
}

fn print_end(log: &Path) {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    for line in &lines[lines.len().saturating_sub(LINES_PRINTED)..] {
        println!("  | {line}");
    }
}

/// Copies the logs beside the report, so that they outlive the temporary directory.
fn collect_logs(dir: &Path, out: &Path) -> Vec<PathBuf> {
    let mut copies = Vec::new();
    for (server, file) in [
        ("lifeboat", "lifeboat.log"),
        ("mx", "postfix.log"),
        ("a1", "dovecot.log"),
        ("a2", "dovecot.log"),
    ] {
        let copy = out.join(format!("{server}.log"));
        if std::fs::copy(dir.join(server).join(file), &copy).is_ok() {
            copies.push(copy);
        }
    }
    copies
}
