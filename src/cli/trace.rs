//! `lifeboat trace`

use clap::Args;
use percent_encoding::utf8_percent_encode;

use super::failover::SEGMENT;
use super::{Failure, Global, output};
use crate::service::trace::{JourneyView, TraceView};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A delivery id (in the Received header that Lifeboat adds), a Message-ID, the MX's queue id, or the
    /// address of a mailbox: then its newest messages.
    what: String,
    /// Print it as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: Arguments, global: &Global) -> Result<(), Failure> {
    let what = utf8_percent_encode(&arguments.what, SEGMENT);
    let client = global.client().await?;
    let view: TraceView = client.get(&format!("/api/v1/trace?q={what}")).await?;
    if arguments.json {
        return output::json(&view);
    }
    view.journeys.iter().for_each(print);
    Ok(())
}

fn print(journey: &JourneyView) {
    let from = journey.reverse_path.as_deref().unwrap_or("<>");
    println!("{} {} {} from {from}", journey.at, journey.kind, journey.id);
    if let Some(id) = &journey.message_id {
        println!("  Message-ID <{id}>");
    }
    if let Some(id) = &journey.mx_queue_id {
        println!("  queue id {id} at the MX");
    }
    for recipient in &journey.recipients {
        let delivery = recipient.delivery.as_deref();
        let delivery = delivery.map(|id| format!(", delivery {id}"));
        println!(
            "  to {}{}: {}",
            recipient.address,
            delivery.unwrap_or_default(),
            recipient.state
        );
        for step in &recipient.steps {
            println!(
                "    {:<24} {}",
                step.at.as_deref().unwrap_or("now"),
                step.text
            );
        }
    }
}
