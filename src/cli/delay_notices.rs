//! `lifeboat delay-notices`

use clap::Subcommand;
use http::Method;

use super::{Failure, Global, output};
use crate::ids::{DomainName, ResellerId};
use crate::service::delay_notices::{DelayNoticesChange, DelayNoticesView};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show when senders are told that their message is safe and not read yet.
    Show {
        /// For whom: all, reseller:ID or domain:NAME.
        scope: Scope,
        /// Print it as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Set it.
    Set {
        /// For whom: all, reseller:ID or domain:NAME.
        scope: Scope,
        /// After how many hours (1 to 120), "never", or "inherit": as the wider scope says.
        #[arg(long, value_name = "HOURS|never|inherit", value_parser = hours)]
        after: Hours,
        /// Why, for those who read the audit log later.
        #[arg(long)]
        reason: String,
    },
}

#[derive(Clone, Debug)]
pub(super) enum Scope {
    All,
    Reseller(ResellerId),
    Domain(DomainName),
}

impl std::str::FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            None if text == "all" => Ok(Self::All),
            Some(("reseller", id)) => id.parse().map(Self::Reseller).map_err(|e| format!("{e}")),
            Some(("domain", name)) => name.parse().map(Self::Domain).map_err(|e| format!("{e}")),
            _ => Err("write all, reseller:ID or domain:NAME".into()),
        }
    }
}

impl Scope {
    /// Where a policy is, by the name of its resource.
    pub(super) fn path(&self, of: &str) -> String {
        match self {
            Self::All => format!("/api/v1/{of}"),
            Self::Reseller(id) => format!("/api/v1/resellers/{id}/{of}"),
            Self::Domain(name) => format!("/api/v1/domains/{name}/{of}"),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Hours(Option<u16>);

fn hours(text: &str) -> Result<Hours, String> {
    match text {
        "inherit" => Ok(Hours(None)),
        "never" => Ok(Hours(Some(0))),
        text => text
            .parse()
            .map(|hours| Hours(Some(hours)))
            .map_err(|_| "write a number of hours, never or inherit".into()),
    }
}

pub(super) async fn run(command: Command, global: &Global) -> Result<(), Failure> {
    let client = global.client().await?;
    let view: DelayNoticesView = match command {
        Command::Show { scope, json } => {
            let view = client.get(&scope.path("delay-notices")).await?;
            if json {
                return output::json(&view);
            }
            view
        }
        Command::Set {
            scope,
            after,
            reason,
        } => {
            let change = DelayNoticesChange {
                words: None,
                hours: after.0,
                reason,
            };
            client
                .call(Method::PUT, &scope.path("delay-notices"), &change)
                .await?
        }
    };
    let holds = match view.hours {
        0 => "senders are not told".to_owned(),
        hours => format!("senders are told after {hours} hours"),
    };
    let whose = match view.own_hours {
        Some(_) => "set here",
        None => "as the wider scope says",
    };
    println!("{}: {holds} ({whose})", view.scope);
    Ok(())
}
