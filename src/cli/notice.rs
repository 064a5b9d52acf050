//! `lifeboat notice`

use clap::Subcommand;
use http::Method;

use super::{Failure, Global, output};
use crate::ids::MailstoreId;
use crate::service::words::{NoticeChange, NoticeView};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show what users are told at present.
    Show {
        /// Print it as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Tell users something, on every page of the webmail: what is known, when it should work again.
    Set {
        /// The plain text, at most 1000 characters.
        #[arg(long)]
        text: String,
        /// Only the users of this mailstore; without it, all.
        #[arg(long, value_name = "ID")]
        mailstore: Option<MailstoreId>,
    },
    /// Take it back.
    Clear {
        /// What was said to the users of this mailstore; without it, what was said to all.
        #[arg(long, value_name = "ID")]
        mailstore: Option<MailstoreId>,
    },
}

pub(super) async fn run(command: Command, global: &Global) -> Result<(), Failure> {
    let client = global.client().await?;
    let (mailstore, text) = match command {
        Command::Show { json } => {
            let notices: Vec<NoticeView> = client.get("/api/v1/notices").await?;
            return show(&notices, json);
        }
        Command::Set { text, .. } if text.trim().is_empty() => {
            let why = "the text is empty; \"lifeboat notice clear\" takes back what was said";
            return Err(Failure::cannot_run(why));
        }
        Command::Set { text, mailstore } => (mailstore, text),
        Command::Clear { mailstore } => (mailstore, String::new()),
    };
    let whom = match &mailstore {
        Some(id) => format!("the users of {id}"),
        None => "all users".to_owned(),
    };
    let path = match mailstore {
        Some(id) => format!("/api/v1/mailstores/{id}/notice"),
        None => "/api/v1/notices".to_owned(),
    };
    let change = NoticeChange { text };
    let now: NoticeView = client.call(Method::PUT, &path, &change).await?;
    match now.at {
        Some(_) => println!("published to {whom}"),
        None => println!("nothing is said to {whom} now"),
    }
    Ok(())
}

fn show(notices: &[NoticeView], json: bool) -> Result<(), Failure> {
    if json {
        return output::json(&notices);
    }
    let rows: Vec<Vec<String>> = notices
        .iter()
        .map(|notice| {
            vec![
                notice.mailstore.clone().unwrap_or_else(|| "all".into()),
                notice.at.clone().unwrap_or_else(|| "-".into()),
                notice.text.replace('\n', " "),
            ]
        })
        .collect();
    output::table(&["MAILSTORE", "SINCE", "TEXT"], &rows);
    Ok(())
}
