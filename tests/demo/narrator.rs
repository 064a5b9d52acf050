//! Says what happens, with times, and remembers it for the report.

use std::time::Instant;

use serde::Serialize;

use crate::rig::proof::{Failure, Verdict};

/// One step of the story.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// What is done.
    pub name: String,
    /// When it began, in seconds since the start.
    pub at_secs: f64,
    /// How long it took; of a failed step, until it failed.
    pub seconds: f64,
    /// What was seen.
    pub notes: Vec<String>,
}

/// One failure of a mailstore, with the times that count. All times are seconds since the failure,
/// but the last two, which are seconds since the mailstore was back.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Outage {
    /// Which mailstore.
    pub mailstore: String,
    /// `killed` or `hung`.
    pub how: String,
    /// Until Lifeboat served the standby.
    pub noticed_secs: f64,
    /// Until the first message that Postfix had deferred was in the standby.
    pub first_deferred_in_standby_secs: f64,
    /// Messages that the mailstore stored and Postfix kept.
    pub in_doubt: usize,
    /// From the mailstore's recovery to the route's return.
    pub returned_secs: f64,
    /// From the mailstore's recovery to the last merged message.
    pub merged_secs: f64,
}

/// What a desktop client did after the outages.
#[derive(Clone, Debug, Serialize)]
pub struct Client {
    /// Whose client.
    pub mailbox: String,
    /// Messages it had before.
    pub before: usize,
    /// Messages it should download.
    pub expected: usize,
    /// Messages it downloaded.
    pub downloaded: usize,
    /// Messages that it had and fetched again or lost.
    pub again: usize,
}

impl Client {
    /// Whether it downloaded exactly what is new.
    pub fn is_right(&self) -> bool {
        self.expected == self.downloaded && self.again == 0
    }
}

/// What went wrong, if something did.
#[derive(Clone, Debug, Serialize)]
pub struct Trouble {
    /// The step it happened in.
    pub step: String,
    /// What happened.
    pub message: String,
}

/// The teller.
pub struct Narrator {
    started: Instant,
    /// The steps so far; the last one is going on.
    pub steps: Vec<Step>,
    /// The outages so far.
    pub outages: Vec<Outage>,
    /// The desktop clients, after the proof.
    pub clients: Vec<Client>,
    /// What the proof found.
    pub verdict: Option<Verdict>,
    /// Why the story ended early.
    pub trouble: Option<Trouble>,
}

impl Narrator {
    /// Starts the clock.
    pub fn start() -> Self {
        println!("\nLifeboat demo: a whole outage on real parts\n");
        Self {
            started: Instant::now(),
            steps: Vec::new(),
            outages: Vec::new(),
            clients: Vec::new(),
            verdict: None,
            trouble: None,
        }
    }

    /// Seconds since the start.
    pub fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    /// Begins a step.
    pub fn step(&mut self, name: &str) {
        self.end_step();
        println!("{:7.1} s  {name}", self.seconds());
        self.steps.push(Step {
            name: name.to_owned(),
            at_secs: self.seconds(),
            seconds: 0.0,
            notes: Vec::new(),
        });
    }

    /// Tells what was seen in this step.
    pub fn note(&mut self, text: &str) {
        println!("{:7.1} s      {text}", self.seconds());
        if let Some(step) = self.steps.last_mut() {
            step.notes.push(text.to_owned());
        }
    }

    /// Ends the story with a failure of the present step.
    pub fn fail(&mut self, message: String) {
        let step = self.steps.last().map(|step| step.name.clone());
        self.end_step();
        println!("{:7.1} s  FAILED: {message}", self.seconds());
        self.trouble = Some(Trouble {
            step: step.unwrap_or_default(),
            message,
        });
    }

    /// Ends the last step.
    pub fn end_step(&mut self) {
        let now = self.seconds();
        if let Some(step) = self.steps.last_mut()
            && step.seconds == 0.0
        {
            step.seconds = now - step.at_secs;
        }
    }

    /// Whether the story went to its end and the proof holds, desktop clients included.
    pub fn is_proven(&self) -> bool {
        self.trouble.is_none()
            && self.verdict.as_ref().is_some_and(|verdict| verdict.ok)
            && self.clients.iter().all(Client::is_right)
    }

    /// The table at the end.
    pub fn print_table(&self, report: &std::path::Path) {
        println!("\n{}", "─".repeat(78));
        for outage in &self.outages {
            println!(
                "{} {:<7}  standby after {:5.1} s, first deferred mail in it after {:5.1} s,\n\
                 {:12}returned {:5.1} s and merged {:5.1} s after it was back; in doubt: {}",
                outage.mailstore,
                outage.how,
                outage.noticed_secs,
                outage.first_deferred_in_standby_secs,
                "",
                outage.returned_secs,
                outage.merged_secs,
                outage.in_doubt,
            );
        }
        if let Some(verdict) = &self.verdict {
            let count = |name: &str| verdict.counts.get(name).copied().unwrap_or_default();
            println!(
                "proof       {} mailboxes, {} folders, {} old messages looked at,\n\
                 {:12}{} accepted messages looked for: {}",
                count("mailboxes"),
                count("folders"),
                count("old_messages"),
                "",
                count("accepted_messages"),
                match verdict.failures.len() {
                    0 => "each there exactly once, all else as before".to_owned(),
                    count => format!("{count} things are not right"),
                },
            );
            for failure in &verdict.failures {
                println!("{:12}{}", "", line_of(failure));
            }
        }
        for client in &self.clients {
            println!(
                "mbsync      {:<18} had {:3}, downloaded {} of {} new, {} again",
                client.mailbox, client.before, client.downloaded, client.expected, client.again,
            );
        }
        println!("{}", "─".repeat(78));
        match (&self.trouble, self.is_proven()) {
            (Some(trouble), _) => {
                println!("FAILED in \"{}\": {}", trouble.step, trouble.message);
            }
            (None, true) => println!("PROVEN in {:.0} s", self.seconds()),
            (None, false) => println!("DISPROVEN in {:.0} s", self.seconds()),
        }
        println!("Report: {}", report.display());
    }
}

fn line_of(failure: &Failure) -> String {
    format!(
        "{} {} {}: {}",
        failure.check, failure.mailbox, failure.folder, failure.detail
    )
}
