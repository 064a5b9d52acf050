//! `lifeboat merge plan` and `lifeboat merge verify`: looking without touching.

use std::collections::BTreeSet;

use clap::Args;
use percent_encoding::utf8_percent_encode;
use serde::Serialize;

use super::client::Client;
use super::failover::SEGMENT;
use super::merge_receipt::{Of, all, last_outage};
use super::{Failure, Global, merge, output};
use crate::route::Scope;
use crate::service::merge_check::{DoorView, MailstorePlanView, PlanView, VerifyView};

#[derive(Debug, Args)]
pub(super) struct Plan {
    /// mailstore:ID or mailbox:ADDRESS.
    scope: Scope,
    /// Of a mailstore: only the check of the merge's door, no mailboxes.
    #[arg(long)]
    door: bool,
    /// Print it as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Verify {
    /// mailbox:ADDRESS, domain:NAME or outage:ID (outage:last).
    of: Of,
    /// Print what was found as JSON.
    #[arg(long)]
    json: bool,
}

/// What was found, over all mailboxes.
#[derive(Debug, Default, Serialize)]
struct Found {
    mailboxes: u64,
    looked_for: u64,
    same: u64,
    gone: u64,
    different: u64,
    /// Those in which something is not the same.
    changed: Vec<VerifyView>,
}

pub(super) async fn plan(plan: Plan, global: &Global) -> Result<(), Failure> {
    let client = global.client().await?;
    let path = format!("{}/plan", merge::path(&plan.scope)?);
    if let Scope::Mailbox(_) = plan.scope {
        let view: PlanView = client.get(&path).await?;
        if plan.json {
            return output::json(&view);
        }
        print_plan(&view);
        return Ok(());
    }
    let limit = if plan.door { "?limit=1" } else { "" };
    let mut whole: MailstorePlanView = client.get(&format!("{path}{limit}")).await?;
    if plan.door {
        whole.mailboxes.clear();
        whole.next = None;
    }
    let bar = output::progress(None, false);
    while let Some(next) = whole.next.take() {
        bar.set_position(whole.mailboxes.len() as u64);
        let mut page: MailstorePlanView = client.get(&format!("{path}?after={next}")).await?;
        whole.mailboxes.append(&mut page.mailboxes);
        whole.next = page.next;
    }
    bar.finish_and_clear();
    if plan.json {
        output::json(&whole)?;
    } else {
        print_door(&whole.door);
        whole.mailboxes.iter().for_each(print_plan);
    }
    let bad = whole.door.iter().filter(|check| check.verdict == "bad");
    match bad.count() {
        0 => Ok(()),
        bad => Err(Failure::found(format!(
            "{bad} checks of the merge's door failed"
        ))),
    }
}

fn print_door(door: &[DoorView]) {
    println!("the merge's door:");
    for check in door {
        println!("  {:<7} {:<12} {}", check.verdict, check.check, check.text);
        if let Some(advice) = check.advice.as_ref().filter(|_| check.verdict != "good") {
            println!("  {:<20} {advice}", "");
        }
    }
}

fn print_plan(plan: &PlanView) {
    println!("{} into {}", plan.mailbox, plan.mailstore);
    for folder in &plan.folders {
        let at = match (folder.uid_validity, folder.uid_next) {
            (Some(validity), Some(next)) => format!("UIDVALIDITY {validity}, UIDNEXT {next}"),
            _ => "to be created".to_owned(),
        };
        println!(
            "  {}: {} messages, {} bytes ({at})",
            folder.name, folder.messages, folder.size_bytes
        );
    }
    for (count, what) in [
        (plan.duplicates_avoided, "there already, not doubled"),
        (plan.read_back, "there, to be read back"),
        (plan.in_doubt, "in doubt, to be looked for first"),
        (plan.unsure, "waiting for a person"),
    ] {
        if count > 0 {
            println!("  {count} {what}");
        }
    }
    if plan.more {
        println!("  and more than were looked at");
    }
    if let Some(problem) = &plan.problem {
        println!("  would wait: {problem}");
    }
}

pub(super) async fn verify(verify: Verify, global: &Global) -> Result<(), Failure> {
    let client = global.client().await?;
    let mailboxes = mailboxes(&client, &verify.of).await?;
    let bar = output::progress(Some(mailboxes.len() as u64), false);
    let mut found = Found::default();
    for mailbox in mailboxes {
        let name = utf8_percent_encode(&mailbox, SEGMENT);
        let path = format!("/api/v1/merges/mailboxes/{name}/verify");
        let view: VerifyView = client.get(&path).await?;
        bar.inc(1);
        found.mailboxes += 1;
        found.looked_for += view.looked_for;
        found.same += view.same;
        found.gone += view.gone;
        found.different += view.different;
        if view.same < view.looked_for {
            found.changed.push(view);
        }
    }
    bar.finish_and_clear();
    if verify.json {
        output::json(&found)?;
    } else {
        print_found(&found);
    }
    match found.different {
        0 => Ok(()),
        different => Err(Failure::found(format!(
            "{different} messages are not what was merged"
        ))),
    }
}

/// The mailboxes with a receipt.
async fn mailboxes(client: &Client, of: &Of) -> Result<BTreeSet<String>, Failure> {
    let path = match of {
        Of::Scope(Scope::Mailbox(address)) => return Ok([address.to_string()].into()),
        Of::Scope(Scope::Domain(domain)) => {
            let name = utf8_percent_encode(domain.as_str(), SEGMENT);
            format!("/api/v1/merges/domains/{name}/receipts")
        }
        Of::Scope(Scope::Mailstore(_)) => {
            return Err(Failure::cannot_run(
                "write mailbox:ADDRESS, domain:NAME or outage:ID",
            ));
        }
        Of::Outage(id) => {
            let id = match id {
                Some(id) => id.to_string(),
                None => last_outage(client).await?,
            };
            format!("/api/v1/merges/outages/{id}/receipts")
        }
    };
    let receipts = all(client, &path).await?;
    Ok(receipts
        .into_iter()
        .map(|receipt| receipt.mailbox)
        .collect())
}

fn print_found(found: &Found) {
    println!(
        "{} messages of {} mailboxes: {} as they were merged, {} moved or deleted since, {} different",
        found.looked_for, found.mailboxes, found.same, found.gone, found.different
    );
    for view in &found.changed {
        println!("{}", view.mailbox);
        for difference in &view.differences {
            println!(
                "  {} UID {}: {}",
                difference.folder, difference.uid, difference.text
            );
        }
    }
}
