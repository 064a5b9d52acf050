//! `lifeboat queue`

use clap::{Args, Subcommand};
use http::Method;
use percent_encoding::utf8_percent_encode;

use super::client::Client;
use super::failover::SEGMENT;
use super::{Failure, Global, output};
use crate::ids::QueueId;
use crate::service::queue::{
    QueueAction, QueueChange, QueueEntryView, QueueOrder, QueueOrdered, QueueView, StateName,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show what users sent and is not finished, the oldest first.
    List {
        /// Only those of this sender: the address of a mailbox, or a domain.
        #[arg(long, value_name = "ADDRESS|DOMAIN")]
        sender: Option<String>,
        /// Only those in this state: queued, sending or held.
        #[arg(long, value_name = "STATE", value_parser = state)]
        state: Option<StateName>,
        /// Print them as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show one entry with its recipients.
    Show {
        /// Its id.
        id: QueueId,
        /// Print it as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Stop trying, until it is released.
    Hold(Order),
    /// Try again what was held.
    Release(Order),
    /// Try now what waits or is held.
    Retry(Order),
    /// Give up; the sender gets a report with the reason.
    Drop {
        #[command(flatten)]
        order: Order,
        /// The sender gets no report.
        #[arg(long)]
        quiet: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct Order {
    /// The id of an entry.
    #[arg(required_unless_present = "sender", conflicts_with = "sender")]
    id: Option<QueueId>,
    /// All of this sender: the address of a mailbox, or a domain.
    #[arg(long, value_name = "ADDRESS|DOMAIN")]
    sender: Option<String>,
    /// Why, for those who read the audit log later.
    #[arg(long)]
    reason: String,
}

fn state(name: &str) -> Result<StateName, String> {
    StateName::of(name).ok_or_else(|| "write queued, sending or held".into())
}

pub(super) async fn run(command: Command, global: &Global) -> Result<(), Failure> {
    let client = global.client().await?;
    match command {
        Command::List {
            sender,
            state,
            json,
        } => list(&client, sender.as_deref(), state, json).await,
        Command::Show { id, json } => {
            let entry: QueueEntryView = client.get(&format!("/api/v1/queue/{id}")).await?;
            if json {
                return output::json(&entry);
            }
            print(&entry);
            Ok(())
        }
        Command::Hold(order) => carry_out(&client, order, QueueAction::Hold, false).await,
        Command::Release(order) => carry_out(&client, order, QueueAction::Release, false).await,
        Command::Retry(order) => carry_out(&client, order, QueueAction::Retry, false).await,
        Command::Drop { order, quiet } => carry_out(&client, order, QueueAction::Drop, quiet).await,
    }
}

async fn list(
    client: &Client,
    sender: Option<&str>,
    state: Option<StateName>,
    json: bool,
) -> Result<(), Failure> {
    let sender = sender.map(|sender| format!("&sender={}", utf8_percent_encode(sender, SEGMENT)));
    let state = state.map(|state| format!("&state={}", state.as_str()));
    let (sender, state) = (sender.unwrap_or_default(), state.unwrap_or_default());
    let mut entries = Vec::new();
    let mut after = String::new();
    loop {
        let path = format!("/api/v1/queue?limit=200{sender}{state}{after}");
        let page: QueueView = client.get(&path).await?;
        entries.extend(page.entries);
        match page.next {
            Some(next) if entries.len() < LISTED_MAX => after = format!("&after={next}"),
            _ => break,
        }
    }
    if json {
        return output::json(&entries);
    }
    let rows: Vec<Vec<String>> = entries.iter().map(row).collect();
    output::table(
        &[
            "ID",
            "SENT",
            "FROM",
            "TO",
            "STATE",
            "TRIES",
            "NEXT",
            "LAST ANSWER",
        ],
        &rows,
    );
    Ok(())
}

/// Entries that a list shows at most.
const LISTED_MAX: usize = 10_000;

fn row(entry: &QueueEntryView) -> Vec<String> {
    let waiting = || entry.recipients.iter().filter(|to| to.state == "pending");
    let first = waiting().next().map_or("-", |to| to.address.as_str());
    let to = match waiting().count() {
        0 | 1 => first.to_owned(),
        count => format!("{first} and {} more", count - 1),
    };
    let said = waiting().find_map(|to| to.said.clone());
    vec![
        entry.id.clone(),
        entry.created_at.clone(),
        entry.sender.clone(),
        to,
        entry.state.as_str().to_owned(),
        entry.attempts.to_string(),
        entry.due.clone().unwrap_or_else(|| "-".into()),
        entry.reason.clone().or(said).unwrap_or_else(|| "-".into()),
    ]
}

fn print(entry: &QueueEntryView) {
    println!("{} {} from {}", entry.created_at, entry.id, entry.sender);
    let due = entry.due.as_deref().map(|due| format!(", next try {due}"));
    let reason = entry.reason.as_deref().map(|why| format!(": {why}"));
    println!(
        "  {}{}{}, tried {} times, given up {}",
        entry.state.as_str(),
        reason.unwrap_or_default(),
        due.unwrap_or_default(),
        entry.attempts,
        entry.expires_at
    );
    for to in &entry.recipients {
        let said = to.said.as_deref().map(|said| format!(": {said}"));
        println!(
            "  to {}: {}{}",
            to.address,
            to.state,
            said.unwrap_or_default()
        );
    }
    let more = entry
        .recipients_total
        .saturating_sub(entry.recipients.len());
    if more > 0 {
        println!("  and {more} more");
    }
}

async fn carry_out(
    client: &Client,
    order: Order,
    action: QueueAction,
    quiet: bool,
) -> Result<(), Failure> {
    let change = QueueChange {
        action,
        reason: order.reason,
        quiet,
    };
    let mut changed = 0;
    if let Some(id) = order.id {
        let path = format!("/api/v1/queue/{id}");
        let done: QueueOrdered = client.call(Method::PUT, &path, &change).await?;
        changed = done.changed;
    } else {
        let mut all = QueueOrder {
            sender: order.sender.unwrap_or_default(),
            state: None,
            after: None,
            change,
        };
        loop {
            let done: QueueOrdered = client.call(Method::POST, "/api/v1/queue", &all).await?;
            changed += done.changed;
            match done.next {
                Some(next) => all.after = Some(next),
                None => break,
            }
        }
    }
    println!("{}: {changed} messages", action.as_str());
    Ok(())
}
