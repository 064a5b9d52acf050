//! `lifeboat webhook` and `lifeboat contact`

use clap::Subcommand;
use http::Method;

use super::{Failure, Global, output};
use crate::ids::{DestinationId, ResellerId};
use crate::service::destinations::{
    AnnouncementView, CreatedDestination, DestinationChange, DestinationView, Kind, NewDestination,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List all of them.
    List {
        /// Print them as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Add one. For a webhook its secret is printed; it is not shown again.
    Add {
        /// https://… for a webhook, an address outside the platform for a contact.
        to: String,
        /// An event to be told of, such as outage.began; can be given several times.
        #[arg(long = "event", value_name = "NAME")]
        events: Vec<String>,
        /// What it is for.
        #[arg(long, default_value = "")]
        label: String,
        /// Whose it is: it is told of this reseller's mailboxes, and of nothing else.
        #[arg(long, value_name = "ID")]
        reseller: Option<ResellerId>,
    },
    /// Remove one, with its log.
    Remove {
        /// Its id, as the list shows it.
        id: DestinationId,
    },
    /// Switch one on that was switched off.
    Enable {
        /// Its id.
        id: DestinationId,
    },
    /// Switch one off.
    Disable {
        /// Its id.
        id: DestinationId,
    },
    /// Send a test.
    Test {
        /// Its id.
        id: DestinationId,
    },
    /// Give a webhook a new secret and print it; the old one is used beside it for a day.
    NewSecret {
        /// Its id.
        id: DestinationId,
    },
    /// What it was told, or is still to be told.
    Log {
        /// Its id.
        id: DestinationId,
        /// Print it as JSON.
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(kind: Kind, command: Command, global: &Global) -> Result<(), Failure> {
    let client = global.client().await?;
    let base = match kind {
        Kind::Webhook => "/api/v1/webhooks",
        Kind::Contact => "/api/v1/contacts",
    };
    match command {
        Command::List { json } => {
            let all: Vec<DestinationView> = client.get(base).await?;
            list(all, json)
        }
        Command::Add {
            to,
            events,
            label,
            reseller,
        } => {
            let new = NewDestination {
                to,
                events,
                label,
                reseller,
            };
            let created: CreatedDestination = client.call(Method::POST, base, &new).await?;
            println!("{}", created.id);
            print_secret(created.secret);
            Ok(())
        }
        Command::Remove { id } => client.act(Method::DELETE, &format!("{base}/{id}")).await,
        Command::Enable { id } => switch(&client, base, id, true).await,
        Command::Disable { id } => switch(&client, base, id, false).await,
        Command::Test { id } => {
            let path = format!("{base}/{id}/test");
            let sent: AnnouncementView = client.call(Method::POST, &path, &()).await?;
            println!(
                "{}: on its way; \"log {id}\" shows what comes of it",
                sent.id
            );
            Ok(())
        }
        Command::NewSecret { id } => {
            let path = format!("{base}/{id}/secret");
            let created: CreatedDestination = client.call(Method::POST, &path, &()).await?;
            print_secret(created.secret);
            Ok(())
        }
        Command::Log { id, json } => {
            let log: Vec<AnnouncementView> = client.get(&format!("{base}/{id}/log")).await?;
            show_log(log, json)
        }
    }
}

fn print_secret(secret: Option<String>) {
    if let Some(secret) = secret {
        println!("{secret}");
    }
}

async fn switch(
    client: &super::Client,
    base: &str,
    id: DestinationId,
    enabled: bool,
) -> Result<(), Failure> {
    let change = DestinationChange {
        enabled: Some(enabled),
        ..DestinationChange::default()
    };
    let path = format!("{base}/{id}");
    let _: DestinationView = client.call(Method::PATCH, &path, &change).await?;
    println!("switched {}", if enabled { "on" } else { "off" });
    Ok(())
}

fn list(all: Vec<DestinationView>, json: bool) -> Result<(), Failure> {
    if json {
        return output::json(&all);
    }
    let row = |one: DestinationView| {
        let state = match (one.enabled, one.why, one.failing_since) {
            (false, why, _) => format!("off: {}", why.unwrap_or_default()),
            (true, _, Some(since)) => format!("failing since {since}"),
            (true, _, None) => "on".to_owned(),
        };
        vec![
            one.id,
            one.reseller.unwrap_or_else(|| "-".into()),
            state,
            one.waiting.to_string(),
            one.to,
            one.label,
        ]
    };
    let rows: Vec<Vec<String>> = all.into_iter().map(row).collect();
    output::table(
        &["ID", "RESELLER", "STATE", "WAITING", "TO", "LABEL"],
        &rows,
    );
    Ok(())
}

fn show_log(log: Vec<AnnouncementView>, json: bool) -> Result<(), Failure> {
    if json {
        return output::json(&log);
    }
    let row = |one: AnnouncementView| {
        vec![
            one.created,
            one.event,
            one.state,
            one.attempts.to_string(),
            one.at,
            one.last.unwrap_or_else(|| "-".into()),
        ]
    };
    let rows: Vec<Vec<String>> = log.into_iter().map(row).collect();
    output::table(
        &["WRITTEN", "EVENT", "STATE", "TRIES", "AT", "ANSWER"],
        &rows,
    );
    Ok(())
}
