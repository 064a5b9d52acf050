//! `lifeboat alert`

use clap::Subcommand;
use http::Method;

use super::{Failure, Global, output};
use crate::service::alerts::{AlertNote, AlertView};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show what is critical now, and who has taken it on.
    List {
        /// Print it as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Take an alert on: it is not told again while it lasts.
    Ack {
        /// Its name, as the list shows it.
        name: String,
        /// What is being done about it.
        #[arg(long)]
        note: String,
    },
}

pub(super) async fn run(command: Command, global: &Global) -> Result<(), Failure> {
    let client = global.client().await?;
    match command {
        Command::List { json } => {
            let alerts: Vec<AlertView> = client.get("/api/v1/alerts").await?;
            if json {
                return output::json(&alerts);
            }
            let rows: Vec<Vec<String>> = alerts.into_iter().map(row).collect();
            output::table(&["ALERT", "SINCE", "TOLD", "TAKEN ON BY", "TEXT"], &rows);
            Ok(())
        }
        Command::Ack { name, note } => {
            let path = format!("/api/v1/alerts/{}/acknowledgement", encode(&name));
            let note = AlertNote { note };
            let alert: AlertView = client.call(Method::PUT, &path, &note).await?;
            let by = alert.acknowledged_by.unwrap_or_default();
            println!("{}: taken on by {by}", alert.name);
            Ok(())
        }
    }
}

fn row(alert: AlertView) -> Vec<String> {
    let by = match (alert.acknowledged_by, alert.note) {
        (Some(by), Some(note)) => format!("{by}: {note}"),
        _ => "-".to_owned(),
    };
    vec![
        alert.name,
        alert.raised_at,
        format!("{} times", alert.told),
        by,
        alert.text,
    ]
}

fn encode(name: &str) -> String {
    percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC).to_string()
}
