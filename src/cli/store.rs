//! `lifeboat store`

use std::path::{Path, PathBuf};

use axum::body::Body;
use clap::Subcommand;
use http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::client::{Client, each_line};
use super::export::{self, ExportFormat};
use super::{Failure, Global, output};
use crate::admin::BackupRequest;
use crate::clock::{Clock, SystemClock};
use crate::ids::{Address, DomainName, MailboxId};
use crate::service::audit::Anchor;
use crate::service::deleted::{DeletedMailboxPage, ForgetOrder, Forgotten};
use crate::service::store::StoreReport;
use crate::store::backup;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Verify everything: index against bodies, checksums, the audit log.
    Check {
        /// Print what was found as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Copy the store, while the server runs or not, to a new directory on this host.
    Backup {
        /// A directory that is empty or not there yet.
        directory: PathBuf,
        /// Print what the backup holds as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Put a backup in place of a store that is lost; no server may run.
    Restore {
        /// The backup.
        directory: PathBuf,
        /// Print what was restored as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write all mail of a mailbox into a directory.
    Export {
        /// The mailbox, by address or alias.
        address: Address,
        /// eml: a file per message; maildir: a Maildir++; mbox: a file per folder (mboxrd).
        #[arg(long, value_enum)]
        format: ExportFormat,
        /// A directory that is empty or not there yet.
        directory: PathBuf,
        /// The mailbox with this id that left under the address; see "lifeboat store deleted".
        #[arg(long, value_name = "ID")]
        mailbox: Option<MailboxId>,
    },
    /// List mailboxes that left the directory, with how much of their mail is kept.
    Deleted {
        /// Of this domain.
        #[arg(long)]
        domain: Option<DomainName>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Delete for good what is kept of a mailbox that left, merged or not.
    Forget {
        /// The address that it had.
        address: Address,
        /// Its id, where several had the address.
        #[arg(long, value_name = "ID")]
        mailbox: Option<MailboxId>,
        /// Why, for the audit log.
        #[arg(long)]
        reason: String,
    },
}

pub(super) async fn run(command: Command, global: &Global) -> Result<(), Failure> {
    let is_remote = matches!(command, Command::Deleted { .. } | Command::Forget { .. });
    if global.server.is_some() && !is_remote {
        return Err(Failure::cannot_run(
            "this works on the server's host only: leave out --server",
        ));
    }
    match command {
        Command::Check { json } => check(&global.client().await?, json).await,
        Command::Backup { directory, json } => {
            let directory = std::path::absolute(&directory).map_err(Failure::cannot_run)?;
            back_up(&global.client().await?, directory, json).await
        }
        Command::Restore { directory, json } => restore(global, &directory, json),
        Command::Export {
            address,
            format,
            directory,
            mailbox,
        } => {
            let client = global.client().await?;
            export::run(&client, &address, mailbox.as_ref(), format, &directory).await
        }
        Command::Deleted { domain, json } => deleted(&global.client().await?, domain, json).await,
        Command::Forget {
            address,
            mailbox,
            reason,
        } => forget(&global.client().await?, &address, mailbox, reason).await,
    }
}

async fn deleted(client: &Client, domain: Option<DomainName>, json: bool) -> Result<(), Failure> {
    let domain = domain.map_or_else(String::new, |name| format!("&domain={name}"));
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/deleted-mailboxes?limit=200{domain}{after}");
        let page: DeletedMailboxPage = client.get(&path).await?;
        all.extend(page.mailboxes);
        let Some(next) = page.next else { break };
        let next = utf8_percent_encode(&next, NON_ALPHANUMERIC);
        after = format!("&after={next}");
    }
    if json {
        return output::json(&all);
    }
    for one in &all {
        println!(
            "{} {}: left {}, {} messages kept, {} of them not merged",
            one.address, one.id, one.deleted_at, one.messages, one.unmerged
        );
    }
    if all.is_empty() {
        println!("no mailbox has left");
    }
    Ok(())
}

async fn forget(
    client: &Client,
    address: &Address,
    mailbox: Option<MailboxId>,
    reason: String,
) -> Result<(), Failure> {
    let of = utf8_percent_encode(address.as_str(), NON_ALPHANUMERIC).to_string();
    let path = format!("/api/v1/deleted-mailboxes?address={of}");
    let page: DeletedMailboxPage = client.get(&path).await?;
    let mut ids: Vec<String> = page.mailboxes.into_iter().map(|one| one.id).collect();
    if let Some(id) = mailbox {
        ids.retain(|known| *known == id.to_string());
    }
    let id = match ids.as_slice() {
        [] => return Err(Failure::found("no such mailbox has left")),
        [id] => id,
        _ => {
            return Err(Failure::cannot_run(format!(
                "several that left had this address, say which with --mailbox: {}",
                ids.join(", ")
            )));
        }
    };
    let path = format!("/api/v1/deleted-mailboxes/{of}/{id}/forget");
    let order = ForgetOrder { reason };
    let gone: Forgotten = client.call(Method::POST, &path, &order).await?;
    println!(
        "{}: {} messages deleted for good",
        gone.address, gone.messages
    );
    Ok(())
}

/// Follows a long operation to its end.
async fn follow(client: &Client, path: &str, body: Option<String>) -> Result<StoreReport, Failure> {
    let content_type = body.as_ref().map(|_| "application/json");
    let body = body.map_or_else(Body::empty, Body::from);
    let response = client.send(Method::POST, path, content_type, body).await?;
    let bar = output::progress(None, false);
    let mut last = None;
    let ended = each_line(response, |report| {
        match report {
            StoreReport::Progress { rows } => bar.set_position(rows),
            StoreReport::Failed { reason } => return Err(Failure::found(reason)),
            report => last = Some(report),
        }
        Ok(())
    })
    .await;
    bar.finish_and_clear();
    ended?;
    last.ok_or_else(|| Failure::found("the server broke off"))
}

async fn check(client: &Client, json: bool) -> Result<(), Failure> {
    let found = follow(client, "/admin/store/check", None).await?;
    let StoreReport::Checked { report, problems } = found else {
        return Err(Failure::found("the server's answer is not understood"));
    };
    if json {
        output::json(&report)?;
    } else {
        print_report(&report);
    }
    let last: Anchor = client.get("/admin/audit/verify").await?;
    if !json {
        println!("audit log: {} entries, sound", last.number);
    }
    match problems {
        0 => Ok(()),
        problems => Err(Failure::found(format!("{problems} problems found"))),
    }
}

fn print_report(report: &serde_json::Value) {
    let number = |key: &str| {
        report
            .get(key)
            .and_then(serde_json::Value::as_u64)
            .unwrap_or(0)
    };
    println!(
        "{} mailboxes ({} used), {} messages, {} bodies of {} bytes",
        number("mailboxes"),
        number("mailboxes_used"),
        number("messages"),
        number("bodies"),
        number("body_bytes"),
    );
    let problems = report.get("problems").and_then(serde_json::Value::as_array);
    for problem in problems.into_iter().flatten() {
        println!("problem: {}", problem.as_str().unwrap_or_default());
    }
}

async fn back_up(client: &Client, directory: PathBuf, json: bool) -> Result<(), Failure> {
    let shown = directory.display().to_string();
    let request = serde_json::to_string(&BackupRequest { directory }).map_err(Failure::found)?;
    let made = follow(client, "/admin/store/backup", Some(request)).await?;
    let StoreReport::BackedUp { manifest } = made else {
        return Err(Failure::found("the server's answer is not understood"));
    };
    if json {
        return output::json(&manifest);
    }
    println!("backed up to {shown}");
    Ok(())
}

fn restore(global: &Global, source: &Path, json: bool) -> Result<(), Failure> {
    let config = global.load()?.config;
    let bar = output::progress(None, false);
    let restored = backup::restore(source, &config.store.path, SystemClock.now(), |rows| {
        bar.set_position(rows);
    });
    bar.finish_and_clear();
    let manifest = restored.map_err(Failure::cannot_run)?;
    if json {
        return output::json(&manifest);
    }
    println!("restored to {}", config.store.path.display());
    println!(
        "everything that was not merged is in doubt now: it is looked for in its mailstore before \
         it is appended"
    );
    Ok(())
}
