//! `lifeboat audit`

use clap::Subcommand;

use super::{Failure, Global, output};
use crate::service::audit::Anchor;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Verify the whole chain: exit status 1 when an entry was changed, removed or put in.
    ///
    /// Prints the last entry as NUMBER:HASH. Keep it on another machine and give it the next time: who can
    /// write to the store can write the whole chain anew, and only that shows it. Works on the server's host.
    Verify {
        /// An entry that an earlier verification printed: it must still be there.
        #[arg(long, value_name = "NUMBER:HASH")]
        seen: Option<Anchor>,
        /// Print it as JSON.
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(command: Command, global: &Global) -> Result<(), Failure> {
    let Command::Verify { seen, json } = command;
    if global.server.is_some() {
        return Err(Failure::cannot_run(
            "the audit log is verified on the server's host: leave out --server",
        ));
    }
    let client = global.client().await?;
    let path = match seen {
        Some(seen) => format!("/admin/audit/verify?seen={seen}"),
        None => "/admin/audit/verify".to_owned(),
    };
    let verified = client.get(&path).await;
    let last: Anchor = verified.map_err(|failure| Failure::found(failure.text))?;
    if json {
        return output::json(&last);
    }
    println!("{} entries, sound; the last is {last}", last.number);
    Ok(())
}

#[cfg(test)]
mod tests;
