//! The command line.
//!
//! On the server's host a command speaks to the running server through its admin socket; if none
//! runs, most commands open the store themselves and do the same (`client`). From elsewhere they use
//! the API (`--server`).
//!
//! Exit status 0: done; 1: it ran and found something wrong; 2: it could not run (a wrong argument,
//! configuration or file), with a text that says what to do.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::app::{self, ServeError};
use crate::config::{Config, ConfigError, Loaded};
use crate::crash;
use crate::service::destinations::Kind;

mod agent;
mod alert;
mod audit;
mod check;
mod client;
mod config;
mod delay_notices;
mod destination;
mod drill;
mod export;
mod failover;
mod logging;
mod merge;
mod merge_check;
mod merge_receipt;
mod munin;
mod notice;
mod output;
mod person;
mod probe;
mod provision;
mod queue;
mod route_agent;
mod store;
mod token;
mod trace;
mod user_notices;

use client::Client;

/// Emergency webmail for mail hosters.
#[derive(Debug, Parser)]
#[command(name = "lifeboat", version, about, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: Global,
}

/// Options of every command.
#[derive(Debug, Args)]
struct Global {
    /// The configuration file.
    #[arg(
        long,
        global = true,
        default_value = "/etc/lifeboat/lifeboat.toml",
        value_name = "FILE"
    )]
    config: PathBuf,
    /// A server elsewhere, by its public_url, with a token in LIFEBOAT_TOKEN.
    /// Without it, the server on this host.
    #[arg(long, global = true, value_name = "URL")]
    server: Option<String>,
}

impl Global {
    fn load(&self) -> Result<Loaded, Failure> {
        Config::load(&self.config).map_err(Failure::cannot_run)
    }

    /// The server, or the store if none runs.
    async fn client(&self) -> Result<Client, Failure> {
        match &self.server {
            Some(url) => Client::remote(url),
            None => Client::local(self.load()?.config).await,
        }
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server until it is told to stop (SIGTERM drains, SIGHUP reloads).
    Serve,
    /// Fill the directory from a file: mailboxes, domains, resellers, aliases, password hashes.
    Provision(provision::Arguments),
    /// API tokens.
    #[command(subcommand)]
    Token(token::Command),
    /// People who sign in to the console with a name and a password.
    #[command(subcommand)]
    Person(person::Command),
    /// Failover of a mailstore, domain or mailbox.
    #[command(subcommand)]
    Failover(failover::Command),
    /// The merge into the mailstores.
    #[command(subcommand)]
    Merge(merge::Command),
    /// What users are told on the pages of the webmail.
    #[command(subcommand)]
    Notice(notice::Command),
    /// When senders are told that their message is safe and not read yet.
    #[command(subcommand)]
    DelayNotices(delay_notices::Command),
    /// Whether users are told of outages at their other address, and how far telling came.
    #[command(subcommand)]
    UserNotices(user_notices::Command),
    /// The audit log.
    #[command(subcommand)]
    Audit(audit::Command),
    /// What is critical now, told until somebody takes it on.
    #[command(subcommand)]
    Alert(alert::Command),
    /// Programs that are told what happens, over HTTP (Standard Webhooks).
    #[command(subcommand)]
    Webhook(destination::Command),
    /// People outside the platform who are told what happens, by mail.
    #[command(subcommand)]
    Contact(destination::Command),
    /// Look at mailstores from this host and report to a server elsewhere.
    Agent(agent::Arguments),
    /// Check one thing, or all, as a plugin for Nagios and its kin: exit status 0 to 3.
    Check(check::Arguments),
    /// Answer munin-node.
    Munin(munin::Arguments),
    /// Practise an outage on a canary: fail over, send, read, return, merge, look by IMAP.
    #[command(subcommand)]
    Drill(drill::Command),
    /// What users sent and is not finished: list, hold, release, retry, drop.
    #[command(subcommand)]
    Queue(queue::Command),
    /// Where a message is: from its acceptance to the mailstore, or from its sender to the smarthost.
    Trace(trace::Arguments),
    /// The store: check, back up, restore, export.
    #[command(subcommand)]
    Store(store::Command),
    /// Answer Postfix on an MX, from a table of its own, whatever the server does.
    ///
    /// Fetches the table from --server, with a token, or from the server on this host.
    RouteAgent(route_agent::Arguments),
    /// Look at something from this host.
    #[command(subcommand)]
    Probe(probe::Command),
    /// The configuration.
    #[command(subcommand)]
    Config(config::Command),
}

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() && is_check() => {
            return check::wrong_usage(&error.to_string());
        }
        Err(error) => error.exit(),
    };
    match dispatch(arguments) {
        Ok(status) => status,
        Err(failure) => {
            if !failure.text.is_empty() {
                eprintln!("lifeboat: {}", failure.text);
            }
            ExitCode::from(failure.status)
        }
    }
}

/// Whether the command line, right or wrong, is one of `lifeboat check`.
fn is_check() -> bool {
    std::env::args().skip(1).take(8).any(|word| word == "check")
        && std::env::args().nth(1).is_some_and(|first| {
            first == "check" || first.starts_with("--config") || first.starts_with("--server")
        })
}

fn dispatch(arguments: Arguments) -> Result<ExitCode, Failure> {
    let global = arguments.global;
    if let Command::Config(command) = arguments.command {
        return config::run(command, &global).map(done);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::cannot_run)?;
    runtime.block_on(async {
        match arguments.command {
            Command::Check(arguments) => return Ok(check::run(arguments, &global).await),
            Command::Drill(command) => drill::run(command, &global).await,
            Command::Munin(arguments) => munin::run(arguments, &global).await,
            Command::Serve => serve(&global.config).await,
            Command::Provision(arguments) => provision::run(arguments, &global).await,
            Command::Token(command) => token::run(command, &global).await,
            Command::Person(command) => person::run(command, &global).await,
            Command::Failover(command) => failover::run(command, &global).await,
            Command::Merge(command) => merge::run(command, &global).await,
            Command::Notice(command) => notice::run(command, &global).await,
            Command::DelayNotices(command) => delay_notices::run(command, &global).await,
            Command::UserNotices(command) => user_notices::run(command, &global).await,
            Command::Audit(command) => audit::run(command, &global).await,
            Command::Alert(command) => alert::run(command, &global).await,
            Command::Webhook(command) => destination::run(Kind::Webhook, command, &global).await,
            Command::Contact(command) => destination::run(Kind::Contact, command, &global).await,
            Command::Agent(arguments) => agent::run(arguments).await,
            Command::Queue(command) => queue::run(command, &global).await,
            Command::Trace(arguments) => trace::run(arguments, &global).await,
            Command::Store(command) => store::run(command, &global).await,
            Command::RouteAgent(arguments) => route_agent::run(arguments, &global).await,
            Command::Probe(command) => probe::run(command).await,
            Command::Config(command) => config::run(command, &global),
        }
        .map(done)
    })
}

fn done((): ()) -> ExitCode {
    ExitCode::SUCCESS
}

/// Why a command did not end with 0.
#[derive(Debug)]
struct Failure {
    status: u8,
    /// Empty when everything was said already.
    text: String,
}

impl Failure {
    /// Exit status 2.
    fn cannot_run(error: impl Display) -> Self {
        Self {
            status: 2,
            text: error.to_string(),
        }
    }

    /// Exit status 1.
    fn found(error: impl Display) -> Self {
        Self {
            status: 1,
            text: error.to_string(),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::cannot_run(error)
    }
}

async fn serve(config_path: &Path) -> Result<(), Failure> {
    let Loaded { config, warnings } = Config::load(config_path)?;
    logging::start(&config.log).map_err(Failure::cannot_run)?;
    crash::arm_from_environment().map_err(Failure::cannot_run)?;
    for warning in warnings {
        tracing::warn!(option = warning.key, "{}", warning.text);
    }
    app::serve(config, config_path.to_owned())
        .await
        .map_err(|error| match error {
            ServeError::Start(_) => Failure::cannot_run(error),
            ServeError::Store(_) => Failure::found(error),
        })
}

#[cfg(test)]
mod tests;
