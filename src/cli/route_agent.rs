//! `lifeboat route-agent`

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::client::Client;
use super::{Failure, Global, logging};
use crate::clock::SystemClock;
use crate::config::values::Span;
use crate::config::{Log, LogFormat};
use crate::net::{Endpoint, Listener};
use crate::postfix::{self, Limits};
use crate::route_agent::{self, Postqueue, Routes, Settings, Source};

/// How long one answer of the server may take.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Who lives where is not fetched more often than this.
const DIRECTORY_INTERVAL: Duration = Duration::from_secs(60);
/// Postfix's processes run as another user.
const EVERYBODY: u32 = 0o666;

/// The options of `lifeboat route-agent`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Where Postfix asks: a socket below its queue directory, because Debian's Postfix runs chrooted
    /// there.
    #[arg(
        long,
        value_name = "ENDPOINT",
        default_value = "unix:/var/spool/postfix/lifeboat/route"
    )]
    listen: Endpoint,
    /// Where the last good table is kept.
    #[arg(
        long,
        value_name = "DIRECTORY",
        default_value = "/var/lib/lifeboat-route-agent"
    )]
    state: PathBuf,
    /// File that holds the token for --server, of the role router, in place of LIFEBOAT_TOKEN.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// How often the states are fetched.
    #[arg(long, value_name = "SPAN", default_value = "1s")]
    interval: Span,
    /// The program that has Postfix try again the mail whose route changed; /bin/true for none.
    #[arg(long, value_name = "PROGRAM", default_value = "/usr/sbin/postqueue")]
    postqueue: PathBuf,
    /// Postfix's configuration directory, if it is not the usual one.
    #[arg(long, value_name = "DIRECTORY")]
    postfix_config: Option<PathBuf>,
    /// So many messages a second are tried again.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
    flush_per_second: u32,
    /// How much is logged: error, warn, info, debug, or a filter.
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    log: String,
}

pub(super) async fn run(arguments: Arguments, global: &Global) -> Result<(), Failure> {
    let log = Log {
        level: arguments.log.clone(),
        format: LogFormat::Text,
    };
    logging::start(&log).map_err(Failure::cannot_run)?;
    let source = source(&arguments, global)?;
    let postqueue = Postqueue {
        program: arguments.postqueue.clone(),
        config: arguments.postfix_config.clone(),
        per_second: arguments.flush_per_second,
    };
    let settings = Settings {
        state: arguments.state.clone(),
        interval: arguments.interval.duration(),
        timeout: TIMEOUT,
        directory_interval: DIRECTORY_INTERVAL,
        postqueue: (!arguments.postqueue.as_os_str().is_empty()).then_some(postqueue),
    };
    let routes = Routes::default();
    // Before anybody can ask.
    route_agent::take_up(&arguments.state, &routes);
    if let Endpoint::Unix(path) = &arguments.listen
        && let Some(parent) = path.parent()
    {
        std::fs::create_dir_all(parent).map_err(|error| {
            Failure::cannot_run(format!("--listen {}: {error}", arguments.listen))
        })?;
    }
    let listener = Listener::bind(&arguments.listen, EVERYBODY)
        .await
        .map_err(|error| Failure::cannot_run(format!("--listen: {error}")))?;
    tracing::info!(listen = %arguments.listen, "ready");
    let serving = postfix::serve(
        listener,
        routes.clone(),
        Arc::new(SystemClock),
        Limits::default(),
    );
    let mut terminate = signal(tokio::signal::unix::SignalKind::terminate())?;
    let mut interrupt = signal(tokio::signal::unix::SignalKind::interrupt())?;
    tokio::select! {
        () = serving => Ok(()),
        ended = route_agent::keep_fresh(settings, source, routes) => {
            ended.map_err(|error| Failure::cannot_run(format!("--state: {error}")))
        }
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    }
}

fn signal(kind: tokio::signal::unix::SignalKind) -> Result<tokio::signal::unix::Signal, Failure> {
    tokio::signal::unix::signal(kind)
        .map_err(|error| Failure::cannot_run(format!("signals cannot be received: {error}")))
}

/// The server: elsewhere with a token, or on this host by its admin socket. Never the store itself.
fn source(arguments: &Arguments, global: &Global) -> Result<Source, Failure> {
    let client = match (&global.server, &arguments.token_file) {
        (Some(url), Some(file)) => {
            let token = std::fs::read_to_string(file).map_err(|error| {
                Failure::cannot_run(format!("--token-file {}: {error}", file.display()))
            })?;
            Client::remote_with(url, token.trim().to_owned())?
        }
        (Some(url), None) => Client::remote(url)?,
        (None, _) => Client::socket(&global.load()?.config),
    };
    let client = Arc::new(client);
    Ok(Arc::new(move |path: String| {
        let client = client.clone();
        Box::pin(async move {
            let answer = client.get_whole(&path).await;
            answer.map_err(|failure| failure.text)
        })
    }))
}
