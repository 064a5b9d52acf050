//! `lifeboat provision`

use std::path::PathBuf;
use std::pin::Pin;

use axum::body::Body;
use clap::{Args, ValueEnum};
use futures_util::StreamExt;
use http::Method;
use indicatif::ProgressBar;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio_util::io::ReaderStream;

use super::client::each_line;
use super::{Failure, Global, output};
use crate::ids::{MailstoreId, ResellerId};
use crate::provision::{Report, Summary};

/// Bytes read at once.
const CHUNK_BYTES: usize = 64 * 1024;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The file, or - for standard input.
    file: PathBuf,
    /// How the file is written; without it, a file that starts with { is NDJSON.
    #[arg(long, value_enum)]
    format: Option<FormatName>,
    /// The mailstore of rows that name none.
    #[arg(long, value_name = "ID")]
    mailstore: Option<MailstoreId>,
    /// The reseller of rows that name none.
    #[arg(long, value_name = "ID")]
    reseller: Option<ResellerId>,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FormatName {
    /// One JSON object a line: mailbox, mailstore, reseller, password_hash, name, aliases.
    Ndjson,
    /// Dovecot's passwd-file.
    PasswdFile,
}

type Input = Pin<Box<dyn AsyncRead + Send>>;

pub(super) async fn run(arguments: Arguments, global: &Global) -> Result<(), Failure> {
    let (input, size_bytes) = open(&arguments.file).await?;
    let mut input = BufReader::with_capacity(CHUNK_BYTES, input);
    let format = match arguments.format {
        Some(format) => format,
        None => sniff(&mut input).await?,
    };
    let client = global.client().await?;
    let bar = output::progress(size_bytes, true);
    let counted = bar.clone();
    let body = ReaderStream::with_capacity(input, CHUNK_BYTES).inspect(move |chunk| {
        if let Ok(chunk) = chunk {
            counted.inc(chunk.len() as u64);
        }
    });
    let path = path(
        format,
        arguments.mailstore.as_ref(),
        arguments.reseller.as_ref(),
    );
    let content_type = Some("application/x-ndjson");
    let response = client
        .send(Method::POST, &path, content_type, Body::from_stream(body))
        .await?;
    let mut summary = None;
    let ended = each_line(response, |report| {
        match report {
            Report::Error { line, reason } => say(&bar, &format!("line {line}: {reason}")),
            Report::Warning { line, reason } => {
                say(&bar, &format!("line {line}: warning: {reason}"));
            }
            Report::Progress { rows } => bar.set_message(format!("{rows} rows")),
            Report::Done { summary: done } => summary = Some(done),
            Report::Failed { reason } => return Err(Failure::found(reason)),
        }
        Ok(())
    })
    .await;
    bar.finish_and_clear();
    ended?;
    let summary = summary.ok_or_else(|| {
        Failure::found("the server broke off; what was applied stays: run this again")
    })?;
    print(&summary, arguments.json)
}

/// Prints a line about a row without disturbing the bar.
fn say(bar: &ProgressBar, line: &str) {
    bar.suspend(|| eprintln!("{line}"));
}

fn print(summary: &Summary, json: bool) -> Result<(), Failure> {
    if json {
        output::json(summary)?;
    } else {
        println!(
            "{} rows: {} created, {} changed, {} unchanged, {} errors",
            summary.rows, summary.created, summary.changed, summary.unchanged, summary.errors
        );
        if summary.passwords_unusable > 0 {
            println!(
                "{} users cannot sign in: their password hashes cannot be verified",
                summary.passwords_unusable
            );
        }
    }
    match summary.errors {
        0 => Ok(()),
        1 => Err(Failure::found(
            "1 row was not taken; mend it and run this again",
        )),
        errors => Err(Failure::found(format!(
            "{errors} rows were not taken; mend them and run this again"
        ))),
    }
}

async fn open(path: &std::path::Path) -> Result<(Input, Option<u64>), Failure> {
    let path = match path.as_os_str() == "-" {
        true => std::path::Path::new("/dev/stdin"),
        false => path,
    };
    let wrong = |error: std::io::Error| {
        Failure::cannot_run(format!("cannot read {}: {error}", path.display()))
    };
    let file = tokio::fs::File::open(path).await.map_err(wrong)?;
    let metadata = file.metadata().await.map_err(wrong)?;
    if metadata.is_dir() {
        return Err(Failure::cannot_run(format!(
            "{} is a directory",
            path.display()
        )));
    }
    let size_bytes = metadata.is_file().then_some(metadata.len());
    Ok((Box::pin(file), size_bytes))
}

/// What a file looks like by its first character.
async fn sniff(input: &mut BufReader<Input>) -> Result<FormatName, Failure> {
    let start = input.fill_buf().await.map_err(Failure::cannot_run)?;
    let first = start.iter().find(|byte| !byte.is_ascii_whitespace());
    Ok(match first {
        Some(b'{') | None => FormatName::Ndjson,
        Some(_) => FormatName::PasswdFile,
    })
}

fn path(
    format: FormatName,
    mailstore: Option<&MailstoreId>,
    reseller: Option<&ResellerId>,
) -> String {
    let format = match format {
        FormatName::Ndjson => "ndjson",
        FormatName::PasswdFile => "passwd-file",
    };
    let mut path = format!("/api/v1/provision?format={format}");
    let mut add = |key: &str, value: &str| {
        path.push_str(&format!(
            "&{key}={}",
            utf8_percent_encode(value, NON_ALPHANUMERIC)
        ));
    };
    if let Some(mailstore) = mailstore {
        add("mailstore", mailstore.as_str());
    }
    if let Some(reseller) = reseller {
        add("reseller", reseller.as_str());
    }
    path
}
