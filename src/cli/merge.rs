//! `lifeboat merge`

use std::time::{Duration, Instant};

use clap::{Args, Subcommand, ValueEnum};
use http::Method;
use percent_encoding::utf8_percent_encode;

use super::client::Client;
use super::failover::SEGMENT;
use super::{Failure, Global, merge_check, merge_receipt, output};
use crate::ids::MailstoreId;
use crate::route::Scope;
use crate::service::merge::{BlockedView, MailstoreMergeView, MergeView};
use crate::service::merge_orders::{DriverName, MailboxMergeView, MergeAction, MergeOrder};

/// Between two looks at a merge that is waited for.
const LOOK: Duration = Duration::from_millis(500);
/// So many attempts may fail because the mailstore did not answer.
const PASSING_ATTEMPTS: u32 = 3;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show what is still to merge, how it goes on, and which mailboxes wait and why.
    Status {
        /// Print it as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Merge a mailstore now (lifts a pause, lets what waits try again), or put one mailbox first.
    Run(Run),
    /// Merge nothing into a mailstore until it is resumed; what is under way stops at its next step.
    Pause(Pause),
    /// Go on after a pause, or at another speed.
    Resume(Resume),
    /// Show what a merge would do, without touching anything, and check the merge's door into Dovecot.
    Plan(merge_check::Plan),
    /// Read what was merged again and compare it with the receipts; changes nothing.
    Verify(merge_check::Verify),
    /// Look for what was merged from a mailbox, and merge again what is not there any more, such as after a
    /// mailbox was let in although it had changed. What its user has moved is not doubled; what its user
    /// has deleted for good comes back. Look first: lifeboat merge verify.
    Again(Again),
    /// Show what was merged: of a mailbox, a domain or an outage.
    Receipt(merge_receipt::Arguments),
}

#[derive(Debug, Args)]
pub(super) struct Run {
    /// mailstore:ID or mailbox:ADDRESS.
    scope: Scope,
    /// Why, for the audit log.
    #[arg(long)]
    reason: String,
    /// How messages get into the mailstore; mailstores only.
    #[arg(long, value_enum)]
    driver: Option<Driver>,
    /// Wait until nothing is left but what waits for a reason of its own; status 1 if something does.
    #[arg(long)]
    wait: bool,
    /// Print how it stands then as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Again {
    /// mailbox:ADDRESS.
    scope: Scope,
    /// Why, for the audit log.
    #[arg(long)]
    reason: String,
    /// Wait until all of it is there, or waits for a reason of its own (status 1).
    #[arg(long)]
    wait: bool,
    /// Print how it stands then as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Driver {
    /// By IMAP APPEND through Dovecot.
    Imap,
    /// As files on the mailstore's volume, also while its IMAP is closed.
    Maildir,
}

#[derive(Debug, Args)]
pub(super) struct Pause {
    /// The mailstore, as configured; with or without mailstore: before it.
    #[arg(value_parser = mailstore)]
    mailstore: MailstoreId,
    /// Why, for the audit log.
    #[arg(long)]
    reason: String,
    /// Print how it stands then as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Resume {
    #[command(flatten)]
    order: Pause,
    /// Few mailboxes at a time.
    #[arg(long, conflicts_with = "hurry")]
    slow: bool,
    /// As many mailboxes as are allowed at most, however slowly the mailstore answers.
    #[arg(long)]
    hurry: bool,
}

fn mailstore(text: &str) -> Result<MailstoreId, String> {
    let name = text.strip_prefix("mailstore:").unwrap_or(text);
    name.parse()
        .map_err(|error: crate::ids::InvalidId| error.to_string())
}

pub(super) async fn run(command: Command, global: &Global) -> Result<(), Failure> {
    match command {
        Command::Status { json } => status(global, json).await,
        Command::Run(run) => start(run, global).await,
        Command::Pause(pause) => order(pause, MergeAction::Pause, global).await,
        Command::Resume(resume) => {
            let action = match (resume.slow, resume.hurry) {
                (true, _) => MergeAction::Slow,
                (_, true) => MergeAction::Hurry,
                _ => MergeAction::Resume,
            };
            order(resume.order, action, global).await
        }
        Command::Plan(plan) => merge_check::plan(plan, global).await,
        Command::Again(order) => again(order, global).await,
        Command::Verify(verify) => merge_check::verify(verify, global).await,
        Command::Receipt(arguments) => merge_receipt::run(arguments, global).await,
    }
}

async fn status(global: &Global, json: bool) -> Result<(), Failure> {
    let status: MergeView = global.client().await?.get("/api/v1/merges").await?;
    if json {
        return output::json(&status);
    }
    println!(
        "{} messages of {} mailboxes are to be merged",
        status.unmerged, status.mailboxes
    );
    let rows: Vec<Vec<String>> = status.mailstores.iter().map(mailstore_row).collect();
    output::table(
        &[
            "MAILSTORE",
            "UNMERGED",
            "MAILBOXES",
            "MERGE",
            "RUNNING",
            "ALLOWED",
            "ORDER",
        ],
        &rows,
    );
    print_blocked(&status.blocked);
    if let Some(line) = unlisted(status.blocked_unlisted) {
        println!("{line}");
    }
    Ok(())
}

fn mailstore_row(view: &MailstoreMergeView) -> Vec<String> {
    let state = match (view.paused, view.open, view.down) {
        (true, ..) => "paused",
        (_, false, _) => "closed",
        (_, _, true) => "no answer",
        _ => "open",
    };
    let order = match (&view.ordered_by, &view.reason) {
        (Some(by), Some(reason)) => format!("{} by {by}: {reason}", view.speed),
        _ => String::new(),
    };
    vec![
        view.mailstore.clone(),
        view.unmerged.to_string(),
        view.mailboxes.to_string(),
        state.to_owned(),
        view.running.to_string(),
        format!("{} of {}", view.allowed, view.ceiling),
        order,
    ]
}

/// What is said of those that wait and are not listed.
fn unlisted(count: u64) -> Option<String> {
    (count > 0).then(|| {
        format!(
            "\nThat is not all: {count} more wait. All of them, page by page: GET /api/v1/mailboxes?blocked=true"
        )
    })
}

fn print_blocked(blocked: &[BlockedView]) {
    if blocked.is_empty() {
        return;
    }
    println!();
    let rows: Vec<Vec<String>> = blocked
        .iter()
        .map(|blocked| {
            vec![
                blocked
                    .mailbox
                    .clone()
                    .unwrap_or_else(|| "(deleted)".into()),
                blocked.mailstore.clone(),
                blocked.unmerged.to_string(),
                blocked.reason.as_str().unwrap_or_default().to_owned(),
                blocked.next_attempt_at.clone(),
                blocked.detail.clone(),
            ]
        })
        .collect();
    output::table(
        &[
            "MAILBOX",
            "MAILSTORE",
            "UNMERGED",
            "REASON",
            "NEXT ATTEMPT",
            "DETAIL",
        ],
        &rows,
    );
    if let Some(export) = blocked.iter().find_map(|blocked| blocked.export.as_ref()) {
        println!("\nAs a last resort, a mailbox's mail as files: {export}");
    }
}

/// The path of a scope's merge.
pub(super) fn path(scope: &Scope) -> Result<String, Failure> {
    let (collection, name) = match scope {
        Scope::Mailstore(id) => ("mailstores", id.as_str()),
        Scope::Mailbox(address) => ("mailboxes", address.as_str()),
        Scope::Domain(_) => {
            return Err(Failure::cannot_run(
                "a merge is of a mailstore or of a mailbox: write mailstore:ID or mailbox:ADDRESS",
            ));
        }
    };
    let name = utf8_percent_encode(name, SEGMENT);
    Ok(format!("/api/v1/merges/{collection}/{name}"))
}

async fn order(pause: Pause, action: MergeAction, global: &Global) -> Result<(), Failure> {
    let body = MergeOrder {
        action,
        reason: pause.reason,
        driver: None,
    };
    let path = path(&Scope::Mailstore(pause.mailstore))?;
    let client = global.client().await?;
    let view: MailstoreMergeView = client.call(Method::PUT, &path, &body).await?;
    print_mailstore(&view, pause.json)
}

async fn start(run: Run, global: &Global) -> Result<(), Failure> {
    let body = MergeOrder {
        action: MergeAction::Run,
        reason: run.reason,
        driver: run.driver.map(|driver| match driver {
            Driver::Imap => DriverName::Imap,
            Driver::Maildir => DriverName::Maildir,
        }),
    };
    let path = path(&run.scope)?;
    let client = global.client().await?;
    if run.wait && matches!(client, Client::Store(_)) {
        return Err(Failure::found(
            "no server runs, so nothing would be merged: start it with lifeboat serve",
        ));
    }
    if let Scope::Mailbox(_) = run.scope {
        let mut view: MailboxMergeView = client.call(Method::PUT, &path, &body).await?;
        if run.wait {
            view = wait_mailbox(&client, &path).await?;
        }
        return print_mailbox(&view, run.json, run.wait);
    }
    let mut view: MailstoreMergeView = client.call(Method::PUT, &path, &body).await?;
    if matches!(run.driver, Some(Driver::Maildir)) {
        if run.wait {
            view = wait_placed(&client, &view.mailstore).await?;
        }
        return print_placed(&view, run.json);
    }
    if run.wait {
        view = wait_mailstore(&client, &view.mailstore).await?;
    }
    print_mailstore(&view, run.json)?;
    match view.unmerged {
        0 => Ok(()),
        left if run.wait => Err(Failure::found(format!(
            "{left} messages wait: lifeboat merge status says why"
        ))),
        _ => Ok(()),
    }
}

async fn again(order: Again, global: &Global) -> Result<(), Failure> {
    let Scope::Mailbox(_) = order.scope else {
        return Err(Failure::cannot_run("write mailbox:ADDRESS"));
    };
    let body = MergeOrder {
        action: MergeAction::Again,
        reason: order.reason,
        driver: None,
    };
    let path = path(&order.scope)?;
    let client = global.client().await?;
    let mut view: MailboxMergeView = client.call(Method::PUT, &path, &body).await?;
    if order.wait {
        view = wait_mailbox(&client, &path).await?;
    }
    print_mailbox(&view, order.json, order.wait)
}

/// Waits until all that is left of a mailstore waits for a reason of its own.
async fn wait_mailstore(client: &Client, name: &str) -> Result<MailstoreMergeView, Failure> {
    let bar = output::progress(Some(0), false);
    let (mut most, mut before) = (0, None);
    let ended = loop {
        let asked = Instant::now();
        let status: MergeView = client.get("/api/v1/merges").await?;
        let stuck = Stuck::of(&status, name);
        let mut views = status.mailstores.into_iter();
        let Some(view) = views.find(|view| view.mailstore == name) else {
            break Err(Failure::found(format!(
                "there is no mailstore {name} any more"
            )));
        };
        most = most.max(view.unmerged);
        bar.set_length(most);
        bar.set_position(most - view.unmerged);
        bar.set_message(format!("{} mailboxes at a time", view.running));
        if stuck.is_all(&view, before.replace(view.unmerged)) {
            break Ok(view);
        }
        if view.paused {
            break Err(Failure::found("the merge was paused meanwhile"));
        }
        // A look costs the server more the more there is.
        tokio::time::sleep(LOOK.max(asked.elapsed() * 9)).await;
    };
    bar.finish_and_clear();
    ended
}

/// What of a mailstore waits for a reason of its own, as far as it is listed.
struct Stuck {
    mailboxes: u64,
    messages: u64,
    /// How many more mailboxes wait, on any mailstore.
    unlisted: u64,
}

impl Stuck {
    fn of(status: &MergeView, mailstore: &str) -> Self {
        let listed = status.blocked.iter();
        let stuck: Vec<u64> = listed
            .filter(|blocked| blocked.mailstore == mailstore && is_stuck(blocked))
            .map(|blocked| blocked.unmerged)
            .collect();
        Self {
            mailboxes: stuck.len() as u64,
            messages: stuck.iter().sum(),
            unlisted: status.blocked_unlisted,
        }
    }

    /// Whether it is all that is left of the mailstore. What is not listed may be another's: it counts once nothing
    /// is under way any more and no message went since the last look, when `before` were left.
    fn is_all(&self, view: &MailstoreMergeView, before: Option<u64>) -> bool {
        let may_be_unlisted = self.unlisted > 0 && view.mailboxes <= self.mailboxes + self.unlisted;
        let rests = view.open && !view.down && view.running == 0 && before == Some(view.unmerged);
        view.unmerged <= self.messages || (may_be_unlisted && rests)
    }
}

/// Whether a mailbox waits for more than a mailstore that did not answer once.
fn is_stuck(blocked: &BlockedView) -> bool {
    blocked.attempts > PASSING_ATTEMPTS || blocked.reason != "unavailable"
}

/// Waits until an order to place files is carried out.
async fn wait_placed(client: &Client, name: &str) -> Result<MailstoreMergeView, Failure> {
    let bar = output::progress(Some(0), false);
    let ended = loop {
        let status: MergeView = client.get("/api/v1/merges").await?;
        let mut views = status.mailstores.into_iter();
        let Some(view) = views.find(|view| view.mailstore == name) else {
            break Err(Failure::found(format!(
                "there is no mailstore {name} any more"
            )));
        };
        let Some(placing) = &view.placing else {
            break Err(Failure::found("the server was started anew meanwhile"));
        };
        bar.set_length(view.mailboxes.max(placing.mailboxes));
        bar.set_position(placing.mailboxes);
        if !placing.running {
            break Ok(view);
        }
        tokio::time::sleep(LOOK).await;
    };
    bar.finish_and_clear();
    ended
}

fn print_placed(view: &MailstoreMergeView, json: bool) -> Result<(), Failure> {
    if json {
        output::json(view)?;
    }
    let Some(placing) = &view.placing else {
        return Ok(());
    };
    if !json {
        let (messages, mailboxes) = (placing.provisional, placing.mailboxes);
        println!(
            "{messages} messages are in {mailboxes} mailboxes of {} as files",
            view.mailstore
        );
        println!("they get their UIDs, and are read back, when its IMAP is back");
    }
    match (&placing.failed, placing.waiting) {
        (Some(why), _) => Err(Failure::found(why.clone())),
        (None, 0) => Ok(()),
        (None, waiting) => Err(Failure::found(format!(
            "{waiting} mailboxes wait: lifeboat merge status says why"
        ))),
    }
}

async fn wait_mailbox(client: &Client, path: &str) -> Result<MailboxMergeView, Failure> {
    let bar = output::progress(Some(0), false);
    let mut most = 0;
    let ended = loop {
        let view: MailboxMergeView = match client.get(path).await {
            Ok(view) => view,
            Err(error) => break Err(error),
        };
        most = most.max(view.unmerged);
        bar.set_length(most);
        bar.set_position(most - view.unmerged);
        if view.unmerged == 0 || view.waits.is_some() {
            break Ok(view);
        }
        tokio::time::sleep(LOOK).await;
    };
    bar.finish_and_clear();
    ended
}

fn print_mailstore(view: &MailstoreMergeView, json: bool) -> Result<(), Failure> {
    if json {
        return output::json(view);
    }
    let row = mailstore_row(view);
    output::table(
        &[
            "MAILSTORE",
            "UNMERGED",
            "MAILBOXES",
            "MERGE",
            "RUNNING",
            "ALLOWED",
            "ORDER",
        ],
        &[row],
    );
    Ok(())
}

fn print_mailbox(view: &MailboxMergeView, json: bool, waited: bool) -> Result<(), Failure> {
    if json {
        output::json(view)?;
    } else {
        println!(
            "{}: {} messages are to be merged into {}",
            view.mailbox, view.unmerged, view.mailstore
        );
        if let Some(at) = &view.verified_at {
            println!("  everything was read back at {at}");
        }
    }
    match &view.waits {
        Some(why) if waited => Err(Failure::found(format!("it waits: {why}"))),
        Some(why) => {
            eprintln!("it waited: {why}");
            Ok(())
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
