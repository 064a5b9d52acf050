//! `lifeboat store`: through the running server where there is one, directly where there is none.

use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::client::{Client, empty, full};
use super::output::{counter, print_json};
use super::{Failure, Target, export, on_server};
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, Loaded};
use crate::ids::Address;
use crate::store::{OpenError, Store, StoreOptions, backup, check};

/// How exported messages are written.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Format {
    /// A file a message, in a directory a folder.
    Eml,
    /// A Maildir with its folders below it (Maildir++).
    Maildir,
    /// A file a folder (mboxrd: lines that look like its separator get one more `>`).
    Mbox,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Verify everything: records, indexes and counts against each other, every body's checksum.
    Check {
        /// Print the report as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Copy the store into a new directory, while the server runs.
    Backup {
        /// A directory that does not exist or is empty.
        directory: PathBuf,
    },
    /// Make the store from a backup, before the server starts. Nothing is overwritten.
    Restore {
        /// The backup.
        directory: PathBuf,
    },
    /// Write a mailbox's messages to files: byte for byte what was accepted, below the trace headers.
    Export {
        /// The mailbox.
        address: Address,
        /// How.
        #[arg(long, value_enum, default_value = "eml")]
        format: Format,
        /// A directory that does not exist or is empty.
        directory: PathBuf,
    },
}

pub(super) fn run(command: Command, target: &Target) -> Result<(), Failure> {
    match command {
        Command::Check { json } => run_check(target, json),
        Command::Backup { directory } => on_server(target, |client| run_backup(client, directory)),
        Command::Restore { directory } => restore(target, &directory),
        Command::Export {
            address,
            format,
            directory,
        } => on_server(target, |client| {
            export::run(client, address, format, directory)
        }),
    }
}

fn store_path(target: &Target) -> Result<PathBuf, Failure> {
    let Loaded { config, .. } = Config::load(&target.config).map_err(Failure::cannot_run)?;
    Ok(config.store.path)
}

/// Checks the store directly if nobody has it open, else through the server that has.
fn run_check(target: &Target, as_json: bool) -> Result<(), Failure> {
    let report = match target.server {
        None => match Store::open(
            &store_path(target)?,
            &StoreOptions {
                now: SystemClock.now(),
            },
        ) {
            Ok(store) => {
                let progress = counter("rows");
                let report = check::check(&store, |rows| progress.set_position(rows));
                progress.finish_and_clear();
                let report = report.map_err(|error| Failure::found(error.to_string()))?;
                Some(serde_json::to_value(report).map_err(Failure::cannot_run)?)
            }
            Err(OpenError::InUse { .. }) => None,
            Err(error) => return Err(Failure::cannot_run(error)),
        },
        Some(_) => None,
    };
    let report = match report {
        Some(report) => report,
        None => {
            let mut report = Value::Null;
            on_server(target, |client| {
                watch(client, "/admin/store/check", Value::Null, &mut report)
            })?;
            report["report"].clone()
        }
    };
    conclude_check(&report, as_json)
}

fn conclude_check(report: &Value, as_json: bool) -> Result<(), Failure> {
    if as_json {
        print_json(report);
    } else {
        println!(
            "{} mailboxes ({} used), {} messages, {} bodies, {} bytes",
            report["mailboxes"],
            report["mailboxes_used"],
            report["messages"],
            report["bodies"],
            report["body_bytes"]
        );
        for problem in report["problems"].as_array().into_iter().flatten() {
            println!("{}", problem.as_str().unwrap_or_default());
        }
    }
    match report["problems_total"].as_u64() {
        Some(0) => Ok(()),
        Some(problems) => Err(Failure::found(format!("{problems} problem(s)"))),
        None => Err(Failure::found("the check did not finish")),
    }
}

async fn run_backup(client: Client, directory: PathBuf) -> Result<(), Failure> {
    let target = std::path::absolute(&directory).map_err(Failure::cannot_run)?;
    let mut end = Value::Null;
    let body = json!({ "target": target });
    watch(client, "/admin/store/backup", body, &mut end).await?;
    let manifest = &end["manifest"];
    println!(
        "{}: {} rows, {} bytes of bodies",
        target.display(),
        manifest["rows"],
        manifest["segment_bytes"]
    );
    Ok(())
}

/// Follows long work on the server to its end.
async fn watch(client: Client, path: &str, body: Value, end: &mut Value) -> Result<(), Failure> {
    let progress = counter("rows");
    let body = if body.is_null() {
        empty()
    } else {
        full(body.to_string())
    };
    let streamed = client
        .stream(path, "application/json", body, |report| {
            match report.as_object().and_then(|report| report.iter().next()) {
                Some((kind, at)) if kind == "progress" => {
                    progress.set_position(at["rows"].as_u64().unwrap_or(0))
                }
                Some((kind, why)) if kind == "failed" => {
                    return Err(Failure::found(
                        why["reason"].as_str().unwrap_or("it failed").to_owned(),
                    ));
                }
                Some((_, last)) => *end = last.clone(),
                None => {}
            }
            Ok(())
        })
        .await;
    progress.finish_and_clear();
    streamed
}

fn restore(target: &Target, source: &Path) -> Result<(), Failure> {
    let path = store_path(target)?;
    let progress = counter("bytes");
    let restored = backup::restore(source, &path, SystemClock.now(), |bytes| {
        progress.set_position(bytes)
    });
    progress.finish_and_clear();
    let manifest = restored.map_err(|error| {
        Failure::cannot_run(format!(
            "{error}\n  stop the server and move {} away first",
            path.display()
        ))
    })?;
    println!(
        "{}: {} rows restored; what is unmerged will be looked for before it is appended",
        path.display(),
        manifest.rows
    );
    Ok(())
}
