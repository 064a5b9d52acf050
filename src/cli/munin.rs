//! `lifeboat munin`: a plugin for munin-node, with several graphs (multigraph) and autoconf.
//!
//! munin-node calls it as `monitoring/munin/lifeboat`, which passes its argument on.

use std::fmt::Write;

use clap::{Args, ValueEnum};

use super::check::of_server;
use super::{Failure, Global};
use crate::metrics::{ProbeResult, STATES, Standing};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// What munin-node asks for; without it, the values.
    #[arg(value_enum)]
    ask: Option<Ask>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Ask {
    /// Whether the plugin can work here.
    Autoconf,
    /// What the graphs look like.
    Config,
    /// Names for a plugin with wildcards; this has none.
    Suggest,
}

pub(super) async fn run(arguments: Arguments, global: &Global) -> Result<(), Failure> {
    match arguments.ask {
        Some(Ask::Suggest) => {}
        // Both answers are for munin-node to read, and no failure.
        Some(Ask::Autoconf) => match of_server(global).await {
            Ok(_) => println!("yes"),
            Err(failure) => println!("no ({})", failure.text.replace('\n', " ")),
        },
        Some(Ask::Config) => print!("{}", config(&graphs(&of_server(global).await?))),
        None => print!("{}", values(&graphs(&of_server(global).await?))),
    }
    Ok(())
}

/// One graph.
#[derive(Clone, Debug, PartialEq)]
struct Graph {
    name: &'static str,
    title: &'static str,
    unit: &'static str,
    fields: Vec<Field>,
}

/// One line in it.
#[derive(Clone, Debug, PartialEq)]
struct Field {
    name: String,
    label: String,
    value: f64,
    /// It grows since the start of the server; its rate is shown.
    is_counter: bool,
    warning: Option<&'static str>,
    critical: Option<&'static str>,
}

impl Field {
    fn new(name: &str, label: &str, value: f64) -> Self {
        Self {
            name: field_name(name),
            label: label.to_owned(),
            value,
            is_counter: false,
            warning: None,
            critical: None,
        }
    }
}

/// A name as munin allows it: `[A-Za-z_][A-Za-z0-9_]*`.
fn field_name(text: &str) -> String {
    let name: String = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    match name.chars().next() {
        Some(first) if !first.is_ascii_digit() => name,
        _ => format!("_{name}"),
    }
}

/// What is shown.
fn graphs(standing: &Standing) -> Vec<Graph> {
    let (merge, queue, store) = (&standing.merge, &standing.queue, &standing.store);
    let free = Field {
        warning: Some("20:"),
        critical: Some("10:"),
        ..Field::new("free", "free", store.disk_free_percent())
    };
    let oldest = Field {
        warning: Some("900"),
        critical: Some("3600"),
        ..Field::new("oldest", "age of the oldest", queue.oldest_secs as f64)
    };
    let blocked = Field {
        warning: Some("0"),
        ..Field::new(
            "blocked",
            "mailboxes that are stuck",
            merge.blocked_mailboxes as f64,
        )
    };
    let told = standing.held.iter().map(|held| Field {
        is_counter: true,
        ..Field::new(&held.protocol, &held.protocol, held.told as f64)
    });
    vec![
        graph(
            "lifeboat_states",
            "Mailstores by state",
            "mailstores",
            states(standing),
        ),
        graph(
            "lifeboat_probes",
            "Time that probes take",
            "ms",
            probes(standing),
        ),
        graph(
            "lifeboat_merge",
            "What is still to merge",
            "messages, mailboxes",
            vec![
                Field::new("messages", "messages", merge.unmerged_messages as f64),
                Field::new("mailboxes", "mailboxes", merge.unmerged_mailboxes as f64),
                blocked,
            ],
        ),
        graph(
            "lifeboat_queue",
            "What users sent and waits",
            "messages, seconds",
            vec![
                Field::new("entries", "messages", queue.entries as f64),
                oldest,
            ],
        ),
        graph("lifeboat_disk", "The store's disk", "%", vec![free]),
        graph(
            "lifeboat_held",
            "Mail programs told that their mailbox is unavailable",
            "connections / ${graph_period}",
            told.collect(),
        ),
    ]
}

fn graph(name: &'static str, title: &'static str, unit: &'static str, fields: Vec<Field>) -> Graph {
    Graph {
        name,
        title,
        unit,
        fields,
    }
}

fn states(standing: &Standing) -> Vec<Field> {
    let count = |state: &str| {
        let of_state = |m: &&crate::metrics::MailstoreStanding| m.state == state;
        standing.mailstores.iter().filter(of_state).count() as f64
    };
    let field = |state: &&str| Field {
        critical: (*state == "active").then_some("0"),
        warning: (*state == "suspected").then_some("0"),
        ..Field::new(state, state, count(state))
    };
    STATES.iter().map(field).collect()
}

/// A probe that fails or cannot tell takes no time worth a line.
fn probes(standing: &Standing) -> Vec<Field> {
    let of_mailstore = |mailstore: &crate::metrics::MailstoreStanding| {
        let id = mailstore.id.clone();
        let field = move |probe: &crate::metrics::ProbeStanding| {
            let name = format!("{id}_{}_{}", probe.probe, probe.vantage);
            let label = format!("{id} {} from {}", probe.probe, probe.vantage);
            let value = match probe.result {
                ProbeResult::Up => probe.took_ms as f64,
                ProbeResult::Down | ProbeResult::Unknown => f64::NAN,
            };
            Field::new(&name, &label, value)
        };
        mailstore.probes.iter().map(field).collect::<Vec<_>>()
    };
    standing.mailstores.iter().flat_map(of_mailstore).collect()
}

/// The answer to "config".
fn config(graphs: &[Graph]) -> String {
    let mut text = String::new();
    for graph in graphs {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "multigraph {}\ngraph_title {}\ngraph_vlabel {}\ngraph_category mail\ngraph_args -l 0\n",
            graph.name, graph.title, graph.unit
        );
        for field in &graph.fields {
            let name = &field.name;
            let _ = writeln!(text, "{name}.label {}", field.label);
            let kind = if field.is_counter { "DERIVE" } else { "GAUGE" };
            let _ = writeln!(text, "{name}.type {kind}\n{name}.min 0");
            for (key, range) in [("warning", field.warning), ("critical", field.critical)] {
                if let Some(range) = range {
                    let _ = writeln!(text, "{name}.{key} {range}");
                }
            }
        }
    }
    text
}

/// The values.
fn values(graphs: &[Graph]) -> String {
    let mut text = String::new();
    for graph in graphs {
        let _ = writeln!(text, "multigraph {}", graph.name);
        for field in &graph.fields {
            let _ = match field.value.is_nan() {
                true => writeln!(text, "{}.value U", field.name),
                false => writeln!(text, "{}.value {}", field.name, field.value),
            };
        }
    }
    text
}

#[cfg(test)]
mod tests;
