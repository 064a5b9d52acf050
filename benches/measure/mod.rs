//! What the benchmarks share: the processor time of a server with all its processes, its memory,
//! quantiles, and the report as a table and as JSON below `target/bench/`.
#![allow(dead_code, reason = "each benchmark uses its own part")]

use std::fs;
use std::path::Path;
use std::time::Duration;

/// Processor time used so far by the process `leader`, which leads a process group, the others of
/// the group, and all that it waited for.
pub fn cpu_time(leader: u32) -> Duration {
    let mut ticks = 0;
    for (pid, stat) in group(leader) {
        // Of /proc/PID/stat behind the name: utime 11, stime 12, cutime 13, cstime 14.
        let fields: Vec<u64> = stat
            .split_whitespace()
            .skip(11)
            .take(4)
            .map(|field| field.parse().unwrap_or(0))
            .collect();
        ticks += fields[0] + fields[1];
        if pid == leader {
            ticks += fields[2] + fields[3];
        }
    }
    Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND)
}

/// Resident memory of the process `leader` and those of its group, in kilobytes, less what the
/// processes share.
pub fn memory_kb(leader: u32) -> u64 {
    group(leader)
        .iter()
        .filter_map(|(pid, _)| fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok())
        .filter_map(|text| {
            let line = text.lines().find(|line| line.starts_with("Pss:"))?;
            line.split_whitespace().nth(1)?.parse::<u64>().ok()
        })
        .sum()
}

/// A process, its children, and the processes of its group, each with its `/proc/PID/stat` from behind the name.
fn group(leader: u32) -> Vec<(u32, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").expect("read /proc").flatten() {
        let Some(pid) = entry.file_name().to_string_lossy().parse::<u32>().ok() else {
            continue;
        };
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else {
            continue;
        };
        let Some((_, rest)) = stat.rsplit_once(") ") else {
            continue;
        };
        // State, parent, group. Postfix's processes have the group of whoever started it.
        let mut fields = rest.split_whitespace().skip(1).map(|id| id.parse().ok());
        let (its_parent, its_group) = (fields.next().flatten(), fields.next().flatten());
        if pid == leader || its_parent == Some(leader) || its_group == Some(leader) {
            found.push((pid, rest.to_owned()));
        }
    }
    found
}

/// The unit of the times in `/proc/PID/stat` (USER_HZ): the same on all of Linux's architectures
/// that Debian builds for.
const TICKS_PER_SECOND: u64 = 100;

/// The value below which the share `quantile` of the sorted `values` lies.
pub fn quantile(sorted: &[Duration], quantile: f64) -> Duration {
    let last = sorted.len().saturating_sub(1);
    let at = (sorted.len() as f64 * quantile) as usize;
    sorted.get(at.min(last)).copied().unwrap_or_default()
}

/// The middle one of some values.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// Writes `value` to `target/bench/NAME.json` and says where.
pub fn write_json(name: &str, value: &serde_json::Value) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench");
    fs::create_dir_all(&dir).expect("create target/bench");
    let path = dir.join(format!("{name}.json"));
    let text = serde_json::to_string_pretty(value).expect("JSON");
    fs::write(&path, text + "\n").expect("write the report");
    println!("written: target/bench/{name}.json");
}

/// Prints rows under their heads, each column as wide as it must be; numbers to the right.
pub fn print_table(heads: &[&str], rows: &[Vec<String>]) {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        let longest = cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
        longest.max(heads[column].chars().count())
    };
    let print = |cells: &[String]| {
        let line: Vec<String> = cells
            .iter()
            .enumerate()
            .map(|(column, cell)| {
                let width = width(column);
                if column == 0 {
                    format!("{cell:<width$}")
                } else {
                    format!("{cell:>width$}")
                }
            })
            .collect();
        println!("{}", line.join("  "));
    };
    print(
        &heads
            .iter()
            .map(|&head| head.to_owned())
            .collect::<Vec<_>>(),
    );
    rows.iter().for_each(|row| print(row));
}

/// A number with three figures that count.
pub fn figure(value: f64) -> String {
    match value {
        _ if value.is_nan() => "–".to_owned(),
        _ if value >= 100.0 => format!("{value:.0}"),
        _ if value >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// What an environment variable says, or the default.
pub fn setting<T: std::str::FromStr>(name: &str, default: T) -> T {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}
