//! `lifeboat provision`

use std::path::PathBuf;
use std::pin::Pin;

use axum::body::Body;
use clap::{Args, Subcommand, ValueEnum};
use futures_util::StreamExt;
use http::Method;
use indicatif::ProgressBar;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio_util::io::ReaderStream;

use super::client::each_line;
use super::{Failure, Global, output};
use crate::ids::{DomainName, MailstoreId, ResellerId, SourceName};
use crate::provision::{Report, Summary};
use crate::service::domain_moves::{DomainMoveView, NewDomainMove};
use crate::service::provision::{SourceView, SyncRequest};

/// Bytes read at once.
const CHUNK_BYTES: usize = 64 * 1024;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    file: Option<FileArguments>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The sources that the directory is kept in step with, and how their last rounds went.
    Sources {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Have a source read now.
    Sync {
        /// Which.
        name: SourceName,
        /// So many mailboxes, and no more, may be deleted, whatever share that is.
        #[arg(long, value_name = "N")]
        delete_max: Option<u64>,
        /// Why, for the audit log.
        #[arg(long)]
        reason: String,
    },
    /// Give domains to another reseller, with all that is in them.
    MoveDomain(MoveArguments),
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("giver").required(true))]
#[command(group = clap::ArgGroup::new("taker").required(true))]
struct MoveArguments {
    /// Which; all of them or none go.
    #[arg(required = true, value_name = "DOMAIN")]
    domains: Vec<DomainName>,
    /// The reseller that they belong to.
    #[arg(long, value_name = "ID", group = "giver")]
    from: Option<ResellerId>,
    /// They belong to nobody but the operator.
    #[arg(long, group = "giver")]
    from_operator: bool,
    /// The reseller that gets them.
    #[arg(long, value_name = "ID", group = "taker")]
    to: Option<ResellerId>,
    /// They become nobody's but the operator's.
    #[arg(long, group = "taker")]
    to_operator: bool,
    /// Why, for the audit log.
    #[arg(long)]
    reason: String,
    /// Say what would go along and end, and do nothing.
    #[arg(long)]
    preview: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct FileArguments {
    /// The file, or - for standard input.
    file: PathBuf,
    /// How the file is written; without it by its name (.csv), and a file that starts with { is NDJSON.
    #[arg(long, value_enum)]
    format: Option<FormatName>,
    /// The mailstore of rows that name none.
    #[arg(long, value_name = "ID")]
    mailstore: Option<MailstoreId>,
    /// The reseller of rows that name none.
    #[arg(long, value_name = "ID")]
    reseller: Option<ResellerId>,
    /// The scheme of password hashes that name none.
    #[arg(long, value_name = "SCHEME")]
    password_scheme: Option<String>,
    /// The file is all that this source has: delete its mailboxes that the file does not mention, if
    /// they are not too many.
    #[arg(long, value_name = "SOURCE")]
    whole_of: Option<SourceName>,
    /// So many mailboxes, and no more, may be deleted, whatever share that is.
    #[arg(long, value_name = "N", requires = "whole_of")]
    delete_max: Option<u64>,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FormatName {
    /// One JSON object a line: mailbox, mailstore, reseller, password_hash, name, aliases, id, recovery,
    /// folders, renamed_from, deleted.
    Ndjson,
    /// Comma-separated values; the first line names the columns.
    Csv,
    /// Dovecot's passwd-file.
    PasswdFile,
}

type Input = Pin<Box<dyn AsyncRead + Send>>;

pub(super) async fn run(arguments: Arguments, global: &Global) -> Result<(), Failure> {
    match (arguments.command, arguments.file) {
        (Some(Command::Sources { json }), _) => sources(json, global).await,
        (
            Some(Command::Sync {
                name,
                delete_max,
                reason,
            }),
            _,
        ) => sync(&name, SyncRequest { delete_max, reason }, global).await,
        (Some(Command::MoveDomain(order)), _) => move_domains(order, global).await,
        (None, Some(file)) => apply(file, global).await,
        (None, None) => Err(Failure::cannot_run("name a file, or - for standard input")),
    }
}

async fn sources(json: bool, global: &Global) -> Result<(), Failure> {
    let client = global.client().await?;
    let all: Vec<SourceView> = client.get("/api/v1/sources").await?;
    if json {
        return output::json(&all);
    }
    if all.is_empty() {
        println!("there is no source: add a [[source]] section, or see lifeboat provision --help");
    }
    for source in &all {
        show(source);
    }
    Ok(())
}

fn show(source: &SourceView) {
    let read_at = source.read_at.as_deref().unwrap_or("never");
    println!(
        "{}: {} mailboxes, read {read_at}",
        source.name, source.mailboxes
    );
    println!("  {}", source.text);
    if source.ended_at.is_some() {
        println!(
            "  last round: {} rows, {} created, {} changed, {} renamed, {} deleted, {} errors",
            source.rows,
            source.created,
            source.changed,
            source.renamed,
            source.deleted,
            source.errors
        );
    }
    for wrong in &source.first_errors {
        println!("  line {}: {}", wrong.line, wrong.reason);
    }
}

async fn sync(name: &SourceName, request: SyncRequest, global: &Global) -> Result<(), Failure> {
    let client = global.client().await?;
    let path = format!("/api/v1/sources/{name}/sync");
    let _: SourceView = client.call(Method::POST, &path, &request).await?;
    println!("{name} is read now; see lifeboat provision sources");
    Ok(())
}

async fn move_domains(order: MoveArguments, global: &Global) -> Result<(), Failure> {
    let client = global.client().await?;
    let path = match order.preview {
        true => "/api/v1/domain-moves/preview",
        false => "/api/v1/domain-moves",
    };
    let new = NewDomainMove {
        domains: order.domains,
        from: order.from,
        to: order.to,
        reason: order.reason,
        count: None,
    };
    let moved: DomainMoveView = client.call(Method::POST, path, &new).await?;
    if order.json {
        return output::json(&moved);
    }
    let whose = |id: &Option<String>| id.clone().unwrap_or_else(|| "the operator".to_owned());
    println!(
        "{}{}: from {} to {}: {} mailboxes, {} deleted ones with kept mail",
        if order.preview {
            "would move "
        } else {
            "moved "
        },
        moved.domains.join(", "),
        whose(&moved.from),
        whose(&moved.to),
        moved.mailboxes,
        moved.deleted_mailboxes
    );
    for scope in &moved.settings_ended {
        println!("  the former reseller's setting ends: {scope}");
    }
    Ok(())
}

async fn apply(arguments: FileArguments, global: &Global) -> Result<(), Failure> {
    let (input, size_bytes) = open(&arguments.file).await?;
    let mut input = BufReader::with_capacity(CHUNK_BYTES, input);
    let is_csv = arguments
        .file
        .extension()
        .is_some_and(|extension| extension == "csv");
    let format = match arguments.format {
        Some(format) => format,
        None if is_csv => FormatName::Csv,
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
    let path = path(format, &arguments);
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
            "{} rows: {} created, {} changed, {} renamed, {} deleted, {} unchanged, {} errors",
            summary.rows,
            summary.created,
            summary.changed,
            summary.renamed,
            summary.deleted,
            summary.unchanged,
            summary.errors
        );
        if summary.withheld > 0 {
            println!(
                "{} mailboxes are missing and were not deleted: too many, or not every row could be \
                 read; if they are gone, mend the rows and confirm with --delete-max {}",
                summary.withheld, summary.withheld
            );
        }
        if summary.passwords_unusable > 0 {
            println!(
                "{} users cannot sign in: their password hashes cannot be verified",
                summary.passwords_unusable
            );
        }
    }
    match summary.errors {
        0 if summary.withheld > 0 => Err(Failure::found("nothing was deleted")),
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

fn path(format: FormatName, arguments: &FileArguments) -> String {
    let format = match format {
        FormatName::Ndjson => "ndjson",
        FormatName::Csv => "csv",
        FormatName::PasswdFile => "passwd-file",
    };
    let options = [
        ("mailstore", arguments.mailstore.clone().map(String::from)),
        ("reseller", arguments.reseller.clone().map(String::from)),
        ("password_scheme", arguments.password_scheme.clone()),
        ("whole_of", arguments.whole_of.clone().map(String::from)),
        (
            "delete_max",
            arguments.delete_max.map(|max| max.to_string()),
        ),
    ];
    let mut path = format!("/api/v1/provision?format={format}");
    for (key, value) in options {
        if let Some(value) = value {
            let value = utf8_percent_encode(&value, NON_ALPHANUMERIC);
            path.push_str(&format!("&{key}={value}"));
        }
    }
    path
}
