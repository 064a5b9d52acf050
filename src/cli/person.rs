//! `lifeboat person`

use clap::Subcommand;
use http::Method;

use super::{Failure, Global, output};
use crate::ids::{PersonId, ResellerId};
use crate::service::persons::{InvitationOrder, Invited, NewPerson, PersonChange, PersonView};
use crate::store::access::Access;

const BASE: &str = "/api/v1/people";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List everybody who may sign in to the console.
    List {
        /// Print them as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Enter a person and print the link by which it chooses a password; it is not shown again.
    Add {
        /// What the person enters at the door: an e-mail address.
        sign_in: String,
        /// The name.
        #[arg(long)]
        name: String,
        /// What the person may.
        #[arg(long, value_enum)]
        access: Access,
        /// Whose person it is; without it, the operator's.
        #[arg(long, value_name = "ID")]
        reseller: Option<ResellerId>,
    },
    /// Give a person another role or name; another role ends its sessions.
    Change {
        /// Its id, as the list shows it.
        id: PersonId,
        /// The name.
        #[arg(long)]
        name: Option<String>,
        /// What the person may.
        #[arg(long, value_enum)]
        access: Option<Access>,
    },
    /// Print a new link for a person; the one before is good no more.
    Invite {
        /// Its id.
        id: PersonId,
        /// Take password and second factor away: for lost devices. Ends the person's sessions.
        #[arg(long)]
        remove_second_factor: bool,
    },
    /// Remove a person; its sessions end.
    Remove {
        /// Its id.
        id: PersonId,
    },
}

pub(super) async fn run(command: Command, global: &Global) -> Result<(), Failure> {
    let client = global.client().await?;
    match command {
        Command::List { json } => {
            let all: Vec<PersonView> = client.get(BASE).await?;
            list(all, json)
        }
        Command::Add {
            sign_in,
            name,
            access,
            reseller,
        } => {
            let new = NewPerson {
                name,
                sign_in,
                access,
                reseller,
            };
            let invited: Invited = client.call(Method::POST, BASE, &new).await?;
            println!("{}", invited.link);
            Ok(())
        }
        Command::Change { id, name, access } => {
            let change = PersonChange { name, access };
            let path = format!("{BASE}/{id}");
            let changed: PersonView = client.call(Method::PATCH, &path, &change).await?;
            println!("{}: {}", changed.sign_in, changed.access.as_str());
            Ok(())
        }
        Command::Invite {
            id,
            remove_second_factor,
        } => {
            let order = InvitationOrder {
                remove_second_factor,
            };
            let path = format!("{BASE}/{id}/invitation");
            let invited: Invited = client.call(Method::POST, &path, &order).await?;
            println!("{}", invited.link);
            Ok(())
        }
        Command::Remove { id } => client.act(Method::DELETE, &format!("{BASE}/{id}")).await,
    }
}

fn list(all: Vec<PersonView>, json: bool) -> Result<(), Failure> {
    if json {
        return output::json(&all);
    }
    let row = |one: PersonView| {
        let state = match (one.has_password, one.has_second_factor, one.invited_until) {
            (true, true, _) => "password and code",
            (true, false, _) => "password",
            (false, _, Some(_)) => "invited",
            (false, _, None) => "invitation is over",
        };
        vec![
            one.id,
            one.reseller.unwrap_or_else(|| "-".into()),
            one.access.as_str().to_owned(),
            state.to_owned(),
            one.signed_in_at.unwrap_or_else(|| "-".into()),
            one.sign_in,
            one.name,
        ]
    };
    let rows: Vec<Vec<String>> = all.into_iter().map(row).collect();
    output::table(
        &[
            "ID",
            "RESELLER",
            "ROLE",
            "STATE",
            "LAST IN",
            "SIGNS IN AS",
            "NAME",
        ],
        &rows,
    );
    Ok(())
}
