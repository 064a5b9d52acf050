//! `lifeboat drill`

use std::time::Duration;

use clap::Subcommand;
use http::Method;

use super::{Failure, Global, output};
use crate::drill::{DrillOrder, DrillView, StepView};

/// How often it is looked how far a drill is.
const LOOK_EVERY: Duration = Duration::from_millis(500);

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Hold a drill now and wait for its end: exit status 1 if it failed.
    Run {
        /// Why, for the audit log.
        #[arg(long, default_value = "a drill by hand")]
        reason: String,
        /// Print the report as JSON.
        #[arg(long)]
        json: bool,
    },
    /// The drills that were held, the newest first.
    List {
        /// Print them as JSON.
        #[arg(long)]
        json: bool,
    },
    /// One drill with its steps and times against their targets.
    Show {
        /// Its id, or "last".
        #[arg(default_value = "last")]
        id: String,
        /// Print it as JSON.
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(command: Command, global: &Global) -> Result<(), Failure> {
    let client = global.client().await?;
    match command {
        Command::Run { reason, json } => {
            let order = DrillOrder { reason };
            let begun: DrillView = client.call(Method::POST, "/api/v1/drills", &order).await?;
            let path = format!("/api/v1/drills/{}", begun.id);
            let bar = output::progress(None, false);
            let drill = loop {
                let drill: DrillView = client.get(&path).await?;
                if drill.verdict != "running" {
                    break drill;
                }
                let done = drill.steps.last().map(|step| step.step.clone());
                bar.set_message(done.unwrap_or_default());
                tokio::time::sleep(LOOK_EVERY).await;
            };
            bar.finish_and_clear();
            report(&drill, json)?;
            match drill.verdict.as_str() {
                "passed" | "slow" => Ok(()),
                _ => Err(Failure::found("the drill failed")),
            }
        }
        Command::List { json } => {
            let drills: Vec<DrillView> = client.get("/api/v1/drills").await?;
            if json {
                return output::json(&drills);
            }
            list(drills);
            Ok(())
        }
        Command::Show { id, json } if id == "last" => {
            let drills: Vec<DrillView> = client.get("/api/v1/drills").await?;
            let last = drills.first();
            report(
                last.ok_or_else(|| Failure::found("no drill was held yet: lifeboat drill run"))?,
                json,
            )
        }
        Command::Show { id, json } => {
            let id: crate::ids::DrillId = id.parse().map_err(Failure::cannot_run)?;
            report(&client.get(&format!("/api/v1/drills/{id}")).await?, json)
        }
    }
}

fn list(drills: Vec<DrillView>) {
    let rows: Vec<Vec<String>> = drills
        .into_iter()
        .map(|drill| {
            let total: u64 = drill.steps.iter().map(|step| step.took_ms).sum();
            vec![
                drill.id,
                drill.began_at,
                drill.verdict,
                seconds(total),
                drill.by,
                drill.reason,
            ]
        })
        .collect();
    output::table(&["ID", "BEGAN", "VERDICT", "TOOK", "BY", "REASON"], &rows);
}

fn report(drill: &DrillView, json: bool) -> Result<(), Failure> {
    if json {
        return output::json(drill);
    }
    println!(
        "drill {} of {}: {}",
        drill.id, drill.began_at, drill.verdict
    );
    println!("  canary {} on {}", drill.mailbox, drill.mailstore);
    println!("  by {}: {}", drill.by, drill.reason);
    let rows: Vec<Vec<String>> = drill.steps.iter().map(row).collect();
    output::table(&["STEP", "TOOK", "TARGET", "", "SEEN"], &rows);
    Ok(())
}

fn row(step: &StepView) -> Vec<String> {
    let is_late = step.target_ms.is_some_and(|target| step.took_ms > target);
    let mark = match (step.passed, is_late) {
        (false, _) => "FAILED",
        (true, true) => "slow",
        (true, false) => "ok",
    };
    vec![
        step.step.clone(),
        seconds(step.took_ms),
        step.target_ms.map_or_else(|| "-".into(), seconds),
        mark.into(),
        step.text.clone(),
    ]
}

fn seconds(millis: u64) -> String {
    format!("{}.{:03} s", millis / 1000, millis % 1000)
}
