//! `lifeboat agent`

use std::path::PathBuf;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::{Failure, logging};
use crate::agent;
use crate::config::{AgentConfig, agent_example};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The agent's own configuration file; that of the server is not needed.
    #[arg(long, value_name = "FILE", default_value = "/etc/lifeboat/agent.toml")]
    agent_config: PathBuf,
    /// Print an example of that file and stop.
    #[arg(long)]
    example: bool,
    /// Read and check that file and stop.
    #[arg(long)]
    check: bool,
}

pub(super) async fn run(arguments: Arguments) -> Result<(), Failure> {
    if arguments.example {
        print!("{}", agent_example(false));
        return Ok(());
    }
    let config = AgentConfig::load(&arguments.agent_config)?;
    if arguments.check {
        println!("{} is sound", arguments.agent_config.display());
        return Ok(());
    }
    logging::start(&config.log).map_err(Failure::cannot_run)?;
    let stop = CancellationToken::new();
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::cannot_run)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::cannot_run)?;
    let told = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        told.cancel();
    });
    agent::run(&config, stop).await.map_err(Failure::cannot_run)
}
