//! `lifeboat provision`

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tokio_util::io::ReaderStream;

use super::Failure;
use super::client::{Client, pieces};
use super::output::{bar, print_json};

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Ndjson,
    PasswdFile,
}

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The file; `-` reads standard input.
    file: PathBuf,
    /// How the file is written.
    #[arg(long, value_enum, default_value = "ndjson")]
    format: Format,
    /// The mailstore of rows that name none.
    #[arg(long, value_name = "ID")]
    mailstore: Option<String>,
    /// The reseller of rows that name none.
    #[arg(long, value_name = "ID")]
    reseller: Option<String>,
    /// Print the counts as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(client: Client, arguments: Arguments) -> Result<(), Failure> {
    let format = match arguments.format {
        Format::Ndjson => "ndjson",
        Format::PasswdFile => "passwd-file",
    };
    let mut path = format!("/api/v1/provision?format={format}");
    for (key, value) in [
        ("mailstore", &arguments.mailstore),
        ("reseller", &arguments.reseller),
    ] {
        if let Some(value) = value {
            path.push_str(&format!(
                "&{key}={}",
                utf8_percent_encode(value, NON_ALPHANUMERIC)
            ));
        }
    }
    let from_stdin = arguments.file.as_os_str() == "-";
    let path_of_file = if from_stdin {
        Path::new("/dev/stdin")
    } else {
        &arguments.file
    };
    let shown = arguments.file.display().to_string();
    let unreadable = |error| Failure::cannot_run(format!("{shown}: {error}"));
    let file = tokio::fs::File::open(path_of_file)
        .await
        .map_err(unreadable)?;
    let progress = bar(file.metadata().await.map_err(unreadable)?.len());
    let read = progress.clone();
    let stream = ReaderStream::with_capacity(file, 256 * 1024);
    let stream =
        futures_util::TryStreamExt::inspect_ok(stream, move |piece| read.inc(piece.len() as u64));
    let body = pieces(stream);
    let mut summary = None;
    let streamed = client
        .stream(&path, "application/octet-stream", body, |report| {
            match report.as_object().and_then(|report| report.iter().next()) {
                Some((kind, row)) if kind == "error" || kind == "warning" => {
                    progress.suspend(|| {
                        eprintln!(
                            "line {}: {}",
                            row["line"],
                            row["reason"].as_str().unwrap_or_default()
                        );
                    })
                }
                Some((kind, end)) if kind == "done" => summary = Some(end["summary"].clone()),
                Some((kind, end)) if kind == "failed" => {
                    return Err(Failure::found(
                        end["reason"].as_str().unwrap_or("it failed").to_owned(),
                    ));
                }
                _ => {}
            }
            Ok(())
        })
        .await;
    progress.finish_and_clear();
    streamed?;
    conclude(summary, arguments.json)
}

fn conclude(summary: Option<Value>, as_json: bool) -> Result<(), Failure> {
    let Some(summary) = summary else {
        return Err(Failure::found(
            "the server broke off before the end; apply the file again",
        ));
    };
    let count = |field: &str| summary[field].as_u64().unwrap_or(0);
    if as_json {
        print_json(&summary);
    } else {
        println!(
            "{} rows: {} created, {} changed, {} unchanged, {} refused",
            count("rows"),
            count("created"),
            count("changed"),
            count("unchanged"),
            count("errors")
        );
        if count("passwords_unusable") > 0 {
            println!(
                "{} have a password hash that cannot be verified here",
                count("passwords_unusable")
            );
        }
    }
    match count("errors") {
        0 => Ok(()),
        errors => Err(Failure::found(format!(
            "{errors} rows were not taken; see above"
        ))),
    }
}
