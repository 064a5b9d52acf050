//! `lifeboat merge`

use clap::Subcommand;

use super::Failure;
use super::client::Client;
use super::output::{print_json, text};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// What is still to merge, parked and waiting included, and which mailboxes wait for what.
    Status {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(client: Client, command: Command) -> Result<(), Failure> {
    let Command::Status { json } = command;
    let status = client.get("/api/v1/merges").await?;
    if json {
        print_json(&status);
        return Ok(());
    }
    println!(
        "{} messages in {} mailboxes are still to merge",
        text(&status, "unmerged"),
        text(&status, "mailboxes")
    );
    for blocked in status["blocked"].as_array().into_iter().flatten() {
        println!(
            "  {} on {}: {} ({}); attempt {}, again at {}",
            text(blocked, "mailbox"),
            text(blocked, "mailstore"),
            text(blocked, "reason"),
            text(blocked, "detail"),
            text(blocked, "attempts"),
            text(blocked, "next_attempt_at")
        );
    }
    Ok(())
}
