//! `lifeboat check`: a plugin for Nagios and its kin.
//!
//! One line with status and performance data, more lines below, and the exit statuses 0, 1, 2 and 3
//! (Monitoring Plugins Development Guidelines). Never opens the store: a server that does not answer is what
//! has to be told.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::client::Client;
use super::{Failure, Global};
use crate::config::values::Span;
use crate::metrics::Standing;
use crate::metrics::judge::{Answer, Status, Thresholds, What, judge};
use crate::metrics::range::Range;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// What to check.
    #[arg(value_enum)]
    what: What,
    /// Warn when the value is outside this range, such as 10, 20: or 5:10.
    #[arg(short, long, value_name = "RANGE")]
    warning: Option<Range>,
    /// Critical when the value is outside this range.
    #[arg(short, long, value_name = "RANGE")]
    critical: Option<Range>,
    /// Only this mailstore.
    #[arg(short, long, value_name = "ID")]
    mailstore: Option<String>,
    /// How long the server may take to answer.
    #[arg(short, long, default_value = "10s", value_name = "SPAN")]
    timeout: Span,
}

/// Checks, prints and gives the exit status.
pub(super) async fn run(arguments: Arguments, global: &Global) -> ExitCode {
    let what = arguments.what;
    let answer = match standing(global, arguments.timeout.duration()).await {
        Ok(standing) => {
            let given = Thresholds {
                warning: arguments.warning,
                critical: arguments.critical,
            };
            judge(what, &standing, arguments.mailstore.as_deref(), given)
        }
        Err(why) => Answer::single(what, unreachable(what, &why), &why.text),
    };
    println!("{}", answer.text());
    ExitCode::from(answer.status() as u8)
}

/// What a wrong command line is to a plugin: exit status 3, and one line.
pub(super) fn wrong_usage(text: &str) -> ExitCode {
    let line = text.lines().next().unwrap_or_default();
    println!("LIFEBOAT UNKNOWN - {line}; see lifeboat check --help");
    ExitCode::from(Status::Unknown as u8)
}

/// Why nothing is known.
struct Why {
    text: String,
    /// It was asked, and did not answer as it should.
    was_asked: bool,
}

/// A server that does not answer is the fault that the check of the server, and of all, looks for; to the
/// others nothing is known.
fn unreachable(what: What, why: &Why) -> Status {
    match what {
        What::Server | What::All if why.was_asked => Status::Critical,
        _ => Status::Unknown,
    }
}

async fn standing(global: &Global, limit: Duration) -> Result<Standing, Why> {
    let not_asked = |failure: Failure| Why {
        text: failure.text,
        was_asked: false,
    };
    let asked = |text: String| Why {
        text,
        was_asked: true,
    };
    let asking = async {
        let client = match &global.server {
            Some(url) => Client::remote(url).map_err(not_asked)?,
            None => Client::socket(&global.load().map_err(not_asked)?.config),
        };
        let answer = client.get("/api/v1/standing").await;
        answer.map_err(|failure| asked(failure.text))
    };
    match tokio::time::timeout(limit, asking).await {
        Ok(answer) => answer,
        Err(_) => Err(asked(format!(
            "the server does not answer within {} s",
            limit.as_secs_f32()
        ))),
    }
}

/// How everything stands, for other plugins.
pub(super) async fn of_server(global: &Global) -> Result<Standing, Failure> {
    let limit = Duration::from_secs(10);
    let answer = standing(global, limit).await;
    answer.map_err(|why| Failure::found(why.text))
}
