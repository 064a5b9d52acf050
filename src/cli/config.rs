//! `lifeboat config`

use clap::Subcommand;

use super::{Failure, Global};
use crate::config;
use crate::hold;
use crate::postfix;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check the configuration file and say what is wrong.
    Check,
    /// Print an example with every option, its meaning and its default.
    Example,
    /// Print the pieces of Postfix's configuration that fit this one.
    Postfix,
    /// Print the pieces of a Dovecot proxy's configuration: held users are sent to the notice listeners.
    Dovecot,
}

pub(super) fn run(command: Command, global: &Global) -> Result<(), Failure> {
    match command {
        Command::Example => print!("{}", config::example()),
        Command::Postfix => print!("{}", postfix::configuration(&global.load()?.config)),
        Command::Dovecot => print!("{}", hold::configuration(&global.load()?.config)),
        Command::Check => {
            let loaded = global.load()?;
            for warning in &loaded.warnings {
                eprintln!("warning: {}: {}", warning.key, warning.text);
            }
            println!("{}: sound", global.config.display());
        }
    }
    Ok(())
}
