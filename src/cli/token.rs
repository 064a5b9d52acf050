//! `lifeboat token`

use std::time::Duration;

use clap::Subcommand;
use http::Method;

use super::{Failure, Global, output};
use crate::config::values::Span;
use crate::ids::{ResellerId, TokenId};
use crate::service::token::{CreatedToken, NewToken, RoleName, TokenView};
use crate::store::access::{Access, Permission};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a token and print it, alone; it is not shown again.
    Create {
        /// What it allows.
        #[arg(long, value_enum)]
        role: RoleName,
        /// What it may of that: owner, admin, read-only or help-desk.
        #[arg(long, value_enum, default_value = "owner")]
        access: Access,
        /// The only permissions that it has, of those of its access; to look needs none.
        #[arg(long, value_enum, value_delimiter = ',', value_name = "PERMISSIONS")]
        scopes: Option<Vec<Permission>>,
        /// The reseller, for the role reseller.
        #[arg(long, value_name = "ID")]
        reseller: Option<ResellerId>,
        /// What it is for; for the role agent the name of its vantage point.
        #[arg(long, default_value = "")]
        label: String,
        /// When it ends, such as 90d; without it, when it is revoked.
        #[arg(long, value_name = "SPAN")]
        expires: Option<Span>,
        /// Print id and token as JSON.
        #[arg(long)]
        json: bool,
    },
    /// List all tokens.
    List {
        /// Print them as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Revoke a token at once.
    Revoke {
        /// Its id, as the list shows it.
        id: TokenId,
    },
}

pub(super) async fn run(command: Command, global: &Global) -> Result<(), Failure> {
    let client = global.client().await?;
    match command {
        Command::Create {
            role,
            access,
            scopes,
            reseller,
            label,
            expires,
            json,
        } => {
            let new = NewToken {
                role: Some(role),
                access: Some(access),
                scopes,
                reseller,
                label,
                expires_in_secs: expires.map(|span| Duration::from(span).as_secs()),
            };
            let created: CreatedToken = client.call(Method::POST, "/api/v1/tokens", &new).await?;
            if json {
                return output::json(&created);
            }
            println!("{}", created.token);
            Ok(())
        }
        Command::List { json } => {
            let tokens: Vec<TokenView> = client.get("/api/v1/tokens").await?;
            list(&tokens, json)
        }
        Command::Revoke { id } => {
            let path = format!("/api/v1/tokens/{id}");
            client.act(Method::DELETE, &path).await
        }
    }
}

fn list(tokens: &[TokenView], json: bool) -> Result<(), Failure> {
    if json {
        return output::json(&tokens);
    }
    let rows: Vec<Vec<String>> = tokens
        .iter()
        .map(|token| {
            let role = match (&token.role, &token.reseller) {
                (RoleName::Reseller, Some(reseller)) => format!("reseller {reseller}"),
                (RoleName::Agent, _) => "agent".to_owned(),
                (RoleName::Router, _) => "router".to_owned(),
                (RoleName::Operator | RoleName::Reseller, _) => "operator".to_owned(),
            };
            let role = format!("{role}, {}", token.access.as_str());
            let state = match (&token.revoked, token.valid) {
                (Some(_), _) => "revoked",
                (None, true) => "valid",
                (None, false) => "expired",
            };
            vec![
                token.id.clone(),
                role,
                state.to_owned(),
                token.created.clone(),
                token.expires.clone().unwrap_or_else(|| "-".into()),
                token.last_used.clone().unwrap_or_else(|| "-".into()),
                token.label.clone(),
            ]
        })
        .collect();
    output::table(
        &[
            "ID",
            "ROLE",
            "STATE",
            "CREATED",
            "EXPIRES",
            "LAST USED",
            "LABEL",
        ],
        &rows,
    );
    Ok(())
}
