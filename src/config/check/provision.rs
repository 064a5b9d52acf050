//! What must hold for sources.

use std::collections::HashSet;

use super::Findings;
use crate::config::{Config, Source, SourceKind};
use crate::net::Tls;

pub(super) fn check(config: &Config, findings: &mut Findings) {
    let mut names = HashSet::new();
    for source in &config.source {
        if !names.insert(&source.name) {
            findings.problem(
                format!("source {}: name", source.name),
                "used twice: give each source its own",
            );
        }
        one(config, source, findings);
    }
}

fn one(config: &Config, source: &Source, findings: &mut Findings) {
    let name = &source.name;
    let key = |option: &str| format!("source {name}: {option}");
    let missing: Vec<&str> = needed(source)
        .into_iter()
        .filter_map(|(option, there)| (!there).then_some(option))
        .collect();
    if !missing.is_empty() {
        findings.problem(key("kind"), format!("needs {}: add it", missing.join(", ")));
    }
    let named = source.mailstore.iter().chain(source.mailstores.values());
    for mailstore in named.filter(|id| config.mailstore(id).is_none()) {
        findings.problem(
            key("mailstore"),
            format!("{mailstore} is not configured: add a [[mailstore]] section for it"),
        );
    }
    if source.delete_share_percent > 100 {
        findings.problem(key("delete_share_percent"), "write 0 to 100");
    }
    if source.interval.duration().as_secs() < 1 {
        findings.problem(key("interval"), "write at least \"1s\"");
    }
    if source.stale_after <= source.interval {
        findings.problem(
            key("stale_after"),
            "not longer than interval, so it would always be stale: write several times as much",
        );
    }
    if let Some(secret) = &source.password_file {
        if let Err(error) = secret.read() {
            findings.problem(key("password_file"), error.to_string());
        }
        if let Some(warning) = secret.warning() {
            findings.warning(key("password_file"), warning);
        }
        let is_remote = source.server.as_ref().is_some_and(super::is_remote);
        if source.tls == Tls::Off && is_remote {
            findings.warning(
                key("tls"),
                "the password and all hashes cross the network unprotected",
            );
        }
    }
    if source.tls == Tls::Implicit
        && matches!(source.kind, SourceKind::Postgresql | SourceKind::Mysql)
    {
        findings.problem(
            key("tls"),
            "databases ask for TLS on their usual port: write \"starttls\"",
        );
    }
    if source.kind == SourceKind::Ldap
        && source
            .attributes
            .get("mailbox")
            .is_none_or(String::is_empty)
    {
        findings.problem(key("attributes"), "name the attribute of mailbox");
    }
}

/// What a kind cannot do without, and whether it is there.
fn needed(source: &Source) -> Vec<(&'static str, bool)> {
    let mut needed = Vec::new();
    if source.kind.is_file() {
        needed.push(("file", source.file.is_some()));
    } else {
        needed.push(("server", source.server.is_some()));
    }
    match source.kind {
        SourceKind::Postgresql | SourceKind::Mysql => {
            needed.push(("database", source.database.is_some()));
            needed.push(("username", source.username.is_some()));
            needed.push(("query", source.query.is_some()));
        }
        SourceKind::Ldap => needed.push(("base", source.base.is_some())),
        SourceKind::PasswdFile | SourceKind::Ndjson | SourceKind::Csv => {}
    }
    needed
}
