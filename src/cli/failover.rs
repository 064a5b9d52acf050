//! `lifeboat failover`

use clap::{Args, Subcommand};
use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Failure, Global, output};
use crate::config::values::Span;
use crate::route::Scope;
use crate::service::failover::{FailoverAction, FailoverChange, FailoverView};
use crate::service::mailstores::MailstoreView;
use crate::service::raising::{BlockedRaiseView, RaisingView};

/// What a path segment may hold as it is.
pub(super) const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'@');

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show how failover stands: of all mailstores, or of SCOPE.
    Show {
        /// mailstore:ID, domain:NAME or mailbox:ADDRESS.
        scope: Option<Scope>,
        /// Print it as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Mail goes to the standby, at once.
    Activate(Change),
    /// Mail goes to the mailstore again, after the guard looked at it.
    Return {
        #[command(flatten)]
        change: Change,
        /// Return although the mailstore is not what it was; for a mailbox: although its UIDs were
        /// not raised. Look first at what the guard found.
        #[arg(long)]
        accept_changed_mailstore: bool,
        /// The mailstore was restored to an earlier state: raise the UIDs of every mailbox before it
        /// gets its mail, so that desktop clients miss no new message.
        #[arg(long)]
        restored: bool,
    },
    /// Never to the standby.
    PinPrimary(Change),
    /// Always to the standby.
    PinStandby(Change),
    /// Mail waits in the MX.
    Queue(Change),
    /// As Lifeboat decides (mailstores), or as the mailstore does (domains, mailboxes).
    Auto(Change),
}

#[derive(Debug, Args)]
pub(super) struct Change {
    /// mailstore:ID, domain:NAME or mailbox:ADDRESS.
    scope: Scope,
    /// Why, for the audit log.
    #[arg(long)]
    reason: String,
    /// When it ends by itself, such as 4h; domains and mailboxes only.
    #[arg(long, value_name = "SPAN")]
    expires: Option<Span>,
    /// Print how it stands then as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: Command, global: &Global) -> Result<(), Failure> {
    let (action, change, accept, restored) = match command {
        Command::Show { scope: None, json } => return list(global, json).await,
        Command::Show {
            scope: Some(scope),
            json,
        } => {
            let client = global.client().await?;
            return print(&client.get(&path(&scope)).await?, json);
        }
        Command::Return {
            change,
            accept_changed_mailstore: accept,
            restored,
        } => (FailoverAction::Return, change, accept, restored),
        Command::Activate(change) => (FailoverAction::Activate, change, false, false),
        Command::PinPrimary(change) => (FailoverAction::PinPrimary, change, false, false),
        Command::PinStandby(change) => (FailoverAction::PinStandby, change, false, false),
        Command::Queue(change) => (FailoverAction::Queue, change, false, false),
        Command::Auto(change) => (FailoverAction::Auto, change, false, false),
    };
    let client = global.client().await?;
    let body = FailoverChange {
        action,
        reason: change.reason,
        accept_changed_mailstore: accept,
        restored,
        expires_in_secs: change.expires.map(|span| span.duration().as_secs()),
    };
    let view: FailoverView = client
        .call(Method::PUT, &path(&change.scope), &body)
        .await?;
    print(&view, change.json)
}

fn path(scope: &Scope) -> String {
    let (collection, name) = match scope {
        Scope::Mailstore(id) => ("mailstores", id.as_str()),
        Scope::Domain(domain) => ("domains", domain.as_str()),
        Scope::Mailbox(address) => ("mailboxes", address.as_str()),
    };
    let name = utf8_percent_encode(name, SEGMENT);
    format!("/api/v1/{collection}/{name}/failover")
}

async fn list(global: &Global, json: bool) -> Result<(), Failure> {
    let mailstores: Vec<MailstoreView> = global.client().await?.get("/api/v1/mailstores").await?;
    if json {
        return output::json(&mailstores);
    }
    let rows: Vec<Vec<String>> = mailstores
        .into_iter()
        .map(|mailstore| {
            vec![
                mailstore.id,
                mailstore.state,
                mailstore.mode,
                mailstore.route,
                mailstore.since.unwrap_or_else(|| "-".into()),
                mailstore.needs.unwrap_or_default(),
            ]
        })
        .collect();
    output::table(
        &[
            "MAILSTORE",
            "STATE",
            "MODE",
            "MAIL GOES TO",
            "SINCE",
            "NEEDS",
        ],
        &rows,
    );
    Ok(())
}

fn print(view: &FailoverView, json: bool) -> Result<(), Failure> {
    if json {
        return output::json(view);
    }
    println!("{}", view.scope);
    let line = |name: &str, value: &Option<String>| {
        if let Some(value) = value {
            println!("  {name:<13} {value}");
        }
    };
    line("state", &view.state);
    line("mode", &Some(view.mode.clone()));
    line("mail goes to", &view.route);
    line("decided by", &view.level);
    line("since", &view.since);
    line("reason", &view.reason);
    line("author", &view.author);
    line("until", &view.expires_at);
    line("outage", &view.outage);
    line("sentinel", &view.sentinel);
    line("needs", &view.needs);
    if let Some(finding) = &view.finding {
        line("found", &Some(finding.found.clone()));
        line("if let in", &Some(finding.clients.clone()));
        for choice in &finding.choices {
            line("choice", &choice.command.clone().or(Some("wait".into())));
            line("", &Some(choice.effect.clone()));
        }
    }
    if let Some(raising) = &view.raising {
        line("raising", &Some(progress(raising)));
        line("trouble", &raising.trouble);
        for blocked in &raising.blocked {
            let BlockedRaiseView { mailbox, why, .. } = blocked;
            line("not raised", &Some(format!("{mailbox}: {why}")));
        }
    }
    for probe in &view.probes {
        let slow = if probe.slow { "slower than usual" } else { "" };
        let why = probe.why.as_deref().unwrap_or(slow);
        let what = format!(
            "{} from {}: {} in {} ms at {} {why}",
            probe.probe, probe.vantage, probe.found, probe.took_ms, probe.at
        );
        line("probe", &Some(what.trim_end().to_owned()));
    }
    for decision in &view.decisions {
        println!("  {}  {} ({})", decision.at, decision.text, decision.by);
    }
    Ok(())
}

fn progress(raising: &RaisingView) -> String {
    let of = |count: Option<u64>| count.map_or_else(|| "?".to_owned(), |count| count.to_string());
    format!(
        "{} of {} mailboxes get their mail again, {} wait; since {}",
        of(raising.done),
        of(raising.total),
        raising.blocked.len(),
        raising.since
    )
}
