//! `lifeboat probe`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::{Failure, output};
use crate::config::values::Span;
use crate::nfs::{self, Report, Settings, Verdict};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Test a volume that several hosts mount by NFS, together with another host that runs the same
    /// at the same time: locks, lost updates, latency, hangs.
    ///
    /// Exit status 0: sound; 1: faulty; 2: it could not be told. No configuration is needed.
    Nfs(Nfs),
    /// What `nfs` starts: all that touches the volume.
    #[command(hide = true)]
    NfsWorker {
        /// What to do, as JSON.
        plan: String,
    },
}

/// The options of `lifeboat probe nfs`.
#[derive(Debug, Args)]
pub(super) struct Nfs {
    /// A directory on the volume, the same on both hosts; lifeboat-canary is made in it.
    directory: PathBuf,
    /// This host's name in the other's report; else its own.
    #[arg(long)]
    name: Option<String>,
    /// How long to wait for the other host.
    #[arg(long, value_name = "SPAN", default_value = "20s")]
    meet: Span,
    /// Updates under a lock, by each host.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(5..=10_000))]
    rounds: u32,
    /// What takes longer is a fault.
    #[arg(long, value_name = "SPAN", default_value = "10s")]
    slow: Span,
    /// A volume that gives no sign of life for so long hangs.
    #[arg(long, value_name = "SPAN", default_value = "10s")]
    hang: Span,
    /// Test another shared file system than NFS.
    #[arg(long)]
    any_file_system: bool,
    /// Print what was found as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Nfs(arguments) => probe_nfs(arguments).await,
        Command::NfsWorker { plan } => nfs::work(&plan).map_err(Failure::cannot_run),
    }
}

/// A report with what it means.
#[derive(Serialize)]
struct Told<'a> {
    verdict: Verdict,
    sentence: String,
    #[serde(flatten)]
    report: &'a Report,
}

async fn probe_nfs(arguments: Nfs) -> Result<(), Failure> {
    let settings = settings(&arguments)?;
    let bar = output::progress(None, false);
    bar.set_message("together with another host");
    let report = nfs::run(&settings).await;
    bar.finish_and_clear();
    let (verdict, sentence) = (report.verdict(), report.sentence());
    if arguments.json {
        output::json(&Told {
            verdict,
            sentence: sentence.clone(),
            report: &report,
        })?;
    } else {
        print(&report);
    }
    let text = match arguments.json {
        true => String::new(),
        false => sentence,
    };
    match verdict {
        Verdict::Sound => {
            if !arguments.json {
                println!("sound: {text}");
            }
            Ok(())
        }
        Verdict::Faulty => Err(Failure::found(text)),
        Verdict::Unknown => Err(Failure::cannot_run(text)),
    }
}

fn settings(arguments: &Nfs) -> Result<Settings, Failure> {
    // Neither asks the volume.
    let directory = std::path::absolute(&arguments.directory).map_err(Failure::cannot_run)?;
    let directory = directory.into_os_string().into_string().map_err(|path| {
        Failure::cannot_run(format!("{}: the path is not UTF-8", path.display()))
    })?;
    let host = arguments.name.clone().unwrap_or_else(|| {
        let name = rustix::system::uname();
        name.nodename().to_string_lossy().into_owned()
    });
    let program = std::env::current_exe().map_err(Failure::cannot_run)?;
    let mut settings = Settings::new(directory, host, program);
    settings.plan.meet = arguments.meet.duration();
    settings.plan.slow = arguments.slow.duration();
    settings.hang = arguments.hang.duration();
    settings.plan.rounds_waited = arguments.rounds / 5;
    settings.plan.rounds_tried = arguments.rounds - settings.plan.rounds_waited;
    settings.plan.any_file_system = arguments.any_file_system;
    Ok(settings)
}

fn print(report: &Report) {
    if let Some(other) = &report.other {
        println!("{} with {other}, in {} ms", report.host, report.took_ms);
    }
    if let Some(locks) = report.locks {
        println!(
            "{} updates under a lock, {} lost",
            locks.increments, locks.lost
        );
    }
    let files = report.files;
    println!(
        "{} files written; {} of the other's read, {} wrong",
        files.written, files.read, files.wrong
    );
    if report.latency.is_empty() {
        return;
    }
    let ms = |micros: u64| format!("{}.{:03}", micros / 1000, micros % 1000);
    let rows: Vec<Vec<String>> = report
        .latency
        .iter()
        .map(|(operation, latency)| {
            vec![
                operation.to_string(),
                latency.count.to_string(),
                ms(latency.p50_us),
                ms(latency.p99_us),
                ms(latency.max_us),
            ]
        })
        .collect();
    output::table(&["operation", "count", "p50 ms", "p99 ms", "max ms"], &rows);
}
