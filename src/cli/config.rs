//! `lifeboat config`

use clap::Subcommand;

use super::{Failure, Global};
use crate::app;
use crate::config;
use crate::hold;
use crate::postfix::{self, Asked};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check the configuration file and say what is wrong.
    Check,
    /// Print an example with every option, its meaning and its default.
    Example,
    /// Print the pieces of Postfix's configuration that fit this one.
    Postfix {
        /// Have it ask a route agent on the MX, at this path below Postfix's queue directory.
        #[arg(long, value_name = "PATH", num_args = 0..=1, default_missing_value = "lifeboat/route")]
        route_agent: Option<String>,
    },
    /// Print the pieces of a Dovecot proxy's configuration: held users are sent to the notice listeners.
    Dovecot,
}

pub(super) fn run(command: Command, global: &Global) -> Result<(), Failure> {
    match command {
        Command::Example => print!("{}", config::example()),
        Command::Dovecot => print!("{}", hold::configuration(&global.load()?.config)),
        Command::Postfix { route_agent } => {
            let asked = route_agent.map_or(Asked::Server, Asked::Agent);
            let config = global.load()?.config;
            print!("{}", postfix::configuration(&config, &asked));
        }
        Command::Check => {
            let loaded = global.load()?;
            for warning in &loaded.warnings {
                eprintln!("warning: {}: {}", warning.key, warning.text);
            }
            app::check_files(&loaded.config).map_err(Failure::cannot_run)?;
            println!("{}: sound", global.config.display());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
