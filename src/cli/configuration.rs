//! `lifeboat config`

use std::path::Path;

use clap::Subcommand;

use super::Failure;
use crate::config::{self, Config};
use crate::postfix;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print a configuration with every option, its meaning and its default.
    Example,
    /// Check the configuration and say what is wrong and what to do.
    Check,
    /// Print the pieces of Postfix's main.cf and master.cf for this configuration.
    Postfix,
}

pub(super) fn run(command: &Command, path: &Path) -> Result<(), Failure> {
    match command {
        Command::Example => print!("{}", config::example()),
        Command::Check => {
            let loaded = Config::load(path).map_err(Failure::cannot_run)?;
            for warning in &loaded.warnings {
                println!("{}: {}", warning.key, warning.text);
            }
            println!(
                "{}: sound, {} mailstore(s)",
                path.display(),
                loaded.config.mailstore.len()
            );
        }
        Command::Postfix => {
            let loaded = Config::load(path).map_err(Failure::cannot_run)?;
            print!("{}", postfix::configuration(&loaded.config));
        }
    }
    Ok(())
}
