//! The command line.
//!
//! Exit status 0: done; 1: it ran and found something wrong; 2: it could not run (a wrong argument,
//! configuration or file), with a text that says what to do.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::app::{self, ServeError};
use crate::config::{Config, Loaded};
use crate::crash;

mod logging;

/// Emergency webmail for mail hosters.
#[derive(Debug, Parser)]
#[command(name = "lifeboat", version, about, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// The configuration file.
    #[arg(
        long,
        global = true,
        default_value = "/etc/lifeboat/lifeboat.toml",
        value_name = "FILE"
    )]
    config: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server until it is told to stop (SIGTERM drains, SIGHUP reloads).
    Serve,
}

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Command::Serve => serve(&arguments.config),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("lifeboat: {}", failure.text);
            ExitCode::from(failure.status)
        }
    }
}

/// Why a command did not end with 0.
struct Failure {
    status: u8,
    text: String,
}

impl Failure {
    fn cannot_run(error: impl std::fmt::Display) -> Self {
        Self {
            status: 2,
            text: error.to_string(),
        }
    }
}

fn serve(config_path: &std::path::Path) -> Result<(), Failure> {
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
