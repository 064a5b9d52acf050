//! `lifeboat failover`

use clap::{Args, Subcommand};
use hyper::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::Failure;
use super::client::Client;
use super::output::{print_json, text};
use crate::route::Scope;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show how failover stands, for one scope or for all mailstores.
    Show {
        /// mailstore:ID, domain:NAME or mailbox:ADDRESS; all mailstores without it.
        scope: Option<Scope>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Mail goes to the standby, at once (on a domain or mailbox: sets its override).
    Activate(Order),
    /// Mail goes to the mailstore again, after the guard (on a domain or mailbox: removes its override).
    Return(ReturnOrder),
    /// Never to the standby.
    PinPrimary(Order),
    /// Always to the standby.
    PinStandby(Order),
    /// Mail waits in the MX.
    Queue(Order),
    /// As Lifeboat decides (on a domain or mailbox: removes its override).
    Auto(Order),
}

#[derive(Debug, Args)]
pub(super) struct Order {
    /// mailstore:ID, domain:NAME or mailbox:ADDRESS.
    scope: Scope,
    /// Why, for the audit log.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// On a domain or mailbox: in how many seconds it ends by itself.
    #[arg(long, value_name = "SECONDS")]
    expires_in: Option<u64>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct ReturnOrder {
    #[command(flatten)]
    order: Order,
    /// Return although the mailstore is not what it was. Only after looking at what the guard found:
    /// desktop clients may download everything again or miss mail.
    #[arg(long)]
    accept_changed_mailstore: bool,
}

pub(super) async fn run(client: Client, command: Command) -> Result<(), Failure> {
    let (order, action, accept_changed) = match command {
        Command::Show { scope, json } => return show(&client, scope, json).await,
        Command::Activate(order) => (order, "activate", false),
        Command::Return(order) => (order.order, "return", order.accept_changed_mailstore),
        Command::PinPrimary(order) => (order, "pin-primary", false),
        Command::PinStandby(order) => (order, "pin-standby", false),
        Command::Queue(order) => (order, "queue", false),
        Command::Auto(order) => (order, "auto", false),
    };
    let change = json!({
        "action": action,
        "reason": order.reason,
        "accept_changed_mailstore": accept_changed,
        "expires_in_secs": order.expires_in,
    });
    let view = client
        .call(Method::PUT, &path(&order.scope), &change)
        .await?;
    print(&view, order.json);
    Ok(())
}

async fn show(client: &Client, scope: Option<Scope>, as_json: bool) -> Result<(), Failure> {
    if let Some(scope) = scope {
        print(&client.get(&path(&scope)).await?, as_json);
        return Ok(());
    }
    let all = client.get("/api/v1/mailstores").await?;
    if as_json {
        print_json(&all);
        return Ok(());
    }
    for mailstore in all.as_array().into_iter().flatten() {
        println!(
            "{:<12} {:<10} mode {:<11} mail goes to: {}",
            text(mailstore, "id"),
            text(mailstore, "state"),
            text(mailstore, "mode"),
            text(mailstore, "route")
        );
    }
    Ok(())
}

fn path(scope: &Scope) -> String {
    let (kind, name) = match scope {
        Scope::Mailstore(id) => ("mailstores", id.to_string()),
        Scope::Domain(domain) => ("domains", domain.to_string()),
        Scope::Mailbox(address) => ("mailboxes", address.to_string()),
    };
    format!(
        "/api/v1/{kind}/{}/failover",
        utf8_percent_encode(&name, NON_ALPHANUMERIC)
    )
}

fn print(view: &Value, as_json: bool) {
    if as_json {
        return print_json(view);
    }
    println!(
        "{}: mail goes to {}",
        text(view, "scope"),
        text(view, "route")
    );
    for (field, label) in [
        ("state", "state"),
        ("mode", "mode"),
        ("level", "decided by"),
        ("since", "since"),
        ("reason", "reason"),
        ("author", "by"),
        ("expires_at", "until"),
        ("needs", "needs you"),
    ] {
        if !view[field].is_null() {
            println!("  {label:<11} {}", text(view, field));
        }
    }
    for decision in view["decisions"].as_array().into_iter().flatten() {
        println!("  {}  {}", text(decision, "at"), text(decision, "text"));
    }
}
