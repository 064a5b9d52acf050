//! The command line.
//!
//! Every command that is about a running server speaks to it: on its host over the admin socket in
//! the store's directory, from elsewhere with `--server` and a token in `LIFEBOAT_TOKEN`. Nothing
//! here decides anything.
//!
//! Exit status 0: done; 1: it ran and found something wrong; 2: it could not run (a wrong argument,
//! configuration or file, no server), with a text that says what to do.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::app::{self, ServeError};
use crate::config::{Config, Loaded};
use crate::crash;

mod client;
mod configuration;
mod export;
mod failover;
mod logging;
mod merge;
mod output;
mod provision;
mod store;
mod token;

use client::Client;

/// Emergency webmail for mail hosters.
#[derive(Debug, Parser)]
#[command(name = "lifeboat", version, about, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    target: Target,
}

/// Which server, and how to speak to it.
#[derive(Debug, Args)]
struct Target {
    /// The configuration file.
    #[arg(
        long,
        global = true,
        default_value = "/etc/lifeboat/lifeboat.toml",
        value_name = "FILE"
    )]
    config: PathBuf,
    /// Speak to the server at this URL, with the token in LIFEBOAT_TOKEN, instead of the one on this
    /// host.
    #[arg(long, global = true, value_name = "URL")]
    server: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server until it is told to stop (SIGTERM drains, SIGHUP reloads).
    Serve,
    /// Fill the directory from a file; it can be applied again and again.
    Provision(provision::Arguments),
    /// Show or change where mail goes.
    #[command(subcommand)]
    Failover(failover::Command),
    /// Show how the merge stands.
    #[command(subcommand)]
    Merge(merge::Command),
    /// Check, back up, restore and export the store.
    #[command(subcommand)]
    Store(store::Command),
    /// Make, list and revoke tokens for the API and the console.
    #[command(subcommand)]
    Token(token::Command),
    /// Explain and check the configuration.
    #[command(subcommand)]
    Config(configuration::Command),
}

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    match dispatch(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("lifeboat: {}", failure.text);
            ExitCode::from(failure.status)
        }
    }
}

fn dispatch(arguments: Arguments) -> Result<(), Failure> {
    let target = arguments.target;
    match arguments.command {
        Command::Serve => serve(&target.config),
        Command::Config(command) => configuration::run(&command, &target.config),
        Command::Store(command) => store::run(command, &target),
        Command::Provision(arguments) => {
            on_server(&target, |client| provision::run(client, arguments))
        }
        Command::Failover(command) => on_server(&target, |client| failover::run(client, command)),
        Command::Merge(command) => on_server(&target, |client| merge::run(client, command)),
        Command::Token(command) => on_server(&target, |client| token::run(client, command)),
    }
}

/// Runs a command that speaks to the server.
fn on_server<F>(target: &Target, command: impl FnOnce(Client) -> F) -> Result<(), Failure>
where
    F: Future<Output = Result<(), Failure>>,
{
    let client = Client::new(target)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime
        .map_err(Failure::cannot_run)?
        .block_on(command(client))
}

/// Why a command did not end with 0.
#[derive(Debug)]
struct Failure {
    status: u8,
    text: String,
}

impl Failure {
    /// It could not run.
    fn cannot_run(error: impl std::fmt::Display) -> Self {
        Self {
            status: 2,
            text: error.to_string(),
        }
    }

    /// It ran and found something wrong.
    fn found(text: impl Into<String>) -> Self {
        Self {
            status: 1,
            text: text.into(),
        }
    }
}

fn serve(config_path: &Path) -> Result<(), Failure> {
    let Loaded { config, warnings } = Config::load(config_path).map_err(Failure::cannot_run)?;
    logging::start(&config.log).map_err(Failure::cannot_run)?;
    crash::arm_from_environment().map_err(Failure::cannot_run)?;
    for warning in warnings {
        tracing::warn!(option = warning.key, "{}", warning.text);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::cannot_run)?;
    runtime
        .block_on(app::serve(config, config_path.to_owned()))
        .map_err(|error| Failure {
            status: match error {
                ServeError::Start(_) => 2,
                ServeError::Store(_) => 1,
            },
            text: error.to_string(),
        })
}
