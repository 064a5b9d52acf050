//! What commands print: JSON for programs, tables for people, progress where a person watches.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use super::Failure;

/// Prints JSON, with line ends for people.
pub(super) fn json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(Failure::found)?;
    println!("{text}");
    Ok(())
}

/// Prints rows under a heading, each column as wide as it must be.
pub(super) fn table(heading: &[&str], rows: &[Vec<String>]) {
    let heading = heading.iter().map(|text| (*text).to_owned()).collect();
    let all: Vec<&Vec<String>> = std::iter::once(&heading).chain(rows).collect();
    let width = |column: usize| {
        all.iter()
            .filter_map(|row| row.get(column))
            .map(|text| text.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..heading.len()).map(width).collect();
    for row in all {
        let line: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(text, width)| format!("{text:width$}"))
            .collect();
        println!("{}", line.join("  ").trim_end());
    }
}

/// A bar over `total` bytes, or a count if that is not known; invisible where nobody watches.
pub(super) fn progress(total: Option<u64>, unit_bytes: bool) -> ProgressBar {
    let target = match std::io::stderr().is_terminal() {
        true => ProgressDrawTarget::stderr(),
        false => ProgressDrawTarget::hidden(),
    };
    let bar = ProgressBar::with_draw_target(total, target);
    let template = match (total, unit_bytes) {
        (Some(_), true) => "{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} {msg}",
        (Some(_), false) => "{wide_bar} {pos}/{len} {per_sec} {eta} {msg}",
        (None, true) => "{spinner} {bytes} {bytes_per_sec} {msg}",
        (None, false) => "{spinner} {pos} {per_sec} {msg}",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
