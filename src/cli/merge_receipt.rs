//! `lifeboat merge receipt`

use clap::Args;
use percent_encoding::utf8_percent_encode;

use super::client::Client;
use super::failover::SEGMENT;
use super::{Failure, Global, output};
use crate::ids::OutageId;
use crate::route::Scope;
use crate::service::merge_receipt::{
    CountsView, OutageMergeView, ReceiptList, ReceiptPage, ReceiptView,
};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// mailbox:ADDRESS, domain:NAME or outage:ID (see lifeboat merge receipt outage:last).
    of: Of,
    /// With a mailbox: the newest receipt with every message: delivery, hash, folder and UID.
    #[arg(long)]
    messages: bool,
    /// Print it as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Of {
    Scope(Scope),
    Outage(Option<OutageId>),
}

impl std::str::FromStr for Of {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("outage", "last")) => Ok(Self::Outage(None)),
            Some(("outage", id)) => id
                .parse()
                .map(|id| Self::Outage(Some(id)))
                .map_err(|error: crate::ids::InvalidId| error.to_string()),
            _ => match text.parse() {
                Ok(Scope::Mailstore(_)) | Err(_) => {
                    Err("write mailbox:ADDRESS, domain:NAME or outage:ID".into())
                }
                Ok(scope) => Ok(Self::Scope(scope)),
            },
        }
    }
}

pub(super) async fn run(arguments: Arguments, global: &Global) -> Result<(), Failure> {
    let client = global.client().await?;
    match &arguments.of {
        Of::Outage(id) => {
            let id = match id {
                Some(id) => id.to_string(),
                None => last_outage(&client).await?,
            };
            outage(&client, &id, arguments.json).await
        }
        Of::Scope(scope) => {
            let (collection, name) = match scope {
                Scope::Domain(name) => ("domains", name.as_str()),
                Scope::Mailbox(address) => ("mailboxes", address.as_str()),
                Scope::Mailstore(id) => ("mailstores", id.as_str()),
            };
            let name = utf8_percent_encode(name, SEGMENT);
            let path = format!("/api/v1/merges/{collection}/{name}/receipts");
            if let Scope::Domain(_) = scope {
                let receipts = all(&client, &path).await?;
                return print(&receipts, arguments.json);
            }
            let receipts: Vec<ReceiptView> = client.get(&path).await?;
            if arguments.messages {
                return with_messages(&client, &path, &receipts, arguments.json).await;
            }
            print(&receipts, arguments.json)
        }
    }
}

pub(super) async fn last_outage(client: &Client) -> Result<String, Failure> {
    let page: crate::service::outage::OutagePage = client.get("/api/v1/outages?limit=1").await?;
    let last = page.outages.into_iter().next();
    last.map(|outage| outage.id)
        .ok_or_else(|| Failure::found("there was no outage yet"))
}

/// All pages of a list.
pub(super) async fn all(client: &Client, path: &str) -> Result<Vec<ReceiptView>, Failure> {
    let mut receipts = Vec::new();
    let mut page: ReceiptList = client.get(path).await?;
    loop {
        receipts.append(&mut page.receipts);
        let Some(next) = page.next else {
            return Ok(receipts);
        };
        let next = utf8_percent_encode(&next, SEGMENT);
        page = client.get(&format!("{path}?after={next}")).await?;
    }
}

async fn outage(client: &Client, id: &str, json: bool) -> Result<(), Failure> {
    let path = format!("/api/v1/merges/outages/{id}");
    let view: OutageMergeView = client.get(&path).await?;
    if json {
        return output::json(&view);
    }
    println!("outage {} of the mailstore {}", view.outage, view.mailstore);
    println!("  {} mailboxes: {}", view.mailboxes, counts(&view.counts));
    if view.provisional > 0 {
        println!("  {} receipts are provisional", view.provisional);
    }
    println!(
        "  everything merged: {}",
        view.merged_at.as_deref().unwrap_or("not yet")
    );
    Ok(())
}

fn counts(counts: &CountsView) -> String {
    let parts = [
        (counts.received, "received"),
        (counts.sent, "sent"),
        (counts.drafts, "drafts"),
        (counts.notices, "notices"),
        (counts.moved, "moved"),
        (counts.deleted, "in Trash"),
        (counts.duplicates_avoided, "there already"),
        (counts.gone, "taken away since"),
    ];
    let said: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if said.is_empty() {
        "nothing".to_owned()
    } else {
        said.join(", ")
    }
}

fn print(receipts: &[ReceiptView], json: bool) -> Result<(), Failure> {
    if json {
        return output::json(&receipts);
    }
    if receipts.is_empty() {
        println!("no receipt: nothing was merged, or not everything yet");
    }
    for receipt in receipts {
        print_one(receipt);
    }
    Ok(())
}

fn print_one(receipt: &ReceiptView) {
    println!(
        "{}  into {}  {}  version {}, {}",
        receipt.mailbox, receipt.mailstore, receipt.verified_at, receipt.version, receipt.standing
    );
    println!("  {}", counts(&receipt.counts));
    for folder in &receipt.folders {
        println!(
            "  {}: {} messages, UIDVALIDITY {}, UIDNEXT {} before and {} after{}",
            folder.name,
            folder.messages,
            folder.uid_validity,
            folder.uid_next_before,
            folder.uid_next_after,
            if folder.created { ", created" } else { "" }
        );
    }
    println!("  digest {}", receipt.digest);
}

/// The newest receipt with all its messages.
async fn with_messages(
    client: &Client,
    path: &str,
    receipts: &[ReceiptView],
    json: bool,
) -> Result<(), Failure> {
    let Some(newest) = receipts.first() else {
        return Err(Failure::found(
            "no receipt: nothing was merged, or not everything yet",
        ));
    };
    let path = format!("{path}/{}", newest.name);
    let mut whole: ReceiptPage = client.get(&path).await?;
    while let Some(next) = whole.next {
        let mut page: ReceiptPage = client.get(&format!("{path}?after={next}")).await?;
        whole.messages.append(&mut page.messages);
        whole.next = page.next;
    }
    if json {
        return output::json(&whole);
    }
    print_one(&whole.receipt);
    let rows: Vec<Vec<String>> = whole
        .messages
        .into_iter()
        .map(|message| {
            vec![
                message.id.to_string(),
                message.kind,
                message.outcome,
                message.folder.unwrap_or_default(),
                message.uid.map(|uid| uid.to_string()).unwrap_or_default(),
                message.delivery.unwrap_or_default(),
                message.sha256,
            ]
        })
        .collect();
    output::table(
        &[
            "ID", "KIND", "OUTCOME", "FOLDER", "UID", "DELIVERY", "SHA-256",
        ],
        &rows,
    );
    Ok(())
}
