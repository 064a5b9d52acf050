//! `lifeboat user-notices`

use clap::Subcommand;
use http::Method;

use super::delay_notices::Scope;
use super::{Failure, Global, output};
use crate::service::user_notices::{TellingView, UserNoticesChange, UserNoticesView};
use crate::store::policies::Language;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show whether users are told of outages.
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
        /// Whether they are told: "yes", "no", or "inherit": as the wider scope says.
        #[arg(long, value_name = "yes|no|inherit", value_parser = tell)]
        tell: Tell,
        /// The language of who has not chosen one.
        #[arg(long, default_value = "en", value_name = "en|de|fr|es|ar", value_parser = language)]
        language: Language,
        /// The letter says where to ask for a link to sign in without a password.
        #[arg(long)]
        link: bool,
        /// Why, for those who read the audit log later.
        #[arg(long)]
        reason: String,
    },
    /// Show how far the users of each mailstore were told of its last outage.
    Progress {
        /// Print it as JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Tell {
    Yes,
    No,
    Inherit,
}

fn tell(text: &str) -> Result<Tell, String> {
    match text {
        "yes" => Ok(Tell::Yes),
        "no" => Ok(Tell::No),
        "inherit" => Ok(Tell::Inherit),
        _ => Err("write yes, no or inherit".into()),
    }
}

fn language(text: &str) -> Result<Language, String> {
    text.parse().map_err(|error| format!("{error}"))
}

pub(super) async fn run(command: Command, global: &Global) -> Result<(), Failure> {
    let client = global.client().await?;
    let view: UserNoticesView = match command {
        Command::Progress { json } => {
            let all: Vec<TellingView> = client.get("/api/v1/user-notices/progress").await?;
            return match json {
                true => output::json(&all),
                false => {
                    all.iter().for_each(progress);
                    Ok(())
                }
            };
        }
        Command::Show { scope, json } => {
            let view = client.get(&scope.path("user-notices")).await?;
            if json {
                return output::json(&view);
            }
            view
        }
        Command::Set {
            scope,
            tell,
            language,
            link,
            reason,
        } => {
            let change = UserNoticesChange {
                tell: match tell {
                    Tell::Yes => Some(true),
                    Tell::No => Some(false),
                    Tell::Inherit => None,
                },
                link,
                language: language.as_str().to_owned(),
                reason,
            };
            let path = scope.path("user-notices");
            client.call(Method::PUT, &path, &change).await?
        }
    };
    let holds = match (view.holds.tell, view.holds.link) {
        (false, _) => "users are not told".to_owned(),
        (true, link) => {
            let link = if link {
                ", with where to ask for a link"
            } else {
                ""
            };
            format!("users are told, in {}{link}", view.holds.language)
        }
    };
    let whose = match view.own {
        Some(_) => "set here",
        None => "as the wider scope says",
    };
    println!("{}: {holds} ({whose})", view.scope);
    Ok(())
}

fn progress(view: &TellingView) {
    let how_far = match (view.all, &view.behind) {
        (true, _) => "all had their turn".to_owned(),
        (false, Some(address)) => format!("up to {address}"),
        (false, None) => "not begun".to_owned(),
    };
    println!(
        "{}: outage {}: {} told, {} not reachable, {} told that it is over ({how_far})",
        view.mailstore, view.outage, view.told, view.unreachable, view.told_back
    );
}
