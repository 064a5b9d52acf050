//! `lifeboat merge`

use clap::Subcommand;

use super::{Failure, Global, output};
use crate::service::merge::MergeView;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show what is still to merge, and which mailboxes wait and why.
    Status {
        /// Print it as JSON.
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(command: Command, global: &Global) -> Result<(), Failure> {
    let Command::Status { json } = command;
    let status: MergeView = global.client().await?.get("/api/v1/merges").await?;
    if json {
        return output::json(&status);
    }
    println!(
        "{} messages of {} mailboxes are to be merged",
        status.unmerged, status.mailboxes
    );
    if status.blocked.is_empty() {
        return Ok(());
    }
    let rows: Vec<Vec<String>> = status
        .blocked
        .into_iter()
        .map(|blocked| {
            vec![
                blocked.mailbox.unwrap_or_else(|| "(deleted)".into()),
                blocked.mailstore,
                blocked.unmerged.to_string(),
                blocked.reason.as_str().unwrap_or_default().to_owned(),
                blocked.next_attempt_at,
                blocked.detail,
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
    Ok(())
}
