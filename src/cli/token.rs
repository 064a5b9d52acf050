//! `lifeboat token`

use clap::{Subcommand, ValueEnum};
use hyper::Method;
use serde_json::json;

use super::Failure;
use super::client::Client;
use super::output::{print_json, text};

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Role {
    /// Everything.
    Operator,
    /// One reseller's domains.
    Reseller,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a token and print it, alone: it is shown this once.
    Create {
        /// What it opens.
        #[arg(long, value_enum)]
        role: Role,
        /// The reseller, for the role reseller.
        #[arg(long, value_name = "ID", required_if_eq("role", "reseller"))]
        reseller: Option<String>,
        /// What it is for.
        #[arg(long, default_value = "")]
        label: String,
        /// In how many days it ends; without it, when it is revoked.
        #[arg(long, value_name = "DAYS")]
        expires_in_days: Option<u32>,
    },
    /// List tokens; their secrets are not known any more.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Revoke a token at once.
    Revoke {
        /// Its public id.
        id: String,
    },
}

pub(super) async fn run(client: Client, command: Command) -> Result<(), Failure> {
    match command {
        Command::Create {
            role,
            reseller,
            label,
            expires_in_days,
        } => {
            let role = match role {
                Role::Operator => "operator",
                Role::Reseller => "reseller",
            };
            let expires = expires_in_days.map(|days| u64::from(days) * 86_400);
            let new = json!({ "role": role, "reseller": reseller, "label": label, "expires_in_secs": expires });
            let created = client.call(Method::POST, "/api/v1/tokens", &new).await?;
            println!("{}", text(&created, "token"));
        }
        Command::List { json } => list(&client, json).await?,
        Command::Revoke { id } => {
            let id = percent_encoding::utf8_percent_encode(&id, percent_encoding::NON_ALPHANUMERIC);
            client
                .call(Method::DELETE, &format!("/api/v1/tokens/{id}"), &json!({}))
                .await?;
            println!("revoked");
        }
    }
    Ok(())
}

async fn list(client: &Client, as_json: bool) -> Result<(), Failure> {
    let tokens = client.get("/api/v1/tokens").await?;
    if as_json {
        print_json(&tokens);
        return Ok(());
    }
    for token in tokens.as_array().into_iter().flatten() {
        let valid = if token["valid"] == true {
            "valid"
        } else {
            "ended"
        };
        println!(
            "{}  {valid}  {} {}  {}  last used {}",
            text(token, "id"),
            text(token, "role"),
            text(token, "reseller"),
            text(token, "label"),
            text(token, "last_used")
        );
    }
    Ok(())
}
